"""One step of one case: what it moved, and the writing of all of it in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from engine import (
    assignments,
    clock,
    definitions,
    documents,
    due,
    errors,
    expressions,
    history,
    inbox,
    incidents,
    outbox,
)
from engine.contexts import case_context
from engine.expressions import Context
from engine.languages import Text
from engine.models import (
    ACTIVE,
    CANCELLED,
    ENDED,
    Definition,
    Field,
    Instance,
    Link,
    Message,
    Person,
    Subscription,
    Task,
    Timer,
)
from engine.runtime import Program, Run, Thrown, Waiting

Place = tuple[str, str]

_WRITE = (
    update(Instance)
    .where(Instance.id == bindparam("instance"), Instance.revision == bindparam("read"))
    .values(
        {c: bindparam(c) for c in ("state", "title", "status", "ended_at", "outcome", "revision")}
    )
)


@dataclass
class Step:
    """A case in memory while one step moves it; `settle` writes what came of it."""

    session: Session
    instance: Instance
    program: Program
    actor: Person | None = None
    run: Run = field(init=False)
    before: dict[Place, Waiting] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    #: Ids of the messages that this step delivered.
    consumed: list[int] = field(default_factory=list)
    #: Troubles to keep as incidents once the step is written.
    troubles: list[tuple[str, Text, dict[str, Any]]] = field(default_factory=list)
    fields_before: dict[str, str] = field(default_factory=dict)
    #: Ids of the documents that this step's answers name.
    documents: set[int] = field(default_factory=set)
    #: Messages whose sender's documents come with them.
    received: list[Message] = field(default_factory=list)

    def restore(self) -> None:
        """Bring the case back to life from its stored state."""
        self.run = Run.restore(self.program, self.instance.state, context_of=self.context_of)
        self.before = self.places()
        self.fields_before = fields_of(self)

    def places(self) -> dict[Place, Waiting]:
        """Everything in the case that waits, by task and element."""
        return {(w.task_id, w.element.id): w for w in self.run.waiting()}

    def context_of(self, scope: str = "") -> Context:
        """What expressions of this case may ask, beside its data."""
        return case_context(self.session, self.instance, self.events)

    def context_for(self, waiting: Waiting) -> Context:
        """What expressions of something that waits may ask: also which of several it is."""
        return replace(self.context_of(waiting.scope), row_index=waiting.row_index)

    def record(self, kind: str, **columns: Any) -> None:
        """Note an event of this step."""
        self.events.append(history.event(self.instance.id, kind, **columns))

    def deliver(self, waiting: Waiting, message: Message) -> None:
        """Hand one message to the place that waits for it."""
        self.run.deliver(waiting.task_id, message.payload, element_id=waiting.element.id)
        self.consumed.append(message.id)
        self.record(
            "received",
            process_id=waiting.element.process_id,
            element_id=waiting.element.id,
            scope=waiting.scope,
            details={"message": message.name, "key": message.key, "payload": message.payload},
        )
        self.received.append(message)

    def fire(self, waiting: Waiting) -> None:
        """Let a timer go off."""
        self.run.fire(waiting.task_id, element_id=waiting.element.id)
        self.record(
            "fired",
            process_id=waiting.element.process_id,
            element_id=waiting.element.id,
            scope=waiting.scope,
        )

    def withdraw(self, gone: list[Waiting]) -> None:
        """Note that tasks went without being done, and in whose hands they were."""
        hands = assignments.hands(self.session, [w.task_id for w in gone])
        for w in gone:
            holder, group = hands.get(w.task_id, (None, None))
            self.record(
                "withdrawn",
                process_id=w.element.process_id,
                element_id=w.element.id,
                task_id=w.task_id,
                person_id=holder,
                details={"group": group},
                ending_of=w.task_id,
            )

    def cancel(self, reason: str) -> None:
        """End the case here and now; nothing of it goes on waiting."""
        instance = self.instance
        self.withdraw([w for w in self.before.values() if w.kind == "user"])
        for model in (Task, Timer, Subscription):
            self.session.execute(delete(model).where(model.instance_id == instance.id))
        self.record(
            "cancelled",
            person_id=self.actor.id if self.actor else None,
            details={"reason": reason},
        )
        instance.status, instance.ended_at = CANCELLED, clock.now()
        instance.reason = reason
        history.record_all(self.session, self.events)
        tell_started(self, reason)
        self.session.flush()


def settle(step: Step) -> None:
    """Deliver what is kept, then write everything that the step changed.

    All that may fail in the drawing is worked out before the first row is written.
    """
    _deliver_kept(step)
    after = step.places()
    new = [w for place, w in after.items() if _differs(w, step.before.get(place))]
    gone = [w for place, w in step.before.items() if _differs(w, after.get(place))]
    opened = [_opening(step, w) for w in new if w.kind == "user"]
    title = _title(step)
    thrown = step.run.take_thrown()
    _check_keys(new, thrown)
    _note_what_happened(step, gone, thrown)
    _write_instance(step, title)
    _write_waiting(step, new, gone, opened)
    _write_documents(step)
    outbox.write(step.session, step.instance, thrown)
    history.record_all(step.session, step.events)
    _write_fields(step)
    _four_eyes(step, {opening.row["id"] for opening in opened})
    _open_incidents(step, opened)
    if step.run.ended and _cancels_started(step):
        tell_started(step, step.instance.reason or "")


def _check_keys(new: list[Waiting], thrown: list[Thrown]) -> None:
    keys = [(w.element, str(w.key)) for w in new if w.kind == "message"]
    keys += [(t.element, t.key) for t in thrown]
    for element, key in keys:
        if len(key) > inbox.LONGEST_KEY or "\x00" in key:
            raise errors.StepFailed(
                label=element.name, element_id=element.id, reason=inbox.UNUSABLE_KEY
            )


def _note_what_happened(step: Step, gone: list[Waiting], thrown: list[Thrown]) -> None:
    """Add to the step's events its path, what was sent and which tasks were withdrawn."""
    path = [
        [s.element.process_id, s.element.id, s.via or ""]
        for s in step.run.take_steps()
        if s.kind in ("entered", "arrived")
    ]
    if step.events:
        step.events[0]["details"] = {**step.events[0]["details"], "path": path}
    for t in thrown:
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
            passed_over = set(step.consumed)
            message = inbox.kept(
                step.session, str(waiting.message_name), str(waiting.key), passed_over=passed_over
            )
            if message is not None and place in step.places():
                step.deliver(waiting, message)
                # A boundary event that stays armed may have the next one waiting already.
                asked.discard(place)
                break


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


