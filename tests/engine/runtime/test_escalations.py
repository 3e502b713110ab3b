"""Escalations: told to a scope around, which may interrupt or go on beside; nobody need listen."""

from __future__ import annotations

import random

import pytest

from tests.engine.runtime.drawings import (
    Player,
    escalation,
    flows,
    message,
    node,
    nodes,
    process,
    program,
    properties,
)

RUNS = 50

#: Two people work at once; one of them tells the boss half way.
INSIDE = (
    nodes("startEvent", "begin")
    + nodes("parallelGateway", "fork join")
    + nodes("userTask", "one two other")
    + node(
        "intermediateThrowEvent", "tell", properties(payload="{'late': late}") + escalation("late")
    )
    + nodes("endEvent", "done")
    + flows("begin fork one tell two join done", "fork other join")
)


VALUES = {"one": {"late": 3}, "look": {"looked": True}, "other": {"other": 1}}


def _boundary(code: str = "late", *, interrupting: bool) -> bytes:
    return process(
        "escalated",
        nodes("startEvent", "start"),
        node("subProcess", "part", INSIDE),
        node(
            "boundaryEvent",
            "told",
            properties(variable="news") + escalation(code),
            attachedToRef="part",
            cancelActivity=str(interrupting).lower(),
        ),
        nodes("userTask", "look after"),
        nodes("endEvent", "end looked"),
        flows("start part after end", "told look looked"),
    )


@pytest.mark.parametrize("code", ["late", ""], ids=["by its code", "any"])
def test_it_goes_on_beside_what_told_it(code: str) -> None:
    made = program(_boundary(code, interrupting=False))
    for seed in range(RUNS):
        choose = random.Random(seed)
        case = Player(made, reparsed=seed % 10 == 0, pruned=seed % 3 != 0)
        assert case.open() == ["one", "other"]
        case.play(choose, lambda w: VALUES.get(w.element.id, {}))
        order = case.order()
        assert order.count("look") == 1
        assert order[order.index("tell") :][:4] in (
            ["tell", "told", "two", "look"],
            ["tell", "told", "look", "two"],
        )
        assert order.index("join") > order.index("tell")
        assert case.order("cancelled") == []
        assert case.run.ended
        assert case.run.data == {"late": 3, "news": {"late": 3}, "looked": True, "other": 1}
        assert case.all_left()


def test_it_interrupts_what_told_it() -> None:
    made = program(_boundary(interrupting=True))
    for seed in range(RUNS):
        case = Player(made, pruned=seed % 3 != 0)
        first = random.Random(seed).choice(["one", "other"])
        for task in (first, "one"):
            if task in case.open():
                case.do(task, **({"late": 3} if task == "one" else {task: 1}))
        assert case.open() == ["look"]
        cancelled = ["part"] if first == "other" else ["other", "part"]
        assert case.order("cancelled") == cancelled
        assert case.order()[-3:] == ["tell", "told", "look"]
        assert case.one("look").data["news"] == {"late": 3}
        case.do("look")
        assert case.run.ended
        assert case.all_left()


def test_it_goes_on_when_nobody_listens() -> None:
    case = Player(program(_boundary("other", interrupting=True)))
    case.do("one", late=1)
    assert case.open() == ["other", "two"]


def test_it_is_told_as_often_as_it_happens() -> None:
    inside = (
        nodes("startEvent", "begin")
        + nodes("userTask", "one")
        + nodes("exclusiveGateway", "again")
        + node("exclusiveGateway", "enough", default="enough_to_told_last")
        + node("intermediateThrowEvent", "tell", escalation("late"))
        + node("endEvent", "told_last", escalation("late"))
        + flows("begin again one enough told_last", "tell again")
        + '<sequenceFlow id="f" sourceRef="enough" targetRef="tell">'
        "<conditionExpression>more</conditionExpression></sequenceFlow>"
    )
    drawing = process(
        "often",
        nodes("startEvent", "start"),
        node("subProcess", "part", inside),
        node("boundaryEvent", "told", escalation("late"), attachedToRef="part",
             cancelActivity="false"),
        nodes("userTask", "look"),
        flows("start part", "told look"),
    )  # fmt: skip
    case = Player(program(drawing))
    for more in (True, True, False):
        case.do("one", more=more)
    assert case.open() == ["look"] * 3
    for waiting in case.waiting("look"):
        case.complete(waiting)
    assert case.run.ended
    assert case.all_left()


@pytest.mark.parametrize("interrupting", [True, False])
def test_it_starts_an_event_sub_process(interrupting: bool) -> None:
    handler = node(
        "subProcess",
        "handler",
        node(
            "startEvent",
            "on_late",
            properties(variable="news") + escalation("late"),
            isInterrupting=str(interrupting).lower(),
        )
        + nodes("userTask", "look")
        + nodes("endEvent", "looked")
        + flows("on_late look looked"),
        triggeredByEvent="true",
    )
    drawing = process(
        "handled",
        nodes("startEvent", "start"),
        node("subProcess", "part", INSIDE + handler),
        nodes("userTask", "after"),
        flows("start part after"),
    )
    made = program(drawing)
    for seed in range(RUNS):
        choose = random.Random(seed)
        case = Player(made, reparsed=seed % 10 == 0, pruned=seed % 3 != 0)
        case.do("one", late=2)
        assert case.open() == (["look"] if interrupting else ["look", "other", "two"])
        assert case.order("cancelled") == (["other"] if interrupting else [])
        case.play(choose, lambda w: {w.element.id: 1} if w.element.id != "one" else {})
        assert case.run.ended
        expected = {"late": 2, "news": {"late": 2}, "look": 1, "after": 1}
        assert case.run.data == (expected if interrupting else {**expected, "two": 1, "other": 1})
        assert case.all_left()


def test_it_rises_out_of_a_called_process_past_a_boundary_that_waits_for_something_else() -> None:
    called = process("called", nodes("startEvent", "in"), nodes("userTask", "work"),
                     node("endEvent", "out", escalation("late")), flows("in work out"))  # fmt: skip
    drawing = process(
        "calling",
        nodes("startEvent", "start"),
        node("callActivity", "call", calledElement="called"),
        node("boundaryEvent", "stop", message("stop"), attachedToRef="call"),
        node("boundaryEvent", "told", escalation("late"), attachedToRef="call",
             cancelActivity="false"),
        nodes("userTask", "after look never"),
        flows("start call after", "told look", "stop never"),
    )  # fmt: skip
    case = Player(program(drawing, called))
    case.do("work")
    assert case.open() == ["after", "look"]
    assert case.order("completed", "entered", "cancelled")[-1] in ("after", "look")


def test_it_is_not_heard_by_the_event_sub_process_that_tells_it() -> None:
    handler = node(
        "subProcess",
        "handler",
        node("startEvent", "on_late", escalation("late"), isInterrupting="false")
        + nodes("userTask", "look")
        + node("endEvent", "passed_on", escalation("late"))
        + flows("on_late look passed_on"),
        triggeredByEvent="true",
    )
    drawing = process(
        "passed_on",
        nodes("startEvent", "start"),
        node("subProcess", "part", INSIDE + handler),
        node("boundaryEvent", "told", escalation("late"), attachedToRef="part",
             cancelActivity="false"),
        nodes("userTask", "boss"),
        flows("start part", "told boss"),
    )  # fmt: skip
    case = Player(program(drawing))
    case.do("one", late=1)
    assert case.open() == ["look", "other", "two"]
    case.do("look")
    assert case.open() == ["boss", "other", "two"]
    case.play(random.Random(1))
    assert case.run.ended
    assert case.order().count("look") == 1
