"""What people do with pages besides the plain way: twice, back, two at once, half-way, in a hurry."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.browser import filling
from tests.browser.conftest import Enter
from tests.browser.site import Site

PRIMARY = "button[data-primary]"


@pytest.fixture
def order(site: Site) -> str:
    """A small order whose first form waits for `ae`; gives the case's number."""
    return site.records.start("ae", "small_order", client_name="示例茶饮")


def address(site: Site, number: str, element_id: str = "fill_order") -> str:
    return f"/tasks/{site.records.task(number, element_id).id}"


def test_the_language_it_is_changed_where_one_stands_and_kept(enter: Enter, site: Site) -> None:
    ad = enter("ad")
    ad.open("/cases/?status=active")
    ad.speak("en")
    expect(ad.page).to_have_url(f"{site.address}/cases/?status=active")
    expect(ad.page.locator("html")).to_have_attribute("lang", "en")
    ad.page.locator('form[action="/sign-out"] button').click()
    ad.sign_in("ad")
    expect(ad.page.locator("h1")).to_have_text("Tasks")
    ad.speak("zh")
    expect(ad.page.locator("h1")).to_have_text("任务")


def test_after_signing_out_it_shows_nothing_by_going_back(enter: Enter, site: Site) -> None:
    ph = enter("ph")
    ph.open("/cases/")
    ph.page.locator('form[action="/sign-out"] button').click()
    expect(ph.page.locator("#login")).to_be_visible()
    ph.page.go_back()
    expect(ph.page.locator("#login")).to_be_visible()


def test_a_double_click_it_is_one_step(enter: Enter, site: Site, order: str) -> None:
    ae = enter("ae")
    ae.open(address(site, order))
    ae.fill()
    with ae.page.expect_navigation():
        ae.page.locator(PRIMARY).dblclick(no_wait_after=True)
    expect(ae.page.locator(".flash")).to_contain_text("填写订单")
    assert site.records.open_ids(order) == ["sign_order"]
    events = [e.element_id for e in site.records.events(order) if e.kind == "completed"]
    assert events.count("fill_order") == 1


def test_a_second_tab_it_tells_that_the_task_is_gone(enter: Enter, site: Site, order: str) -> None:
    ae = enter("ae")
    where = address(site, order)
    ae.open(where)
    ae.fill({"wanted": "三张海报"})
    other = ae.context.new_page()
    other.goto(site.address + where)
    other.locator("[name=wanted]").fill("五张海报")
    ae.submit()
    ae.faults.intended.add(409)
    other.locator(PRIMARY).click()
    expect(other.locator("h1")).to_contain_text("安晓彤")
    expect(other.locator("main")).to_contain_text("五张海报")
    assert site.records.open_ids(order) == ["sign_order"]


def test_two_at_one_task_it_goes_to_the_first(enter: Enter, site: Site) -> None:
    number = site.records.start("adm", "naming")
    where = address(site, number, "find_name")
    first, second = enter("ex1"), enter("ex2")
    first.open(where)
    second.open(where)
    first.claim()
    second.fill({"product_name": "冷泡之夏"})
    second.faults.intended.add(409)
    second.page.locator(PRIMARY).click()
    expect(second.page.locator("h1")).to_contain_text("易小川")
    expect(second.page.locator("main")).to_contain_text("冷泡之夏")
    first.page.locator('form[action$="/release"] button').click()
    second.open(where)
    second.fill({"product_name": "冷泡之夏"})
    second.submit()
    assert site.records.open_ids(number) == []


def test_a_draft_it_is_kept_for_its_writer(enter: Enter, site: Site, order: str) -> None:
    ae = enter("ae")
    where = address(site, order)
    ae.open(where)
    ae.page.locator("[name=wanted]").fill("三张海报")
    ae.page.locator("[name=budget]").fill("不知道")
    filling.add_row(ae.page, "items")
    ae.page.locator("[name=items-0-item]").fill("初稿")
    with ae.page.expect_navigation():
        ae.page.locator("button[value=draft]").click()
    expect(ae.page.locator(".flash")).to_be_visible()
    ae.open("/")
    ae.open(where)
    expect(ae.page.locator("[name=wanted]")).to_have_value("三张海报")
    expect(ae.page.locator("[name=budget]")).to_have_value("不知道")
    expect(ae.page.locator("[name=items-0-item]")).to_have_value("初稿")


