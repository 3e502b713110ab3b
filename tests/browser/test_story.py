"""The whole of N with two work orders through C and D and back, in Chromium, on real pages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import filling
from tests.browser.agency import Agency
from tests.browser.conftest import Enter
from tests.browser.site import Site

PLANNING, CREATIVE = "新茶上市活动", "新茶主视觉"
ORDERS: list[dict[str, Any]] = [
    {
        "department": "planning",
        "project": PLANNING,
        "requirements": "三城同步上市，四周内见到试饮转化",
        "audience": "22 至 30 岁的城市白领",
        "deliverables": "活动方案、预算表",
        "budget": "800,000",
        "due": "2027-01-15",
    },
    {
        "department": "creative",
        "project": CREATIVE,
        "requirements": "一眼看出是冷泡茶",
        "audience": "22 至 30 岁的城市白领",
        "deliverables": "主视觉、三张海报",
        "budget": "300000",
        "due": "2027/1/10",
        "attachments": filling.FILE,
    },
]


@pytest.fixture
def agency(site: Site, enter: Enter) -> Agency:
    return Agency(site, enter)


def test_winning_a_client_with_two_departments(agency: Agency) -> None:
    n = agency.starts(
        "ae", "new_client", client_name="示例茶饮", source="referral", industry="饮料"
    )
    agency.only("ae", n, "collect_information")
    agency.does("ae", n, "collect_information", contact_name="王总")
    agency.only("as", n, "choose_target")
    agency.does("as", n, "choose_target", pursue="yes", pursue_reason="品类在涨，对手弱")
    for step in ("study_situation", "prepare_negotiation", "make_appointment"):
        agency.does("ae", n, step)
    agency.does("ae", n, "introduce_agency", cooperation="yes")
    agency.does("ae", n, "fill_work_orders", orders=ORDERS)
    assert agency.open_ids(n) == ["ad_sign", "ad_sign", "as_sign", "as_sign"]
    agency.only("as", n, "as_sign")
    _sign_orders(agency, n)
    (c,) = agency.records.numbers("campaign_planning")
    (d,) = agency.records.numbers("creative_direction")
    _prepare_departments(agency, c, d)
    _brief(agency, n)
    _plan(agency, c, first=True)
    _create(agency, d)
    agency.does("ae", n, "attend_meeting", attended="no")
    _two_rounds_of_suggestions(agency, n, c)
    _sign_deliverables(agency, n, c, d)
    _propose_and_sign(agency, n)
    _archive(agency, n, c, d)
    _look_at_the_case(agency, n, c, d)


def _sign_orders(agency: Agency, n: str) -> None:
    """One of four signatures sends an order back; repaired, it is signed by both."""
    first, second = (t for t in agency.records.open_tasks(n) if t.element_id == "as_sign")
    agency.does_task("as", first.id, as_decision="back", as_remarks="预算没有分项，请补上")
    agency.does_task("as", second.id, as_decision="approve")
    for task in [t for t in agency.records.open_tasks(n) if t.element_id == "ad_sign"]:
        agency.does_task("ad", task.id, ad_decision="approve")
    assert agency.open_ids(n) == ["fix_briefing", "repair_order"], "one waits, the other goes on"
    agency.does("ae", n, "repair_order", repair_decision="resubmit")
    agency.does("ad", n, "ad_sign", ad_decision="approve")
    assert len(agency.records.numbers()) == 2, "one signature is not enough"
    agency.does("as", n, "as_sign", as_decision="approve")


def _prepare_departments(agency: Agency, c: str, d: str) -> None:
    agency.only("ad", c, "review_order")
    agency.does("ad", c, "review_order", ad_decision="sign")
    agency.only("ph", c, "form_team")
    agency.does("ph", c, "form_team", leader="ex1")
    assert agency.open_ids(c) == [], "planning waits for the briefing"
    agency.only("ch", d, "ch_review")
    agency.does("ch", d, "ch_review", ch_decision="sign")
    agency.does("ad", d, "ad_review", ad_decision="sign")
    agency.does("ch", d, "name_executor", leader="ex2")


def _brief(agency: Agency, n: str) -> None:
    for _ in range(2):
        agency.does("ae", n, "fix_briefing", briefing_place="二楼会议室")
    for _ in range(2):
        agency.does("ae", n, "hold_briefing")


def _plan(agency: Agency, c: str, *, first: bool) -> None:
    """Planning works from the briefing to the presentation, or again from the draft."""
    if first:
        agency.only("ex1", c, "attend_briefing")
        agency.does("ex1", c, "attend_briefing")
        agency.does("ex1", c, "plan_research", invite_account=True)
        for step in ("do_research", "arrange_meeting", "hold_brainstorm", "write_draft"):
            agency.does("ex1", c, step)
        agency.does("ph", c, "head_review", head_decision="revise", head_remarks="策略不清")
    agency.does("ex1", c, "write_draft")
    agency.does("ph", c, "head_review", head_decision="pass")
    for step in ("arrange_meeting", "hold_brainstorm", "finalise", "rehearse"):
        agency.does("ex1", c, step)
    agency.does("ex1", c, "present", presented_to="account")
    assert agency.open_ids(c) == []


def _create(agency: Agency, d: str) -> None:
    agency.only("ex2", d, "attend_briefing")
    for step in (
        "attend_briefing",
        "plan_research",
        "do_research",
        "arrange_meeting",
        "hold_brainstorm",
        "finalise",
        "rehearse",
    ):
        agency.does("ex2", d, step)
    agency.does("ex2", d, "present", presented_to="client")


def _two_rounds_of_suggestions(agency: Agency, n: str, c: str) -> None:
    """Planning's work gets suggestions twice, then both departments' work is accepted."""
    for remark in ("试饮点太少", "加上预热"):
        task = _review_of(agency, n, PLANNING)
        agency.does_task("ae", task, review_decision="suggest", suggestions=remark)
        assert agency.open_ids(c) == ["write_draft"]
        _plan(agency, c, first=False)
    agency.does_task("ae", _review_of(agency, n, PLANNING), review_decision="accept")
    assert agency.open_ids(n) == ["review_deliverable"], "the other order is still to be answered"
    agency.does_task("ae", _review_of(agency, n, CREATIVE), review_decision="accept")


def _review_of(agency: Agency, n: str, project: str) -> str:
    """Find the review of a project by what the inbox says of it."""
    ae = agency.person("ae")
    ae.open("/")
    row = ae.page.locator(".rows > li", has_text="认可成果").filter(has_text=project)
    address = row.locator("a.row-title").get_attribute("href")
    assert address
    return address.removeprefix("/tasks/")


def _sign_deliverables(agency: Agency, n: str, c: str, d: str) -> None:
    """The supervisor sends creative's work back; the account waits for exactly that order."""
    assert agency.open_ids(n) == ["ad_accept", "as_accept"]
    agency.only("ad", n, "ad_accept")
    agency.only("as", n, "as_accept")
    task = agency.records.task(n, "as_accept")
    answers = [
        {"as_decision": "again", "as_remarks": "标志太小"}
        if row["department"] == "creative"
        else {"as_decision": "accept"}
        for row in agency.records.values("as", task.id)["as_reviews"]
    ]
    _accept_all(agency, n, "ad")
    agency.does("as", n, "as_accept", as_reviews=answers)
    assert agency.open_ids(n) == []
    assert agency.open_ids(c) == [], "planning was not sent back"
    for step in ("finalise", "rehearse", "present"):
        agency.does("ex2", d, step)
    agency.does("ae", n, "review_deliverable", review_decision="accept")
    for who in ("as", "ad"):
        _accept_all(agency, n, who)


