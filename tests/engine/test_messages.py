"""Messages between cases: kept, delivered once, to the one place that waits for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import clock, database, messages, outbox, worker
from engine.database import Sessions
from engine.models import Instance, Link, Message
from tests.engine.agency import MORNING, Agency, pass_time
from tests.engine.drawings import draw

WAITS = draw(
    "waits",
    """
    start begin lane=executor fields="about:text!"
    user prepare lane=executor
    catch news message=news correlationKey=about variable=said
    user read lane=executor fields="again:boolean"
    choice more default=done
    end done
    begin > prepare > news > read > more > done
    more > news if ${again}
    """,
)
TELLS = draw(
    "tells",
    """
    start begin lane=account_executive fields="about:text! files:file"
    user write lane=account_executive
    throw tell message=news correlationKey=about payload="{'from': case.number, 'files': files}"
    end done
    begin > write > tell > done
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


@pytest.fixture
def agency(sessions: Sessions) -> Agency:
    clock.set(MORNING)
    return Agency(sessions, WAITS, TELLS)


def send(agency: Agency, name: str, key: str, payload: Any = None, **more: Any) -> None:
    """Send a message as an administrator does, from no case, or as a case."""
    sender = more.pop("sender", "")
    sender_id = agency.case(sender).id if sender else None
    with database.writing(agency.sessions) as session:
        outbox.send(session, name, key, payload or {"n": 1}, sender_id=sender_id, **more)


def statuses(agency: Agency, name: str = "") -> list[str]:
    return [m.status for m in agency.messages(name)]


def tell(agency: Agency, key: str = "k", **answers: Any) -> str:
    number = agency.begin("ae", "tells", about=key, **answers)
    agency.do("ae", number, "write")
    return number


def test_it_is_kept_when_it_comes_before_anybody_waits(agency: Agency) -> None:
    number = agency.begin("ex1", "waits", about="k")
    sender = tell(agency)
    agency.work()
    assert statuses(agency) == ["pending"]
    agency.do("ex1", number, "prepare")
    assert agency.open_ids(number) == ["read"], "in the very step that began to wait"
    assert agency.data(number)["said"] == {"from": sender, "files": []}
    (message,) = agency.messages()
    assert (message.status, message.consumed_by) == ("consumed", agency.case(number).id)
    assert "received" in agency.kinds(number)
    assert "sent" in agency.kinds(sender)


def test_it_is_delivered_once(agency: Agency) -> None:
    number = agency.begin("ex1", "waits", about="k")
    agency.do("ex1", number, "prepare")
    tell(agency)
    agency.work()
    agency.work()
    (message,) = agency.messages()
    with database.writing(agency.sessions) as session:
        assert messages.deliver(session, message.id) is False
        assert messages.deliver(session, 10**6) is False
    agency.do("ex1", number, "read", again=True)
    agency.work()
    assert agency.waits(number) == ["news"], "the next round waits for a message of its own"
    assert agency.kinds(number).count("received") == 1


def test_it_finds_its_place_by_name_and_key(agency: Agency) -> None:
    numbers = [agency.begin("ex1", "waits", about=key) for key in ("a", "b", "A ")]
    for number in numbers:
        agency.do("ex1", number, "prepare")
    tell(agency, "b")
    send(agency, "other_news", "a")
    agency.work()
    assert [agency.waits(number) for number in numbers] == [["news"], ["read"], ["news"]]


def test_it_takes_the_oldest_first(agency: Agency) -> None:
    number = agency.begin("ex1", "waits", about="k")
    senders = [tell(agency) for _ in range(3)]
    agency.do("ex1", number, "prepare")
    heard = []
    for again in (True, True, False):
        heard.append(agency.data(number)["said"]["from"])
        agency.do("ex1", number, "read", again=again)
    assert heard == senders
    assert agency.case(number).status == "ended"


def test_it_survives_a_restart(agency: Agency) -> None:
    number = agency.begin("ex1", "waits", about="k")
    agency.do("ex1", number, "prepare")
    tell(agency)
    later = Agency(database.sessions(agency.sessions.kw["bind"]))
    later.work()
    assert later.waits(number) == ["read"]