def test_going_back_it_shows_what_was_typed_or_that_it_is_done(
    enter: Enter, site: Site, order: str
) -> None:
    ae = enter("ae")
    ae.open(address(site, order))
    ae.fill({"wanted": "三张海报"})
    ae.submit()
    ae.faults.intended.add(409)
    ae.page.go_back()
    expect(ae.page.locator("h1")).to_contain_text("安晓彤")


def test_leaving_it_asks_before_typed_answers_are_lost(
    enter: Enter, site: Site, order: str
) -> None:
    ae = enter("ae")
    ae.open(address(site, order))
    asked: list[str] = []
    ae.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    ae.page.locator("[name=wanted]").fill("三张海报")
    ae.page.locator("nav a").first.click()
    expect(ae.page.locator(".tabs")).to_be_visible()
    assert asked == ["beforeunload"]


def test_an_answer_it_asks_for_more_and_loses_nothing_typed_meanwhile(
    enter: Enter, site: Site, order: str
) -> None:
    """The fields come anew from a slow server while the person goes on typing."""
    ae = enter("ae")
    ae.open(address(site, order))
    held: list[Route] = []
    ae.page.route("**/fields", lambda route: held.append(route))
    ae.page.locator("[name=urgent]").check()
    expect(ae.page.locator("html[data-under-way]")).to_have_count(1)
    ae.page.locator("[name=wanted]").press_sequentially("三张海报")
    ae.page.locator("[name=budget]").press_sequentially("30")
    for route in held:
        route.continue_()
    expect(ae.page.locator("[name=why_urgent]")).to_be_visible()
    expect(ae.page.locator("[name=wanted]")).to_have_value("三张海报")
    ae.page.unroute("**/fields")
    ae.page.locator("[name=budget]").press_sequentially("00")
    ae.page.locator("[name=budget]").blur()
    filling.quiet(ae.page)
    expect(ae.page.locator("[name=budget]")).to_have_value("3,000.00")
    expect(ae.page.locator("[name=wanted]")).to_have_value("三张海报")
    ae.page.locator("[name=urgent]").uncheck()
    expect(ae.page.locator("[name=why_urgent]")).to_have_count(0)


def test_a_row_it_keeps_when_an_earlier_request_is_answered_late(
    enter: Enter, site: Site, order: str
) -> None:
    """Typing, then pressing the button at once, sends two requests."""
    ae = enter("ae")
    ae.open(address(site, order))
    held: list[Route] = []
    rows = ae.page.locator("#answer-items section")
    ae.page.route("**/fields", lambda route: route.continue_() if held else held.append(route))
    ae.page.locator("[name=budget]").fill("300")
    ae.page.locator('button[name="add:items"]').click()
    ae.page.wait_for_timeout(700)  # time enough for the second to come first, if it is let
    held[0].continue_()
    filling.quiet(ae.page)
    expect(rows).to_have_count(1)
    ae.page.wait_for_timeout(300)
    expect(rows).to_have_count(1)
    expect(ae.page.locator("[name=budget]")).to_have_value("300.00")


def test_files_and_rows_it_takes_in_place(enter: Enter, site: Site, order: str) -> None:
    ae = enter("ae")
    ae.open(address(site, order))
    ae.page.locator("[name=wanted]").fill("三张海报")
    ae.page.locator("input[type=file]").set_input_files([filling.FILE, _picture()])
    kept = ae.page.locator('#fields input[type=checkbox][name="attachments"]')
    expect(kept).to_have_count(2)
    kept.first.uncheck()
    filling.add_row(ae.page, "items")
    expect(ae.page.locator('[name="items-0-item"]')).to_be_focused()
    filling.add_row(ae.page, "items")
    ae.page.locator('[name="items-1-item"]').fill("定稿")
    ae.page.locator('button[name="remove:items:0"]').click()
    expect(ae.page.locator("#answer-items section")).to_have_count(1)
    expect(ae.page.locator('#fields input[name$="-item"]')).to_have_value("定稿")
    ae.submit()
    ae.open(f"/cases/{order}")
    with ae.page.expect_download() as download:
        ae.page.locator("a.row-title", has_text="主视觉.png").click()
    assert download.value.suggested_filename == "主视觉.png"


