"""A message that was kept and then fails must not undo what a person just did."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import clock, database, messages, outbox
from engine.database import Sessions
from engine.models import Message
from tests.engine.agency import MORNING, Agency
from tests.engine.drawings import draw

DIVIDES = draw(
    "divides",
    """
    start begin lane=executor fields="about:text!"
    user prepare lane=executor
    catch news message=news correlationKey=about variable=said out.share="${10 / said.parts}"
    user read lane=executor
    end done
    begin > prepare > news > read > done
    """,
)


@pytest.fixture
def agency(sessions: Sessions) -> Agency:
    clock.set(MORNING)
    return Agency(sessions, DIVIDES)


def test_the_task_stays_done_and_the_message_becomes_an_incident(agency: Agency) -> None:
    number = agency.begin("ex1", "divides", about="tea")
    with database.writing(agency.sessions) as session:
        outbox.send(session, "news", "tea", {"parts": 0}, sender_id=None)
    agency.do("ex1", number, "prepare")
    assert agency.open_ids(number) == []
    assert agency.waits(number) == ["news"]
    assert len(agency.incidents(number)) == 1
    kinds = [event.kind for event in agency.events(number)]
    assert "completed" in kinds
    assert "received" not in kinds
    with database.reading(agency.sessions) as session:
        assert session.scalars(select(Message.status)).all() == ["failed"]


def test_the_task_stays_done_when_what_the_message_opens_cannot_open(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        draw(
            "dated",
            """
            start begin lane=executor
            user prepare lane=executor
            catch news message=news correlationKey=case.number variable=said
            user read lane=executor due=${said.when}
            end done
            begin > prepare > news > read > done
            """,
        ),
    )
    number = agency.begin("ex1", "dated")
    agency.send("news", number, {"when": "soon"})
    assert not agency.do("ex1", number, "prepare").incident
    assert agency.waits(number) == ["news"]
    agency.work()
    assert agency.statuses() == ["failed"]
    (trouble,) = agency.troubles(number)
    assert trouble.element_id == "read"
    assert trouble.message_id is not None
    agency.send("news", number, {"when": "P1D"})
    agency.work()
    assert agency.open_ids(number) == ["read"]


def test_the_next_message_is_taken_all_the_same(agency: Agency) -> None:
    number = agency.begin("ex1", "divides", about="tea")
    with database.writing(agency.sessions) as session:
        for parts in (0, 5):
            outbox.send(session, "news", "tea", {"parts": parts}, sender_id=None)
    agency.do("ex1", number, "prepare")
    assert agency.open_ids(number) == ["read"]
    with database.reading(agency.sessions) as session:
        assert sorted(session.scalars(select(Message.status))) == ["consumed", "failed"]
        assert messages.deliverable(session) == []
