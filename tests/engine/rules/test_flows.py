"""Flows and gateways: both ends, conditions, defaults, joins."""

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
    problems,
    process,
    task,
    timer,
)

GOOD = one_step(task())
INSIDE = element(
    "subProcess", "part", '<bpmn:startEvent id="inner"/>', task("deed"), flows("inner>deed deed>out"),
    '<bpmn:endEvent id="out"/>',
)  # fmt: skip
ASK = task("work", form(field("yes", "boolean")))


def choice(conditions: dict[str, str], *, kind: str = "exclusiveGateway", **said: str) -> str:
    """Begin, ask, choose between two tasks."""
    return process(
        START, ASK, element(kind, "split", **said), task("left"), task("right"), END,
        flows("begin>work work>split split>left split>right left>done right>done", conditions),
    )  # fmt: skip


CHOICE = choice({"split>left": "${yes}"}, default="split_to_right")


def looped(*, inside: bool) -> str:
    """Two sign in parallel, again and again; the block may be a sub-process of its own."""
    block = (
        element("parallelGateway", "fork"), task("left"), task("right"),
        element("parallelGateway", "join"),
    )  # fmt: skip
    inner = "fork>left fork>right left>join right>join"
    again = element("exclusiveGateway", "again", default="again_to_done")
    back = {"again>fork": "1 > 2", "again>part": "1 > 2"}
    if not inside:
        return process(
            START, *block, again, END,
            flows(f"begin>fork {inner} join>again again>fork again>done", back),
        )  # fmt: skip
    part = element(
        "subProcess", "part", '<bpmn:startEvent id="inner"/>', *block, '<bpmn:endEvent id="out"/>',
        flows(f"inner>fork {inner} join>out"),
    )  # fmt: skip
    return process(
        START, part, again, END, flows("begin>part part>again again>part again>done", back)
    )


def joined(split: str, join: str) -> str:
    """Split and join by these kinds of gateways."""
    return process(
        START, ASK, element(split, "split", **({"default": "split_to_right"} if split[0] == "e" else {})),
        task("left"), task("right"), element(join, "join"), END,
        flows(
            "begin>work work>split split>left split>right left>join right>join join>done",
            {"split>left": "${yes}"} if split[0] == "e" else None,
        ),
    )  # fmt: skip


def twice(name: str) -> str:
    """Two people answer at the same time, the second in a field of this name."""
    return process(
        START, element("parallelGateway", "split"), task("left", form(field("one"))),
        task("right", form(field(name))), element("parallelGateway", "join"), END,
        flows("begin>split split>left split>right left>join right>join join>done"),
    )  # fmt: skip


def awaited(*targets: str, extra: str = "", **said: str) -> str:
    """Wait at an event-based gateway for `first` and `second`."""
    return process(
        START, task(), element("eventBasedGateway", "which", **said), *targets, END,
        flows(f"begin>work work>which which>first which>second first>done second>done {extra}"),
    )  # fmt: skip


def clock(element_id: str) -> str:
    """Draw a catching timer."""
    return element("intermediateCatchEvent", element_id, timer("P1D"))


