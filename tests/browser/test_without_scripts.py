"""Everything that matters works in a browser without scripts."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import filling
from tests.browser.conftest import Enter
from tests.browser.site import Site


def test_a_case_is_started_and_worked_on_without_scripts(enter: Enter, site: Site) -> None:
    ae = enter("ae", java_script_enabled=False)
    page = ae.page
    ae.open("/start/small_order")
    page.locator("[name=client_name]").fill("示例茶饮")
    page.locator("button[data-primary]").click()
    expect(page.locator("#task-name")).to_have_text("填写订单")
    expect(page.locator("noscript p")).to_be_visible()

    page.locator("[name=wanted]").fill("三张海报")
    page.locator("[name=urgent]").check()
    page.locator("[name=attachments]").set_input_files(filling.FILE)
    page.locator('button[name="add:items"]').click()
    rows = page.locator("#answer-items section")
    expect(rows).to_have_count(1)
    expect(page.locator("[name=wanted]")).to_have_value("三张海报")
    expect(page.locator("#fields .document, #fields a", has_text="提案.pdf")).to_be_visible()
    page.locator('button[name="add:items"]').click()
    page.locator('[name="items-0-item"]').fill("初稿")
    page.locator('[name="items-1-item"]').fill("定稿")
    page.locator('button[name="remove:items:0"]').click()
    expect(rows).to_have_count(1)
    expect(page.locator('#fields input[name$="-item"]')).to_have_value("定稿")

    # The tick asked for a reason, which this page could not show before it was sent.
    ae.faults.intended.add(422)
    page.locator('[name="why_urgent"]').fill("")
    page.locator("button[data-primary]").click()
    expect(page.locator("#problems")).to_be_visible()
    page.locator('[name="why_urgent"]').fill("下周开业")
    page.locator("button[data-primary]").click()
    expect(page.locator(".flash")).to_contain_text("填写订单")
    number = site.records.numbers("small_order")[-1]
    assert site.records.open_ids(number) == ["sign_order"]
    case = site.records.values("as", site.records.task(number, "sign_order").id)
    assert case["wanted"] == "三张海报"

    page.locator("button[name=language]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("button[name=language]").click()
    page.locator('form[action="/sign-out"] button').click()
    ae.open("/")
    expect(page).to_have_url(f"{site.address}/sign-in")
