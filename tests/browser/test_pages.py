"""Every kind of page, in both languages: no fault, no serious barrier, nothing wider than a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from engine import database, tasks
from engine.models import Person
from tests.browser.conftest import Door
from tests.browser.site import Site
from tests.browser.visitor import Visitor

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LANGUAGES = ("zh", "en")
#: What axe calls a barrier for many people.
GRAVE = ("serious", "critical")


@dataclass(frozen=True)
class Cases:
    """What there is to look at."""

    everything: str  # a task with a field of every type, in the hands of `ae`
    started: str  # a case in which something has happened
    failed: str  # a case with an incident


@pytest.fixture(scope="module")
def cases(site: Site) -> Cases:
    drive = site.records
    started = drive.start("ae", "new_client", client_name="云海茶饮", industry="饮料")
    drive.complete("ae", started, "collect_information")
    drive.start("ae", "new_client", client_name="一家名字特别特别长的食品饮料集团有限公司")
    everything = drive.start("ae", "every_field")
    failed = drive.start("ae", "small_order", client_name="示例食品")
    with database.writing(site.sessions) as session:
        answers = {"wanted": "海报", "parts": 0, "items": [{"item": "初稿"}]}
        task = drive.task(failed, "fill_order")
        done = tasks.complete(session, session.get_one(Person, "ae"), task.id, answers=answers)
        assert done.incident
    return Cases(drive.task(everything, "fill_everything").id, started, failed)


def go(
    who: str, address: str, *, drawn: bool = False, code: int = 200
) -> Callable[[People, Cases], Visitor]:
    """Make a way to a page that has an address."""

    def visit(people: People, cases: Cases) -> Visitor:
        visitor = people.person(who)
        visitor.faults.intended.add(code)
        visitor.open(address.format(cases=cases))
        if drawn:
            visitor.has_drawings()
        return visitor

    return visit


def wrong_password(people: People, cases: Cases) -> Visitor:
    visitor = people.person("")
    visitor.open("/sign-in")
    visitor.faults.intended |= {401, 429}
    visitor.page.locator("#login").fill("ae")
    visitor.page.locator("#password").fill("nonsense")
    visitor.page.locator("button[data-primary]").click()
    expect(visitor.page.locator("#problems")).to_be_focused()
    return visitor


def start_with_errors(people: People, cases: Cases) -> Visitor:
    visitor = people.person("ae")
    visitor.open("/start/new_client")
    return _sent_empty(visitor)


def task_with_errors(people: People, cases: Cases) -> Visitor:
    visitor = people.person("ae")
    visitor.open(f"/tasks/{cases.everything}")
    visitor.page.locator("[name=whole_number]").fill("11")
    visitor.page.locator("[name=amount]").fill("many")
    visitor.page.locator("[name=one_day]").fill("2027-13-01")
    visitor.page.locator('button[name="add:parts"]').click()
    return _sent_empty(visitor)


def _sent_empty(visitor: Visitor) -> Visitor:
    visitor.faults.intended.add(422)
    visitor.page.locator("button[data-primary]").click()
    expect(visitor.page.locator("#problems")).to_be_focused()
    return visitor


def gone(people: People, cases: Cases) -> Visitor:
    """Somebody else was quicker."""
    drive = people.site.records
    number = drive.start("ae", "small_order", client_name="示例家电")
    visitor = people.person("ae")
    visitor.open(f"/tasks/{drive.task(number, 'fill_order').id}")
    visitor.page.locator("[name=wanted]").fill("三张海报\n一支短片")
    drive.complete("ae", number, "fill_order")
    visitor.faults.intended.add(409)
    with visitor.page.expect_navigation():
        visitor.page.locator("button[data-primary]").click()
    expect(visitor.page.locator("dd").first).to_contain_text("三张海报")
    return visitor


WAYS: dict[str, Callable[[People, Cases], Visitor]] = {
    "sign-in": go("", "/sign-in"),
    "wrong-password": wrong_password,
    "inbox-mine": go("ae", "/"),
    "inbox-groups": go("as", "/?tab=groups"),
    "inbox-all": go("manager", "/?tab=all"),
    "inbox-done": go("ae", "/?tab=done"),
    "inbox-empty": go("ex1", "/?search=nothing"),
    "start-list": go("ae", "/start"),
    "start": go("ae", "/start/new_client", drawn=True),
    "start-with-errors": start_with_errors,
    "task": go("ae", "/tasks/{cases.everything}", drawn=True),
    "task-with-errors": task_with_errors,
    "task-of-another": go("manager", "/tasks/{cases.everything}"),
    "gone": gone,
    "cases": go("manager", "/cases"),
    "case": go("ae", "/cases/{cases.started}", drawn=True),
    "case-with-incident": go("manager", "/cases/{cases.failed}", drawn=True),
    "start-list-empty": go("ph", "/start"),
    "processes": go("ae", "/processes"),
    "processes-of-owner": go("owner", "/processes"),
    "process": go("owner", "/processes/new_client", drawn=True),
    "versions": go("owner", "/processes/new_client/versions"),
    "tokens": go("ae", "/tokens"),
    "missing": go("ae", "/cases/2026-9999", code=404),
    "broken": go("ae", "/broken", code=500),
}


class People:
    """Browsers that stay open from page to page."""

    def __init__(self, site: Site, door: Door) -> None:
        self.site = site
        self.language = "zh"
        self._door = door
        self._known: dict[str, Visitor] = {}

    def person(self, who: str) -> Visitor:
        """Give somebody's browser, in the language that is looked at."""
        if who not in self._known:
            self._known[who] = self._door.enter(who)
        visitor = self._known[who]
        visitor.faults.intended.clear()
        visitor.faults.found.clear()
        self._look(visitor)
        visitor.open("/sign-in")
        visitor.speak(self.language)
        return visitor

    def _look(self, visitor: Visitor) -> None:
        """Chinese is looked at wide and in the light, English narrow and in the dark."""
        wide = self.language == "zh"
        visitor.page.set_viewport_size(WIDE if wide else NARROW)  # type: ignore[arg-type]
        visitor.page.emulate_media(color_scheme="light" if wide else "dark")


