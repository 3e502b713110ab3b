"""Lists of tasks, as inboxes show them: mine, my groups', all that I may see, done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from engine import definitions, people
from engine.formerly import Past
from engine.instances import claimable
from engine.languages import Text
from engine.models import ACTIVE, Definition, Event, Field, Group, Instance, Person, Task

Row = TypeVar("Row")
#: Beyond it no list goes, whatever an address asks for.
LAST_PAGE = 1_000_000
TABS = ("mine", "groups", "all", "done")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list, and how long the whole list is."""

    rows: list[Row]
    total: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True)
class TaskRow:
    """A task as a line of a list."""

    id: str
    name: Text
    detail: str
    case_number: str
    case_title: str
    process_name: Text
    group_name: Text | None
    assignee_id: str | None
    assignee_name: Text | None
    due_at: datetime | None
    priority: int
    optional: bool
    opened_at: datetime | None
    completed_at: datetime | None
    mine: bool
    claimable: bool


def counts(session: Session, person: Person) -> dict[str, int]:
    """Count the open tasks under each tab."""
    counted = {}
    for tab in ("mine", "groups"):
        query = select(func.count()).select_from(Task).where(_in_tab(session, person, tab))
        counted[tab] = session.scalar(query) or 0
    return counted


def listed(
    session: Session,
    person: Person,
    *,
    tab: str = "mine",
    search: str = "",
    page: int = 1,
    size: int = 25,
) -> Page[TaskRow]:
    """List tasks by due date; `search` looks into task, title, number and case fields."""
    page, size = max(1, min(page, LAST_PAGE)), max(1, min(size, 100))
    if tab == "done":
        return _done(session, person, search, page, size)
    query = (
        select(Task, Instance, Definition, Group, Person)
        .join(Instance, Instance.id == Task.instance_id)
        .join(Definition, Definition.id == Instance.definition_id)
        .outerjoin(Group, Group.id == Task.group_id)
        .outerjoin(Person, Person.id == Task.assignee_id)
        .where(_in_tab(session, person, tab))
    )
    if search.strip():
        query = query.where(matching(search, Task.name_zh, Task.name_en, Task.detail))
    total = count(session, query)
    query = query.order_by(
        Task.optional, Task.due_at.is_(None), Task.due_at, Task.priority.desc(), Task.id
    )
    found = session.execute(query.offset((page - 1) * size).limit(size)).all()
    mine = _may_take(session, person, [row[0].id for row in found])
    rows = [_task_row(person, *row, may_take=row[0].id in mine) for row in found]
    return Page(rows, total, page, size)


def row_of(session: Session, person: Person, task: Task) -> TaskRow:
    """Give one task as a line of a list."""
    found = session.execute(
        select(Instance, Definition, Group, Person)
        .select_from(Task)
        .join(Instance, Instance.id == Task.instance_id)
        .join(Definition, Definition.id == Instance.definition_id)
        .outerjoin(Group, Group.id == Task.group_id)
        .outerjoin(Person, Person.id == Task.assignee_id)
        .where(Task.id == task.id)
    ).one()
    may_take = bool(_may_take(session, person, [task.id]))
    return _task_row(person, task, *found, may_take=may_take)


def of_case(session: Session, person: Person, instance_id: int) -> list[TaskRow]:
    """List the open tasks of one case."""
    found = session.scalars(
        select(Task).where(Task.instance_id == instance_id).order_by(Task.opened_at, Task.id)
    )
    return [row_of(session, person, task) for task in found]


def _in_tab(session: Session, person: Person, tab: str) -> ColumnElement[bool]:
    if tab == "mine":
        return Task.assignee_id == person.id
    if tab == "groups":
        condition: ColumnElement[bool] = and_(Task.assignee_id.is_(None), claimable(person.id))
        return condition
    return and_(Instance.status == ACTIVE, people.sees(session, person))


def _may_take(session: Session, person: Person, task_ids: Sequence[str]) -> set[str]:
    if not task_ids:
        return set()
    return set(
        session.scalars(
            select(Task.id).where(
                Task.id.in_(task_ids), Task.assignee_id.is_(None), claimable(person.id)
            )
        )
    )


def _task_row(
    person: Person,
    task: Task,
    instance: Instance,
    definition: Definition,
    group: Group | None,
    holder: Person | None,
    *,
    may_take: bool,
) -> TaskRow:
    return TaskRow(
        id=task.id,
        name=task.name,
        detail=task.detail,
        case_number=instance.number,
        case_title=instance.title,
        process_name=definition.name,
        group_name=group.name if group else None,
        assignee_id=task.assignee_id,
        assignee_name=holder.name if holder else None,
        due_at=task.due_at,
        priority=task.priority,
        optional=task.optional,
        opened_at=task.opened_at,
        completed_at=None,
        mine=task.assignee_id == person.id,
        claimable=may_take,
    )


def _done(session: Session, person: Person, search: str, page: int, size: int) -> Page[TaskRow]:
    query = (
        select(Event, Instance, Definition)
        .join(Instance, Instance.id == Event.instance_id)
        .join(Definition, Definition.id == Instance.definition_id)
        .where(Event.person_id == person.id, Event.kind == "completed")
    )
    if search.strip():
        query = query.where(matching(search))
    total = count(session, query)
    query = query.order_by(Event.id.desc()).offset((page - 1) * size).limit(size)
    rows = []
    found = session.execute(query).all()
    past = Past(session, {instance.id for _, instance, _ in found})
    for event, instance, definition in found:
        drawing = past.drawing(event, definitions.drawing(session, instance.definition_id))
        element = drawing.element(event.process_id, event.element_id)
        rows.append(
            TaskRow(
                id=event.task_id or "",
                name=element.name if element else Text(event.element_id),
                detail=str(event.details.get("detail", "")),
                case_number=instance.number,
                case_title=instance.title,
                process_name=definition.name,
                group_name=None,
                assignee_id=person.id,
                assignee_name=person.name,
                due_at=None,
                priority=0,
                optional=False,
                opened_at=None,
                completed_at=event.at,
                mine=True,
                claimable=False,
            )
        )
    return Page(rows, total, page, size)


def matching(search: str, *columns: Any) -> ColumnElement[bool]:
    """Search case number, title and fields, and the given columns, without regard to case."""
    pattern = f"%{escaped(search)}%"
    own = [column.ilike(pattern, escape="\\") for column in columns]
    return or_(
        Instance.number.ilike(pattern, escape="\\"),
        Instance.title.ilike(pattern, escape="\\"),
        exists().where(Field.instance_id == Instance.id, Field.value.ilike(pattern, escape="\\")),
        *own,
    )


def escaped(search: str) -> str:
    """Take the meaning out of the characters that LIKE reads as wildcards."""
    text = search.strip()[:200].replace("\x00", "")
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def count(session: Session, query: Select[*tuple[Any, ...]]) -> int:
    return session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
