"""Activities that run once per item of a list."""

from __future__ import annotations

import pytest

from engine.errors import StepFailed
from tests.engine.runtime.drawings import (
    Player,
    extensions,
    flows,
    loop,
    mapping,
    message,
    node,
    nodes,
    process,
    program,
    properties,
)


def test_it_gives_a_multi_instance_child_its_row_number() -> None:
    item = extensions(mapping("input", number="${row_index + 1}"))
    drawing = process(
        "numbered",
        nodes("startEvent", "start"),
        node("subProcess", "each",
             loop("rows", "row")
             + nodes("startEvent", "begin")
             + node("userTask", "work", item)
             + nodes("endEvent", "done")
             + flows("begin work done")),
        nodes("endEvent", "end"),
        flows("start each end"),
    )  # fmt: skip
    case = Player(program(drawing), rows=["a", "b"])
    assert [(w.data["row"], w.data["number"], w.row_index) for w in case.waiting()] == [
        *(("a", 1, 0), ("b", 2, 1))
    ]
    assert len({w.scope for w in case.waiting()}) == 2


@pytest.mark.parametrize("sequential", [False, True])
def test_it_passes_over_an_empty_list(sequential: bool) -> None:
    drawing = process(
        "empty",
        nodes("startEvent", "start"),
        node("userTask", "work", properties(resultList="done", resultItem="result")
             + loop("${select(rows, 'x > 1')}", "row", sequential=sequential)),
        nodes("userTask", "after"),
        nodes("endEvent", "end"),
        flows("start work after end"),
    )  # fmt: skip
    case = Player(program(drawing), rows=[{"x": 1}], done=["stale"])
    assert case.open() == ["after"]
    assert case.run.data == {"rows": [{"x": 1}], "done": []}
    assert ("completed", "work") in case.steps
    case = Player(program(drawing), rows=[{"x": 1}, {"x": 2}, {"x": 3}])
    assert len(case.waiting("work")) == (1 if sequential else 2)
    for value in "ab":
        case.complete(case.waiting("work")[0], result=value)
    assert case.run.data["done"] == ["a", "b"]


def test_it_withdraws_every_instance_when_a_boundary_event_interrupts() -> None:
    drawing = process(
        "interrupted",
        nodes("startEvent", "start"),
        node("subProcess", "each",
             loop("rows", "row")
             + nodes("startEvent", "begin")
             + nodes("userTask", "work")
             + nodes("endEvent", "done")
             + flows("begin work done")),
        node("boundaryEvent", "stop", message("stop"), attachedToRef="each"),
        nodes("endEvent", "end stopped"),
        flows("start each end", "stop stopped"),
    )  # fmt: skip
    case = Player(program(drawing), rows=[1, 2, 3])
    case.complete(case.waiting("work")[1])
    case.deliver(case.one("stop"), {})
    assert case.run.ended
    assert case.count("cancelled", "work") == 2
    assert case.count("cancelled", "each") == 2


@pytest.mark.parametrize("rows", [None, "text", {"a": 1}, list(range(1001))])
def test_it_fails_at_what_is_no_list_or_far_too_long(rows: object) -> None:
    drawing = process(
        "listed",
        nodes("startEvent", "start"),
        node("userTask", "work", loop("rows", "row")),
        flows("start work"),
    )
    with pytest.raises(StepFailed) as failed:
        Player(program(drawing), rows=rows)
    assert failed.value.details["element_id"] == "work"


def test_it_counts_where_a_number_stands_for_a_list() -> None:
    counted = (
        "<multiInstanceLoopCharacteristics><loopCardinality>${people}</loopCardinality>"
        "</multiInstanceLoopCharacteristics>"
    )
    drawing = process(
        "counted",
        nodes("startEvent", "start"),
        node("userTask", "work", counted),
        flows("start work"),
    )
    case = Player(program(drawing), people=3)
    assert [w.row_index for w in case.waiting("work")] == [0, 1, 2]
    with pytest.raises(StepFailed):
        Player(program(drawing), people="three")
