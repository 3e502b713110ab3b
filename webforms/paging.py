"""Pages of a list, as addresses name them."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

#: Beyond this nobody reads on; a larger number is a probe.
LAST = 100_000


def page_number() -> int:
    """Tell which page the address asks for; nonsense is the first."""
    text = request.args.get("page", "1")
    return min(max(int(text), 1), LAST) if text.isascii() and text.isdigit() else 1


def same_list(**changes: Any) -> str:
    """Give the address of this list with some of its parameters changed; empty ones go."""
    wanted: dict[str, Any] = {**request.args, **(request.view_args or {}), **changes}
    return url_for(
        str(request.endpoint), **{k: v for k, v in wanted.items() if v not in ("", None)}
    )
