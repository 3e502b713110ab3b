"""Procedures and their drawings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.webforms.conftest import HERE, Browser

SignedIn = Callable[[str], Browser]
pytestmark = pytest.mark.usefixtures("small_procedure")


@pytest.mark.parametrize("who", ["ae", "con", "manager"])
def test_it_lists_the_procedures_to_everybody(signed_in: SignedIn, who: str) -> None:
    page = signed_in(who).get("/processes/").text
    assert "小订单" in page
    assert "客户专员填写" in page
    assert ("您可以发起" in page) is (who == "ae")


def test_it_shows_one_with_its_drawing(signed_in: SignedIn) -> None:
    page = signed_in("con").get("/processes/small_order")
    assert page.status_code == 200
    assert "/processes/drawings/1.bpmn" in page.text
    assert "/start/small_order" not in page.text
    assert "/start/small_order" in signed_in("ae").get("/processes/small_order").text
    assert signed_in("ae").get("/processes/nothing").status_code == 404


def test_it_sends_the_drawing_byte_for_byte(signed_in: SignedIn) -> None:
    answer = signed_in("con").get("/processes/drawings/1.bpmn")
    assert answer.data == (HERE / "diagrams" / "small_order.bpmn").read_bytes()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "private" in answer.headers["Cache-Control"]
    # A page asks for it late: the cookie would bring back a session that has ended since.
    assert "Set-Cookie" not in answer.headers
    assert signed_in("con").get("/processes/drawings/99.bpmn").status_code == 404


@pytest.mark.parametrize("number", [2**31 - 1, 2**31, 2**63, 10**30])
def test_it_finds_nothing_under_numbers_larger_than_any_id(
    signed_in: Callable[[str], Browser], number: int
) -> None:
    manager = signed_in("manager")
    assert manager.get(f"/processes/drawings/{number}.bpmn").status_code == 404
    assert manager.get(f"/documents/{number}").status_code == 404
    assert manager.post(f"/cases/x/incidents/{number}/settle").status_code == 404
