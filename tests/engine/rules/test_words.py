"""Expressions, names, the dialect's vocabulary and both languages."""

from __future__ import annotations

import pytest

from tests.engine.rules.drawings import (
    END,
    START,
    codes,
    element,
    field,
    flows,
    form,
    mapping,
    one_step,
    problems,
    process,
    several,
    task,
)

GOOD = one_step(task())


def asked(*fields: str) -> str:
    """A task with these fields."""
    return one_step(
        '<bpmn:laneSet id="l"><bpmn:lane id="staff" name="1"><bpmn:flowNodeRef>begin</bpmn:flowNodeRef>'
        "</bpmn:lane></bpmn:laneSet>",
        task("work", form(*fields)),
    )


CASES = {
    "expression": (
        asked(field(properties={"showIf": "a ="})),
        asked(field(), field("more", properties={"showIf": "answer == 'x'"})),
    ),
    "unknown_name": (
        asked(field(), field("more", properties={"showIf": "anwser == 'x'"})),
        asked(field(), field("more", properties={"showIf": "answer == 'x'"})),
    ),
    "case_fields": (
        asked(field()).replace('name="name.en" value="Sample"', 'name="case.fields" value="lost"'),
        asked(field()).replace(
            'name="name.en" value="Sample"', 'name="case.fields" value="answer"'
        ),
    ),
    "unknown_property": (
        one_step(task("work", properties={"distinctForm": "a"})),
        one_step(task("work", properties={"manual": "A1"})),
    ),
    "property_out_of_place": (
        one_step(task("work", properties={"correlationKey": "1"})),
        one_step(task("work", properties={"optional": "true"})),
    ),
    "property_value": (
        one_step(task("work", properties={"optional": "perhaps"})),
        one_step(task("work", properties={"optional": "true"})),
    ),
    "camunda_attribute": (one_step(task(camunda_formKey="embedded:x")), GOOD),
    "camunda_extension": (
        one_step(task("work", '<camunda:taskListener event="create"/>')),
        one_step(task("work", mapping(a="1"))),
    ),
    "unknown_words": (one_step(task(cancelActivty="false")), GOOD),
    "data_flow": (one_step(task("work", "<bpmn:ioSpecification/>")), GOOD),
    "foreign_engine": (
        one_step(task()).replace(
            "<bpmn:userTask ", '<bpmn:userTask xmlns:x="http://activiti.org/bpmn" x:assignee="li" '
        ),
        GOOD,
    ),
    "generated_name": (one_step(task("End"), between="End"), GOOD),
    "readable_id": (one_step(task("Activity_0x1"), between="Activity_0x1"), GOOD),
    "file_name": (one_step(task(), process_id="elsewhere"), GOOD),
    "language": (GOOD.replace('name="name.en" value="Do it"', 'name="manual" value="A1"'), GOOD),
    "unnamed": (one_step(task(name="", properties={"name.en": ""})), GOOD),
    "undocumented": (
        GOOD.replace("<bpmn:documentation>说明</bpmn:documentation>", "").replace(
            'value="Help"', 'value=""'
        ),
        GOOD,
    ),
    "manual": (
        one_step(task("work", properties={"manual": "A1,B2"})),
        one_step(task("work", properties={"manual": "A1 B2"})),
    ),
}


@pytest.mark.parametrize("code", CASES)
def test_it_is_found_in_a_bad_drawing_and_not_in_a_good_one(code):
    bad, good = CASES[code]
    assert code in codes(bad)
    assert code not in codes(good)


@pytest.mark.parametrize(
    "said",
    [
        {"camunda_assignee": "${a b}"},
        {"camunda_dueDate": "${days(}"},
        {"camunda_candidateGroups": "${__import__('os')}"},
    ],
)
def test_an_expression_in_an_attribute_is_read(said):
    assert "expression" in codes(one_step(task(**said)))


