"""A whole agency at its browsers: who does what, and who finds what in the inbox."""

from __future__ import annotations

from typing import Any

from tests.browser.conftest import Enter
from tests.browser.site import Site
from tests.browser.visitor import PICTURES, Visitor

#: Everybody whose inbox is looked into when the question is who sees a task.
EVERYBODY = ("ae", "as", "ad", "ph", "ch", "ex1", "ex2", "adm", "con", "owner", "manager")


class Agency:
    """Plays cases through the pages; the records say which tasks there are to look for."""

    def __init__(self, site: Site, enter: Enter) -> None:
        self.site = site
        self.records = site.records
        self._enter = enter
        self._people: dict[str, Visitor] = {}
        self._have_claimed: set[str] = set()
        self._done = 0

    def person(self, who: str) -> Visitor:
        """Give somebody's browser; the first time they sign in."""
        if who not in self._people:
            self._people[who] = self._enter(who)
        return self._people[who]

    def starts(self, who: str, process_id: str, **answers: Any) -> str:
        """Start a case from the list of procedures; give its number."""
        known = set(self.records.numbers())
        visitor = self.person(who)
        visitor.open("/start")
        visitor.page.locator(f'a.row-title[href="/start/{process_id}"]').click()
        visitor.fill(answers)
        visitor.submit()
        self.site.settle()
        (number,) = set(self.records.numbers(process_id)) - known
        return number

    def does(self, who: str, number: str, element_id: str, **answers: Any) -> None:
        """Complete the open task of an element."""
        self.does_task(who, self.records.task(number, element_id).id, **answers)

    def does_task(self, who: str, task_id: str, **answers: Any) -> None:
        """Find a task in the inbox, open it, take it, fill in its form, send it."""
        visitor = self.person(who)
        self._done += 1
        visitor.open_task(task_id)
        if who not in self._have_claimed and visitor.may_claim:
            self._have_claimed.add(who)
            visitor.claim()
        visitor.fill(answers)
        if PICTURES:
            visitor.has_drawings()
            visitor.picture(f"{self._done:02}-{who}")
        visitor.submit()
        self.site.settle()

    def open_ids(self, number: str) -> list[str]:
        """List the elements whose tasks are open in a case, optional ones apart."""
        return self.records.open_ids(number)

    def only(self, who: str, number: str, element_id: str) -> None:
        """Say that a task is in the inbox of those named in `who`, and of nobody else."""
        tasks = {t.id for t in self.records.open_tasks(number) if t.element_id == element_id}
        seeing = {p for p in EVERYBODY if self.person(p).inbox() & tasks}
        assert tasks, f"no open {element_id} in {number}: {self.open_ids(number)}"
        assert seeing == set(who.split()), (element_id, seeing)
