"""Headers that tell browsers what our pages never do, and what no browser sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, request

if TYPE_CHECKING:
    from flask import Flask, Response

CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def init_app(app: Flask) -> None:
    """Send the headers with every answer, errors included; refuse what nobody can have typed."""
    app.before_request(_refuse_nul)
    app.after_request(_protect)


def _refuse_nul() -> None:
    # No keyboard types it, and PostgreSQL cannot keep it or look for it.
    sent = [*(request.view_args or {}).values()]
    sent += [
        text for values in (request.args, request.form) for _, text in values.items(multi=True)
    ]
    if any("\x00" in text for text in sent if isinstance(text, str)):
        abort(400)


def _protect(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    # What a person sees is theirs: no shared cache keeps it, and Back after signing out shows nothing.
    if request.blueprint != "assets":
        headers.setdefault("Cache-Control", "private, no-store")
    return response
