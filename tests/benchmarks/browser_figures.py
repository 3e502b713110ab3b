"""What browsers load and how long until an owner can draw: bytes on the wire, Chromium's own clock."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from statistics import median

from flask.testing import FlaskClient
from playwright.sync_api import sync_playwright

from engine import database, definitions, organisation
from tests.benchmarks.web_figures import TOKEN
from tests.browser.conftest import ADVICE, CHROMIUM, QUIET, WINDOW
from tests.browser.site import serving
from tests.conftest import PROCESSES
from webforms import create_app
from webforms.settings import Settings

#: The largest of the agency's procedures.
LARGEST = "new_client"
LOADS = 5
ASSETS = re.compile(r'(?:src|href)="(/assets/[^"]+)"')
#: Notes when the modeler says that it is ready, by the clock that starts with the navigation.
WATCH = """
new MutationObserver((_, observer) => {
  if (document.getElementById("studio")?.dataset.ready !== "yes") return;
  window.__ready = performance.now();
  observer.disconnect();
}).observe(document, { attributes: true, childList: true, subtree: true });
"""


def figures(folder: Path) -> dict[str, float]:
    """Weigh the inbox and the modeler, and time the modeler; without Chromium only the former."""
    settings = Settings(data=folder, secret_key="bench", demo=True)
    database.upgrade(settings.url)
    engine = database.connect(settings.url)
    sessions = database.sessions(engine)
    with database.writing(sessions) as session:
        organisation.load(session, PROCESSES / "organisation.toml", demo=True)
        definitions.deploy(session, None, definitions.files_in(PROCESSES))
    client = create_app(settings, sessions).test_client()
    found = {"inbox_gzip_kb": _weight(client, "ae", "/")}
    page = f"/processes/{LARGEST}/edit"
    found["modeler_gzip_kb"] = _weight(client, "owner", page, only="modeler")
    found["modeler_page_gzip_kb"] = _weight(client, "owner", page)
    engine.dispose()
    if Path(CHROMIUM).exists():
        found["modeler_ready_ms"] = _ready(folder, page)
    else:
        print(f"modeler_ready_ms is not measured: {ADVICE}", file=sys.stderr)
    return found


def _weight(client: FlaskClient, who: str, address: str, only: str = "") -> float:
    """Kilobytes of a page with all that it loads, or of the assets named `only`, compressed."""
    client.delete_cookie("agencyflow")
    token = TOKEN.search(client.get("/sign-in").text)
    assert token
    typed = {"csrf_token": token[1], "login": who, "password": organisation.DEMO_PASSWORD}
    assert client.post("/sign-in", data=typed).status_code == 303
    page = client.get(address)
    assert page.status_code == 200
    weight = 0 if only else len(page.data)
    for asset in set(ASSETS.findall(page.text)):
        if only in asset:
            weight += len(client.get(asset, headers={"Accept-Encoding": "gzip"}).data)
    return weight / 1024


def _ready(folder: Path, address: str) -> float:
    """Milliseconds from navigating until the drawing can be changed; nothing is cached before."""
    spent = []
    with serving(folder) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for _ in range(LOADS):
            context = browser.new_context(**WINDOW)
            context.add_init_script(WATCH)
            page = context.new_page()
            page.goto(f"{site.address}/sign-in")
            with page.expect_navigation():
                page.locator("form:has(input[name=login][value=owner]) button").click()
            page.goto(site.address + address)
            page.wait_for_function("window.__ready")
            spent.append(float(page.evaluate("window.__ready")))
            context.close()
        browser.close()
    return median(spent)
