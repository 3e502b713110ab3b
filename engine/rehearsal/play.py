"""One case that is only played: begun, moved and looked at in memory, with the other side made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine import due, errors, expressions, forms
from engine.diagrams import Element
from engine.expressions import Context
from engine.forms import Form
from engine.rehearsal.cast import Cast
from engine.rehearsal.stage import Stage
from engine.runtime import Run, Step, Thrown, Waiting

#: More messages than this a played case does not hand to itself in one step.
_MOST_DELIVERED = 200
_CASE = {"number": "2026-0001", "title": ""}


@dataclass(frozen=True)
class Offer:
    """Who would get a task, by when, and what tells it apart; as whom a rehearsal does it."""

    groups: tuple[str, ...]
    assignee: str
    person: str
    due_at: datetime | None
    detail: str


class Play:
    """A played case. Raises StepFailed where a real one would open an incident."""

    def __init__(self, stage: Stage, cast: Cast | None = None) -> None:
        self.stage, self.cast = stage, cast or Cast()
        self.run: Run
        #: Everything that happened, in order.
        self.steps: list[Step] = []
        self._offered: set[str] = set()
        self._kept: list[Thrown] = []
        self._completers: dict[str, str] = {}
        self._starter = ""

    def begin_by_hand(self, values: Mapping[str, Any]) -> None:
        """Start with the answers of the start form, or with what a caller hands over."""
        start = self.stage.starts[0] if self.stage.starts else None
        self._starter = self.cast.one_of((start.lane,) if start is not None and start.lane else ())
        self.run = Run.start(self.stage.program, data=values, context_of=self.context)
        self._settle()

    def begin_by_message(self, start: Element, payload: Any) -> None:
        """Start by a message."""
        self.run = Run.start_by_message(self.stage.program, start.id, payload, self.context)
        self._settle()

    def waiting(self) -> list[Waiting]:
        """Give everything that waits for somebody or something."""
        return self.run.waiting()

    def complete(self, waiting: Waiting, values: Mapping[str, Any]) -> None:
        """Complete a task of a person or a worker."""
        if waiting.kind == "user":
            self._completers[waiting.element.id] = self.offer(waiting).person
        self.run.complete(waiting.task_id, values)
        self._settle()

    def deliver(self, waiting: Waiting, payload: Any) -> None:
        """Let a message come."""
        self.run.deliver(waiting.task_id, payload, element_id=waiting.element.id)
        self._settle()

    def fire(self, waiting: Waiting) -> None:
        """Let the time pass until a timer goes off."""
        self.run.fire(waiting.task_id, element_id=waiting.element.id)
        self._settle()

    def form(self, element: Element) -> Form:
        """Give the form of a task or a start event."""
        return forms.form_of(element)

    def context(self, _scope: str = "") -> Context:
        """What expressions of the played case may ask."""
        return Context(
            case={**_CASE, "starter": self._starter},
            functions={
                "completed_by": lambda element_id: self._completers.get(str(element_id), ""),
                "person_name": lambda person: self.cast.name(str(person)) if person else "",
            },
        )

    def context_for(self, waiting: Waiting) -> Context:
        """What expressions of one thing that waits may ask."""
        return replace(self.context(waiting.scope), row_index=waiting.row_index)

    def offer(self, waiting: Waiting) -> Offer:
        """Work out who would get a task, as opening it for real would; raises StepFailed."""
        element, data, context = waiting.element, waiting.shared, self.context_for(waiting)

        def said(text: str) -> Any:
            return expressions.value_of(text, data, context) if text else None

        try:
            groups = _groups([said(text) for text in element.candidate_groups]) or (
                (element.lane,) if element.lane else ()
            )
            assignee = str(said(element.assignee) or "")
            due_at = due.moment_of(said(element.due_date))
            due.moment_of(said(element.follow_up_date))
            detail = str(said(element.properties.get("detail", "")) or "")
        except errors.ExpressionFailed as failure:
            raise errors.StepFailed(
                element=element,
                label=element.name or element.id,
                element_id=element.id,
                reason=failure.text,
            ) from failure
        other = self._completers.get(element.properties.get("distinctFrom", ""), "")
        person = assignee or self.cast.one_of(groups, apart=other)
        return Offer(groups, assignee, person, due_at, detail)

    def _settle(self) -> None:
        """Take over what happened; hand over what the case has sent to itself."""
        self._gather()
        for _ in range(_MOST_DELIVERED):
            if not self._deliver_own():
                break
            self._gather()
        for waiting in self.run.waiting():
            # Worked out once, as a real task is opened once.
            if waiting.kind == "user" and waiting.task_id not in self._offered:
                self._offered.add(waiting.task_id)
                self.offer(waiting)

    def _gather(self) -> None:
        self.steps += self.run.take_steps()
        # A signal is heard by whoever waits for it at that moment, and then is gone.
        self._kept += [sent for sent in self.run.take_thrown() if sent.kind != "signal"]

    def _deliver_own(self) -> bool:
        if not self._kept:
            return False
        for waiting in self.run.waiting():
            if waiting.kind != "message":
                continue
            for sent in self._kept:
                if sent.name == waiting.message_name and sent.key == str(waiting.key):
                    self._kept.remove(sent)
                    self.run.deliver(waiting.task_id, sent.payload, element_id=waiting.element.id)
                    return True
        return False


def _groups(values: list[Any]) -> tuple[str, ...]:
    found: list[str] = []
    for value in values:
        parts = value if isinstance(value, list) else str(value or "").split(",")
        found += [str(part).strip() for part in parts if str(part).strip()]
    return tuple(found)
