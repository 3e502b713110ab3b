"""Preparing a drawing: what is put into the engine's words, and what is refused."""

from __future__ import annotations

import pytest
from lxml import etree

from engine import diagrams, runtime
from engine.diagrams.sources import BPMN
from engine.errors import DiagramRefused
from tests.engine.runtime.drawings import (
    Player,
    flow,
    flows,
    link,
    loop,
    message,
    node,
    nodes,
    process,
    program,
    properties,
    timer,
)


def _prepared(xml: bytes) -> etree._Element:
    diagram = diagrams.read(xml)
    return etree.fromstring(runtime.prepare(xml, diagram, [diagram.processes[0].id]))


def _texts(root: etree._Element, tag: str) -> list[str | None]:
    return [found.text for found in root.iter(f"{{{BPMN}}}{tag}")]


def test_it_quotes_times_and_unwraps_expressions() -> None:
    root = _prepared(
        process(
            "p",
            nodes("startEvent", "start"),
            node("intermediateCatchEvent", "a", timer("timeDuration", "PT2H")),
            node("intermediateCatchEvent", "b", timer("timeDate", "${until}")),
            node("exclusiveGateway", "which", default="which_to_end"),
            nodes("endEvent", "end other"),
            flows("start a b which end"),
            flow("which", "other", "${x > 1}"),
        )
    )
    assert _texts(root, "timeDuration") == ["'PT2H'"]
    assert _texts(root, "timeDate") == ["until"]
    assert _texts(root, "conditionExpression") == ["x > 1"]


def test_it_writes_a_camunda_collection_in_bpmn_s_words() -> None:
    root = _prepared(
        process(
            "p",
            nodes("startEvent", "start"),
            node(
                "userTask",
                "work",
                properties(resultList="results", resultItem="result")
                + loop("rows", "row", until="${result == 'no'}"),
            ),
            flows("start work"),
        )
    )
    assert _texts(root, "loopDataInputRef") == ["rows"]
    assert _texts(root, "loopDataOutputRef") == ["results"]
    assert [item.get("id") for item in root.iter(f"{{{BPMN}}}inputDataItem")] == ["row"]
    assert [item.get("id") for item in root.iter(f"{{{BPMN}}}outputDataItem")] == ["result"]
    assert _texts(root, "completionCondition") == ["result == 'no'"]


def test_it_leaves_the_drawing_alone() -> None:
    xml = process("p", nodes("startEvent", "start"), nodes("task", "t"), flows("start t"))
    diagram = diagrams.read(xml)
    before = bytes(xml)
    runtime.prepare(xml, diagram, ["p"])
    assert xml == before
    assert diagrams.read(xml) == diagram


def test_it_draws_the_starts_splits_and_ends_that_were_left_out() -> None:
    case = Player(
        program(
            process(
                "p",
                nodes("task", "a b c"),
                flow("a", "b"),
                flow("a", "c"),
                node("subProcess", "s", nodes("userTask", "x y")),
            )
        )
    )
    assert case.open() == ["a", "x", "y"]
    case.do("a")
    assert case.open() == ["b", "c", "x", "y"]
    for task in ("b", "c", "x", "y"):
        case.do(task)
    assert case.run.ended
    assert {name for _, name in case.steps} == {"a", "b", "c", "s", "x", "y"}


def test_it_heeds_conditions_on_the_flows_out_of_a_task() -> None:
    drawing = process(
        "p",
        nodes("startEvent", "start"),
        node("userTask", "a", default="a_to_d"),
        nodes("userTask", "b c d"),
        flows("start a"),
        flow("a", "b", "x > 1"),
        flow("a", "c", "x > 2"),
        flow("a", "d"),
    )
    for x, expected in ((1, ["d"]), (2, ["b"]), (3, ["b", "c"])):
        case = Player(program(drawing))
        case.do("a", x=x)
        assert case.open() == expected


def test_it_ignores_what_no_engine_needs() -> None:
    case = Player(
        program(
            process(
                "p",
                "<!-- a comment --><?a thing?>",
                '<laneSet><lane id="ae"><flowNodeRef>a</flowNodeRef></lane></laneSet>',
                "<dataObject id='o'/><dataObjectReference id='r' dataObjectRef='o'/>",
                nodes("startEvent", "start"),
                node("userTask", "a", "<incoming>start_to_a</incoming><property id='q'/>"
                     "<dataInputAssociation id='i'><sourceRef>r</sourceRef></dataInputAssociation>"),
                nodes("endEvent", "end"),
                flows("start a end"),
                "<textAnnotation id='note'><text>look</text></textAnnotation>",
                "<association id='x' sourceRef='a' targetRef='note'/>",
            )
        )
    )  # fmt: skip
    assert case.waiting()[0].element.lane == "ae"
    case.do("a")
    assert case.run.ended


SCRIPT = node("scriptTask", "bad", "<script>print()</script>")


def _handler(*starts: str, then: str = "") -> str:
    """An event sub-process that starts like this."""
    drawn = "".join(
        node("startEvent", f"s{place}", start) + flow(f"s{place}", "e")
        for place, start in enumerate(starts)
    )
    return node("subProcess", "bad", drawn + nodes("endEvent", "e") + then, triggeredByEvent="true")


@pytest.mark.parametrize(
    "part",
    [
        SCRIPT,
        _handler(message("m"), message("n")),
        _handler(message("m")) + flow("bad", "end"),
        _handler(message("m"), then=loop("rows", "row")),
        node("businessRuleTask", "bad"),
        nodes("complexGateway", "bad"),
        node("adHocSubProcess", "bad"),
        node("transaction", "bad"),
        node("intermediateThrowEvent", "bad", "<signalEventDefinition/>"),
        node("intermediateThrowEvent", "bad", link("x")),
        node("intermediateThrowEvent", "bad", "<compensateEventDefinition/>"),
        node("intermediateCatchEvent", "bad"),
        node("intermediateCatchEvent", "bad", "<messageEventDefinition/>"),
        node("intermediateCatchEvent", "bad", "<timerEventDefinition/>"),
        node("intermediateThrowEvent", "bad", link("x"))
        + node("intermediateCatchEvent", "one", link("x"))
        + node("intermediateCatchEvent", "two", link("x")),
        node("intermediateCatchEvent", "bad", link("x")),
        node("intermediateCatchEvent", "bad", "<conditionalEventDefinition/>"),
        node("endEvent", "bad", "<compensateEventDefinition/>"),
        node("endEvent", "bad", "<cancelEventDefinition/>"),
        node("userTask", "bad", "<standardLoopCharacteristics/>"),
        node("userTask", "bad", "<multiInstanceLoopCharacteristics/>"),
        nodes("exclusiveGateway", "bad") + flow("bad", "start") + flow("bad", "end"),
        nodes("task", "bad") + flow("bad", "nowhere"),
    ],
)
def test_it_refuses_what_it_would_not_run_right(part: str) -> None:
    drawing = process(
        "p", nodes("startEvent", "start"), nodes("endEvent", "end"), flows("start end"), part
    )
    with pytest.raises(DiagramRefused) as refused:
        program(drawing)
    assert "bad" in {problem.element_id for problem in refused.value.problems}
