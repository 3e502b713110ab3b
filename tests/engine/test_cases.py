"""Cases as they are listed and shown, to each person what is theirs to see."""

from __future__ import annotations

import pytest

from engine import casepage, cases, clock, database, errors, expressions
from engine.cases import CaseRow
from engine.contexts import case_context
from engine.database import Sessions
from engine.models import Person
from engine.worklist import Page
from tests.engine.agency import MORNING, Agency, pass_time
from tests.engine.drawings import draw

ORDERS = draw(
    "orders",
    """
    start begin lane=account_executive fields="client:text!"
    throw order message=ordered correlationKey="case.number + '-1'" payload="{'who': client}"
    user work name=办理 name.en=Handle lane=account_executive due=P1D fields="note:string files:file"
    call details calls=detailed
    end done name=办完 name.en=Finished
    begin > order > work > details > done
    """,
    **{"case.title": "client", "case.fields": "client, note"},
)
DETAILED = draw(
    "detailed",
    """
    start go
    user look lane=account_supervisor
    end seen
    go > look > seen
    """,
)
SERVED = draw(
    "served",
    """
    start begin message=ordered variable=order
    user serve lane=executor
    end done
    begin > serve > done
    """,
    **{"case.title": "'for ' + order.who"},
)


@pytest.fixture
def agency(sessions: Sessions) -> Agency:
    clock.set(MORNING)
    return Agency(sessions, ORDERS, SERVED, DETAILED)


def listed(agency: Agency, who: str, **asked: object) -> Page[CaseRow]:
    with database.reading(agency.sessions) as session:
        person = session.get_one(Person, who)
        return cases.listed(session, person, **asked)  # type: ignore[arg-type]


def titles(agency: Agency, who: str, **asked: object) -> list[str]:
    return [row.title for row in listed(agency, who, **asked).rows]


def test_it_names_people_for_readers_of_either_language(agency: Agency) -> None:
    with database.reading(agency.sessions) as session:
        context = case_context(session, None)
        assert expressions.evaluate("person_name('ae')", {}, context) == "安晓彤 An Xiaotong"
        assert expressions.evaluate("person_name('nobody') or 'x'", {}, context) == "x"


def test_it_lists_the_newest_first_and_filters(agency: Agency) -> None:
    first, second = (
        agency.begin("ae", "orders", client="茶"),
        agency.begin("ae", "orders", client="Water 100%"),
    )
    agency.work()
    agency.cancel("ae", second)
    assert titles(agency, "ae") == ["Water 100%", "茶"]
    assert set(titles(agency, "manager")) == {"茶", "Water 100%", "for 茶", "for Water 100%"}
    assert set(titles(agency, "ex1")) == {"for 茶", "for Water 100%"}
    assert titles(agency, "adm") == []
    assert titles(agency, "manager", process_id="orders", status="active") == ["茶"]
    assert titles(agency, "manager", process_id="orders", status="cancelled") == ["Water 100%"]
    assert titles(agency, "manager", process_id="nothing") == []
    assert titles(agency, "manager", search="100%") == ["for Water 100%", "Water 100%"]
    assert titles(agency, "manager", search=first) == ["茶"]
    assert titles(agency, "manager", search="0_") == []
    page = listed(agency, "manager", size=3)
    assert (len(page.rows), page.total, page.pages) == (3, 4, 2)
    assert len(titles(agency, "manager", size=3, page=2)) == 1


def test_it_says_who_holds_a_case_and_whether_it_is_late(agency: Agency) -> None:
    number = agency.begin("ae", "orders", client="茶")
    agency.claim("ae", number, "work")
    (row,) = listed(agency, "ae", search=number).rows
    assert [step.zh for step in row.open_steps] == ["办理"]
    assert [holder.en for holder in row.holders] == ["An Xiaotong"]
    assert row.starter_name is not None
    assert (row.late, row.status, row.outcome, row.ended_at) == (False, "active", None, None)
    pass_time(days=2)
    assert listed(agency, "ae", search=number).rows[0].late
    agency.do("ae", number, "work", note="n")
    agency.do("as", number, "look")
    (row,) = listed(agency, "ae", search=number).rows
    assert (row.status, row.late, row.open_steps, row.holders) == ("ended", False, [], [])
    assert row.outcome is not None
    assert (row.outcome.zh, row.outcome.en) == ("办完", "Finished")
    assert row.ended_at == clock.now()


