"""What tests of the pages share: the application, browsers that are signed in, one procedure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse, encode_multipart

from engine import clock, database, definitions
from engine.database import Sessions
from webforms import create_app
from webforms.settings import Settings

HERE = Path(__file__).parent
PASSWORD = "agencyflow"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
#: The fields of a small order's first form, as the page says that it showed them.
SEEN = "wanted budget parts urgent attachments items"
KEY = re.compile(r'name="request_key" value="([^"]+)"')


class Browser:
    """A client that sends forms as a browser does, the token included."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, address: str, **more: Any) -> TestResponse:
        """Open a page."""
        return self.client.get(address, **more)

    def token(self, address: str = "/sign-in") -> str:
        """Read the token off a page."""
        page = self.client.get(address, follow_redirects=True).text
        found = TOKEN.search(page)
        assert found, page[:500]
        return found[1]

    def post(self, address: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Send a form with a good token."""
        return self.client.post(address, data={"csrf_token": self.token(), **(data or {})}, **more)

    def put(self, address: str, xml: bytes) -> TestResponse:
        """Send a drawing as the modeler does, with a good token."""
        head = {"X-CSRFToken": self.token(), "Content-Type": "application/xml"}
        return self.client.post(address, data=xml, headers=head)

    def flood(self, address: str, data: dict[str, Any]) -> TestResponse:
        """Send a form that is too large; werkzeug's client would leave a file of it open."""
        boundary, body = encode_multipart({"csrf_token": self.token(), **data})
        kind = f"multipart/form-data; boundary={boundary}"
        return self.client.post(address, data=body, content_type=kind)

    def sign_in(self, who: str, password: str = PASSWORD) -> TestResponse:
        """Sign in."""
        return self.post("/sign-in", {"login": who, "password": password})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a demo on this machine."""
    return Settings(data=tmp_path, secret_key="a key for tests", demo=True, upload_limit=100_000)


@pytest.fixture
def app(settings: Settings, sessions: Sessions) -> Flask:
    """The application on a fresh database."""
    app = create_app(settings, sessions)
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def browser(app: Flask) -> Browser:
    """Nobody's browser."""
    return Browser(app.test_client())


@pytest.fixture
def signed_in(app: Flask) -> Callable[[str], Browser]:
    """Browsers by who uses them."""
    known: dict[str, Browser] = {}

    def give(who: str) -> Browser:
        if who not in known:
            known[who] = Browser(app.test_client())
            assert known[who].sign_in(who).status_code == 303
        return known[who]

    return give


@pytest.fixture
def small_procedure(sessions: Sessions) -> None:
    """A procedure of two lanes, deployed."""
    with database.writing(sessions) as session:
        definitions.deploy(session, None, definitions.files_in(HERE / "diagrams"))


@pytest.fixture
def order(small_procedure: None, signed_in: Callable[[str], Browser]) -> str:
    """A small order, started by `ae` on a Wednesday morning; gives the address of its first task."""
    clock.set(datetime(2026, 3, 4, 2, 0, tzinfo=UTC))
    answer = signed_in("ae").post("/start/small_order", {"client_name": "示例食品"})
    assert answer.status_code == 303, answer.text
    return answer.location
