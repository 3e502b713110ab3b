"""Documents."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest

from tests.webforms.conftest import SEEN, Browser

SignedIn = Callable[[str], Browser]


@pytest.fixture
def document(signed_in: SignedIn, order: str) -> str:
    """The address of a document of a case."""
    sent = {"_seen": SEEN, "wanted": "x", "parts": "1"}
    upload = (BytesIO(b"<script>alert(1)</script>"), '..\\简报 "终稿".html', "text/html")
    assert signed_in("ae").post(order, {**sent, "attachments": upload}).status_code == 303
    return "/documents/1"


def test_it_sends_documents_as_attachments_only(signed_in: SignedIn, document: str) -> None:
    answer = signed_in("ae").get(document)
    assert answer.status_code == 200
    assert answer.data == b"<script>alert(1)</script>"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"].startswith("private")
    answer.close()


@pytest.mark.parametrize(
    ("who", "status"), [("as", 200), ("manager", 200), ("ph", 404), ("con", 404)]
)
def test_it_sends_them_to_who_sees_the_case(
    signed_in: SignedIn, document: str, who: str, status: int
) -> None:
    answer = signed_in(who).get(document)
    assert answer.status_code == status
    answer.close()


@pytest.mark.parametrize("number", ["0", "99", "-1", "x", "99999999999999999999999"])
def test_it_knows_no_such_document(signed_in: SignedIn, number: str) -> None:
    assert signed_in("manager").get(f"/documents/{number}").status_code == 404
