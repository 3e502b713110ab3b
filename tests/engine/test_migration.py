"""Running cases go on by another version: told first, moved one by one, undone while they can be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import clock, database, definitions, errors, migration, tasks
from engine.database import Sessions
from engine.migration import Verdict
from engine.models import Instance, Person, Timer
from tests.engine.agency import MORNING, Agency, pass_time
from tests.engine.drawings import deploy, draw

FIRST = """
    start begin lane=executor fields="title:string"
    user plan lane=executor due=P3D fields="budget:long"
    user check lane=account_director
    end done
    begin > plan > check > done
"""


def drawn(lines: str = FIRST, **properties: str) -> bytes:
    return draw("small", lines, **{"case.title": "title", **properties})


class Moving(Agency):
    """An agency whose owner moves cases."""

    def preview(self, who: str = "owner", version: int = 2, **more: Any) -> list[Verdict]:
        with database.reading(self.sessions) as session:
            to = self.version(session, version)
            return migration.preview(session, session.get_one(Person, who), to, **more).page.rows

    def version(self, session: Any, version: int) -> Any:
        return next(d for d, _ in migration.versions(session, "small") if d.version == version)

    def move_cases(self, *numbers: str, version: int = 2, **mapping: str) -> int:
        """Order and work off; give the order's number."""
        with self.acting("owner") as (session, person):
            to = self.version(session, version)
            chosen = {f"small/{gone}": taker for gone, taker in mapping.items()}
            move = migration.order(session, person, to, numbers, mapping=chosen)
            move_id = move.id
        self.work()
        return move_id

    def results(self, move_id: int) -> dict[str, tuple[str, str]]:
        with database.reading(self.sessions) as session:
            found = migration.progress(session, session.get_one(Person, "owner"), move_id)
            return {r.number: (r.status, r.reason.en) for r in found.results}

    def undo(self, move_id: int, number: str) -> None:
        with self.acting("owner") as (session, person):
            migration.undo(session, person, move_id, number)

    def version_of(self, number: str) -> int:
        with database.reading(self.sessions) as session:
            case = session.scalars(select(Instance).where(Instance.number == number)).one()
            return definitions.get(session, case.definition_id).version

    def timers(self, number: str) -> dict[str, Any]:
        case_id = self.case(number).id
        with database.reading(self.sessions) as session:
            query = select(Timer).where(Timer.instance_id == case_id)
            return {t.element_id: t.due_at for t in session.scalars(query)}


@pytest.fixture
def agency(sessions: Sessions) -> Moving:
    clock.set(MORNING)
    return Moving(sessions, drawn())


def test_a_case_goes_on_by_the_new_drawing_with_its_claim_and_its_draft(agency: Moving) -> None:
    number = agency.begin("ex1", "small", title="茶")
    task_id = agency.claim("ex1", number, "plan")
    with agency.acting("ex1") as (session, person):
        tasks.save_draft(session, person, task_id, answers={"budget": 5})
    pass_time(hours=1)
    deploy(
        agency.sessions,
        drawn(
            FIRST.replace("user plan", "user plan name=计划")
            .replace("P3D", "P5D")
            .replace("budget:long", "budget:long note:string")
            .replace("> plan >", "> plan > discuss >")
            + "user discuss lane=executor",
        ),
    )
    assert [(v.number, v.version, v.can_move) for v in agency.preview()] == [(number, 1, True)]
    move_id = agency.move_cases(number)
    assert agency.results(move_id) == {number: ("moved", "")}
    row = agency.row(task_id)
    assert row is not None
    assert (row.name_zh, row.assignee_id) == ("计划", "ex1")
    assert row.draft == {"budget": 5}
    assert row.due_at == MORNING + timedelta(days=5)
    assert agency.open("ex1", task_id).form.items[1].id == "note"
    agency.finish("ex1", task_id, budget=5, note="x")
    assert agency.open_ids(number) == ["discuss"]
    moved = [e for e in agency.events(number) if e.kind == "moved"]
    assert [(e.person_id, e.details["from"], e.details["to"]) for e in moved] == [("owner", 1, 2)]


def test_only_owners_and_administrators_move_cases(agency: Moving) -> None:
    number = agency.begin("ex1", "small", title="茶")
    deploy(
        agency.sessions,
        drawn(
            FIRST + "\n" + "user more lane=executor\nplan > more",
        ),
    )
    for who in ("ex1", "manager", "ad"):
        with pytest.raises(errors.NotFound):
            agency.preview(who)
        with pytest.raises(errors.NotFound), agency.acting(who) as (session, person):
            migration.order(session, person, agency.version(session, 2), [number])
    assert [v.may_open for v in agency.preview("owner")] == [False]
    assert [v.may_open for v in agency.preview("admin")] == [True]
