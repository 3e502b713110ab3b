"""Errors: thrown by an end event, caught by the nearest boundary or event sub-process around it."""

from __future__ import annotations

import random

import pytest

from tests.engine.runtime.drawings import (
    Player,
    error,
    flow,
    flows,
    loop,
    node,
    nodes,
    process,
    program,
    properties,
)

RUNS = 50

#: Two people work at once; either may find that it cannot be done.
INSIDE = (
    nodes("startEvent", "begin")
    + nodes("parallelGateway", "fork join")
    + nodes("userTask", "check work")
    + node("exclusiveGateway", "fine", default="fine_to_join")
    + node("endEvent", "broken", properties(payload="{'why': why}") + error("broken"))
    + nodes("endEvent", "done")
    + flows("begin fork check fine join done", "fork work join")
    + flow("fine", "broken", "why != ''")
)


def _boundary(event_id: str, code: str = "", host: str = "part", **said: str) -> str:
    catch = properties(variable="reason", **said) + error(code)
    return node("boundaryEvent", event_id, catch, attachedToRef=host)


def _caught(*events: str) -> bytes:
    """The sub-process, with these boundary events, each leading to a task of its own."""
    ids = [event.split('id="')[1].split('"')[0] for event in events]
    return process(
        "caught",
        nodes("startEvent", "start"),
        node("subProcess", "part", INSIDE),
        *events,
        nodes("userTask", "after " + " ".join(f"see_{name}" for name in ids)),
        nodes("endEvent", "end " + " ".join(f"end_{name}" for name in ids)),
        flows("start part after end", *(f"{name} see_{name} end_{name}" for name in ids)),
    )


def test_it_cancels_the_sub_process_and_goes_on_from_its_boundary() -> None:
    made = program(_caught(_boundary("failed", "broken")))
    ends = set()
    for seed in range(RUNS):
        choose = random.Random(seed)
        case = Player(made, reparsed=seed % 10 == 0, pruned=seed % 3 != 0)
        assert case.open() == ["check", "work"]  # nobody outside waits for an error
        order = choose.sample(["check", "work"], 2)
        bad = choose.random() < 0.6
        for task in order:
            if task in case.open():
                case.do(task, **({"why": "torn" if bad else ""} if task == "check" else {task: 1}))
        if bad:
            assert case.open() == ["see_failed"]
            tail = case.steps[case.steps.index(("completed", "broken")) :]
            cancelled = [("cancelled", "work")] if order[0] == "check" else []
            assert tail == [
                ("completed", "broken"),
                ("entered", "failed"),
                *cancelled,
                ("cancelled", "part"),
                ("completed", "failed"),
                ("entered", "see_failed"),
            ]
            seen = case.one("see_failed").data
            expected = {"why": "torn", "reason": {"why": "torn"}}
            assert seen == (expected if cancelled else {**expected, "work": 1})
            case.do("see_failed")
        else:
            assert case.open() == ["after"]
            case.do("after")
        assert case.run.ended
        assert case.run.outcome is not None
        ends.add(case.run.outcome.id)
        assert case.all_left()
    assert ends == {"end", "end_failed"}


@pytest.mark.parametrize(
    ("events", "catcher"),
    [
        (["any", "broken"], "broken"),
        (["broken", "any"], "broken"),
        (["other", "any"], "any"),
        (["any"], "any"),
    ],
    ids=str,
)
def test_it_prefers_who_names_the_error_to_who_takes_any(events: list[str], catcher: str) -> None:
    drawn = [_boundary(f"on_{name}", "" if name == "any" else name) for name in events]
    case = Player(program(_caught(*drawn)))
    case.do("check", why="torn")
    assert case.open() == [f"see_on_{catcher}"]


def _nested(called: bool) -> list[bytes]:
    """An error two scopes deep, with catchers in each."""
    broken = nodes("startEvent", "b") + nodes("userTask", "try_it") + nodes("exclusiveGateway", "w")
    broken += node("endEvent", "one", error("one")) + node("endEvent", "two", error("two"))
    broken += node("endEvent", "three", error("three"))
    broken += flows("b try_it w") + flow("w", "one", "n == 1") + flow("w", "two", "n == 2")
    broken += flow("w", "three", "n == 3")
    inner = (
        node("callActivity", "inner", calledElement="called")
        if called
        else node("subProcess", "inner", broken)
    )
    outer = nodes("startEvent", "begin") + inner + nodes("userTask", "here beside")
    outer += _boundary("inside", "one", "inner") + flows("begin inner", "begin beside")
    outer += flows("inside here")
    drawing = process(
        "nested",
        nodes("startEvent", "start"),
        node("subProcess", "outer", outer),
        _boundary("outside", "two", "outer"),
        nodes("userTask", "there"),
        flows("start outer", "outside there"),
    )
    return [drawing, process("called", broken)] if called else [drawing]


