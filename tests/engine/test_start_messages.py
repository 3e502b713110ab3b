"""Messages that start cases: one case for each key, with what its sender hands over."""

from __future__ import annotations

from sqlalchemy import select

from engine import database
from engine.database import Sessions
from engine.models import Instance, Link
from tests.engine.agency import Agency
from tests.engine.drawings import draw

ASKS = draw(
    "asks",
    """
    start begin lane=account_executive
    user write lane=account_executive
    end done
    begin > write > done
    """,
)
SERVED = draw(
    "served",
    """
    start begin message=ordered variable=order
    user serve lane=executor out.share="${10 / order.parts}"
    end done
    begin > serve > done
    """,
    **{"case.title": "'for ' + order.who"},
)


def test_it_starts_one_case_for_each_key(sessions: Sessions) -> None:
    agency = Agency(sessions, SERVED)
    for key in ("1", "2"):
        agency.send("ordered", key, {"parts": 2, "who": key})
    agency.work()
    first, second = agency.numbers("served")
    assert (agency.case(first).start_key, agency.case(first).title) == ("1", "for 1")
    assert agency.case(first).starter_id is None
    agency.send("ordered", "1", {"parts": 2, "who": "again"})
    agency.work()
    assert agency.numbers("served") == [first, second]
    (trouble,) = agency.troubles(first)
    assert trouble.kind == "repeated_start"
    assert agency.statuses() == ["consumed", "consumed", "failed"]
    agency.resolve("manager", first)
    agency.work()
    assert agency.numbers("served") == [first, second], "settling it starts no second case"
    agency.do("ex1", first, "serve")
    agency.send("ordered", "1", {"parts": 2, "who": "anew"})
    agency.work()
    assert len(agency.numbers("served")) == 3, "the first has ended"


def test_it_links_the_case_that_it_starts_and_hands_its_documents_over(
    sessions: Sessions,
) -> None:
    agency = Agency(
        sessions,
        SERVED,
        draw(
            "orders",
            """
            start begin lane=account_executive fields="files:file"
            user write lane=account_executive fields="more:file"
            throw order message=ordered correlationKey="case.number + '-1'" payload="{'parts': 1, 'who': 'x', 'files': files, 'more': more, 'foreign': {'id': 1, 'name': 'a.txt', 'size': 5}}"
            end done
            begin > write > order > done
            """,
        ),
    )
    foreign = agency.attached("ph", b"secret")
    assert foreign == {"id": 1, "name": "a.txt", "size": len(b"secret")}
    mine, more = agency.attached("ae"), agency.attached("ae", b"more", "b.txt")
    number = agency.begin("ae", "orders", files=[mine])
    agency.do("ae", number, "write", more=[more])
    agency.work()
    (served,) = agency.numbers("served")
    with database.reading(sessions) as session:
        (link,) = session.scalars(select(Link))
        parent = session.get_one(Instance, link.parent_id)
        assert (parent.number, link.message) == (number, "ordered")
    names = {d.id for d in agency.page("ex1", served).documents}
    assert names == {mine["id"], more["id"]}, "somebody else's file comes with no message"


def test_it_is_an_incident_of_its_sender_when_the_case_cannot_start(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        ASKS,
        draw(
            "starts_badly",
            """
            start begin message=ordered variable=order out.share="${10 / order.parts}"
            user serve lane=executor
            end done
            begin > serve > done
            """,
        ),
    )
    sender = agency.begin("ae", "asks")
    agency.send("ordered", "1", {"parts": 0}, sender=sender)
    agency.send("ordered", "2", {"parts": 0})
    agency.send("ordered", "3", {"parts": 1})
    agency.work()
    assert agency.statuses() == ["failed", "failed", "consumed"]
    (trouble,) = agency.troubles(sender)
    assert trouble.kind == "step_failed"
    kept, started = agency.numbers("starts_badly")
    assert agency.case(kept).status == "cancelled", "what no sender asked for stands by itself"
    assert agency.case(started).start_key == "3"


def test_a_message_without_a_sender_that_starts_no_case_is_kept_as_an_incident(
    sessions: Sessions,
) -> None:
    agency = Agency(
        sessions,
        draw(
            "fragile",
            """
        start begin message=asked variable=order out.share="${10 / order.parts}"
        user serve lane=executor
        end done
        begin > serve > done
        """,
        ),
    )
    agency.send("asked", "1", {"parts": 0})
    agency.work()
    (number,) = agency.numbers("fragile")
    assert agency.case(number).status == "cancelled"
    (trouble,) = agency.troubles(number)
    assert (trouble.kind, trouble.element_id) == ("not_started", "begin")
    assert trouble.answers == {"parts": 0}
    agency.resolve("manager", number)
    agency.work()
    assert len(agency.numbers("fragile")) == 2, "settling it tries again"
