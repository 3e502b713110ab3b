"""Events and timers."""

from __future__ import annotations

import pytest

from tests.engine.rules.drawings import (
    END,
    START,
    caught,
    codes,
    element,
    event,
    flows,
    one_step,
    process,
    task,
    timer,
)

GOOD = one_step(task())


def ended(*definition: str, **said: str) -> str:
    """Begin, work, end like this."""
    return process(
        START,
        task(),
        element("endEvent", "done", *definition, **said),
        flows("begin>work work>done"),
    )


def waited(*definition: str) -> str:
    """Begin, wait for this, done."""
    return one_step(element("intermediateCatchEvent", "work", *definition))


def edged(*definition: str, host: str = "", **said: str) -> str:
    """A boundary event on a task, or on another host called `work`."""
    said.setdefault("attachedToRef", "work")
    keyed = {"correlationKey": "case.number"} if "message" in "".join(definition) else None
    edge = element("boundaryEvent", "edge", *definition, properties=keyed, **said)
    return process(
        START, host or task(), edge, task("then"), END,
        flows("begin>work work>done edge>then then>done"),
    )  # fmt: skip


def inner(
    end: str = '<bpmn:endEvent id="out"/>', start: str = '<bpmn:startEvent id="inner"/>'
) -> str:
    """A sub-process called `work`."""
    return element("subProcess", "work", start, task("deed"), end, flows("inner>deed deed>out"))


def cancelling(
    message: str = "stopped", *, interrupting: str = "true", named: str = "stopped"
) -> str:
    """A process that a message cancels, drawn as an event sub-process."""
    start = element(
        "startEvent", "told", event("message", messageRef=f"message_{message}"),
        properties={"correlationKey": "case.number", "variable": "reason"}, isInterrupting=interrupting,
    )  # fmt: skip
    handler = element(
        "subProcess", "cancel", start, task("see_why"), '<bpmn:endEvent id="seen"/>',
        flows("told>see_why see_why>seen"), triggeredByEvent="true",
    )  # fmt: skip
    return one_step(task(), handler, properties={"cancelledBy": named})


TWO_STARTS = cancelling().replace(
    END, element("startEvent", "too", event("message")) + END + flows("too>work")
)
CASES = {
    "unsupported_event": (ended(event("signal")), ended(event("terminate"))),
    "start_in_sub_process": (
        one_step(inner(start=element("startEvent", "inner", event("message")))),
        one_step(inner()),
    ),
    "event_sub_process": (cancelling(interrupting="false"), cancelling()),
    "cancelled_by": (one_step(task(), properties={"cancelledBy": "stopped"}), cancelling()),
    "boundary_host": (
        edged(event("message"), attachedToRef="nothing"),
        edged(event("message")),
    ),
    "cancelled_starts": (
        TWO_STARTS.replace("too_to_work", "too_to_done").replace(
            'sourceRef="too" targetRef="work"', 'sourceRef="too" targetRef="done"'
        ),
        TWO_STARTS,
    ),
    "timer_without_time": (waited("<bpmn:timerEventDefinition/>"), waited(timer("P1D"))),
    "timer_text": (waited(timer("three days")), waited(timer("P3DT4H"))),
    "timer_cron": (waited(timer("0 0 9 * * ?", "timeCycle")), waited(timer("PT2H"))),
    "cycle_out_of_place": (
        waited(timer("R3/PT24H", "timeCycle")),
        edged(timer("R3/PT24H", "timeCycle"), cancelActivity="false"),
    ),
}


@pytest.mark.parametrize("code", CASES)
def test_it_is_found_in_a_bad_drawing_and_not_in_a_good_one(code):
    bad, good = CASES[code]
    assert code in codes(bad)
    assert code not in codes(good)


@pytest.mark.parametrize(
    "drawn",
    [
        process(
            element("startEvent", "begin", timer("P1D")), task(), END, flows("begin>work work>done")
        ),
        process(
            element("startEvent", "begin", event("signal")),
            task(),
            END,
            flows("begin>work work>done"),
        ),
        waited(event("conditional")),
        waited(event("signal")),
        waited(event("link")),
        waited(),
        one_step(element("intermediateThrowEvent", "work", event("signal"))),
        one_step(element("intermediateThrowEvent", "work", event("compensate"))),
        ended(event("compensate")),
        ended(event("cancel")),
        ended(event("message"), event("terminate")),
        edged(event("compensate")),
        edged(event("conditional")),
        edged(event("error")),
        ended(event("error")),
        ended(event("escalation")),
        edged(),
    ],
)
def test_an_event_that_would_do_nothing_is_refused(drawn):
    assert "unsupported_event" in codes(drawn)


@pytest.mark.parametrize(
    "drawn", [cancelling(), edged(event("message")), edged(timer("P1D")), waited(timer("P1D"))]
)
def test_a_good_drawing_has_no_errors_at_all(drawn):
    assert codes(drawn) == {"nobody_starts"}


def test_an_event_sub_process_for_another_message_than_cancelled_by_is_refused():
    assert "event_sub_process" in codes(cancelling("asked"))


def test_an_event_sub_process_started_by_an_error_is_refused():
    assert "event_sub_process" in codes(
        cancelling().replace("messageEventDefinition", "errorEventDefinition")
    )


@pytest.mark.parametrize("text", ["P1M", "P1W", "PT0.5S", "P3DT4H", "${order.due}"])
def test_a_duration_or_an_expression_is_a_time(text):
    assert not {"timer_text", "timer_cron"} & codes(waited(timer(text)))


@pytest.mark.parametrize("text", ["P", "PT", "3 days", "P1D2H", "-P1D", "１"])
def test_other_text_is_no_duration(text):
    assert "timer_text" in codes(waited(timer(text)))


@pytest.mark.parametrize("text", ["2026-12-31", "2026-12-31T18:00:00+08:00"])
def test_a_date_is_a_time(text):
    assert "timer_text" not in codes(waited(timer(text, "timeDate")))


def test_a_catching_message_may_stand_alone():
    assert codes(one_step(caught("work"))) == {"nobody_starts"}
