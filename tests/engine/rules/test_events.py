"""Events and timers."""

from __future__ import annotations

from typing import Any

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
    several,
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
    return handled(start, properties={"cancelledBy": named})


def handled(*starts: str, more: str = "", **said: Any) -> str:
    """A process with an event sub-process that these start events start."""
    handler = element(
        "subProcess", "cancel", *starts, task("see_why"), '<bpmn:endEvent id="seen"/>',
        flows("told>see_why see_why>seen"), more, triggeredByEvent="true",
    )  # fmt: skip
    return one_step(task(), handler, **said)


def told(*definition: str, **said: str) -> str:
    """The start of an event sub-process."""
    return element("startEvent", "told", *definition, **said)


def broken(thrown: str = "error", *, catcher: str = "", edge: str = "", **said: str) -> str:
    """A sub-process that throws something at its end, with a catcher in it or on its edge."""
    part = element(
        "subProcess", "work", '<bpmn:startEvent id="inner"/>', task("deed"),
        element("endEvent", "out", event(thrown, **said)), flows("inner>deed deed>out"), catcher,
    )  # fmt: skip
    extra = ""
    if edge:
        extra = element("boundaryEvent", "edge", edge, attachedToRef="work") + flows("edge>then")
        extra += task("then") + flows("then>done")
    return one_step(part, extra)


def linked(*parts: str, flow: str = "", here: str = "link", there: str = "link") -> str:
    """Begin, work, and on by a link."""
    out = element("intermediateThrowEvent", "out", event(here)) if here else ""
    onward = element("intermediateCatchEvent", "onward", event(there)) if there else ""
    return process(
        START, task(), out, onward, task("then"), END, *parts,
        flows(f"begin>work work>out onward>then then>done {flow}"),
    )  # fmt: skip


def called_and_broken(edge: str = "") -> tuple[str, str]:
    """A process that calls one which throws an error."""
    drawn = process(
        START, element("callActivity", "work", calledElement="other"),
        element("boundaryEvent", "edge", edge, attachedToRef="work") if edge else "", END,
        flows("begin>work work>done" + (" edge>done" if edge else "")),
    )  # fmt: skip
    other = process(
        START, task(), element("endEvent", "out", event("error")), flows("begin>work work>out"),
        process_id="other",
    )  # fmt: skip
    return drawn, other


def rung(*after: str, way: str) -> str:
    """A signal that is heard beside a task, and what follows."""
    heard = element(
        "boundaryEvent", "edge", event("signal"), attachedToRef="work", cancelActivity="false"
    )
    again = element("endEvent", "again", event("signal"))
    return process(START, task(), heard, *after, again, END, flows(f"begin>work work>done {way}"))


