"""Serves the built assets: compressed once, and for good under an address that names their bytes."""

from __future__ import annotations

import gzip
import json
import mimetypes
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request, url_for

if TYPE_CHECKING:
    from flask import Flask

blueprint = Blueprint("assets", __name__)

DIST = Path(__file__).parent / "static" / "dist"
MANIFEST: dict[str, str] = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
#: An asset's address changes when its bytes do, so that browsers may keep it.
FOR_GOOD = "public, max-age=31536000, immutable"


def init_app(app: Flask) -> None:
    """Serve the assets, and let templates name them."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = asset


def asset(name: str) -> str:
    """Give the address of a built asset."""
    return url_for("assets.show", name=name, v=MANIFEST[name])


@blueprint.get("/assets/<name>")
def show(name: str) -> Response:
    """Send one asset."""
    if name not in MANIFEST:
        abort(404)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    compressed = request.accept_encodings["gzip"] > 0
    response = Response(_packed(name) if compressed else _plain(name), mimetype=kind)
    response.vary.add("Accept-Encoding")
    if compressed:
        response.content_encoding = "gzip"
    current = request.args.get("v") == MANIFEST[name]
    response.headers["Cache-Control"] = FOR_GOOD if current else "no-cache"
    return response


@cache
def _plain(name: str) -> bytes:
    return (DIST / name).read_bytes()


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(_plain(name), 9, mtime=0)
