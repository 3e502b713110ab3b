"""Who sees what: every page, as every role. What is not allowed is not there (404)."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from werkzeug.routing import Rule

from engine import clock, database
from engine.database import Sessions
from engine.models import Move
from tests.webforms.conftest import SEEN, Browser
from webforms import identity

SignedIn = Callable[[str], Browser]

EVERYBODY = ("ae", "as", "ad", "ph", "ch", "ex1", "ex2", "adm", "con", "owner", "manager", "admin")
#: They started the case, supervise who did, or see every case.
CONCERNED = {"ae", "as", "ad", "manager", "admin"}
#: They draw and deploy procedures.
OWNERS = {"owner", "admin"}
OPEN_TO_ALL = {
    "/", "/?tab=groups", "/?tab=all", "/?tab=done", "/start/", "/cases/", "/processes/",
    "/processes/small_order", "/processes/small_order/versions", "/processes/drawings/1.bpmn",
    "/processes/small_order/versions/1/1",
    "/tokens/",
}  # fmt: skip
#: By rule: addresses as the test's one case fills them in, and who gets more than a 404.
PAGES = {
    "/tasks/<task_id>": CONCERNED,
    "/start/<process_id>": {"ae"},
    "/cases/<number>": CONCERNED,
    "/documents/<document_id>": CONCERNED,
    "/processes/<process_id>/edit": OWNERS,
    "/processes/<process_id>/draft.bpmn": OWNERS,
    "/processes/new-procedure": OWNERS,
    "/processes/<process_id>/versions/<older>/draft": OWNERS,
    "/processes/<process_id>/versions/<version>/roll-back": OWNERS,
    "/processes/<process_id>/retire": OWNERS,
    "/processes/<process_id>/move": OWNERS,
    "/processes/<process_id>/rehearse": OWNERS,
    "/processes/<process_id>/rehearse/survey": OWNERS,
    "/moves/<move_id>": OWNERS,
}
ACTIONS = {
    "/tasks/<task_id>": CONCERNED,
    "/tasks/<task_id>/fields": CONCERNED,
    "/tasks/<task_id>/claim": CONCERNED,
    "/tasks/<task_id>/release": CONCERNED,
    "/start/<process_id>": {"ae"},
    "/start/<process_id>/fields": {"ae"},
    "/cases/<number>/comments": CONCERNED,
    "/cases/<number>/cancel": CONCERNED,
    "/cases/<number>/incidents/<incident_id>/settle": {"manager", "admin"},
    "/tokens/<token_id>/revoke": {"ae"},
    "/processes/<process_id>/check": OWNERS,
    "/processes/<process_id>/preview": OWNERS,
    "/processes/<process_id>/draft": OWNERS,
    "/processes/<process_id>/draft/discard": OWNERS,
    "/processes/<process_id>/deploy": OWNERS,
    "/processes/new-procedure": OWNERS,
    "/processes/<process_id>/versions/<version>/roll-back": OWNERS,
    "/processes/<process_id>/retire": OWNERS,
    "/processes/<process_id>/bring-back": OWNERS,
    "/processes/<process_id>/move": OWNERS,
    "/processes/<process_id>/rehearse": OWNERS,
    "/processes/<process_id>/rehearse/fields": OWNERS,
    "/moves/<move_id>/undo": OWNERS,
}


@pytest.fixture
def places(signed_in: SignedIn, order: str, sessions: Sessions) -> dict[str, str]:
    """A case with a document, and one with an open task and an incident; by address."""
    browser = signed_in("ae")
    upload = (BytesIO(b"x"), "a.txt")
    answers = {"_seen": SEEN, "wanted": "x", "parts": "1"}
    assert browser.post(order, {**answers, "attachments": upload}).status_code == 303
    order = browser.post("/start/small_order", {"client_name": "另一家"}).location
    assert browser.post(order, {**answers, "parts": "0"}).status_code == 303
    assert browser.post("/tokens/", {"name": "CRM"}).status_code == 200
    drawing = browser.get("/processes/drawings/1.bpmn").data
    assert signed_in("owner").put("/processes/small_order/draft", drawing).status_code == 200
    with database.writing(sessions) as session:
        move = Move(process_id="small_order", definition_id=1, mapping={}, ordered_by="owner")
        move.ordered_at = clock.now()
        session.add(move)
    return {
        "task_id": order.removeprefix("/tasks/"),
        "number": _number(signed_in("manager")),
        "process_id": "small_order",
        "document_id": "1",
        "incident_id": "1",
        "definition_id": "1",
        "version": "1",
        "older": "1",
        "token_id": "1",
        "move_id": "1",
    }


def _filled(rule: str, places: dict[str, str]) -> str:
    for name, value in places.items():
        rule = rule.replace(f"<{name}>", value)
    return rule


@pytest.mark.parametrize("who", EVERYBODY)
def test_it_shows_each_role_its_pages_and_no_other(
    signed_in: SignedIn, places: dict[str, str], who: str
) -> None:
    browser = signed_in(who)
    for address in OPEN_TO_ALL:
        assert browser.get(address).status_code == 200, address
    for rule, allowed in PAGES.items():
        answer = browser.get(_filled(rule, places))
        assert (answer.status_code == 404) is (who not in allowed), (rule, answer.status_code)
        answer.close()


@pytest.mark.parametrize("who", EVERYBODY)
def test_it_lets_each_role_do_its_own_and_nothing_else(
    signed_in: SignedIn, places: dict[str, str], who: str
) -> None:
    browser = signed_in(who)
    for rule, allowed in ACTIONS.items():
        if rule.endswith("/cancel") and who in allowed:
            continue  # it would end the case under the other actions
        answer = browser.post(_filled(rule, places))
        refused = answer.status_code in (403, 404)
        if who not in allowed:
            assert answer.status_code == 404, (rule, answer.status_code)
        elif who == "ae":
            assert not refused, (rule, answer.status_code)


def test_it_knows_who_may_open_every_address(app: Flask) -> None:
    """A new page must be put into one of the tables above."""
    known = set(PAGES) | set(ACTIONS) | OPEN_TO_ALL
    known |= {
        "/sign-out",
        "/processes/<process_id>",
        "/processes/<process_id>/versions",
        "/processes/<process_id>/versions/compare",
        "/processes/<process_id>/versions/<older>/<newer>",
        "/processes/drawings/<definition_id>.bpmn",
        # These only lead to pages.
        "/manage/",
        "/manage/process-instance/<number>",
        "/manage/repository",
    }
    rules: list[Rule] = list(app.url_map.iter_rules())
    own = (rule.rule for rule in rules if rule.endpoint not in identity.PUBLIC)
    unknown = {re.sub(r"<int\(.*?\):", "<", rule) for rule in own} - known
    assert unknown == set()


def _number(browser: Browser) -> str:
    return browser.get("/cases/").text.split('class="row-title" href="/cases/')[1].split('"')[0]
