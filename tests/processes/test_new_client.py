"""Winning a new client: every way in which a prospect's case goes and ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from engine import clock, database, errors, tasks
from engine.models import Person
from tests.processes.account import CAMPAIGN, VISUAL, Account, an_order

At = Callable[[str], Account]


def test_it_ends_with_the_reason_when_the_prospect_is_not_worth_it(account: At) -> None:
    new = account("found")
    assert new.inboxes("collect_information") == ["ae"]
    new.does("ae", "collect_information")
    assert new.inboxes("choose_target") == ["as"], "the supervisor decides"
    new.does("as", "choose_target", pursue="no", pursue_reason="与现有客户冲突")
    assert new.case(new.number).outcome == "not_pursued"
    decided = [e for e in new.events(new.number) if e.element_id == "choose_target"]
    answers = [e.details["answers"] for e in decided if e.kind == "completed"]
    assert [a["pursue_reason"] for a in answers] == ["与现有客户冲突"]


def test_it_studies_the_client_and_each_competitor(account: At) -> None:
    new = account("found")
    new.does("ae", "collect_information")
    new.does("as", "choose_target", pursue="yes")
    with pytest.raises(errors.InvalidAnswers) as refused:
        new.does("ae", "study_situation", players=[{"role": "client", "name": "示例茶饮"}])
    assert {"players", "players[0].ad_spend", "players[0].media"} <= set(refused.value.errors)
    new.does("ae", "study_situation")
    assert new.open() == ["prepare_negotiation"]
    assert new.inboxes("prepare_negotiation") == ["ae"]


def test_it_meets_the_client_again_on_the_day_that_was_agreed(account: At) -> None:
    new = account("met")
    clock.set(datetime(2027, 1, 4, 2, 0, tzinfo=UTC))
    new.does("ae", "introduce_agency", cooperation="later", follow_up_on="2027-03-01")
    assert new.waits(new.number) == ["follow_up_due"]
    clock.set(datetime(2027, 3, 1, 0, 59, tzinfo=UTC))
    new.work()
    assert new.open() == [], "nine o'clock in Shanghai is one o'clock UTC"
    clock.set(datetime(2027, 3, 1, 1, 0, 1, tzinfo=UTC))
    new.work()
    assert new.open() == ["make_appointment"]
    new.does("ae", "make_appointment")
    shown = new.values("ae", new.task(new.number, "introduce_agency").id)
    assert not shown["cooperation"], "the answer is asked for anew"
    new.does("ae", "introduce_agency", cooperation="yes")
    assert new.open() == ["fill_work_orders"]


def test_it_ends_with_the_reason_when_the_client_declines(account: At) -> None:
    new = account("met")
    new.does("ae", "introduce_agency", cooperation="no", lost_reason="预算冻结")
    assert new.case(new.number).outcome == "declined"
    assert new.waits(new.number) == []


def test_it_fills_in_orders_again_when_all_were_withdrawn(account: At) -> None:
    new = account("sent")
    for project in (CAMPAIGN, VISUAL):
        new.on(project, "ae", "withdraw_order", withdraw_scope="withdrawn", withdraw_reason="换题")
    assert new.open() == ["fill_work_orders"]
    assert new.inboxes("fill_work_orders") == ["ae"]
    new.does("ae", "fill_work_orders", orders=[an_order("creative", "新题")])
    new.signs("新题")
    (first, second) = new.sent("creative_work_order")
    assert (first["no"], second["no"]) == (f"{new.number}-2.1", f"{new.number}-3.1")
    assert new.case(new.department("新题")).status == "active"


def test_it_ends_when_the_client_is_lost_before_the_proposal(account: At) -> None:
    new = account("sent")
    new.on(VISUAL, "ae", "withdraw_order", withdraw_scope="lost", withdraw_reason="被收购")
    assert new.case(new.number).outcome == "lost_in_production"
    for project in (CAMPAIGN, VISUAL):
        new.learns_why(project)
    assert new.troubles() == []


def test_it_ends_when_the_proposal_is_turned_down(account: At) -> None:
    new = account("proposed")
    new.does("ae", "present_proposal", verdict="lost", verdict_remarks="太贵")
    assert new.case(new.number).outcome == "lost_at_proposal"
    assert sorted(p["verdict"] for p in new.sent("client_verdict")) == ["lost", "lost"]
    assert new.sent("work_order_cancelled") == []
    assert {new.case(new.department(p)).outcome for p in (CAMPAIGN, VISUAL)} == {"proposal_lost"}


def test_it_ends_when_the_contract_is_not_signed(account: At) -> None:
    new = account("proposed")
    new.does("ae", "present_proposal", verdict="passed")
    new.does("ad", "sign_contract", contract_signed="no", unsigned_reason="付款谈不拢")
    assert new.case(new.number).outcome == "contract_unsigned"
    for project in (CAMPAIGN, VISUAL):
        new.learns_why(project)
    assert {p["reason"] for p in new.sent("work_order_cancelled")} == {"付款谈不拢"}


def test_it_hands_the_contract_over_and_files_it_with_the_account_department(account: At) -> None:
    new = account("proposed")
    new.does("ae", "present_proposal", verdict="passed")
    new.does("ad", "sign_contract", contract_signed="yes")
    new.does("ad", "decide_notarising", notarise="no")
    assert new.inboxes("hand_over_contract") == ["ae"]
    new.does("ae", "hand_over_contract", contract_file_no="客 2027-01")
    assert new.inboxes("receive_contract") == ["con"]
    new.does("con", "receive_contract")
    assert new.open() == ["write_plan"], "administration files only existing clients' contracts"


def test_it_starts_serving_the_client_it_has_won(account: At) -> None:
    new = account("handed over")
    new.does("ae", "write_plan", plan=[{"item": "定场地", "who": "ae", "due": "2027-02-01"}])
    new.does("ae", "work_item")
    for project in (CAMPAIGN, VISUAL):
        new.executes(project)
    for step in ("fix_review", "hold_review", "file_documents"):
        assert new.inboxes(step) == ["ae"]
        new.does("ae", step)
    assert new.case(new.number).outcome == "client_won"
    (served,) = new.numbers("existing_client")
    (won,) = new.sent("client_won")
    assert (won["client_name"], won["industry"], won["contact"]) == ("示例茶饮", "饮料", "王总")
    assert (won["client_number"], won["contract_title"]) == (new.number, "年度代理合同")
    assert new.case(served).title == "示例茶饮"
    assert new.open_ids(served) == ["routine_service"]
    for project in (CAMPAIGN, VISUAL):
        new.files(project)
    assert new.troubles() == []


@pytest.mark.parametrize("stage", ["ordered", "sent", "briefed", "accepted", "handed over"])
def test_it_tells_the_departments_when_it_is_cancelled_on_its_page(account: At, stage: str) -> None:
    new = account(stage)
    started = len(new.numbers()) - 1
    new.cancel("as", new.number, reason="客户破产")
    assert (new.case(new.number).status, new.waits(new.number)) == ("cancelled", [])
    told = new.sent("work_order_cancelled")
    assert len(told) == started == len(new.taken("work_order_cancelled"))
    assert {p["reason"] for p in told} <= {"客户破产"}
    for project in (CAMPAIGN, VISUAL)[:started]:
        new.learns_why(project)
    assert new.troubles() == []


def test_it_ends_a_departments_case_that_had_not_started_when_it_was_cancelled(account: At) -> None:
    new = account("ordered")
    new.on(VISUAL, "ad", "ad_sign", ad_decision="approve")
    task = new.found(VISUAL, "as_sign")
    with database.writing(new.sessions) as session:
        who = session.get_one(Person, "as")
        tasks.complete(session, who, task, answers={"as_decision": "approve"})
    assert len(new.numbers()) == 1, "the order is on its way"
    new.cancel("as", new.number)
    for number in new.numbers("creative_direction"):
        assert new.open_ids(number) in ([], ["see_why"])


def test_it_alone_may_stop_a_departments_case(account: At) -> None:
    new = account("sent")
    for who in ("manager", "admin", "ad"):
        with pytest.raises((errors.NotAllowed, errors.NotFound)):
            new.cancel(who, new.department(VISUAL))
    new.cancel("manager", new.number)
    new.cancel("manager", new.department(VISUAL))
    assert new.case(new.department(VISUAL)).status == "cancelled"