CASES = {
    "dangling_flow": (process(START, task(), END, flows("begin>work work>nowhere work>done")), GOOD),
    "flow_leaves_scope": (
        process(START, INSIDE, END, flows("begin>part part>done deed>done")),
        process(START, INSIDE, END, flows("begin>part part>done")),
    ),
    "flow_into_start": (process(START, task(), END, flows("begin>work work>begin work>done")), GOOD),
    "flow_out_of_end": (
        process(START, task(), END, task("more"), flows("begin>work work>done done>more")),
        GOOD,
    ),
    "condition_out_of_place": (choice({"split>left": "${yes}"}, kind="parallelGateway"), CHOICE),
    "condition_after_event": (
        process(START, task(), element("endEvent", "other"), END,
                flows("begin>work begin>other work>done", {"begin>other": "${1 > 2}"})),
        CHOICE,
    ),
    "empty_condition": (choice({"split>left": " "}, default="split_to_right"), CHOICE),
    "condition_language": (
        CHOICE.replace('tFormalExpression">', 'tFormalExpression" language="javascript">'),
        CHOICE,
    ),
    "missing_condition": (choice({}, default="split_to_right"), CHOICE),
    "missing_default": (choice({"split>left": "${yes}", "split>right": "${not yes}"}), CHOICE),
    "wrong_default": (choice({"split>left": "${yes}"}, default="left_to_done"), CHOICE),
    "default_with_condition": (
        choice({"split>left": "${yes}", "split>right": "${not yes}"}, default="split_to_right"),
        CHOICE,
    ),
    "single_condition": (
        process(START, ASK, element("exclusiveGateway", "only"), END,
                flows("begin>work work>only only>done", {"only>done": "${yes}"})),
        process(START, ASK, element("exclusiveGateway", "only"), END,
                flows("begin>work work>only only>done")),
    ),
    "complex_gateway": (joined("complexGateway", "exclusiveGateway"), CHOICE),
    "join_in_loop": (looped(inside=False), looped(inside=True)),
    "join_cannot_complete": (
        joined("exclusiveGateway", "parallelGateway"),
        joined("parallelGateway", "parallelGateway"),
    ),
    "branches_share_variable": (twice("one"), twice("two")),
    "event_gateway_kind": (
        awaited(caught("first"), clock("second"), instantiate="true"),
        awaited(caught("first"), clock("second")),
    ),
    "event_gateway_needs_two": (
        process(START, element("eventBasedGateway", "which"), caught("first"), END,
                flows("begin>which which>first first>done")),
        awaited(caught("first"), clock("second")),
    ),
    "event_gateway_target": (
        awaited(caught("first"), task("second")),
        awaited(caught("first"), caught("second")),
    ),
    "event_gateway_shared": (
        awaited(caught("first"), clock("second"), extra="work>first"),
        awaited(caught("first"), clock("second")),
    ),
    "event_gateway_timers": (
        awaited(clock("first"), clock("second")),
        awaited(caught("first"), clock("second")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_it_is_found_in_a_bad_drawing_and_not_in_a_good_one(code):
    bad, good = CASES[code]
    assert code in codes(bad)
    assert code not in codes(good)


@pytest.mark.parametrize(
    "good", [CHOICE, looped(inside=True), joined("parallelGateway", "parallelGateway")]
)
def test_a_good_drawing_has_no_errors_at_all(good):
    assert codes(good) == {"nobody_starts"}


def test_two_ways_of_a_choice_may_meet_in_an_exclusive_join():
    assert "join_cannot_complete" not in codes(joined("exclusiveGateway", "exclusiveGateway"))


def test_a_parallel_split_behind_a_choice_can_be_joined():
    drawn = process(
        START, ASK, element("exclusiveGateway", "split", default="split_to_done"),
        element("parallelGateway", "fork"), task("left"), task("right"),
        element("parallelGateway", "join"), END,
        flows(
            "begin>work work>split split>done split>fork fork>left fork>right left>join right>join join>done",
            {"split>fork": "${yes}"},
        ),
    )  # fmt: skip
    assert codes(drawn) == {"nobody_starts"}


def test_an_inclusive_join_in_a_loop_is_refused_too():
    assert "join_in_loop" in codes(
        looped(inside=False).replace("parallelGateway", "inclusiveGateway")
    )


def split_task(default: str = "work_to_right") -> str:
    """A task with conditions on the flows out of it."""
    said = {"default": default} if default else {}
    conditions = {"work>left": "${yes}", **({} if default else {"work>right": "${not yes}"})}
    return process(
        START, task("work", form(field("yes", "boolean")), **said), task("left"), task("right"), END,
        flows("begin>work work>left work>right left>done right>done", conditions),
    )  # fmt: skip


def test_conditions_on_the_flows_out_of_a_task_count_and_may_have_a_default():
    assert codes(split_task()) == {"nobody_starts"}


def test_it_warns_when_no_flow_out_of_a_task_is_the_default():
    drawn = split_task(default="")
    assert codes(drawn) == {"nobody_starts", "missing_default"}
    assert not any(problem.is_error for problem in problems(drawn))


def test_two_flows_out_of_a_task_are_a_split_that_is_made_explicit():
    drawn = process(
        START, task(), task("more"), END, flows("begin>work work>more work>done more>done")
    )
    assert codes(drawn) == {"nobody_starts"}
