"""What tests of the REST interface share: programs that speak for somebody."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from engine import clock, database, tokens
from engine.database import Sessions
from engine.models import Person

BASE = "/engine-rest"
MORNING = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
CLIENT = {"client_name": {"value": "示例食品", "type": "String"}}
ALL = ("ae", "as", "ad", "ph", "ch", "ex1", "ex2", "adm", "con", "owner", "manager", "admin")
#: Whom a case of `ae` concerns.
CONCERNED = frozenset({"ae", "as", "ad", "manager", "admin"})
#: What the fixture `speaking` gives.
Speaking = Callable[[str], "Program"]


def basic(login: str, password: str) -> str:
    """Write a name and a password as HTTP carries them."""
    return f"Basic {b64encode(f'{login}:{password}'.encode()).decode()}"


class Program:
    """A program that sends who it is with every request, as the clients of Camunda do."""

    def __init__(self, app: Flask, authorization: str = "") -> None:
        self._client: Client = app.test_client(use_cookies=False)
        self.headers = {"Accept": "application/json"}
        if authorization:
            self.headers["Authorization"] = authorization

    def get(self, path: str, **more: Any) -> TestResponse:
        """Ask."""
        return self.send("GET", path, **more)

    def post(self, path: str, **more: Any) -> TestResponse:
        """Send something to be done."""
        return self.send("POST", path, **more)

    def send(
        self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
    ) -> TestResponse:
        """Send a request; whatever comes back is never a page nor leads to one."""
        all_headers = self.headers | (headers or {})
        answer = self._client.open(f"{BASE}{path}", method=method, headers=all_headers, **more)
        assert answer.status_code not in range(300, 400)
        assert "Set-Cookie" not in answer.headers
        if answer.data:
            assert method == "OPTIONS" or answer.headers["Content-Type"] == "application/json"
        return answer


def token_of(sessions: Sessions, who: str, *, days: int = 30) -> str:
    """Make a token for somebody."""
    with database.writing(sessions) as session:
        _, text = tokens.issue(session, session.get_one(Person, who), "test", days=days)
    return text


@pytest.fixture
def speaking(app: Flask, sessions: Sessions) -> Callable[[str], Program]:
    """Programs by whom they speak for; for nobody, one that says nothing."""
    known: dict[str, Program] = {}

    def give(who: str) -> Program:
        if who not in known:
            known[who] = Program(app, f"Bearer {token_of(sessions, who)}" if who else "")
        return known[who]

    return give


@pytest.fixture
def english(sessions: Sessions) -> None:
    """Let everybody read English, so that messages can be compared."""
    with database.writing(sessions) as session:
        for person in session.query(Person):
            person.language = "en"


def started(program: Program, key: str, variables: dict[str, Any], **more: Any) -> str:
    """Start a case; give its number."""
    body = {"variables": variables, **more}
    answer = program.post(f"/process-definition/key/{key}/start", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    found: str = answer.json["id"]
    return found


def only(program: Program, filters: str = "") -> dict[str, Any]:
    """Give the one task that is found."""
    found = program.get(f"/task?{filters}").json
    assert found is not None
    assert len(found) == 1, found
    task: dict[str, Any] = found[0]
    return task


@pytest.fixture
def number(small_procedure: None, speaking: Speaking) -> str:
    """A small order that `ae` started over REST on a Wednesday morning."""
    clock.set(MORNING)
    return started(speaking("ae"), "small_order", CLIENT, businessKey="CRM-7")
