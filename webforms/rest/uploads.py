"""Files that come inside a request, as Camunda's `File` variables."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import current_app

from engine import documents
from webforms import session as database
from webforms.rest import authority


@dataclass(frozen=True)
class Upload:
    """A file as it was sent, not kept yet."""

    name: str
    media_type: str
    content: bytes


def read(value: Any, about: Any) -> Upload:
    """Read a file from its base64 text and what `valueInfo` says of it, or raise ValueError."""
    info = about if isinstance(about, dict) else {}
    name, kind = info.get("filename"), info.get("mimetype") or info.get("mimeType") or ""
    if not isinstance(value, str) or not isinstance(name, str) or not isinstance(kind, str):
        raise ValueError
    if not name.strip():
        raise ValueError
    try:
        return Upload(name, kind, base64.b64decode(value, validate=True))
    except binascii.Error:
        raise ValueError from None


def keep(upload: Upload) -> dict[str, Any]:
    """Keep a file as a document of whoever speaks, and give what a form's answer says of it."""
    kept = documents.store(
        database.current(),
        authority.person(),
        BytesIO(upload.content),
        name=upload.name,
        media_type=upload.media_type or "application/octet-stream",
        limit=current_app.extensions["agencyflow.settings"].upload_limit,
    )
    return {"id": kept.id, "name": kept.name, "size": kept.size}