def test_it_is_an_incident_when_more_than_one_place_waits(agency: Agency) -> None:
    first, second = (agency.begin("ex1", "waits", about="k") for _ in range(2))
    for number in (first, second):
        agency.do("ex1", number, "prepare")
    tell(agency)
    agency.work()
    assert statuses(agency) == ["failed"]
    (trouble,) = agency.troubles(first)
    assert trouble.kind == "ambiguous_message"
    assert "不止一处" in trouble.text_zh
    agency.cancel("ex1", second)
    agency.resolve("manager", first)
    agency.work()
    assert agency.waits(first) == ["read"], "once only one waits, a retry delivers it"
    assert statuses(agency) == ["consumed"]


def test_it_expires_as_its_drawing_says(agency: Agency) -> None:
    number = agency.begin("ex1", "waits", about="nobody sends")
    send(agency, "news", "a", sender=number, time_to_live="P1D")
    send(agency, "news", "b", sender=number, time_to_live="P1D", if_expired="ignore")
    send(agency, "news", "c", sender=number, time_to_live="P3D")
    send(agency, "news", "d", time_to_live="P1D")
    pass_time(hours=23)
    agency.work()
    assert statuses(agency) == ["pending"] * 4
    pass_time(hours=1)
    agency.work()
    assert statuses(agency) == ["expired", "expired", "pending", "expired"]
    (trouble,) = agency.troubles(number)
    assert trouble.kind == "expired_message"
    assert "Nobody took" in trouble.text_en
    late = agency.begin("ex1", "waits", about="b")
    agency.do("ex1", late, "prepare")
    assert agency.waits(late) == ["news"], "what has expired comes no more"


def test_it_lives_as_long_as_its_drawing_says(sessions: Sessions) -> None:
    clock.set(MORNING)
    agency = Agency(
        sessions,
        draw(
            "sends",
            """
            start begin lane=executor
            throw brief message=brief correlationKey=case.number timeToLive=PT1H ifExpired=ignore
            throw plain message=plain correlationKey=case.number
            end last message=last correlationKey=case.number payload="{'n': 1}" timeToLive=P1D
            begin > brief > plain > last
            """,
        ),
    )
    number = agency.begin("ex1", "sends")
    kept = {m.name: (m.expires_at - MORNING, m.if_expired) for m in agency.messages()}
    assert kept == {
        "brief": (timedelta(hours=1), "ignore"),
        "plain": (timedelta(days=90), "incident"),
        "last": (timedelta(days=1), "incident"),
    }
    pass_time(days=100)
    agency.work()
    assert [t.kind for t in agency.troubles(number)] == ["expired_message"] * 2


def test_it_may_be_sent_again_after_it_expired(agency: Agency) -> None:
    number = agency.begin("ex1", "waits", about="x")
    send(agency, "news", "a", sender=number, time_to_live="P1D")
    pass_time(days=2)
    agency.work()
    agency.resolve("manager", number)
    agency.work()
    assert statuses(agency) == ["pending"], "for another day"
    other = agency.begin("ex1", "waits", about="a")
    agency.do("ex1", other, "prepare")
    assert agency.waits(other) == ["read"]
    assert agency.troubles(number) == []


def test_it_starts_one_case_for_each_key(sessions: Sessions) -> None:
    agency = Agency(sessions, SERVED)
    for key in ("1", "2"):
        send(agency, "ordered", key, {"parts": 2, "who": key})
    agency.work()
    first, second = agency.numbers("served")
    assert (agency.case(first).start_key, agency.case(first).title) == ("1", "for 1")
    assert agency.case(first).starter_id is None
    send(agency, "ordered", "1", {"parts": 2, "who": "again"})
    agency.work()
    assert agency.numbers("served") == [first, second]
    (trouble,) = agency.troubles(first)
    assert trouble.kind == "repeated_start"
    assert statuses(agency) == ["consumed", "consumed", "failed"]
    agency.resolve("manager", first)
    agency.work()
    assert agency.numbers("served") == [first, second], "settling it starts no second case"
    agency.do("ex1", first, "serve")
    send(agency, "ordered", "1", {"parts": 2, "who": "anew"})
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


