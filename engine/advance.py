"""One step of one case: what it moved, and the writing of all of it in one transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm.attributes import set_committed_value

from engine import (
    assignments,
    casefields,
    clock,
    definitions,
    documents,
    due,
    errors,
    expressions,
    history,
    inbox,
    incidents,
    ordered,
    outbox,
)
from engine.models import (
    ENDED,
    Instance,
    Message,
)
from engine.runtime import Run, Thrown, Waiting
from engine.step import Place, Step

_WRITE = (
    update(Instance)
    .where(Instance.id == bindparam("instance"), Instance.revision == bindparam("read"))
    .values(
        {c: bindparam(c) for c in ("state", "title", "status", "ended_at", "outcome", "revision")}
    )
)


def settle(step: Step) -> None:
    """Deliver what is kept, then write everything that the step changed.

    All that may fail in the drawing is worked out before the first row is written.
    """
    if step.takes_kept:
        _deliver_kept(step)
    after = step.places()
    new = [w for place, w in after.items() if _differs(w, step.before.get(place))]
    gone = [w for place, w in step.before.items() if _differs(w, after.get(place))]
    opened = [_opening(step, w) for w in new if w.kind == "user"]
    title = _title(step)
    step.gather()
    _check_keys(new, step.thrown)
    _note_what_happened(step, gone)
    _write_instance(step, title)
    _write_waiting(step, new, gone, opened)
    _write_documents(step)
    outbox.write(step.session, step.instance, step.thrown)
    history.record_all(step.session, step.events)
    casefields.write(step.session, step.instance.id, step.fields_before, step.fields())
    _four_eyes(step, {opening.row["id"] for opening in opened})
    _open_incidents(step, opened)
    outcome = step.run.outcome
    if step.run.ended and outcome and outcome.properties.get("cancelsStarted") == "true":
        reason = outcome.name.both
        ordered.tell(step.session, step.instance, reason=reason, actor=step.actor)


def _check_keys(new: list[Waiting], thrown: list[Thrown]) -> None:
    keys = [(w.element, str(w.key)) for w in new if w.kind == "message"]
    keys += [(t.element, t.key) for t in thrown]
    for element, key in keys:
        if len(key) > inbox.LONGEST_KEY or "\x00" in key:
            reason = inbox.UNUSABLE_KEY
            raise errors.StepFailed(
                element=element, label=element.name, element_id=element.id, reason=reason
            )


def _note_what_happened(step: Step, gone: list[Waiting]) -> None:
    """Add to the step's events its path, what was sent and which tasks were withdrawn."""
    if step.events:
        step.events[0]["details"] = {**step.events[0]["details"], "path": step.path}
    for t in step.thrown:
        step.record(
            "sent",
            process_id=t.element.process_id,
            element_id=t.element.id,
            details={"message": t.name, "key": t.key, "payload": t.payload},
        )
    done = {event["task_id"] for event in step.events if event["kind"] == "completed"}
    step.withdraw([w for w in gone if w.kind == "user" and w.task_id not in done])
    if step.run.ended:
        outcome = step.run.outcome
        step.record(
            "ended",
            process_id=step.instance.process_id,
            element_id=outcome.id if outcome else "",
        )


def _write_instance(step: Step, title: str) -> None:
    """Write the case's row, if nobody else has written it since it was read."""
    instance, outcome = step.instance, step.run.outcome
    written: dict[str, Any] = {"state": step.run.dump(), "title": instance.title}
    if title:
        written["title"] = title[:500]
    written |= {"status": instance.status, "ended_at": None, "outcome": None}
    if step.run.ended:
        written |= {"status": ENDED, "ended_at": clock.now()}
        written["outcome"] = outcome.id if outcome else None
    revision = instance.revision + 1
    place = {"instance": instance.id, "read": instance.revision, "revision": revision}
    found = step.session.connection().execute(_WRITE, {**written, **place})
    if found.rowcount != 1:
        raise errors.ChangedMeanwhile
    for name, value in {**written, "revision": revision}.items():
        set_committed_value(instance, name, value)
    inbox.refuse(step.session, step.refused)
    for message_id in step.consumed:
        if not inbox.consume(step.session, message_id, instance.id):
            raise errors.ChangedMeanwhile


