"""One work order: returned, repaired, worked on in rounds, accepted, withdrawn or lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from engine import clock
from tests.processes.account import CAMPAIGN, VISUAL, Account, late

At = Callable[[str], Account]
MEETING = {
    "time": "2026-12-01T10:00:00+08:00",
    "place": "线上",
    "topic": "调研",
    "step": "research",
}


def withdraw(order: Account, project: str, scope: str = "withdrawn") -> None:
    order.on(project, "ae", "withdraw_order", withdraw_scope=scope, withdraw_reason="客户换题")


def meetings(order: Account) -> list[str]:
    return [t.detail for t in order.open_tasks(order.number) if t.element_id == "attend_meeting"]


# Returned and repaired.


def test_it_is_repaired_and_sent_anew_when_planning_returns_it(account: At) -> None:
    order = account("sent")
    first = order.department(CAMPAIGN)
    order.complete("ad", first, "review_order", ad_decision="return", ad_remarks="预算没分项")
    assert order.case(first).outcome == "order_returned"
    assert order.open() == ["fix_briefing", "repair_order"], "the other order goes on"
    assert order.inboxes("repair_order") == ["ae"]
    shown = order.values("ae", order.found(CAMPAIGN, "repair_order"))
    assert (shown["return_from"], shown["return_remarks"]) == ("狄国华 Di Guohua", "预算没分项")
    order.takes_on(VISUAL)
    order.briefs(VISUAL)
    order.on(CAMPAIGN, "ae", "repair_order", repair_decision="resubmit", budget=100)
    assert order.open() == ["ad_sign", "as_sign"], "it is signed again by both"
    order.signs(CAMPAIGN)
    second = order.department(CAMPAIGN)
    assert second != first
    assert [(o["no"], o["budget"]) for o in order.sent("campaign_work_order")] == [
        (f"{order.number}-1.1", 30_000_000),
        (f"{order.number}-1.2", 100),
    ]
    assert order.open_ids(second) == ["review_order"]


def test_it_is_repaired_when_either_of_creatives_two_returns_it(account: At) -> None:
    order = account("sent")
    department = order.department(VISUAL)
    order.complete("ad", department, "ad_review", ad_decision="sign")
    order.complete("ch", department, "ch_review", ch_decision="return", ch_remarks="没有样稿")
    assert order.case(department).outcome == "order_returned"
    shown = order.values("ae", order.found(VISUAL, "repair_order"))
    assert (shown["return_from"], shown["return_remarks"]) == ("曹慧 Cao Hui", "没有样稿")


def test_it_goes_to_the_other_department_when_the_repair_says_so(account: At) -> None:
    order = account("ordered")
    order.refuses(VISUAL)
    order.on(VISUAL, "ae", "repair_order", repair_decision="resubmit", department="planning")
    order.signs(VISUAL)
    assert order.numbers("creative_direction") == []
    assert order.case(order.department(VISUAL)).process_id == "campaign_planning"


def test_it_is_repaired_when_the_department_finds_it_incomplete(account: At) -> None:
    order = account("sent")
    no = f"{order.number}-2.1"
    order.send(
        "work_order_returned", no, no=no, missing="预算 budget", returned_by="system", remarks=""
    )
    shown = order.values("ae", order.found(VISUAL, "repair_order"))
    assert (shown["return_from"], shown["return_missing"]) == (
        "系统自动检查 / automatic check",
        "预算 budget",
    )
    assert not shown["return_remarks"]
    assert order.open() == ["fix_briefing", "repair_order"]


def test_it_is_still_returned_after_the_briefing_was_fixed(account: At) -> None:
    order = account("sent")
    order.on(VISUAL, "ae", "fix_briefing")
    department = order.department(VISUAL)
    order.complete("ad", department, "ad_review", ad_decision="return")
    order.complete("ch", department, "ch_review", ch_decision="sign")
    assert order.open() == ["fix_briefing", "repair_order"], "no briefing for what is not done"


# Rounds.


def test_it_tells_the_department_of_the_briefing_before_it_is_held(account: At) -> None:
    order = account("sent")
    assert order.inboxes("fix_briefing") == ["ae"]
    order.on(VISUAL, "ae", "fix_briefing", briefing_place="二楼", briefing_agenda="客户是谁")
    (called,) = order.sent("briefing_called")
    assert (called["no"], called["place"]) == (f"{order.number}-2.1", "二楼")
    order.takes_on(VISUAL)
    assert order.open_ids(order.department(VISUAL)) == ["attend_briefing"], "it was not lost"


def test_it_shows_each_rounds_deliverable_and_asks_anew(account: At) -> None:
    order = account("presented")
    assert order.inboxes("review_deliverable") == ["ae"]
    for round_number in (1, 2):
        shown = order.values("ae", order.found(VISUAL, "review_deliverable"))
        assert shown["deliverable_round"] == round_number
        assert "余晨" in shown["deliverable_team"]
        assert shown["review_decision"] == ""
        assert shown["deliverable_documents"]
        answers = {"review_decision": "suggest", "suggestions": f"第{round_number}次"}
        order.on(VISUAL, "ae", "review_deliverable", **answers)
        order.presents(VISUAL)
    made = order.sent("suggestions_made")
    assert [m["suggestions"] for m in made] == ["第1次", "第2次"]
    assert {m["suggested_by"] for m in made} == {"ae"}
    order.accepts(VISUAL)
    assert order.open() == ["review_deliverable"], "the other order is still to be answered"
    assert [a["no"] for a in order.sent("deliverable_accepted")] == [f"{order.number}-2.1"]


# Meetings.


def test_it_may_leave_a_meeting_open_and_be_accepted_all_the_same(account: At) -> None:
    order = account("presented")
    no = f"{order.number}-2.1"
    for step in ("research", "brainstorm"):
        order.send("meeting_called", no, no=no, **{**MEETING, "step": step})
    assert meetings(order) == [f"{no} · {VISUAL}"] * 2, "any number of them at once"
    assert order.inboxes("attend_meeting") == ["ae"]
    assert order.open() == ["review_deliverable", "review_deliverable"], "none of them blocks"
    order.on(VISUAL, "ae", "attend_meeting", attended="yes", working_meeting_notes="定了调子")
    assert len(meetings(order)) == 1
    order.accepts(VISUAL)
    assert meetings(order) == [], "what is left open goes when the work is accepted"
    order.accepts(CAMPAIGN)
    assert order.open() == ["ad_accept", "as_accept"]


def test_it_asks_each_meeting_its_own_questions(account: At) -> None:
    order = account("briefed")
    no = f"{order.number}-1.1"
    order.send("meeting_called", no, no=no, **MEETING)
    order.send("meeting_called", no, no=no, **{**MEETING, "place": "三楼", "step": "brainstorm"})
    shown = [
        order.values("ae", t.id)
        for t in order.open_tasks(order.number)
        if t.element_id == "attend_meeting"
    ]
    assert {(v["working_meeting_place"], v["working_meeting_step"]) for v in shown} == {
        ("线上", "research"),
        ("三楼", "brainstorm"),
    }


# Withdrawn.


def test_it_can_be_withdrawn_before_it_was_sent(account: At) -> None:
    order = account("ordered")
    order.refuses(VISUAL)
    order.on(VISUAL, "ae", "repair_order", repair_decision="withdrawn", repair_reason="不做了")
    assert order.open() == ["ad_sign", "as_sign"], "the other order goes on"
    assert order.sent("work_order_cancelled") == [], "nobody was told of it, nobody is told now"
    order.signs(CAMPAIGN)
    assert len(order.numbers()) == 2


@pytest.mark.parametrize("stage", ["sent", "briefed", "presented"])
def test_it_can_be_withdrawn_while_the_department_has_it(account: At, stage: str) -> None:
    order = account(stage)
    withdraw(order, VISUAL)
    (told,) = order.sent("work_order_cancelled")
    expected = {"no": f"{order.number}-2.1", "reason": "客户换题", "cancelled_by": "ae"}
    assert told == expected
    assert order.sees("ch", order.department(VISUAL), "see_why") or stage != "sent"
    order.learns_why(VISUAL)
    assert order.case(order.department(CAMPAIGN)).status == "active"
    left = [t for t in order.open_tasks(order.number) if t.detail.endswith(VISUAL)]
    assert left == [], "nothing of the order stays open"
    assert order.troubles() == []


def test_it_leaves_the_withdrawn_order_out_of_what_follows(account: At) -> None:
    order = account("presented")
    withdraw(order, VISUAL)
    order.accepts(CAMPAIGN)
    task = order.task(order.number, "ad_accept")
    assert [r["project"] for r in order.values("ad", task.id)["ad_reviews"]] == [CAMPAIGN]
    order.decides("ad")
    order.decides("as")
    order.appoints()
    order.does("ae", "present_proposal", verdict="passed")
    assert [v["no"] for v in order.sent("client_verdict")] == [f"{order.number}-1.1"]


def test_it_can_be_withdrawn_in_a_later_round(account: At) -> None:
    order = account("accepted")
    order.decides("ad", again=[VISUAL])
    order.decides("as")
    withdraw(order, VISUAL)
    order.learns_why(VISUAL)
    assert order.open() == ["ad_accept", "as_accept"], "the other one is signed for"
    assert len(order.sent("work_order_cancelled")) == 1


# Answers that nobody needs any more.


def test_it_needs_nobody_for_what_a_stopped_department_had_sent(account: At) -> None:
    order = account("sent")
    order.takes_on(VISUAL)
    order.on(VISUAL, "ae", "fix_briefing")
    order.prepares(VISUAL)
    order.presents(VISUAL)
    assert len(order.sent("deliverable_presented")) == 1, "nobody waits for it: it is kept"
    withdraw(order, VISUAL)
    order.learns_why(VISUAL)
    clock.set(clock.now() + timedelta(days=200))
    order.work()
    assert order.troubles() == []


def return_it(order: Account) -> None:
    department = order.department(CAMPAIGN)
    order.complete("ad", department, "review_order", ad_decision="return")


@pytest.mark.parametrize("first", ["account", "department"])
def test_it_needs_no_repair_when_it_is_withdrawn_while_it_is_returned(
    account: At, first: str
) -> None:
    order = account("sent")
    with late(order):
        for who in (first, {"account": "department", "department": "account"}[first]):
            if who == "account":
                withdraw(order, CAMPAIGN)
            else:
                return_it(order)
    assert order.case(order.department(CAMPAIGN)).outcome == "order_returned"
    assert order.open() == ["fix_briefing"], "only the other order goes on"
    clock.set(clock.now() + timedelta(days=100))
    order.work()
    assert order.troubles() == []


def test_it_needs_no_repair_when_the_case_is_cancelled_while_it_is_returned(account: At) -> None:
    order = account("sent")
    with late(order):
        return_it(order)
        order.cancel("as", order.number)
    order.learns_why(VISUAL)
    clock.set(clock.now() + timedelta(days=100))
    order.work()
    assert order.troubles() == []
