"""What a form may name: people, groups and documents, looked up when asked."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy.orm import Session

from engine import documents, people
from engine.models import Person


class Usable:
    """People, groups and documents that one person may name in a form of one case."""

    def __init__(self, session: Session, person: Person, instance_id: int | None) -> None:
        self._session, self._person, self._instance_id = session, person, instance_id

    @cached_property
    def _directory(self) -> people.Directory:
        return people.directory(self._session)

    def is_user(self, person_id: str, group_id: str = "") -> bool:
        """Tell whether there is such an active person, in `group_id` when one is given."""
        if group_id:
            return person_id in self._directory.members.get(group_id, frozenset())
        return person_id in self._directory.persons

    def is_group(self, group_id: str) -> bool:
        """Tell whether there is such a group."""
        return group_id in self._directory.groups

    def document(self, document_id: int) -> dict[str, object] | None:
        """Describe a document that may be named here, as cases keep it."""
        found = documents.usable(self._session, self._person, self._instance_id, document_id)
        return {"id": found.id, "name": found.name, "size": found.size} if found else None
