"""Sub-processes, called processes, mappings: whose data are whose."""

from __future__ import annotations

import pytest

from engine.errors import DiagramRefused, StepFailed
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

CALLED = process(
    "called",
    nodes("startEvent", "start"),
    nodes("userTask", "inside"),
    nodes("endEvent", "end"),
    flows("start inside end"),
)


def _calling(*mappings: str) -> bytes:
    return process(
        "calling",
        nodes("startEvent", "start"),
        node("callActivity", "call", extensions(*mappings), calledElement="called"),
        nodes("userTask", "after"),
        nodes("endEvent", "end"),
        flows("start call after end"),
    )


def test_it_gives_all_data_both_ways_when_nothing_is_mapped() -> None:
    case = Player(program(_calling(), CALLED), a=1)
    assert case.one("inside").data == {"a": 1}
    case.do("inside", b=2)
    assert case.one("after").data == {"a": 1, "b": 2}


def test_it_gives_only_what_is_mapped() -> None:
    mappings = (
        '<camunda:in source="a" target="x"/>',
        '<camunda:in sourceExpression="${a + len(names)}" target="y"/>',
        '<camunda:in source="missing" target="z"/>',
        '<camunda:out source="x" target="a"/>',
        '<camunda:out sourceExpression="${x * 10}" target="b"/>',
    )
    case = Player(program(_calling(*mappings), CALLED), a=1, names=["n"])
    assert case.one("inside").data == {"x": 1, "y": 2, "z": None}
    case.do("inside", x=5, secret=True)
    assert case.one("after").data == {"a": 5, "b": 50, "names": ["n"]}


def test_it_gives_all_and_something_more() -> None:
    mappings = ('<camunda:in variables="all"/>', '<camunda:in source="a" target="x"/>')
    case = Player(program(_calling(*mappings), CALLED), a=1)
    assert case.one("inside").data == {"a": 1, "x": 1}
    case.do("inside", b=2)
    assert case.one("after").data == {"a": 1}


def test_it_tells_in_which_run_something_waits() -> None:
    case = Player(program(_calling(), CALLED))
    inside = case.one("inside")
    assert inside.scope != ""
    assert inside.element.process_id == "called"
    case.do("inside")
    assert case.one("after").scope == ""


def test_it_tells_apart_elements_of_the_same_id() -> None:
    made = program(_calling(), CALLED)
    assert made.element("calling", "start") is not made.element("called", "start")
    assert made.element("called", "start").process_id == "called"
    case = Player(made)
    assert case.count("entered", "start") == 2


def test_it_refuses_a_call_to_nowhere() -> None:
    with pytest.raises(DiagramRefused) as refused:
        program(_calling())
    assert refused.value.problems[0].element_id == "call"


def test_it_evaluates_what_goes_in_and_what_comes_out() -> None:
    drawing = process(
        "mapped",
        nodes("startEvent", "start"),
        node(
            "userTask",
            "work",
            extensions(
                mapping("input", title="${'Round ' + str(value('rounds', 0) + 1)}", shape="plain"),
                mapping("output", rounds="${value('rounds', 0) + 1}", last="${rounds}"),
            ),
        ),
        nodes("endEvent", "end"),
        flows("start work end"),
    )
    case = Player(program(drawing))
    assert case.one("work").data == {"title": "Round 1", "shape": "plain"}
    case.do("work")
    assert case.run.data == {"title": "Round 1", "shape": "plain", "rounds": 1, "last": 1}


def test_it_names_the_element_whose_mapping_fails() -> None:
    drawing = process(
        "failing",
        nodes("startEvent", "start"),
        nodes("userTask", "before"),
        node("userTask", "work", extensions(mapping("input", title="${nobody.name}"))),
        nodes("endEvent", "end"),
        flows("start before work end"),
    )
    case = Player(program(drawing))
    with pytest.raises(StepFailed) as failed:
        case.do("before")
    assert failed.value.details["element_id"] == "work"
    assert failed.value.details["text"] == "${nobody.name}"
    assert "nobody" in failed.value.text.en
    assert "nobody" in failed.value.text.zh


SUB = node(
    "subProcess",
    "stage",
    nodes("startEvent", "begin")
    + nodes("userTask", "one two")
    + nodes("endEvent", "stage_done")
    + flows("begin one two stage_done"),
)


