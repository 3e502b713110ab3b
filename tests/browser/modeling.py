"""Somebody at the modeler: clicks on the drawing, types into the panel, waits for what comes of it."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.visitor import Visitor


class Modeling:
    """The modeler's page, as its user sees it."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page: Page = visitor.page

    def open(self, process_id: str, query: str = "") -> None:
        """Open a procedure, and wait until it is drawn and checked."""
        self.visitor.open(f"/processes/{process_id}/edit{query}")
        expect(self.page.locator("#studio")).to_have_attribute("data-ready", "yes")
        expect(self.page.locator("#problems")).to_have_attribute("data-checked", "1")

    def shape(self, element_id: str) -> Locator:
        """The element on the drawing."""
        return self.page.locator(f'.djs-element[data-element-id="{element_id}"]')

    def choose(self, element_id: str) -> None:
        """Click on an element, unless it is chosen: that would let go of it."""
        chosen = re.compile("selected")
        if not chosen.search(self.shape(element_id).get_attribute("class") or ""):
            self.shape(element_id).click()
        expect(self.shape(element_id)).to_have_class(chosen)

    def chosen(self) -> str:
        """The id of the element that is chosen."""
        return str(self.evaluate("m => m.get('selection').get()[0].id"))

    def evaluate(self, function: str, *arguments: Any) -> Any:
        """Ask the editor itself; `function` is given it, and the arguments."""
        return self.page.evaluate(
            f"a => ({function})(window.agencyflow.modeler, ...a)", list(arguments)
        )

    def entry(self, name: str) -> Locator:
        """The control of a panel entry; its group is unfolded."""
        return self.page.locator(f'[data-entry-id="{name}"]').locator("input, textarea, select")

    def add_field(self) -> None:
        """Press the button that adds a form field; it opens itself."""
        self.page.locator(
            "[data-group-id=group-agency-form] .bio-properties-panel-add-entry"
        ).click()

    def problems(self) -> Locator:
        """The list of problems."""
        return self.page.locator("#problem-list li")

    def settled(self) -> None:
        """Wait until nothing is asked of the server any more."""
        expect(self.page.locator("html[data-studio-busy]")).to_have_count(0)

    def save(self) -> None:
        """Save the draft, and wait until it is."""
        self.page.locator("#save").click()
        expect(self.page.locator("#unsaved")).to_be_hidden()
