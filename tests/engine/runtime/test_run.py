"""One case: started, moved, stored, restored; and what it tells on the way."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from engine import runtime
from engine.errors import StepFailed, TaskWithdrawn
from engine.expressions import Context
from engine.runtime import Run, StateUnreadable, Step
from tests.engine.runtime.drawings import (
    Player,
    extensions,
    flow,
    flows,
    mapping,
    message,
    node,
    nodes,
    process,
    program,
    properties,
)

SHORT = process(
    "short",
    nodes("startEvent", "start"),
    nodes("userTask", "work"),
    nodes("endEvent", "end"),
    flows("start work end"),
)


def test_it_keeps_every_kind_of_json_as_it_is() -> None:
    data = {
        "typename": "datetime",
        "nested": {"typename": "UUID", "value": "x", "list": [{"typename": 1}]},
        "one": 1,
        "true": True,
        "float": 1.0,
        "null": None,
        "text": "文字",
        "empty": {"list": [], "dict": {}},
    }
    case = Player(program(SHORT), **data)
    assert orjson.dumps(case.one("work").data) == orjson.dumps(data)
    case.do("work", one=True, true=1, float=1)
    assert orjson.dumps(case.run.data) == orjson.dumps({**data, "one": True, "true": 1, "float": 1})


def test_it_keeps_values_that_are_deleted_or_replaced_by_equal_ones() -> None:
    case = Player(program(SHORT), one=1, text="a")
    state = orjson.loads(case.run.dump())
    task = next(task for task in state["tree"]["tasks"] if task[2] == "work")
    assert task[6:] == [{}, []]  # nothing is stored twice


def test_it_refuses_what_json_cannot_hold() -> None:
    case = Player(program(SHORT))
    with pytest.raises(TypeError):
        case.do("work", value={1, 2})


def test_it_refuses_a_state_of_another_kind() -> None:
    made = program(SHORT)
    stored = orjson.loads(Run.start(made).dump())
    for change in ({"serializer": "0.9"}, {"format": 99}):
        with pytest.raises(StateUnreadable):
            Run.restore(made, orjson.dumps({**stored, **change}))


def test_it_refuses_a_state_of_another_diagram() -> None:
    stored = Run.start(program(SHORT)).dump()
    other = SHORT.replace(b"work", b"toil")
    with pytest.raises(StateUnreadable):
        Run.restore(program(other), stored)


def test_it_makes_the_same_program_from_its_source() -> None:
    made = program(SHORT)
    again = runtime.load(made.source)
    assert again.source == made.source
    assert again.element("short", "work") == made.element("short", "work")
    assert again.process == made.process


def test_it_refuses_a_task_that_is_not_open() -> None:
    case = Player(program(SHORT))
    work = case.one("work")
    for act in (case.run.deliver, case.run.fire):
        with pytest.raises(TaskWithdrawn):
            act(work.task_id, {}) if act == case.run.deliver else act(work.task_id)
    case.do("work")
    for task_id in (work.task_id, "nonsense"):
        with pytest.raises(TaskWithdrawn):
            case.run.complete(task_id, {})


def test_it_keeps_a_task_s_id_while_it_is_open() -> None:
    drawing = process(
        "two",
        nodes("startEvent", "start"),
        nodes("parallelGateway", "fork"),
        nodes("userTask", "a b"),
        nodes("endEvent", "end"),
        flows("start fork a end", "fork b end"),
    )
    case = Player(program(drawing))
    before = case.one("b").task_id
    case.do("a")
    assert case.one("b").task_id == before


def test_it_tells_its_steps_and_the_flows_between_them() -> None:
    drawing = process(
        "told",
        nodes("startEvent", "start"),
        nodes("userTask", "a b c"),
        nodes("parallelGateway", "join"),
        nodes("endEvent", "end"),
        flow("start", "a", name="f1"),
        flow("start", "b", name="f2"),
        flow("a", "join", name="f3"),
        flow("b", "join", name="f4"),
        flow("join", "c", name="f5"),
        flow("c", "end", name="f6"),
    )
    run = Run.start(program(drawing))
    assert _told(run.take_steps()) == [
        ("entered", "start", ""),
        ("completed", "start", ""),
        ("entered", "a", "f1"),
        ("entered", "b", "f2"),
    ]
    assert run.take_steps() == []
    run.complete(run.waiting()[1].task_id, {})
    run.complete(run.waiting()[0].task_id, {})
    assert _told(run.take_steps()) == [
        ("completed", "b", ""),
        ("completed", "a", ""),
        ("arrived", "join", "f4"),
        ("entered", "join", "f3"),
        ("completed", "join", ""),
        ("entered", "c", "f5"),
    ]


def _told(steps: list[Step]) -> list[tuple[str, str, str]]:
    return [(step.kind, step.element.id, step.via) for step in steps]


CANCELLING = process(
    "cancelling_process",
    node("startEvent", "start"),
    nodes("userTask", "work"),
    nodes("endEvent", "end"),
    flow("start", "work", name="f1"),
    flow("work", "end", name="f2"),
    node(
        "subProcess",
        "on_cancel",
        node("startEvent", "cancelled", properties(variable="why") + message("cancelled"))
        + nodes("userTask", "see_why")
        + nodes("endEvent", "gone")
        + flow("cancelled", "see_why", name="f3")
        + flow("see_why", "gone", name="f4"),
        triggeredByEvent="true",
    ),
)


def test_it_speaks_of_the_drawing_even_where_it_was_rewritten() -> None:
    run = Run.start(program(CANCELLING))
    waiting = {w.element.id: w for w in run.waiting()}
    assert {w.element.scope_id: w.scope for w in waiting.values()} == {
        "cancelling_process": "",
        "on_cancel": "",
    }
    run.deliver(waiting["cancelled"].task_id, {"because": 1})
    assert _told(run.take_steps()) == [
        ("entered", "start", ""),
        ("completed", "start", ""),
        ("entered", "work", "f1"),
        ("entered", "cancelled", ""),
        ("cancelled", "work", ""),
        ("completed", "cancelled", ""),
        ("entered", "on_cancel", ""),
        ("entered", "see_why", "f3"),
    ]
    seen = run.waiting()[0]
    assert seen.element.scope_id == "on_cancel"
    assert seen.data == {"why": {"because": 1}}
    run.complete(seen.task_id, {})
    assert run.ended
    assert run.outcome is not None
    assert run.outcome.id == "gone"


def test_it_ends_normally_when_nobody_cancels() -> None:
    case = Player(program(CANCELLING))
    case.do("work", done=True)
    assert case.run.ended
    assert case.run.outcome is not None
    assert case.run.outcome.id == "end"
    assert case.run.data == {"done": True}


def test_it_gives_up_an_endless_loop() -> None:
    drawing = process(
        "endless",
        nodes("startEvent", "start"),
        nodes("exclusiveGateway", "a b"),
        nodes("endEvent", "end"),
        flows("start a b a"),
    )
    with pytest.raises(StepFailed) as failed:
        Run.start(program(drawing))
    assert failed.value.details["element_id"] in ("a", "b")


def test_it_gives_up_a_process_that_calls_itself_for_ever() -> None:
    drawing = process(
        "mirror",
        nodes("startEvent", "start"),
        node("callActivity", "again", calledElement="mirror"),
        nodes("endEvent", "end"),
        flows("start again end"),
    )
    with pytest.raises(StepFailed):
        Run.start(program(drawing))


@pytest.mark.parametrize(("x", "reason"), [(1, "default flow"), (None, "null")])
def test_it_names_the_gateway_that_knows_no_way(x: Any, reason: str) -> None:
    drawing = process(
        "no_way",
        nodes("startEvent", "start"),
        nodes("exclusiveGateway", "which"),
        nodes("userTask", "a b"),
        flows("start which"),
        flow("which", "a", "x > 5"),
        flow("which", "b", "x > 7"),
    )
    with pytest.raises(StepFailed) as failed:
        Run.start(program(drawing), data={"x": x})
    assert failed.value.details["element_id"] == "which"
    assert reason in str(failed.value)


def test_it_asks_the_host_for_the_scope_s_context() -> None:
    asked: list[str] = []

    def context_of(scope: str) -> Context:
        asked.append(scope)
        return Context(case={"number": "2026-1"})

    drawing = process(
        "asking",
        nodes("startEvent", "start"),
        node(
            "subProcess",
            "sub",
            nodes("startEvent", "begin")
            + node("userTask", "work", extensions(mapping("input", no="${case.number}")))
            + nodes("endEvent", "done")
            + flows("begin work done"),
        ),
        nodes("endEvent", "end"),
        flows("start sub end"),
    )
    run = Run.start(program(drawing), context_of=context_of)
    waiting = run.waiting()[0]
    assert waiting.data == {"no": "2026-1"}
    assert asked == [waiting.scope]
