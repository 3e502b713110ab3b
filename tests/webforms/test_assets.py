"""The built assets: what browsers load, and that it is what its sources say."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import webforms
from tests.webforms.conftest import Browser

PACKAGE = Path(webforms.__file__).parent
FRONTEND = PACKAGE / "frontend"
#: What the inbox may weigh on the wire, with all that it loads.
LIMIT = 150 * 1024
#: What the modeler may weigh; no other page loads it.
MODELER = 700 * 1024


def test_it_sends_assets_packed_and_for_good(browser: Browser) -> None:
    page = browser.get("/sign-in").text
    address = re.search(r'href="(/assets/app\.css\?v=[0-9a-f]+)"', page)
    assert address
    plain = browser.get(address[1])
    packed = browser.get(address[1], headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert "immutable" in packed.headers["Cache-Control"]
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["Content-Type"].startswith("text/css")
    assert browser.get("/assets/app.css?v=old").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["..%2fmanifest.json", "manifest.json", "nothing.js"])
def test_it_sends_nothing_else(browser: Browser, name: str) -> None:
    assert browser.get(f"/assets/{name}").status_code in (302, 404)


def test_it_keeps_the_inbox_light(browser: Browser) -> None:
    browser.sign_in("ae")
    page = browser.get("/")
    weight = len(page.data)
    for address in set(re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text)):
        weight += len(browser.get(address, headers={"Accept-Encoding": "gzip"}).data)
    assert weight <= LIMIT, weight


def test_it_keeps_the_modeler_to_itself_and_within_bounds(
    browser: Browser, small_procedure: None
) -> None:
    browser.sign_in("owner")

    def assets(address: str) -> set[str]:
        page = browser.get(address)
        assert page.status_code == 200
        return set(re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text))

    own = {a for a in assets("/processes/small_order/edit") if "modeler" in a}
    weight = sum(
        len(browser.get(address, headers={"Accept-Encoding": "gzip"}).data) for address in own
    )
    assert len(own) == 2
    assert weight <= MODELER, weight
    for address in ("/", "/processes/", "/processes/small_order", "/start/", "/cases/"):
        assert not own & assets(address)


def test_it_names_no_package_index_in_the_lock_file() -> None:
    lock = (FRONTEND / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in lock
    assert "http" not in lock.replace("https://github.com/sponsors", "").replace("funding", "") or (
        "registry" not in lock
    )


def test_it_rebuilds_to_the_same_bytes(tmp_path: Path) -> None:
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("needs Node 20 and npm: apt-get install nodejs npm")
    copy = tmp_path / "webforms"
    shutil.copytree(FRONTEND, copy / "frontend", ignore=shutil.ignore_patterns("node_modules"))
    for folder in ("templates", "static/dist"):
        (copy / folder).mkdir(parents=True)
    fetched = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--prefer-offline"],
        cwd=copy / "frontend",
        capture_output=True,
        text=True,
        check=False,
    )
    if fetched.returncode:
        pytest.skip(f"npm ci found no packages: {fetched.stderr.strip().splitlines()[-1:]}")
    subprocess.run(["node", "build.mjs"], cwd=copy / "frontend", check=True)
    assert _files(copy / "static" / "dist") == _files(PACKAGE / "static" / "dist")
    made = (copy / "templates" / "_icons.html").read_bytes()
    assert made == (PACKAGE / "templates" / "_icons.html").read_bytes()


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_it_gives_the_licences_of_all_that_is_inside() -> None:
    notices = (PACKAGE / "static" / "dist" / "THIRD-PARTY-NOTICES.txt").read_text(encoding="utf-8")
    packages = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))
    for name in packages["dependencies"]:
        assert f"\n{name} " in f"\n{notices}"
    assert "bpmn.io" in notices
