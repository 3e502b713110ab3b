"""Figures over HTTP: the real app with session and CSRF, without a socket."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

from engine import organisation
from tests.benchmarks.engine_figures import ANSWERS, begun, next_task, opened, timed
from webforms import create_app
from webforms.settings import Settings

CASES = 4
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
KEY = re.compile(r'name="request_key"[^>]*value="([^"]+)"')


def pages(folder: Path) -> dict[str, float]:
    """Open and post the form of each of 24 tasks; the first case warms up."""
    sessions, url = opened(folder, "web")
    settings = Settings(data=folder, database_url=url, secret_key="bench", demo=True)
    client = create_app(settings, sessions).test_client()
    page = client.get("/sign-in").get_data(as_text=True)
    answer = client.post(
        "/sign-in",
        data={
            "csrf_token": _found(TOKEN, page),
            "login": "ae",
            "password": organisation.DEMO_PASSWORD,
        },
    )
    assert answer.status_code in (302, 303), answer.status
    opening: list[float] = []
    posting: list[float] = []
    for case in range(CASES):
        case_id = begun(sessions, "bench_sequence")
        for _ in range(24):
            path = f"/tasks/{next_task(sessions, case_id)}"
            got: list[str] = []
            spent = timed(lambda p=path, g=got: g.append(client.get(p).get_data(as_text=True)))
            typed = {
                "csrf_token": _found(TOKEN, got[0]),
                "request_key": _found(KEY, got[0]),
                "client": ANSWERS["client"],
                "amount": "10,000.00",
                "until": ANSWERS["until"],
            }
            status: list[int] = []
            posted = timed(
                lambda p=path, t=typed, s=status: s.append(client.post(p, data=t).status_code)
            )
            assert status == [303], status
            if case:
                opening.append(spent[0])
                posting.append(posted[0])
    sessions.kw["bind"].dispose()
    return {
        "http_complete_cpu_ms_p50": median(posting),
        "open_form_cpu_ms_p50": median(opening),
    }


def _found(pattern: re.Pattern[str], page: str) -> str:
    match = pattern.search(page)
    assert match, f"no {pattern.pattern} on the page"
    return match[1]
