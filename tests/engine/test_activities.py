"""The steps of a case: when each began and ended, by whose hands, and which were given up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import clock, database
from engine.database import Sessions
from engine.models import Instance
from engine.queries import activities
from tests.engine.agency import MORNING, Agency
from tests.engine.drawings import draw

ROUNDS = draw(
    "rounds",
    """
    start begin lane=executor fields="items[].item:string!"
    sub each each="entry of items" results="done of result"
    start each_begin inside=each
    user work inside=each lane=executor out.result="${entry.item}"
    end each_end inside=each
    each_begin > work > each_end
    user look lane=executor fields="again:boolean"
    choice more default=done
    end done
    begin > each > look > more > done
    more > look if ${again}
    """,
)
LATE = draw(
    "late",
    """
    start begin lane=executor
    user work lane=executor
    boundary too_late on=work timer=PT1H
    catch news message=news correlationKey=case.number variable=said
    end done
    begin > work > done
    too_late > news > given_up
    end given_up
    """,
)

Told = tuple[str, int, int | None, bool]


def told(sessions: Sessions, number: str) -> list[Told]:
    """Give each step with the minutes after the morning at which it began and ended."""
    with database.reading(sessions) as session:
        instance = session.query(Instance).filter_by(number=number).one()
        return [
            (
                one.element.id,
                int((one.started_at - MORNING).total_seconds() // 60),
                int((one.ended_at - MORNING).total_seconds() // 60) if one.ended_at else None,
                one.cancelled,
            )
            for one in activities.of_case(session, instance)
        ]


@pytest.fixture
def agency(sessions: Sessions) -> Agency:
    clock.set(MORNING)
    return Agency(sessions, ROUNDS, LATE)


def test_it_tells_each_of_several_and_each_round(agency: Agency, sessions: Sessions) -> None:
    number = agency.begin("ex1", "rounds", items=[{"item": "a"}, {"item": "b"}])
    for minute, element, answers in (
        (1, "work", {}),
        (2, "work", {}),
        (3, "look", {"again": True}),
        (4, "look", {"again": False}),
    ):
        clock.set(MORNING + timedelta(minutes=minute))
        agency.do("ex1", number, element, **answers)
    steps = told(sessions, number)
    assert {one for one in steps if one[0] in ("each", "work", "look")} == {
        ("each", 0, 2, False),
        ("work", 0, 1, False),
        ("work", 0, 2, False),
        ("look", 2, 3, False),
        ("look", 3, 4, False),
    }
    assert all(end is not None and not given_up for _, _, end, given_up in steps)
    assert [one[1] for one in steps] == sorted(one[1] for one in steps)


def test_it_tells_what_was_interrupted_and_what_goes_on(agency: Agency, sessions: Sessions) -> None:
    number = agency.begin("ex1", "late")
    assert told(sessions, number) == [("begin", 0, 0, False), ("work", 0, None, False)]
    clock.set(MORNING + timedelta(minutes=61))
    agency.work()
    assert told(sessions, number)[1:] == [
        ("work", 0, 61, True),
        ("too_late", 61, 61, False),
        ("news", 61, None, False),
    ]
    agency.cancel("ex1", number)
    assert told(sessions, number)[-1] == ("news", 61, 61, True)
