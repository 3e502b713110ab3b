"""What expressions may ask of a case, beside its data."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from engine import history
from engine.expressions import Context
from engine.models import Instance, Person


def case_context(
    session: Session, instance: Instance | None, events: list[dict[str, Any]] | None = None
) -> Context:
    """What expressions may ask of a case; without a case, of one about to start."""

    def completed_by(element_id: str) -> str:
        for event in reversed(events or []):
            if event["kind"] == "completed" and event["element_id"] == element_id:
                return str(event["person_id"] or "")
        if instance is None:
            return ""
        return history.completer(session, instance.id, element_id)

    def person_name(person_id: str) -> str:
        person = session.get(Person, str(person_id)) if person_id else None
        return f"{person.name_zh} {person.name_en}" if person else ""

    case = {
        "number": instance.number if instance else "",
        "title": instance.title if instance else "",
        "starter": (instance.starter_id or "") if instance else "",
    }
    return Context(case=case, functions={"completed_by": completed_by, "person_name": person_name})
