"""Tasks: open one, claim, release, keep a draft, complete."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, undefer

from engine import (
    clock,
    definitions,
    documents,
    due,
    durations,
    errors,
    forms,
    history,
    incidents,
    instances,
    people,
)
from engine.contexts import case_context
from engine.diagrams import Element
from engine.directory import Usable
from engine.expressions import Context
from engine.instances import Completed, advance, claimable, completed
from engine.languages import Text
from engine.models import ACTIVE, Exclusion, Instance, Person, Task
from engine.opentask import OpenTask
from engine.step import Step
from engine.worklist import TaskRow, counts, listed

__all__ = [
    "OpenTask",
    "TaskRow",
    "claim",
    "complete",
    "context_at_start",
    "counts",
    "drawn",
    "listed",
    "opened",
    "release",
    "save_draft",
]


#: A task with whether a person may do it, and whether it is in trouble; built once, for it
#: runs in every step.
_TASK = (
    select(Task, Instance, claimable(bindparam("person")), incidents.troubled())
    .join(Instance, Instance.id == Task.instance_id)
    .where(Task.id == bindparam("task"))
    .options(undefer(Instance.state))
    .execution_options(populate_existing=True)
)


def opened(session: Session, person: Person, task_id: str) -> OpenTask:
    """Give an open task that a person may see.

    Raises TaskGone (who completed it and when), TaskWithdrawn or NotFound.
    """
    task, instance, may = _found(session, person, task_id)
    step = Step(session, instance, definitions.program(session, instance.definition_id), person)
    step.restore()
    waiting = next((w for w in step.before.values() if w.task_id == task_id), None)
    if waiting is None:
        raise errors.TaskWithdrawn
    context = step.context_for(waiting)
    form = forms.form_of(waiting.element)
    values = forms.initial(form, waiting.data, context)
    return OpenTask(
        session=session,
        person=person,
        task=task,
        instance=instance,
        element=waiting.element,
        form=form,
        values=values | ((task.assignee_id == person.id and task.draft) or {}),
        data=waiting.data,
        context=context,
        may_complete=may,
    )


def _found(session: Session, person: Person, task_id: str) -> tuple[Task, Instance, bool]:
    """Give a task, its case and whether the person may do it, if they may see it at all."""
    found = session.execute(_TASK, {"task": task_id, "person": person.id}).one_or_none()
    if found is None:
        _say_where_it_went(session, person, task_id)
        raise errors.NotFound
    task, instance, may, _ = found
    # Whoever may do a task may see its case; only others have to be looked up.
    if not may and not _sees(session, person, instance.id):
        _hide(session, person, task)
    return task, instance, bool(may)


def _hide(session: Session, person: Person, task: Task) -> None:
    """Raise NotFound; to a colleague who saw the task before it was claimed, HeldByAnother."""
    colleague = task.group_id in people.groups(session, person)
    if colleague and history.was_claimed(session, task.instance_id, task.element_id, task.id):
        _refuse(session, person, task)
    raise errors.NotFound


def _sees(session: Session, person: Person, instance_id: int) -> bool:
    query = select(Instance.id).where(Instance.id == instance_id, people.sees(session, person))
    return session.scalar(query) is not None


def _say_where_it_went(session: Session, person: Person, task_id: str) -> None:
    """Raise TaskGone or TaskWithdrawn when the person may know of the task."""
    event = history.ending(session, task_id)
    if event is None:
        return
    # A colleague may have had the page open; the case itself may be none of theirs any more.
    colleague = event.details.get("group") in people.groups(session, person)
    if not colleague and not _sees(session, person, event.instance_id):
        return
    if event.kind != "completed":
        raise errors.TaskWithdrawn
    who = session.get(Person, event.person_id) if event.person_id else None
    when = event.at.astimezone(durations.zone()).strftime("%Y-%m-%d %H:%M")
    raise errors.TaskGone(who=who.name if who else Text("系统", "the system"), when=when)


def drawn(session: Session, task_id: str) -> Element | None:
    """Give the step that a task is, or was, for somebody who may know of the task."""
    place = session.get(Task, task_id) or history.ending(session, task_id)
    if place is None:
        return None
    instance = session.get_one(Instance, place.instance_id)
    drawing = definitions.drawing(session, instance.definition_id)
    return drawing.element(place.process_id, place.element_id)


def claim(session: Session, person: Person, task_id: str) -> None:
    """Take a task of one's groups; raise HeldByAnother when somebody was faster."""
    task, _, _ = _found(session, person, task_id)
    if task.assignee_id == person.id:
        return
    taken = session.execute(
        update(Task)
        .where(Task.id == task_id, Task.assignee_id.is_(None), claimable(person.id))
        .values(assignee_id=person.id)
        .execution_options(synchronize_session=False)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        task, _, _ = _found(session, person, task_id)
        if task.assignee_id == person.id:
            return
        _refuse(session, person, task)
    _note(session, person, task, "claimed")


def _refuse(session: Session, person: Person, task: Task) -> None:
    holder = session.get(Person, task.assignee_id) if task.assignee_id else None
    if holder is not None:
        raise errors.HeldByAnother(who=holder.name)
    if session.get(Exclusion, (task.id, person.id)):
        raise errors.NotAllowed(
            reason=Text(
                "您已签过另一份，这一份须由另一个人签字。",
                "you signed the other one; this one takes a different person.",
            )
        )
    raise errors.NotFound


def release(session: Session, person: Person, task_id: str) -> None:
    """Give a task back to its group; only its holder may."""
    task, _, _ = _found(session, person, task_id)
    if task.assignee_id != person.id or task.group_id is None:
        raise errors.NotAllowed(reason=Text("这项任务不在您手中。", "you do not hold this task."))
    session.execute(
        update(Task)
        .where(Task.id == task_id, Task.assignee_id == person.id)
        .values(assignee_id=None)
    )
    _note(session, person, task, "released")


def _note(session: Session, person: Person, task: Task, kind: str) -> None:
    history.record(
        session,
        task.instance_id,
        kind,
        process_id=task.process_id,
        element_id=task.element_id,
        task_id=task.id,
        person_id=person.id,
    )


def save_draft(session: Session, person: Person, task_id: str, answers: dict[str, Any]) -> None:
    """Keep what was typed so far, unchecked; an open task of one's groups is claimed by it."""
    task, _, _ = _found(session, person, task_id)
    if task.assignee_id is None:
        claim(session, person, task_id)
    elif task.assignee_id != person.id:
        _refuse(session, person, task)
    session.execute(update(Task).where(Task.id == task_id).values(draft=_writable(answers)))


def _writable(typed: dict[str, Any]) -> Any:
    """Give what was typed as a database can keep it: too large a number stays a text."""
    text = json.dumps(typed, ensure_ascii=False).encode(errors="replace")
    return json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < 19 else digits)


