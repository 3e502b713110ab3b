"""The four procedures at once, at random: no case may wait for what can no longer come."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from engine import clock, database, instances, messages, tasks
from engine.database import Sessions
from engine.forms import FieldItem
from engine.models import ACTIVE, Instance, Membership, Message, Person, Task, Timer
from tests.drive import Drive

#: Chosen out of twenty: when they were, they came by every element of every drawing.
SEEDS = (4, 6, 9, 13, 17, 18)
#: Steps at random, then the agency winds down: first choices only, nothing new.
STEPS = 140
MOST = 1500
#: What to answer so that a case goes towards its end.
WIND_DOWN: dict[str, dict[str, Any]] = {
    "routine_service": {"next_step": "end"},
    "repair_order": {"repair_decision": "withdrawn"},
    "introduce_agency": {"cooperation": "yes"},
    "review_deliverable": {"review_decision": "accept"},
}
#: How often a decision is a surprise. Forms' other values, and how many rows, always are.
SURPRISE = 0.15
#: Decisions that are always any of these, so that each way out is seen often.
ANY: dict[str, dict[str, list[str]]] = {
    "introduce_agency": {"cooperation": ["yes", "yes", "yes", "yes", "later", "no"]},
    "present_proposal": {"verdict": ["passed", "passed", "revise", "lost"]},
    "sign_contract": {"contract_signed": ["yes", "yes", "no"]},
    "decide_notarising": {"notarise": ["yes", "no"]},
    "withdraw_order": {"withdraw_scope": ["withdrawn", "lost"]},
    "repair_order": {"repair_decision": ["resubmit", "resubmit", "withdrawn", "lost"]},
}
#: How often somebody turns to a task that may be left open.
LEFT_OPEN = {"withdraw_order": 0.01, "attend_meeting": 0.3}
CANCELLED = 0.004
#: How often the background is late, so that people go on while messages are on their way.
LATE = 0.3


class Agency(Drive):
    """Everybody at work, each with a mind of their own."""

    def __init__(self, sessions: Sessions, seed: int) -> None:
        super().__init__(sessions, deploy=False, random=Random(seed))
        self.dice = Random(seed * 7919 + 1)
        self.done: Counter[str] = Counter()

    def keep_busy(self) -> None:
        """See to it that one client is being won and one is served."""
        for process_id in ("new_client", "existing_client"):
            if not any(self.case(n).status == ACTIVE for n in self.numbers(process_id)):
                self.start("ae", process_id, client_name="示例茶饮")

    def play(self, *, winding_down: bool) -> bool:
        """Do one thing that somebody could do now; False when there is nothing to do."""
        open_now = [
            t for t in self.open_tasks() if not t.optional or self.turns_to(t, winding_down)
        ]
        if not winding_down and self.dice.random() < CANCELLED:
            return self.cancel_one()
        if not open_now:
            return self.wait()
        task = self.dice.choice(open_now)
        self.complete_task(self.somebody(task), task.id, self.decision(task, winding_down))
        self.done[task.element_id] += 1
        return True

    def open_tasks(self, number: str = "") -> list[Task]:
        """List the open tasks in an order that depends on the seed only."""
        found = super().open_tasks(number)
        return sorted(found, key=lambda t: (t.instance_id, t.element_id, t.detail))

    def work(self) -> None:
        """Do the background's work, or leave it for later."""
        if self.dice.random() >= LATE:
            self.catch_up()

    def catch_up(self) -> None:
        """Do all of the background's work."""
        super().work()

    def turns_to(self, task: Task, winding_down: bool) -> bool:
        """Tell whether somebody does a task that may be left open."""
        return not winding_down and self.dice.random() < LEFT_OPEN[task.element_id]

    def decision(self, task: Task, winding_down: bool) -> dict[str, Any]:
        """Take the first choice of each decision, or now and then any."""
        if winding_down and task.element_id in WIND_DOWN:
            return WIND_DOWN[task.element_id]
        if task.element_id in ANY:
            return {f: self.dice.choice(among) for f, among in ANY[task.element_id].items()}
        if not winding_down and self.dice.random() < SURPRISE:
            return {}
        return self.first_choices(task)

    def first_choices(self, task: Task) -> dict[str, Any]:
        """Answer the decisions of a form by their first choice."""
        who = self.somebody(task)
        with database.reading(self.sessions) as session:
            opened = tasks.opened(session, session.get_one(Person, who), task.id)
        if task.element_id == "routine_service" and self.done["begin_project"] < 2:
            return {"next_step": "project"}
        found: dict[str, Any] = {}
        for item in opened.form.items:
            if isinstance(item, FieldItem):
                found |= first_choice(item)
            elif item.fixed:
                answered = {k: v for field in item.fields for k, v in first_choice(field).items()}
                found[item.id] = [{**row, **answered} for row in opened.values[item.id]]
        return found

    def somebody(self, task: Task) -> str:
        """Name the holder of a task, or any member of its groups who may take it."""
        if task.assignee_id:
            return task.assignee_id
        with database.reading(self.sessions) as session:
            may = session.scalars(
                select(Membership.person_id).where(Membership.group_id == task.group_id)
            ).all()
        assert may, task.element_id
        return self.dice.choice(sorted(may))

    def cancel_one(self) -> bool:
        """Cancel a case on its page, if there is one that may be."""
        with database.reading(self.sessions) as session:
            manager = session.get_one(Person, "manager")
            active = session.scalars(select(Instance).where(Instance.status == ACTIVE)).all()
            may = [i.number for i in active if instances.may_cancel(session, manager, i)]
        if may:
            self.cancel("manager", self.dice.choice(may))
        return bool(may)

    def active(self) -> list[str]:
        """Name the cases that are under way."""
        with database.reading(self.sessions) as session:
            return list(session.scalars(select(Instance.number).where(Instance.status == ACTIVE)))

    def wait(self) -> bool:
        """Let the background catch up, or time pass until the next timer; False when none runs."""
        if self.undelivered():
            self.catch_up()
            return True
        with database.reading(self.sessions) as session:
            due = session.scalars(select(Timer.due_at).order_by(Timer.due_at).limit(1)).first()
        if due is None:
            return False
        clock.set(max(clock.now(), due) + timedelta(seconds=1))
        self.catch_up()
        return True

    def undelivered(self) -> list[int]:
        """Find the messages that somebody could have now."""
        with database.reading(self.sessions) as session:
            return messages.deliverable(session)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_case_waits_for_what_cannot_come(agency: Sessions, seed: int) -> None:
    clock.set(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))
    people = Agency(agency, seed)
    for _ in range(STEPS):
        people.keep_busy()
        people.play(winding_down=False)
    for _ in range(MOST):
        if not people.play(winding_down=True):
            break
    else:
        pytest.fail(f"still busy: {people.open_ids()}")
    assert people.undelivered() == []
    waiting = {n: people.waits(n) for n in people.active()}
    assert waiting == {}, f"after {sum(people.done.values())} tasks: {kept(agency)}"
    clock.set(clock.now() + timedelta(days=400))
    people.catch_up()
    for number in people.numbers():
        assert people.incidents(number) == [], "what nobody took by now, nobody needed"


def first_choice(field: FieldItem) -> dict[str, str]:
    """Answer a decision by its first choice; other fields are left out."""
    decides = field.type == "enum" and not field.readonly
    return {field.id: field.choices[0].id} if decides else {}


def kept(sessions: Sessions) -> list[tuple[str, str, str]]:
    """List the messages that nobody took, to read in a failure."""
    with database.reading(sessions) as session:
        return [
            (m.name, m.key, m.status)
            for m in session.scalars(select(Message).where(Message.status != "consumed"))
        ]
