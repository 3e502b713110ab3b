"""The skeleton of a drawing: starts, ends, paths, files."""

from __future__ import annotations

import pytest

from tests.engine.rules.drawings import (
    END,
    START,
    codes,
    element,
    file_of,
    flows,
    one_step,
    process,
    task,
)

GOOD = one_step(task())
LOOP = (START, task(), element("exclusiveGateway", "again", default="again_to_done"), END)
INSIDE = element(
    "subProcess", "part", '<bpmn:startEvent id="in"/>', task(), flows("in>work work>out"),
    '<bpmn:endEvent id="out"/>',
)  # fmt: skip

STEP_A1 = one_step(task(properties={"manual": "A1"}))
CASES = {
    "not_executable": (one_step(task(), executable="false"), GOOD),
    "no_start": (process(task(), END, flows("work>done")), GOOD),
    "several_starts": (
        process(START, '<bpmn:startEvent id="too"/>', task(), END, flows("begin>work too>work work>done")),
        GOOD,
    ),
    "missing_id": (GOOD.replace(' id="done"', ""), GOOD),
    "long_name": (GOOD.replace('"done"', f'"{"d" * 201}"'), GOOD.replace('"done"', f'"{"d" * 200}"')),
    "unreachable": (process(START, task(), task("lost"), END, flows("begin>work work>done")), GOOD),
    "cannot_end": (
        process(START, task(), task("more"), END, flows("begin>work work>more more>work")),
        process(*LOOP, flows("begin>work work>again again>work again>done", {"again>work": "1 > 2"})),
    ),
    "dead_end": (
        process(START, task(), element("parallelGateway", "both"), flows("begin>work work>both")),
        GOOD,
    ),
    "implicit_end": (process(START, task(), flows("begin>work")), GOOD),
    "self_loop": (
        process(START, task(), END, flows("begin>work work>work work>done")),
        process(*LOOP, flows("begin>work work>again again>work again>done", {"again>work": "1 > 2"})),
    ),
    "endless_loop": (
        process(
            *LOOP, element("exclusiveGateway", "merge"),
            flows("begin>work work>merge merge>again again>merge again>done", {"again>merge": "1 > 2"}),
        ),
        process(*LOOP, flows("begin>work work>again again>work again>done", {"again>work": "1 > 2"})),
    ),
    "crowded": (
        process(
            START, *(task(f"step_{n}") for n in range(25)), END,
            flows("begin>step_0 step_24>done " + " ".join(f"step_{n}>step_{n + 1}" for n in range(24))),
        ),
        GOOD,
    ),
    "too_many_elements": (process(*(task(f"step_{n}") for n in range(501))), GOOD),
    "empty_sub_process": (one_step(element("subProcess", "work")), one_step(INSIDE, between="part")),
    "no_process": (file_of(), GOOD),
    "several_processes": (
        file_of(GOOD, one_step(task("more"), process_id="other")),
        file_of(GOOD, one_step(task("more"), process_id="other", executable="false")),
    ),
    "not_run": (file_of(GOOD, one_step(task("more"), process_id="other", executable="false")), GOOD),
    "manual_in_two_files": (
        (STEP_A1, STEP_A1.replace('id="sample"', 'id="other"')),
        (STEP_A1, STEP_A1.replace('id="sample"', 'id="other"').replace("A1", "B1")),
    ),
    "same_process": ((GOOD, GOOD), (GOOD, one_step(task(), process_id="other"))),
    "duplicate_id": (process(START, task(), task(), END, flows("begin>work work>done")), GOOD),
    "duplicate_property": (
        one_step(task()).replace(
            "<camunda:properties>",
            '<camunda:properties><camunda:property name="name.en" value="Twice"/>',
        ),
        GOOD,
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_it_is_found_in_a_bad_drawing_and_not_in_a_good_one(code):
    bad, good = CASES[code]
    assert code in codes(*([bad] if isinstance(bad, (str, bytes)) else bad))
    assert code not in codes(*([good] if isinstance(good, (str, bytes)) else good))


def test_a_plain_drawing_has_no_problems():
    assert codes(GOOD) == {"nobody_starts"}


def test_a_sub_process_has_a_start_of_its_own():
    bad = (
        INSIDE.replace('<bpmn:startEvent id="in"/>', "")
        .replace("in>work", "")
        .replace(flows("in>work"), "")
    )
    assert "no_start" in codes(one_step(bad, between="part"))


def test_a_path_that_ends_in_a_task_still_counts_as_an_end():
    assert "cannot_end" not in codes(process(START, task(), flows("begin>work")))


def test_boundary_events_are_reached_from_their_activity():
    late = element(
        "boundaryEvent", "late",
        "<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>",
        attachedToRef="work", cancelActivity="false",
    )  # fmt: skip
    drawn = process(
        START, task(), late, task("remind"), END,
        flows("begin>work work>done late>remind remind>done"),
    )  # fmt: skip
    assert "unreachable" not in codes(drawn)
