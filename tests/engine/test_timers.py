"""Timers: rows found by their due time; the engine's clock decides, whoever asks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from engine import clock, database, errors, timers
from engine.database import Sessions
from engine.models import Timer
from tests.engine.agency import MORNING, Agency, pass_time
from tests.engine.drawings import draw


@pytest.fixture(autouse=True)
def _morning() -> None:
    clock.set(MORNING)


def with_boundary(name: str, boundary: str) -> bytes:
    return draw(
        name,
        f"""
        start begin lane=executor
        user work lane=executor
        boundary late on=work {boundary}
        user remind lane=account_executive
        end done
        end reminded
        begin > work > done
        late > remind > reminded
        """,
    )


def rows(agency: Agency) -> list[Timer]:
    with database.reading(agency.sessions) as session:
        return list(session.scalars(select(Timer).order_by(Timer.due_at)))


def test_it_interrupts_a_task_when_its_time_is_up(sessions: Sessions) -> None:
    agency = Agency(sessions, with_boundary("limited", "timer=P1D"))
    number = agency.begin("ex1", "limited")
    agency.claim("ex1", number, "work")
    task_id = agency.task(number, "work").id
    pass_time(hours=23, minutes=59)
    agency.work()
    assert agency.waits(number) == ["late", "work"]
    pass_time(minutes=1)
    agency.work()
    assert agency.waits(number) == ["remind"]
    assert {"fired", "withdrawn"} <= set(agency.kinds(number))
    with pytest.raises(errors.TaskWithdrawn):
        agency.finish("ex1", task_id)


def test_it_reminds_once_without_interrupting(sessions: Sessions) -> None:
    agency = Agency(sessions, with_boundary("reminding", "timer=PT2H interrupting=false"))
    number = agency.begin("ex1", "reminding")
    pass_time(hours=2)
    agency.work()
    agency.work()
    assert agency.waits(number) == ["remind", "work"]
    agency.do("ex1", number, "work")
    agency.do("ae", number, "remind")
    assert agency.case(number).status == "ended"


def test_it_reminds_three_times(sessions: Sessions) -> None:
    agency = Agency(sessions, with_boundary("cycle", "cycle=R3/PT10M interrupting=false"))
    number = agency.begin("ex1", "cycle")
    for expected in (1, 2, 3, 3):
        pass_time(minutes=10)
        agency.work()
        assert agency.waits(number).count("remind") == expected
    assert agency.waits(number) == ["remind", "remind", "remind", "work"]
    assert agency.kinds(number).count("fired") == 3


def test_it_catches_up_after_a_pause(sessions: Sessions) -> None:
    agency = Agency(sessions, with_boundary("cycle", "cycle=R3/PT10M interrupting=false"))
    number = agency.begin("ex1", "cycle")
    pass_time(hours=3)
    agency.work()
    assert agency.waits(number).count("remind") == 3
    assert rows(agency) == []


def test_it_goes_away_when_the_task_is_done_in_time(sessions: Sessions) -> None:
    agency = Agency(sessions, with_boundary("limited", "timer=P1D"))
    number = agency.begin("ex1", "limited")
    agency.do("ex1", number, "work")
    assert rows(agency) == []
    pass_time(days=2)
    agency.work()
    assert agency.case(number).outcome == "done"


def test_it_waits_in_between_for_a_time_or_a_date(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        draw(
            "pauses",
            """
            start begin lane=executor fields="day:date!"
            both split
            catch pause timer="P1M"
            catch until date="${day}"
            both join
            user work lane=executor
            end done
            begin > split > pause > join > work > done
            split > until > join
            """,
        ),
    )
    number = agency.begin("ex1", "pauses", day="2027-03-02")
    assert [row.due_at.isoformat() for row in rows(agency)] == [
        "2027-03-02T10:00:00+00:00",
        "2027-04-01T02:00:00+00:00",
    ]
    pass_time(days=10)
    agency.work()
    assert agency.waits(number) == ["pause"]
    pass_time(days=21)
    agency.work()
    assert agency.waits(number) == ["work"]


def test_it_keeps_its_due_time_over_a_restart(sessions: Sessions) -> None:
    agency = Agency(sessions, with_boundary("limited", "timer=P1D"))
    number = agency.begin("ex1", "limited")
    pass_time(hours=12)
    agency = Agency(database.sessions(agency.sessions.kw["bind"]))
    agency.work()
    assert [row.due_at for row in rows(agency)] == [MORNING + timedelta(days=1)]
    pass_time(hours=12)
    agency.work()
    assert agency.waits(number) == ["remind"]


def test_it_comes_first_when_a_task_is_completed_too_late(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        with_boundary("limited", "timer=P1D"),
        with_boundary("reminding", "timer=P1D interrupting=false"),
    )
    late, reminded = agency.begin("ex1", "limited"), agency.begin("ex1", "reminding")
    task_id = agency.task(late, "work").id
    pass_time(days=1)
    with pytest.raises(errors.TaskWithdrawn):
        agency.finish("ex1", task_id)
    agency.do("ex1", reminded, "work")
    assert agency.waits(reminded) == ["remind"], "the reminder is not lost"
    assert agency.kinds(reminded)[1:3] == ["fired", "completed"]
    agency.work()
    assert agency.waits(late) == ["remind"]


def test_it_lets_an_earlier_timer_call_off_a_later_one(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        draw(
            "nested",
            """
            start begin lane=executor
            both split
            sub part
            start inner_begin inside=part
            user inside_work inside=part lane=account_executive
            boundary inner_late inside=part on=inside_work timer=PT2H
            end inner_done inside=part
            end inner_gave_up inside=part
            boundary part_late on=part timer=PT1H
            user work lane=executor
            end done
            end gave_up
            begin > split > part > done
            split > work > done
            part_late > gave_up
            inner_begin > inside_work > inner_done
            inner_late > inner_gave_up
            """,
        ),
    )
    number = agency.begin("ex1", "nested")
    pass_time(hours=3)
    agency.do("ex1", number, "work")
    assert agency.case(number).status == "ended"
    fired = [e.element_id for e in agency.events(number) if e.kind == "fired"]
    assert fired == ["part_late"], "the outer one was due first and took the inner one with it"


def test_it_is_found_by_its_due_time_through_an_index(sessions: Sessions) -> None:
    agency = Agency(sessions, with_boundary("limited", "timer=P1D"))
    for _ in range(3):
        agency.begin("ex1", "limited")
        pass_time(hours=1)
    with database.reading(sessions) as session:
        assert timers.due(session) == []
        assert timers.next_due(session) == MORNING + timedelta(days=1)
        pass_time(hours=22)
        assert len(timers.due(session)) == 2
        assert len(timers.due(session, limit=1)) == 1
        if session.get_bind().dialect.name == "sqlite":
            plan = session.execute(
                text(
                    "EXPLAIN QUERY PLAN SELECT task_id FROM timer WHERE halted = 0 AND due_at <= 1"
                )
            ).all()
            assert "ix_timer_halted_due_at" in str(plan)


def test_it_fires_nothing_that_is_gone_or_not_due(sessions: Sessions) -> None:
    agency = Agency(sessions, with_boundary("limited", "timer=P1D"))
    number = agency.begin("ex1", "limited")
    (timer,) = rows(agency)
    with database.writing(sessions) as session:
        assert timers.fire(session, timer.task_id) is False
        assert timers.fire(session, "nothing") is False
    assert agency.waits(number) == ["late", "work"]


BRITTLE = draw(
    "brittle",
    """
    start begin lane=executor fields="parts:long!"
    both split
    user work lane=executor
    catch pause timer=PT1H out.share="${10 / parts}"
    user repair lane=executor fields="parts:long!"
    both join
    end done
    begin > split > work > join > done
    split > pause > join
    split > repair > join
    """,
)


def test_it_halts_after_a_failure_until_somebody_retries_it(sessions: Sessions) -> None:
    agency = Agency(sessions, BRITTLE)
    number = agency.begin("ex1", "brittle", parts=0)
    pass_time(hours=1)
    agency.work()
    agency.work()
    (trouble,) = agency.troubles(number)
    assert (trouble.kind, trouble.element_id) == ("step_failed", "pause")
    assert [row.halted for row in rows(agency)] == [True]
    with database.reading(sessions) as session:
        assert timers.due(session) == []
        assert timers.next_due(session) is None
    agency.resolve("manager", number)
    agency.work()
    assert len(agency.troubles(number)) == 1, "it was tried again and failed again"


def test_it_does_not_hold_up_the_people_when_it_has_failed(sessions: Sessions) -> None:
    agency = Agency(sessions, BRITTLE)
    number = agency.begin("ex1", "brittle", parts=0)
    pass_time(hours=1)
    agency.work()
    done = agency.do("ex1", number, "work")
    assert not done.incident
    assert agency.waits(number) == ["pause", "repair"]
    assert len(agency.troubles(number)) == 1


def test_it_is_told_beside_what_was_done_when_it_fails_at_a_click(sessions: Sessions) -> None:
    agency = Agency(sessions, BRITTLE)
    number = agency.begin("ex1", "brittle", parts=0)
    pass_time(hours=1)
    done = agency.do("ex1", number, "work")
    assert not done.incident, "the person's step is not the one that failed"
    assert agency.waits(number) == ["pause", "repair"]
    (trouble,) = agency.troubles(number)
    assert (trouble.element_id, trouble.answers) == ("pause", None)
    assert [row.halted for row in rows(agency)] == [True]


def test_it_halts_alone_when_the_task_that_it_opens_cannot_open(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        draw(
            "reminding",
            """
            start begin lane=executor
            user work lane=executor fields="n:long"
            boundary late on=work timer=PT1H interrupting=false
            user remind lane=executor due="${'soon'}"
            end done
            end reminded
            begin > work > done
            late > remind > reminded
            """,
        ),
    )
    number = agency.begin("ex1", "reminding")
    pass_time(hours=2)
    assert not agency.do("ex1", number, "work", n=1).incident
    assert agency.case(number).outcome == "done"
    (trouble,) = agency.troubles(number)
    assert (trouble.element_id, trouble.answers) == ("remind", None)


def test_it_races_a_message(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        draw(
            "race",
            """
            start begin lane=executor
            first wait
            catch news message=news correlationKey=case.number
            catch too_late timer=P1D
            end heard
            end gave_up
            begin > wait > news > heard
            wait > too_late > gave_up
            """,
        ),
    )
    number = agency.begin("ex1", "race")
    assert agency.waits(number) == ["news", "too_late"]
    pass_time(days=1)
    agency.work()
    assert agency.case(number).outcome == "gave_up"
    assert agency.waits(number) == []


def test_it_refuses_a_time_past_every_calendar_as_a_failed_step(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        draw(
            "far",
            """
            start begin lane=executor fields="days:long!"
            user work lane=executor
            catch pause timer="${'P' + str(days) + 'D'}"
            end done
            begin > work > pause > done
            """,
        ),
    )
    for days in (10**8, 10**14):
        number = agency.begin("ex1", "far", days=days)
        assert agency.do("ex1", number, "work").incident
        assert agency.open_ids(number) == ["work"]
