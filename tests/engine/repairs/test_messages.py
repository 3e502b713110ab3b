"""Messages that have no name, and calls of nothing: a person does it, where a person can."""

from __future__ import annotations

import pytest

from engine import repairs
from tests.engine.repairs.test_understanding import errors_in, repaired, run_of, understood
from tests.engine.rules.drawings import (
    END,
    START,
    element,
    event,
    flows,
    one_step,
    process,
    task,
)

NO_MESSAGE = "<bpmn:messageEventDefinition/>"


@pytest.mark.parametrize(
    "work",
    [
        element("intermediateThrowEvent", "work", NO_MESSAGE, name="发信"),
        element("intermediateCatchEvent", "work", NO_MESSAGE, name="等信"),
        element("endEvent", "work", NO_MESSAGE, name="发信"),
        element("sendTask", "work", name="发信"),
        element("receiveTask", "work", name="等信"),
        element("callActivity", "work", name="办理"),
    ],
)
def test_what_names_no_message_and_no_process_is_done_by_a_person(work: str) -> None:
    ends = "endEvent" in work
    drawing = process(
        START, work, END * (not ends), flows("begin>work" + " work>done" * (not ends))
    )
    assert understood(drawing)["person_does_it"] == "work"
    assert not errors_in(drawing, repairs.CONSENTS)
    run = run_of(drawing)
    (waiting,) = run.waiting()
    assert (waiting.kind, waiting.element.id) == ("user", "work")
    run.complete(waiting.task_id, {})
    assert run.ended


def test_a_start_that_names_no_message_is_a_start_by_hand() -> None:
    drawing = one_step(task()).replace(START, element("startEvent", "begin", NO_MESSAGE))
    assert understood(drawing)["person_does_it"] == "begin"
    assert not errors_in(drawing, repairs.CONSENTS)
    assert [one.element.id for one in run_of(drawing).waiting()] == ["work"]


def test_what_waits_in_a_race_or_on_an_activity_is_left_to_be_refused() -> None:
    drawing = process(
        START,
        element("eventBasedGateway", "first"),
        element("intermediateCatchEvent", "letter", NO_MESSAGE),
        element("intermediateCatchEvent", "call", NO_MESSAGE),
        task(),
        element("boundaryEvent", "stop", NO_MESSAGE, attachedToRef="work"),
        END,
        flows("begin>first first>letter first>call letter>work call>work work>done stop>done"),
    )
    found = errors_in(drawing, repairs.CONSENTS)
    named = {p.element_id for p in found if p.code == "message_without_name"}
    assert named == {"letter", "call", "stop"}


def test_a_message_with_a_name_is_sent_and_not_done_by_a_person() -> None:
    drawing = one_step(element("intermediateThrowEvent", "work", event("message")))
    assert understood(drawing) == {}
    assert {problem.code for problem in errors_in(drawing)} == {"message_without_key"}


def test_the_initiator_is_whoever_starts_the_case() -> None:
    begin = element("startEvent", "begin", camunda_initiator="boss")
    drawing = process(
        begin, task("work", camunda_assignee="${boss}"), END, flows("begin>work work>done")
    )
    assert understood(drawing) == {"initiator": "begin"}
    assert errors_in(drawing) == []
    found = repaired(drawing).elements["begin"]
    assert found.output_parameters == (("boss", "${case.starter}"),)
