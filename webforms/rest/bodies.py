"""What requests bring and answers carry: JSON, and nothing else beside uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from flask import Response, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from engine import durations
from engine.languages import Text
from webforms import addresses
from webforms.rest.refusals import Refused

if TYPE_CHECKING:
    from datetime import datetime

#: Most bytes of a request that is not an upload.
LARGEST = 4 * 1024 * 1024


def answer(content: Any, status: int = 200) -> Response:
    """Answer with JSON; some clients read it only if the type is exactly this, no charset."""
    return Response(orjson.dumps(content), status, content_type="application/json")


def nothing() -> Response:
    """Answer that it is done."""
    return Response(status=204)


def sent() -> dict[str, Any]:
    """Read the request's JSON object; a request without a body is an empty one."""
    body = request.get_data()
    if len(body) > LARGEST:
        raise RequestEntityTooLarge
    # No keyboard types a NUL, and PostgreSQL cannot keep it; also inside JSON inside a text.
    if b"\\u0000" in body:
        raise BadRequest
    if not body.strip():
        return {}
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequest from None
    if not isinstance(found, dict):
        raise BadRequest
    return found


def moment(at: datetime | None) -> str | None:
    """Write a moment as Camunda does, in the agency's time: `2026-03-04T10:00:00.000+0800`."""
    if at is None:
        return None
    local = at.astimezone(durations.zone())
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03}{local:%z}"


def self_link(path: str) -> list[dict[str, str]]:
    """Say where the thing itself is found."""
    return [{"method": "GET", "href": f"{addresses.home()}engine-rest/{path}", "rel": "self"}]


def request_key() -> str:
    """Give the key by which a request that is sent again is known: it is done once."""
    return request.headers.get("Idempotency-Key", "")[:100]


def said(known: set[str]) -> dict[str, Any]:
    """Read the request's JSON object, and refuse what it says beyond what is known here."""
    body = sent()
    for name, value in body.items():
        if name not in known and value not in (None, [], False):
            raise Refused(Text(f"这里不支持 {name[:60]}。", f"{name[:60]} is not supported here."))
    return body
