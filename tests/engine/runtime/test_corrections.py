"""What SpiffWorkflow gets wrong, shown on it as it comes, and that a run gets it right.

When a test on the stock engine fails, a new version may have mended it: look whether the
correction is still needed.
"""

from __future__ import annotations

import pytest
from SpiffWorkflow.bpmn.exceptions import WorkflowDataException
from SpiffWorkflow.exceptions import WorkflowException

from tests.engine.runtime.drawings import (
    Player,
    flow,
    flows,
    loop,
    message,
    node,
    nodes,
    process,
    program,
    properties,
)
from tests.engine.runtime.stock import Stock

SIGN_OFF = process(
    "sign_off_in_a_loop",
    nodes("startEvent", "start"),
    nodes("exclusiveGateway", "again"),
    node(
        "subProcess",
        "sign_off",
        nodes("startEvent", "begin")
        + nodes("parallelGateway", "fork join")
        + nodes("userTask", "ad_sign as_sign")
        + nodes("endEvent", "signed")
        + flows("begin fork ad_sign join signed", "fork as_sign join"),
    ),
    node("exclusiveGateway", "both", default="both_to_end"),
    nodes("userTask", "rework"),
    nodes("endEvent", "end"),
    flows("start again sign_off both end", "rework again"),
    flow("both", "rework", "not ad_ok or not as_ok"),
)

JOIN_IN_LOOP = process(
    "join_in_a_loop",
    nodes("startEvent", "start"),
    nodes("exclusiveGateway", "again"),
    nodes("parallelGateway", "fork join"),
    nodes("userTask", "ad_sign as_sign"),
    node("exclusiveGateway", "both", default="both_to_again"),
    nodes("endEvent", "end"),
    flows("start again fork ad_sign join both again", "fork as_sign join"),
    flow("both", "end", "ad_ok and as_ok"),
)

PER_ITEM = process(
    "per_item",
    nodes("startEvent", "start"),
    nodes("exclusiveGateway", "again"),
    node(
        "userTask",
        "work",
        properties(resultList="results", resultItem="result") + loop("rows", "row"),
    ),
    nodes("userTask", "look"),
    node("exclusiveGateway", "enough", default="enough_to_again"),
    nodes("endEvent", "end"),
    flows("start again work look enough again"),
    flow("enough", "end", "stop"),
)

MEETINGS = process(
    "meetings",
    nodes("startEvent", "start"),
    nodes("userTask", "work"),
    node(
        "boundaryEvent", "called", message("meeting"), attachedToRef="work", cancelActivity="false"
    ),
    nodes("userTask", "attend"),
    nodes("endEvent", "end end_of_meeting"),
    flows("start work end", "called attend end_of_meeting"),
)

TWO_WAIT_ONE_SENDS = process(
    "two_wait_one_sends",
    nodes("startEvent", "start"),
    nodes("parallelGateway", "fork"),
    node("intermediateCatchEvent", "first", message("accepted")),
    node("intermediateCatchEvent", "second", message("accepted")),
    nodes("userTask", "work"),
    node("intermediateThrowEvent", "send", message("accepted")),
    nodes("endEvent", "end_1 end_2 end_3"),
    flows("start fork first end_1", "fork second end_2", "fork work send end_3"),
)


def test_stock_it_lets_a_stale_copy_overwrite_a_refusal_at_a_join() -> None:
    case = Stock(SIGN_OFF)
    case.do("ad_sign", ad_ok=False)
    case.do("as_sign", as_ok=True)
    case.do("rework")
    case.do("as_sign", as_ok=False)
    case.do("ad_sign", ad_ok=True)
    assert case.workflow.is_completed()  # passed, although it was sent back


def test_it_keeps_what_each_branch_has_changed_at_a_join() -> None:
    case = Player(program(SIGN_OFF))
    case.do("ad_sign", ad_ok=False)
    case.do("as_sign", as_ok=True)
    case.do("rework")
    case.do("as_sign", as_ok=False)
    case.do("ad_sign", ad_ok=True)
    assert case.open() == ["rework"]
    assert case.run.data == {"ad_ok": True, "as_ok": False}


