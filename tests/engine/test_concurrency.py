"""Many at once: exactly one of them does it, and the others are told."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest

from engine import clock, errors, tasks
from engine.database import Sessions
from tests.engine.agency import MORNING, Agency, pass_time
from tests.engine.drawings import draw

PARALLEL = draw(
    "parallel",
    """
    start begin lane=executor
    both split
    user one lane=executor fields="a:long"
    user two lane=executor fields="b:long"
    both join
    user last lane=executor
    end done
    begin > split > one > join > last > done
    split > two > join
    """,
)
CLEAN = (errors.TaskGone, errors.HeldByAnother, errors.ChangedMeanwhile, errors.TaskWithdrawn)


def together(*acts: Callable[[], object]) -> list[object]:
    """Do all at the same moment; give what each came to, or raised."""
    gate = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(position: int) -> None:
        gate.wait()
        try:
            results[position] = acts[position]()
        except Exception as error:
            results[position] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def failures(results: list[object]) -> list[object]:
    return [result for result in results if isinstance(result, Exception)]


@pytest.fixture
def agency(sessions: Sessions) -> Agency:
    return Agency(sessions, PARALLEL)


@pytest.mark.parametrize("round_", range(3))
def test_it_is_completed_by_exactly_one_of_four(agency: Agency, round_: int) -> None:
    number = agency.begin("ex1", "parallel")
    task_id = agency.task(number, "one").id
    results = together(
        *(lambda who=who: agency.finish(who, task_id, a=1) for who in ("ex1", "ex2") * 2)  # type: ignore[misc]
    )
    lost = failures(results)
    assert len(lost) == 3, results
    assert all(isinstance(error, CLEAN) for error in lost), results
    assert Counter(agency.kinds(number)) == {"started": 1, "completed": 1}
    assert agency.open_ids(number) == ["two"]


def test_it_gives_all_clicks_of_one_button_the_same_answer(agency: Agency) -> None:
    number = agency.begin("ex1", "parallel")
    task_id = agency.task(number, "one").id
    results = together(*[lambda: agency.finish("ex1", task_id, key="click", a=1)] * 4)
    lost = failures(results)
    assert all(isinstance(error, errors.ChangedMeanwhile) for error in lost), results
    assert len({repr(r) for r in results if not isinstance(r, Exception)}) == 1
    assert agency.kinds(number).count("completed") == 1


def test_it_takes_two_tasks_of_one_case_at_the_same_time(agency: Agency) -> None:
    for _ in range(3):
        number = agency.begin("ex1", "parallel")
        one, two = agency.task(number, "one").id, agency.task(number, "two").id

        def insisting(task_id: str, **answers: int) -> object:
            for _try in range(3):
                try:
                    return agency.finish("ex1", task_id, **answers)
                except errors.ChangedMeanwhile:
                    continue
            raise AssertionError("changed again and again")

        results = together(lambda: insisting(one, a=1), lambda: insisting(two, b=2))  # noqa: B023
        assert failures(results) == []
        assert agency.open_ids(number) == ["last"]
        data = agency.data(number)
        assert (data["a"], data["b"]) == (1, 2), "neither is lost"


def test_it_is_claimed_by_exactly_one(agency: Agency) -> None:
    number = agency.begin("ex1", "parallel")

    def claim(who: str) -> None:
        agency.claim(who, number, "one")

    results = together(*(lambda who=who: claim(who) for who in ("ex1", "ex2") * 2))  # type: ignore[misc]
    holder = agency.task(number, "one").assignee_id
    lost = failures(results)
    assert len(lost) == 2, "who holds it already has lost nothing"
    assert all(isinstance(error, errors.HeldByAnother) for error in lost), results
    assert holder in ("ex1", "ex2")
    assert agency.kinds(number).count("claimed") == 1


def test_it_may_be_claimed_drafted_released_and_completed_at_once(agency: Agency) -> None:
    def acting(who: str, task_id: str, act: Callable[..., object]) -> object:
        with agency.acting(who) as (session, person):
            return act(session, person, task_id)

    for _ in range(3):
        number = agency.begin("ex1", "parallel")
        task_id = agency.claim("ex1", number, "one")
        results = together(
            lambda: agency.finish("ex1", task_id, a=1),  # noqa: B023
            lambda: acting("ex1", task_id, tasks.release),  # noqa: B023
            lambda: acting("ex2", task_id, tasks.claim),  # noqa: B023
            lambda: acting("ex1", task_id, lambda s, p, t: tasks.save_draft(s, p, t, {"a": 2})),  # noqa: B023
        )
        clean = (*CLEAN, errors.NotAllowed, errors.NotFound)
        assert all(isinstance(error, clean) for error in failures(results)), results
        row = agency.row(task_id)
        done = agency.kinds(number).count("completed")
        assert (row is None) == (done == 1)


def test_it_gives_every_case_a_number_of_its_own(agency: Agency) -> None:
    results = together(*[lambda: agency.begin("ex1", "parallel")] * 6)
    assert failures(results) == []
    assert len(set(results)) == 6


def test_it_starts_one_case_for_all_clicks_of_one_button(agency: Agency) -> None:
    results = together(*[lambda: agency.begin("ex1", "parallel", key="click")] * 4)
    assert failures(results) == []
    assert len(set(results)) == len(agency.numbers()) == 1


def test_it_is_cancelled_or_completed_but_never_both(agency: Agency) -> None:
    for _ in range(3):
        number = agency.begin("ex1", "parallel")
        task_id = agency.task(number, "one").id
        results = together(
            lambda: agency.finish("ex2", task_id, a=1),  # noqa: B023
            lambda: agency.cancel("ex1", number),  # noqa: B023
        )
        clean = (*CLEAN, errors.CaseOver)
        assert all(isinstance(error, clean) for error in failures(results)), results
        assert agency.case(number).status == "cancelled"
        assert agency.waits(number) == []


def test_it_is_moved_by_the_clock_or_by_a_person(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        draw(
            "limited",
            """
            start begin lane=executor
            user work lane=executor
            boundary late on=work timer=PT1H
            end done
            end gave_up
            begin > work > done
            late > gave_up
            """,
        ),
    )
    clock.set(MORNING)
    number = agency.begin("ex1", "limited")
    task_id = agency.task(number, "work").id
    pass_time(hours=1)
    results = together(lambda: agency.finish("ex1", task_id), agency.work, agency.work)
    assert all(isinstance(error, errors.TaskWithdrawn) for error in failures(results)), results
    assert agency.case(number).outcome == "gave_up"
    assert agency.kinds(number).count("fired") == 1


def test_it_delivers_a_message_once_however_many_look(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        draw(
            "tells",
            """
            start begin lane=executor
            throw tell message=ordered correlationKey=case.number payload="{'n': 1}"
            end done
            begin > tell > done
            """,
        ),
        draw(
            "served",
            """
            start begin message=ordered variable=order
            user serve lane=executor
            end done
            begin > serve > done
            """,
        ),
    )
    for _ in range(3):
        agency.begin("ex1", "tells")
    results = together(*[agency.work] * 3)
    agency.work()
    assert failures(results) == []
    assert len(agency.numbers("served")) == 3
    assert [m.status for m in agency.messages()] == ["consumed"] * 3
