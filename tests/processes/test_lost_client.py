"""The client is lost before the proposal: every order ends, and each department hears it once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine import clock
from tests.processes.account import CAMPAIGN, VISUAL, Account, late

At = Callable[[str], Account]


def told_once(order: Account, *projects: str) -> None:
    """Each department is told once, and of the cancelled order only; then its case ends."""
    told = order.sent("work_order_cancelled")
    keys = [t["no"] for t in told if t["no"] in order.taken("work_order_cancelled")]
    rows = {CAMPAIGN: f"{order.number}-1.1", VISUAL: f"{order.number}-2.1"}
    assert sorted(keys) == sorted(rows[p] for p in projects)
    assert order.sent("client_verdict") == []
    for project in projects:
        order.learns_why(project)
    assert order.case(order.number).outcome == "lost_in_production"
    later = clock.now() + timedelta(days=100)
    clock.set(later)
    order.work()
    assert order.troubles() == [], "no message is left that somebody should have had"


def lose(order: Account, project: str) -> None:
    order.on(project, "ae", "withdraw_order", withdraw_scope="lost", withdraw_reason="被收购")


def test_it_ends_the_others_when_the_client_is_lost_while_they_are_signed(account: At) -> None:
    order = account("ordered")
    order.signs(CAMPAIGN)
    order.on(VISUAL, "ad", "ad_sign", ad_decision="approve")
    lose(order, CAMPAIGN)
    told_once(order, CAMPAIGN)


def test_it_ends_the_others_when_the_client_is_lost_while_they_are_repaired(account: At) -> None:
    order = account("ordered")
    order.signs(CAMPAIGN)
    order.refuses(VISUAL)
    lose(order, CAMPAIGN)
    told_once(order, CAMPAIGN)


def test_it_ends_the_others_when_the_loss_is_known_at_a_repair(account: At) -> None:
    order = account("ordered")
    order.signs(CAMPAIGN)
    order.refuses(VISUAL)
    order.on(VISUAL, "ae", "repair_order", repair_decision="lost", repair_reason="被收购")
    told_once(order, CAMPAIGN)
    (told,) = [t for t in order.sent("work_order_cancelled") if t["no"].endswith("-1.1")]
    assert told["reason"] == "被收购"


@pytest.mark.parametrize("stage", ["sent", "briefed", "presented"])
def test_it_ends_the_others_when_the_client_is_lost_during_the_work(
    account: At, stage: str
) -> None:
    order = account(stage)
    lose(order, VISUAL)
    told_once(order, CAMPAIGN, VISUAL)


def test_it_ends_the_others_when_the_client_is_lost_after_their_acceptance(account: At) -> None:
    order = account("presented")
    order.accepts(CAMPAIGN)
    lose(order, VISUAL)
    told_once(order, CAMPAIGN, VISUAL)


def test_it_ends_the_others_when_the_client_is_lost_in_a_later_round(account: At) -> None:
    order = account("accepted")
    order.decides("ad", again=[VISUAL])
    order.decides("as")
    lose(order, VISUAL)
    told_once(order, CAMPAIGN, VISUAL)


def test_it_ends_once_when_two_report_the_loss_at_the_same_time(account: At) -> None:
    order = account("sent")
    first, second = (order.found(project, "withdraw_order") for project in (CAMPAIGN, VISUAL))
    lost: dict[str, Any] = {"withdraw_scope": "lost", "withdraw_reason": "被收购"}
    with late(order):
        order.complete_task("ae", first, lost)
        order.complete_task("ae", second, lost)
    told_once(order, CAMPAIGN, VISUAL)
