"""Two sign a work order: either sends it back, and nobody signs for both."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import delete

from engine import database, errors
from engine.models import Membership
from tests.processes.account import CAMPAIGN, ORDERS, VISUAL, Account

At = Callable[[str], Account]


def join(account: Account, person: str, group: str) -> None:
    with database.writing(account.sessions) as session:
        session.add(Membership(person_id=person, group_id=group))


def test_it_asks_the_director_and_the_supervisor(account: At) -> None:
    order = account("ordered")
    assert order.open() == ["ad_sign", "ad_sign", "as_sign", "as_sign"]
    assert order.inboxes("ad_sign") == ["ad"]
    assert order.inboxes("as_sign") == ["as"]


def test_it_shows_who_signs_all_that_was_filled_in(account: At) -> None:
    order = account("ordered")
    shown = order.values("as", order.found(VISUAL, "as_sign"))
    filled_in = {**ORDERS[1], "client_name": "示例茶饮", "order_no": f"{order.number}-2.1"}
    assert {key: shown[key] for key in filled_in} == filled_in


def test_it_sends_nothing_before_both_have_signed(account: At) -> None:
    order = account("ordered")
    order.on(VISUAL, "as", "as_sign", as_decision="approve")
    assert order.numbers("creative_direction") == []
    order.on(VISUAL, "ad", "ad_sign", ad_decision="approve")
    (sent,) = order.sent("creative_work_order")
    assert (sent["ad_signed_by"], sent["as_signed_by"]) == ("ad", "as")
    assert len(order.numbers("creative_direction")) == 1


@pytest.mark.parametrize(
    ("director", "supervisor", "returned_by", "remarks"),
    [
        ("back", "approve", "客户总监", "客户总监：太贵"),
        ("approve", "back", "客户部主管", "客户部主管：太急"),
        ("back", "back", "客户总监、客户部主管", "客户总监：太贵；客户部主管：太急"),
    ],
)
def test_it_goes_back_with_the_remarks_of_whoever_did_not_sign(
    account: At, director: str, supervisor: str, returned_by: str, remarks: str
) -> None:
    order = account("ordered")
    said = {"back": {"ad_remarks": "太贵"}, "approve": {}}[director]
    order.on(VISUAL, "ad", "ad_sign", ad_decision=director, **said)
    assert "repair_order" not in order.open(), "both answer first"
    said = {"back": {"as_remarks": "太急"}, "approve": {}}[supervisor]
    order.on(VISUAL, "as", "as_sign", as_decision=supervisor, **said)
    assert order.inboxes("repair_order") == ["ae"]
    shown = order.values("ae", order.found(VISUAL, "repair_order"))
    assert (shown["return_from"], shown["return_remarks"]) == (returned_by, remarks)


def test_it_wants_a_reason_for_sending_back(account: At) -> None:
    order = account("ordered")
    with pytest.raises(errors.InvalidAnswers) as refused:
        order.on(VISUAL, "ad", "ad_sign", ad_decision="back", ad_remarks=" ")
    assert set(refused.value.errors) == {"ad_remarks"}


def test_it_is_signed_by_both_again_after_it_came_back(account: At) -> None:
    order = account("ordered")
    for submission in (1, 2, 3):
        order.on(VISUAL, "ad", "ad_sign", ad_decision="approve")
        order.on(VISUAL, "as", "as_sign", as_decision="back", as_remarks="太急")
        shown = order.values("ae", order.found(VISUAL, "repair_order"))
        assert shown["order_no"] == f"{order.number}-2.{submission}"
        order.on(VISUAL, "ae", "repair_order", repair_decision="resubmit", budget=submission)
    assert order.open() == ["ad_sign", "ad_sign", "as_sign", "as_sign"]
    again = order.values("ad", order.found(VISUAL, "ad_sign"))
    assert (again["budget"], again["ad_decision"]) == (3, "")
    order.signs(VISUAL)
    (sent,) = order.sent("creative_work_order")
    assert (sent["no"], sent["budget"]) == (f"{order.number}-2.4", 3)


def test_it_is_never_signed_twice_by_one_person(account: At) -> None:
    order = account("ordered")
    join(order, "ad", "account_supervisor")
    order.on(VISUAL, "ad", "ad_sign", ad_decision="approve")
    task = order.found(VISUAL, "as_sign")
    with pytest.raises(errors.AgencyflowError):
        order.complete_task("ad", task, {"as_decision": "approve"})
    assert order.troubles() == [], "the supervisor may still sign"
    order.on(CAMPAIGN, "ad", "as_sign", as_decision="approve")
    order.on(VISUAL, "as", "as_sign", as_decision="approve")
    assert len(order.numbers("creative_direction")) == 1


def test_it_tells_when_nobody_is_left_to_sign(account: At) -> None:
    order = account("ordered")
    with database.writing(order.sessions) as session:
        session.execute(delete(Membership).where(Membership.group_id == "account_supervisor"))
    join(order, "ad", "account_supervisor")
    order.on(VISUAL, "ad", "ad_sign", ad_decision="approve")
    (trouble,) = order.troubles()
    assert "two different people" in trouble
    join(order, "as", "account_supervisor")
    order.on(VISUAL, "as", "as_sign", as_decision="approve")
    assert len(order.numbers("creative_direction")) == 1
