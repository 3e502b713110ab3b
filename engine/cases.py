"""Cases as managers and staff read them: the list, and one case with all its parts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from engine import (
    clock,
    definitions,
    documents,
    errors,
    history,
    incidents,
    instances,
    messages,
    people,
    timeline,
    timers,
    tracks,
    worklist,
)
from engine.definitions import Drawing
from engine.languages import Text
from engine.models import (
    ACTIVE,
    Comment,
    Definition,
    Document,
    Field,
    Incident,
    Instance,
    Link,
    Person,
    Task,
)
from engine.timeline import Entry
from engine.tracks import CaseDiagram
from engine.worklist import Page, TaskRow

#: A client is served for years in one case: its page shows the newest so many events.
SHOWN = 400


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
    """An incident of a case."""

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


@dataclass(frozen=True)
class CasePage:
    """Everything that a case's page shows."""

    row: CaseRow
    definition_id: int
    diagrams: list[CaseDiagram]
    timeline: list[Entry]
    linked: list[LinkedCase]
    open_tasks: list[TaskRow]
    incidents: list[IncidentRow]
    documents: list[Document]
    comments: list[Remark]
    fields: list[tuple[Text, str]]
    may_cancel: bool


def diagrams_of(session: Session, person: Person, number: str) -> list[CaseDiagram]:
    """Give just the drawings of a case, as a task's page shows them."""
    instance = instances.opened(session, person, number)
    drawing = definitions.drawing(session, instance.definition_id)
    return tracks.of(session, instance, drawing, history.of_case(session, instance.id, last=SHOWN))


def listed(
    session: Session,
    person: Person,
    *,
    search: str = "",
    process_id: str = "",
    status: str = "",
    page: int = 1,
    size: int = 25,
) -> Page[CaseRow]:
    """List the cases that a person may see, the newest first."""
    page, size = max(1, page), max(1, min(size, 100))
    query = (
        select(Instance, Definition, Person)
        .join(Definition, Definition.id == Instance.definition_id)
        .outerjoin(Person, Person.id == Instance.starter_id)
        .where(people.sees(session, person))
    )
    if search.strip():
        query = query.where(worklist.matching(search))
    if process_id:
        query = query.where(Instance.process_id == process_id)
    if status == "late":
        query = query.where(
            exists().where(Task.instance_id == Instance.id, Task.due_at < clock.now())
        )
    elif status == "incident":
        query = query.where(
            exists().where(Incident.instance_id == Instance.id, Incident.resolved_at.is_(None))
        )
    elif status:
        query = query.where(Instance.status == status)
    total = worklist.count(session, query)
    found = session.execute(
        query.order_by(Instance.id.desc()).offset((page - 1) * size).limit(size)
    ).all()
    return Page(_rows(session, [tuple(row) for row in found]), total, page, size)


def _rows(session: Session, found: list[Any]) -> list[CaseRow]:
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


def opened(session: Session, person: Person, number: str) -> CasePage:
    """Give one case with all its parts, or raise NotFound."""
    instance = instances.opened(session, person, number)
    definition = definitions.get(session, instance.definition_id)
    starter = session.get(Person, instance.starter_id) if instance.starter_id else None
    drawing = definitions.drawing(session, instance.definition_id)
    events = history.of_case(session, instance.id, last=SHOWN)
    oversees = people.oversees(people.groups(session, person))
    return CasePage(
        row=_rows(session, [(instance, definition, starter)])[0],
        definition_id=instance.definition_id,
        diagrams=tracks.of(session, instance, drawing, events),
        timeline=timeline.of(session, drawing, events),
        linked=_linked(session, person, instance),
        open_tasks=worklist.of_case(session, person, instance.id),
        incidents=_incidents(session, instance, drawing, may_resolve=oversees),
        documents=documents.of_case(session, instance.id),
        comments=_comments(session, instance),
        fields=_fields(session, instance, drawing),
        may_cancel=instances.may_cancel(session, person, instance),
    )


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
                text=incident.text,
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
    labels = {
        item.id: item.label
        for process in drawing.processes.values()
        for element in process.elements.values()
        for item in element.fields
    }
    return [
        (labels.get(field.id, Text(field.id)), field.value)
        for field in session.scalars(select(Field).where(Field.instance_id == instance.id))
    ]


def comment(session: Session, person: Person, number: str, text: str) -> None:
    """Add a remark to a case that a person sees."""
    instance = instances.opened(session, person, number)
    text = text.strip().replace("\x00", "")[:5000]
    if not text:
        raise errors.ReasonMissing
    session.add(Comment(instance_id=instance.id, person_id=person.id, at=clock.now(), text=text))
    session.flush()


def resolve(session: Session, person: Person, number: str, incident_id: int) -> None:
    """Settle an incident: what failed in the background is tried again.

    Managers and administrators may.
    """
    instance = instances.opened(session, person, number)
    incident = session.get(Incident, incident_id)
    if incident is None or incident.instance_id != instance.id:
        raise errors.NotFound
    if not people.oversees(people.groups(session, person)):
        raise errors.NotFound
    if instance.status == ACTIVE or incident.message_id is not None:
        if incident.message_id is not None and incident.kind != "repeated_start":
            messages.retry(session, incident.message_id)
        elif incident.task_id is not None:
            timers.retry(session, incident.task_id)
    incidents.settle(session, incident, person)