def test_it_hands_documents_over_to_a_case_that_was_waiting(agency: Agency) -> None:
    number = agency.begin("ex1", "waits", about="k")
    agency.do("ex1", number, "prepare")
    file = agency.attached("ae")
    tell(agency, files=[file])
    assert agency.page("ex1", number).documents == []
    agency.work()
    assert [d.id for d in agency.page("ex1", number).documents] == [file["id"]]


def test_it_is_an_incident_of_its_receiver_when_the_drawing_cannot_take_it(
    sessions: Sessions,
) -> None:
    agency = Agency(
        sessions,
        draw(
            "brittle",
            """
            start begin lane=executor fields="parts:long"
            both split
            catch news message=news correlationKey=case.number variable=said out.share="${10 / (said.n - parts)}"
            user repair lane=executor fields="parts:long" out.parts=${parts}
            user read lane=executor
            end done
            end repaired
            begin > split > news > read > done
            split > repair > repaired
            """,
        ),
    )
    number = agency.begin("ex1", "brittle", parts=1)
    file = agency.attached("ae")
    with agency.acting("ae") as (session, _):
        session.execute(select(Message))
    send(agency, "news", number, {"n": 1, "files": [file]}, sender=number)
    agency.work()
    agency.work()
    (trouble,) = agency.troubles(number)
    assert (trouble.kind, trouble.element_id) == ("step_failed", "news")
    assert statuses(agency) == ["failed"]
    assert agency.waits(number) == ["news", "repair"], "the case is where it was"
    agency.resolve("manager", number)
    agency.work()
    assert [t.kind for t in agency.troubles(number)] == ["step_failed"], "it was tried again"
    send(agency, "news", number, {"n": 3})
    agency.work()
    assert agency.waits(number) == ["read", "repair"], "another message gets through"


def test_it_is_an_incident_of_its_sender_when_the_case_cannot_start(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        TELLS,
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
    sender = agency.begin("ae", "tells", about="k")
    send(agency, "ordered", "1", {"parts": 0}, sender=sender)
    send(agency, "ordered", "2", {"parts": 0})
    send(agency, "ordered", "3", {"parts": 1})
    agency.work()
    assert statuses(agency) == ["failed", "failed", "consumed"]
    (trouble,) = agency.troubles(sender)
    assert trouble.kind == "step_failed"
    (number,) = agency.numbers("starts_badly")
    assert agency.case(number).start_key == "3"


def test_it_is_no_hindrance_to_the_others_when_it_cannot_be_delivered(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [agency.begin("ex1", "waits", about=key) for key in ("a", "b")]
    for number in numbers:
        agency.do("ex1", number, "prepare")
    tell(agency, "a")
    tell(agency, "b")
    poison = agency.messages()[0].id
    deliver = messages.deliver

    def sometimes(session: Any, message_id: int) -> bool:
        if message_id == poison:
            raise RuntimeError("nobody thought of this")
        return deliver(session, message_id)

    monkeypatch.setattr(messages, "deliver", sometimes)
    with pytest.raises(RuntimeError):
        worker.work_all(agency.sessions)
    assert [agency.waits(number) for number in numbers] == [["news"], ["read"]]


def test_it_waits_for_a_long_key_on_every_database(agency: Agency) -> None:
    number = agency.begin("ex1", "waits", about="长" * 300)
    done = agency.do("ex1", number, "prepare")
    assert done.incident
    assert "200" in agency.troubles(number)[0].text_en
    sender = agency.begin("ae", "tells", about="长" * 300)
    assert agency.do("ae", sender, "write").incident


def test_it_wakes_a_place_that_waits_on_a_boundary_again_and_again(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        draw(
            "meets",
            """
            start begin lane=executor
            user work lane=executor
            boundary called on=work message=meeting correlationKey=case.number variable=meeting interrupting=false
            user attend lane=executor optional=true
            end done
            end attended
            begin > work > done
            called > attend > attended
            """,
        ),
    )
    number = agency.begin("ex1", "meets")
    for n in range(3):
        send(agency, "meeting", number, {"n": n})
    agency.work()
    assert agency.waits(number) == ["attend", "attend", "attend", "called", "work"]
    agency.do("ex1", number, "work")
    assert agency.waits(number) == ["attend", "attend", "attend"]
