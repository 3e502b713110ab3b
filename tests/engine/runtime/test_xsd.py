"""BPMN's own schema: what offends against it is told in place, in words, and is only a warning."""

from __future__ import annotations

import pytest

from engine import definitions
from engine.runtime.xsd import offences
from tests.conftest import PROCESSES
from tests.engine.rules.drawings import END, START, element, file_of, flows, one_step, process

WORK = element("userTask", "work", name="做事", camunda_candidateGroups="staff")
GOOD = file_of(one_step(WORK))
#: Changes of the good drawing, with the element at which the schema is offended.
BAD = {
    "an element in a wrong place": (
        file_of(
            process(
                START,
                element(
                    "subProcess",
                    "work",
                    START.replace("begin", "inner"),
                    "<bpmn:multiInstanceLoopCharacteristics/>",
                ),
                END,
                flows("begin>work work>done"),
            )
        ),
        "work",
    ),
    "an unknown element": (
        GOOD.replace(
            b'<bpmn:startEvent id="begin"/>',
            b'<bpmn:startEvent id="begin"><bpmn:bell/></bpmn:startEvent>',
        ),
        "begin",
    ),
    "an attribute that is missing": (GOOD.replace(b' sourceRef="work"', b""), "work_to_done"),
    "an unknown attribute": (GOOD.replace(b'id="done"', b'id="done" colour="red"'), "done"),
    "a value of another kind": (GOOD.replace(b'id="done"', b'id="do ne"'), "do ne"),
    "a part that is missing": (
        GOOD.replace(
            b'id="done"/>', b'id="done"><bpmn:dataInputAssociation id="in"/></bpmn:endEvent>'
        ),
        "in",
    ),
}


def test_a_good_drawing_offends_nothing() -> None:
    assert offences(GOOD, file="sample.bpmn") == []


@pytest.mark.parametrize("what", BAD)
def test_it_says_what_offends_and_where(what: str) -> None:
    xml, element_id = BAD[what]
    found = offences(xml, file="sample.bpmn")
    assert element_id in {problem.element_id for problem in found}
    for problem in found:
        assert (problem.severity, problem.code, problem.file) == (
            "warning",
            "schema",
            "sample.bpmn",
        )
        assert problem.line > 1
        assert "BPMN 2.0" in problem.message.zh
        assert "BPMN 2.0" in problem.message.en
        assert "{http" not in problem.message.en


def test_where_a_rule_says_what_to_do_the_schema_says_nothing() -> None:
    xml, _ = BAD["an attribute that is missing"]
    found = definitions.check(xml, file="sample.bpmn")
    assert "dangling_flow" in {problem.code for problem in found}
    assert "schema" not in {problem.code for problem in found}


def test_it_tells_the_first_few_offences_only() -> None:
    many = GOOD.replace(b'id="done"/>', b'id="done">' + b"<bpmn:bell/>" * 200 + b"</bpmn:endEvent>")
    wrong = file_of(one_step(WORK)).replace(
        b'<bpmn:startEvent id="begin"/>',
        b'<bpmn:startEvent id="begin">'
        + b"".join(b'<bpmn:documentation a%d=""/>' % n for n in range(200))
        + b"</bpmn:startEvent>",
    )
    assert len(offences(many, file="a")) <= 20
    assert len(offences(wrong, file="a")) == 20


def test_our_own_drawings_offend_nothing() -> None:
    assert [
        str(problem)
        for name, xml in definitions.files_in(PROCESSES).items()
        for problem in offences(xml, file=name)
    ] == []