def fields_of(step: Step) -> dict[str, str]:
    """Give the values of the case that lists show and search finds."""
    drawing = definitions.drawing(step.session, step.instance.definition_id)
    names = drawing.process.properties.get("case.fields", "")
    found = {}
    for name in (part.strip() for part in names.split(",")):
        value = step.run.data.get(name) if name else None
        if value not in (None, "", [], {}):
            found[name] = str(value)[:500]
    return found


def _write_fields(step: Step) -> None:
    now = fields_of(step)
    changed = [name for name, value in now.items() if step.fields_before.get(name) != value]
    gone = [name for name in step.fields_before if name not in now]
    stale = [name for name in changed if name in step.fields_before] + gone
    if stale:
        step.session.execute(
            delete(Field).where(Field.instance_id == step.instance.id, Field.id.in_(stale))
        )
    if changed:
        step.session.execute(
            insert(Field),
            [{"instance_id": step.instance.id, "id": n, "value": now[n]} for n in changed],
        )


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


def _cancels_started(step: Step) -> bool:
    outcome = step.run.outcome
    return bool(outcome and outcome.properties.get("cancelsStarted") == "true")


def tell_started(step: Step, reason: str) -> None:
    """Send each active case that this one started the message that cancels it.

    What is still on its way to start such a case is taken back first, so that one started at
    this very moment is found among the started.
    """
    session = step.session
    outbox.take_back(session, step.instance.id, definitions.cancellable(session))
    if not reason and step.run.outcome is not None:
        reason = step.run.outcome.name.zh
    for child, definition in session.execute(
        select(Instance, Definition)
        .join(Link, Link.child_id == Instance.id)
        .join(Definition, Definition.id == Instance.definition_id)
        .where(Link.parent_id == step.instance.id, Instance.status == ACTIVE)
        .order_by(Instance.id)
    ):
        if definition.cancelled_by and child.start_key is not None:
            payload = {
                "no": child.start_key,
                "reason": reason,
                "cancelled_by": step.actor.id if step.actor else "",
            }
            outbox.send(
                session,
                definition.cancelled_by,
                child.start_key,
                payload,
                sender_id=step.instance.id,
                identity=f"cancel-{step.instance.id}-{child.id}",
                if_expired="ignore",
            )
