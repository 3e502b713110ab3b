"""What may come next after a step, read off the drawing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from engine import history
from engine.definitions import Drawing
from engine.diagrams import Element, Process
from engine.languages import Text
from engine.models import Group, Instance

HUMAN = {"userTask", "manualTask", "task"}
CHOOSING = {"exclusiveGateway", "inclusiveGateway", "complexGateway"}
WAITING = {"intermediateCatchEvent", "receiveTask"}
#: Steps named at most, and choices against the usual way that may lie before one.
MOST, TURNS = 6, 1
#: Events of a case among which the call that it is in is looked for.
LATEST = 200
_NOTHING = Text()


@dataclass(frozen=True)
class NextStep:
    """A step that may follow: its label and, where the drawing says so, who does it.

    `after` is what is waited for first; `together` says that it does not come instead of the
    step before it in the list, but at the same time.
    """

    name: Text
    who: Text
    after: Text = _NOTHING
    together: bool = False


@dataclass(frozen=True)
class _Place:
    """An element that is reached, and how."""

    process: Process
    element: Element
    #: Sub-processes and calls that were entered on the way: in them only the usual way is told.
    entered: tuple[tuple[Process, Element], ...] = ()
    turns: int = 0
    #: The usual way was taken at every choice; else what follows may be another case's way.
    usual: bool = True
    #: An outcome was reached that choices further on only repeat.
    settled: bool = False
    after: Text = _NOTHING
    #: At each fork passed: whether all ways out are taken, and which way this is.
    forks: tuple[tuple[bool, int], ...] = ()


def next_steps(
    session: Session, drawing: Drawing, element: Element, *, case: Instance | None = None
) -> list[NextStep]:
    """List the tasks and ends that may follow an element, the usual ones first.

    After the end of a called diagram comes what follows in its caller; `case` tells which
    call that is where a diagram is called in several places.
    """
    callers = _Callers(session, drawing, case)
    start = _Place(drawing.processes[element.process_id], element, usual=not _is_optional(element))
    found: list[tuple[_Place, NextStep]] = []
    seen: set[tuple[str, str]] = set()
    todo = deque(_onwards(start, callers))
    while todo and len(found) < MOST:
        place = todo.popleft()
        key = (place.process.id, place.element.id)
        if key in seen or place.turns > TURNS:
            continue
        seen.add(key)
        if _is_optional(place.element):
            continue
        step = _step(session, place, callers)
        if step is None:
            onwards = list(_within(place, drawing)) or list(_onwards(place, callers))
            # The usual way first, to its end.
            todo.extendleft(p for p in reversed(onwards) if p.turns == place.turns)
            todo.extend(p for p in onwards if p.turns > place.turns)
        elif all((step.name, step.who) != (s.name, s.who) for _, s in found):
            together = bool(found) and _at_once(found[-1][0].forks, place.forks)
            found.append((place, replace(step, together=together)))
    return [step for _, step in found]


def _step(session: Session, place: _Place, callers: _Callers) -> NextStep | None:
    """Give what is told of a place; None where the way only passes."""
    element = place.element
    if element.kind in HUMAN:
        return NextStep(element.name, _who(session, place.process, element), place.after)
    # How an unusual outcome goes on is not told, nor where in a part an unusual way enters it.
    stops = not place.usual and (_is_part(element) or _is_outcome(place))
    ends = element.kind == "endEvent" and not list(_onwards(place, callers))
    # Neither is the work of whatever lane it is drawn in.
    return NextStep(element.name, Text(), place.after) if element.name and (stops or ends) else None


def _within(place: _Place, drawing: Drawing) -> Iterator[_Place]:
    """Where a sub-process or a called diagram begins."""
    element = place.element
    entered = (*place.entered, (place.process, element))
    called = drawing.processes.get(element.called_element)
    if called is not None and all(called is not process for process, _ in entered):
        for first in _starts(called, called.id):
            yield replace(place, process=called, element=first, entered=entered)
    elif element.kind == "subProcess":
        for first in _starts(place.process, element.id):
            yield replace(place, element=first, entered=entered)


def _onwards(place: _Place, callers: _Callers) -> Iterator[_Place]:
    """What follows an element; after an end, what follows whatever encloses or calls it."""
    process, element = place.process, place.element
    if element.kind in WAITING and element.event != "link":
        place = replace(place, after=element.name or place.after)
    flows = process.outgoing(element)
    if element.event in ("link", "error") and not flows:
        yield from _leaps(place)
        return
    if not flows:
        place = replace(place, settled=place.settled or _is_outcome(place))
        for outer, enclosing, entered in _enclosing(place, callers):
            yield from _onwards(
                replace(place, process=outer, element=enclosing, entered=entered), callers
            )
        return
    conditional = any(flow.has_condition for flow in flows)
    chooses = (element.kind in CHOOSING or conditional) and len(flows) > 1
    if chooses and element.default:
        flows = sorted(flows, key=lambda flow: flow.id != element.default)
        if place.entered or place.settled:
            flows = flows[:1]
    for number, flow in enumerate(flows):
        target = process.elements.get(flow.target)
        if target is None:
            continue
        turned = bool(chooses and element.default and flow.id != element.default)
        either = (chooses and not element.default) or element.kind == "eventBasedGateway"
        forks = place.forks
        if len(flows) > 1:
            forks = (*forks, (not (chooses or either), number))
        yield replace(
            place,
            element=target,
            turns=place.turns + turned,
            usual=place.usual and not turned and not either,
            forks=forks,
        )


def _leaps(place: _Place) -> Iterator[_Place]:
    """Where a link goes on; what catches an error is another way, and not the usual one."""
    linked = place.process.link_from(place.element)
    if linked is not None:
        yield replace(place, element=linked)


def _enclosing(
    place: _Place, callers: _Callers
) -> list[tuple[Process, Element, tuple[tuple[Process, Element], ...]]]:
    """The sub-process that an element lies in, or the calls of its diagram."""
    if place.entered:
        (*rest, (process, element)) = place.entered
        return [(process, element, tuple(rest))]
    enclosing = place.process.elements.get(place.element.scope_id)
    if enclosing is not None:
        return [(place.process, enclosing, ())]
    return [(process, element, ()) for process, element in callers.of(place.process)]


class _Callers:
    """The calls of each diagram; of several, the one that the case reached last."""

    def __init__(self, session: Session, drawing: Drawing, case: Instance | None) -> None:
        self._session, self._drawing, self._case = session, drawing, case
        self._reached: list[tuple[str, str]] | None = None

    def of(self, called: Process) -> list[tuple[Process, Element]]:
        """Find the calls of a diagram."""
        found = [
            (process, element)
            for process in self._drawing.processes.values()
            for element in process.elements.values()
            if element.called_element == called.id
        ]
        if len(found) > 1:
            ids = {(process.id, element.id): (process, element) for process, element in found}
            last = next((ids[place] for place in self._latest() if place in ids), None)
            return [last] if last else found
        return found

    def _latest(self) -> list[tuple[str, str]]:
        if self._reached is None:
            self._reached = []
            events = (
                history.of_case(self._session, self._case.id, last=LATEST) if self._case else []
            )
            for event in reversed(events):
                path = event.details.get("path", ())
                self._reached += [(process, element) for process, element, _ in reversed(path)]
        return self._reached


def _at_once(one: tuple[tuple[bool, int], ...], other: tuple[tuple[bool, int], ...]) -> bool:
    """Tell whether two ways part where all ways are taken."""
    for (every, mine), (_, theirs) in zip(one, other, strict=False):
        if mine != theirs:
            return every
    return False


def _is_optional(element: Element) -> bool:
    return element.properties.get("optional") == "true"


def _is_part(element: Element) -> bool:
    return element.kind == "subProcess" or bool(element.called_element)


def _is_outcome(place: _Place) -> bool:
    """Tell whether an end is one of several that its sub-process or diagram has."""
    beside = place.process.within(place.element.scope_id)
    return place.element.kind == "endEvent" and sum(e.kind == "endEvent" for e in beside) > 1


def _starts(process: Process, scope_id: str) -> list[Element]:
    inside = process.within(scope_id)
    first = [e for e in inside if e.kind == "startEvent" and not e.event]
    return first or [e for e in inside if not e.incoming and not e.attached_to]


def _who(session: Session, process: Process, element: Element) -> Text:
    group_id = element.candidate_groups[0] if element.candidate_groups else element.lane
    group = session.get(Group, group_id) if group_id and "${" not in group_id else None
    if group is not None:
        return group.name
    lane = process.lanes.get(element.lane)
    return lane.name if lane else Text()
