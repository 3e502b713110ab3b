"""Two versions of a procedure side by side: what was added shows, in words and in both pictures."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from engine import database, definitions, drafts, versions
from engine.models import Person
from tests.browser.conftest import Door
from tests.browser.site import Site
from tests.browser.test_pages import NARROW, WIDE, barriers, overflowing
from tests.browser.visitor import Visitor
from tests.conftest import PROCESSES
from tests.edited import with_new_step


@pytest.fixture(scope="module")
def owner(site: Site, door: Door) -> Visitor:
    """An owner, after a version with one more step was deployed and another was drawn."""
    site.records.start("ae", "new_client", client_name="云海茶饮", industry="饮料")
    xml = with_new_step((PROCESSES / "new_client.bpmn").read_bytes())
    with database.writing(site.sessions) as session:
        person = session.get_one(Person, "owner")
        files = {"new_client.bpmn": xml}
        definitions.deploy(session, person, files, note="介绍会之后先核对预算")
        renamed = xml.replace("核对客户预算".encode(), "核对预算".encode())
        drafts.save(session, person, "new_client", renamed, revision=0)
        versions.retire(session, person, "campaign_planning")
    return door.enter("owner")


def open_difference(visitor: Visitor, address: str = "/processes/new_client/versions/1/2") -> None:
    visitor.open(address)
    for side in ("old", "new"):
        expect(visitor.page.locator(f"[data-side={side}]")).to_have_attribute("data-ready", "yes")


def marked(visitor: Visitor, side: str, kind: str) -> set[str]:
    """List the elements that one of the pictures marks."""
    found: list[str] = visitor.page.locator(f"[data-side={side}] .diff-{kind}").evaluate_all(
        "shapes => shapes.map(shape => shape.dataset.elementId)"
    )
    return set(found)


def views(visitor: Visitor) -> set[tuple[float, ...]]:
    """Tell what the pictures show: one view when both show the same place at the same size."""
    found: list[str] = visitor.page.locator(".djs-container .viewport").evaluate_all(
        "all => all.map(layer => layer.getAttribute('transform'))"
    )
    return {tuple(round(float(n), 2) for n in re.findall(r"-?[\d.]+", view)) for view in found}


def test_it_marks_what_is_new_in_the_new_drawing_only(owner: Visitor) -> None:
    """The differ once took new for old where it tells values; what is added must not be."""
    open_difference(owner)
    assert marked(owner, "new", "added") == {"check_budget", "budget_checked"}
    assert marked(owner, "old", "added") == set()
    assert marked(owner, "old", "removed") == marked(owner, "new", "removed") == set()
    assert marked(owner, "new", "changed") == {"meet_client_to_is_confirmed"}
    owner.open("/processes/new_client/versions/2/1")
    for side in ("old", "new"):
        expect(owner.page.locator(f"[data-side={side}]")).to_have_attribute("data-ready", "yes")
    assert marked(owner, "old", "removed") == {"check_budget", "budget_checked"}
    assert marked(owner, "new", "added") == marked(owner, "new", "removed") == set()
    owner.check()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_says_what_is_new_so_that_a_director_understands(owner: Visitor, language: str) -> None:
    owner.page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    owner.speak(language)
    open_difference(owner)
    words = owner.page.locator("#of-check_budget")
    said = {
        "zh": ["新增", "在“了解情况与介绍会”之后", "由谁办理：“客户专员”", "期限：“2 天”",
               "新表单栏位“年度预算”（金额，必填）"],
        "en": ["added", "Comes after “Study and introductory meeting”", "Done by: “Account executive”",
               "Due: “2 days”", "New field “Budget of the year” (amount of money, required)"],
    }[language]  # fmt: skip
    for sentence in said:
        expect(words).to_contain_text(sentence)
    label = {"zh": "核对客户预算", "en": "Check the"}[language]
    expect(owner.page.locator("[data-side=new] [data-element-id=check_budget]")).to_contain_text(
        label
    )
    owner.picture(f"difference-{language}")
    owner.check()


def test_a_sentence_shows_its_element_in_both_drawings_and_back(owner: Visitor) -> None:
    open_difference(owner)
    link = owner.page.locator("a[data-element=check_budget]")
    link.click()
    expect(link).to_have_attribute("aria-current", "")
    shape = owner.page.locator("[data-side=new] [data-element-id=check_budget]")
    expect(shape).to_have_class(re.compile("diff-picked"))
    expect(shape).to_be_in_viewport()
    before = views(owner)
    assert len(before) == 1, "both show the same place"
    owner.page.locator("button[data-diagram=closer]").click()
    assert len(views(owner)) == 1
    assert views(owner) != before
    owner.check()


def test_it_shows_what_only_moved_to_who_asks(owner: Visitor) -> None:
    open_difference(owner)
    badges = owner.page.locator("[data-side=new] .diff-badge.moved")
    expect(badges.first).to_be_hidden()
    owner.page.locator("input[data-moved]").check()
    expect(badges.first).to_be_visible()
    assert "fill_work_orders" in marked(owner, "new", "moved")
    owner.check()


@pytest.mark.parametrize("address", [
    "/processes/new_client/versions",
    "/processes/new_client/versions/1/2",
    "/processes/new_client/versions/2/draft",
    "/processes/new_client/versions/1/roll-back",
    "/processes/production/retire",
    "/processes/creative_direction/retire",
    "/processes/campaign_planning/versions",
])  # fmt: skip
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_versions_is_without_a_fault(
    owner: Visitor, address: str, language: str
) -> None:
    wide = language == "zh"
    owner.page.set_viewport_size(WIDE if wide else NARROW)  # type: ignore[arg-type]
    owner.page.emulate_media(color_scheme="light" if wide else "dark")
    owner.speak(language)
    if address.endswith(("/2", "/draft")):
        open_difference(owner, address)
    else:
        owner.open(address)
    assert barriers(owner) == []
    owner.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert overflowing(owner) == []
    owner.picture(f"{address.strip('/').replace('/', '-')}-{language}")
    owner.page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    owner.page.emulate_media(color_scheme="light")
    owner.check()


def test_it_goes_back_through_the_pages(owner: Visitor) -> None:
    owner.speak("en")
    owner.open("/processes/new_client/versions")
    owner.page.get_by_role("link", name="Back to this one…").click()
    owner.page.get_by_label("Why (kept with the version)").fill("Too early")
    owner.page.get_by_role("button", name="Deploy version 1 again").click()
    expect(owner.page.locator(".flash")).to_contain_text("New cases run on version 3")
    expect(owner.page.locator(".rows")).to_contain_text("Back to version 1: Too early")
    owner.check()
