"""Incidents: something in a case went wrong and needs a person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from engine import clock, history
from engine.languages import Text
from engine.models import Incident, Person, Task


def open_incident(
    session: Session, instance_id: int, kind: str, text: Text, **columns: Any
) -> Incident:
    """Keep what went wrong, where, and (for a form) the answers that were typed.

    The same trouble at the same place again, before anybody saw to it, is the same incident.
    """
    known = _known(session, instance_id, kind, text, columns)
    if known is not None:
        known.answers = columns.get("answers", known.answers)
        return known
    incident = Incident(
        instance_id=instance_id,
        kind=kind,
        text_zh=text.zh,
        text_en=text.en,
        opened_at=clock.now(),
        **columns,
    )
    session.add(incident)
    session.flush()
    history.record(
        session,
        instance_id,
        "incident",
        process_id=incident.process_id or "",
        element_id=incident.element_id or "",
        task_id=incident.task_id,
        details={"zh": text.zh, "en": text.en, "incident": incident.id},
    )
    return incident


def _known(
    session: Session, instance_id: int, kind: str, text: Text, columns: dict[str, Any]
) -> Incident | None:
    same = {name: columns.get(name) for name in ("task_id", "message_id")}
    if not any(same.values()):
        return None
    query = select(Incident).filter_by(instance_id=instance_id, kind=kind, text_en=text.en, **same)
    return session.scalar(query.where(Incident.resolved_at.is_(None)).limit(1))


def troubled() -> ColumnElement[bool]:
    """Give the condition on Task that it has an incident which nobody has seen to."""
    return exists().where(
        Incident.instance_id == Task.instance_id,
        Incident.task_id == Task.id,
        Incident.resolved_at.is_(None),
    )


def overcome(session: Session, instance_id: int, task_id: str, person: Person) -> None:
    """Settle the incidents of a task that somebody has completed after all."""
    query = select(Incident).where(Incident.instance_id == instance_id)
    for incident in session.scalars(
        query.where(Incident.task_id == task_id, Incident.resolved_at.is_(None))
    ):
        settle(session, incident, person)


def settle(session: Session, incident: Incident, person: Person) -> None:
    """Mark an incident as seen to."""
    if incident.resolved_at is None:
        incident.resolved_at, incident.resolved_by = clock.now(), person.id
        history.record(
            session,
            incident.instance_id,
            "resolved",
            process_id=incident.process_id,
            element_id=incident.element_id,
            person_id=person.id,
            details={"incident": incident.id},
        )
