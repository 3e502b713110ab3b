"""Cases: start, open, cancel, and `advance`, the one door through which a case goes on.

Whatever moves a case (a person, a message, a timer) comes through `advance`. It runs the step
in memory first and writes its outcome afterwards, so a step that fails leaves no trace but an
incident: state, tasks, timers, messages and history are written together or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session, undefer

from engine import (
    clock,
    definitions,
    documents,
    due,
    errors,
    forms,
    history,
    incidents,
    numbers,
    outbox,
    people,
)
from engine.advance import settle
from engine.contexts import case_context
from engine.directory import Usable
from engine.languages import Text
from engine.models import (
    ACTIVE,
    Candidate,
    Definition,
    Event,
    Exclusion,
    Instance,
    Link,
    Membership,
    Message,
    Person,
    Task,
)
from engine.runtime import Run
from engine.step import Step

_NOT_HERE = Text(
    "只有发起人、其主管、经理和管理员可以取消案件；由另一案件下单的，请在那个案件里撤回。",
    "only its starter, the starter's supervisors, managers and administrators cancel a case; "
    "one that another case ordered is withdrawn there.",
)


@dataclass(frozen=True)
class Completed:
    """What a person's step came to, and which of the case's tasks is theirs next."""

    number: str
    next_task_id: str | None
    ended: bool
    incident: bool


def start(
    session: Session,
    person: Person,
    definition: Definition,
    *,
    answers: dict[str, Any],
    request_key: str = "",
) -> Completed:
    """Start a case by hand; the members of the start event's lane may.

    Raises NotFound, InvalidAnswers, StepFailed; a repeated request key gives the first
    answer again.
    """
    request = history.request(person.id, definition.process_id, request_key)
    if request:
        # The second click of a double click waits here until the first one is through.
        session.get(Person, person.id, with_for_update={"key_share": True})
    earlier = history.answered(session, request) if request else None
    if earlier is not None:
        return recalled(session, person, earlier)
    if not definition.current or definition.starter_group not in people.groups(session, person):
        raise errors.NotFound
    element = definitions.start_element(session, definition)
    values = forms.check(
        forms.form_of(element),
        answers,
        data={},
        context=case_context(session, None),
        allowed=Usable(session, person, None),
    )
    instance = new(session, definition, starter=person)
    step = Step(session, instance, definitions.program(session, definition.id), actor=person)
    step.record(
        "started",
        process_id=definition.process_id,
        element_id=element.id,
        lane=element.lane,
        person_id=person.id,
        details={"answers": values},
        request_key=request,
    )
    step.documents |= documents.named_in(values)
    step.run = Run.start(step.program, data=values, context_of=step.context_of)
    settle(step)
    ended = instance.status != ACTIVE
    return completed(session, person, instance.number, instance.id, ended=ended)


def start_by_message(session: Session, definition: Definition, message: Message) -> Instance:
    """Start a case by a message; raises StepFailed when its first steps fail."""
    element_id = definition.start_messages[message.name]
    instance = new(session, definition, starter=None, start_key=message.key)
    step = Step(session, instance, definitions.program(session, definition.id))
    step.record(
        "started",
        process_id=definition.process_id,
        element_id=element_id,
        details={"message": message.name, "key": message.key, "payload": message.payload},
    )
    if message.sender_id is not None and not outbox.is_signal(message.name):
        # Who throws a signal orders nothing: it may start several, or none.
        session.add(Link(parent_id=message.sender_id, child_id=instance.id, message=message.name))
        session.flush()
    if message.sender_id is not None:
        documents.hand_over(session, message.sender_id, instance.id, message.payload)
    step.run = Run.start_by_message(
        step.program, element_id, message.payload, context_of=step.context_of
    )
    settle(step)
    return instance


def new(
    session: Session,
    definition: Definition,
    *,
    starter: Person | None,
    start_key: str | None = None,
) -> Instance:
    """Make the row of a case that nothing has happened in yet."""
    instance = Instance(
        number=numbers.next_number(session),
        definition_id=definition.id,
        process_id=definition.process_id,
        status=ACTIVE,
        title=definition.name_zh,
        state=b"",
        starter_id=starter.id if starter else None,
        start_key=start_key,
        started_at=clock.now(),
    )
    session.add(instance)
    session.flush()
    return instance


def locked(session: Session, instance_id: int) -> Instance:
    """Give a case with its state, locked until the transaction ends."""
    instance = session.scalar(_LOCKED, {"instance": instance_id})
    if instance is None:
        raise errors.NotFound
    return instance


def locked_by_task(session: Session, task_id: str) -> Instance | None:
    """Give the case of an open task, locked, or nothing when the task is gone."""
    return session.scalar(_LOCKED_BY_TASK, {"task": task_id})


def opened(session: Session, person: Person, number: str) -> Instance:
    """Give a case that a person may see, or raise NotFound."""
    instance = session.scalar(
        select(Instance).where(Instance.number == number, people.sees(session, person))
    )
    if instance is None:
        raise errors.NotFound
    return instance


def advance(
    session: Session,
    instance: Instance,
    act: Callable[[Step], None],
    *,
    actor: Person | None = None,
) -> Step:
    """Move a locked case by one step; the one door.

    `act` moves the run and notes its events. Raises StepFailed when the drawing fails at run
    time, with nothing written; ChangedMeanwhile when another writer was faster.
    """
    program = definitions.program(session, instance.definition_id)
    step = Step(session, instance, program, actor)
    step.restore()
    act(step)
    try:
        settle(step)
    except errors.StepFailed:
        if not step.took_kept:
            raise
        # What a kept message set off may have failed, and not this step: it comes by itself.
        step = Step(session, instance, program, actor, takes_kept=False)
        step.restore()
        act(step)
        settle(step)
        session.info["wake"] = True
    return step


def fire(session: Session, instance: Instance, task_id: str) -> bool:
    """Let a timer of a locked case go off; one that fails halts and is told as an incident."""
    fired = False

    def act(step: Step) -> None:
        nonlocal fired
        for waiting in step.run.waiting():
            if waiting.task_id == task_id and waiting.kind == "timer":
                step.fire(waiting)
                fired = True
                return

    try:
        advance(session, instance, act)
    except errors.StepFailed as failure:
        due.halt(session, task_id)
        failed(session, instance, failure, task_id=task_id)
    return fired


def failed(
    session: Session, instance: Instance, failure: errors.StepFailed, **columns: Any
) -> None:
    """Keep a failed step as an incident of its case."""
    columns["element_id"] = str(failure.details.get("element_id", ""))
    element = failure.details.get("element")
    if element is not None:
        columns["process_id"] = element.process_id
    incidents.open_incident(session, instance.id, "step_failed", failure.text, **columns)


def cancel(session: Session, person: Person, number: str, *, reason: str) -> Instance:
    """Cancel a case with a reason; the cases that it started are told by their own message.

    The starter, those who supervise the starter, managers and administrators may.
    """
    instance = opened(session, person, number)
    if instance.status != ACTIVE:
        raise errors.CaseOver
    if not may_cancel(session, person, instance):
        raise errors.NotAllowed(reason=_NOT_HERE)
    reason = reason.replace("\x00", "").strip()[:5000]
    if not reason:
        raise errors.ReasonMissing
    instance = locked(session, instance.id)
    if instance.status != ACTIVE:
        raise errors.CaseOver
    step = Step(session, instance, definitions.program(session, instance.definition_id), person)
    step.restore()
    step.cancel(reason)
    return instance


def may_cancel(session: Session, person: Person, instance: Instance) -> bool:
    """Tell whether a person may cancel a case.

    A case that another one ordered is withdrawn there, so that who ordered it does not wait
    for it in vain; only when that case is over it may be cancelled on its own page.
    """
    if instance.status != ACTIVE or _ordered(session, instance):
        return False
    own = people.groups(session, person)
    if instance.starter_id == person.id or people.oversees(own):
        return True
    below = people.supervised(session, own)
    return instance.starter_id in people.members(session, below)


def _ordered(session: Session, instance: Instance) -> bool:
    """Tell whether a case under way ordered this one and can withdraw it by a message."""
    query = (
        select(Link.parent_id)
        .join(Instance, Instance.id == Link.parent_id)
        .where(Link.child_id == instance.id, Instance.status == ACTIVE)
    )
    definition = definitions.get(session, instance.definition_id)
    return definition.cancelled_by is not None and session.scalar(query.limit(1)) is not None


def completed(
    session: Session, person: Person, number: str, instance_id: int, *, ended: bool
) -> Completed:
    """Say what a step came to: also later, when the same request comes again."""
    next_task = session.scalar(_NEXT_TASK, {"person": person.id, "instance": instance_id})
    return Completed(number, next_task, ended, incident=False)


def recalled(session: Session, person: Person, event: Event) -> Completed:
    """Say again what the step of an earlier event came to."""
    number, status = session.execute(
        select(Instance.number, Instance.status).where(Instance.id == event.instance_id)
    ).one()
    return completed(session, person, number, event.instance_id, ended=status != ACTIVE)


def claimable(person_id: Any) -> Any:
    """Give the condition on Task for those that a person holds or may claim."""
    own = select(Membership.group_id).where(Membership.person_id == person_id)
    candidate = exists().where(Candidate.task_id == Task.id, Candidate.group_id.in_(own))
    excluded = exists().where(Exclusion.task_id == Task.id, Exclusion.person_id == person_id)
    # Also who holds it: the other signature may have been given after this task was claimed.
    return ~excluded & ((Task.assignee_id == person_id) | (Task.assignee_id.is_(None) & candidate))


# Built once: most of a statement's cost is putting it together.
_NEXT_TASK = (
    select(Task.id)
    .where(Task.instance_id == bindparam("instance"), ~Task.optional)
    .where(claimable(bindparam("person")))
    .order_by(Task.assignee_id.is_(None), Task.opened_at.desc(), Task.id)
    .limit(1)
)
# Others may meanwhile write rows that point at the case, such as a claim: two who each held what
# the other needs would never end.
_LOCKED = (
    select(Instance)
    .where(Instance.id == bindparam("instance"))
    .options(undefer(Instance.state))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
_LOCKED_BY_TASK = (
    select(Instance)
    .join(Task, Task.instance_id == Instance.id)
    .where(Task.id == bindparam("task"))
    .options(undefer(Instance.state))
    .with_for_update(of=Instance, key_share=True)
    .execution_options(populate_existing=True)
)


def waiting_at(session: Session, instance: Instance) -> list[tuple[str, str]]:
    """Tell where a case waits, as (process id, element id), read from its state."""
    if instance.status != ACTIVE:
        return []
    program = definitions.program(session, instance.definition_id)
    step = Step(session, instance, program)
    step.restore()
    return [(w.element.process_id, w.element.id) for w in step.run.waiting()]
