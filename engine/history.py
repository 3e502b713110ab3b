"""The history of cases: append only, and the questions that procedures ask of it."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from engine import clock
from engine.models import Event

_RECORD = insert(Event)


def record(session: Session, instance_id: int, kind: str, **columns: Any) -> None:
    """Append one event to a case's history."""
    record_all(session, [event(instance_id, kind, **columns)])


def event(instance_id: int, kind: str, **columns: Any) -> dict[str, Any]:
    """Make an event's row; every row has the same columns, so that many are one statement."""
    return {
        "instance_id": instance_id,
        "kind": kind,
        "at": clock.now(),
        "process_id": "",
        "element_id": "",
        "task_id": None,
        "scope": "",
        "lane": "",
        "person_id": None,
        "details": {},
        "ending_of": None,
        "request_key": None,
        **columns,
    }


def record_all(session: Session, rows: list[dict[str, Any]]) -> None:
    """Append events; they keep the order of the list."""
    if rows:
        session.connection().execute(_RECORD, rows)


def completer(session: Session, instance_id: int, element_id: str) -> str:
    """Tell who completed an element last; nobody is an empty text."""
    query = _completions(instance_id, element_id).order_by(Event.id.desc()).limit(1)
    return session.scalar(query) or ""


def completers(session: Session, instance_id: int, element_id: str, *, scope: str) -> set[str]:
    """Tell who completed an element in one run of what encloses it."""
    query = _completions(instance_id, element_id).where(Event.scope == scope).distinct()
    return {person_id for person_id in session.scalars(query) if person_id}


def _completions(instance_id: int, element_id: str) -> Select[str | None]:
    return select(Event.person_id).where(
        Event.instance_id == instance_id,
        Event.element_id == element_id,
        Event.kind == "completed",
        Event.person_id.is_not(None),
    )


def last_hands(session: Session, instance_id: int, lane: str, among: set[str]) -> str | None:
    """Tell who of some people did this lane's last task in the case (the start counts)."""
    return session.scalar(
        select(Event.person_id)
        .where(
            Event.instance_id == instance_id,
            Event.kind.in_(("completed", "started")),
            Event.lane == lane,
            Event.person_id.in_(among),
        )
        .order_by(Event.id.desc())
        .limit(1)
    )


def request(person_id: str, place: str, key: str) -> str | None:
    """Give what to keep of a request's key: it means something for one person at one place."""
    if not key:
        return None
    said = "\n".join((person_id, place, key)).encode(errors="replace")
    return sha256(said).hexdigest()


def ending(session: Session, task_id: str) -> Event | None:
    """Find how a task ended: completed by somebody, or withdrawn."""
    return session.scalar(select(Event).where(Event.ending_of == task_id))


def was_claimed(session: Session, instance_id: int, element_id: str, task_id: str) -> bool:
    """Tell whether somebody took a task that was open to a group before."""
    query = select(Event.id).where(
        Event.instance_id == instance_id,
        Event.element_id == element_id,
        Event.kind == "claimed",
        Event.task_id == task_id,
    )
    return session.scalar(query.limit(1)) is not None


def answered(session: Session, request_key: str) -> Event | None:
    """Find what an earlier request with the same key did."""
    return session.scalar(select(Event).where(Event.request_key == request_key))


def of_case(
    session: Session, instance_id: int, *, last: int | None = None, before: int | None = None
) -> list[Event]:
    """Give the events of a case, oldest first; `last` keeps to the newest so many.

    `before` gives those that came before the event with that id.
    """
    query = select(Event).where(Event.instance_id == instance_id)
    if before is not None:
        query = query.where(Event.id < before)
    return list(session.scalars(query.order_by(Event.id.desc()).limit(last)))[::-1]
