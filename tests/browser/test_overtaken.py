"""In Chromium: what others deployed or drew meanwhile is lost to nobody who deploys."""

from __future__ import annotations

from playwright.sync_api import expect

from engine import database, definitions, drafts
from engine.models import Person
from tests.browser.conftest import Enter
from tests.browser.modeling import Modeling
from tests.browser.site import Site

LARGE = {"viewport": {"width": 1440, "height": 900}}


def newest(site: Site) -> int:
    with database.reading(site.sessions) as session:
        return definitions.current(session, "small_order").version


def theirs(site: Site, label: str) -> bytes:
    """What the administrator draws: another label of one task."""
    with database.reading(site.sessions) as session:
        drawn = definitions.xml(session, definitions.current(session, "small_order").id)
    name = f'name="{label}"'.encode()
    return drawn.replace('name="小订单"'.encode(), name, 1)


def test_it_says_who_deployed_since_and_deploys_over_it_when_asked_again(
    site: Site, enter: Enter
) -> None:
    owner = Modeling(enter("owner", **LARGE))
    owner.open("small_order")
    owner.visitor.faults.intended.add(409)
    before = newest(site)
    with database.writing(site.sessions) as session:
        person = session.get_one(Person, "admin")
        definitions.deploy(session, person, {"small_order.bpmn": theirs(site, "他们的订单")})
    page = owner.page
    page.locator("#deploy-open").click()
    page.locator("#deploy [data-primary]").click()
    trouble = page.locator("#deploy [data-trouble]")
    expect(trouble).to_contain_text("管理")
    assert newest(site) == before + 1
    page.locator("#deploy [data-primary]").click()
    expect(page.locator("#deploy [data-done]")).to_be_visible()
    assert newest(site) == before + 2


def test_it_asks_before_the_draft_of_another_goes_with_an_old_version(
    site: Site, enter: Enter
) -> None:
    with database.writing(site.sessions) as session:
        person = session.get_one(Person, "admin")
        drafts.save(session, person, "small_order", theirs(site, "草稿订单"), revision=0)
    owner = Modeling(enter("owner", **LARGE))
    owner.open("small_order", "?version=1")
    page = owner.page
    page.locator("#deploy-open").click()
    expect(page.locator("#conflict")).to_contain_text("管理")
    page.locator("#conflict button[data-close]").click()
    expect(page.locator("#deploy")).to_be_hidden()
    page.locator("#deploy-open").click()
    page.locator("#conflict [data-choose=over]").click()
    expect(page.locator("#deploy")).to_be_visible()
