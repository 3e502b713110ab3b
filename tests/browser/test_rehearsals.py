"""A process owner rehearses in the browser: forms that react, one step back, a hundred at random."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter

PRIMARY = "button[data-primary]"
PAGE = "/processes/small_order/rehearse"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_rehearsal_is_walked_to_its_end_and_one_step_back(enter: Enter, language: str) -> None:
    owner = enter("owner")
    owner.open(PAGE)
    owner.speak(language)
    page = owner.page
    page.locator("[name=client_name]").fill("示例食品")
    page.locator(PRIMARY).click()
    expect(page.locator("[name=wanted]")).to_be_visible()
    owner.has_drawings()
    expect(page.locator(".diagram .djs-shape.here")).to_have_attribute(
        "data-element-id", "fill_order"
    )
    owner.picture(f"rehearsal-{language}")
    # The form reacts as it will for staff.
    expect(page.locator("[name=why_urgent]")).to_have_count(0)
    page.locator("[name=urgent]").check()
    expect(page.locator("[name=why_urgent]")).to_be_visible()
    page.locator("[name=why_urgent]").fill("客户催")
    page.locator("[name=wanted]").fill("海报")
    page.locator(PRIMARY).click()
    expect(page.locator("[name=decision]").first).to_be_visible()
    page.locator("button[value=undo]").click()
    expect(page.locator("[name=wanted]")).to_be_visible()
    page.locator("button[value=fill]").click()
    expect(page.locator("[name=wanted]")).to_have_value(re.compile("."))
    page.locator("[name=parts]").fill("1")
    page.locator(PRIMARY).click()
    page.locator("[name=decision][value=sign]").check()
    page.locator(PRIMARY).click()
    expect(page.locator(PRIMARY)).to_have_count(0)
    owner.has_drawings()
    expect(page.locator('.djs-shape.visited[data-element-id="order_signed"]')).to_have_count(1)


def test_a_hundred_walks_show_on_the_drawing_what_they_reached(enter: Enter) -> None:
    owner = enter("owner")
    owner.open(PAGE)
    owner.page.locator(f'a[href^="{PAGE}/survey"]').click()
    owner.has_drawings()
    page = owner.page
    expect(page.locator('.djs-shape.visited[data-element-id="fill_order"]')).to_have_count(1)
    page.locator('button[data-element="order_signed"]').first.click()
    expect(page.locator('.djs-shape.focus[data-element-id="order_signed"]')).to_have_count(1)
    owner.picture("survey")
