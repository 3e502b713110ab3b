"""The whole of N with two work orders through C and D and back: who saw which task when."""

from __future__ import annotations

from typing import Any

import pytest

from engine.database import Sessions
from tests.drive import Drive

ORDERS: list[dict[str, Any]] = [
    {
        "department": "planning",
        "project": "新茶上市活动",
        "requirements": "三城同步上市，四周内见到试饮转化",
        "audience": "22 至 30 岁的城市白领",
        "deliverables": "活动方案、预算表",
        "budget": 80_000_000,
        "due": "2027-01-15",
        "attachments": [],
    },
    {
        "department": "creative",
        "project": "新茶主视觉",
        "requirements": "一眼看出是冷泡茶",
        "audience": "22 至 30 岁的城市白领",
        "deliverables": "主视觉、三张海报",
        "budget": 30_000_000,
        "due": "2027-01-10",
        "attachments": [],
    },
]


@pytest.fixture
def drive(sessions: Sessions) -> Drive:
    return Drive(sessions)


def only(drive: Drive, who: str, number: str, element_id: str) -> None:
    """Say that an open task is in the inbox of those named in `who`, and of nobody else."""
    everybody = ("ae", "as", "ad", "ph", "ch", "ex1", "ex2", "adm", "con", "owner", "manager")
    seeing = {p for p in everybody if drive.sees(p, number, element_id)}
    assert seeing == set(who.split()), (element_id, seeing)


def test_winning_a_client_with_two_departments(drive: Drive) -> None:
    n = drive.start("ae", "new_client", client_name="示例茶饮", source="referral", industry="饮料")
    only(drive, "ae", n, "collect_information")
    drive.complete("ae", n, "collect_information", contact_name="王总")
    only(drive, "as", n, "choose_target")
    drive.complete("as", n, "choose_target", pursue="yes", pursue_reason="品类在涨，对手弱")
    only(drive, "ae", n, "study_situation")
    for step in ("study_situation", "prepare_negotiation", "make_appointment"):
        drive.complete("ae", n, step)
    drive.complete("ae", n, "introduce_agency", cooperation="yes")
    drive.complete("ae", n, "fill_work_orders", orders=ORDERS)
    assert drive.open_ids(n) == ["ad_sign", "ad_sign", "as_sign", "as_sign"]
    only(drive, "ad", n, "ad_sign")
    only(drive, "as", n, "as_sign")
    _sign_orders(drive, n)
    campaign = drive.numbers("campaign_planning")
    creative = drive.numbers("creative_direction")
    assert len(campaign) == len(creative) == 1, "each order starts its own department's case"
    c, d = campaign[0], creative[0]
    assert drive.open_ids(n) == ["fix_briefing", "fix_briefing"]
    _prepare_departments(drive, c, d)
    _brief(drive, n)
    _plan(drive, c, first=True)
    _create(drive, d)
    drive.complete("ae", n, "attend_meeting", attended="no")
    assert drive.open_ids(n) == ["review_deliverable", "review_deliverable"]
    _two_rounds_of_suggestions(drive, n, c)
    review = drive.task(n, "review_deliverable")
    drive.complete_task("ae", review.id, {"review_decision": "accept"})
    _sign_deliverables(drive, n, c, d)
    _propose_and_sign(drive, n)
    _archive(drive, n, c, d)


def _sign_orders(drive: Drive, n: str) -> None:
    """One of four signatures sends an order back; repaired, it is signed by both."""
    first, second = (t for t in drive.open_tasks(n) if t.element_id == "as_sign")
    drive.complete_task(
        "as", first.id, {"as_decision": "back", "as_remarks": "预算没有分项，请补上"}
    )
    drive.complete_task("as", second.id, {"as_decision": "approve"})
    for task in [t for t in drive.open_tasks(n) if t.element_id == "ad_sign"]:
        drive.complete_task("ad", task.id, {"ad_decision": "approve"})
    assert drive.open_ids(n) == ["fix_briefing", "repair_order"], "one waits, the other goes on"
    drive.complete("ae", n, "repair_order", repair_decision="resubmit")
    assert drive.open_ids(n) == ["ad_sign", "as_sign", "fix_briefing"]
    drive.complete("ad", n, "ad_sign", ad_decision="approve")
    assert len(drive.numbers()) == 2, "one signature is not enough"
    drive.complete("as", n, "as_sign", as_decision="approve")