@pytest.mark.parametrize("called", [False, True], ids=["embedded", "called"])
def test_it_rises_to_the_nearest_scope_that_catches_it(called: bool) -> None:
    made = program(*_nested(called))
    case = Player(made)
    case.do("try_it", n=1)
    assert case.open() == ["beside", "here"]
    case = Player(made)
    case.do("try_it", n=2)
    assert case.open() == ["there"]
    assert sorted(case.order("cancelled")[:2]) == ["beside", "inner"]
    assert case.order("cancelled")[2:] == ["outer"]


@pytest.mark.parametrize("called", [False, True], ids=["embedded", "called"])
def test_it_ends_the_case_when_nothing_catches_it(called: bool) -> None:
    case = Player(program(*_nested(called)))
    case.do("try_it", n=3)
    assert case.run.ended
    assert case.run.outcome is not None
    assert case.run.outcome.id == "three"
    assert case.run.data == ({} if called else {"n": 3})
    assert case.all_left()


def test_it_ends_all_of_several_that_run_at_once() -> None:
    for sequential in (False, True):
        drawing = process(
            "several",
            nodes("startEvent", "start"),
            node(
                "subProcess",
                "part",
                properties(resultList="done", resultItem="work")
                + loop("[1, 2, 3]", "item", sequential=sequential)
                + INSIDE,
            ),
            _boundary("failed"),
            nodes("userTask", "after see"),
            flows("start part after", "failed see"),
        )
        made = program(drawing)
        for seed in range(RUNS // 2):
            choose = random.Random(seed)
            case = Player(made, pruned=seed % 3 != 0)
            bad_one = choose.choice([1, 2, 3])
            while case.open() not in (["after"], ["see"]):
                waiting = choose.choice(case.waiting())
                bad = waiting.data["item"] == bad_one
                case.complete(waiting, why="torn" if bad else "", work=waiting.data["item"])
            assert case.open() == ["see"]
            assert case.one("see").data == {"reason": {"why": "torn"}}
            case.do("see")
            assert case.run.ended
            assert case.all_left()


def _handled(code: str = "broken") -> bytes:
    handler = (
        node("startEvent", "on_error", properties(variable="reason") + error(code))
        + nodes("userTask", "repair")
        + nodes("endEvent", "repaired")
        + flows("on_error repair repaired")
    )
    return process(
        "handled",
        nodes("startEvent", "start"),
        node("subProcess", "part", INSIDE + node("subProcess", "rescue", handler, triggeredByEvent="true")),
        nodes("userTask", "after"),
        nodes("endEvent", "end"),
        flows("start part after end"),
    )  # fmt: skip


@pytest.mark.parametrize("code", ["broken", ""], ids=["by its code", "any"])
def test_it_runs_an_event_sub_process_only_when_the_error_occurs(code: str) -> None:
    made = program(_handled(code))
    for seed in range(RUNS):
        choose = random.Random(seed)
        case = Player(made, reparsed=seed % 10 == 0, pruned=seed % 3 != 0)
        assert case.open() == ["check", "work"]
        bad = choose.random() < 0.5
        for task in choose.sample(["check", "work"], 2):
            if task in case.open():
                case.do(task, **({"why": "torn" if bad else ""} if task == "check" else {}))
        if bad:
            assert case.open() == ["repair"]
            assert case.one("repair").data["reason"] == {"why": "torn"}
            case.do("repair")
            assert case.order()[-5:] == ["on_error", "rescue", "repair", "repaired", "after"]
        else:
            assert "rescue" not in case.order()
        assert case.open() == ["after"]
        case.do("after")
        assert case.run.ended
        assert case.all_left()


def test_it_passes_by_an_event_sub_process_for_another_error() -> None:
    case = Player(program(_handled("other")))
    case.do("check", why="torn")
    assert case.run.ended
    assert "rescue" not in case.order()


def test_it_does_not_catch_what_its_own_event_sub_process_throws() -> None:
    again = _handled().replace(
        b'<endEvent id="repaired"></endEvent>',
        b'<endEvent id="repaired"><errorEventDefinition errorRef="e_broken"/></endEvent>',
    )
    case = Player(program(again))
    case.do("check", why="torn")
    case.do("repair")
    assert case.run.ended
    assert case.run.outcome is not None
    assert case.run.outcome.id == "repaired"


def test_it_tells_which_error_it_was() -> None:
    catch = '<errorEventDefinition camunda:errorCodeVariable="code"/>'
    drawing = _caught(node("boundaryEvent", "failed", catch, attachedToRef="part"))
    case = Player(program(drawing))
    case.do("check", why="torn")
    assert case.one("see_failed").data == {"why": "torn", "code": "broken"}
