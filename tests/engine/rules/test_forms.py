"""Forms and the people who fill them in."""

from __future__ import annotations

import pytest

from tests.engine.rules.drawings import (
    END,
    START,
    caught,
    codes,
    element,
    field,
    flows,
    form,
    one_step,
    process,
    task,
)

GOOD = one_step(task())


def asked(*fields: str) -> str:
    """A task with these fields."""
    return one_step(task("work", form(*fields)))


def laned(lane: str, *, sticky: str = "true", step: str | None = None) -> str:
    """A task in a lane."""
    drawn = (
        f'<bpmn:laneSet id="lanes"><bpmn:lane id="{lane}" name="1"><bpmn:extensionElements>'
        f'<camunda:properties><camunda:property name="sticky" value="{sticky}"/></camunda:properties>'
        "</bpmn:extensionElements><bpmn:flowNodeRef>begin</bpmn:flowNodeRef>"
        "<bpmn:flowNodeRef>work</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
    )
    return one_step(drawn, step or task(camunda_candidateGroups=""))


def signed(other: str, *, first: str = "first") -> str:
    """Two sign; the second is not the first."""
    return process(
        START, task(first), task("work", properties={"distinctFrom": other}), END,
        flows(f"begin>{first} {first}>work work>done"),
    )  # fmt: skip