def _prepare_departments(drive: Drive, c: str, d: str) -> None:
    only(drive, "ad", c, "review_order")
    drive.complete("ad", c, "review_order", ad_decision="sign")
    only(drive, "ph", c, "form_team")
    drive.complete("ph", c, "form_team", leader="ex1")
    assert drive.open_ids(c) == [], "planning waits for the briefing"
    only(drive, "ad", d, "ad_review")
    only(drive, "ch", d, "ch_review")
    drive.complete("ch", d, "ch_review", ch_decision="sign")
    drive.complete("ad", d, "ad_review", ad_decision="sign")
    drive.complete("ch", d, "name_executor", leader="ex2")


def _brief(drive: Drive, n: str) -> None:
    while "fix_briefing" in drive.open_ids(n):
        drive.complete("ae", n, "fix_briefing", briefing_place="二楼会议室")
    while "hold_briefing" in drive.open_ids(n):
        drive.complete("ae", n, "hold_briefing")


def _plan(drive: Drive, c: str, *, first: bool) -> None:
    """Planning works from the briefing to the presentation, or again from the draft."""
    if first:
        only(drive, "ex1", c, "attend_briefing")
        drive.complete("ex1", c, "attend_briefing")
        drive.complete("ex1", c, "plan_research", invite_account=True)
        drive.complete("ex1", c, "do_research")
        drive.complete("ex1", c, "arrange_meeting")
        drive.complete("ex1", c, "hold_brainstorm")
        drive.complete("ex1", c, "write_draft")
        drive.complete("ph", c, "head_review", head_decision="revise", head_remarks="策略不清")
    drive.complete("ex1", c, "write_draft")
    drive.complete("ph", c, "head_review", head_decision="pass")
    drive.complete("ex1", c, "arrange_meeting")
    drive.complete("ex1", c, "hold_brainstorm")
    drive.complete("ex1", c, "finalise")
    drive.complete("ex1", c, "rehearse")
    drive.complete("ex1", c, "present", presented_to="account")
    assert drive.open_ids(c) == []


def _create(drive: Drive, d: str) -> None:
    only(drive, "ex2", d, "attend_briefing")
    for step in (
        "attend_briefing",
        "plan_research",
        "do_research",
        "arrange_meeting",
        "hold_brainstorm",
        "finalise",
        "rehearse",
    ):
        drive.complete("ex2", d, step)
    drive.complete("ex2", d, "present", presented_to="client")


def _two_rounds_of_suggestions(drive: Drive, n: str, c: str) -> None:
    """Planning's work gets suggestions twice, then it is accepted; creative's is left open."""
    for remark in ("试饮点太少", "加上预热"):
        task = _review_of(drive, n, "planning")
        drive.complete_task("ae", task, {"review_decision": "suggest", "suggestions": remark})
        assert drive.open_ids(n) == ["review_deliverable"]
        assert drive.open_ids(c) == ["write_draft"]
        _plan(drive, c, first=False)
    drive.complete_task("ae", _review_of(drive, n, "planning"), {"review_decision": "accept"})
    assert drive.open_ids(n) == ["review_deliverable"], "the other order is still to be answered"


def _review_of(drive: Drive, n: str, department: str) -> str:
    project = next(o["project"] for o in ORDERS if o["department"] == department)
    for task in drive.open_tasks(n):
        if task.element_id == "review_deliverable" and drive.values("ae", task.id)["project"] == (
            project
        ):
            return task.id
    raise AssertionError(f"nothing of {department} to review")


