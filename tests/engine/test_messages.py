"""Messages between cases: kept, delivered once, to the one place that waits for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import clock, database, messages, worker
from engine.database import Sessions
from engine.models import Message
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


@pytest.fixture
def agency(sessions: Sessions) -> Agency:
    clock.set(MORNING)
    return Agency(sessions, WAITS, TELLS)


def tell(agency: Agency, key: str = "k", **answers: Any) -> str:
    number = agency.begin("ae", "tells", about=key, **answers)
    agency.do("ae", number, "write")
    return number


def test_it_is_kept_when_it_comes_before_anybody_waits(agency: Agency) -> None:
    number = agency.begin("ex1", "waits", about="k")
    sender = tell(agency)
    agency.work()
    assert agency.statuses() == ["pending"]
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
    agency.send("other_news", "a")
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
    assert agency.statuses() == ["failed"]
    (trouble,) = agency.troubles(first)
    assert trouble.kind == "ambiguous_message"
    assert "不止一处" in trouble.text_zh
    agency.cancel("ex1", second)
    agency.resolve("manager", first)
    agency.work()
    assert agency.waits(first) == ["read"], "once only one waits, a retry delivers it"
    assert agency.statuses() == ["consumed"]


def test_it_expires_as_its_drawing_says(agency: Agency) -> None:
    number = agency.begin("ex1", "waits", about="nobody sends")
    agency.send("news", "a", sender=number, time_to_live="P1D")
    agency.send("news", "b", sender=number, time_to_live="P1D", if_expired="ignore")
    agency.send("news", "c", sender=number, time_to_live="P3D")
    agency.send("news", "d", time_to_live="P1D")
    pass_time(hours=23)
    agency.work()
    assert agency.statuses() == ["pending"] * 4
    pass_time(hours=1)
    agency.work()
    assert agency.statuses() == ["expired", "expired", "pending", "expired"]
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
    agency.send("news", "a", sender=number, time_to_live="P1D")
    pass_time(days=2)
    agency.work()
    agency.resolve("manager", number)
    agency.work()
    assert agency.statuses() == ["pending"], "for another day"
    other = agency.begin("ex1", "waits", about="a")
    agency.do("ex1", other, "prepare")
    assert agency.waits(other) == ["read"]
    assert agency.troubles(number) == []


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
    agency.send("news", number, {"n": 1, "files": [file]}, sender=number)
    agency.work()
    agency.work()
    (trouble,) = agency.troubles(number)
    assert (trouble.kind, trouble.element_id) == ("step_failed", "news")
    assert agency.statuses() == ["failed"]
    assert agency.waits(number) == ["news", "repair"], "the case is where it was"
    agency.resolve("manager", number)
    agency.work()
    assert [t.kind for t in agency.troubles(number)] == ["step_failed"], "it was tried again"
    agency.send("news", number, {"n": 3})
    agency.work()
    assert agency.waits(number) == ["read", "repair"], "another message gets through"


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
        agency.send("meeting", number, {"n": n})
    agency.work()
    assert agency.waits(number) == ["attend", "attend", "attend", "called", "work"]
    agency.do("ex1", number, "work")
    assert agency.waits(number) == ["attend", "attend", "attend"]
