"""The words of BPMN that a drawing uses, and the order in which its steps are taken."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagrams import Element, Process
from engine.runtime import Program, Run
from tests.engine.runtime.drawings import Player

_SIGNS = {"entered": "", "arrived": "+", "completed": "/", "cancelled": "-"}
_AFTER = {
    "exclusiveGateway": "exclusiveGateway",
    "inclusiveGateway": "inclusiveGateway",
    "parallelGateway": "parallelGateway",
    "eventBasedGateway": "eventBasedGateway",
    "complexGateway": "complexGateway",
}


def words_of(process: Process) -> set[str]:
    """Every construct that a process uses."""
    found = set[str]()
    for element in process.elements.values():
        found |= set(_of_element(process, element))
    for flow in process.flows.values():
        source = process.elements.get(flow.source)
        if source is not None and flow.has_condition:
            found.add(f"condition after {_place(source)}")
    return found


def _of_element(process: Process, element: Element) -> Iterator[str]:
    yield _word(process, element)
    if element.timer is not None:
        yield element.timer.kind
    if element.multi_instance is not None:
        several = element.multi_instance
        yield "multi-instance, one by one" if several.sequential else "multi-instance, at once"
        if several.completion_condition:
            yield "multi-instance, completion condition"
    if element.standard_loop:
        yield "standard loop"
    if element.attributes.get("isForCompensation") == "true":
        yield "isForCompensation"
    if element.attributes.get("instantiate") == "true":
        yield f"{element.kind} that starts a case"
    if element.attributes.get("eventGatewayType") == "Parallel":
        yield "eventBasedGateway that waits for all"
    if element.default:
        yield f"default of {_place(element)}"
    yield from _of_ways(element)


def _word(process: Process, element: Element) -> str:
    event = element.event or "none"
    how = "interrupting" if element.interrupting else "beside"
    scope = process.elements.get(element.scope_id)
    if element.kind == "boundaryEvent":
        return f"boundaryEvent {event} {how}"
    if element.kind == "startEvent" and scope is not None:
        return (
            f"{'event sub-process' if scope.triggered_by_event else 'sub-process start'} {event}"
            + (f" {how}" if scope.triggered_by_event else "")
        )
    if element.kind.endswith("Event"):
        return f"{element.kind} {event}"
    if element.triggered_by_event:
        return "event sub-process"
    return element.kind


def _of_ways(element: Element) -> Iterator[str]:
    place = _place(element)
    if len(element.outgoing) > 1:
        yield f"split at {place}"
    if len(element.incoming) > 1:
        yield f"merge at {place}"
    ends = element.kind == "endEvent" or element.triggered_by_event or element.event == "link"
    if not element.outgoing and place in ("activity", "event") and not ends:
        yield f"end without a sign after {place}"


def _place(element: Element) -> str:
    if element.kind in _AFTER:
        return _AFTER[element.kind]
    return "event" if element.kind.endswith("Event") else "activity"


def order(program: Program, acts: list[str]) -> str:
    """Play a case and tell its steps: `a` entered, `/a` left, `-a` cancelled, `+a` a token waits.

    Between two acts stands `|`; an act is an element that waits, the first of its name. At the
    end of a case that goes on stands `...`. The case is saved and restored between all acts.
    """
    starts = program.start_events
    told_by = None if any(not start.event for start in starts) else starts[0].id

    def told_to() -> Run:
        return Run.start_by_message(program, str(told_by), {})

    case = Player(program, told_to if told_by else None, a=1, b=2)
    told, seen = [_steps(case, 0)], len(case.steps)
    for act in acts:
        waiting = case.waiting(act)[0]
        if waiting.kind == "timer":
            case.fire(waiting)
        elif waiting.kind == "message":
            case.deliver(waiting, {})
        else:
            case.complete(waiting)
        told.append(_steps(case, seen))
        seen = len(case.steps)
    assert case.run.ended == (not case.open())
    return " | ".join(told) + ("" if case.run.ended else " ...")


def _steps(case: Player, since: int) -> str:
    return " ".join(_SIGNS[kind] + name for kind, name in case.steps[since:])
