"""Whether the tokens of an open scope can all come to its end: by the drawing alone, without data.

Plays every way that tokens may go, each exclusive choice both ways. Two things are wrong with a
drawing and the places where tokens lie in it: some may wait for ever at a join, or two may come
to one element at the same time, so that what is drawn once is done twice.
"""
# ruff: noqa: SLF001 - a join's ways in are the engine's underscored names

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations
from typing import Any, Literal, NamedTuple

from engine.runtime.events import BoundaryNode, EndNode, EventGatewayNode
from engine.runtime.joins import EndJoin, InclusiveNode, Join, ParallelNode
from engine.runtime.specs import BoundarySplit, Gateway

#: A token: the spec that it is at, and for a join the one that it came from.
Token = tuple[str, str]
Marking = frozenset[Token]
#: More are not looked at: what is not known to be wrong counts as right.
MOST = 4_000
#: End events that end everything in their scope.
_ENDING = ("terminate", "error")
#: So many ways out of an inclusive gateway are tried in every combination.
_WAYS = 4


class Fault(NamedTuple):
    """What may go wrong, and the name of the spec at which it does."""

    kind: Literal["stuck", "twice"]
    at: str


class _TwiceError(Exception):
    """Two tokens came to one place."""


@lru_cache(maxsize=2_000)
def fault(spec: Any, marking: Marking) -> Fault | None:
    """Give the first thing that may go wrong with tokens that lie in a scope, or nothing."""
    seen = {marking}
    todo = [marking]
    while todo and len(seen) < MOST:
        now = todo.pop()
        moved = False
        try:
            for following in _following(spec, now):
                moved = True
                if following not in seen:
                    seen.add(following)
                    todo.append(following)
        except _TwiceError as twice:
            return Fault("twice", str(twice))
        if now and not moved:
            return Fault("stuck", _stuck(spec, now))
    return None


def _stuck(spec: Any, marking: Marking) -> str:
    at = sorted(name for name, _ in marking)
    joins = [name for name in at if isinstance(spec.task_specs[name], Join)]
    return (joins or at)[0]


def _following(spec: Any, marking: Marking) -> Iterator[Marking]:
    for token in sorted(marking):
        name, _ = token
        at = spec.task_specs[name]
        if isinstance(at, ParallelNode):
            taken = {(name, way) for way in at._inputs}
            if taken <= marking and token == min(taken):
                yield _gone_on(marking - taken, at, at.outputs)
        elif isinstance(at, InclusiveNode):
            waiting = {t for t in marking if t[0] == name}
            if token == min(waiting) and _may_fire(spec, marking, at):
                for ways in _some(at.outputs):
                    yield _gone_on(marking - waiting, at, ways)
        elif isinstance(at, EndNode) and at.element and at.element.event in _ENDING:
            yield frozenset()
        else:
            yield from _left(spec, marking - {token}, at)


def _left(spec: Any, rest: Marking, at: Any) -> Iterator[Marking]:
    """What comes once the token at `at` goes on: by its flow, or by an event on its boundary."""
    if isinstance(at, Gateway | EventGatewayNode):
        for way in at.outputs:
            yield _gone_on(rest, at, [way])
    else:
        yield _gone_on(rest, at, at.outputs)
    split = spec.task_specs.get(f"{at.name}.BoundaryEventSplit")
    for event in split.outputs if split is not None else ():
        if isinstance(event, BoundaryNode) and event.cancel_activity:
            yield _gone_on(rest, event, event.outputs)


def _gone_on(rest: Marking, origin: Any, ways: list[Any]) -> Marking:
    found = set(rest)
    for way in ways:
        at = way
        if isinstance(at, EndJoin) or at.on_boundary:
            continue  # the end takes however many come; what watches is no token
        if isinstance(at, BoundarySplit):
            at = next(o for o in at.outputs if not o.on_boundary)
        token = (at.name, origin.name if isinstance(at, Join) else "")
        if token in found:
            raise _TwiceError(at.name)
        found.add(token)
    return frozenset(found)


def _some(ways: list[Any]) -> Iterator[list[Any]]:
    if len(ways) > _WAYS:
        yield from ([way] for way in ways)
        yield ways
        return
    for count in range(1, len(ways) + 1):
        yield from map(list, combinations(ways, count))


def _may_fire(spec: Any, marking: Marking, join: InclusiveNode) -> bool:
    filled = {way for name, way in marking if name == join.name}
    empty = set(join._inputs) - filled
    for name, _ in marking:
        if name == join.name:
            continue
        reached = join._inputs_reached_from(spec.task_specs[name])
        if reached & empty and not reached & filled:
            return False
    return True
