"""Event sub-processes: at hand for as long as their scope goes on, instead of it or beside it."""

from __future__ import annotations

import random
from typing import Any

import pytest

from engine.errors import TaskWithdrawn
from engine.runtime import Run
from tests.engine.runtime.drawings import (
    Player,
    flow,
    flows,
    loop,
    message,
    node,
    nodes,
    process,
    program,
    properties,
    timer,
)

RUNS = 50


def handler(start: str, *, interrupting: bool, then: str = "") -> str:
    """An event sub-process with one task, started like this."""
    return node(
        "subProcess",
        "handler",
        node("startEvent", "event", start, isInterrupting=str(interrupting).lower())
        + nodes("userTask", "handle")
        + (then or nodes("endEvent", "handled"))
        + flows("event handle handled"),
        triggeredByEvent="true",
    )


STOP = properties(correlationKey="no", variable="why") + message("stop")
#: Two people in parallel, one of them in rounds.
WORK = (
    nodes("startEvent", "begin")
    + nodes("parallelGateway", "fork join")
    + nodes("exclusiveGateway", "again")
    + nodes("userTask", "left right")
    + node("exclusiveGateway", "enough", default="enough_to_join")
    + nodes("endEvent", "done")
    + flows("begin fork again left enough join done", "fork right join")
    + flow("enough", "again", "left < 3")
)


def _drawing(part: str, *, inside: bool) -> bytes:
    """The work with its handler, as the process itself or in a sub-process of it."""
    if not inside:
        return process("handled_case", WORK, part)
    return process(
        "handled_part",
        nodes("startEvent", "start"),
        node("subProcess", "part", WORK + part),
        nodes("userTask", "after"),
        nodes("endEvent", "end"),
        flows("start part after end"),
    )


def _answers(case: Player, choose: random.Random) -> tuple[Any, dict[str, Any]]:
    waiting = choose.choice([w for w in case.waiting() if w.kind == "user"])
    name = waiting.element.id
    return waiting, {name: waiting.data.get(name, 0) + 1}


@pytest.mark.parametrize("inside", [False, True], ids=["process", "sub-process"])
@pytest.mark.parametrize("start", [STOP, timer("timeDuration", "PT1H")], ids=["message", "timer"])
def test_it_runs_instead_of_its_scope_when_it_interrupts(start: str, inside: bool) -> None:
    made = program(_drawing(handler(start, interrupting=True), inside=inside))
    ends = set()
    for seed in range(RUNS):
        choose = random.Random(seed)
        case = Player(made, reparsed=seed % 10 == 0, pruned=seed % 3 != 0, no=seed)
        happens_at = choose.randrange(6)
        for step in range(20):
            if "event" not in case.open():
                break
            if step == happens_at:
                data = case.run.data
                if start is STOP:
                    assert case.one("event").key == str(seed)
                    case.deliver(case.one("event"), {"x": 1})
                else:
                    case.fire(case.one("event"))
                assert case.open() == ["handle"]
                expected = {**data, "why": {"x": 1}} if start is STOP else data
                assert case.one("handle").data == expected
                assert case.order()[-3:] == ["event", "handler", "handle"]
                case.do("handle", handled=True)
                break
            waiting, values = _answers(case, choose)
            case.complete(waiting, **values)
        if inside:
            assert case.open() == ["after"]
            case.do("after")
        assert case.run.ended
        assert case.run.outcome is not None
        ends.add((case.run.outcome.id, case.run.data.get("handled")))
        assert case.all_left()
    assert ends == {
        ("end" if inside else "done", None),
        ("end" if inside else "handled", True),
    }


@pytest.mark.parametrize("inside", [False, True], ids=["process", "sub-process"])
def test_it_runs_beside_its_scope_as_often_as_its_event_comes(inside: bool) -> None:
    made = program(_drawing(handler(STOP, interrupting=False), inside=inside))
    most = 0
    for seed in range(RUNS):
        choose = random.Random(seed)
        case = Player(made, reparsed=seed % 10 == 0, pruned=seed % 3 != 0, no=seed)
        told, handled = 0, 0
        while not case.run.ended and case.open() != ["after"]:
            if "event" in case.open() and told < 3 and choose.random() < 0.4:
                told += 1
                case.deliver(case.one("event"), told)
                assert case.waiting("handle")[-1].data["why"] == told
                continue
            waiting, values = _answers(case, choose)
            if waiting.element.id == "handle":
                handled += 1
                values = {f"handled_{waiting.data['why']}": True}
            case.complete(waiting, **values)
            most = max(most, len(case.waiting("handle")))
        assert handled == told == case.order().count("handler")
        assert case.order("cancelled") == []
        if inside:
            assert "event" not in case.open()
            case.do("after")
        assert case.run.ended
        assert case.run.outcome is not None
        assert case.run.outcome.id == ("end" if inside else "done")
        assert case.run.data["left"] == 3
        assert case.run.data["right"] == 1
        assert [case.run.data[f"handled_{n}"] for n in range(1, told + 1)] == [True] * told
        assert case.all_left()
    assert most > 1


