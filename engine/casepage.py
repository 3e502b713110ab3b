"""One case as its page shows it; what a page may not need is looked up when asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine import (
    casefields,
    definitions,
    documents,
    history,
    instances,
    people,
    timeline,
    tracks,
    worklist,
)
from engine.caserows import CaseRow, rows_of
from engine.definitions import Drawing
from engine.languages import Text
from engine.models import (
    Comment,
    Definition,
    Document,
    Event,
    Field,
    Incident,
    Instance,
    Link,
    Person,
)
from engine.timeline import Entry
from engine.tracks import CaseDiagram
from engine.worklist import TaskRow

#: A client is served for years in one case: its page shows the newest so many events.
SHOWN = 400


@dataclass(frozen=True)
class LinkedCase:
    """A case that this one started, or that started it: others see no more than this."""

    number: str
    title: str
    process_name: Text
    status: str
    may_open: bool
    is_parent: bool


@dataclass(frozen=True)
class IncidentRow:
    """An incident of a case; what failed is told to those who may settle it."""

    id: int
    element_name: Text
    text: Text
    opened_at: datetime
    may_resolve: bool


@dataclass(frozen=True)
class Remark:
    """A comment on a case."""

    at: datetime
    person_name: Text
    text: str


class CasePage:
    """A case with all its parts, for somebody who may see it."""

    def __init__(
        self, session: Session, person: Person, instance: Instance, before: int | None = None
    ) -> None:
        self._session, self._person, self._instance = session, person, instance
        self._before = before

    @property
    def definition_id(self) -> int:
        """The version that the case runs on."""
        return self._instance.definition_id

    @cached_property
    def row(self) -> CaseRow:
        """The case as a line of a list."""
        session, instance = self._session, self._instance
        definition = definitions.get(session, instance.definition_id)
        starter = session.get(Person, instance.starter_id) if instance.starter_id else None
        return rows_of(session, [(instance, definition, starter)])[0]

    @cached_property
    def diagrams(self) -> list[CaseDiagram]:
        """The case's own drawing, then each called one that something happened in."""
        return tracks.of(self._session, self._instance, self._drawing, self._events)

    @cached_property
    def timeline(self) -> list[Entry]:
        """One page of the case's history, oldest first: the newest, or what came before it."""
        return timeline.of(self._session, self._drawing, self._told, oversees=self._oversees)

    @cached_property
    def earlier(self) -> int | None:
        """The event before which the history goes on; nothing when this page has its begin."""
        return self._told[0].id if len(self._told) == SHOWN else None

    @cached_property
    def linked(self) -> list[LinkedCase]:
        """The cases that this one started, and the one that started it."""
        return _linked(self._session, self._person, self._instance)

    @cached_property
    def open_tasks(self) -> list[TaskRow]:
        """What is to be done in the case now."""
        return worklist.of_case(self._session, self._person, self._instance.id)

    @cached_property
    def incidents(self) -> list[IncidentRow]:
        """What went wrong and nobody has seen to."""
        return _incidents(self._session, self._instance, self._drawing, may_resolve=self._oversees)

    @cached_property
    def documents(self) -> list[Document]:
        """The case's documents, oldest first."""
        return documents.of_case(self._session, self._instance.id)

    @cached_property
    def comments(self) -> list[Remark]:
        """What people remarked, oldest first."""
        return _comments(self._session, self._instance)

    @cached_property
    def fields(self) -> list[tuple[Text, str]]:
        """The values that the procedure shows in lists."""
        return _fields(self._session, self._instance, self._drawing)

    @cached_property
    def may_cancel(self) -> bool:
        """The person may cancel the case here."""
        return instances.may_cancel(self._session, self._person, self._instance)

    @cached_property
    def _oversees(self) -> bool:
        return people.oversees(people.groups(self._session, self._person))

    @cached_property
    def _told(self) -> list[Event]:
        if self._before is None:
            return self._events
        return history.of_case(self._session, self._instance.id, last=SHOWN, before=self._before)

    @cached_property
    def _events(self) -> list[Event]:
        return history.of_case(self._session, self._instance.id, last=SHOWN)

    @property
    def _drawing(self) -> Drawing:
        return definitions.drawing(self._session, self._instance.definition_id)


def _linked(session: Session, person: Person, instance: Instance) -> list[LinkedCase]:
    seen = set(
        session.scalars(
            select(Instance.id)
            .join(Link, or_(Link.child_id == Instance.id, Link.parent_id == Instance.id))
            .where(or_(Link.parent_id == instance.id, Link.child_id == instance.id))
            .where(people.sees(session, person))
        )
    )
    found = []
    for link, other, definition in session.execute(
        select(Link, Instance, Definition)
        .join(
            Instance,
            or_(
                (Link.child_id == Instance.id) & (Link.parent_id == instance.id),
                (Link.parent_id == Instance.id) & (Link.child_id == instance.id),
            ),
        )
        .join(Definition, Definition.id == Instance.definition_id)
        .order_by(Instance.id)
    ):
        found.append(
            LinkedCase(
                number=other.number,
                title=other.title,
                process_name=definition.name,
                status=other.status,
                may_open=other.id in seen,
                is_parent=link.parent_id == other.id,
            )
        )
    return found


def _incidents(
    session: Session, instance: Instance, drawing: Drawing, *, may_resolve: bool
) -> list[IncidentRow]:
    rows = []
    for incident in session.scalars(
        select(Incident)
        .where(Incident.instance_id == instance.id, Incident.resolved_at.is_(None))
        .order_by(Incident.id)
    ):
        element = drawing.element(incident.process_id or instance.process_id, incident.element_id)
        rows.append(
            IncidentRow(
                id=incident.id,
                element_name=element.name if element else Text(incident.element_id),
                text=incident.text if may_resolve else Text(),
                opened_at=incident.opened_at,
                may_resolve=may_resolve,
            )
        )
    return rows


def _comments(session: Session, instance: Instance) -> list[Remark]:
    return [
        Remark(comment.at, person.name, comment.text)
        for comment, person in session.execute(
            select(Comment, Person)
            .join(Person, Person.id == Comment.person_id)
            .where(Comment.instance_id == instance.id)
            .order_by(Comment.id)
        )
    ]


def _fields(session: Session, instance: Instance, drawing: Drawing) -> list[tuple[Text, str]]:
    labels = {casefields.BUSINESS_KEY: casefields.BUSINESS_KEY_LABEL} | {
        item.id: item.label
        for process in drawing.processes.values()
        for element in process.elements.values()
        for item in element.fields
    }
    return [
        (labels.get(field.id, Text(field.id)), field.value)
        for field in session.scalars(select(Field).where(Field.instance_id == instance.id))
    ]