def test_it_shows_a_boundary_event_what_the_sub_process_has_done_so_far() -> None:
    drawing = process(
        "interrupted",
        nodes("startEvent", "start"),
        SUB,
        node(
            "boundaryEvent",
            "stop",
            properties(variable="why") + message("stop"),
            attachedToRef="stage",
        ),
        nodes("userTask", "clear_up"),
        nodes("endEvent", "end stopped"),
        flows("start stage end", "stop clear_up stopped"),
    )
    case = Player(program(drawing), a=1)
    case.do("one", b=2)
    case.deliver(case.one("stop"), {"reason": "x"})
    assert case.one("clear_up").data == {"a": 1, "b": 2, "why": {"reason": "x"}}
    assert case.open() == ["clear_up"]


def test_it_does_not_bring_back_old_values_by_a_side_branch() -> None:
    drawing = process(
        "side_branch",
        nodes("startEvent", "start"),
        SUB,
        node(
            "boundaryEvent",
            "aside",
            message("aside"),
            attachedToRef="stage",
            cancelActivity="false",
        ),
        nodes("userTask", "note"),
        nodes("endEvent", "end noted"),
        flows("start stage end", "aside note noted"),
    )
    case = Player(program(drawing), a=1)
    case.do("one", a=2, b="old")
    case.deliver(case.one("aside"), {})
    assert case.one("note").data == {"a": 2, "b": "old"}
    case.do("two", a=3, b="new")
    case.do("note", noted=True)
    assert case.run.ended
    assert case.run.data == {"a": 3, "b": "new", "noted": True}


def test_it_lets_the_main_branch_take_a_value_back_that_a_side_branch_has_seen() -> None:
    drawing = process(
        "taken_back",
        nodes("startEvent", "start"),
        SUB,
        node("boundaryEvent", "aside", message("aside"), attachedToRef="stage",
             cancelActivity="false"),
        nodes("parallelGateway", "fork join"),
        nodes("userTask", "left right"),
        nodes("endEvent", "end noted"),
        flows("start stage end", "aside fork left join noted", "fork right join"),
    )  # fmt: skip
    case = Player(program(drawing), a=1)
    case.do("one", a=2)
    case.deliver(case.one("aside"), {})
    case.deliver(case.one("aside"), {})
    for side in ("left", "right", "right", "left"):  # the two side branches cross in the join
        assert case.waiting(side)[0].data["a"] == 2
        case.complete(case.waiting(side)[0], **{side: case.run.data.get(side, 0) + 1})
    case.do("two", a=1)
    assert case.run.ended
    assert case.run.data == {"a": 1, "left": 2, "right": 2}


def test_it_keeps_each_branch_s_data_apart() -> None:
    drawing = process(
        "apart",
        nodes("startEvent", "start"),
        nodes("parallelGateway", "fork join"),
        nodes("userTask", "left right after"),
        nodes("endEvent", "end"),
        flows("start fork left join after end", "fork right join"),
    )
    case = Player(program(drawing), deep={"list": [1], "dict": {"a": 1, "b": 1}})
    left = case.one("left")
    left.data["deep"]["list"].append(2)  # what the host does with its copy is its own affair
    values = {"deep": {"list": [1], "dict": {"a": 2, "b": 1}}}
    case.complete(case.one("left"), **values)
    values["deep"]["dict"]["a"] = 9
    assert case.one("right").data == {"deep": {"list": [1], "dict": {"a": 1, "b": 1}}}
    case.do("right", deep={"list": [1], "dict": {"a": 1, "b": 2}})
    assert case.one("after").data == {"deep": {"list": [1], "dict": {"a": 2, "b": 2}}}


def test_it_waits_in_an_inclusive_gateway_for_those_that_can_still_come() -> None:
    drawing = process(
        "inclusive",
        nodes("startEvent", "start"),
        node("inclusiveGateway", "split", default="split_to_c"),
        nodes("userTask", "a b c again"),
        nodes("inclusiveGateway", "join"),
        node("exclusiveGateway", "enough", default="enough_to_end"),
        nodes("exclusiveGateway", "merge"),
        nodes("endEvent", "end"),
        flows("start merge split c join enough end", "a join", "b join", "again merge"),
        flow("split", "a", "x"),
        flow("split", "b", "y"),
        flow("enough", "again", "more"),
    )
    case = Player(program(drawing), x=True, y=True, more=True)
    for _ in range(3):
        assert case.open() == ["a", "b"]
        case.do("b")
        assert case.open() == ["a"]
        case.do("a")
        case.do("again")
    case.do("a", x=False, y=False)
    case.do("b")
    case.do("again", x=False, y=False)
    assert case.open() == ["c"]
    case.do("c", more=False)
    assert case.run.ended
