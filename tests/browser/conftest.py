"""Chromium, a server, and people at their browsers; skipped, with advice, where Chromium is not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from engine import database, definitions
from tests.browser.site import Site, serving
from tests.browser.visitor import Visitor
from tests.conftest import PROCESSES, ROOT

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
ADVICE = (
    f"no Chromium at {CHROMIUM}: install it (Debian: apt-get install chromium fonts-noto-cjk),"
    " or say where it is: CHROMIUM=/path/to/chromium"
)
#: Chromium asks the network for nothing of its own.
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--dns-prefetch-disable",
    "--disable-features=OptimizationHints,Translate,MediaRouter,CertificateTransparencyComponentUpdater",
]
WINDOW: dict[str, Any] = {
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
    "viewport": {"width": 1280, "height": 900},
}
#: Milliseconds that a page may take on a machine that has much else to do.
PATIENCE = 20_000
#: What the fixture `enter` gives: `Door.enter`.
Enter = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, and skip it where there is no Chromium."""
    missing = pytest.mark.skip(reason=ADVICE) if not Path(CHROMIUM).exists() else None
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
            if missing:
                item.add_marker(missing)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def served_database(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the demo organisation and every procedure, those of tests included."""
    path = tmp_path_factory.mktemp("served") / "template.db"
    shutil.copy(empty_database, path)
    engine = database.connect(f"sqlite:///{path}")
    files: dict[str, bytes] = {}
    for folder in (PROCESSES, HERE / "diagrams", ROOT / "tests/webforms/diagrams"):
        files |= definitions.files_in(folder)
    with database.writing(database.sessions(engine)) as session:
        definitions.deploy(session, None, files)
    engine.dispose()
    return path


@pytest.fixture(scope="module")
def site(served_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application on a database of this file's own."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(served_database, folder / "agencyflow.db")
    with serving(folder) as site:
        yield site


class Door:
    """Lets people in: each gets a browser window of their own."""

    def __init__(self, chromium: Browser, site: Site) -> None:
        self._chromium = chromium
        self._site = site
        self._visitors: list[Visitor] = []

    def enter(self, who: str = "", **options: Any) -> Visitor:
        """Open a window; with `who` somebody signs in there."""
        given = WINDOW | options
        context = self._chromium.new_context(**given)
        context.set_default_timeout(PATIENCE)
        visitor = Visitor(context, self._site)
        self._visitors.append(visitor)
        if who:
            visitor.sign_in(who)
        return visitor

    def close(self) -> None:
        """Close the windows; fail when anything went wrong in one of them."""
        try:
            for visitor in self._visitors:
                visitor.check()
        finally:
            for visitor in self._visitors:
                visitor.context.close()


@pytest.fixture
def enter(chromium: Browser, site: Site) -> Iterator[Enter]:
    """Let somebody in, for one test."""
    door = Door(chromium, site)
    yield door.enter
    door.close()


@pytest.fixture(scope="module")
def door(chromium: Browser, site: Site) -> Iterator[Door]:
    """Let people in for all tests of a file."""
    door = Door(chromium, site)
    yield door
    door.close()