def test_it_keeps_its_scope_open_until_it_has_ended() -> None:
    case = Player(program(_drawing(handler(STOP, interrupting=False), inside=True)), no=1)
    case.deliver(case.one("event"), {})
    case.do("right")
    for left in (1, 2, 3):
        case.do("left", left=left)
    assert case.open() == ["event", "handle"]
    case.do("handle")
    assert case.open() == ["after"]


def test_it_tells_its_scope_what_it_has_changed() -> None:
    case = Player(program(_drawing(handler(STOP, interrupting=False), inside=True)), no=1, a=1, b=1)
    case.deliver(case.one("event"), {})
    case.do("left", left=1, a=2)
    case.do("handle", b=2)
    assert {w.data["b"] for w in case.waiting("left", "right")} == {2}
    assert case.one("left").data["a"] == 2
    assert case.one("right").data["a"] == 1
    case.do("right", b=3)
    for left in (2, 3):
        case.do("left", left=left)
    assert case.one("after").data == {"no": 1, "a": 2, "b": 3, "left": 3, "why": {}}


def test_it_costs_nothing_how_often_it_has_run() -> None:
    case = Player(program(_drawing(handler(STOP, interrupting=False), inside=False)), no=1)
    sizes = []
    for _ in range(30):
        case.deliver(case.one("event"), {})
        case.do("handle")
        sizes.append(len(case.run.dump()))
    assert max(sizes[5:]) <= max(sizes[:5]) + 10


def test_it_repeats_by_a_cycle_and_stops_with_its_scope() -> None:
    start = timer("timeCycle", "R3/PT24H")
    case = Player(program(_drawing(handler(start, interrupting=False), inside=True)), no=1)
    for _ in range(3):
        case.fire(case.one("event"))
    assert case.open() == ["handle"] * 3 + ["left", "right"]
    for waiting in case.waiting("handle"):
        case.complete(waiting)
    case = Player(program(_drawing(handler(start, interrupting=False), inside=True)), no=1)
    event = case.one("event")
    case.do("right")
    for left in (1, 2, 3):
        case.do("left", left=left)
    assert case.open() == ["after"]
    with pytest.raises(TaskWithdrawn):
        case.run.fire(event.task_id)


def test_it_goes_off_once_by_a_duration() -> None:
    start = timer("timeDuration", "PT1H")
    case = Player(program(_drawing(handler(start, interrupting=False), inside=True)), no=1)
    case.fire(case.one("event"))
    assert case.open() == ["handle", "left", "right"]


def test_it_ends_only_itself_by_a_terminating_end() -> None:
    then = node("endEvent", "handled", "<terminateEventDefinition/>")
    part = handler(STOP, interrupting=False, then=then)
    case = Player(program(_drawing(part, inside=True)), no=1)
    case.deliver(case.one("event"), {})
    case.do("handle")
    assert case.open() == ["event", "left", "right"]


def test_it_is_withdrawn_with_its_scope() -> None:
    drawing = process(
        "withdrawn",
        nodes("startEvent", "start"),
        node("subProcess", "part", WORK + handler(STOP, interrupting=False)),
        node("boundaryEvent", "enough_now", message("enough"), attachedToRef="part"),
        nodes("userTask", "see"),
        flows("start part", "enough_now see"),
    )
    case = Player(program(drawing), no=1)
    case.deliver(case.one("event"), {})
    case.deliver(case.one("enough_now"), {})
    assert case.open() == ["see"]
    assert sorted(case.order("cancelled")) == ["handle", "handler", "left", "part", "right"]


def test_it_belongs_to_each_of_several_that_run_at_once() -> None:
    part = properties(resultList="results", resultItem="left") + loop("[1, 2]", "no")
    drawing = process(
        "several",
        nodes("startEvent", "start"),
        node("subProcess", "part", part + WORK + handler(STOP, interrupting=True)),
        nodes("userTask", "after"),
        flows("start part after"),
    )
    case = Player(program(drawing), left=0)
    assert sorted(w.key for w in case.waiting("event")) == ["1", "2"]
    case.deliver(case.one("event", no=2), {})
    assert case.open() == ["event", "handle", "left", "right"]
    case.do("handle", left=7)
    case.do("right")
    case.do("left", left=3)
    assert case.one("after").data["results"] == [3, 7]


def test_it_waits_from_whichever_start_the_case_came_by() -> None:
    drawing = process(
        "two_starts",
        nodes("startEvent", "by_hand"),
        node("startEvent", "by_message", properties(variable="no") + message("begin")),
        nodes("userTask", "one two"),
        handler(STOP, interrupting=True),
        flows("by_hand one", "by_message two"),
    )
    made = program(drawing)
    case = Player(made, no=1)
    assert case.open() == ["event", "one"]
    case = Player(made, lambda: Run.start_by_message(made, "by_message", 5))
    assert case.open() == ["event", "two"]
    assert case.one("event").key == "5"
    case.deliver(case.one("event"), {})
    case.do("handle")
    assert case.run.ended
