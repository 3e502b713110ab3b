"""The client decides: passed, to be revised for some orders, lost; signed or not; notarised or not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine import errors
from tests.processes.account import CAMPAIGN, VISUAL, Account

At = Callable[[str], Account]


def verdicts(account: Account) -> list[tuple[str, str]]:
    """What each order was told, by its row."""
    return [(v["no"].split("-")[-1], v["verdict"]) for v in account.sent("client_verdict")]


def test_it_makes_an_appointment_and_rehearses_first(account: At) -> None:
    proposal = account("accepted")
    proposal.decides("ad")
    proposal.decides("as")
    for step in ("appoint_proposal", "rehearse_proposal", "present_proposal"):
        assert proposal.open() == [step]
        assert proposal.inboxes(step) == ["ae"]
        if step != "present_proposal":
            proposal.does("ae", step)


def test_it_revises_only_the_orders_that_the_client_wants_changed(account: At) -> None:
    proposal = account("proposed")
    proposal.revises(VISUAL)
    assert verdicts(proposal) == [("2.1", "revise")]
    assert proposal.open_ids(proposal.department(CAMPAIGN)) == [], "the other keeps waiting"
    assert proposal.open_ids(proposal.department(VISUAL)) == ["finalise"]
    assert proposal.open() == []
    proposal.presents(VISUAL)
    proposal.accepts(VISUAL)
    proposal.decides("ad")
    proposal.decides("as")
    proposal.appoints()
    shown = proposal.values("ae", proposal.task(proposal.number, "present_proposal").id)
    assert not shown["verdict"], "the client is asked anew"
    proposal.does("ae", "present_proposal", verdict="passed")
    assert verdicts(proposal)[1:] == [("1.1", "passed"), ("2.1", "passed")]
    assert len(proposal.sent("creative_work_order")) == 1, "the order is never sent again"


@pytest.mark.parametrize("ticked", [[], [CAMPAIGN, VISUAL]])
def test_it_revises_all_orders_when_none_or_all_are_ticked(account: At, ticked: list[str]) -> None:
    proposal = account("proposed")
    proposal.revises(*ticked)
    assert verdicts(proposal) == [("1.1", "revise"), ("2.1", "revise")]
    assert {v["remarks"] for v in proposal.sent("client_verdict")} == {"再年轻些"}
    for project in (CAMPAIGN, VISUAL):
        proposal.presents(project)
    assert proposal.open() == ["review_deliverable", "review_deliverable"]


def test_it_can_be_revised_again_and_again(account: At) -> None:
    proposal = account("proposed")
    for _ in range(2):
        proposal.revises(VISUAL)
        proposal.presents(VISUAL)
        proposal.accepts(VISUAL)
        proposal.decides("ad")
        proposal.decides("as")
        proposal.appoints()
    proposal.does("ae", "present_proposal", verdict="lost")
    assert verdicts(proposal)[-2:] == [("1.1", "lost"), ("2.1", "lost")]


def test_it_sends_a_piece_back_that_the_client_did_not_want_changed(account: At) -> None:
    proposal = account("proposed")
    proposal.revises(VISUAL)
    proposal.presents(VISUAL)
    proposal.accepts(VISUAL)
    proposal.decides("ad", again=[CAMPAIGN])
    proposal.decides("as")
    assert proposal.open_ids(proposal.department(CAMPAIGN)) == ["write_draft"]
    assert proposal.open_ids(proposal.department(VISUAL)) == []


def test_it_can_lose_the_client_while_an_order_is_revised(account: At) -> None:
    proposal = account("proposed")
    proposal.revises(VISUAL)
    proposal.on(VISUAL, "ae", "withdraw_order", withdraw_scope="lost")
    assert proposal.case(proposal.number).outcome == "lost_in_production"
    assert verdicts(proposal) == [("2.1", "revise")], "a loss is told once, as a cancelled order"
    for project in (CAMPAIGN, VISUAL):
        proposal.learns_why(project)


def test_it_goes_on_with_the_rest_when_a_revised_order_is_withdrawn(account: At) -> None:
    proposal = account("proposed")
    proposal.revises(VISUAL)
    proposal.on(VISUAL, "ae", "withdraw_order", withdraw_scope="withdrawn")
    proposal.decides("ad")
    proposal.decides("as")
    proposal.appoints()
    proposal.does("ae", "present_proposal", verdict="passed")
    assert verdicts(proposal)[1:] == [("1.1", "passed")]


def test_it_tells_every_department_that_the_client_was_lost(account: At) -> None:
    proposal = account("proposed")
    proposal.does("ae", "present_proposal", verdict="lost", verdict_remarks="选了别家")
    assert verdicts(proposal) == [("1.1", "lost"), ("2.1", "lost")]
    assert {v["remarks"] for v in proposal.sent("client_verdict")} == {"选了别家"}
    assert proposal.sent("work_order_cancelled") == [], "a loss is told once"
    for project in (CAMPAIGN, VISUAL):
        assert proposal.case(proposal.department(project)).status == "ended"


def test_it_cancels_the_orders_when_the_contract_is_not_signed(account: At) -> None:
    proposal = account("proposed")
    proposal.does("ae", "present_proposal", verdict="passed")
    proposal.executes(CAMPAIGN)
    assert proposal.inboxes("sign_contract") == ["ad"]
    proposal.does("ad", "sign_contract", contract_signed="no", unsigned_reason="付款谈不拢")
    assert proposal.taken("work_order_cancelled") == [
        f"{proposal.number}-1.1",
        f"{proposal.number}-2.1",
    ]
    assert ("1.1", "lost") not in verdicts(proposal)
    for project in (CAMPAIGN, VISUAL):
        proposal.learns_why(project)
    assert proposal.troubles() == []


def test_it_wants_the_contract_itself_when_it_is_signed(account: At) -> None:
    proposal = account("proposed")
    proposal.does("ae", "present_proposal", verdict="passed")
    with pytest.raises(errors.InvalidAnswers) as refused:
        proposal.does("ad", "sign_contract", contract_signed="yes", contract_documents=[])
    assert set(refused.value.errors) == {"contract_documents"}


@pytest.mark.parametrize("notarise", ["yes", "no"])
def test_it_notarises_where_the_director_decides_so(account: At, notarise: str) -> None:
    proposal = account("proposed")
    proposal.does("ae", "present_proposal", verdict="passed")
    proposal.does("ad", "sign_contract", contract_signed="yes")
    assert proposal.inboxes("decide_notarising") == ["ad"]
    proposal.does("ad", "decide_notarising", notarise=notarise, notarise_reason="金额大")
    if notarise == "yes":
        assert proposal.open() == ["notarise_contract"]
        assert proposal.inboxes("notarise_contract") == ["ae"]
        proposal.does("ae", "notarise_contract")
    assert proposal.open() == ["hand_over_contract"]
