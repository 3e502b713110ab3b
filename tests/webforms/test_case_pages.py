"""Cases: the list, one case, comments, cancelling, incidents."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from engine import database
from engine.database import Sessions
from engine.models import Instance, Task
from tests.webforms.conftest import SEEN, Browser

SignedIn = Callable[[str], Browser]
GOOD = {"_seen": SEEN, "wanted": "三张海报", "parts": "1"}
CASE = "/cases/{number}"


@pytest.fixture
def case(order: str, sessions: Sessions) -> str:
    """The address of a case with one open task."""
    with database.reading(sessions) as session:
        return f"/cases/{session.scalars(select(Instance)).one().number}"


def _status(sessions: Sessions) -> str:
    with database.reading(sessions) as session:
        return session.scalars(select(Instance)).one().status


def test_it_shows_drawing_story_tasks_and_fields(
    signed_in: SignedIn, case: str, order: str
) -> None:
    signed_in("ae").post(order, GOOD)
    page = signed_in("ae").get(case).text
    assert "data-drawing=" in page
    assert "&#34;sign_order&#34;: 1" in page
    assert "&#34;fill_order&#34;" in page
    assert "案件发起" in page
    assert "三张海报" in page  # the answers given
    assert "示例食品" in page
    assert "签字批准" in page  # the open task
    assert "取消这个案件" in page


@pytest.mark.parametrize(
    ("who", "status"),
    [("ae", 200), ("as", 200), ("ad", 200), ("manager", 200), ("admin", 200),
     ("ph", 404), ("ch", 404), ("ex1", 404), ("adm", 404), ("con", 404), ("owner", 404)],
)  # fmt: skip
def test_it_shows_a_case_to_who_has_to_do_with_it(
    signed_in: SignedIn, case: str, who: str, status: int
) -> None:
    browser = signed_in(who)
    assert browser.get(case).status_code == status
    assert (case in browser.get("/cases/").text) is (status == 200)
    if status == 404:
        assert browser.post(f"{case}/comments", {"text": "x"}).status_code == 404
        assert browser.post(f"{case}/cancel", {"reason": "x"}).status_code == 404
        assert browser.post(f"{case}/incidents/1/settle").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [("", True), ("search=示例", True), ("search=2026-", True), ("search=nothing", False),
     ("process=small_order", True), ("process=other", False), ("status=active", True),
     ("status=ended", False), ("status=cancelled", False), ("status=late", False),
     ("status=incident", False), ("status=nonsense", True)],
)  # fmt: skip
def test_it_searches_and_filters(signed_in: SignedIn, case: str, query: str, found: bool) -> None:
    page = signed_in("manager").get(f"/cases/?{query}")
    assert page.status_code == 200
    assert (f'href="{case}"' in page.text) is found


def test_it_takes_comments(signed_in: SignedIn, case: str) -> None:
    browser = signed_in("ae")
    text = "请确认\n<script>alert(1)</script>"
    assert browser.post(f"{case}/comments", {"text": text}).status_code == 303
    page = signed_in("as").get(case).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    for wrong in ("", "   ", "x" * 5001):
        assert browser.post(f"{case}/comments", {"text": wrong}).status_code == 422


def test_it_cancels_with_a_reason_only(signed_in: SignedIn, case: str, sessions: Sessions) -> None:
    browser = signed_in("ae")
    assert browser.post(f"{case}/cancel", {"reason": "  "}).status_code == 422
    assert _status(sessions) == "active"
    assert browser.post(f"{case}/cancel", {"reason": "客户不要了"}).status_code == 303
    assert _status(sessions) == "cancelled"
    page = browser.get(case).text
    assert "客户不要了" in page
    assert "取消这个案件" not in page
    assert browser.post(f"{case}/cancel", {"reason": "again"}).status_code in (404, 409)
    with database.reading(sessions) as session:
        assert session.scalars(select(Task)).all() == []


def test_it_lets_managers_settle_incidents(signed_in: SignedIn, case: str, order: str) -> None:
    signed_in("ae").post(order, {**GOOD, "parts": "0"})
    assert "settle" not in signed_in("ae").get(case).text
    page = signed_in("manager").get(case).text
    assert f"{case}/incidents/1/settle" in page
    assert "1 个异常" in signed_in("manager").get("/cases/").text
    assert signed_in("ae").post(f"{case}/incidents/1/settle").status_code == 404
    assert signed_in("manager").post(f"{case}/incidents/99/settle").status_code == 404
    assert signed_in("manager").post(f"{case}/incidents/1/settle").status_code == 303
    assert "settle" not in signed_in("manager").get(case).text


def test_it_says_what_an_incident_is_to_managers_only(
    signed_in: SignedIn, case: str, order: str
) -> None:
    signed_in("ae").post(order, {**GOOD, "parts": "0"})
    told = "流程中有一步执行失败，已通知经理。"
    for page in (case, order):
        staff = signed_in("ae").get(page).text
        assert told in staff
        assert "100 / parts" not in staff
    manager = signed_in("manager").get(case).text
    assert "不能除以零" in manager
    assert "division" not in manager
    assert told not in manager


@pytest.mark.parametrize("number", ["2026-9999", "x", "..", "x" * 3000])
def test_it_knows_no_such_case(signed_in: SignedIn, number: str) -> None:
    assert signed_in("manager").get(f"/cases/{number}").status_code == 404