def test_stock_it_fires_a_join_of_a_loop_with_one_token_in_the_second_round() -> None:
    case = Stock(JOIN_IN_LOOP)
    case.do("ad_sign", ad_ok=False)
    case.do("as_sign", as_ok=True)
    assert case.open() == ["ad_sign", "as_sign"]
    case.do("as_sign", as_ok=True)
    assert case.open() != ["ad_sign"]  # it should wait for the other, and does not


def test_it_waits_for_both_tokens_in_every_round_of_a_loop() -> None:
    for pruned in (True, False):
        case = Player(program(JOIN_IN_LOOP), pruned=pruned)
        for _ in range(4):
            case.do("ad_sign", ad_ok=False)
            case.do("as_sign", as_ok=True)
            assert case.open() == ["ad_sign", "as_sign"]
            case.do("as_sign", as_ok=False)
            assert case.open() == ["ad_sign"]
            case.do("ad_sign", ad_ok=True)
        case.do("as_sign", as_ok=True)
        case.do("ad_sign", ad_ok=True)
        assert case.run.ended


def test_stock_it_forgets_its_instances_when_restored_on_a_reparsed_spec() -> None:
    case = Stock(PER_ITEM, rows=["a", "b"])
    case.restart()
    case.do("work", result=1)
    case.do("work", result=2)
    assert not case.workflow.is_completed()
    assert case.open() == []  # nobody can do anything, and nothing says so


def test_it_hears_of_its_instances_on_a_reparsed_spec() -> None:
    case = Player(program(PER_ITEM), reparsed=True, rows=["a", "b"])
    case.complete(case.one("work", row="a"), result=1)
    case.complete(case.one("work", row="b"), result=2)
    assert case.open() == ["look"]


def test_stock_it_orders_results_by_completion_and_cannot_run_a_second_round() -> None:
    case = Stock(PER_ITEM, rows=["a", "b"])
    case.do("work", at=1, result="of b")
    case.do("work", result="of a")
    assert case.ready()[0].data["results"] == ["of b", "of a"]
    with pytest.raises(WorkflowDataException):
        case.do("look", stop=False)


def test_it_orders_results_by_item_and_starts_afresh_each_round() -> None:
    case = Player(program(PER_ITEM), rows=["a", "b"])
    for round_number in range(3):
        case.complete(case.one("work", row="b"), result=f"b{round_number}")
        case.complete(case.one("work", row="a"), result=f"a{round_number}")
        assert case.run.data["results"] == [f"a{round_number}", f"b{round_number}"]
        assert "row" not in case.run.data
        case.do("look", stop=round_number == 2)
    assert case.run.ended


def test_stock_it_disarms_a_message_boundary_event_after_the_first_message() -> None:
    case = Stock(MEETINGS)
    case.send("meeting")
    with pytest.raises(WorkflowException):
        case.send("meeting")


def test_it_keeps_a_message_boundary_event_armed_until_the_activity_is_done() -> None:
    case = Player(program(MEETINGS))
    for number in range(1, 4):
        case.deliver(case.one("called"), {"number": number})
        assert case.open() == ["attend"] * number + ["called", "work"]
    case.do("work")
    assert case.open() == ["attend"] * 3
    for _ in range(3):
        case.complete(case.waiting("attend")[0])
    assert case.run.ended


def test_stock_it_hands_a_message_to_everybody_who_waits_in_the_same_case() -> None:
    case = Stock(TWO_WAIT_ONE_SENDS)
    case.do("work")
    assert case.workflow.is_completed()  # the case answered itself, twice


def test_it_hands_messages_to_the_host_only() -> None:
    case = Player(program(TWO_WAIT_ONE_SENDS))
    case.do("work")
    assert case.open() == ["first", "second"]
    assert [thrown.name for thrown in case.thrown] == ["accepted"]
    case.deliver(case.one("second"), {})
    assert case.open() == ["first"]
