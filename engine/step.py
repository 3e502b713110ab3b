"""A case in memory while one step moves it, and what it has moved so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from engine import (
    assignments,
    casefields,
    clock,
    definitions,
    history,
    ordered,
    outbox,
)
from engine.contexts import case_context
from engine.expressions import Context
from engine.languages import Text
from engine.models import (
    CANCELLED,
    Instance,
    Message,
    Person,
    Subscription,
    Task,
    Timer,
)
from engine.runtime import Program, Run, Thrown, Waiting

Place = tuple[str, str]


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
    #: Whether kept messages are taken at once, and whether one was; see `instances.advance`.
    takes_kept: bool = True
    took_kept: bool = False
    #: Ids of the messages whose delivery failed in this step.
    refused: list[int] = field(default_factory=list)
    #: Troubles to keep as incidents once the step is written.
    troubles: list[tuple[str, Text, dict[str, Any]]] = field(default_factory=list)
    fields_before: dict[str, str] = field(default_factory=dict)
    #: What the run has sent, and where it went: (process, element, flow), see `gather`.
    thrown: list[Thrown] = field(default_factory=list)
    path: list[list[str]] = field(default_factory=list)
    #: Ids of the documents that this step's answers name.
    documents: set[int] = field(default_factory=set)
    #: Messages whose sender's documents come with them.
    received: list[Message] = field(default_factory=list)

    def restore(self) -> None:
        """Bring the case back to life from its stored state."""
        self.run = Run.restore(self.program, self.instance.state, context_of=self.context_of)
        self.before = self.places()
        self.fields_before = self.fields()

    def fields(self) -> dict[str, str]:
        """The values that lists show, as they are now."""
        drawing = definitions.drawing(self.session, self.instance.definition_id)
        return casefields.of(drawing.process, self.run.data)

    def gather(self) -> None:
        """Take over what the run has sent and where it went since this was last done."""
        self.thrown += self.run.take_thrown()
        self.path += [
            [s.element.process_id, s.element.id, s.via or ""]
            for s in self.run.take_steps()
            if s.kind in ("entered", "arrived")
        ]

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
        # A signal's key is the place that it was told to, which says nothing to people.
        key = "" if outbox.is_signal(message.name) else message.key
        self.record(
            "received",
            process_id=waiting.element.process_id,
            element_id=waiting.element.id,
            scope=waiting.scope,
            details={"message": message.name, "key": key, "payload": message.payload},
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
        ordered.tell(self.session, instance, reason=reason, actor=self.actor)
        self.session.flush()
