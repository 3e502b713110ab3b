"""Activities, messages, several at once, and calls."""

from __future__ import annotations

import pytest

from engine.diagrams import read
from tests.engine.rules.drawings import (
    END,
    START,
    caught,
    codes,
    element,
    event,
    field,
    file_of,
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
RESULTS = {"resultList": "answers", "resultItem": "answer"}
ROWS = form(field("rows[].name"))
ONE_ANSWER = form(field("answer"))


def over_rows(*inside: str, properties: dict[str, str] | None = None) -> str:
    """Ask for rows, then work on each."""
    return process(
        START, task("ask", ROWS), task("work", *inside, properties=properties or RESULTS), END,
        flows("begin>ask ask>work work>done"),
    )  # fmt: skip


def message_start(**properties: str) -> str:
    """Started by a message."""
    return process(
        element("startEvent", "begin", event("message"), properties=properties), task(), END,
        flows("begin>work work>done"),
    )  # fmt: skip


def called(*inside: str, process_id: str = "other", name: str = "work") -> str:
    """Call another process."""
    return one_step(element("callActivity", name, *inside, calledElement=process_id))


def other(**said: str) -> str:
    """The process that is called."""
    return one_step(task("deed"), between="deed", process_id="other", **said)


GOOD_START = message_start(variable="order")
THROW = element(
    "intermediateThrowEvent", "work", event("message"), properties={"correlationKey": "case.number"}
)
STARTED = process(
    element("startEvent", "other_begin", event("message"), properties={"variable": "order"}),
    task("deed"), END, flows("other_begin>deed deed>done"), process_id="other",
)  # fmt: skip
CASES = {
    "unsupported_activity": (one_step(element("scriptTask", "work")), GOOD),
    "service_task": (one_step(element("serviceTask", "work", camunda_class="org.Java")), GOOD),
    "unknown_topic": (
        one_step(element("serviceTask", "work", camunda_type="external", camunda_topic="rocket")),
        GOOD,
    ),
    "foreign_code": (one_step(THROW.replace("<bpmn:mess", '<bpmn:mess').replace(' id="work"', ' id="work" camunda:class="org.Java"')), one_step(THROW)),
    "compensation": (one_step(task(isForCompensation="true")), one_step(task(isForCompensation="false"))),
    "quantities": (one_step(task(startQuantity="2")), one_step(task(startQuantity="1"))),
    "standard_loop": (one_step(task("work", "<bpmn:standardLoopCharacteristics/>")), GOOD),
    "instantiating_task": (one_step(element("receiveTask", "work", instantiate="true")), GOOD),
    "message_without_name": (
        one_step(THROW.replace("message_asked", "message_unnamed")),
        one_step(THROW),
    ),
    "message_without_key": (one_step(caught("work", key="")), one_step(caught("work"))),
    "start_without_variable": (message_start(), GOOD_START),
    "same_start_message": (
        process(
            element("startEvent", "begin", event("message")), task(), END,
            element("startEvent", "too", event("message")), flows("begin>work too>work work>done"),
        ),
        GOOD_START,
    ),
    "nobody_waits": ((one_step(THROW), other()), (one_step(THROW), STARTED)),
    "nobody_sends": ((GOOD_START, other()), (one_step(THROW), STARTED)),
    "time_to_live": (
        one_step(THROW.replace('value="case.number"/>', 'value="case.number"/><camunda:property name="timeToLive" value="a week"/>')),
        one_step(THROW.replace('value="case.number"/>', 'value="case.number"/><camunda:property name="timeToLive" value="P7D"/>')),
    ),
    "if_expired": (
        one_step(THROW.replace('value="case.number"/>', 'value="case.number"/><camunda:property name="ifExpired" value="panic"/>')),
        one_step(THROW.replace('value="case.number"/>', 'value="case.number"/><camunda:property name="ifExpired" value="ignore"/>')),
    ),
    "without_collection": (
        over_rows(ONE_ANSWER, several(collection="")),
        over_rows(ONE_ANSWER, several()),
    ),
    "without_results": (
        over_rows(ONE_ANSWER, several(), properties={"resultList": "answers"}),
        over_rows(ONE_ANSWER, several()),
    ),
    "result_never_set": (
        over_rows(form(field("remark")), several()),
        over_rows(mapping(answer="${one.name}"), several()),
    ),
    "item_hides_variable": (
        over_rows(ONE_ANSWER, several(item="rows")),
        over_rows(ONE_ANSWER, several(item="one")),
    ),
    "call_without_process": (one_step(element("callActivity", "work")), (called(), other())),
    "unknown_process": (called(), (called(), other())),
    "call_without_start": (
        (called(), message_start(variable="order").replace('id="sample"', 'id="other"').replace('"work"', '"deed"')),
        (called(), other()),
    ),
    "recursion": (
        (called(), called(process_id="sample").replace('bpmn:process id="sample"', 'bpmn:process id="other"')),
        (called(), other()),
    ),
    "call_mapping": (
        (called('<camunda:in source="a"/>'), other()),
        (called('<camunda:in variables="all"/>', '<camunda:out source="a" target="b"/>'), other()),
    ),
    "business_key": ((called('<camunda:in businessKey="1"/>'), other()), (called(), other())),
    "shared_id": (
        (
            one_step(element("subProcess", "part", '<bpmn:startEvent id="s1"/>'), between="part"),
            one_step(element("subProcess", "part", '<bpmn:startEvent id="s2"/>'), between="part", process_id="other"),
        ),
        (
            one_step(element("subProcess", "part", '<bpmn:startEvent id="s1"/>'), between="part"),
            one_step(element("subProcess", "share", '<bpmn:startEvent id="s2"/>'), between="share", process_id="other"),
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_it_is_found_in_a_bad_drawing_and_not_in_a_good_one(code):
    bad, good = CASES[code]
    assert code in codes(*([bad] if isinstance(bad, str) else bad))
    assert code not in codes(*([good] if isinstance(good, str) else good))


@pytest.mark.parametrize(
    "kind", ["businessRuleTask", "adHocSubProcess", "transaction", "callChoreography"]
)
def test_work_that_is_not_done_here_is_refused(kind):
    assert "unsupported_activity" in codes(one_step(element(kind, "work")))


@pytest.mark.parametrize("kind", ["sendTask", "receiveTask"])
def test_a_send_or_receive_task_needs_a_message_and_a_key(kind):
    assert {"message_without_name", "message_without_key"} <= codes(one_step(element(kind, "work")))
    keyed = element(
        kind, "work", properties={"correlationKey": "case.number"}, messageRef="message_asked"
    )
    assert codes(one_step(keyed)) == {"nobody_starts"}


def test_several_over_rows_has_no_errors_at_all():
    assert codes(over_rows(ONE_ANSWER, several())) == {"nobody_starts"}


def test_a_call_is_resolved_among_what_is_deployed():
    deployed = read(file_of(other())).processes[0]
    found = problems(called(), known={"other": deployed})
    assert {problem.code for problem in found} == {"nobody_starts"}


def test_a_call_for_each_row_may_get_its_result_from_the_called_diagram():
    each = element("callActivity", "work", several(), properties=RESULTS, calledElement="other")
    drawn = process(START, task("ask", ROWS), each, END, flows("begin>ask ask>work work>done"))
    called_one = one_step(task("deed", ONE_ANSWER), between="deed", process_id="other")
    assert "result_never_set" not in codes(drawn, called_one)
    assert "result_never_set" in codes(drawn, other())


def test_a_message_starts_one_process_of_all_that_are_deployed():
    assert "same_start_message" in codes(GOOD_START, STARTED)
    deployed = read(file_of(STARTED)).processes[0]
    found = problems(GOOD_START, known={"other": deployed})
    assert [(p.element_id, p.is_error) for p in found if p.code == "same_start_message"] == [
        ("begin", True)
    ]
    moved = read(file_of(GOOD_START)).processes[0]
    assert "same_start_message" not in {
        p.code for p in problems(one_step(task()), STARTED, known={"sample": moved})
    }


def test_a_message_may_have_its_other_end_in_what_is_deployed_or_in_the_engine():
    deployed = {"third": read(file_of(one_step(THROW, process_id="third"))).processes[0]}
    found = {p.code for p in problems(GOOD_START, other(), known=deployed)}
    assert not found & {"nobody_waits", "nobody_sends"}
    assert not codes(GOOD_START) & {"nobody_waits", "nobody_sends"}, "a lone file is let be"
    handler = element(
        "subProcess",
        "stop",
        element("startEvent", "stop_asked", event("message"), properties={"correlationKey": "1"}),
        element("endEvent", "stop_done"),
        flows("stop_asked>stop_done"),
        triggeredByEvent="true",
    )
    drawn = one_step(task(), handler, properties={"cancelledBy": "asked"})
    assert "nobody_sends" not in codes(drawn, other())
    assert "nobody_sends" in codes(one_step(task(), handler), other())