def complete(
    session: Session,
    person: Person,
    task_id: str,
    *,
    answers: dict[str, Any],
    request_key: str = "",
) -> Completed:
    """Complete a task with checked answers and move its case on.

    A step that fails inside is kept as an incident with the answers, and the result says so.
    Raises InvalidAnswers, HeldByAnother, NotAllowed, TaskGone, TaskWithdrawn, NotFound.
    """
    request = history.request(person.id, task_id, request_key)
    instance = instances.locked_by_task(session, task_id)
    found = None
    if instance is not None:
        # Whoever had to wait for the lock may find that the task went meanwhile.
        found = session.execute(_TASK, {"task": task_id, "person": person.id}).one_or_none()
    if instance is None or found is None:
        event = history.ending(session, task_id)
        if event and request and event.request_key == request:
            return instances.recalled(session, person, event)
        _say_where_it_went(session, person, task_id)
        raise errors.NotFound
    task, _, may, troubled = found
    if not may:
        if not _sees(session, person, instance.id):
            _hide(session, person, task)
        _refuse(session, person, task)
    try:
        act = _completing(session, person, task, answers, request)
        _advance(session, person, instance, act)
    except errors.StepFailed as failure:
        typed = _writable(answers)
        kept = {"draft": typed, "assignee_id": person.id}
        session.execute(update(Task).where(Task.id == task_id).values(kept))
        place = {"task_id": task_id, "process_id": task.process_id}
        instances.failed(session, instance, failure, answers=typed, **place)
        return Completed(instance.number, task_id, False, True)
    if troubled:
        incidents.overcome(session, instance.id, task_id, person)
    ended = instance.status != ACTIVE
    return completed(session, person, instance.number, instance.id, ended=ended)


class _TimersDue(Exception):
    """Timers fell due before the click; they come first, or an expired deadline is lost."""

    def __init__(self, task_ids: list[str]) -> None:
        self.task_ids = task_ids
        super().__init__(*task_ids)


def _advance(
    session: Session, person: Person, instance: Instance, act: Callable[[Step], None]
) -> None:
    """Move the case on, after whatever fell due before."""
    try:
        advance(session, instance, act, actor=person)
    except _TimersDue as timers:
        for task_id in timers.task_ids:
            instances.fire(session, instance, task_id)
        advance(session, instance, act, actor=person)


def _completing(
    session: Session, person: Person, task: Task, answers: dict[str, Any], request: str | None
) -> Callable[[Step], None]:
    looked = False

    def act(step: Step) -> None:
        nonlocal looked
        if not looked:
            looked = True
            _look_for_due(step)
        waiting_task = next((w for w in step.run.waiting() if w.task_id == task.id), None)
        if waiting_task is None:
            raise errors.TaskWithdrawn
        element = waiting_task.element
        values = forms.check(
            forms.form_of(element),
            answers,
            data=waiting_task.data,
            context=step.context_for(waiting_task),
            allowed=Usable(session, person, step.instance.id),
        )
        step.record(
            "completed",
            process_id=element.process_id,
            element_id=element.id,
            task_id=task.id,
            scope=waiting_task.scope,
            lane=element.lane,
            person_id=person.id,
            details={
                "answers": values,
                "opened_at": task.opened_at.isoformat(),
                "group": task.group_id,
                **({"detail": task.detail} if task.detail else {}),
            },
            ending_of=task.id,
            request_key=request,
        )
        step.documents |= documents.named_in(values)
        step.run.complete(task.id, values)

    return act


def _look_for_due(step: Step) -> None:
    """Raise _TimersDue, the oldest first; one that failed waits until somebody sees to it."""
    now = clock.now()
    late = [
        w
        for w in step.before.values()
        if w.kind == "timer" and w.due_at is not None and w.due_at <= now
    ]
    halted = due.halted(step.session, step.instance.id) if late else set()
    task_ids = [w.task_id for w in sorted(late, key=lambda w: (w.due_at, w.task_id))]
    if wanted := [task_id for task_id in task_ids if task_id not in halted]:
        raise _TimersDue(wanted)


def context_at_start(session: Session) -> Context:
    """What a start form's expressions may ask."""
    return case_context(session, None)
