"""The inbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import clock, database
from engine.database import Sessions
from engine.models import Candidate, Task
from tests.webforms.conftest import SEEN, Browser

SignedIn = Callable[[str], Browser]


def test_it_says_when_there_is_nothing_to_do(signed_in: SignedIn) -> None:
    for tab in ("mine", "groups", "all", "done"):
        assert signed_in("ae").get(f"/?tab={tab}").status_code == 200
    assert "这里没有待办" in signed_in("ae").get("/").text
    assert "您还没有完成过任务" in signed_in("ae").get("/?tab=done").text


def test_it_shows_my_tasks_with_case_and_due_date(signed_in: SignedIn, order: str) -> None:
    page = signed_in("ae").get("/").text
    assert f'href="{order}"' in page
    assert "示例食品 · 小订单" in page
    assert "2 天后" in page


def test_it_offers_the_tasks_of_my_groups_to_claim(
    signed_in: SignedIn, order: str, sessions: Sessions
) -> None:
    signed_in("ae").post(order, {"_seen": SEEN, "wanted": "x", "parts": "1"})
    assert "签字批准" not in signed_in("as").get("/").text
    assert "您所在的组有 1 项待认领" in signed_in("as").get("/").text
    page = signed_in("as").get("/?tab=groups").text
    assert "签字批准" in page
    assert "/claim" in page
    assert "签字批准" not in signed_in("ad").get("/?tab=groups").text
    assert "签字批准" in signed_in("ad").get("/?tab=all").text
    assert "填写订单" in signed_in("ae").get("/?tab=done").text


def test_it_says_what_is_late(signed_in: SignedIn, order: str) -> None:
    clock.set(clock.now() + timedelta(days=5))
    page = signed_in("ae").get("/").text
    assert "逾期 3 天" in page
    assert "tone-red" in page


def test_it_shows_optional_tasks_apart(signed_in: SignedIn, order: str, sessions: Sessions) -> None:
    with database.writing(sessions) as session:
        session.scalars(select(Task)).one().optional = True
    page = signed_in("ae").get("/").text
    assert page.index("可选：不做也不影响流程") < page.index(order)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("示例", True),
        ("2026-", True),
        ("填写", True),
        ("Fill in", True),
        ("%", False),
        ("_", False),
    ],
)
def test_it_searches_task_client_title_and_number(
    signed_in: SignedIn, order: str, search: str, found: bool
) -> None:
    page = signed_in("ae").get("/", query_string={"search": search}).text
    assert (f'href="{order}"' in page) is found
    assert ("没有找到" in page) is not found


def test_it_pages(signed_in: SignedIn, order: str, sessions: Sessions) -> None:
    with database.writing(sessions) as session:
        one = session.scalars(select(Task)).one()
        for number in range(40):
            copy = {
                column.name: getattr(one, column.name)
                for column in Task.__table__.columns
                if column.name != "id"
            }
            session.add(Task(id=f"copy-{number}", **copy))
        session.flush()
        session.add(Candidate(task_id="copy-1", group_id="account_executive"))
    first = signed_in("ae").get("/").text
    assert "第 1 页，共 2 页" in first
    assert 'rel="next" href="/?page=2"' in first
    second = signed_in("ae").get("/?page=2").text
    assert "第 2 页，共 2 页" in second
    assert 'rel="prev"' in second


@pytest.mark.parametrize(
    "query",
    ["page=-1", "page=x", "page=99999999999999999999", "page=٣", "tab=nothing", "tab=", "search=" + "x" * 5000,
     "search=%F0%9F%98%80", "search='%3B--", "page=1&page=2"],
)  # fmt: skip
def test_it_takes_any_address(signed_in: SignedIn, query: str) -> None:
    assert signed_in("ae").get(f"/?{query}").status_code == 200
    assert signed_in("ae").get(f"/cases/?{query}").status_code == 200
