"""Headers that every answer carries."""

from __future__ import annotations

import pytest

from tests.webforms.conftest import Browser
from webforms import security


@pytest.mark.parametrize("path", ["/sign-in", "/", "/nothing", "/cases/", "/health"])
def test_it_tells_browsers_what_pages_never_do(browser: Browser, path: str) -> None:
    browser.sign_in("ae")
    headers = browser.get(path).headers
    assert headers["Content-Security-Policy"] == security.CONTENT_POLICY
    assert "unsafe" not in security.CONTENT_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "private, no-store"


def test_it_writes_no_style_or_script_into_pages(browser: Browser) -> None:
    browser.sign_in("ae")
    for path in ("/", "/cases/", "/start/", "/processes/", "/sign-in"):
        page = browser.get(path, follow_redirects=True).text
        assert " style=" not in page
        assert "<style" not in page
        assert " onclick=" not in page
        assert "<script>" not in page


@pytest.mark.parametrize(
    "path", ["/?search=%00", "/cases/%00", "/tasks/a%00", "/cases/?process=%00"]
)
def test_it_refuses_what_no_keyboard_types(browser: Browser, path: str) -> None:
    browser.sign_in("ae")
    answer = browser.get(path)
    assert answer.status_code == 400
    assert "有误" in answer.text
    assert browser.post("/cases/2026-0001/comments", {"text": "a\x00"}).status_code == 400
