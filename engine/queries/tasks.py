"""Open tasks, of all cases that a person may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from engine import definitions, people
from engine.casefields import BUSINESS_KEY
from engine.diagrams import Element
from engine.models import ACTIVE, Candidate, Definition, Field, Instance, Membership, Person, Task
from engine.queries.cases import KEY
from engine.queries.selection import Conditions, Selection, count, like, narrowed, part


def _offered(groups: Any) -> Any:
    return exists().where(Candidate.task_id == Task.id, Candidate.group_id.in_(groups))


def _groups_of(person_id: str) -> Any:
    return select(Membership.group_id).where(Membership.person_id == person_id)


_UNHELD = Task.assignee_id.is_(None)

CONDITIONS: Conditions = {
    "id": lambda v: Task.id == v,
    "ids": lambda v: Task.id.in_(v),
    "number": lambda v: Instance.number == v,
    "numbers": lambda v: Instance.number.in_(v),
    "business_key": lambda v: v == KEY,
    "business_keys": lambda v: KEY.in_(v),
    "business_key_like": lambda v: like(KEY, v),
    "definitions": lambda v: (Task.process_id == v[0]) & Instance.definition_id.in_(v[1]),
    "key": lambda v: Task.process_id == v,
    "keys": lambda v: Task.process_id.in_(v),
    "element": lambda v: Task.element_id == v,
    "elements": lambda v: Task.element_id.in_(v),
    "element_like": lambda v: like(Task.element_id, v),
    "name": lambda v: or_(Task.name_zh == v, Task.name_en == v),
    "name_like": lambda v: or_(like(Task.name_zh, v), like(Task.name_en, v)),
    "assignee": lambda v: Task.assignee_id == v,
    "assignees": lambda v: Task.assignee_id.in_(v),
    "assignee_like": lambda v: like(Task.assignee_id, v),
    "held": lambda v: ~_UNHELD if v else _UNHELD,
    "group": lambda v: _UNHELD & _offered([v]),
    "groups": lambda v: _UNHELD & _offered(v),
    "group_also_held": lambda v: _offered([v]),
    "groups_also_held": lambda v: _offered(v),
    "candidate": lambda v: _UNHELD & _offered(_groups_of(v)),
    "candidate_also_held": lambda v: _offered(_groups_of(v)),
    "priority": lambda v: Task.priority == v,
    "most_priority": lambda v: Task.priority <= v,
    "least_priority": lambda v: Task.priority >= v,
    "due": lambda v: Task.due_at == v,
    "due_before": lambda v: Task.due_at < v,
    "due_after": lambda v: Task.due_at > v,
    "not_due": lambda _: Task.due_at.is_(None),
    "follow_up": lambda v: Task.follow_up_at == v,
    "follow_up_before": lambda v: Task.follow_up_at < v,
    "follow_up_after": lambda v: Task.follow_up_at > v,
    "opened": lambda v: Task.opened_at == v,
    "opened_before": lambda v: Task.opened_at < v,
    "opened_after": lambda v: Task.opened_at > v,
    "nothing": lambda v: Task.id.is_(None) if v else Task.id.is_not(None),
}
ORDER: dict[str, Any] = {
    "id": Task.id,
    "number": Instance.id,
    "name": Task.name_zh,
    "assignee": Task.assignee_id,
    "priority": Task.priority,
    "due_at": Task.due_at,
    "follow_up_at": Task.follow_up_at,
    "opened_at": Task.opened_at,
}


@dataclass(frozen=True)
class FoundTask:
    """An open task, its case, and the step and the version that it is drawn in."""

    task: Task
    number: str
    definition: Definition
    element: Element | None


def found(session: Session, person: Person, selection: Selection) -> list[FoundTask]:
    """List open tasks of cases that a person may see."""
    query = narrowed(_seen(session, person), CONDITIONS, selection)
    rows = session.execute(part(query, ORDER, selection, last=Task.id))
    return [_found(session, *row) for row in rows]


def counted(session: Session, person: Person, selection: Selection) -> int:
    """Count open tasks of cases that a person may see."""
    query = narrowed(_seen(session, person), CONDITIONS, selection)
    return count(session, query.with_only_columns(Task.id))


def drawn_in(session: Session, definition_id: int) -> tuple[str, list[int]]:
    """Give what the filter `definitions` wants: tasks that are drawn in this version.

    They stand in cases of the version itself and of those that call it.
    """
    definition = definitions.get(session, definition_id)
    callers = [
        caller
        for caller, pins in session.execute(select(Definition.id, Definition.pins))
        if definition_id in pins.values()
    ]
    return definition.process_id, [definition_id, *callers]


def _seen(session: Session, person: Person) -> Select[*tuple[Any, ...]]:
    own = and_(Field.instance_id == Instance.id, Field.id == BUSINESS_KEY)
    return (
        select(Task, Instance.number, Instance.definition_id)
        .join(Instance, Instance.id == Task.instance_id)
        .outerjoin(Field, own)
        .where(Instance.status == ACTIVE, people.sees(session, person))
    )


def _found(session: Session, task: Task, number: str, definition_id: int) -> FoundTask:
    drawing = definitions.drawing(session, definition_id)
    drawn = drawing.definition_ids.get(task.process_id, definition_id)
    element = drawing.element(task.process_id, task.element_id)
    return FoundTask(task, number, definitions.get(session, drawn), element)
