"""Inboxes: what stands under which tab, how it is sorted, searched and paged."""

from __future__ import annotations

import pytest

from engine import clock, database, tasks
from engine.database import Sessions
from engine.models import Person
from engine.worklist import Page, TaskRow
from tests.engine.agency import MORNING, Agency
from tests.engine.drawings import draw

SIMPLE = draw(
    "simple",
    """
    start begin lane=account_executive fields="client:text! due:string rank:long"
    user work name=工作 name.en=Work lane=executor due=${due} priority="${value('rank', 50)}" detail=${client}
    user check lane=account_executive
    end done
    begin > work > check > done
    """,
    **{"case.title": "'T ' + client", "case.fields": "client"},
)


@pytest.fixture
def agency(sessions: Sessions) -> Agency:
    clock.set(MORNING)
    return Agency(sessions, SIMPLE)


def listed(agency: Agency, who: str, tab: str, **asked: object) -> Page[TaskRow]:
    with database.reading(agency.sessions) as session:
        person = session.get_one(Person, who)
        return tasks.listed(session, person, tab=tab, **asked)  # type: ignore[arg-type]


def clients(agency: Agency, who: str, tab: str, **asked: object) -> list[str]:
    return [row.case_title[2:] for row in listed(agency, who, tab, **asked).rows]


def counts(agency: Agency, who: str) -> dict[str, int]:
    with database.reading(agency.sessions) as session:
        return tasks.counts(session, session.get_one(Person, who))


def test_it_stands_under_the_tab_of_those_who_may_do_it(agency: Agency) -> None:
    first, second = (agency.begin("ae", "simple", client=c) for c in "ab")
    agency.claim("ex1", first, "work")
    assert clients(agency, "ex1", "mine") == ["a"]
    assert clients(agency, "ex1", "groups") == ["b"]
    assert clients(agency, "ex2", "mine") == []
    assert clients(agency, "ex2", "groups") == ["b"]
    assert sorted(clients(agency, "ex1", "all")) == ["a", "b"]
    assert clients(agency, "ex2", "all") == ["b"]
    for who in ("ae", "as", "ad", "manager", "admin"):
        assert clients(agency, who, "mine") == clients(agency, who, "groups") == []
        assert sorted(clients(agency, who, "all")) == ["a", "b"], who
    for who in ("ph", "adm", "owner"):
        assert clients(agency, who, "all") == [], who
    assert counts(agency, "ex1")["mine"] == counts(agency, "ex1")["groups"] == 1
    assert counts(agency, "ae")["mine"] == counts(agency, "ae")["groups"] == 0
    agency.do("ex1", first, "work")
    agency.do("ex2", second, "work")
    assert clients(agency, "ex1", "done") == ["a"]
    assert clients(agency, "ex2", "done") == ["b"]
    assert clients(agency, "ae", "done") == []
    assert sorted(clients(agency, "ae", "groups")) == ["a", "b"]


def test_it_says_what_a_line_needs_to_say(agency: Agency) -> None:
    number = agency.begin("ae", "simple", client="a", due="P1D")
    (row,) = listed(agency, "ex1", "groups").rows
    assert (row.name.zh, row.name.en, row.case_number) == ("工作", "Work", number)
    assert (row.detail, row.process_name.zh) == ("a", "simple")
    assert row.group_name is not None
    assert row.group_name.zh == "执行人"
    assert (row.mine, row.claimable, row.assignee_id) == (False, True, None)
    agency.claim("ex1", number, "work")
    (row,) = listed(agency, "ex1", "mine").rows
    assert (row.mine, row.claimable, row.assignee_id) == (True, False, "ex1")
    assert row.assignee_name is not None
    assert row.assignee_name.en == "Yi Xiaochuan"
    (row,) = listed(agency, "manager", "all").rows
    assert (row.mine, row.claimable) == (False, False)
    agency.do("ex1", number, "work")
    (row,) = listed(agency, "ex1", "done").rows
    assert (row.name.zh, row.completed_at, row.case_number) == ("工作", MORNING, number)