def _sign_deliverables(drive: Drive, n: str, c: str, d: str) -> None:
    """The supervisor sends creative's work back; the account waits for exactly that order."""
    assert drive.open_ids(n) == ["ad_accept", "as_accept"]
    only(drive, "ad", n, "ad_accept")
    only(drive, "as", n, "as_accept")
    task = drive.task(n, "as_accept")
    rows = drive.values("as", task.id)["as_reviews"]
    answers = [
        {**row, "as_decision": "again", "as_remarks": "标志太小"}
        if row["department"] == "creative"
        else {**row, "as_decision": "accept"}
        for row in rows
    ]
    drive.complete("ad", n, "ad_accept", ad_reviews=_all(drive, n, "ad", "accept"))
    drive.complete("as", n, "as_accept", as_reviews=answers)
    assert drive.open_ids(n) == []
    assert drive.open_ids(c) == [], "planning was not sent back"
    assert drive.open_ids(d) == ["finalise"]
    for step in ("finalise", "rehearse", "present"):
        drive.complete("ex2", d, step)
    drive.complete("ae", n, "review_deliverable", review_decision="accept")
    for who in ("as", "ad"):
        drive.complete(who, n, f"{who}_accept", **{f"{who}_reviews": _all(drive, n, who, "accept")})


def _all(drive: Drive, n: str, who: str, decision: str) -> list[dict[str, Any]]:
    rows = drive.values(who, drive.task(n, f"{who}_accept").id)[f"{who}_reviews"]
    return [{**row, f"{who}_decision": decision} for row in rows]


def _propose_and_sign(drive: Drive, n: str) -> None:
    drive.complete("ae", n, "appoint_proposal")
    drive.complete("ae", n, "rehearse_proposal")
    drive.complete("ae", n, "present_proposal", verdict="passed")
    only(drive, "ad", n, "sign_contract")
    drive.complete("ad", n, "sign_contract", contract_signed="yes", contract_title="年度代理合同")
    drive.complete("ad", n, "decide_notarising", notarise="yes")
    only(drive, "ae", n, "notarise_contract")
    drive.complete("ae", n, "notarise_contract")
    drive.complete("ae", n, "hand_over_contract")
    only(drive, "con", n, "receive_contract")
    drive.complete("con", n, "receive_contract")


def _archive(drive: Drive, n: str, c: str, d: str) -> None:
    plan = [
        {"item": item, "who": who, "due": "2027-02-01"}
        for item, who in (("定场地", "ae"), ("印海报", "ex1"), ("备试饮", "ex2"))
    ]
    drive.complete("ae", n, "write_plan", plan=plan)
    assert drive.open_ids(n) == ["work_item", "work_item", "work_item"]
    for who in ("ae", "ex1", "ex2"):
        mine = [t for t in drive.open_tasks(n) if t.assignee_id == who]
        assert len(mine) == 1, "each row is the task of the person it names"
        drive.complete_task(who, mine[0].id, {})
    assert drive.open_ids(n) == [], "the account waits for the departments"
    for case, leader in ((c, "ex1"), (d, "ex2")):
        drive.complete(leader, case, "evaluate_proposal")
        drive.complete(leader, case, "write_plan", plan=[{**plan[0], "who": leader}])
        drive.complete(leader, case, "work_item")
        assert drive.open_ids(case) == []
    drive.complete("ae", n, "fix_review")
    for case, leader in ((c, "ex1"), (d, "ex2")):
        drive.complete(leader, case, "evaluate_execution")
        drive.complete(leader, case, "file_documents")
        assert drive.case(case).outcome == "documents_filed"
    drive.complete("ae", n, "hold_review")
    drive.complete("ae", n, "file_documents")
    assert (drive.case(n).status, drive.case(n).outcome) == ("ended", "client_won")
    served = drive.numbers("existing_client")
    assert len(served) == 1, "winning a client starts serving it"
    assert drive.open_ids(served[0]) == ["routine_service"]
    only(drive, "ae", served[0], "routine_service")
    for number in drive.numbers():
        assert drive.incidents(number) == []
