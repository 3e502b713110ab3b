"""The rows of a case by which lists, inboxes and the clock find it, when it changes its version."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from engine import (
    assignments,
    casefields,
    definitions,
    due,
    errors,
    expressions,
    history,
    inbox,
    incidents,
)
from engine.contexts import case_context
from engine.diagrams import Element
from engine.models import Candidate, Definition, Exclusion, Field, Instance, Subscription, Task
from engine.models import Timer as TimerRow
from engine.runtime import Run, Waiting

#: What the drawing says of a task; who holds it and what is typed already is the people's.
_DRAWN = (
    *("process_id", "element_id", "name_zh", "name_en", "detail", "group_id", "due_at"),
    *("follow_up_at", "priority", "optional", "distinct_from"),
)
_KEPT = (*_DRAWN, "assignee_id")
#: What of an element makes a task's row.
_SAYS = (
    *("id", "process_id", "name", "lane", "candidate_groups", "assignee", "due_date"),
    *("follow_up_date", "priority", "optional"),
)
_WRITE = (
    update(Instance)
    .where(Instance.id == bindparam("instance"), Instance.revision == bindparam("read"))
    .values({c: bindparam(c) for c in ("state", "title", "definition_id", "revision")})
)


def write_instance(session: Session, instance: Instance, **written: Any) -> None:
    """Write the case's row, if nobody else has written it since it was read."""
    written = {"title": instance.title, **written, "revision": instance.revision + 1}
    place = {"instance": instance.id, "read": instance.revision}
    if session.connection().execute(_WRITE, {**written, **place}).rowcount != 1:
        raise errors.ChangedMeanwhile
    for name, value in written.items():
        set_committed_value(instance, name, value)


def rename(session: Session, instance: Instance, title: str) -> None:
    """Give a case another title; its row is locked and was written just now."""
    session.connection().execute(
        update(Instance).where(Instance.id == instance.id).values(title=title)
    )
    set_committed_value(instance, "title", title)


def saved(session: Session, instance: Instance) -> dict[str, Any]:
    """Give what is needed to put the rows of a case back as they are."""
    tasks = session.scalars(select(Task).where(Task.instance_id == instance.id)).all()
    ids = [task.id for task in tasks]
    return {
        "title": instance.title,
        "tasks": {task.id: {c: _plain(getattr(task, c)) for c in _KEPT} for task in tasks},
        "candidates": _pairs(session, Candidate.task_id, Candidate.group_id, ids),
        "exclusions": _pairs(session, Exclusion.task_id, Exclusion.person_id, ids),
        "timers": _all(session, TimerRow, instance.id),
        "subscriptions": _all(session, Subscription, instance.id),
        "fields": _all(session, Field, instance.id),
    }


def _pairs(session: Session, one: Any, other: Any, ids: list[str]) -> list[list[str]]:
    if not ids:
        return []
    return [list(row) for row in session.execute(select(one, other).where(one.in_(ids)))]


def _all(session: Session, model: Any, instance_id: int) -> list[dict[str, Any]]:
    columns = model.__table__.columns
    query = select(*columns).where(model.instance_id == instance_id)
    return [
        {name: _plain(value) for name, value in row.items()}
        for row in session.execute(query).mappings()
    ]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def put_back(session: Session, instance: Instance, before: dict[str, Any]) -> None:
    """Put the rows of a case back as `saved` found them; claims and drafts stay as they are."""
    for task_id, row in before["tasks"].items():
        drawn = {c: row[c] for c in _DRAWN}
        for column in ("due_at", "follow_up_at"):
            drawn[column] = datetime.fromisoformat(row[column]) if row[column] else None
        session.execute(update(Task).where(Task.id == task_id).values(drawn))
    ids = list(before["tasks"])
    for model, name, pairs in (
        (Candidate, "group_id", before["candidates"]),
        (Exclusion, "person_id", before["exclusions"]),
    ):
        session.execute(delete(model).where(model.task_id.in_(ids)))
        if pairs:
            session.execute(insert(model), [{"task_id": t, name: other} for t, other in pairs])
    _again(session, instance, TimerRow, before["timers"])
    _again(session, instance, Subscription, before["subscriptions"])
    _again(session, instance, Field, before["fields"])
    session.info["wake"] = True


def _again(session: Session, instance: Instance, model: Any, rows: list[dict[str, Any]]) -> None:
    session.execute(delete(model).where(model.instance_id == instance.id))
    if rows:
        session.execute(insert(model), [_moments(row) for row in rows])


def _moments(row: dict[str, Any]) -> dict[str, Any]:
    if "due_at" in row:
        return {**row, "due_at": datetime.fromisoformat(row["due_at"])}
    return row