def test_it_is_sorted_by_due_date_then_priority(agency: Agency) -> None:
    for client, due, rank in (
        ("none", "", 50),
        ("none but urgent", "", 90),
        ("late", "-P1D", 50),
        ("soon", "P1D", 50),
        ("later", "P9D", 99),
    ):
        agency.begin("ae", "simple", client=client, due=due, rank=rank)
    expected = ["late", "soon", "later", "none but urgent", "none"]
    assert clients(agency, "ex1", "groups") == expected
    (late,) = listed(agency, "ex1", "groups", search="late", size=1).rows
    assert late.due_at is not None
    assert late.due_at < clock.now()


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", {"50% off", "a_b", "Tea", "a\\b", "茶饮"}),
        ("  ", {"50% off", "a_b", "Tea", "a\\b", "茶饮"}),
        ("%", {"50% off"}),
        ("_", {"a_b"}),
        ("\\", {"a\\b"}),
        ("tea", {"Tea"}),
        (" 茶 ", {"茶饮"}),
        ("工作", {"50% off", "a_b", "Tea", "a\\b", "茶饮"}),
        ("WORK", {"50% off", "a_b", "Tea", "a\\b", "茶饮"}),
        ("2027-0003", {"Tea"}),
        ("nothing", set()),
        ("'; drop table task; --", set()),
        ("x" * 10_000, set()),
        ("Te\x00a", {"Tea"}),
    ],
)
def test_it_is_found_by_words_whatever_they_are(
    agency: Agency, search: str, found: set[str]
) -> None:
    for client in ("50% off", "a_b", "Tea", "a\\b", "茶饮"):
        agency.begin("ae", "simple", client=client)
    assert set(clients(agency, "ex1", "groups", search=search)) == found
    assert listed(agency, "ex1", "groups", search=search).total == len(found)
    assert set(clients(agency, "manager", "all", search=search)) == found
    assert set(clients(agency, "ex1", "mine", search=search)) == set()
    assert set(clients(agency, "ex1", "done", search=search)) == set()


def test_it_comes_in_pages(agency: Agency) -> None:
    for n in range(7):
        agency.begin("ae", "simple", client=str(n), due=f"P{n + 1}D")
    first = listed(agency, "ex1", "groups", size=3)
    assert (len(first.rows), first.total, first.page, first.pages) == (3, 7, 1, 3)
    pages = [clients(agency, "ex1", "groups", size=3, page=page) for page in (1, 2, 3, 4)]
    assert pages == [["0", "1", "2"], ["3", "4", "5"], ["6"], []]
    for page, size in ((0, 3), (-5, 3)):
        assert clients(agency, "ex1", "groups", size=size, page=page) == ["0", "1", "2"]
    assert len(clients(agency, "ex1", "groups", size=0)) == 1
    assert len(clients(agency, "ex1", "groups", size=10**6)) == 7
    assert clients(agency, "ex1", "groups", page=10**12) == []
    for n, number in enumerate(agency.numbers()):
        agency.do("ex1", number, "work")
        assert listed(agency, "ex1", "done", size=2).total == n + 1
    assert clients(agency, "ex1", "done", size=2, page=2) == ["4", "3"]


def test_it_puts_optional_tasks_last(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        draw(
            "meets",
            """
            start begin lane=executor
            both split
            user attend lane=executor optional=true due=P1D
            user work lane=executor
            end done
            end attended
            begin > split > work > done
            split > attend > attended
            """,
        ),
    )
    number = agency.begin("ex1", "meets")
    rows = listed(agency, "ex1", "groups").rows
    assert [(row.name.zh, row.optional) for row in rows] == [("work", False), ("attend", True)]
    done = agency.do("ex1", number, "work")
    assert done.next_task_id is None, "an optional task is nobody's next one"
