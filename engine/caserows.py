"""Cases as lines of a list: where each stands, who holds it, what is late."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, definitions
from engine.languages import Text
from engine.models import Incident, Instance, Person, Task


@dataclass(frozen=True)
class CaseRow:
    """A case as a line of a list."""

    number: str
    title: str
    process_id: str
    process_name: Text
    status: str
    started_at: datetime
    ended_at: datetime | None
    starter_name: Text | None
    outcome: Text | None
    reason: str | None
    open_steps: list[Text]
    holders: list[Text]
    late: bool
    incidents: int


def rows_of(session: Session, found: list[Any]) -> list[CaseRow]:
    """Give the lines of (instance, definition, starter) triples, in their order."""
    ids = [instance.id for instance, _, _ in found]
    open_tasks: dict[int, list[tuple[Task, Person | None]]] = defaultdict(list)
    for task, holder in session.execute(
        select(Task, Person)
        .outerjoin(Person, Person.id == Task.assignee_id)
        .where(Task.instance_id.in_(ids), ~Task.optional)
        .order_by(Task.opened_at)
    ):
        open_tasks[task.instance_id].append((task, holder))
    troubles: dict[int, int] = defaultdict(int)
    for instance_id in session.scalars(
        select(Incident.instance_id).where(
            Incident.instance_id.in_(ids), Incident.resolved_at.is_(None)
        )
    ):
        troubles[instance_id] += 1
    now = clock.now()
    rows = []
    for instance, definition, starter in found:
        tasks = open_tasks[instance.id]
        rows.append(
            CaseRow(
                number=instance.number,
                title=instance.title,
                process_id=instance.process_id,
                process_name=definition.name,
                status=instance.status,
                started_at=instance.started_at,
                ended_at=instance.ended_at,
                starter_name=starter.name if starter else None,
                outcome=_outcome(session, instance),
                reason=instance.reason,
                open_steps=list(dict.fromkeys(task.name for task, _ in tasks)),
                holders=list(dict.fromkeys(h.name for _, h in tasks if h)),
                late=any(task.due_at and task.due_at < now for task, _ in tasks),
                incidents=troubles[instance.id],
            )
        )
    return rows


def _outcome(session: Session, instance: Instance) -> Text | None:
    if not instance.outcome:
        return None
    drawing = definitions.drawing(session, instance.definition_id)
    element = drawing.element(instance.process_id, instance.outcome)
    return element.name if element else None