def _accept_all(agency: Agency, n: str, who: str) -> None:
    task = agency.records.task(n, f"{who}_accept")
    rows = agency.records.values(who, task.id)[f"{who}_reviews"]
    agency.does_task(
        who, task.id, **{f"{who}_reviews": [{f"{who}_decision": "accept"}] * len(rows)}
    )


def _propose_and_sign(agency: Agency, n: str) -> None:
    agency.does("ae", n, "appoint_proposal")
    agency.does("ae", n, "rehearse_proposal")
    agency.does("ae", n, "present_proposal", verdict="passed")
    agency.only("ad", n, "sign_contract")
    agency.does("ad", n, "sign_contract", contract_signed="yes", contract_title="年度代理合同")
    agency.does("ad", n, "decide_notarising", notarise="yes")
    agency.does("ae", n, "notarise_contract")
    agency.does("ae", n, "hand_over_contract")
    agency.only("con", n, "receive_contract")
    agency.does("con", n, "receive_contract")


def _archive(agency: Agency, n: str, c: str, d: str) -> None:
    plan = [
        {"item": item, "who": who, "due": "2027-02-01"}
        for item, who in (("定场地", "ae"), ("印海报", "ex1"), ("备试饮", "ex2"))
    ]
    agency.does("ae", n, "write_plan", plan=plan)
    items = {t.assignee_id: t.id for t in agency.records.open_tasks(n)}
    assert set(items) == {"ae", "ex1", "ex2"}, "each row is the task of the person it names"
    for who, task_id in items.items():
        assert task_id in agency.person(who).inbox(tabs=("mine",))
        agency.does_task(who, task_id)
    for case, leader in ((c, "ex1"), (d, "ex2")):
        agency.does(leader, case, "evaluate_proposal")
        agency.does(leader, case, "write_plan", plan=[{**plan[0], "who": leader}])
        agency.does(leader, case, "work_item")
    agency.does("ae", n, "fix_review")
    for case, leader in ((c, "ex1"), (d, "ex2")):
        agency.does(leader, case, "evaluate_execution")
        agency.does(leader, case, "file_documents")
        assert agency.records.case(case).outcome == "documents_filed"
    agency.does("ae", n, "hold_review")
    agency.does("ae", n, "file_documents")
    assert agency.records.case(n).outcome == "client_won"
    (served,) = agency.records.numbers("existing_client")
    agency.only("ae", served, "routine_service")


def _look_at_the_case(agency: Agency, n: str, c: str, d: str) -> None:
    """The page of the case tells all of it: drawing, story, the cases that it led to."""
    ae = agency.person("ae")
    ae.open(f"/cases/{n}")
    ae.has_drawings()
    ae.picture("case")
    told = ae.page.locator("#story").text_content() or ""
    for words in ("填写工作单", "预算没有分项，请补上", "标志太小"):
        assert words in told, words
    linked = ae.page.locator("main").inner_text()
    assert c in linked
    assert d in linked
    for number in agency.records.numbers():
        assert agency.records.incidents(number) == []
