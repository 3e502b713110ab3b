"""House rules: what a diagram must keep to so that it runs as BPMN says.

Whatever SpiffWorkflow would run wrong without a word, or would fail at only while a case runs,
is an error here. Each rule is one small function that is given a `Place` and yields problems;
a module holds the rules about one noun.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from engine.diagrams import Diagram, Problem, Process
from engine.rules import (
    activities,
    calls,
    correspondence,
    events,
    expressions,
    files,
    flows,
    forms,
    gateways,
    links,
    messages,
    multi_instance,
    people,
    raised,
    signals,
    structure,
    timers,
    vocabulary,
    words,
)
from engine.rules.place import Place, World, running

__all__ = ["RULES", "check"]

Rule = Callable[[Place], Iterable[Problem]]

RULES: tuple[Rule, ...] = (
    *structure.RULES,
    *flows.RULES,
    *gateways.RULES,
    *events.RULES,
    *links.RULES,
    *raised.RULES,
    *signals.RULES,
    *timers.RULES,
    *activities.RULES,
    *messages.RULES,
    *multi_instance.RULES,
    *calls.RULES,
    *forms.RULES,
    *people.RULES,
    *expressions.RULES,
    *vocabulary.RULES,
    *words.RULES,
)


def check(
    diagrams: Sequence[Diagram],
    *,
    groups: AbstractSet[str],
    known: Mapping[str, Process] | None = None,
) -> list[Problem]:
    """Check a set of files that are deployed together; give its problems by file and line.

    Called diagrams are looked for in the set, then among `known`, the processes that are
    deployed already. Processes that are not executable are pictures beside one that is.
    """
    world = World(tuple(diagrams), frozenset(groups), dict(known or {}))
    found = set(_problems(world))
    return sorted(
        found, key=lambda p: (p.file, p.line, p.severity, p.element_id, p.code, p.text.en)
    )


def _problems(world: World) -> Iterator[Problem]:
    for rule in (*files.RULES, *correspondence.RULES):
        yield from rule(world)
    for diagram in world.diagrams:
        for process in running(diagram):
            place = Place(diagram.file, process, world)
            for one in structure.FIRST if structure.is_endless(process) else RULES:
                yield from one(place)
