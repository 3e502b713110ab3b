"""The rows of a case by which lists, inboxes and the clock find it, when it changes its version."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, literal, select, union_all, update
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
from engine.models import Candidate, Exclusion, Field, Instance, Subscription, Task
from engine.models import Timer as TimerRow
from engine.runtime import Run, Waiting

#: What the drawing says of a task; who holds it and what is typed already is the people's.
_DRAWN = (
    *("process_id", "element_id", "name_zh", "name_en", "detail", "group_id", "due_at"),
    *("follow_up_at", "priority", "optional", "distinct_from"),
)
#: What of an element makes a task's row: who may have it, and the rest.
_WHO = ("lane", "candidate_groups", "assignee")
_WORDS = ("id", "process_id", "name", "due_date", "follow_up_date", "priority", "optional")

# Built once: most of a statement's cost is putting it together.
_WRITE = (
    update(Instance)
    .where(Instance.id == bindparam("instance"), Instance.revision == bindparam("read"))
    .values({c: bindparam(c) for c in ("state", "title", "definition_id", "revision")})
)
_WRITE_TASK = (
    update(Task)
    .where(Task.id == bindparam("task"))
    .values({c: bindparam(c) for c in (*_DRAWN, "assignee_id")})
)
_TASKS = select(*Task.__table__.columns).where(Task.instance_id == bindparam("instance"))
_PEOPLE = union_all(
    *(
        select(literal(kind), model.task_id, column)
        .join(Task, Task.id == model.task_id)
        .where(Task.instance_id == bindparam("instance"))
        for kind, model, column in (
            ("candidates", Candidate, Candidate.group_id),
            ("exclusions", Exclusion, Exclusion.person_id),
        )
    )
)
_OF_CASE = {
    model: select(*model.__table__.columns).where(model.instance_id == bindparam("instance"))
    for model in (TimerRow, Subscription, Field)
}


@dataclass
class Rows:
    """The rows of a case as they are before it moves."""

    tasks: dict[str, dict[str, Any]]
    candidates: dict[str, list[str]]
    exclusions: dict[str, list[str]]
    timers: list[dict[str, Any]]
    subscriptions: list[dict[str, Any]]
    fields: list[dict[str, Any]]

    def kept(self) -> dict[str, Any]:
        """Give what is needed to put them back."""
        tasks = {
            task_id: {c: _plain(row[c]) for c in _DRAWN} for task_id, row in self.tasks.items()
        }
        found = {name: [_texts(row) for row in getattr(self, name)] for name in _LISTS}
        return {
            "tasks": tasks,
            "candidates": self.candidates,
            "exclusions": self.exclusions,
            **found,
        }


_LISTS = ("timers", "subscriptions", "fields")


def read(session: Session, instance: Instance) -> Rows:
    """Read the rows of a case."""
    connection, of = session.connection(), {"instance": instance.id}

    def listed(statement: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in connection.execute(statement, of).mappings()]

    people: dict[str, dict[str, list[str]]] = {"candidates": {}, "exclusions": {}}
    for kind, task_id, value in connection.execute(_PEOPLE, of):
        people[kind].setdefault(task_id, []).append(value)
    return Rows(
        {row["id"]: row for row in listed(_TASKS)},
        people["candidates"],
        people["exclusions"],
        *(listed(_OF_CASE[model]) for model in (TimerRow, Subscription, Field)),
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


def _texts(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def put_back(session: Session, instance: Instance, before: dict[str, Any]) -> None:
    """Put the rows of a case back as `saved` found them; claims and drafts stay as they are."""
    for task_id, row in before["tasks"].items():
        drawn = {c: row[c] for c in _DRAWN}
        for column in ("due_at", "follow_up_at"):
            drawn[column] = datetime.fromisoformat(row[column]) if row[column] else None
        session.execute(update(Task).where(Task.id == task_id).values(drawn))
    for model, name, found in (
        (Candidate, "group_id", before["candidates"]),
        (Exclusion, "person_id", before["exclusions"]),
    ):
        for task_id in before["tasks"]:
            _replace(session, model, name, task_id, found.get(task_id, []))
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


def _replace(session: Session, model: Any, name: str, task_id: str, values: list[str]) -> None:
    session.execute(delete(model).where(model.task_id == task_id))
    if values:
        session.execute(insert(model), [{"task_id": task_id, name: v} for v in values])


def write(
    session: Session, instance: Instance, before: int, rows: Rows, waiting: list[Waiting]
) -> None:
    """Write the rows of what waits in a case that ran on the version `before`."""
    drawn = definitions.drawing(session, before)
    for one in waiting:
        if one.kind != "user":
            continue
        row = rows.tasks[one.task_id]
        old = drawn.element(row["process_id"], row["element_id"])
        _task(session, instance, rows, old, one)
    _timers(session, instance, rows.timers, [w for w in waiting if w.kind == "timer"])
    messages = [w for w in waiting if w.kind == "message"]
    _subscriptions(session, instance, rows.subscriptions, messages)


def write_words(session: Session, instance: Instance, before: int, run: Run) -> None:
    """Write what lists show of a case, where the new drawing says it otherwise."""
    old = definitions.drawing(session, before).process.properties
    new = definitions.drawing(session, instance.definition_id).process
    if old.get("case.fields") != new.properties.get("case.fields"):
        was = definitions.drawing(session, before).process
        found = (casefields.of(was, run.data), casefields.of(new, run.data))
        casefields.write(session, instance.id, *found)
    text = new.properties.get("case.title", "")
    if not text or text == old.get("case.title", ""):
        return
    with suppress(errors.ExpressionFailed):
        said = expressions.evaluate(text, run.data, case_context(session, instance))
        title = str(said)[:500] or instance.title
        if title != instance.title:
            rename(session, instance, title)


def _says_the_same(one: Element, other: Element, names: tuple[str, ...], own: str) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in names) and (
        one.properties.get(own) == other.properties.get(own)
    )


def _task(
    session: Session, instance: Instance, rows: Rows, old: Element | None, waiting: Waiting
) -> None:
    """Write a task as the new drawing says it; its id, its holder and its draft stay."""
    element, row = waiting.element, rows.tasks[waiting.task_id]
    same_people = old is not None and _says_the_same(old, element, _WHO, "distinctFrom")
    if same_people and old is not None and _says_the_same(old, element, _WORDS, "detail"):
        return
    drawing = definitions.drawing(session, instance.definition_id)
    place: dict[str, Any] = {"task_id": waiting.task_id, "scope": waiting.scope}
    place["context"] = replace(case_context(session, instance), row_index=waiting.row_index)
    place |= {"data": waiting.data, "since": row["opened_at"]}
    if same_people:
        made = assignments.drawn(instance, element, **place)
    else:
        process = drawing.processes[element.process_id]
        made = assignments.opening(session, instance, process, element, just_done=[], **place)
    written = {column: made.row[column] for column in _DRAWN}
    if old is not None and old.due_date == element.due_date:
        written["due_at"] = row["due_at"]
    if old is not None and old.follow_up_date == element.follow_up_date:
        written["follow_up_at"] = row["follow_up_at"]
    written["assignee_id"] = row["assignee_id"]
    if not same_people:
        written["assignee_id"] = _holder(session, instance, row, old, element, made)
        _people(session, instance, rows, made, held=written["assignee_id"] is not None)
    session.connection().execute(_WRITE_TASK, {**written, "task": waiting.task_id})


def _people(
    session: Session, instance: Instance, rows: Rows, made: assignments.Opening, *, held: bool
) -> None:
    """Write who may have a task now; tell when that is nobody."""
    task_id = made.row["id"]
    groups, excluded = list(dict.fromkeys(made.groups)), sorted(made.excluded)
    if sorted(rows.candidates.get(task_id, [])) != sorted(groups):
        _replace(session, Candidate, "group_id", task_id, groups)
    if sorted(rows.exclusions.get(task_id, [])) != excluded:
        _replace(session, Exclusion, "person_id", task_id, excluded)
    if made.trouble and not held:
        place = {name: made.row[name] for name in ("process_id", "element_id")}
        incidents.open_incident(
            session, instance.id, "nobody", made.trouble, task_id=task_id, **place
        )


def _holder(
    session: Session,
    instance: Instance,
    row: dict[str, Any],
    old: Element | None,
    element: Element,
    made: assignments.Opening,
) -> str | None:
    """Who holds the task now: whoever did, unless the drawing names somebody else."""
    holder: str | None = row["assignee_id"]
    if holder in made.excluded:
        return None
    if not element.assignee or (old is not None and old.assignee == element.assignee):
        return holder
    claimed = history.was_claimed(session, instance.id, row["element_id"], row["id"])
    named: str | None = made.row["assignee_id"]
    return holder if claimed else named or holder


def _timers(
    session: Session, instance: Instance, rows: list[dict[str, Any]], waiting: list[Waiting]
) -> None:
    known = {(row["task_id"], row["element_id"]): row["due_at"] for row in rows}
    wanted = {(w.task_id, w.element.id): w for w in waiting}
    stale = [
        place for place, at in known.items() if place not in wanted or wanted[place].due_at != at
    ]
    due.forget(session, [task_id for task_id, _ in stale])
    fresh = [w for place, w in wanted.items() if place in stale or place not in known]
    due.write(session, instance.id, fresh)


def _subscriptions(
    session: Session, instance: Instance, rows: list[dict[str, Any]], waiting: list[Waiting]
) -> None:
    known = {(row["task_id"], row["element_id"], row["name"], row["key"]) for row in rows}
    wanted = {(w.task_id, w.element.id, w.message_name, w.key) for w in waiting}
    if known == wanted:
        return
    inbox.forget(session, [task_id for task_id, *_ in known])
    inbox.write(session, instance.id, waiting)
    # What came early may find somebody who waits for it now.
    session.info["wake"] = True
