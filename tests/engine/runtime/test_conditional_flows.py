"""Conditions on flows out of activities and starts: each one that holds is taken, else the default."""

from __future__ import annotations

import random

import pytest

from engine.errors import StepFailed
from tests.engine.runtime.drawings import Player, flow, flows, node, nodes, process, program

RUNS = 50


def _drawing(work: str, *, default: bool = True) -> bytes:
    return process(
        "conditional",
        nodes("startEvent", "start"),
        work.replace("<userTask", '<userTask default="work_to_plain"' if default else "<userTask"),
        nodes("userTask", "cheap dear plain after"),
        nodes("inclusiveGateway", "join"),
        nodes("endEvent", "end"),
        flows("start work", "cheap join", "dear join", "plain join after end"),
        flow("work", "cheap", "${x > 1}"),
        flow("work", "dear", "${x > 2}"),
        flow("work", "plain") if default else flow("work", "plain", "${x == 0}"),
    )


WORK = node("userTask", "work")


@pytest.mark.parametrize(
    ("x", "taken"), [(1, ["plain"]), (2, ["cheap"]), (3, ["cheap", "dear"])], ids=str
)
def test_it_takes_every_flow_whose_condition_holds_else_the_default(
    x: int, taken: list[str]
) -> None:
    made = program(_drawing(WORK))
    for seed in range(RUNS):
        case = Player(made, reparsed=seed % 10 == 0, pruned=seed % 3 != 0)
        case.do("work", x=x)
        assert case.open() == taken
        case.play(random.Random(seed), lambda w: {w.element.id: True})
        assert case.run.ended
        entered = [name for kind, name in case.steps if kind == "entered"]
        assert entered[:2] == ["start", "work"]
        assert sorted(entered[2:-3]) == sorted(taken)
        assert entered[-3:] == ["join", "after", "end"]
        assert case.run.data == {"x": x, "after": True, **dict.fromkeys(taken, True)}
        assert case.all_left()


def test_it_fails_at_the_activity_when_no_condition_holds_and_there_is_no_default() -> None:
    case = Player(program(_drawing(WORK, default=False)))
    with pytest.raises(StepFailed) as failed:
        case.do("work", x=1)
    assert failed.value.details["element_id"] == "work"
    case = Player(program(_drawing(WORK, default=False)))
    case.do("work", x=0)
    assert case.open() == ["plain"]


def test_it_never_takes_a_default_beside_a_flow_without_a_condition() -> None:
    drawing = process(
        "beside",
        nodes("startEvent", "start"),
        node("userTask", "work", default="work_to_never"),
        nodes("userTask", "always never"),
        flows("start work always", "work never"),
    )
    case = Player(program(drawing))
    case.do("work")
    assert case.open() == ["always"]


def test_it_heeds_conditions_out_of_a_start_a_sub_process_and_a_call() -> None:
    called = process("called", nodes("startEvent", "in"), nodes("endEvent", "out"), flows("in out"))
    for activity in (
        "",
        node("subProcess", "work", nodes("userTask", "inside")),
        node("callActivity", "work", calledElement="called"),
    ):
        source = "work" if activity else "start"
        drawing = process(
            "outgoing",
            nodes("startEvent", "start"),
            activity,
            nodes("userTask", "yes no"),
            flows("start work") if activity else "",
            flow(source, "yes", "x"),
            flow(source, "no", "not x"),
        )
        case = Player(program(drawing, called), x=True)
        if "inside" in case.open():
            case.do("inside")
        assert case.open() == ["yes"]
        case.do("yes")
        assert case.run.ended
