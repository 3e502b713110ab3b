"""The planning department's procedure, from the work order to the archive."""

from __future__ import annotations

from typing import Any

import pytest

from engine.database import Sessions
from tests.processes.department import NO, ORDER, PLAN, Department


def started(agency: Sessions, **changes: Any) -> Department:
    return Department(agency, "campaign_work_order", {**ORDER, **changes})


def at_the_draft(agency: Sessions, **invitation: Any) -> Department:
    planning = started(agency)
    planning.does("ad", "review_order", ad_decision="sign")
    members = [{"person": "ex2", "part": "媒体"}]
    planning.does("ph", "form_team", leader="ex1", members=members, draft_due="2026-12-20")
    planning.attends("ex1")
    planning.researches("ex1", **invitation)
    planning.brainstorms("ex1", **invitation)
    return planning


def one_round(planning: Department) -> None:
    """From the draft to the presentation."""
    files = planning.file("ex1")
    answered = {"remarks_answered": "已改"} if len(planning.sent("deliverable_presented")) else {}
    planning.does(
        "ex1", "write_draft", draft_files=files, draft_summary="草案", draft_cost=1, **answered
    )
    planning.does("ph", "head_review", head_decision="pass")
    planning.brainstorms("ex1")
    planning.does("ex1", "finalise", final_files=files, final_summary="定稿", final_cost=1)
    planning.rehearses_and_presents("ex1")


def test_it_takes_an_order_from_the_desk_to_the_archive(agency: Sessions) -> None:
    planning = at_the_draft(agency)
    one_round(planning)
    (presented,) = planning.sent("deliverable_presented")
    assert (presented["no"], presented["round"], presented["reaction"]) == (NO, 1, "喜欢")
    assert [file["name"] for file in presented["documents"]] == ["a.pdf"]
    assert presented["team"] == "易小川 Yi Xiaochuan、余晨 Yu Chen"
    planning.accepted(verdict="passed")
    planning.carries_out("ex1", PLAN)
    (finished,) = planning.sent("execution_finished")
    assert finished["summary"] == "拍摄：完成；投放：完成"
    assert planning.case().status == "ended"
    assert planning.case().title == "云海茶饮 · 年度推广"
    assert planning.waits() == []


def test_it_returns_an_incomplete_order_and_says_what_is_missing(agency: Sessions) -> None:
    planning = started(agency, budget=None, as_signed_by="")
    (returned,) = planning.sent("work_order_returned")
    assert returned["returned_by"] == "system"
    assert "预算" in returned["missing"]
    assert "客户部主管签字" in returned["missing"]
    assert "客户总监签字" not in returned["missing"]
    assert planning.case().status == "ended"


def test_it_returns_an_order_that_the_director_does_not_sign(agency: Sessions) -> None:
    planning = started(agency)
    planning.does("ad", "review_order", ad_decision="return", ad_remarks="预算不清")
    (returned,) = planning.sent("work_order_returned")
    assert returned == {"no": NO, "missing": "", "returned_by": "ad", "remarks": "预算不清"}
    assert planning.case().status == "ended"


def test_it_invites_the_account_department_where_asked(agency: Sessions) -> None:
    invitation = {
        "invite_account": True,
        "meeting_time": "2026-12-05T10:00:00+08:00",
        "meeting_place": "线上",
    }
    planning = started(agency)
    planning.does("ad", "review_order", ad_decision="sign")
    planning.does("ph", "form_team", leader="ex1", draft_due="2026-12-20")
    planning.attends("ex1")
    planning.researches("ex1", **invitation)
    (meeting,) = planning.sent("meeting_called")
    assert (meeting["step"], meeting["place"]) == ("research", "线上")
    planning.brainstorms("ex1", invite_account=True)
    assert [m["step"] for m in planning.sent("meeting_called")] == ["research", "brainstorm"]


def test_it_sends_a_draft_back_with_the_heads_remarks(agency: Sessions) -> None:
    planning = at_the_draft(agency)
    files = planning.file("ex1")
    planning.does("ex1", "write_draft", draft_files=files, draft_summary="草案", draft_cost=1)
    planning.does("ph", "head_review", head_decision="revise", head_remarks="太贵")
    assert planning.waits() == ["write_draft"]
    planning.does(
        "ex1",
        "write_draft",
        draft_files=files,
        draft_summary="草案",
        draft_cost=1,
        remarks_answered="减半",
    )
    planning.does("ph", "head_review", head_decision="pass")
    assert planning.waits() == ["arrange_meeting"]


def test_it_makes_another_round_for_suggestions_before_and_after_acceptance(
    agency: Sessions,
) -> None:
    planning = at_the_draft(agency)
    one_round(planning)
    planning.send("suggestions_made", suggestions="再大胆些", suggested_by="ae")
    assert planning.waits() == ["write_draft"]
    one_round(planning)
    planning.accepted()
    planning.send("suggestions_made", suggestions="总监有话", suggested_by="ad")
    one_round(planning)
    planning.accepted(verdict="revise", remarks="客户要改")
    one_round(planning)
    assert [p["round"] for p in planning.sent("deliverable_presented")] == [1, 2, 3, 4]


def test_it_ends_when_the_client_is_lost(agency: Sessions) -> None:
    planning = at_the_draft(agency)
    one_round(planning)
    planning.accepted(verdict="lost")
    assert planning.case().status == "ended"
    assert planning.sent("execution_finished") == []


@pytest.mark.parametrize("attended", [False, True])
def test_it_stops_at_once_when_the_order_is_cancelled(agency: Sessions, attended: bool) -> None:
    planning = started(agency)
    planning.does("ad", "review_order", ad_decision="sign")
    planning.does("ph", "form_team", leader="ex2", draft_due="2026-12-20")
    if attended:
        planning.attends("ex2")
    planning.send("work_order_cancelled", reason="客户撤回", cancelled_by="ae")
    assert planning.drive.open_ids(planning.number) == ["see_why"]
    assert planning.drive.sees("ex2", planning.number, "see_why")
    assert planning.drive.sees("ph", planning.number, "see_why") is not attended
    planning.does("ex2", "see_why")
    assert planning.case().status == "ended"
    assert planning.drive.waits(planning.number) == []
