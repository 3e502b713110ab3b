"""One person at a browser: what goes wrong on their pages is kept, and fails the test."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, expect

from tests.browser import filling
from tests.browser.site import Site

#: A folder: with it, pages are kept as pictures to look at.
PICTURES = os.environ.get("AGENCYFLOW_PICTURES", "")
#: Has the page tell of what its policy refused, and of requests that are under way.
WATCH = """
window.__refused = [];
let underWay = 0;
const tell = (change) => {
  underWay += change;
  document.documentElement.toggleAttribute("data-under-way", underWay > 0);
};
document.addEventListener("securitypolicyviolation", (event) => {
  window.__refused.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
});
document.addEventListener("htmx:before:request", () => tell(1));
document.addEventListener("htmx:finally:request", () => tell(-1));
"""
#: What Chromium says of an answer with one of these codes, which some tests ask for.
_STATUS = re.compile(r"the server responded with a status of (\d+)")


@dataclass
class Faults:
    """What must not happen on a page."""

    found: list[str] = field(default_factory=list)
    #: Codes of answers that a test asks for on purpose.
    intended: set[int] = field(default_factory=set)

    def listen(self, context: BrowserContext) -> None:
        """Hear of everything that happens on the pages of a context."""
        context.on("console", self._said)
        context.on("weberror", lambda error: self.found.append(f"page error: {error.error}"))
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        status = _STATUS.search(message.text)
        if not (status and int(status[1]) in self.intended):
            self.found.append(f"console: {message.text} ({message.location})")

    def _failed(self, request: Request) -> None:
        # A request that the next page made pointless is no fault, and neither is a download.
        if request.failure != "net::ERR_ABORTED":
            self.found.append(f"failed: {request.method} {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.intended:
            self.found.append(f"{response.status}: {response.request.method} {response.url}")


class Visitor:
    """A person with a browser window of their own."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.site = site
        self.faults = Faults()
        self.faults.listen(context)
        context.add_init_script(WATCH)
        self.context = context
        self.page: Page = context.new_page()

    def open(self, address: str) -> None:
        """Open a page of the site."""
        self.look_back()
        self.page.goto(self.site.address + address)

    def sign_in(self, who: str) -> None:
        """Sign in with the button of a demo account."""
        self.open("/sign-in")
        with self.page.expect_navigation():
            self.page.locator(f"form:has(input[name=login][value={who}]) button").click()
        expect(self.page.locator("nav.tabs")).to_be_visible()

    def speak(self, language: str) -> None:
        """Have the page in a language."""
        switch = self.page.locator(f"button[name=language][value={language}]")
        if switch.count():
            self.look_back()
            with self.page.expect_navigation():
                switch.click()
            expect(switch).to_have_count(0)

    def inbox(self, *, tabs: tuple[str, ...] = ("mine", "groups")) -> set[str]:
        """List the ids of the tasks that this person finds in the inbox."""
        found: set[str] = set()
        for tab in tabs:
            answer = self.context.request.get(f"{self.site.address}/?tab={tab}")
            assert answer.ok, answer.status
            page = answer.text()
            assert 'rel="next"' not in page, "a second page of tasks is not looked at here"
            found |= set(re.findall(r'class="row-title" href="/tasks/([^"]+)"', page))
        return found

    def open_task(self, task_id: str) -> None:
        """Find a task in the inbox, among mine or my groups', and open it from there."""
        link = self.page.locator(f'a.row-title[href="/tasks/{task_id}"]')
        for address in ("/", "/?tab=groups"):
            if not link.count():
                self.open(address)
        self.look_back()
        link.click()
        expect(self.page.locator("#task-name")).to_be_visible()

    @property
    def may_claim(self) -> bool:
        """True when the task that is open before me can be taken."""
        return self.page.locator('form[action$="/claim"]').count() > 0

    def claim(self) -> None:
        """Take the task that is open before me."""
        self.page.locator('form[action$="/claim"] button').click()
        expect(self.page.locator('form[action$="/release"] button')).to_be_visible()

    def fill(self, wanted: dict[str, Any] | None = None) -> None:
        """Fill in the form before me: `wanted` first, then whatever else must be answered."""
        filling.fill(self.page, wanted or {})

    def submit(self) -> None:
        """Send the form with its main button; it must be taken."""
        self.look_back()
        with self.page.expect_navigation():
            self.page.locator("button[data-primary]").click()
        problems = self.page.locator("#problems, #trouble")
        assert not problems.count(), problems.first.inner_text()
        self.look_back()

    def look_back(self) -> None:
        """Remember what the policy refused on the page that is about to go."""
        if not self.page.url.startswith("http"):
            return
        refused = self.page.evaluate("window.__refused || []")
        self.faults.found += [f"policy: {words} on {self.page.url}" for words in refused]

    def has_drawings(self) -> None:
        """Look at each drawing of the page, and wait until it is drawn."""
        drawings = self.page.locator(".diagram:visible").all()
        assert drawings, "there is no drawing on this page"
        for drawing in drawings:
            drawing.scroll_into_view_if_needed()
            expect(drawing).to_have_attribute("data-ready", "yes")

    def picture(self, name: str) -> None:
        """Keep the page as a picture, when pictures are wanted."""
        if PICTURES:
            place = Path(PICTURES) / f"{name}.png"
            self.page.screenshot(path=place, full_page=True, animations="disabled")

    def check(self) -> None:
        """Fail when anything went wrong on any page since the last time."""
        self.look_back()
        found, self.faults.found = self.faults.found, []
        assert not found, "\n".join(found)