def _write_waiting(
    step: Step, new: list[Waiting], gone: list[Waiting], opened: list[assignments.Opening]
) -> None:
    """Keep the rows by which inboxes, messages and the clock find the case."""
    session, instance_id = step.session, step.instance.id
    assignments.forget(session, [w.task_id for w in gone if w.kind == "user"])
    due.forget(session, [w.task_id for w in gone if w.kind == "timer"])
    inbox.forget(session, [w.task_id for w in gone if w.kind == "message"])
    assignments.write(session, opened)
    due.write(session, instance_id, [w for w in new if w.kind == "timer"])
    inbox.write(session, instance_id, [w for w in new if w.kind == "message"])


def _write_documents(step: Step) -> None:
    documents.link(step.session, step.instance.id, step.documents)
    for message in step.received:
        documents.hand_over(step.session, message.sender_id, step.instance.id, message.payload)


def _open_incidents(step: Step, opened: list[assignments.Opening]) -> None:
    for opening in opened:
        if opening.trouble:
            place = {"element_id": opening.row["element_id"], "task_id": opening.row["id"]}
            place["process_id"] = opening.row["process_id"]
            step.troubles.append(("nobody", opening.trouble, place))
    for kind, text, columns in step.troubles:
        incidents.open_incident(step.session, step.instance.id, kind, text, **columns)


def _differs(one: Waiting, other: Waiting | None) -> bool:
    """Tell whether a row must be written anew: a repeating timer keeps its task."""
    return other is None or one.due_at != other.due_at


def _deliver_kept(step: Step) -> None:
    """Hand over messages that came before anybody waited, until none matches."""
    asked: set[Place] = set(step.before)
    while True:
        fresh = [
            (place, w)
            for place, w in step.places().items()
            if w.kind == "message" and place not in asked
        ]
        if not fresh:
            return
        for place, waiting in fresh:
            asked.add(place)
            passed_over = {*step.consumed, *step.refused}
            message = inbox.kept(
                step.session, str(waiting.message_name), str(waiting.key), passed_over=passed_over
            )
            if message is not None and place in step.places():
                _deliver_or_refuse(step, waiting, message)
                # A boundary event that stays armed may have the next one waiting already.
                asked.discard(place)
                break


def _deliver_or_refuse(step: Step, waiting: Waiting, message: Message) -> None:
    """Deliver a kept message; one that fails must not undo what a person just did."""
    step.gather()
    kept, events, received = step.run.dump(), len(step.events), len(step.received)
    try:
        step.deliver(waiting, message)
        step.took_kept = True
    except errors.StepFailed as failure:
        step.run = Run.restore(step.program, kept, context_of=step.context_of)
        del step.events[events:], step.received[received:]
        step.refused.append(message.id)
        place = {"process_id": waiting.element.process_id, "message_id": message.id}
        place["element_id"] = str(failure.details.get("element_id", waiting.element.id))
        step.troubles.append(("step_failed", failure.text, place))


def _opening(step: Step, waiting: Waiting) -> assignments.Opening:
    element = waiting.element
    drawing = definitions.drawing(step.session, step.instance.definition_id)
    return assignments.opening(
        step.session,
        step.instance,
        drawing.processes[element.process_id],
        element,
        task_id=waiting.task_id,
        scope=waiting.scope,
        data=waiting.data,
        context=step.context_for(waiting),
        just_done=step.events,
    )


def _title(step: Step) -> str:
    """Work out the case's title; while its parts are not known yet it keeps the last one."""
    drawing = definitions.drawing(step.session, step.instance.definition_id)
    text = drawing.process.properties.get("case.title", "")
    if not text:
        return ""
    try:
        return str(expressions.evaluate(text, step.run.data, step.context_of()))
    except errors.ExpressionFailed:
        return ""


def _four_eyes(step: Step, opened: set[str]) -> None:
    """Keep whoever signed one away from the other; what this step opened knows already."""
    drawing = definitions.drawing(step.session, step.instance.definition_id)
    for event in [e for e in step.events if e["kind"] == "completed" and e["person_id"]]:
        process = drawing.processes.get(event["process_id"])
        others = process.elements.values() if process else ()
        if not any(e.properties.get("distinctFrom") == event["element_id"] for e in others):
            continue
        for task in assignments.exclude(step.session, step.instance.id, event, knowing=opened):
            step.troubles.append(
                (
                    "nobody",
                    assignments.nobody_left(task.name, four_eyes=True),
                    {
                        "process_id": task.process_id,
                        "element_id": task.element_id,
                        "task_id": task.id,
                    },
                )
            )