def write(session: Session, instance: Instance, before: Definition, run: Run) -> str:
    """Write the rows of a case that has changed its version; give its title by the new one."""
    waiting = run.waiting()
    _tasks(session, instance, before, [w for w in waiting if w.kind == "user"])
    _timers(session, instance, [w for w in waiting if w.kind == "timer"])
    _subscriptions(session, instance, [w for w in waiting if w.kind == "message"])
    old = definitions.drawing(session, before.id).process
    new = definitions.drawing(session, instance.definition_id).process
    names = "case.fields"
    if old.properties.get(names) != new.properties.get(names):
        found = (casefields.of(old, run.data), casefields.of(new, run.data))
        casefields.write(session, instance.id, *found)
    text = new.properties.get("case.title", "")
    if not text or text == old.properties.get("case.title", ""):
        return instance.title
    try:
        said = expressions.evaluate(text, run.data, case_context(session, instance))
        return str(said)[:500] or instance.title
    except errors.ExpressionFailed:
        return instance.title


def _tasks(
    session: Session, instance: Instance, before: Definition, waiting: list[Waiting]
) -> None:
    rows = {t.id: t for t in session.scalars(select(Task).where(Task.instance_id == instance.id))}
    drawn = definitions.drawing(session, before.id)
    for one in waiting:
        row = rows[one.task_id]
        old = drawn.element(row.process_id, row.element_id)
        if old is None or not _says_the_same(old, one.element):
            _task(session, instance, row, old, one)


def _says_the_same(one: Element, other: Element) -> bool:
    own = ("detail", "distinctFrom")
    return all(getattr(one, name) == getattr(other, name) for name in _SAYS) and all(
        one.properties.get(name) == other.properties.get(name) for name in own
    )


def _task(
    session: Session, instance: Instance, row: Task, old: Element | None, waiting: Waiting
) -> None:
    """Write a task as the new drawing says it; its id, its holder and its draft stay."""
    element = waiting.element
    drawing = definitions.drawing(session, instance.definition_id)
    context = replace(case_context(session, instance), row_index=waiting.row_index)
    made = assignments.opening(
        session,
        instance,
        drawing.processes[element.process_id],
        element,
        task_id=row.id,
        scope=waiting.scope,
        data=waiting.data,
        context=context,
        just_done=[],
        since=row.opened_at,
    )
    written = {column: made.row[column] for column in _DRAWN}
    if old is not None and old.due_date == element.due_date:
        written["due_at"] = row.due_at
    if old is not None and old.follow_up_date == element.follow_up_date:
        written["follow_up_at"] = row.follow_up_at
    written["assignee_id"] = _holder(session, instance, row, old, element, made)
    session.execute(update(Task).where(Task.id == row.id).values(written))
    for model, name, values in (
        (Candidate, "group_id", dict.fromkeys(made.groups)),
        (Exclusion, "person_id", dict.fromkeys(sorted(made.excluded))),
    ):
        session.execute(delete(model).where(model.task_id == row.id))
        if values:
            session.execute(insert(model), [{"task_id": row.id, name: v} for v in values])
    if made.trouble and written["assignee_id"] is None:
        place = {"process_id": element.process_id, "element_id": element.id, "task_id": row.id}
        incidents.open_incident(session, instance.id, "nobody", made.trouble, **place)


def _holder(
    session: Session,
    instance: Instance,
    row: Task,
    old: Element | None,
    element: Element,
    made: assignments.Opening,
) -> str | None:
    """Who holds the task now: whoever did, unless the drawing names somebody else."""
    if row.assignee_id in made.excluded:
        return None
    named_anew = old is None or old.assignee != element.assignee
    claimed = old is not None and history.was_claimed(session, instance.id, old.id, row.id)
    if named_anew and element.assignee and not claimed:
        return made.row["assignee_id"] or row.assignee_id
    return row.assignee_id


def _timers(session: Session, instance: Instance, waiting: list[Waiting]) -> None:
    query = select(TimerRow).where(TimerRow.instance_id == instance.id)
    known = {(t.task_id, t.element_id): t.due_at for t in session.scalars(query)}
    wanted = {(w.task_id, w.element.id): w for w in waiting}
    stale = [
        place for place, at in known.items() if place not in wanted or wanted[place].due_at != at
    ]
    due.forget(session, [task_id for task_id, _ in stale])
    fresh = [w for place, w in wanted.items() if place in stale or place not in known]
    due.write(session, instance.id, fresh)


def _subscriptions(session: Session, instance: Instance, waiting: list[Waiting]) -> None:
    query = select(Subscription).where(Subscription.instance_id == instance.id)
    known = {(s.task_id, s.element_id, s.name, s.key) for s in session.scalars(query)}
    wanted = {(w.task_id, w.element.id, w.message_name, w.key): w for w in waiting}
    if known == set(wanted):
        return
    inbox.forget(session, [task_id for task_id, *_ in known])
    inbox.write(session, instance.id, list(wanted.values()))
    # What came early may find somebody who waits for it now.
    session.info["wake"] = True
