"""Running cases go on by another version: told first, moved one by one, undone while they can be."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import clock, database, definitions, errors, migration, tasks, worker
from engine.database import Sessions
from engine.migration import Verdict
from engine.models import (
    Candidate,
    Exclusion,
    Field,
    Instance,
    Move,
    Person,
    Subscription,
    Task,
    Timer,
)
from engine.worker import Worker
from tests.engine.agency import MORNING, Agency, pass_time
from tests.engine.drawings import deploy, draw
from tests.engine.test_worker import soon

FIRST = """
    start begin lane=executor fields="title:string"
    user plan lane=executor due=P3D fields="budget:long"
    user check lane=account_director
    end done
    begin > plan > check > done
"""
MORE = FIRST.replace("> plan >", "> plan > more >") + "user more lane=executor"
RENAMED = FIRST.replace("plan", "think")


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
    deploy(agency.sessions, drawn(MORE))
    move_id = agency.move_cases(number)
    for who in ("ex1", "manager", "ad"):
        with pytest.raises(errors.NotFound):
            agency.preview(who)
        with agency.acting(who) as (session, person):
            to = agency.version(session, 2)
            with pytest.raises(errors.NotFound):
                migration.order(session, person, to, [number])
            with pytest.raises(errors.NotFound):
                migration.undo(session, person, move_id, number)
            with pytest.raises(errors.NotFound):
                migration.progress(session, person, move_id)
    number = agency.begin("ex1", "small", title="水")
    assert agency.preview("owner") == []
    assert [v.may_open for v in agency.preview("owner", version=1)] == [False, False]
    assert [v.may_open for v in agency.preview("admin", version=1)] == [True, True]


def test_a_case_that_cannot_move_stays_and_says_why(agency: Moving) -> None:
    number = agency.begin("ex1", "small", title="茶")
    deploy(agency.sessions, drawn(RENAMED))
    [verdict] = agency.preview()
    assert [o.text.en for o in verdict.obstacles] == [
        "The case waits at “plan”, which the new drawing does not have."
    ]
    move_id = agency.move_cases(number)
    assert agency.results(move_id)[number][0] == "refused"
    assert "“plan”" in agency.results(move_id)[number][1]
    assert agency.version_of(number) == 1
    agency.do("ex1", number, "plan", budget=1)
    agency.do("ad", number, "check")


def test_the_history_is_told_by_the_drawing_of_its_time(agency: Moving) -> None:
    number = agency.begin("ex1", "small", title="茶")
    agency.do("ex1", number, "plan", budget=5)
    lines = FIRST.replace("plan", "think").replace("budget:long", "thought:string")
    deploy(agency.sessions, drawn(lines.replace("title:string", "subject:string")))
    move_id = agency.move_cases(number)
    assert agency.results(move_id) == {number: ("moved", "")}
    told = {e.element_name.zh: e.answers for e in agency.page("ex1", number).timeline}
    assert [a.value.zh for a in told["begin"]] == ["茶"]
    assert [a.value.zh for a in told["plan"]] == ["5"]
    with agency.acting("ex1") as (session, person):
        assert [r.name.zh for r in tasks.listed(session, person, tab="done").rows] == ["plan"]


def test_a_removed_task_goes_to_the_one_that_was_chosen(agency: Moving) -> None:
    number = agency.begin("ex1", "small", title="茶")
    task_id = agency.claim("ex1", number, "plan")
    deploy(agency.sessions, drawn(RENAMED))
    assert [v.can_move for v in agency.preview(mapping={"small/plan": "think"})] == [True]
    with database.reading(agency.sessions) as session:
        to = agency.version(session, 2)
        owner = session.get_one(Person, "owner")
        found = migration.preview(session, owner, to, mapping={"small/plan": "think"})
        assert [(migration.place(o), [c.id for c in o.choices]) for o in found.gone] == [
            ("small/plan", ["think", "check"])
        ]
    agency.move_cases(number, plan="think")
    row = agency.row(task_id)
    assert row is not None
    assert (row.element_id, row.assignee_id) == ("think", "ex1")
    agency.finish("ex1", task_id)
    agency.do("ad", number, "check")
    page = agency.page("manager", number)
    assert [e.element_name.zh for e in page.timeline if e.kind == "claimed"] == ["plan"]


def test_what_the_new_drawing_would_stop_at_is_told_before(agency: Moving) -> None:
    number = agency.begin("ex1", "small", title="茶")
    lines = FIRST.replace("user check", "user check in.x=${nobody_sets_this}")
    deploy(agency.sessions, drawn(lines))
    [verdict] = agency.preview()
    assert [o.code for o in verdict.obstacles] == ["would_stop"]
    assert verdict.obstacles[0].text.en.startswith("After “plan” the case would stop: ")
    agency.move_cases(number)
    assert agency.version_of(number) == 1


def test_a_move_is_undone_while_the_case_has_not_gone_on(agency: Moving) -> None:
    number = agency.begin("ex1", "small", title="茶")
    deploy(
        agency.sessions,
        drawn(
            MORE.replace(
                "user plan lane=executor due=P3D", "user plan lane=account_director due=P9D"
            )
            + "\nboundary late on=plan timer=P1D interrupting=false\nuser hurry lane=executor\n"
            "late > hurry",
            **{"case.title": "'新 ' + title", "case.fields": "title"},
        ),
    )
    before = state_of(agency, number)
    move_id = agency.move_cases(number)
    moved = state_of(agency, number)
    assert agency.case(number).title == "新 茶"
    assert agency.page("manager", number).fields == [
        (agency.page("manager", number).fields[0][0], "茶")
    ]
    assert agency.timers(number) == {"late": MORNING + timedelta(days=1)}
    assert agency.sees("ad", number, "plan")
    assert not agency.sees("ex1", number, "plan")
    assert moved != before
    agency.undo(move_id, number)
    assert state_of(agency, number) == before
    assert agency.version_of(number) == 1
    assert agency.results(move_id)[number][0] == "undone"
    assert [e.details["to"] for e in agency.events(number) if e.kind == "moved"] == [2, 1]
    with pytest.raises(errors.MovedOn):
        agency.undo(move_id, number)
    agency.do("ex1", number, "plan", budget=1)
    assert agency.open_ids(number) == ["check"]


def test_claims_and_drafts_since_the_move_outlive_its_undoing(agency: Moving) -> None:
    number = agency.begin("ex1", "small", title="茶")
    deploy(agency.sessions, drawn(MORE))
    move_id = agency.move_cases(number)
    task_id = agency.claim("ex2", number, "plan")
    with agency.acting("ex2") as (session, person):
        tasks.save_draft(session, person, task_id, answers={"budget": 7})
    agency.undo(move_id, number)
    row = agency.row(task_id)
    assert row is not None
    assert (row.assignee_id, row.draft) == ("ex2", {"budget": 7})


def test_a_case_that_has_gone_on_is_not_put_back(agency: Moving) -> None:
    number = agency.begin("ex1", "small", title="茶")
    deploy(agency.sessions, drawn(MORE))
    move_id = agency.move_cases(number)
    agency.do("ex1", number, "plan", budget=1)
    with pytest.raises(errors.MovedOn):
        agency.undo(move_id, number)
    assert agency.version_of(number) == 2
    assert agency.open_ids(number) == ["more"]


def test_a_case_moves_back_to_an_older_version_as_well(agency: Moving) -> None:
    number = agency.begin("ex1", "small", title="茶")
    deploy(agency.sessions, drawn(MORE))
    agency.move_cases(number)
    assert agency.results(agency.move_cases(number, version=1)) == {number: ("moved", "")}
    agency.do("ex1", number, "plan", budget=1)
    assert agency.open_ids(number) == ["check"]


def test_cases_that_ended_or_moved_meanwhile_are_passed_over(agency: Moving) -> None:
    one, other = (agency.begin("ex1", "small", title=t) for t in ("茶", "水"))
    deploy(agency.sessions, drawn(MORE))
    with agency.acting("owner") as (session, person):
        to = agency.version(session, 2)
        first = migration.order(session, person, to, [one, other]).id
        second = migration.order(session, person, to, [other]).id
    agency.cancel("manager", one)
    assert {n: status for n, (status, _) in agency.results(first).items()} == {
        one: "refused",
        other: "moved",
    }
    assert agency.results(second) == {other: ("refused", "The case runs on this version already.")}
    with agency.acting("owner") as (session, person):
        for to in (agency.version(session, 1), agency.version(session, 2)):
            with pytest.raises(errors.NothingToMove):
                migration.order(session, person, to, [one])
        assert session.get_one(Move, first).finished_at is not None


def test_a_message_that_came_early_finds_the_place_that_is_new(agency: Moving) -> None:
    number = agency.begin("ex1", "small", title="茶")
    agency.send("stop", number)
    agency.work()
    lines = (
        FIRST
        + """
        boundary stopped on=plan message=stop correlationKey=case.number variable=why
        user see lane=executor
        stopped > see
    """
    )
    deploy(agency.sessions, drawn(lines))
    agency.move_cases(number)
    assert agency.open_ids(number) == ["see"]
    assert agency.statuses() == ["consumed"]


def test_who_signed_the_other_one_loses_a_task_that_now_takes_somebody_else(agency: Moving) -> None:
    lines = """
        start begin lane=executor fields="title:string"
        user one lane=executor
        user two lane=executor
        end done
        begin > one > two > done
    """
    deploy(agency.sessions, drawn(lines))
    number = agency.begin("ex1", "small", title="茶")
    agency.do("ex1", number, "one")
    task_id = agency.claim("ex1", number, "two")
    deploy(agency.sessions, drawn(lines.replace("user two", "user two distinctFrom=one")))
    agency.move_cases(number, version=3)
    row = agency.row(task_id)
    assert row is not None
    assert row.assignee_id is None
    assert not agency.sees("ex1", number, "two")
    assert agency.sees("ex2", number, "two")


def test_200_cases_move_in_one_go(agency: Moving) -> None:
    numbers = [agency.begin("ex1", "small", title=f"茶 {n}") for n in range(200)]
    agency.do("ex1", numbers[7], "plan", budget=1)
    deploy(agency.sessions, drawn(RENAMED))
    move_id = agency.move_cases(*numbers, plan="think")
    assert set(agency.results(move_id).values()) == {("moved", "")}
    assert len(agency.results(move_id)) == 200
    assert agency.open_ids(numbers[7]) == ["check"]
    assert agency.open_ids(numbers[199]) == ["think"]
    agency.do("ex1", numbers[199], "think")
    agency.do("ad", numbers[199], "check")


def test_two_workers_at_once_move_each_case_once(agency: Moving) -> None:
    numbers = [agency.begin("ex1", "small", title=f"茶 {n}") for n in range(24)]
    deploy(agency.sessions, drawn(MORE))
    with agency.acting("owner") as (session, person):
        move_id = migration.order(session, person, agency.version(session, 2), numbers).id
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(worker.work_all, agency.sessions) for _ in range(3)]:
            done.result()
    assert set(agency.results(move_id).values()) == {("moved", "")}
    for number in numbers:
        assert agency.kinds(number) == ["started", "moved"]
    with database.reading(agency.sessions) as session:
        assert session.get_one(Move, move_id).finished_at is not None


def test_the_background_thread_moves_them_as_soon_as_it_is_ordered(agency: Moving) -> None:
    number = agency.begin("ex1", "small", title="茶")
    deploy(agency.sessions, drawn(MORE))
    thread = Worker(agency.sessions)
    thread.start()
    try:
        with agency.acting("owner") as (session, person):
            move_id = migration.order(session, person, agency.version(session, 2), [number]).id
        assert soon(lambda: agency.results(move_id)[number][0] == "moved")
    finally:
        thread.stop()


def state_of(agency: Moving, number: str) -> Any:
    """Everything that is kept of a case but its history."""
    case_id = agency.case(number).id
    with database.reading(agency.sessions) as session:
        query = select(Instance.state, Instance.title, Instance.definition_id)
        found: list[Any] = [session.execute(query.where(Instance.id == case_id)).one()]
        for model in (Task, Timer, Subscription, Field):
            table = model.__table__
            rows = select(table).where(table.c.instance_id == case_id)
            found.append(sorted(map(str, session.execute(rows))))
        for table in (Candidate.__table__, Exclusion.__table__):
            rows = select(table).join(Task, Task.id == table.c.task_id)
            found.append(sorted(map(str, session.execute(rows.where(Task.instance_id == case_id)))))
        return found
