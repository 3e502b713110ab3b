"""An owner moves running cases in the browser: chooses, maps, watches, undoes."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from engine import database, definitions
from tests.browser.conftest import Enter
from tests.browser.site import Site
from tests.browser.visitor import Visitor
from tests.conftest import PROCESSES

MOVE = "/processes/new_client/move"


@pytest.fixture(scope="module")
def numbers(site: Site) -> list[str]:
    """Three running cases, one of them at a task that the next version no longer has."""
    drive = site.records
    found = [
        drive.start("ae", "new_client", client_name=name, source="referral", industry="饮料")
        for name in ("云海茶饮", "山野酸奶", "清泉食品集团")
    ]
    drive.complete("ae", found[2], "collect_information", contact_name="王总")
    xml = (PROCESSES / "new_client.bpmn").read_bytes()
    xml = xml.replace(b"choose_target", b"choose_client").replace(
        "收集客户资料".encode(), "搜集客户资料".encode()
    )
    with database.writing(site.sessions) as session:
        definitions.deploy(session, None, {"new_client.bpmn": xml})
    return found


def fits(owner: Visitor) -> None:
    """Nothing is wider than the window, and nobody is kept out."""
    width = owner.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0
    found = Axe().run(owner.page).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_choice_reads_well(enter: Enter, numbers: list[str], language: str, width: int) -> None:
    owner = enter("owner", viewport={"width": width, "height": 900})
    owner.open(MOVE)
    owner.speak(language)
    expect(owner.page.locator("input[name=number]:checked")).to_have_count(2)
    expect(owner.page.locator("input[name=number]:disabled")).to_have_count(1)
    fits(owner)
    owner.picture(f"move-{language}-{width}")


def test_cases_move_while_one_looks_on_and_come_back(enter: Enter, numbers: list[str]) -> None:
    owner = enter("owner")
    owner.open("/processes/new_client")
    owner.page.locator(f'a[href="{MOVE}"]').first.click()
    taker = owner.page.locator("select[name=map]")
    with owner.page.expect_navigation():
        taker.select_option("new_client/choose_target=choose_client")
    expect(owner.page.locator("input[name=number]:checked")).to_have_count(3)
    owner.page.locator(f'input[value="{numbers[0]}"]').uncheck()
    owner.page.locator("button[name=which][value=ticked]").click()
    expect(owner.page.locator("#progress:not([hx-get]) .rows > li")).to_have_count(2)
    undo = owner.page.locator("#progress .rows form button")
    expect(undo).to_have_count(2)
    for width, language in ((1280, "en"), (390, "zh")):
        owner.page.set_viewport_size({"width": width, "height": 900})
        owner.speak(language)
        fits(owner)
        owner.picture(f"moved-{language}-{width}")
    undo.first.click()
    expect(undo).to_have_count(1)
    ae = enter("ae")
    ae.open(f"/cases/{numbers[2]}")
    expect(ae.page.locator("li.moved")).to_have_count(1)
    ae.picture("moved-case")
