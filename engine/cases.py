"""Cases as managers and staff read them: the list, and one case with all its parts."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from engine import clock, errors, incidents, instances, messages, people, timers, worklist
from engine.casepage import CasePage, LinkedCase
from engine.caserows import CaseRow, rows_of
from engine.models import (
    ACTIVE,
    Comment,
    Definition,
    Incident,
    Instance,
    Person,
    Task,
)
from engine.opentask import OpenTask
from engine.worklist import Page

__all__ = ["CasePage", "CaseRow", "LinkedCase", "around", "comment", "listed", "opened", "resolve"]


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
    page, size = max(1, min(page, worklist.LAST_PAGE)), max(1, min(size, 100))
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
    return Page(rows_of(session, [tuple(row) for row in found]), total, page, size)


def opened(session: Session, person: Person, number: str, *, before: int | None = None) -> CasePage:
    """Give one case with all its parts, or raise NotFound.

    `before` turns to the page of its history that ends before that event.
    """
    return CasePage(session, person, instances.opened(session, person, number), before)


def around(session: Session, person: Person, task: OpenTask) -> CasePage:
    """Give the case of a task that somebody has opened, and whose case they therefore may see."""
    return CasePage(session, person, task.instance)


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
