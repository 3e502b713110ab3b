"""Signing in and out, and the gate before everything else."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from engine import database, people
from engine.database import Sessions
from engine.models import Person
from tests.webforms.conftest import Browser
from webforms import create_app, identity
from webforms.settings import Settings


def test_it_signs_in_and_shows_the_inbox(browser: Browser) -> None:
    answer = browser.sign_in("ae")
    assert (answer.status_code, answer.location) == (303, "/")
    page = browser.get("/")
    assert page.status_code == 200
    assert "安晓彤" in page.text


@pytest.mark.parametrize(("who", "password"), [("ae", "wrong"), ("nobody", "agencyflow"), ("", "")])
def test_it_refuses_a_wrong_name_or_password_alike(
    browser: Browser, who: str, password: str
) -> None:
    answer = browser.sign_in(who, password)
    assert answer.status_code == 401
    assert "用户名或密码不正确" in answer.text
    assert f'value="{who}"' in answer.text
    assert browser.get("/").status_code == 302


def test_it_pauses_an_account_after_ten_failures_even_for_the_right_password(
    browser: Browser,
) -> None:
    for _ in range(10):
        assert browser.sign_in("ae", "wrong").status_code == 401
    answer = browser.sign_in("ae")
    assert answer.status_code == 429
    assert "10 分钟" in answer.text


def test_it_keeps_nobody_waiting_while_a_password_is_checked(
    browser: Browser, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = people._verified

    def meanwhile(stored: str, password: str) -> bool:
        with database.writing(sessions) as session:
            session.get_one(Person, "as").language = "en"
        return check(stored, password)

    monkeypatch.setattr(people, "_verified", meanwhile)
    assert browser.sign_in("ae").status_code == 303
    assert browser.sign_in("ad", "wrong").status_code == 401
    with database.reading(sessions) as session:
        assert session.get_one(Person, "ad").failed_tries == 1


def test_it_signs_out(browser: Browser) -> None:
    browser.sign_in("ae")
    assert browser.post("/sign-out", {"csrf_token": browser.token("/")}).status_code == 303
    assert browser.get("/").status_code == 302


def test_it_lets_nobody_in_who_has_left(browser: Browser, sessions: Sessions) -> None:
    browser.sign_in("ae")
    with database.writing(sessions) as session:
        session.get_one(Person, "ae").active = False
    assert browser.get("/").status_code == 302
    assert browser.sign_in("ae").status_code == 401


@pytest.mark.parametrize(
    "goal",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/\nLocation: x",
    ],
)
def test_it_goes_on_to_pages_of_this_site_only(browser: Browser, goal: str) -> None:
    answer = browser.post("/sign-in", {"login": "ae", "password": "agencyflow", "next": goal})
    assert (answer.status_code, answer.location) == (303, "/")


def test_it_goes_on_to_the_page_that_was_wanted(browser: Browser) -> None:
    asked = browser.get("/cases/?search=x")
    assert asked.location == "/sign-in?next=/cases/?search%3Dx"
    page = browser.get(asked.location).text
    assert 'name="next" value="/cases/?search=x"' in page
    answer = browser.post(
        "/sign-in", {"login": "ae", "password": "agencyflow", "next": "/cases/?search=x"}
    )
    assert answer.location == "/cases/?search=x"


def test_it_forgets_what_was_planted_before_signing_in(browser: Browser) -> None:
    with browser.client.session_transaction() as cookie:
        cookie["planted"] = "yes"
    browser.sign_in("ae")
    with browser.client.session_transaction() as cookie:
        assert "planted" not in cookie


def test_it_keeps_the_cookie_from_scripts_and_other_sites(browser: Browser) -> None:
    cookie = browser.sign_in("ae").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_it_sends_the_cookie_over_https_only_unless_it_serves_this_machine_alone(
    settings: Settings, sessions: Sessions
) -> None:
    open_to_all = Settings(data=settings.data, secret_key="k", host="0.0.0.0")  # noqa: S104
    client = create_app(open_to_all, sessions).test_client()
    page = client.get("/sign-in", base_url="https://agency.example")
    assert "Secure" in page.headers["Set-Cookie"]


def test_it_lists_demo_accounts_in_demo_mode_only(
    browser: Browser, settings: Settings, sessions: Sessions
) -> None:
    page = browser.get("/sign-in").text
    assert "演示账号" in page
    assert 'name="login" value="adm"' in page
    serious = create_app(Settings(data=settings.data, secret_key="k"), sessions)
    other = Browser(serious.test_client())
    page = other.get("/sign-in").text
    assert "演示" not in page
    assert other.sign_in("ae").status_code == 401


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/language", "/cases/x/cancel"])
def test_it_takes_no_form_without_its_token(browser: Browser, path: str) -> None:
    browser.sign_in("ae")
    assert browser.client.post(path, data={"login": "ae"}).status_code == 400
    forged = browser.client.post(path, data={"csrf_token": "made-up"})
    assert forged.status_code == 400


def _address(rule: Rule) -> str:
    return re.sub(r"<[^>]+>", "1", rule.rule)


def test_it_shows_strangers_nothing_but_the_public_pages(app: Flask) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if rule.endpoint in identity.PUBLIC:
            continue
        methods = rule.methods or set()
        if "GET" in methods:
            answer = client.get(_address(rule))
            assert answer.status_code == 302, rule
            assert answer.location.startswith("/sign-in"), rule
        if "POST" in methods:
            assert client.post(_address(rule)).status_code == 401, rule
    assert client.get("/no/such/page").status_code == 302
    assert client.head("/").status_code == 302
    assert client.head("/sign-in").status_code == 200
