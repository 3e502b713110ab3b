"""One rehearsal: a drawing run from its start, with answers that are given or made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from engine import errors, forms
from engine.diagrams import Element
from engine.forms import Pool
from engine.languages import Text
from engine.rehearsal.cast import Cast
from engine.rehearsal.chance import Chance
from engine.rehearsal.inventing import Inventor
from engine.rehearsal.play import Play
from engine.rehearsal.stage import Stage, prepare
from engine.runtime import Waiting

OUT_OF_STEPS = Text("步数用完时仍未结束。", "It had not ended when the steps were used up.")
NOTHING_WAITS = Text(
    "流程没有结束，但也没有任何事情在等待。", "It has not ended, and nothing is waited for."
)
#: How often a form may refuse made-up answers before the rehearsal gives up.
_TRIES = 4

Answers = Mapping[str, Mapping[str, Any]]


@dataclass
class Rehearsal:
    """What came of a rehearsal; `reached` are element ids in the order they were reached."""

    ended: bool = False
    reached: list[str] = field(default_factory=list)
    #: The element at which it stopped, when it did not end, and the process that it lies in.
    stopped_at: str = ""
    stopped_in: str = ""
    reason: Text = field(default_factory=Text)
    #: How many tasks, messages and timers it took.
    steps: int = 0
    #: The same path with the process of each element, for drawings that call others.
    path: list[tuple[str, str]] = field(default_factory=list)
    #: The sequence flows that were taken, each with its process.
    flows: set[tuple[str, str]] = field(default_factory=set)


def rehearse(
    xml: bytes,
    *,
    answers: Answers | None = None,
    steps: int = 200,
    random: Random | None = None,
    called: Sequence[bytes] = (),
) -> Rehearsal:
    """Run a drawing step by step and tell how far it came; nothing is stored.

    `answers` gives what to answer at an element, by its id; the rest is made up, with `random`
    each time differently. Messages come when they are waited for, timers go off at once.
    `called` are the other drawings that are known: those that this one calls, and its callers.
    Raises DiagramRefused for what cannot be read or would not be deployed.
    """
    stage = prepare(xml, called)
    pool = Chance(stage, {}, random) if random is not None else Pool()
    return play(stage, pool, answers=answers, steps=steps)


def play(
    stage: Stage,
    pool: Pool,
    *,
    answers: Answers | None = None,
    steps: int = 200,
    cast: Cast | None = None,
) -> Rehearsal:
    """Play one case of what is on the stage, from its start to its end or where it sticks."""
    rehearsal = Rehearsal()
    one = Play(stage, cast)
    player = _Player(one, pool, answers or {})
    try:
        player.begin()
        while rehearsal.steps < steps:
            waiting = one.waiting()
            if one.run.ended or not waiting:
                break
            now = pool.next(waiting) if isinstance(pool, Chance) else _first(waiting)
            _stopped(rehearsal, now.element)
            player.act(now)
            rehearsal.steps += 1
    except errors.StepFailed as failure:
        element = failure.details.get("element")
        if isinstance(element, Element):
            _stopped(rehearsal, element)
        rehearsal.reason = failure.text
    except errors.InvalidAnswers as invalid:
        if player.at is not None:
            _stopped(rehearsal, player.at)
        said = list(invalid.errors.values())
        rehearsal.reason = Text("；".join(t.zh for t in said), "; ".join(t.en for t in said))
    else:
        rehearsal.ended = one.run.ended
        if not rehearsal.ended:
            rehearsal.reason = OUT_OF_STEPS if one.waiting() else NOTHING_WAITS
    if rehearsal.ended:
        rehearsal.stopped_at = rehearsal.stopped_in = ""
    rehearsal.path = [
        (s.element.process_id, s.element.id) for s in one.steps if s.kind == "entered"
    ]
    rehearsal.flows = {(s.element.process_id, s.via) for s in one.steps if s.via}
    rehearsal.reached = [element_id for _, element_id in rehearsal.path]
    return rehearsal


class _Player:
    """Everybody at once: fills in forms, sends messages, lets time pass."""

    def __init__(self, one: Play, pool: Pool, answers: Answers) -> None:
        self._play, self._pool, self._answers = one, pool, answers
        self._inventor = Inventor(one.stage.expectations, pool)
        #: The element that is being answered.
        self.at: Element | None = None

    def begin(self) -> None:
        """Start by hand where that can be done, else by a message that starts it."""
        stage = self._play.stage
        start = stage.starts[0] if stage.starts else None
        if start is not None and self._pool.random is not None:
            start = self._pool.random.choice(stage.starts)
        self._look_at(start)
        if start is not None and start.event:
            self._play.begin_by_message(start, self._message(start))
            return
        given = self._inventor.handed_over(stage.process)
        if start is not None:
            given |= self._answered(start, given, None)
        self._play.begin_by_hand(given)

    def act(self, waiting: Waiting) -> None:
        """Do what is waited for."""
        self._look_at(waiting.element)
        if waiting.kind == "timer":
            self._play.fire(waiting)
        elif waiting.kind == "message":
            self._play.deliver(waiting, self._message(waiting.element))
        else:
            self._play.complete(waiting, self._answered(waiting.element, waiting.data, waiting))

    def _look_at(self, element: Element | None) -> None:
        self.at = element
        if isinstance(self._pool, Chance):
            self._pool.element = element

    def _message(self, element: Element) -> Any:
        wanted = self._answers.get(element.id)
        return self._inventor.payload(element) if wanted is None else dict(wanted)

    def _answered(
        self, element: Element, data: Mapping[str, Any], waiting: Waiting | None
    ) -> dict[str, Any]:
        form = self._play.form(element)
        context = self._play.context_for(waiting) if waiting else self._play.context()
        first = forms.initial(form, data, context)
        wanted = self._answers.get(element.id, {})
        for left in range(_TRIES - 1, -1, -1):
            given = forms.example(form, first, data, context, pool=self._pool, wanted=wanted)
            try:
                return forms.check(form, given, data=data, context=context)
            except errors.InvalidAnswers:
                if not left or self._pool.random is None:
                    raise
        raise AssertionError  # the last try raises


def _first(waiting: Sequence[Waiting]) -> Waiting:
    """What leads on comes before what only may interrupt."""
    events = ("boundaryEvent", "startEvent")
    return min(waiting, key=lambda one: (one.element.kind in events, one.element.optional))


def _stopped(rehearsal: Rehearsal, at: Element) -> None:
    rehearsal.stopped_at, rehearsal.stopped_in = at.id, at.process_id