def _picture() -> dict[str, object]:
    return {"name": "主视觉.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n"}


def test_the_keyboard_it_is_enough(enter: Enter, site: Site, order: str) -> None:
    ae = enter("ae")
    ae.open("/")
    ae.page.keyboard.press("/")
    ae.page.keyboard.type("示例茶饮")
    ae.page.keyboard.press("Enter")
    expect(ae.page.locator(".rows > li").first).to_be_visible()
    ae.open(address(site, order))
    ae.page.locator("[name=wanted]").focus()
    ae.page.keyboard.type("三张海报")
    with ae.page.expect_navigation():
        ae.page.keyboard.press("Control+Enter")
    expect(ae.page.locator(".flash")).to_contain_text("填写订单")


def test_a_session_that_ends_it_loses_nothing_typed(enter: Enter, site: Site, order: str) -> None:
    ae = enter("ae")
    where = address(site, order)
    ae.open(where)
    ae.page.locator("[name=wanted]").fill("三张海报")
    # An answer that is still under way would bring the cookie, and with it the session, back.
    ae.page.wait_for_load_state("networkidle")
    filling.quiet(ae.page)
    ae.context.clear_cookies()
    tab = ae.context.new_page()
    tab.goto(f"{site.address}/sign-in")
    tab.locator("form:has(input[name=login][value=ae]) button").click()
    expect(tab.locator(".tabs")).to_be_visible()
    ae.faults.intended.add(400)
    ae.page.locator(PRIMARY).click()
    expect(ae.page.locator("#trouble")).to_be_visible()
    expect(ae.page.locator("[name=wanted]")).to_have_value("三张海报")
    ae.submit()
    assert site.records.open_ids(order) == ["sign_order"]


@pytest.mark.parametrize("code", [401, 409, 500])
def test_fields_that_cannot_be_had_anew_it_leaves_as_they_are(
    enter: Enter, site: Site, order: str, code: int
) -> None:
    ae = enter("ae")
    ae.open(address(site, order))
    ae.faults.intended.add(code)
    refusal = "<!doctype html><title>No</title><h1>请重新登录</h1>"
    ae.page.route("**/fields", lambda route: route.fulfill(status=code, body=refusal))
    ae.page.locator("[name=wanted]").fill("三张海报")
    ae.page.locator("[name=urgent]").check()
    filling.quiet(ae.page)
    expect(ae.page.locator("[name=wanted]")).to_have_value("三张海报")
    expect(ae.page.get_by_role("alert")).to_have_text("请重新登录")
    ae.page.unroute("**/fields")
    ae.page.locator("[name=urgent]").uncheck()
    expect(ae.page.get_by_role("alert")).to_have_count(0)


def test_a_network_that_is_gone_it_says_so_and_keeps_what_was_typed(
    enter: Enter, site: Site, order: str
) -> None:
    ae = enter("ae")
    ae.open(address(site, order))
    ae.page.route("**/fields", lambda route: route.abort())
    ae.page.locator("[name=wanted]").fill("三张海报")
    ae.page.locator("[name=urgent]").check()
    expect(ae.page.get_by_role("alert")).to_contain_text("服务器没有回应")
    expect(ae.page.locator("[name=wanted]")).to_have_value("三张海报")
    ae.page.unroute("**/fields")
    ae.page.locator("[name=urgent]").uncheck()
    expect(ae.page.get_by_role("alert")).to_have_count(0)
    # The browser itself tells its console of the request that was cut off.
    ae.faults.found.clear()