CASES = {
    "signal_answers_itself": (
        rung(way="edge>again"),
        rung(task("then"), way="edge>then then>again"),
    ),
    "unsupported_event": (ended(event("compensate")), ended(event("terminate"))),
    "start_in_sub_process": (
        one_step(inner(start=element("startEvent", "inner", event("message")))),
        one_step(inner()),
    ),
    "event_sub_process": (handled(told(event("conditional"))), cancelling()),
    "cancelled_by": (one_step(task(), properties={"cancelledBy": "stopped"}), cancelling()),
    "boundary_host": (
        edged(event("message"), attachedToRef="nothing"),
        edged(event("message")),
    ),
    "link_alone": (linked(there=""), linked()),
    "link_twice": (
        linked(element("intermediateCatchEvent", "too", event("link")), flow="too>then"),
        linked(),
    ),
    "link_with_flow": (linked(flow="out>then"), linked()),
    "event_without_name": (
        ended(event("signal", signalRef="signal_unnamed")),
        ended(event("signal")),
    ),
    "name_is_expression": (
        broken(errorRef="error_worked_out"),
        broken(),
    ),
    "error_beside": (
        broken(edge=event("error")).replace(
            "attachedToRef", 'cancelActivity="false" attachedToRef'
        ),
        broken(edge=event("error")),
    ),
    "error_not_caught": (
        broken(edge=event("error", errorRef="error_other")),
        broken(edge=event("error")),
    ),
    "mapping_out_of_place": (
        ended(event("signal"), '<camunda:in source="a" target="b"/>'),
        ended(event("signal"), properties={"payload": "{'b': 1}"}),
    ),
    "never_thrown": (edged(event("error")), broken(edge=event("error"))),
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


def test_a_case_that_a_signal_starts_does_not_throw_it_at_once() -> None:
    begin = element("startEvent", "begin", event("signal"))
    again = element("endEvent", "done", event("signal"))
    assert "signal_answers_itself" in codes(process(begin, again, flows("begin>done")))
    later = process(begin, task(), again, flows("begin>work work>done"))
    assert "signal_answers_itself" not in codes(later)


def test_what_a_signal_sets_off_beside_does_not_throw_it_at_once() -> None:
    inside = element("startEvent", "inner", event("signal"), isInterrupting="false")
    again = element("endEvent", "out", event("signal"))
    handler = element(
        "subProcess", "beside", inside, again, flows("inner>out"), triggeredByEvent="true"
    )
    drawn = process(START, task(), END, handler, flows("begin>work work>done"))
    assert "signal_answers_itself" in codes(drawn)
    assert "signal_answers_itself" not in codes(drawn.replace('isInterrupting="false"', ""))


@pytest.mark.parametrize(
    "drawn",
    [
        process(
            element("startEvent", "begin", timer("P1D")), task(), END, flows("begin>work work>done")
        ),
        process(
            element("startEvent", "begin", event("error")),
            task(),
            END,
            flows("begin>work work>done"),
        ),
        waited(event("conditional")),
        waited(event("error")),
        waited(event("escalation")),
        waited(),
        one_step(element("intermediateThrowEvent", "work", event("compensate"))),
        one_step(element("intermediateThrowEvent", "work", event("error"))),
        ended(event("compensate")),
        ended(event("cancel")),
        ended(event("link")),
        ended(event("message"), event("terminate")),
        edged(event("compensate")),
        edged(event("conditional")),
        edged(event("link")),
        edged(),
    ],
)
def test_an_event_that_would_do_nothing_is_refused(drawn):
    assert "unsupported_event" in codes(drawn)


@pytest.mark.parametrize(
    "drawn",
    [
        cancelling(),
        edged(event("message")),
        edged(timer("P1D")),
        waited(timer("P1D")),
        waited(event("signal")),
        edged(event("signal")),
        ended(event("signal")),
        one_step(element("intermediateThrowEvent", "work", event("signal"))),
        one_step(element("intermediateThrowEvent", "work", event("escalation"))),
        ended(event("escalation")),
        linked(),
        broken(edge=event("error")),
        broken(edge="<bpmn:errorEventDefinition/>"),
        broken("escalation", edge=event("escalation")),
        handled(told(event("signal"))),
        handled(told(timer("P1D"))),
        handled(told(timer("R3/P1D", "timeCycle"), isInterrupting="false")),
    ],
)
def test_a_good_drawing_has_no_errors_at_all(drawn):
    assert codes(drawn) == {"nobody_starts"}


def test_a_signal_starts_a_case():
    drawn = process(
        element("startEvent", "begin", event("signal")), task(), END, flows("begin>work work>done")
    )
    assert codes(drawn) == set()
    too = element("startEvent", "too", event("signal")) + flows("too>work")
    assert "same_start_message" in codes(drawn.replace(END, END + too))
    inner_start = inner(start=element("startEvent", "inner", event("signal")))
    assert "start_in_sub_process" in codes(one_step(inner_start))


def test_an_event_sub_process_is_started_by_any_message():
    assert "event_sub_process" not in codes(cancelling("asked", named=""))


@pytest.mark.parametrize(
    "drawn",
    [
        handled(),
        handled(told()),
        handled(told(event("signal")), element("startEvent", "too", event("signal"))),
        handled(told(event("signal")), more=several()),
        handled(told(event("signal"))).replace(END, flows("work>cancel") + END),
    ],
)
def test_an_event_sub_process_that_nothing_or_two_things_start_is_refused(drawn):
    assert "event_sub_process" in codes(drawn)


def test_what_camunda_says_of_an_event_is_read_or_reported():
    read = event("error", **{"camunda:errorCodeVariable": "code"})
    assert codes(broken(edge=read)) == {"nobody_starts"}
    unread = event("error", **{"camunda:errorMessageVariable": "message"})
    assert codes(broken(edge=unread)) == {"nobody_starts", "camunda_attribute"}
    code = event("message", **{"camunda:class": "org.example.Sender"})
    assert "foreign_code" in codes(ended(code, properties={"correlationKey": "case.number"}))


def test_an_error_may_be_caught_in_whatever_calls_what_throws_it():
    assert "error_not_caught" in codes(*called_and_broken())
    assert "error_not_caught" not in codes(*called_and_broken(event("error")))
    assert "never_thrown" not in codes(*called_and_broken(event("error")))
    assert "error_not_caught" in codes(*called_and_broken(event("error", errorRef="error_other")))
    assert "never_thrown" in codes(*called_and_broken(event("error", errorRef="error_other")))


def test_an_error_may_be_caught_by_an_event_sub_process_beside_it():
    rescue = element(
        "subProcess", "rescue", told(event("error")), '<bpmn:endEvent id="seen"/>',
        flows("told>seen"), triggeredByEvent="true",
    )  # fmt: skip
    assert codes(broken(catcher=rescue)) == {"nobody_starts"}
    own = rescue.replace('<bpmn:endEvent id="seen"/>', element("endEvent", "seen", event("error")))
    assert codes(broken(catcher=own)) == {"nobody_starts", "error_not_caught"}


def test_a_link_is_a_way_like_a_flow():
    unreached = linked(here="")
    assert {"link_alone", "unreachable"} <= codes(unreached)
    circle = process(
        START, element("intermediateThrowEvent", "out", event("link")),
        element("intermediateCatchEvent", "onward", event("link")),
        element("exclusiveGateway", "which", default="which_to_done"),
        element("intermediateThrowEvent", "back", event("link", name="again")),
        element("intermediateCatchEvent", "again", event("link", name="again")), END,
        flows("begin>out onward>which which>done which>back again>which", {"which>back": "1 > 2"}),
    )  # fmt: skip
    assert codes(circle) == {"nobody_starts", "endless_loop"}


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
