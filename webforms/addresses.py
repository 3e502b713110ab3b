"""The site's own address, as whoever asks has to write it."""

from __future__ import annotations

from flask import current_app, request


def home() -> str:
    """Give the address of the front page, with a slash at its end.

    Behind a proxy that speaks HTTPS we are asked without it. The header says so; and whoever
    serves others than this machine always has such a proxy before them.
    """
    settings = current_app.extensions["agencyflow.settings"]
    scheme, rest = request.host_url.split("://", 1)
    if request.headers.get("X-Forwarded-Proto") == "https" or not settings.loopback:
        scheme = "https"
    below = request.root_path.rstrip("/").removesuffix("/engine-rest")
    return f"{scheme}://{rest.rstrip('/')}{below}/"
