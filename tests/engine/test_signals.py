"""Signals between cases: told to all that wait for them at that moment, and kept for nobody."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import clock, database
from engine.database import Sessions
from engine.models import Link
from tests.engine.agency import MORNING, Agency
from tests.engine.drawings import draw

RINGS = draw(
    "rings",
    """
    start begin lane=account_executive fields="hour:long!"
    user write lane=account_executive
    throw ring signal=bell payload="{'at': hour}"
    user rest lane=account_executive
    end done
    begin > write > ring > rest > done
    """,
)
LISTENS = draw(
    "listens",
    """
    start begin lane=executor
    user prepare lane=executor
    catch hear signal=bell variable=bell
    user act lane=executor
    boundary stop on=act signal=bell variable=bell
    user leave lane=executor
    end done
    end left
    begin > prepare > hear > act > done
    stop > leave > left
    """,
)
STARTED = draw(
    "started",
    """
    start on_bell signal=bell variable=bell
    user answer lane=executor
    end done
    on_bell > answer > done
    """,
)


@pytest.fixture
def agency(sessions: Sessions) -> Agency:
    clock.set(MORNING)
    return Agency(sessions, RINGS, LISTENS)


def ring(agency: Agency, hour: int = 9) -> str:
    number = agency.begin("ae", "rings", hour=hour)
    agency.do("ae", number, "write")
    return number


def test_it_is_heard_by_all_that_wait_and_by_nobody_later(agency: Agency) -> None:
    waiting = [agency.begin("ex1", "listens") for _ in range(3)]
    for number in waiting[:2]:
        agency.do("ex1", number, "prepare")
    rang = ring(agency)
    agency.work()
    assert [agency.open_ids(number) for number in waiting] == [["act"], ["act"], ["prepare"]]
    assert agency.data(waiting[0])["bell"] == {"at": 9}
    (entry,) = [e for e in agency.page("ex1", waiting[0]).timeline if e.kind == "received"]
    assert (entry.details["message"], entry.details["key"]) == ("signal:bell", "")
    assert "sent" in agency.kinds(rang)
    agency.do("ex1", waiting[2], "prepare")
    agency.work()
    assert agency.waits(waiting[2]) == ["hear"], "it is not kept"
    ring(agency, 10)
    agency.work()
    assert [agency.open_ids(number) for number in waiting] == [["leave"], ["leave"], ["act"]]
    assert set(agency.statuses()) == {"consumed"}


def test_it_passes_by_a_case_that_has_gone_on_meanwhile(agency: Agency) -> None:
    number = agency.begin("ex1", "listens")
    agency.do("ex1", number, "prepare")
    ring(agency)
    agency.work()
    ring(agency, 10)  # to the boundary of `act`, which is done before it comes
    agency.do("ex1", number, "act")
    agency.work()
    assert agency.case(number).status == "ended"
    assert agency.case(number).outcome == "done"
    assert agency.troubles(number) == []


def test_it_starts_a_case_of_each_procedure_that_it_starts(sessions: Sessions) -> None:
    clock.set(MORNING)
    other = STARTED.replace(b"started", b"started_too")
    agency = Agency(sessions, RINGS, STARTED, other)
    for hour in (9, 10):
        ring(agency, hour)
    agency.work()
    for name in ("started", "started_too"):
        numbers = agency.numbers(name)
        assert [agency.data(number)["bell"] for number in numbers] == [{"at": 9}, {"at": 10}]
        assert [agency.open_ids(number) for number in numbers] == [["answer"], ["answer"]]
    with database.reading(agency.sessions) as session:
        assert session.scalars(select(Link)).all() == [], "who rings a bell has ordered nothing"


def test_it_is_heard_by_an_event_sub_process_of_another_case(sessions: Sessions) -> None:
    clock.set(MORNING)
    handled = draw(
        "handled",
        """
        start begin lane=executor
        user work lane=executor
        end done
        begin > work > done
        handler beside
        start on_bell inside=beside signal=bell variable=bell interrupting=false
        user look inside=beside lane=executor
        end seen inside=beside
        on_bell > look > seen
        """,
    )
    agency = Agency(sessions, RINGS, handled)
    number = agency.begin("ex1", "handled")
    for hour in (9, 10):
        ring(agency, hour)
        agency.work()
    assert agency.open_ids(number) == ["look", "look", "work"]
    agency.do("ex1", number, "work")
    for _ in range(2):
        agency.do("ex1", number, "look")
    assert agency.case(number).status == "ended"


def test_an_uncaught_error_ends_the_case_and_withdraws_its_tasks(sessions: Sessions) -> None:
    clock.set(MORNING)
    fails = draw(
        "fails",
        """
        start begin lane=executor
        both fork
        user work lane=executor
        user other lane=executor
        end done
        end broken error=broken
        begin > fork > work > broken
        fork > other > done
        """,
    )
    agency = Agency(sessions, fails)
    number = agency.begin("ex1", "fails")
    agency.do("ex1", number, "work")
    assert agency.case(number).status == "ended"
    assert agency.case(number).outcome == "broken"
    assert agency.open_ids(number) == []
    assert "withdrawn" in agency.kinds(number)
