"""From the filled in orders to work that both have signed for: N13 and E11 above all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine import errors
from tests.processes.account import CAMPAIGN, VISUAL, Account

At = Callable[[str], Account]


def at_work(account: Account) -> dict[str, list[str]]:
    """What is open in each department's case."""
    return {p: account.open_ids(account.department(p)) for p in (CAMPAIGN, VISUAL)}


def test_it_asks_the_director_and_the_supervisor_to_accept(account: At) -> None:
    work = account("accepted")
    assert work.inboxes("ad_accept") == ["ad"]
    assert work.inboxes("as_accept") == ["as"]
    rows = work.values("ad", work.task(work.number, "ad_accept").id)["ad_reviews"]
    assert [r["project"] for r in rows] == [CAMPAIGN, VISUAL]
    assert all(r["documents"] for r in rows), "they see the work itself"


def test_it_goes_on_only_when_both_accept(account: At) -> None:
    work = account("accepted")
    work.decides("as")
    assert work.open() == ["ad_accept"]
    work.decides("ad")
    assert work.open() == ["appoint_proposal"]
    assert work.inboxes("appoint_proposal") == ["ae"]


@pytest.mark.parametrize("first", ["ad", "as"])
def test_it_sends_back_one_order_although_the_other_person_accepts(account: At, first: str) -> None:
    work = account("accepted")
    second = {"ad": "as", "as": "ad"}[first]
    work.decides(first, again=[VISUAL])
    work.decides(second)
    assert at_work(work) == {CAMPAIGN: [], VISUAL: ["finalise"]}
    (made,) = work.sent("suggestions_made")
    title = {"ad": "客户总监", "as": "客户部主管"}[first]
    assert made == {
        "no": f"{work.number}-2.1",
        "suggestions": f"{title}：标志太小",
        "suggested_by": first,
    }
    assert work.open() == [], "the account department waits for that order only"
    work.presents(VISUAL)
    assert work.open() == ["review_deliverable"]
    work.accepts(VISUAL)
    assert work.open() == ["ad_accept", "as_accept"]


def test_it_sends_back_both_orders_when_each_person_sends_back_one(account: At) -> None:
    work = account("accepted")
    work.decides("ad", again=[CAMPAIGN])
    work.decides("as", again=[VISUAL])
    assert at_work(work) == {CAMPAIGN: ["write_draft"], VISUAL: ["finalise"]}
    assert {m["suggested_by"] for m in work.sent("suggestions_made")} == {"ad", "as"}


def test_it_sends_an_order_back_once_when_both_persons_do(account: At) -> None:
    work = account("accepted")
    work.decides("ad", again=[CAMPAIGN, VISUAL])
    work.decides("as", again=[CAMPAIGN, VISUAL], remarks="太长")
    made = work.sent("suggestions_made")
    assert [m["suggestions"] for m in made] == ["客户总监：标志太小；客户部主管：太长"] * 2
    for project in (CAMPAIGN, VISUAL):
        work.presents(project)
        work.accepts(project)
    work.decides("ad")
    work.decides("as")
    assert work.open() == ["appoint_proposal"]


def test_it_counts_the_rounds_that_a_sign_off_costs(account: At) -> None:
    work = account("accepted")
    for round_number in (2, 3):
        work.decides("ad", again=[VISUAL])
        work.decides("as")
        work.presents(VISUAL)
        shown = work.values("ae", work.found(VISUAL, "review_deliverable"))
        assert shown["deliverable_round"] == round_number
        work.accepts(VISUAL)
    assert len(work.sent("creative_work_order")) == 1, "a revision is never sent as an order"


def test_it_wants_to_know_what_to_change(account: At) -> None:
    work = account("accepted")
    with pytest.raises(errors.InvalidAnswers) as refused:
        work.decides("ad", again=[VISUAL], remarks="")
    assert set(refused.value.errors) == {"ad_reviews[1].ad_remarks"}


def test_it_can_lose_the_client_in_a_round_after_the_sign_off(account: At) -> None:
    work = account("accepted")
    work.decides("ad", again=[VISUAL])
    work.decides("as")
    work.on(VISUAL, "ae", "withdraw_order", withdraw_scope="lost")
    for project in (CAMPAIGN, VISUAL):
        work.learns_why(project)
    assert work.case(work.number).outcome == "lost_in_production"
    assert sorted(work.taken("work_order_cancelled")) == [
        f"{work.number}-1.1",
        f"{work.number}-2.1",
    ]
