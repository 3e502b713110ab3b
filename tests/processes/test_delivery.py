"""The work plan's rows become tasks; the review waits for every department that still works."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine import errors
from tests.processes.account import CAMPAIGN, VISUAL, Account

At = Callable[[str], Account]


def row(item: str, who: str) -> dict[str, str]:
    return {"item": item, "who": who, "due": "2027-02-01"}


def items(account: Account) -> dict[str | None, str]:
    """The plan's open tasks: whose they are and what about."""
    found = [t for t in account.open_tasks(account.number) if t.element_id == "work_item"]
    return {t.assignee_id: t.detail for t in found}


def test_it_gives_each_row_of_the_plan_to_the_person_it_names(account: At) -> None:
    delivery = account("handed over")
    assert delivery.inboxes("write_plan") == ["ae"]
    plan = [row("定场地", "ae"), row("盖章", "adm"), row("排期", "con"), row("印海报", "ex1")]
    delivery.does("ae", "write_plan", plan=plan)
    assert items(delivery) == {"ae": "定场地", "adm": "盖章", "con": "排期", "ex1": "印海报"}
    assert delivery.inboxes("work_item") == ["ae", "ex1", "adm", "con"]
    for who in ("con", "ae", "ex1"):
        delivery.complete_task(
            who, delivery.task(delivery.number, "work_item", detail=items(delivery)[who]).id, {}
        )
    assert items(delivery) == {"adm": "盖章"}, "every item is tracked to its end"


def test_it_keeps_an_item_from_everybody_else(account: At) -> None:
    delivery = account("handed over")
    delivery.does("ae", "write_plan", plan=[row("盖章", "adm")])
    for who in ("ae", "con"):
        with pytest.raises(errors.AgencyflowError):
            delivery.does(who, "work_item")
    delivery.does("adm", "work_item")


def test_it_wants_at_least_one_row_with_item_person_and_date(account: At) -> None:
    delivery = account("handed over")
    with pytest.raises(errors.InvalidAnswers) as refused:
        delivery.does("ae", "write_plan", plan=[])
    assert "plan" in refused.value.errors
    with pytest.raises(errors.InvalidAnswers) as refused:
        delivery.does("ae", "write_plan", plan=[{"item": "定场地", "who": "nobody", "due": ""}])
    assert set(refused.value.errors) == {"plan[0].who", "plan[0].due"}


def test_it_waits_for_every_department_also_for_one_that_was_early(account: At) -> None:
    delivery = account("handed over")
    delivery.executes(VISUAL)
    delivery.does("ae", "write_plan", plan=[row("定场地", "ae")])
    delivery.does("ae", "work_item")
    assert delivery.open() == [], "planning has not finished"
    delivery.executes(CAMPAIGN)
    assert delivery.open() == ["fix_review"]
    assert len(delivery.taken("execution_finished")) == 2


def test_it_calls_the_departments_to_the_review_before_it_is_held(account: At) -> None:
    delivery = account("handed over")
    for project in (CAMPAIGN, VISUAL):
        delivery.executes(project)
    delivery.does("ae", "write_plan", plan=[row("定场地", "ae")])
    delivery.does("ae", "work_item")
    for project in (CAMPAIGN, VISUAL):
        assert delivery.open_ids(delivery.department(project)) == []
    delivery.does("ae", "fix_review", review_place="三楼")
    assert {c["place"] for c in delivery.sent("review_called")} == {"三楼"}
    for project in (CAMPAIGN, VISUAL):
        assert delivery.open_ids(delivery.department(project)) == ["evaluate_execution"]
        delivery.files(project)
        assert delivery.case(delivery.department(project)).outcome == "documents_filed"
    assert delivery.open() == ["hold_review"]
    delivery.does("ae", "hold_review")
    assert delivery.open() == ["file_documents"]


def test_it_does_not_wait_for_an_order_that_was_withdrawn(account: At) -> None:
    delivery = account("presented")
    delivery.on(VISUAL, "ae", "withdraw_order", withdraw_scope="withdrawn")
    delivery.accepts(CAMPAIGN)
    delivery.decides("ad")
    delivery.decides("as")
    delivery.appoints()
    delivery.does("ae", "present_proposal", verdict="passed")
    delivery.does("ad", "sign_contract", contract_signed="yes")
    delivery.does("ad", "decide_notarising", notarise="no")
    delivery.does("ae", "hand_over_contract")
    delivery.does("con", "receive_contract")
    delivery.does("ae", "write_plan", plan=[row("定场地", "ae")])
    delivery.does("ae", "work_item")
    delivery.executes(CAMPAIGN)
    assert delivery.open() == ["fix_review"]
