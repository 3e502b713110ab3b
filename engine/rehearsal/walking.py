"""A rehearsal that a person walks through: what waits, its form, what was done so far, and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Any

from engine import errors, forms
from engine.diagrams import Element
from engine.expressions import Context
from engine.forms import Form
from engine.languages import Text
from engine.rehearsal.cast import Cast
from engine.rehearsal.chance import Chance
from engine.rehearsal.inventing import Inventor
from engine.rehearsal.play import Offer, Play
from engine.rehearsal.stage import Stage
from engine.runtime import Waiting

#: Events that may come while something else is under way; nothing is at them.
ASIDE = ("boundaryEvent", "startEvent")


@dataclass(frozen=True)
class Act:
    """One thing that was done: at the n-th waiting place of an element, with these answers."""

    process_id: str
    element_id: str
    number: int
    answers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The place at which it was done."""
        return f"{self.process_id}/{self.element_id}/{self.number}"

    def plain(self) -> list[Any]:
        """Give the act as JSON data, from which `Act(*data)` makes it again."""
        return [self.process_id, self.element_id, self.number, dict(self.answers)]


@dataclass(frozen=True)
class Spot:
    """A place of a walk where something can be done next."""

    key: str
    #: start, user, external, message or timer.
    kind: str
    element: Element
    form: Form
    values: dict[str, Any]
    data: dict[str, Any]
    context: Context
    offer: Offer | None = None
    due_at: datetime | None = None
    #: What a message is called that is waited for, "" for everything else.
    message: str = ""
    #: Which of the places where its element waits.
    number: int = 0

    @property
    def name(self) -> Text:
        """What to call it."""
        return self.element.name or Text(self.element.id)

    @property
    def is_aside(self) -> bool:
        """It may come while other things go on."""
        return self.element.kind in ASIDE and self.kind != "start"


@dataclass(frozen=True)
class Done:
    """One step of the path so far."""

    kind: str
    element: Element
    #: As whom a task was done.
    person: str = ""


