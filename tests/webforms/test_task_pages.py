"""One task: reading, claiming, drafts, completing, and everything that can come between."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import FileStorage

from engine import database, tasks
from engine.database import Sessions
from engine.models import Document, Event, Incident, Membership, Task
from tests.webforms.conftest import KEY, SEEN, Browser

SignedIn = Callable[[str], Browser]
GOOD = {
    "_seen": SEEN,
    "wanted": "三张海报",
    "budget": "1,200.50 元",
    "parts": "2",
    "action": "complete",
}


def _open(sessions: Sessions) -> list[Task]:
    with database.reading(sessions) as session:
        return list(session.scalars(select(Task)))


def _answers(sessions: Sessions) -> dict[str, Any]:
    with database.reading(sessions) as session:
        event = session.scalars(select(Event).where(Event.kind == "completed")).one()
        answers: dict[str, Any] = event.details["answers"]
        return answers


def test_it_shows_form_help_due_date_story_and_drawing(signed_in: SignedIn, order: str) -> None:
    page = signed_in("ae").get(order).text
    assert "写明要什么" in page
    assert 'name="wanted"' in page
    assert "2 天后" in page
    assert "案件发起" in page
    assert "data-drawing=" in page
    assert "&#34;fill_order&#34;" in page  # you are here
    assert "提交 →「签字批准」" in page
    assert "客户部主管" in page  # who does the next step


def test_it_speaks_english_too(signed_in: SignedIn, order: str) -> None:
    browser = signed_in("ae")
    browser.post("/language", {"language": "en"})
    page = browser.get(order).text
    assert "Say what is wanted." in page
    assert "Budget (yuan)" in page
    assert "Submit → “Sign the order”" in page
    for chinese in ("写明要什么", "填写订单"):
        assert chinese not in page


def test_it_completes_a_task_and_says_so(
    signed_in: SignedIn, order: str, sessions: Sessions
) -> None:
    answer = signed_in("ae").post(order, GOOD)
    assert (answer.status_code, answer.location) == (303, "/")
    assert "“填写订单”已完成" in signed_in("ae").get("/").text
    answers = _answers(sessions)
    assert (answers["wanted"], answers["budget"], answers["parts"]) == ("三张海报", 120050, 2)
    assert [task.element_id for task in _open(sessions)] == ["sign_order"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"wanted": ""},
        {"budget": "many"},
        {"budget": "0.5"},
        {"budget": "9" * 400},
        {"parts": "1.5"},
        {"wanted": "x" * 20_001},
        {"urgent": "perhaps"},
        {"urgent": "true"},
        {"urgent": "true", "why_urgent": ""},
        {"items-0-item": "", "_seen": SEEN + " items-0-item"},
        {"attachments": '{"id": 999, "name": "stolen", "size": 1}'},
    ],
)
def test_it_keeps_what_was_typed_when_answers_are_wrong(
    signed_in: SignedIn, order: str, sessions: Sessions, wrong: dict[str, str]
) -> None:
    answer = signed_in("ae").post(order, {**GOOD, "wanted": "只此一份", **wrong})
    assert answer.status_code == 422, wrong
    assert 'id="problems"' in answer.text
    assert 'data-guard="changed"' in answer.text
    if "wanted" not in wrong:
        assert "只此一份" in answer.text
    assert [task.element_id for task in _open(sessions)] == ["fill_order"]


def test_it_asks_what_an_answer_makes_necessary(signed_in: SignedIn, order: str) -> None:
    browser = signed_in("ae")
    assert 'name="why_urgent"' not in browser.get(order).text
    fragment = browser.post(f"{order}/fields", {**GOOD, "urgent": "true"})
    assert fragment.status_code == 200
    assert 'name="why_urgent"' in fragment.text
    assert "三张海报" in fragment.text
    assert "<html" not in fragment.text
    sent = {**GOOD, "_seen": SEEN + " why_urgent", "urgent": "true", "why_urgent": "展会提前"}
    assert browser.post(order, sent).status_code == 303


def test_it_adds_and_removes_rows_without_scripts(
    signed_in: SignedIn, order: str, sessions: Sessions
) -> None:
    browser = signed_in("ae")
    more = browser.post(order, {**GOOD, "action": "", "add:items": "1"})
    assert more.status_code == 200
    assert 'name="items-0-item"' in more.text
    assert "三张海报" in more.text
    rows = {
        "items-0-item": "海报",
        "items-1-item": "文案",
        "_seen": SEEN + " items-0-item items-1-item",
    }
    less = browser.post(order, {**GOOD, **rows, "action": "", "remove:items:0": "1"})
    assert 'value="文案"' in less.text
    assert 'value="海报"' not in less.text
    assert browser.post(order, {**GOOD, **rows}).status_code == 303
    assert _answers(sessions)["items"] == [{"item": "海报"}, {"item": "文案"}]


def test_it_keeps_a_draft(signed_in: SignedIn, order: str) -> None:
    browser = signed_in("ae")
    draft = {**GOOD, "action": "draft", "wanted": "写了一半", "budget": "some"}
    assert browser.post(order, draft).status_code == 303
    page = browser.get(order).text
    assert "写了一半" in page
    assert 'value="some"' in page


def test_a_draft_is_shown_to_who_holds_the_task_only(
    signed_in: SignedIn, order: str, sessions: Sessions
) -> None:
    browser = signed_in("ae")
    browser.post(order, {**GOOD, "action": "draft", "wanted": "写了一半"})
    for who in ("manager", "as"):
        page = signed_in(who).get(order)
        assert page.status_code == 200
        assert "写了一半" not in page.text
    assert "写了一半" in browser.get(order).text


@pytest.mark.parametrize(
    "odd",
    [
        {"parts": "9" * 30},
        {"parts": "9" * 5000},
        {"budget": "9" * 30},
        {"budget": "9" * 26},
        {"budget": "-9e300"},
        {"attachments": "{}"},
        {"attachments": '{"id": "x", "name": "a", "size": 1}'},
        {"attachments": '{"id": null, "name": "a", "size": 1}'},
        {"attachments": '{"id": [1], "name": "a", "size": 1}'},
        {"attachments": '{"id": true, "name": "a", "size": 1}'},
        {"attachments": '{"id": -1, "name": "a", "size": 1}'},
        {"attachments": '{"id": 99999999999999999999, "name": "a", "size": 1}'},
        {"attachments": '{"id": 2147483648, "name": "a", "size": 1}'},
        {"attachments": '{"id": 1, "name": ["a"], "size": 1}'},
        {"attachments": '{"id": 1, "name": "\\ud800", "size": 1}'},
        {"attachments": '{"id": 1, "name": "a", "size": "large"}'},
        {"attachments": '{"id": 1, "name": "a", "size": 1e999}'},
        {"attachments": '{"id": 1, "name": "a", "size": 99999999999999999999}'},
    ],
)
def test_a_draft_of_anything_at_all_can_be_opened_again(
    signed_in: SignedIn, order: str, odd: dict[str, str]
) -> None:
    browser = signed_in("ae")
    assert browser.post(order, {**GOOD, "action": "draft", **odd}).status_code == 303
    page = browser.get(order)
    assert page.status_code == 200
    assert "三张海报" in page.text


def test_it_keeps_uploads_while_the_rest_is_put_right(
    signed_in: SignedIn, order: str, sessions: Sessions
) -> None:
    browser = signed_in("ae")
    answer = browser.post(
        order, {**GOOD, "wanted": "", "attachments": (BytesIO(b"%PDF"), "简报.pdf")}
    )
    assert answer.status_code == 422
    assert "简报.pdf" in answer.text
    kept = '{"id": 1, "name": "简报.pdf", "size": 4}'
    assert browser.post(order, {**GOOD, "attachments": kept}).status_code == 303
    assert _answers(sessions)["attachments"] == [{"id": 1, "name": "简报.pdf", "size": 4}]


def test_it_refuses_a_file_that_is_too_large_and_keeps_the_rest(
    signed_in: SignedIn, order: str
) -> None:
    large = (BytesIO(b"x" * 100_001), "large.bin")
    answer = signed_in("ae").post(order, {**GOOD, "attachments": large})
    assert answer.status_code == 422
    assert "large.bin" in answer.text
    assert "三张海报" in answer.text
    flood = signed_in("ae").client.post(
        order, data=b"x" * 5_000_000, content_type="multipart/form-data; boundary=x"
    )
    assert flood.status_code == 413
    assert "太大" in flood.text


def test_it_keeps_the_rest_when_all_the_files_together_are_too_large(
    signed_in: SignedIn, order: str, sessions: Sessions
) -> None:
    files = [FileStorage(BytesIO(b"x" * 1_500_000), f"{number}.bin") for number in range(3)]
    answer = signed_in("ae").flood(order, {**GOOD, "attachments": files})
    assert answer.status_code == 413
    assert "发送的内容太大" in answer.text
    assert "三张海报" in answer.text
    assert "data-primary" in answer.text  # the form itself, to send again
    with database.reading(sessions) as session:
        assert session.scalars(select(Document)).all() == []


def test_it_gives_the_first_answer_to_the_same_form_sent_again(
    signed_in: SignedIn, order: str, sessions: Sessions
) -> None:
    browser = signed_in("ae")
    key = KEY.search(browser.get(order).text)
    assert key
    sent = {**GOOD, "request_key": key[1]}
    assert browser.post(order, sent).status_code == 303
    browser.get("/")
    assert browser.post(order, sent).status_code == 303
    assert "“填写订单”已完成" in browser.get("/").text
    assert _answers(sessions)["wanted"] == "三张海报"


def test_it_says_who_was_first_and_when(signed_in: SignedIn, order: str) -> None:
    signed_in("ae").post(order, GOOD)
    late = signed_in("ae").post(order, {**GOOD, "wanted": "另一份", "request_key": "another"})
    assert late.status_code == 409
    assert "安晓彤" in late.text
    assert "另一份" in late.text
    assert "要什么" in late.text  # what was typed, under its label
    page = signed_in("ae").get(order)
    assert page.status_code == 409
    assert "已于" in page.text


def test_it_hands_back_what_was_typed_for_a_task_that_vanished(
    signed_in: SignedIn, order: str, sessions: Sessions
) -> None:
    browser = signed_in("ae")
    assert browser.post("/cases/2026-0001/cancel", {"reason": "不做了"}).status_code == 303
    assert browser.get(order).status_code in (404, 409)
    late = browser.post(order, GOOD)
    assert late.status_code in (404, 409)
    assert "三张海报" in late.text
    assert _open(sessions) == []


ODD = {
    "_seen": f"{SEEN} why_urgent items-4-item items-7-item",
    "urgent": "true",
    "why_urgent": "展会提前",
    "attachments": '{"id": 1, "name": "简报.pdf", "size": 4}',
    "items-4-item": "海报",
    "items-7-item": "文案",
    "add:items": "",
    "evil": "恶意",
}


def _listed(page: str) -> dict[str, str]:
    return dict(re.findall(r'<dt>(.*?)</dt><dd class="quote">(.*?)</dd>', page))


def test_it_hands_back_what_was_typed_in_words_and_nothing_that_was_not_asked(
    signed_in: SignedIn, order: str
) -> None:
    signed_in("ae").post(order, GOOD)
    late = signed_in("ae").post(order, {**GOOD, **ODD, "request_key": "another"})
    assert late.status_code == 409
    assert _listed(late.text) == {
        "要什么": "三张海报",
        "预算（元）": "1,200.50 元",
        "份数": "2",
        "加急": "是",
        "加急原因": "展会提前",
        "附件": "简报.pdf",
        "明细 1 · 事项": "海报",
        "明细 2 · 事项": "文案",
    }


def test_it_hands_back_what_was_typed_for_a_task_that_nobody_may_know_of(
    signed_in: SignedIn, order: str
) -> None:
    for address in ("/tasks/nothing", order):
        answer = signed_in("con").post(address, GOOD)
        assert answer.status_code == 404
        assert _listed(answer.text) == {"1": "三张海报", "2": "1,200.50 元", "3": "2"}


def test_it_hands_back_what_was_typed_to_who_is_signed_out(browser: Browser, order: str) -> None:
    answer = browser.post(order, {**GOOD, "items-0-origin": "0"})
    assert answer.status_code == 401
    assert _listed(answer.text)["1"] == "三张海报"
    assert GOOD["_seen"] not in answer.text
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert "三张海报" not in browser.post(order, GOOD, headers=elsewhere).text
    assert "geheim" not in browser.post("/sign-out", {"password": "geheim"}).text


@pytest.mark.parametrize(("fault", "status"), [(OperationalError, 503), (RuntimeError, 500)])
def test_it_hands_back_what_was_typed_when_the_database_is_busy(
    signed_in: SignedIn,
    order: str,
    monkeypatch: pytest.MonkeyPatch,
    fault: type[Exception],
    status: int,
) -> None:
    def fail(*_given: object, **_more: object) -> None:
        raise OperationalError("BEGIN", {}, Exception()) if fault is OperationalError else fault()

    browser, sent = signed_in("ae"), {**GOOD, "csrf_token": signed_in("ae").token("/cases/")}
    monkeypatch.setattr(tasks, "opened", fail)
    answer = browser.client.post(order, data=sent)
    assert answer.status_code == status
    assert _listed(answer.text)["1"] == "三张海报"
    assert sent["csrf_token"] not in answer.text


def test_it_shows_a_form_again_whose_token_is_from_another_sign_in(
    signed_in: SignedIn, order: str, sessions: Sessions
) -> None:
    browser = signed_in("ae")
    answer = browser.client.post(order, data={**GOOD, "csrf_token": "old"})
    assert answer.status_code == 400
    assert "三张海报" in answer.text
    assert "重新登录" in answer.text
    assert [task.element_id for task in _open(sessions)] == ["fill_order"]


def test_it_claims_and_releases(signed_in: SignedIn, order: str, sessions: Sessions) -> None:
    signed_in("ae").post(order, GOOD)
    address = f"/tasks/{_open(sessions)[0].id}"
    browser = signed_in("as")
    assert "认领" in browser.get(address).text
    assert browser.post(f"{address}/claim").status_code == 303
    assert _open(sessions)[0].assignee_id == "as"
    assert "在您手中" in browser.get(address).text
    assert browser.post(f"{address}/release").status_code == 303
    assert _open(sessions)[0].assignee_id is None


def test_it_is_read_only_to_who_sees_but_may_not_do_it(
    signed_in: SignedIn, order: str, sessions: Sessions
) -> None:
    signed_in("ae").post(order, GOOD)
    address = f"/tasks/{_open(sessions)[0].id}"
    page = signed_in("ae").get(address)
    assert page.status_code == 200
    assert "<fieldset disabled" in page.text
    assert "data-primary" not in page.text
    answer = signed_in("ae").post(address, {"_seen": "wanted decision", "decision": "sign"})
    assert answer.status_code in (403, 404)
    assert signed_in("ae").post(f"{address}/claim").status_code in (403, 404)
    assert _open(sessions)[0].assignee_id is None


def test_it_warns_when_somebody_else_holds_it(
    signed_in: SignedIn, order: str, sessions: Sessions
) -> None:
    with database.writing(sessions) as session:
        session.scalars(select(Task)).one().assignee_id = "ad"
    page = signed_in("ae").get(order)
    assert "狄国华 现在持有这项任务" in page.text
    answer = signed_in("ae").post(order, GOOD)
    assert answer.status_code == 409
    assert "三张海报" in answer.text
    assert signed_in("ae").post(f"{order}/claim").status_code == 409


def test_it_shows_nobody_a_python_error_when_the_procedure_fails(
    signed_in: SignedIn, order: str, sessions: Sessions
) -> None:
    browser = signed_in("ae")
    answer = browser.post(order, {**GOOD, "parts": "0"})
    assert answer.status_code == 303
    assert answer.location.startswith("/cases/")
    page = browser.get(answer.location).text
    assert "经理会看到这个异常" in page
    assert "Traceback" not in page
    assert "ZeroDivision" not in page
    with database.reading(sessions) as session:
        assert session.scalars(select(Incident)).one().answers["wanted"] == "三张海报"
    assert [task.element_id for task in _open(sessions)] == ["fill_order"]
    assert "三张海报" in browser.get(order).text  # typed answers stay as a draft
    assert "“填写订单”出现异常" in signed_in("manager").get(answer.location).text


@pytest.mark.parametrize("task_id", ["nothing", "0", "../x", "x" * 5000])
def test_it_knows_no_such_task(signed_in: SignedIn, task_id: str) -> None:
    for path in ("", "/claim", "/release", "/fields"):
        answer = signed_in("ae").post(f"/tasks/{task_id}{path}")
        assert answer.status_code in (404, 405), path
    assert signed_in("ae").get(f"/tasks/{task_id}").status_code == 404


def test_it_goes_on_to_the_next_task_of_the_case(
    signed_in: SignedIn, order: str, sessions: Sessions
) -> None:
    with database.writing(sessions) as session:
        session.add(Membership(person_id="ae", group_id="account_supervisor"))
    answer = signed_in("ae").post(order, GOOD)
    assert answer.location == f"/tasks/{_open(sessions)[0].id}"
    assert "这是您在本案件中的下一项任务" in signed_in("ae").get(answer.location).text
