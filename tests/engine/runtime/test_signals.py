"""Signals: heard by everything in the case that waits for them, at the moment they are thrown."""

from __future__ import annotations

import random

import pytest

from engine.diagrams import SIGNAL
from engine.runtime import Run
from tests.engine.runtime.drawings import (
    Player,
    flows,
    message,
    node,
    nodes,
    process,
    program,
    properties,
    signal,
)

RUNS = 50
RING = properties(payload="{'at': hour}") + signal("bell")


def _heard(**said: str) -> str:
    return properties(**said) + signal("bell")


#: One rings; others wait: behind a flow, at a gateway, on two boundaries, in an event sub-process.
EVERYWHERE = process(
    "everywhere",
    nodes("startEvent", "start"),
    nodes("parallelGateway", "fork"),
    nodes("userTask", "before ring_now"),
    node("intermediateThrowEvent", "ring", RING),
    nodes("userTask", "after_ring"),
    node("intermediateCatchEvent", "caught", _heard(variable="bell")),
    nodes("userTask", "after_caught"),
    nodes("eventBasedGateway", "which"),
    node("intermediateCatchEvent", "first", signal("bell")),
    node("intermediateCatchEvent", "second", message("other")),
    nodes("userTask", "after_first after_second"),
    nodes("userTask", "stopped beside"),
    node("boundaryEvent", "stop", _heard(variable="bell"), attachedToRef="stopped"),
    node("boundaryEvent", "aside", signal("bell"), attachedToRef="beside", cancelActivity="false"),
    nodes("userTask", "after_stop after_aside"),
    node(
        "subProcess",
        "handler",
        node("startEvent", "on_bell", _heard(variable="bell"), isInterrupting="false")
        + nodes("userTask", "handle")
        + flows("on_bell handle"),
        triggeredByEvent="true",
    ),
    flows(
        "start fork ring_now ring after_ring",
        "fork before caught after_caught",
        "fork which first after_first",
        "which second after_second",
        "fork stopped",
        "fork beside",
        "stop after_stop",
        "aside after_aside",
    ),
)


def test_it_is_heard_wherever_it_is_waited_for() -> None:
    made = program(EVERYWHERE)
    for seed in range(RUNS):
        choose = random.Random(seed)
        case = Player(made, reparsed=seed % 10 == 0, pruned=seed % 3 != 0, hour=9)
        waits = {w.element.id: w for w in case.waiting() if w.kind == "message"}
        assert waits.keys() == {"first", "second", "stop", "aside", "on_bell"}
        assert waits["stop"].message_name == SIGNAL + "bell"
        assert waits["stop"].key == waits["stop"].task_id
        early = choose.random() < 0.5
        if early:
            case.do("before")
        case.do("ring_now")
        expected = ["after_first", "after_ring", "after_stop", "after_aside", "beside", "handle"]
        expected += ["after_caught"] if early else ["before"]
        assert case.open() == sorted([*expected, "aside", "on_bell"])
        assert case.order("cancelled") == ["stopped"]
        assert case.one("after_stop").data == {"hour": 9, "bell": {"at": 9}}
        assert case.one("handle").data == {"hour": 9, "bell": {"at": 9}}
        order = case.order()
        assert order.index("ring") < order.index("stop") < order.index("after_ring")
        assert [(t.kind, t.name, t.payload) for t in case.thrown] == [("signal", "bell", {"at": 9})]
        if not early:
            # It is not kept for whoever begins to wait later.
            case.do("before")
            assert "caught" in case.open()
            case.deliver(case.one("caught"), {"at": 10})
            assert case.one("after_caught").data["bell"] == {"at": 10}
        case.play(choose)
        assert case.run.ended
        assert case.all_left()


@pytest.mark.parametrize("inside", [False, True], ids=["its own scope", "a scope around"])
def test_it_may_interrupt_what_has_thrown_it(inside: bool) -> None:
    ringing = nodes("startEvent", "begin") + nodes("userTask", "work other after")
    ringing += node("intermediateThrowEvent", "ring", signal("bell"))
    ringing += flows("begin work ring after", "begin other")
    handler = node(
        "subProcess",
        "handler",
        node("startEvent", "on_bell", signal("bell"))
        + nodes("userTask", "handle")
        + flows("on_bell handle"),
        triggeredByEvent="true",
    )
    if inside:
        body = nodes("startEvent", "start") + node("subProcess", "part", ringing) + handler
        drawing = process("interrupted", body, flows("start part"))
    else:
        drawing = process("interrupted", ringing, handler)
    case = Player(program(drawing))
    case.do("work", done=1)
    assert case.open() == ["handle"]
    assert "after" not in case.order()
    assert case.order("cancelled") == (["other", "part"] if inside else ["other"])
    assert case.one("handle").data == {"done": 1}
    case.do("handle")
    assert case.run.ended
    assert case.all_left()


def test_it_is_thrown_by_an_end_too_and_starts_a_case() -> None:
    drawing = process(
        "started",
        nodes("startEvent", "by_hand"),
        node("startEvent", "by_bell", _heard(variable="bell")),
        nodes("userTask", "one two"),
        node("endEvent", "rung", signal("other_bell")),
        flows("by_hand one rung", "by_bell two rung"),
    )
    made = program(drawing)
    case = Player(made)
    case.do("one")
    assert case.run.ended
    assert [(t.kind, t.name) for t in case.thrown] == [("signal", "other_bell")]
    case = Player(made, lambda: Run.start_by_message(made, "by_bell", {"at": 7}))
    assert case.open() == ["two"]
    assert case.run.data == {"bell": {"at": 7}}


def test_it_may_have_a_name_that_is_worked_out() -> None:
    drawing = process(
        "worked_out",
        nodes("startEvent", "start"),
        node("intermediateCatchEvent", "caught", signal("${'bell ' + no}")),
        nodes("userTask", "work after"),
        node("endEvent", "ring", signal("${'bell ' + no}")),
        flows("start caught after", "start work ring"),
    )
    case = Player(program(drawing), no="7")
    assert case.one("caught").message_name == "signal:bell 7"
    case.do("work")
    assert case.open() == ["after"]


def test_a_called_process_is_entered_by_its_plain_start_alone() -> None:
    called = process(
        "called",
        nodes("startEvent", "plain"),
        node("startEvent", "by_bell", signal("bell")),
        node("startEvent", "by_message", message("asked")),
        nodes("userTask", "one two three"),
        flows("plain one", "by_bell two", "by_message three"),
    )
    drawing = process(
        "calling",
        nodes("startEvent", "start"),
        node("callActivity", "call", calledElement="called"),
        flows("start call"),
    )
    assert Player(program(drawing, called)).open() == ["one"]