CASES = {
    "form_out_of_place": (
        one_step(caught("work").replace("<camunda:properties>", form(field()) + "<camunda:properties>")),
        asked(field()),
    ),
    "field_id": (asked(field("the answer")), asked(field("the_answer"))),
    "reserved_name": (asked(field("typename")), asked(field("type_name"))),
    "duplicate_field": (asked(field(), field()), asked(field(), field("other"))),
    "field_type": (asked(field(kind="colour")), asked(field(kind="money"))),
    "constraint_name": (asked(field(requird="true")), asked(field(required="true"))),
    "constraint_value": (
        asked(field(kind="long", min="few")),
        asked(field(kind="long", min="1", max="${2 + 3}")),
    ),
    "empty_range": (
        asked(field(kind="money", min="10", max="9.99")),
        asked(field(kind="money", min="9.99", max="10")),
    ),
    "shows_nothing": (
        laned("staff", step=task("work", form(field("lost", readonly="true")))),
        laned("staff", step=task("work", form(field("lost", readonly="true", default="1")))),
    ),
    "field_default": (asked(field(kind="long", default="many")), asked(field(kind="long", default="7"))),
    "field_property": (
        asked(field(properties={"showif": "1 > 2"})),
        asked(field(properties={"showIf": "1 > 2"})),
    ),
    "no_choices": (
        asked(field(kind="enum")),
        asked(field(kind="enum", choices=("a",)), field("more", "checklist", properties={"options": "['a']"})),
    ),
    "choices_out_of_place": (
        asked(field(choices=("a",))),
        asked(field(kind="enum", choices=("a",))),
    ),
    "choice_id": (
        asked(field(kind="enum", choices=("a", "a"))),
        asked(field(kind="enum", choices=("a", "b"))),
    ),
    "field_group": (
        asked(field(kind="user", properties={"group": "nobody"})),
        asked(field(kind="user", properties={"group": "staff"})),
    ),
    "unknown_lane": (laned("lane_1"), laned("staff")),
    "unknown_group": (
        one_step(task(camunda_candidateGroups="staff,friends")),
        one_step(task(camunda_candidateGroups="staff,heads")),
    ),
    "nobody": (one_step(task(camunda_candidateGroups="")), laned("staff")),
    "nobody_starts": (GOOD, laned("staff")),
    "candidate_users": (one_step(task(camunda_candidateUsers="li")), GOOD),
    "distinct_from": (signed("frist"), signed("first")),
    "completed_by": (
        one_step(task(camunda_assignee="${completed_by('lost')}")),
        one_step(task(camunda_assignee="${completed_by('work')}")),
    ),
    "due_date": (one_step(task(camunda_dueDate="soon")), one_step(task(camunda_dueDate="P3D"))),
    "priority": (one_step(task(camunda_priority="high")), one_step(task(camunda_priority="80"))),
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_it_is_found_in_a_bad_drawing_and_not_in_a_good_one(code):
    bad, good = CASES[code]
    assert code in codes(bad)
    assert code not in codes(good)


@pytest.mark.parametrize(
    "field_id", ["1st", "a-b", "名称", "a.b", "rows[].", "rows[].a[].b", "", "class"]
)
def test_a_field_id_that_names_no_variable_is_refused(field_id):
    assert "field_id" in codes(asked(field(field_id)))


@pytest.mark.parametrize("field_id", ["name", "_x1", "rows[].name"])
def test_a_field_id_that_names_a_variable_is_taken(field_id):
    assert "field_id" not in codes(asked(field(field_id)))


@pytest.mark.parametrize("field_id", ["case", "row", "rows[].row", "typename", "null"])
def test_reserved_names_are_refused(field_id):
    assert "reserved_name" in codes(asked(field(field_id)))


def test_rows_and_a_field_cannot_share_a_name():
    assert "duplicate_field" in codes(asked(field("rows[].a"), field("rows")))


@pytest.mark.parametrize(
    ("kind", "constraint"),
    [
        ("string", {"min": "1"}),
        ("boolean", {"maxlength": "3"}),
        ("long", {"pattern": "[0-9]"}),
    ],
)
def test_a_constraint_that_means_nothing_for_its_type_is_refused(kind, constraint):
    assert "constraint_name" in codes(asked(field(kind=kind, **constraint)))


@pytest.mark.parametrize(
    ("kind", "constraint"),
    [
        ("money", {"min": "1.234"}),
        ("date", {"max": "tomorrow"}),
        ("string", {"pattern": "(open"}),
        ("string", {"maxlength": "-1"}),
        ("string", {"required": "perhaps"}),
    ],
)
def test_a_constraint_that_cannot_be_read_is_refused(kind, constraint):
    assert "constraint_value" in codes(asked(field(kind=kind, **constraint)))


@pytest.mark.parametrize(
    ("kind", "default"),
    [("boolean", "perhaps"), ("date", "1.2.2026"), ("enum", "z"), ("checklist", "a,z")],
)
def test_a_default_of_another_type_is_refused(kind, default):
    choices = ("a", "b") if kind in ("enum", "checklist") else ()
    assert "field_default" in codes(asked(field(kind=kind, default=default, choices=choices)))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("string", {"accept": ".pdf"}),
        ("file", {"multiple": "several"}),
        ("string", {"rows": "fixed"}),
        ("enum", {"value.z.en": "Z"}),
        ("enum", {"buttons": "true"}),
        ("string", {"buttons": "true"}),
    ],
)
def test_a_property_without_effect_is_refused(kind, said):
    choices = ("a",) if kind == "enum" else ()
    assert "field_property" in codes(asked(field(kind=kind, choices=choices, properties=said)))


def test_a_required_choice_may_be_made_by_buttons():
    drawn = field(kind="enum", choices=("a",), properties={"buttons": "true"}, required="true")
    assert "field_property" not in codes(asked(drawn))


def test_rows_may_be_fixed_and_have_a_heading():
    said = {"rows": "fixed", "rows.label": "单", "rows.label.en": "Orders", "rows.min": "1"}
    assert "field_property" not in codes(asked(field("rows[].a", properties=said)))


def test_a_lane_in_which_no_person_works_needs_no_group():
    throw = element("intermediateThrowEvent", "work")
    drawn = laned("system", step=throw).replace("<bpmn:flowNodeRef>begin</bpmn:flowNodeRef>", "")
    assert "unknown_lane" not in codes(drawn)


def test_four_eyes_needs_a_task_of_the_same_plane():
    inner = element(
        "subProcess", "part", '<bpmn:startEvent id="inner"/>', task("first"), '<bpmn:endEvent id="out"/>',
        flows("inner>first first>out"),
    )  # fmt: skip
    drawn = process(
        START, inner, task("work", properties={"distinctFrom": "first"}), END,
        flows("begin>part part>work work>done"),
    )  # fmt: skip
    assert "distinct_from" in codes(drawn)
