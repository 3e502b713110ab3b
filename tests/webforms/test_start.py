"""Starting a case."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from engine import database
from engine.database import Sessions
from engine.models import Instance
from tests.engine.drawings import deploy, draw
from tests.webforms.conftest import KEY, TOKEN, Browser

SignedIn = Callable[[str], Browser]
pytestmark = pytest.mark.usefixtures("small_procedure")


def _cases(sessions: Sessions) -> int:
    with database.reading(sessions) as session:
        return session.scalar(select(func.count()).select_from(Instance)) or 0


def test_it_lists_what_a_person_may_start(signed_in: SignedIn) -> None:
    assert "/start/small_order" in signed_in("ae").get("/start/").text
    page = signed_in("as").get("/start/").text
    assert "/start/small_order" not in page
    assert "没有您可以发起的流程" in page


def test_it_asks_what_the_start_event_asks(signed_in: SignedIn) -> None:
    page = signed_in("ae").get("/start/small_order").text
    assert 'name="client_name"' in page
    assert "填写订单" in page  # what happens next


def test_it_hides_procedures_from_who_may_not_start_them(signed_in: SignedIn) -> None:
    for who in ("as", "con", "manager", "admin"):
        assert signed_in(who).get("/start/small_order").status_code == 404
        assert signed_in(who).post("/start/small_order", {"client_name": "x"}).status_code == 404
    assert signed_in("ae").get("/start/nothing").status_code == 404


def test_it_starts_a_case_and_goes_on_to_its_first_task(signed_in: SignedIn) -> None:
    browser = signed_in("ae")
    answer = browser.post("/start/small_order", {"client_name": "示例食品"})
    assert answer.status_code == 303
    assert answer.location.startswith("/tasks/")
    page = browser.get(answer.location).text
    assert "示例食品 · 小订单" in page
    assert "案件已发起" in page


def test_it_keeps_what_was_typed_when_something_is_missing(
    signed_in: SignedIn, sessions: Sessions
) -> None:
    browser = signed_in("ae")
    answer = browser.post("/start/small_order", {"client_name": "长" * 81})
    assert answer.status_code == 422
    assert "长" * 81 in answer.text
    assert 'id="problems"' in answer.text
    assert browser.post("/start/small_order", {"client_name": "  "}).status_code == 422
    assert _cases(sessions) == 0


def test_it_starts_one_case_for_a_form_that_is_sent_twice(
    signed_in: SignedIn, sessions: Sessions
) -> None:
    browser = signed_in("ae")
    key = KEY.search(browser.get("/start/small_order").text)
    assert key
    sent = {"client_name": "示例食品", "request_key": key[1]}
    first = browser.post("/start/small_order", sent)
    again = browser.post("/start/small_order", sent)
    assert (again.status_code, again.location) == (303, first.location)
    assert _cases(sessions) == 1


def test_it_shows_a_form_again_whose_token_is_from_another_sign_in(
    signed_in: SignedIn, sessions: Sessions
) -> None:
    browser = signed_in("ae")
    browser.get("/")
    sent = {"client_name": "示例食品", "csrf_token": "old"}
    answer = browser.client.post("/start/small_order", data=sent)
    assert answer.status_code == 400
    assert 'value="示例食品"' in answer.text
    assert "重新登录" in answer.text
    token = TOKEN.search(answer.text)
    assert token
    assert _cases(sessions) == 0
    again = browser.client.post("/start/small_order", data={**sent, "csrf_token": token[1]})
    assert again.status_code == 303
    gone = browser.client.post("/start/nothing", data=sent)
    assert gone.status_code == 404
    assert "示例食品" in gone.text


def test_it_keeps_what_was_typed_when_too_much_was_sent(
    signed_in: SignedIn, sessions: Sessions
) -> None:
    flood = {"client_name": "示例食品", "more": FileStorage(BytesIO(b"x" * 4_500_000), "more.bin")}
    answer = signed_in("ae").flood("/start/small_order", flood)
    assert answer.status_code == 413
    assert 'value="示例食品"' in answer.text
    assert _cases(sessions) == 0


def test_it_hands_back_what_was_typed_to_who_is_signed_out(browser: Browser) -> None:
    answer = browser.post("/start/small_order", {"client_name": "示例食品"})
    assert answer.status_code == 401
    assert "示例食品" in answer.text


def test_it_ignores_what_the_form_does_not_ask(signed_in: SignedIn) -> None:
    answer = signed_in("ae").post(
        "/start/small_order", {"client_name": "甲", "decision": "sign", "__class__": "x"}
    )
    assert answer.status_code == 303


FAILS = draw(
    "fails",
    """
    start begin lane=executor fields="parts:long! note:string" out.share="${100 / parts}"
    user work lane=executor
    end done
    begin > work > done
    """,
)


def test_it_keeps_what_was_typed_and_tells_managers_when_the_procedure_fails_at_its_start(
    signed_in: SignedIn, sessions: Sessions, caplog: pytest.LogCaptureFixture
) -> None:
    deploy(sessions, FAILS)
    browser = signed_in("ex1")
    key = KEY.search(browser.get("/start/fails").text)
    assert key
    sent = {"_seen": "parts note", "parts": "0", "note": "留着我", "request_key": key[1]}
    for _twice in range(2):
        answer = browser.post("/start/fails", sent)
        assert answer.status_code == 500
        assert "流程中有一步执行失败，已通知经理。" in answer.text
        assert "留着我" in answer.text
        assert "100 / parts" not in answer.text
    assert "begin" in caplog.text
    assert "It divides by zero" in caplog.text
    cases = signed_in("manager").get("/cases/?status=incident").text
    assert "1 个异常" in cases
    (number,) = set(re.findall(r"/cases/(\d{4}-\d{4})", cases))
    page = signed_in("manager").get(f"/cases/{number}").text
    assert "不能除以零" in page
    assert "留着我" in page
    assert "已取消" in page
    assert browser.post("/start/fails", {**sent, "parts": "4"}).status_code == 303
    assert _cases(sessions) == 2
