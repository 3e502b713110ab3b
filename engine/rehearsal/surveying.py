"""Many rehearsals at random: which ends they reach, what they never touch, where they stick."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from engine.diagrams import Element
from engine.languages import Text
from engine.rehearsal.cast import Cast
from engine.rehearsal.chance import Chance, Memory
from engine.rehearsal.rehearsing import OUT_OF_STEPS, Rehearsal, play
from engine.rehearsal.stage import Stage, prepare

#: Seconds that a survey may take; it says how many walks it came to.
PATIENCE = 20.0


@dataclass(frozen=True)
class End:
    """An end event, and how many walks ended with it."""

    element: Element
    count: int


@dataclass(frozen=True)
class Stuck:
    """A place where walks could not go on, why, and how many."""

    process_id: str
    element_id: str
    name: Text
    reason: Text
    count: int


@dataclass
class Survey:
    """What came of many walks at random. What they did not reach may still be reachable."""

    runs: int = 0
    ended: int = 0
    #: Walks that were still going when their steps were used up.
    unfinished: int = 0
    steps: int = 0
    #: Every end event of the drawing, reached or not.
    ends: list[End] = field(default_factory=list)
    #: Elements of the drawing that no walk reached, ends included, in the order drawn.
    never: list[Element] = field(default_factory=list)
    stuck: list[Stuck] = field(default_factory=list)
    #: How many walks reached each element of the drawing.
    reached: Counter[str] = field(default_factory=Counter)
    #: The sequence flows of the drawing that some walk took.
    flows: set[str] = field(default_factory=set)

    @property
    def average_steps(self) -> float:
        """How many tasks, messages and timers a walk took."""
        return self.steps / self.runs if self.runs else 0.0


def survey(
    xml: bytes,
    *,
    runs: int = 100,
    steps: int = 200,
    seed: int = 0,
    called: Sequence[bytes] = (),
    patience: float = PATIENCE,
) -> Survey:
    """Rehearse a drawing many times at random; the same seed gives the same survey.

    `called` is as for `rehearse`; after `patience` seconds no further walk begins. Raises
    DiagramRefused.
    """
    return survey_of(prepare(xml, called), runs=runs, steps=steps, seed=seed, patience=patience)


def survey_of(
    stage: Stage,
    *,
    runs: int = 100,
    steps: int = 200,
    seed: int = 0,
    cast: Cast | None = None,
    patience: float = PATIENCE,
) -> Survey:
    """Rehearse what is on a stage many times at random."""
    random, memory, found = Random(seed), Memory(), Survey()  # noqa: S311 - a game of chance
    ends: Counter[str] = Counter()
    stuck: Counter[tuple[str, str, str, str]] = Counter()
    until = time.monotonic() + patience
    people = dict(cast.members) if cast is not None else {}
    while found.runs < runs and time.monotonic() < until:
        pool = Chance(stage, people, random, memory, found.runs)
        one = play(stage, pool, steps=steps, cast=cast)
        found.runs += 1
        found.steps += one.steps
        found.ended += one.ended
        memory.learn(pool.given, {element_id for _, element_id in one.path})
        _count(stage, one, found, ends, stuck)
    found.ends = [End(element, ends[element.id]) for element in stage.ends]
    found.never = [
        element
        for element in stage.process.elements.values()
        if not found.reached[element.id] and element.id not in stage.made
    ]
    found.stuck = [
        Stuck(process_id, element_id, _name(stage, process_id, element_id), Text(zh, en), count)
        for (process_id, element_id, zh, en), count in stuck.most_common()
    ]
    return found


def _count(
    stage: Stage,
    one: Rehearsal,
    found: Survey,
    ends: Counter[str],
    stuck: Counter[tuple[str, str, str, str]],
) -> None:
    reached = {element_id for process_id, element_id in one.path if process_id == stage.process.id}
    found.reached.update(reached)
    found.flows |= {flow for process_id, flow in one.flows if process_id == stage.process.id}
    ends.update(reached & {element.id for element in stage.ends})
    if one.ended:
        return
    if one.reason == OUT_OF_STEPS:
        found.unfinished += 1
        return
    stuck[one.stopped_in, one.stopped_at, one.reason.zh, one.reason.en] += 1


def _name(stage: Stage, process_id: str, element_id: str) -> Text:
    element = stage.element(process_id, element_id)
    return (element.name if element is not None else Text()) or Text(element_id)