def test_it_is_shown_with_all_its_parts(agency: Agency) -> None:
    number = agency.begin("ae", "orders", client="茶")
    file = agency.attached("ae")
    agency.do("ae", number, "work", note="记下", files=[file])
    with agency.acting("as") as (session, person):
        cases.comment(session, person, number, " 很好\x00 ")
    page = agency.page("as", number)
    assert page.row.title == "茶"
    assert {label.zh: value for label, value in page.fields} == {
        "client": "茶",
        "note": "记下",
    }
    assert [d.name for d in page.documents] == ["a.txt"]
    assert [(c.person_name.en, c.text) for c in page.comments] == [("Shen Liwen", "很好")]
    assert [task.name.zh for task in page.open_tasks] == ["look"]
    assert page.open_tasks[0].claimable
    own, called = page.diagrams
    assert (own.process_id, own.here) == ("orders", {"details": 1})
    assert {"begin", "begin_to_order", "work", "details"} <= set(own.visited)
    assert (called.process_id, called.here) == ("detailed", {"look": 1})
    kinds = [entry.kind for entry in page.timeline]
    assert kinds == ["started", "sent", "completed"]
    answers = page.timeline[2].answers
    assert (answers[0].label.zh, answers[0].value.zh) == ("note", "记下")
    assert answers[1].documents == ((file["id"], "a.txt"),)
    assert "path" not in page.timeline[2].details


def test_it_shows_of_a_linked_case_no_more_than_number_title_and_status(agency: Agency) -> None:
    number = agency.begin("ae", "orders", client="茶")
    agency.work()
    (child,) = agency.numbers("served")
    (linked,) = agency.page("ae", number).linked
    assert (linked.number, linked.title, linked.status) == (child, "for 茶", "active")
    assert (linked.may_open, linked.is_parent) == (False, False)
    (linked,) = agency.page("ex1", child).linked
    assert (linked.number, linked.may_open, linked.is_parent) == (number, False, True)
    (linked,) = agency.page("manager", number).linked
    assert linked.may_open
    with pytest.raises(errors.NotFound):
        agency.page("ae", child)
    with pytest.raises(errors.NotFound):
        agency.page("ex1", number)


def test_it_takes_remarks_from_those_who_see_it(agency: Agency) -> None:
    number = agency.begin("ae", "orders", client="茶")
    for text in ("", "  ", "\x00"):
        with (
            pytest.raises(errors.ReasonMissing),
            agency.acting("ae") as (session, person),
        ):
            cases.comment(session, person, number, text)
    with (
        pytest.raises(errors.NotFound),
        agency.acting("ex1") as (session, person),
    ):
        cases.comment(session, person, number, "let me in")
    with agency.acting("ae") as (session, person):
        cases.comment(session, person, number, "长" * 9000)
    assert len(agency.page("ae", number).comments[0].text) == 5000


def test_it_shows_the_newest_of_a_long_history(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(casepage, "SHOWN", 3)
    number = agency.begin("ae", "orders", client="茶")
    agency.claim("ae", number, "work")
    agency.do("ae", number, "work")
    agency.do("as", number, "look")
    kinds = [entry.kind for entry in agency.page("ae", number).timeline]
    assert kinds == ["completed", "completed", "ended"]


def test_it_turns_back_to_what_came_before(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casepage, "SHOWN", 3)
    number = agency.begin("ae", "orders", client="茶")
    agency.claim("ae", number, "work")
    agency.do("ae", number, "work")
    agency.do("as", number, "look")
    with agency.acting("ae") as (session, person):
        newest = cases.opened(session, person, number)
        older = cases.opened(session, person, number, before=newest.earlier)
        kinds = [entry.kind for entry in older.timeline]
        assert kinds[0] == "started"
        assert older.earlier is None or len(kinds) == 3