class Walk:
    """A case walked through act by act; the acts alone are enough to come back to it."""

    def __init__(self, stage: Stage, *, seed: int = 0, cast: Cast | None = None) -> None:
        self.stage, self.seed = stage, seed
        self._cast = cast or Cast()
        self.acts: list[Act] = []
        self.done: list[Done] = []
        self._play: Play | None = None

    @classmethod
    def again(
        cls, stage: Stage, acts: Sequence[Act], *, seed: int = 0, cast: Cast | None = None
    ) -> Walk:
        """Walk the same way again, as far as the drawing still lets it: see `acts`."""
        walk = cls(stage, seed=seed, cast=cast)
        for number, act in enumerate(acts):
            try:
                walk.act(act.key, act.answers)
            except errors.AgencyflowError:
                # A case that came to grief is to be thrown away.
                return cls.again(stage, acts[:number], seed=seed, cast=cast)
        return walk

    @property
    def begun(self) -> bool:
        """True once the case is started."""
        return self._play is not None

    @property
    def ended(self) -> bool:
        """True when nothing more will happen."""
        return self._play is not None and self._play.run.ended

    @property
    def outcome(self) -> Element | None:
        """The end event with which it ended."""
        return self._play.run.outcome if self._play is not None and self.ended else None

    @property
    def given(self) -> dict[str, Any]:
        """What a caller would hand over to the process, made up."""
        return Inventor(self.stage.expectations, self._chance(0)).handed_over(self.stage.process)

    def spots(self) -> list[Spot]:
        """Give everything that can be done now: what leads on first, what may interrupt last."""
        if self._play is None:
            return self._starts()
        numbers: Counter[tuple[str, str]] = Counter()
        found = []
        for waiting in self._play.waiting():
            place = (waiting.element.process_id, waiting.element.id)
            spot = self._spot(self._play, waiting, numbers[place])
            found.append(replace(spot, number=numbers[place]))
            numbers[place] += 1
        return sorted(found, key=lambda spot: (spot.is_aside, spot.element.optional))

    def made_up(self, spot: Spot, given: Mapping[str, Any], nonce: int = 0) -> dict[str, Any]:
        """Give answers that the form of a spot accepts, each time others."""
        pool = self._chance(nonce)
        pool.element = spot.element
        empty = {k: v for k, v in given.items() if k in spot.values}
        values = {**spot.values, **empty}
        return forms.example(spot.form, values, spot.data, spot.context, pool=pool)

    def act(self, key: str, answers: Mapping[str, Any]) -> None:
        """Do what can be done at a spot.

        Raises TaskWithdrawn when there is no such spot, InvalidAnswers, and StepFailed, after
        which the walk is to be thrown away.
        """
        spot = next((spot for spot in self.spots() if spot.key == key), None)
        if spot is None:
            raise errors.TaskWithdrawn
        values = forms.check(spot.form, dict(answers), data=spot.data, context=spot.context)
        if self._play is None:
            self._begin(spot, values)
        else:
            self._go_on(self._play, spot, values)
        element = spot.element
        self.acts.append(Act(element.process_id, element.id, spot.number, dict(answers)))
        person = spot.offer.person if spot.offer is not None else ""
        self.done.append(Done(spot.kind, spot.element, person))

    def visited(self, process_id: str) -> list[str]:
        """The elements and flows of a drawing that the case has been at."""
        steps = self._play.steps if self._play is not None else []
        found: dict[str, None] = {}
        for step in steps:
            if step.element.process_id == process_id and step.kind in ("entered", "arrived"):
                found |= {name: None for name in (step.element.id, step.via) if name}
        return list(found)

    def here(self, process_id: str) -> dict[str, int]:
        """How much waits at each element of a drawing; calls are where what they call is."""
        spots = [spot for spot in self.spots() if not spot.is_aside]
        found = Counter(s.element.id for s in spots if s.element.process_id == process_id)
        for element in self.stage.processes[process_id].elements.values():
            if element.called_element and element.id in self._open(process_id):
                inside = sum(s.element.process_id in self._below(element) for s in spots)
                found[element.id] += inside
        return {element_id: count for element_id, count in found.items() if count}

    def _open(self, process_id: str) -> set[str]:
        """The call activities that were entered and are not over."""
        under_way: set[tuple[str, str]] = set()
        for step in self._play.steps if self._play is not None else ():
            if step.element.process_id == process_id and step.element.called_element:
                place = (step.task_id, step.element.id)
                if step.kind == "entered":
                    under_way.add(place)
                elif step.kind in ("completed", "cancelled"):
                    under_way.discard(place)
        return {element_id for _, element_id in under_way}

    def _below(self, call: Element) -> set[str]:
        found: set[str] = set()
        waiting = [call.called_element]
        while waiting:
            name = waiting.pop()
            process = self.stage.processes.get(name)
            if process is not None and name not in found:
                found.add(name)
                waiting += [e.called_element for e in process.elements.values() if e.called_element]
        return found

    def _starts(self) -> list[Spot]:
        play, given = Play(self.stage, self._cast), self.given
        if not self.stage.starts:
            return []
        return [self._start(play, start, given) for start in self.stage.starts]

    def _start(self, play: Play, start: Element, given: dict[str, Any]) -> Spot:
        key = f"{start.process_id}/{start.id}/0"
        context = play.context()
        if start.event:
            return self._message(Spot(key, "message", start, Form(), {}, {}, context))
        form = forms.form_of(start)
        groups = (start.lane,) if start.lane else ()
        offer = Offer(groups, "", self._cast.one_of(groups), None, "") if groups else None
        values = forms.initial(form, given, context)
        return Spot(key, "start", start, form, values, given, context, offer)

    def _spot(self, play: Play, waiting: Waiting, number: int) -> Spot:
        element = waiting.element
        key = f"{element.process_id}/{element.id}/{number}"
        context = play.context_for(waiting)
        if waiting.kind == "message":
            return self._message(Spot(key, "message", element, Form(), {}, {}, context))
        if waiting.kind == "timer":
            return Spot(key, "timer", element, Form(), {}, {}, context, due_at=waiting.due_at)
        form, data = forms.form_of(element), waiting.data
        values = forms.initial(form, data, context)
        offer = play.offer(waiting) if waiting.kind == "user" else None
        due_at = offer.due_at if offer is not None else None
        return Spot(key, waiting.kind, element, form, values, data, context, offer, due_at)

    def _message(self, spot: Spot) -> Spot:
        inventor = Inventor(self.stage.expectations, self._chance(len(self.acts)))
        form, made = inventor.form(spot.element), inventor.payload(spot.element)
        asked = {item.id for item in form.items}
        values = {k: v for k, v in made.items() if k in asked} if isinstance(made, dict) else {}
        name = spot.element.message or spot.element.code
        return Spot(spot.key, "message", spot.element, form, values, {}, spot.context, message=name)

    def _begin(self, spot: Spot, values: dict[str, Any]) -> None:
        play = Play(self.stage, self._cast)
        if spot.kind == "message":
            play.begin_by_message(spot.element, self._payload(spot, values))
        else:
            play.begin_by_hand({**spot.data, **values})
        self._play = play

    def _go_on(self, play: Play, spot: Spot, values: dict[str, Any]) -> None:
        place = (spot.element.process_id, spot.element.id)
        there = [w for w in play.waiting() if (w.element.process_id, w.element.id) == place]
        waiting = there[spot.number]
        if spot.kind == "timer":
            play.fire(waiting)
        elif spot.kind == "message":
            play.deliver(waiting, self._payload(spot, values))
        else:
            play.complete(waiting, values)

    def _payload(self, spot: Spot, values: dict[str, Any]) -> Any:
        inventor = Inventor(self.stage.expectations, self._chance(len(self.acts)))
        return inventor.filled(spot.element, values)

    def _chance(self, nonce: int) -> Chance:
        random = Random(f"{self.seed} {nonce}")  # noqa: S311 - a game of chance
        return Chance(self.stage, self._cast.members, random)
