"""Messages and work outside: what a case sends, and what it waits for."""

from __future__ import annotations

from engine.expressions import Context
from engine.runtime import Run
from tests.engine.runtime.drawings import (
    Player,
    flows,
    message,
    node,
    nodes,
    process,
    program,
    properties,
)


def test_it_starts_by_the_message_that_came() -> None:
    drawing = process(
        "two_starts",
        nodes("startEvent", "by_hand"),
        node("startEvent", "by_message", properties(variable="order") + message("order")),
        nodes("userTask", "work"),
        nodes("endEvent", "end"),
        flows("by_hand work end", "by_message work"),
    )
    made = program(drawing)
    run = Run.start_by_message(made, "by_message", {"no": 1})
    assert [w.data for w in run.waiting()] == [{"order": {"no": 1}}]
    assert run.take_steps()[0].element.id == "by_message"
    run = Run.start(made, data={"a": 1})
    assert [w.data for w in run.waiting()] == [{"a": 1}]
    assert run.take_steps()[0].element.id == "by_hand"


def test_it_sends_messages_with_key_and_payload_as_they_are_then() -> None:
    drawing = process(
        "sending",
        nodes("startEvent", "start"),
        node(
            "intermediateThrowEvent",
            "send",
            properties(
                correlationKey="order.no",
                payload="{'no': order.no, 'by': completed_by('x')}",
                timeToLive="P${days}D",
                ifExpired="ignore",
            )
            + message("order"),
        ),
        node("sendTask", "send_task", properties(payload="[1]"), messageRef="m_bare"),
        node("endEvent", "end", message("bare")),
        flows("start send send_task end"),
    )
    run = Run.start(
        program(drawing),
        data={"order": {"no": 5}, "days": 3},
        context_of=lambda scope: Context(functions={"completed_by": lambda name: f"by {name}"}),
    )
    assert run.ended
    assert [
        (t.element.id, t.name, t.key, t.payload, t.time_to_live, t.if_expired)
        for t in run.take_thrown()
    ] == [
        ("send", "order", "5", {"no": 5, "by": "by x"}, "P3D", "ignore"),
        ("send_task", "bare", "", [1], "", ""),
        ("end", "bare", "", {}, "", ""),
    ]
    assert run.take_thrown() == []


def test_it_waits_for_workers_and_messages_alike() -> None:
    drawing = process(
        "outside",
        nodes("startEvent", "start"),
        node("serviceTask", "mail", camunda_type="external", camunda_topic="mail"),
        node("receiveTask", "receive", properties(variable="got", correlationKey="'k'"),
             messageRef="m_reply"),
        node("task", "think"),
        node("manualTask", "lift"),
        flows("start mail receive think lift"),
    )  # fmt: skip
    case = Player(program(drawing))
    assert (case.waiting()[0].kind, case.waiting()[0].element.topic) == ("external", "mail")
    case.do("mail", sent=True)
    assert (case.waiting()[0].kind, case.waiting()[0].message_name) == ("message", "reply")
    assert case.waiting()[0].key == "k"
    case.deliver(case.one("receive"), {"x": 1})
    for task in ("think", "lift"):
        assert case.waiting()[0].kind == "user"
        case.do(task)
    assert case.run.ended  # its end is not drawn
    assert case.run.data == {"sent": True, "got": {"x": 1}}
