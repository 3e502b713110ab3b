"""Who may speak to the REST interface, and how one who may not is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from engine import clock, database, people
from engine.database import Sessions
from engine.languages import Text
from engine.models import Person, Token
from tests.webforms.conftest import PASSWORD, Browser
from tests.webforms.rest.conftest import Program, Speaking, basic, token_of
from webforms import create_app
from webforms.session import current
from webforms.settings import Settings


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer agf_wrong",
        "Bearer 密",
        "Basic",
        "Basic !!!",
        "Basic YWU=",
        basic("ae", "wrong"),
        basic("nobody", PASSWORD),
        basic("", ""),
        basic("ae", "agf_wrong"),
        "Digest username=ae",
        "agencyflow",
    ],
)
@pytest.mark.parametrize("path", ["/version", "/deployment?maxResults=0", "/nothing/here"])
def test_it_asks_strangers_who_they_are(app: Flask, authorization: str, path: str) -> None:
    program = Program(app)
    answer = program.get(path, headers={"Authorization": authorization.encode().decode("latin-1")})
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["type"] == "AuthenticationException"
    assert answer.json["message"]
    # "Basic" would make browsers keep a password and send it for other sites.
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="agencyflow"'


def test_no_address_answers_a_stranger(app: Flask) -> None:
    program = Program(app)
    rules = list(app.wsgi_app.rest.url_map.iter_rules())
    assert len(rules) > 30
    for rule in rules:
        address = re.sub(r"<[^>]+>", "1", rule.rule)
        for method in (rule.methods or set()) - {"OPTIONS"}:
            assert program.send(method, address).status_code == 401, (method, address)


def test_it_takes_a_token_alone_or_as_password(app: Flask, sessions: Sessions) -> None:
    token = token_of(sessions, "ae")
    for authorization in (f"Bearer {token}", basic("ae", token), basic("ae", PASSWORD)):
        assert Program(app, authorization).get("/version").json == {"version": "7.24.0"}
    assert Program(app, basic("ph", token)).get("/version").status_code == 401


def test_it_knows_no_cookies(app: Flask, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("owner")
    assert browser.get("/engine-rest/version").status_code == 401
    assert browser.post("/engine-rest/deployment/create").status_code == 401


def test_it_lets_nobody_in_with_a_token_that_is_over_or_whose_owner_left(
    app: Flask, sessions: Sessions
) -> None:
    program = Program(app, f"Bearer {token_of(sessions, 'ae', days=1)}")
    assert program.get("/version").status_code == 200
    with database.writing(sessions) as session:
        session.get_one(Person, "ae").active = False
    assert program.get("/version").status_code == 401
    with database.writing(sessions) as session:
        session.get_one(Person, "ae").active = True
    assert program.get("/version").status_code == 200
    clock.set(datetime.now(UTC) + timedelta(days=2))
    assert program.get("/version").status_code == 401


def test_it_notes_when_a_token_was_used(app: Flask, sessions: Sessions) -> None:
    program = Program(app, f"Bearer {token_of(sessions, 'ae')}")
    clock.set(datetime(2026, 3, 4, 2, 0, tzinfo=UTC))
    program.get("/version")
    clock.set(datetime(2026, 3, 4, 2, 30, tzinfo=UTC))
    program.get("/version")
    with database.reading(sessions) as session:
        assert session.get_one(Token, 1).used_at == datetime(2026, 3, 4, 2, 0, tzinfo=UTC)


def test_it_pauses_an_account_after_ten_wrong_passwords(app: Flask) -> None:
    clock.set(datetime(2026, 3, 4, 2, 0, tzinfo=UTC))
    good, wrong = Program(app, basic("ae", PASSWORD)), Program(app, basic("ae", "guess"))
    assert good.get("/version").status_code == 200
    for _ in range(9):
        assert wrong.get("/version").status_code == 401
    # A good one in between forgets those before, though it was checked a moment ago.
    assert good.get("/version").status_code == 200
    for _ in range(10):
        assert wrong.get("/version").status_code == 401
    paused = good.get("/version", headers={"Accept-Language": "en"})
    assert paused.status_code == 401
    assert paused.json is not None
    assert "Too many failed tries" in paused.json["message"]
    clock.set(datetime(2026, 3, 4, 2, 11, tzinfo=UTC))
    assert good.get("/version").status_code == 200


def test_a_wrong_token_pauses_nobody(app: Flask) -> None:
    for _ in range(12):
        assert Program(app, basic("ae", "agf_expired")).get("/version").status_code == 401
    assert Program(app, basic("ae", PASSWORD)).get("/version").status_code == 200


def test_it_asks_a_password_again_when_it_was_changed(app: Flask, sessions: Sessions) -> None:
    program = Program(app, basic("ae", PASSWORD))
    assert program.get("/version").status_code == 200
    with database.writing(sessions) as session:
        session.get_one(Person, "ae").password_hash = people.hashed("another")
    assert program.get("/version").status_code == 401


def test_demo_accounts_stay_outside_when_it_is_no_demo(
    settings: Settings, sessions: Sessions
) -> None:
    with database.writing(sessions) as session:
        people.enrol(session, "real", Text("王芳"), groups=[], password="long enough")
    real = Settings(data=settings.data, secret_key="a key for tests", demo=False)
    app = create_app(real, sessions)
    assert Program(app, basic("real", "long enough")).get("/version").status_code == 200
    assert Program(app, basic("ae", PASSWORD)).get("/version").status_code == 401
    assert Program(app, f"Bearer {token_of(sessions, 'ae')}").get("/version").status_code == 401


def test_it_answers_what_may_be_sent_without_asking_who(app: Flask) -> None:
    program = Program(app)
    for origin in ("null", "file://"):
        answer = program.send("OPTIONS", "/deployment/create", headers={"Origin": origin})
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert "authorization" in answer.headers["Access-Control-Allow-Headers"]
    other = program.send("OPTIONS", "/deployment", headers={"Origin": "https://example.com"})
    assert "Access-Control-Allow-Origin" not in other.headers


def test_it_tells_errors_as_json(app: Flask, speaking: Speaking) -> None:
    program = speaking("ae")
    cases = [
        (program.get("/nothing"), 404),
        (program.get(""), 404),
        (program.send("DELETE", "/version"), 405),
        (program.send("PATCH", "/deployment/create"), 405),
        (program.get("/deployment/99999999999999999999"), 404),
        (program.get("/deployment/1"), 404),
        (program.get("/process-definition/x"), 404),
        (program.get("/process-definition/x:1:1"), 404),
        (program.get("/process-definition?key=%00"), 400),
        (program.get("/process-instance/2026-0001"), 404),
        (program.post("/process-instance", data=b"{"), 400),
        (program.post("/process-instance", data=b"[]"), 400),
        (program.post("/process-instance", data=b"\xff"), 400),
        (program.post("/process-instance", data=b'{"businessKey": "\\u0000"}'), 400),
        (program.post("/process-instance", data=b" " * 5_000_000), 413),
    ]
    for number, (answer, status) in enumerate(cases):
        assert answer.status_code == status, number
        assert answer.json is not None
        assert answer.json.keys() == {"type", "message", "code"}
        assert answer.json["message"]


def test_it_never_redirects(speaking: Speaking) -> None:
    program = speaking("ae")
    for path in ("/version", "//version", "/version/", "///version//"):
        assert program.get(path).status_code == 200
    assert program.get("//deployment?maxResults=0").json == []


def test_it_says_who_was_overtaken(app: Flask, speaking: Speaking) -> None:
    def twice() -> str:
        session = current()
        session.execute(text("INSERT INTO agency_group (id, name_zh, name_en) VALUES ('a','','')"))
        session.execute(text("INSERT INTO agency_group (id, name_zh, name_en) VALUES ('a','','')"))
        return ""

    app.wsgi_app.rest.add_url_rule("/twice", "twice", twice, methods=["POST"])
    answer = speaking("ae").post("/twice")
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["type"] == "OptimisticLockingException"


def test_it_says_an_unexpected_fault_as_json_too(
    app: Flask, sessions: Sessions, speaking: Speaking
) -> None:
    inside = app.wsgi_app.rest
    inside.add_url_rule("/broken", "broken", lambda: str(1 // 0))
    answer = speaking("ae").get("/broken")
    assert answer.status_code == 500
    assert answer.json is not None
    assert "division" not in answer.text