@pytest.mark.parametrize("text", ["${a b}", "${[x for x in y]}", "${open('x').read()}", "${}"])
def test_an_expression_in_a_mapping_is_read(text):
    assert "expression" in codes(one_step(task("work", mapping(a=text))))


def test_text_without_the_mark_is_a_literal_in_a_mapping():
    assert "expression" not in codes(one_step(task("work", mapping(a="two words"))))


def laned(*parts: str, **said: str) -> str:
    """A process that the staff start."""
    lanes = (
        '<bpmn:laneSet id="l"><bpmn:lane id="staff" name="1"><bpmn:flowNodeRef>begin'
        "</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
    )
    return process(lanes, START, *parts, END, **said)  # type: ignore[arg-type]


def decided(condition: str) -> str:
    """Ask, then decide by a condition."""
    return laned(
        task("work", form(field("yes", "boolean"))),
        element("exclusiveGateway", "split", default="split_to_done"), task("more"),
        flows("begin>work work>split split>more split>done more>done", {"split>more": condition}),
    )  # fmt: skip


def test_a_condition_on_a_name_that_nobody_sets_is_an_error():
    found = [p for p in problems(decided("${yse}")) if p.code == "unknown_name"]
    assert [(p.severity, p.element_id) for p in found] == [("error", "split_to_more")]
    assert "yse" in found[0].text.zh


@pytest.mark.parametrize(
    "condition", ["${yes}", "yes == true", "value('later', 1) == 2", "case.number"]
)
def test_a_condition_on_what_is_set_is_taken(condition):
    assert not codes(decided(condition))


def test_a_mapping_with_an_unknown_name_is_only_warned_of():
    drawn = laned(task("work", mapping(a="${b}")), flows("begin>work work>done"))
    assert [p.severity for p in problems(drawn) if p.code == "unknown_name"] == ["warning"]


def test_names_go_down_into_called_diagrams_and_come_back_up():
    call = element("callActivity", "deed", calledElement="other")
    split = element("exclusiveGateway", "split", default="split_to_done")
    drawn = laned(
        task("work", form(field("given"))), call, split, task("more"),
        flows("begin>work work>deed deed>split split>more split>done more>done",
              {"split>more": "result == 'x'"}),
    )  # fmt: skip
    below = one_step(
        task("inner", form(field("result", properties={"showIf": "given == 'x'"}))),
        between="inner", process_id="other",
    )  # fmt: skip
    assert "unknown_name" not in codes(drawn, below)


def test_a_called_diagram_gets_only_what_is_mapped():
    call = element(
        "callActivity", "deed", '<camunda:in source="given" target="taken"/>', calledElement="other"
    )
    drawn = laned(task("work", form(field("given"))), call, flows("begin>work work>deed deed>done"))
    below = one_step(
        task("inner", form(field("result", properties={"showIf": "given == 'x'"}))),
        between="inner", process_id="other",
    )  # fmt: skip
    assert "unknown_name" in codes(drawn, below)
    assert "unknown_name" not in codes(drawn, below.replace("given", "taken"))


def test_a_cell_sees_the_other_cells_of_its_row():
    cells = field("rows[].kind"), field("rows[].size", properties={"showIf": "kind == 'x'"})
    assert not codes(asked(*cells))


def test_an_item_of_a_list_is_a_name():
    each = task(
        "each", several(), mapping(answer="${one.name}"),
        properties={"resultList": "answers", "resultItem": "answer"},
    )  # fmt: skip
    drawn = laned(
        task("work", form(field("rows[].name"))), each, flows("begin>work work>each each>done")
    )
    assert not codes(drawn)


def test_a_problem_says_where_it_is_in_both_languages():
    found = next(p for p in problems(one_step(task("Start"), between="Start")) if p.is_error)
    assert str(found).startswith(f"sample.bpmn:{found.line}: Start (做事): ")
    assert found.line > 1
    assert "保留" in found.to("zh")


def test_problems_come_in_the_order_of_the_file():
    found = problems(process(task("b"), task("a"), task("End")))
    assert [p.line for p in found] == sorted(p.line for p in found)
