"""Every construct that the reader knows is shown in its BPMN order, or refused: there is no third."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import diagrams, rules
from engine.diagrams import Process
from engine.diagrams.elements import FLOW_NODES
from engine.errors import DiagramRefused
from engine.rules.events import KINDS
from tests.engine.runtime.constructs import order, words_of
from tests.engine.runtime.drawings import (
    flow,
    flows,
    message,
    node,
    nodes,
    process,
    program,
    properties,
)
from tests.engine.runtime.orders import ORDERS

HERE = Path(__file__).parents[3]
EVENTS = {name or "none" for name in KINDS}
_GATEWAYS = {name for name in FLOW_NODES if name.endswith("Gateway")}
_PLACES = {*_GATEWAYS, "activity", "event"}
#: All that can be told apart in a drawing.
UNIVERSE = (
    {name for name in FLOW_NODES if not name.endswith("Event")}
    | {
        f"{place} {event}"
        for place in ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent")
        for event in EVENTS
    }
    | {
        f"{place} {event} {how}"
        for place in ("boundaryEvent", "event sub-process")
        for event in EVENTS
        for how in ("interrupting", "beside")
    }
    | {f"sub-process start {event}" for event in EVENTS}
    | {f"implicitThrowEvent {event}" for event in EVENTS}
    | {f"condition after {place}" for place in _PLACES}
    | {f"default of {place}" for place in _PLACES}
    | {f"{ways} at {place}" for ways in ("split", "merge") for place in _PLACES}
    | {f"end without a sign after {place}" for place in ("activity", "event")}
    | {"timeDuration", "timeDate", "timeCycle", "standard loop", "isForCompensation"}
    | {f"multi-instance, {how}" for how in ("at once", "one by one", "completion condition")}
    | {"event sub-process", "receiveTask that starts a case"}
    | {"eventBasedGateway that starts a case", "eventBasedGateway that waits for all"}
)
#: What a rule says of a construct that is not run; what is not listed is an event.
REFUSED = {
    "scriptTask": "unsupported_activity",
    "businessRuleTask": "unsupported_activity",
    "adHocSubProcess": "unsupported_activity",
    "transaction": "unsupported_activity",
    "callChoreography": "unsupported_activity",
    "choreographyTask": "unsupported_activity",
    "subChoreography": "unsupported_activity",
    "serviceTask": "service_task",
    "complexGateway": "complex_gateway",
    "standard loop": "standard_loop",
    "isForCompensation": "compensation",
    "receiveTask that starts a case": "instantiating_task",
    "eventBasedGateway that starts a case": "event_gateway_kind",
    "eventBasedGateway that waits for all": "event_gateway_kind",
    "condition after parallelGateway": "condition_out_of_place",
    "condition after eventBasedGateway": "condition_out_of_place",
    "condition after complexGateway": "complex_gateway",
    "default of parallelGateway": "wrong_default",
    "default of eventBasedGateway": "wrong_default",
    "default of complexGateway": "wrong_default",
    "split at complexGateway": "complex_gateway",
    "merge at complexGateway": "complex_gateway",
    "boundaryEvent error beside": "error_beside",
    "event sub-process error beside": "error_beside",
    **{f"sub-process start {event}": "start_in_sub_process" for event in ("message", "signal")},
    **{
        f"event sub-process {event} {how}": "event_sub_process"
        for event in EVENTS - {"message", "timer", "signal", "error", "escalation"}
        for how in ("interrupting", "beside")
    },
}
#: What small drawings leave out, which has nothing to do with how they run.
BESIDE_THE_POINT = {"nobody", "without_results", "result_never_set", "never_thrown"}


def _processes(*files: bytes) -> list[Process]:
    return [p for file in files for p in diagrams.read(file).processes]


SHOWN = {
    word
    for files, _, _ in ORDERS.values()
    for drawn in _processes(*files)
    for word in words_of(drawn)
}


def _errors(*files: bytes) -> set[str]:
    drawn = [diagrams.read(file, file=f"{at}.bpmn") for at, file in enumerate(files)]
    found = rules.check(drawn, groups=frozenset())
    return {problem.code for problem in found if problem.is_error} - BESIDE_THE_POINT


@pytest.mark.parametrize("construct", ORDERS)
def test_it_takes_the_steps_in_the_order_that_bpmn_prescribes(construct: str) -> None:
    files, acts, steps = ORDERS[construct]
    assert construct in {word for drawn in _processes(*files) for word in words_of(drawn)}
    assert order(program(*files), acts.split()) == steps
    assert _errors(*files) == set()


def test_it_knows_of_each_construct_whether_it_is_run() -> None:
    assert SHOWN <= UNIVERSE
    assert not SHOWN & REFUSED.keys()
    for word in UNIVERSE - SHOWN - REFUSED.keys():
        assert word.split()[0] in FLOW_NODES | {"sub-process"}, word


@pytest.mark.parametrize("construct", sorted(UNIVERSE - SHOWN))
def test_it_refuses_a_construct_whose_order_no_test_shows(construct: str) -> None:
    drawing = _drawing_of(construct)
    assert construct in {word for drawn in _processes(drawing) for word in words_of(drawn)}
    assert REFUSED.get(construct, "unsupported_event") in _errors(drawing)


def test_it_finds_no_other_construct_in_any_drawing_that_it_takes() -> None:
    files = [*(HERE / "processes").rglob("*.bpmn")]
    files += (HERE.parent / "shared" / "diagrams").rglob("*.bpmn")
    seen = set[str]()
    for file in files:
        xml = file.read_bytes()
        try:
            drawn = diagrams.read(xml, file=file.name)
        except DiagramRefused:
            continue
        problems = rules.check([drawn], groups={lane for p in drawn.processes for lane in p.lanes})
        refused = {p.element_id for p in problems if p.is_error}
        for one in rules.place.running(drawn):
            words = words_of(one)
            seen |= words
            if not refused:
                assert words <= SHOWN, file
    assert seen <= UNIVERSE
    # Our own drawings alone use fewer; both are many.
    assert len(seen) > 30


def _drawing_of(construct: str) -> bytes:
    """A drawing with a construct in it that is refused."""
    kind, _, rest = construct.partition(" ")
    if construct.startswith(("condition after", "default of", "split at", "merge at")):
        return _ways(construct, rest.split()[-1])
    if rest == "that waits for all":
        return _along(node(kind, "it", eventGatewayType="Parallel"), "x")
    if rest == "that starts a case":
        return _along(node(kind, "it", instantiate="true"), "x")
    if construct == "standard loop":
        return _along(node("userTask", "it", "<standardLoopCharacteristics/>"))
    if construct == "isForCompensation":
        return _along(node("userTask", "it", isForCompensation="true"))
    if construct.startswith(("event sub-process", "sub-process start")):
        return _started(construct, rest.split())
    if kind == "boundaryEvent":
        event, how = rest.split()
        beside = str(how == "interrupting").lower()
        edge = node(
            "boundaryEvent", "it", _event(event), attachedToRef="work", cancelActivity=beside
        )
        return _along(
            nodes("userTask", "work") + edge + nodes("userTask", "x"), "", "work"
        ).replace(b"</process>", flows("it x end").encode() + b"</process>")
    if kind == "startEvent":
        return process("refused", node(kind, "it", _event(rest)), nodes("endEvent", "end"),
                       flows("it end"))  # fmt: skip
    if kind == "endEvent":
        return process("refused", nodes("startEvent", "start"), node(kind, "it", _event(rest)),
                       flows("start it"))  # fmt: skip
    return _along(node(kind, "it", _event(rest) if rest else ""))


def _along(drawn: str, after: str = "", at: str = "it") -> bytes:
    more = nodes("userTask", after) + flows(f"{at} {after} end") if after else ""
    return process("refused", nodes("startEvent", "start"), drawn, nodes("endEvent", "end"),
                   flows(f"start {at} end"), more)  # fmt: skip


def _event(event: str) -> str:
    drawn = {
        "none": "",
        "multiple": message("m") + "<terminateEventDefinition/>",
        "message": message("m"),
    }
    return drawn.get(event, f"<{event}EventDefinition/>")


def _started(construct: str, said: list[str]) -> bytes:
    handler = construct.startswith("event sub-process")
    event = said[1]
    beside = {"isInterrupting": str(said[-1] != "beside").lower()} if handler else {}
    inner = node("startEvent", "it", properties(correlationKey="1") + _event(event), **beside)
    inner += nodes("endEvent", "done") + flows("it done")
    if handler:
        return _along(
            nodes("userTask", "work") + node("subProcess", "part", inner, triggeredByEvent="true"),
            "",
            "work",
        )
    return _along(node("subProcess", "part", inner), "", "part")


def _ways(construct: str, place: str) -> bytes:
    said = {"default": "it_to_x"} if construct.startswith("default") else {}
    condition = "a == 1" if construct.startswith("condition") else ""
    return process(
        "refused", nodes("startEvent", "start"), node(place, "it", **said), nodes("userTask", "x y"),
        nodes("endEvent", "end"), flows("start it y it", "x end"), flow("it", "x", condition),
    )  # fmt: skip
