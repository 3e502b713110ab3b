"""From drawing to running, as a process owner goes: draw, rehearse, compare, deploy, move, see it done."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from engine import database, definitions
from tests.browser.conftest import Enter
from tests.browser.modeling import Modeling
from tests.browser.site import Site
from tests.browser.visitor import Visitor
from tests.edited import with_new_step
from tests.webforms.rest.modeler import BOUNDARY, multipart

LARGE = {"viewport": {"width": 1440, "height": 900}}
CREDIT = "核实客户信用"


@pytest.fixture(scope="module")
def numbers(site: Site) -> list[str]:
    """Two running cases, begun before anything changes."""
    return [
        site.records.start("ae", "new_client", client_name=name, source="referral", industry="饮料")
        for name in ("云海茶饮", "山野酸奶")
    ]


def move(owner: Visitor, count: int) -> None:
    """Move every running case to the current version, from the page that offers it."""
    expect(owner.page.locator("input[name=number]:checked")).to_have_count(count)
    owner.page.locator("button[name=which]").first.click()
    progress = owner.page.locator("#progress:not([hx-get])")
    expect(progress.locator(".rows > li")).to_have_count(count)
    expect(progress.locator(".rows form button")).to_have_count(count)


def in_inbox(who: Visitor, name: str) -> int:
    """Count the tasks of this name among mine and my groups'."""
    found = 0
    for address in ("/", "/?tab=groups"):
        who.open(address)
        found += who.page.locator("a.row-title", has_text=name).count()
    return found


def test_a_step_drawn_in_the_browser_reaches_running_cases(
    site: Site, enter: Enter, numbers: list[str]
) -> None:
    owner = enter("owner", **LARGE)
    page, modeling = owner.page, Modeling(owner)
    modeling.open("new_client")

    # Make room behind a step, and put a task onto the way there: both by hand.
    step = modeling.shape("choose_target").locator(".djs-visual").first
    box = step.bounding_box()
    assert box
    right, middle = box["x"] + box["width"], box["y"] + box["height"] / 2
    page.locator('.djs-palette [data-action="space-tool"]').click()
    page.mouse.move(right + 8, middle + 30)
    page.mouse.down()
    page.mouse.move(right + 30, middle + 30, steps=4)
    page.mouse.move(right + 112, middle + 30, steps=8)
    page.mouse.up()
    page.keyboard.press("Escape")
    page.locator('.djs-palette [data-action="create.task"]').click()
    page.mouse.move(right + 40, middle + 3, steps=5)
    page.mouse.move(right + 70, middle, steps=5)
    page.mouse.click(right + 70, middle)
    page.keyboard.type(CREDIT)
    page.keyboard.press("Enter")
    modeling.entry("agency-name.en").fill("Check the credit")
    modeling.entry("agency-documentation").fill("写明有无失信记录和逾期付款。")
    modeling.entry("agency-documentation.en").fill("Note defaults and late payments.")
    expect(modeling.shape("check_the_credit")).to_be_visible()
    modeling.add_field()
    modeling.entry("field-0-label").fill("信用情况")
    modeling.entry("field-0-label.en").fill("Credit standing")
    modeling.entry("field-0-type").select_option("text")
    modeling.entry("field-0-required").check()
    expect(page.locator("#preview-body label.required")).to_contain_text("信用情况")
    modeling.settled()
    expect(modeling.problems()).to_have_count(0)

    # Rehearse it.
    with page.expect_navigation():
        page.locator("#rehearse").click()
    for _ in range(3):
        with page.expect_navigation():
            page.locator("button", has_text="填入虚构的内容").click()
        with page.expect_navigation():
            page.locator("form button.btn-primary").first.click()
    expect(page.locator("h2").first).to_have_text(CREDIT)
    owner.picture("loop-rehearsal")

    # See what differs, in words.
    owner.open("/processes/new_client/versions/1/draft")
    words = page.locator("#of-check_the_credit")
    expect(words).to_contain_text("在“确定争取目标”之后")
    expect(words).to_contain_text("由谁办理：“客户部主管”")
    expect(words).to_contain_text("信用情况")

    # Deploy it, and move the two cases from where that is offered.
    modeling.open("new_client")
    page.locator("#deploy-open").click()
    page.locator("#note-text").fill("争取之前先核实信用")
    page.locator("#deploy button[data-primary]").click()
    done = page.locator("#deploy [data-done]")
    expect(done).to_contain_text("第 2 版已部署")
    with page.expect_navigation():
        done.locator("a[href$='/move']").click()
    move(owner, 2)

    # The new task comes to those whose lane it is in, and to nobody else.
    for number in numbers:
        site.records.complete("ae", number, "collect_information")
        site.records.complete("as", number, "choose_target", pursue="yes")
    supervisor = enter("as")
    assert in_inbox(supervisor, CREDIT) == 2
    assert in_inbox(enter("ae"), CREDIT) == 0
    supervisor.open_task(site.records.task(numbers[0], "check_the_credit").id)
    expect(supervisor.page.locator("label.required")).to_contain_text("信用情况")
    supervisor.fill({"field_1": "没有失信记录"})
    supervisor.submit()
    assert site.records.open_ids(numbers[0]) == ["study_situation"]


def test_a_file_edited_outside_comes_through_the_rest_door(
    site: Site, enter: Enter, numbers: list[str]
) -> None:
    with database.reading(site.sessions) as session:
        current = definitions.current(session, "new_client")
        xml = definitions.xml(session, current.id)
    edited = with_new_step(xml, after="check_the_credit", before="is_worth_it")
    owner = enter("owner")
    answer = owner.context.request.post(
        f"{site.address}/engine-rest/deployment/create",
        data=multipart("new_client", {"new_client.bpmn": edited}),
        headers={
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Authorization": "Basic b3duZXI6YWdlbmN5Zmxvdw==",  # owner:agencyflow
        },
    )
    assert answer.ok, answer.text()
    (deployed,) = answer.json()["deployedProcessDefinitions"].values()
    assert (deployed["key"], deployed["version"]) == ("new_client", current.version + 1)
    owner.open("/processes/new_client/versions")
    expect(owner.page.locator("body")).to_contain_text("Camunda Modeler")
    owner.open(f"/processes/new_client/versions/{current.version}/{current.version + 1}")
    expect(owner.page.locator("#of-check_budget")).to_contain_text("年度预算")
    owner.open("/processes/new_client/move")
    move(owner, 2)
    site.records.complete("as", numbers[1], "check_the_credit", field_1="没有失信记录")
    supervisor = enter("as")
    assert in_inbox(supervisor, "核对客户预算") == 1
    assert in_inbox(enter("ph"), "核对客户预算") == 0
    supervisor.open_task(site.records.task(numbers[1], "check_budget").id)
    expect(supervisor.page.locator("label.required")).to_have_text(re.compile("年度预算"))
