"""Pages on which running cases move to another version."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from engine import database, definitions, worker
from engine.database import Sessions
from tests.webforms.conftest import HERE, Browser

SignedIn = Callable[[str], Browser]
MOVE = "/processes/small_order/move"


def changed(sessions: Sessions, *pairs: tuple[str, str]) -> None:
    """Deploy the small order with words of its drawing replaced."""
    text = (HERE / "diagrams" / "small_order.bpmn").read_text(encoding="utf-8")
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after)
    with database.writing(sessions) as session:
        definitions.deploy(session, None, {"small_order.bpmn": text.encode()})


@pytest.fixture
def number(order: str, signed_in: SignedIn) -> str:
    """The number of the one case, as the owner's page names it."""
    page = signed_in("manager").get("/cases/").text
    found = re.search(r'href="/cases/([^"?]+)"', page)
    assert found
    return found[1]


def test_it_tells_of_each_case_whether_it_can_move_and_moves_it(
    sessions: Sessions, signed_in: SignedIn, order: str, number: str
) -> None:
    changed(sessions, ('name="填写订单"', 'name="写订单"'))
    owner = signed_in("owner")
    page = owner.get(MOVE).text
    assert number in page
    assert "可以换版" in page
    assert f'href="/cases/{number}"' not in page  # an owner sees number and title, no more
    assert f'href="/cases/{number}"' in signed_in("admin").get(MOVE).text
    answer = owner.post(MOVE, {"to": "2", "which": "ticked", "number": number})
    assert (answer.status_code, answer.location) == (303, "/moves/1")
    assert "hx-get" in owner.get("/moves/1").text
    assert 'href="/moves/1"' in owner.get(MOVE).text
    worker.work_all(sessions)
    page = owner.get("/moves/1").text
    assert "hx-get" not in page
    assert "已换版" in page
    assert "写订单" in signed_in("ae").get(order).text
    story = signed_in("manager").get(f"/cases/{number}").text
    assert "从第 1 版换到第 2 版" in story
    assert owner.post("/moves/1/undo", {"number": number}).status_code == 303
    assert "已换回" in owner.get("/moves/1").text
    assert "填写订单" in signed_in("ae").get(order).text
    again = owner.post("/moves/1/undo", {"number": number})
    assert again.status_code == 409


def test_a_task_that_is_gone_is_named_and_can_be_mapped(
    sessions: Sessions, signed_in: SignedIn, order: str, number: str
) -> None:
    changed(sessions, ("fill_order", "write_order"))
    owner = signed_in("owner")
    page = owner.get(MOVE).text
    assert "填写订单" in page
    assert "不能换版" in page
    assert 'value="small_order/fill_order=write_order"' in page
    page = owner.get(f"{MOVE}?map=small_order/fill_order%3Dwrite_order").text
    assert "可以换版" in page
    assert 'value="small_order/fill_order=write_order" selected' in page
    mapping = {"map": "small_order/fill_order=write_order"}
    owner.post(MOVE, {"to": "2", "which": "all", **mapping})
    worker.work_all(sessions)
    assert "已换版" in owner.get("/moves/1").text


def test_who_cannot_move_says_why_also_when_it_was_ordered(
    sessions: Sessions, signed_in: SignedIn, order: str, number: str
) -> None:
    changed(sessions, ("fill_order", "write_order"))
    owner = signed_in("owner")
    owner.post(MOVE, {"to": "2", "which": "ticked", "number": number})
    worker.work_all(sessions)
    page = owner.get("/moves/1").text
    assert "未换版" in page
    assert "填写订单" in page
    assert "填写订单" in signed_in("ae").get(order).text


def test_it_finds_cases_by_version_and_words(
    sessions: Sessions, signed_in: SignedIn, order: str, number: str
) -> None:
    changed(sessions, ('name="填写订单"', 'name="写订单"'))
    owner = signed_in("owner")
    assert number in owner.get(f"{MOVE}?from=1&search=示例").text
    assert number not in owner.get(f"{MOVE}?search=别家").text
    assert number not in owner.get(f"{MOVE}?to=1").text
    assert number not in owner.get(f"{MOVE}?from=7").text
    assert owner.get(f"{MOVE}?to=x&from=x&page=x").status_code == 200
    assert owner.get("/processes/nothing/move").status_code == 404
    nothing = owner.post(MOVE, {"to": "2", "which": "ticked"})
    assert nothing.status_code == 422
    assert "请勾选" in nothing.text


def test_only_owners_and_administrators_come_here(signed_in: SignedIn, order: str) -> None:
    for who in ("ae", "manager", "con"):
        assert signed_in(who).get(MOVE).status_code == 404
        assert signed_in(who).post(MOVE, {"which": "all"}).status_code == 404
    for who in ("owner", "admin"):
        assert signed_in(who).get(MOVE).status_code == 200
        assert signed_in(who).get("/moves/99").status_code == 404