@pytest.fixture(scope="module")
def people(site: Site, door: Door) -> Iterator[People]:
    return People(site, door)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", WAYS)
def test_every_page_it_is_without_a_fault(
    people: People, cases: Cases, name: str, language: str
) -> None:
    people.language = language
    visitor = WAYS[name](people, cases)
    visitor.picture(f"{name}-{language}-{'wide' if language == 'zh' else 'dark-narrow'}")
    assert barriers(visitor) == []
    visitor.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert overflowing(visitor) == []
    visitor.page.emulate_media(color_scheme="light")
    visitor.picture(f"{name}-{language}-narrow")
    if language == "en":
        visitor.page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        visitor.picture(f"{name}-{language}-wide")
    visitor.check()


def barriers(visitor: Visitor) -> list[str]:
    """List what axe finds that keeps people from using the page."""
    found = Axe().run(visitor.page).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:200]} {node['failureSummary']}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]


def overflowing(visitor: Visitor) -> list[str]:
    """List what sticks out of the page to the right, if the page can be scrolled sideways."""
    found: list[str] = visitor.page.evaluate(
        """() => {
          const page = document.documentElement;
          if (page.scrollWidth <= page.clientWidth) return [];
          return [...document.querySelectorAll("body *")]
            .filter((node) => node.getBoundingClientRect().right > page.clientWidth + 1)
            .map((node) => node.outerHTML.slice(0, 120)).slice(0, 5);
        }"""
    )
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tabs_of_the_inbox_it_shows_whole_on_a_phone(people: People, language: str) -> None:
    people.language = language
    visitor = people.person("ae")
    visitor.open("/")
    visitor.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    hidden = "(tabs) => tabs.scrollWidth - tabs.clientWidth"
    assert visitor.page.locator("nav.tabs").evaluate(hidden) <= 0


def test_the_way_back_from_a_sub_process_it_shows_on_a_phone(people: People, site: Site) -> None:
    drive = site.records
    number = drive.start("ae", "new_client", client_name="云海茶饮")
    drive.complete("ae", number, "collect_information")
    drive.complete("as", number, "choose_target", pursue="yes")
    people.language = "en"
    visitor = people.person("ae")
    visitor.open(f"/tasks/{drive.task(number, 'study_situation').id}")
    visitor.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    visitor.has_drawings()
    crumbs = visitor.page.locator(".bjs-breadcrumbs").bounding_box()
    tools = visitor.page.locator(".diagram-tools").bounding_box()
    canvas = visitor.page.locator(".diagram-canvas").bounding_box()
    assert crumbs
    assert tools
    assert canvas
    assert crumbs["height"] < 40, "one line"
    assert crumbs["x"] + crumbs["width"] <= canvas["x"] + canvas["width"]
    apart = crumbs["x"] + crumbs["width"] <= tools["x"]
    assert apart or crumbs["y"] >= tools["y"] + tools["height"]
    visitor.picture("breadcrumb-en-narrow")


def test_a_way_that_was_not_taken_it_does_not_mark(people: People, site: Site) -> None:
    """The case has been at both its ends, by other ways."""
    drive = site.records
    number = drive.start("ae", "new_client", client_name="云海茶饮")
    for who, step, answers in (
        ("ae", "collect_information", {}),
        ("as", "choose_target", {"pursue": "yes"}),
        ("ae", "study_situation", {}),
        ("ae", "prepare_negotiation", {}),
        ("ae", "make_appointment", {}),
        ("ae", "introduce_agency", {"cooperation": "yes"}),
        ("ae", "fill_work_orders", {}),
        ("as", "as_sign", {"as_decision": "approve"}),
        ("ad", "ad_sign", {"ad_decision": "approve"}),
    ):
        drive.complete(who, number, step, **answers)
    people.language = "zh"
    visitor = people.person("ae")
    visitor.open(f"/cases/{number}")
    for part in reversed(visitor.page.locator("details.folded:not([open]) > summary").all()):
        part.click()
    visitor.has_drawings()
    taken = visitor.page.locator(".djs-connection.visited")
    way = '[data-element-id="{}_to_department_work"]'
    expect(taken.and_(visitor.page.locator(way.format("is_order_signed")))).to_have_count(1)
    expect(taken.and_(visitor.page.locator(way.format("is_new_round")))).to_have_count(0)
