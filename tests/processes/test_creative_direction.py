"""The creative department's procedure, from the work order to the archive."""

from __future__ import annotations

from typing import Any

import pytest

from engine import errors
from engine.database import Sessions
from tests.processes.department import NO, ORDER, PLAN, Department


def started(agency: Sessions, **changes: Any) -> Department:
    order = {**ORDER, "department": "creative", **changes}
    return Department(agency, "creative_work_order", order)


def at_the_final_version(agency: Sessions) -> Department:
    creative = started(agency)
    creative.does("ch", "ch_review", ch_agreed="可行", ch_decision="sign")
    creative.does("ad", "ad_review", ad_agreed="可行", ad_decision="sign")
    creative.does("ch", "name_executor", leader="ex2", final_due="2026-12-20")
    creative.attends("ex2")
    creative.researches("ex2")
    creative.brainstorms("ex2")
    return creative


def one_round(creative: Department) -> None:
    """From the final version to the presentation."""
    answered = {"remarks_answered": "已改"} if len(creative.sent("deliverable_presented")) else {}
    creative.does(
        "ex2",
        "finalise",
        proposition="老茶新喝",
        tone="亲切",
        final_files=creative.file("ex2"),
        final_summary="定稿",
        final_cost=1,
        **answered,
    )
    creative.rehearses_and_presents("ex2")


def test_it_takes_an_order_from_the_desk_to_the_archive(agency: Sessions) -> None:
    creative = at_the_final_version(agency)
    one_round(creative)
    creative.send("suggestions_made", suggestions="换个画面", suggested_by="ae")
    assert creative.waits() == ["finalise"]
    one_round(creative)
    creative.accepted(verdict="revise", remarks="再亲切些")
    one_round(creative)
    assert [p["round"] for p in creative.sent("deliverable_presented")] == [1, 2, 3]
    creative.accepted(verdict="passed")
    creative.carries_out("ex2", PLAN)
    assert creative.case().status == "ended"
    assert creative.waits() == []


def test_it_returns_an_incomplete_order(agency: Sessions) -> None:
    creative = started(agency, requirements="", audience=None)
    (returned,) = creative.sent("work_order_returned")
    assert (returned["returned_by"], returned["remarks"]) == ("system", "")
    assert "客户要求" in returned["missing"]
    assert "目标对象" in returned["missing"]
    assert creative.case().status == "ended"


@pytest.mark.parametrize("first", ["ad", "ch"])
@pytest.mark.parametrize("refusing", ["ad", "ch"])
def test_it_returns_an_order_that_one_of_the_two_does_not_sign(
    agency: Sessions, first: str, refusing: str
) -> None:
    creative = started(agency)
    for who in (first, "ch" if first == "ad" else "ad"):
        decision = {f"{who}_decision": "sign", f"{who}_agreed": "谈过"}
        if who == refusing:
            decision |= {f"{who}_decision": "return", f"{who}_remarks": "方向不对"}
        creative.does(who, f"{who}_review", **decision)
    (returned,) = creative.sent("work_order_returned")
    expected = {"no": NO, "missing": "", "returned_by": refusing, "remarks": "方向不对"}
    assert returned == expected
    assert creative.case().status == "ended"


def test_it_lets_nobody_sign_for_the_other_department(agency: Sessions) -> None:
    creative = started(agency)
    with pytest.raises(errors.AgencyflowError):
        creative.does("ad", "ch_review", ch_agreed="可行", ch_decision="sign")


def test_it_ends_when_the_client_is_lost(agency: Sessions) -> None:
    creative = at_the_final_version(agency)
    one_round(creative)
    creative.accepted(verdict="lost")
    assert creative.case().status == "ended"
    assert creative.sent("execution_finished") == []


def test_it_keeps_a_briefing_that_is_called_before_anybody_is_ready(agency: Sessions) -> None:
    creative = started(agency)
    creative.send("briefing_called", time="2026-12-01T10:00:00+08:00", place="二楼", agenda="介绍")
    creative.does("ad", "ad_review", ad_agreed="可行", ad_decision="sign")
    creative.does("ch", "ch_review", ch_agreed="可行", ch_decision="sign")
    creative.does("ch", "name_executor", leader="ex2", final_due="2026-12-20")
    assert creative.waits() == ["attend_briefing"]


def test_it_stops_both_signatures_when_the_order_is_cancelled(agency: Sessions) -> None:
    creative = started(agency)
    creative.does("ad", "ad_review", ad_agreed="可行", ad_decision="sign")
    creative.send("work_order_cancelled", reason="客户撤回", cancelled_by="ae")
    assert creative.drive.open_ids(creative.number) == ["see_why"]
    creative.does("ch", "see_why")
    assert creative.case().status == "ended"
