"""Who gets a task: lane, group, named person, the same hands, two pairs of eyes."""

from __future__ import annotations

import pytest

from engine import clock, errors, tasks
from engine.database import Sessions
from engine.models import Task
from tests.engine.agency import MORNING, Agency
from tests.engine.drawings import draw

SIGNED = draw(
    "signed",
    """
    start begin lane=account_executive
    both split
    user one groups=executor
    user two groups=executor distinctFrom=one
    user other groups=executor
    both join
    end done
    begin > split > one > join > done
    split > two > join
    split > other > join
    """,
)
STICKY = draw(
    "sticky",
    """
    start begin lane=account_executive
    user first lane=executor
    user between lane=account_executive
    user second lane=executor
    end done
    begin > first > between > second > done
    """,
    sticky="executor",
)


def test_it_takes_two_different_people_for_two_signatures(sessions: Sessions) -> None:
    agency = Agency(sessions, SIGNED)
    number = agency.begin("ae", "signed")
    agency.claim("ex1", number, "two")
    agency.do("ex1", number, "one")
    task = agency.task(number, "two")
    assert task.assignee_id is None, "whoever signed the one no longer holds the other"
    assert not agency.sees("ex1", number, "two")
    assert agency.sees("ex2", number, "two")
    for act in (
        lambda s, p: tasks.claim(s, p, task.id),
        lambda s, p: tasks.save_draft(s, p, task.id, {}),
        lambda s, p: tasks.complete(s, p, task.id, answers={}),
    ):
        with (
            pytest.raises(errors.NotAllowed, match="takes a different person"),
            agency.acting("ex1") as (session, person),
        ):
            act(session, person)
    agency.do("ex1", number, "other")
    agency.do("ex2", number, "two")
    assert agency.case(number).status == "ended"
    assert agency.troubles(number) == []


def test_it_minds_two_signatures_round_by_round(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        draw(
            "rounds",
            """
            start begin lane=account_executive
            sub signing
            start ask inside=signing
            both split inside=signing
            user one inside=signing groups=executor
            user two inside=signing groups=executor distinctFrom=one
            both join inside=signing
            end signed inside=signing
            user decide groups=account_executive fields="again:boolean"
            choice done_with default=done
            end done
            begin > signing > decide > done_with > done
            done_with > signing if ${again}
            ask > split > one > join > signed
            split > two > join
            """,
        ),
    )
    number = agency.begin("ae", "rounds")
    for first, second, again in (("ex1", "ex2", True), ("ex2", "ex1", False)):
        agency.do(first, number, "one")
        with pytest.raises(errors.NotAllowed):
            agency.do(first, number, "two")
        agency.do(second, number, "two")
        agency.do("ae", number, "decide", again=again)
    assert agency.case(number).status == "ended"
    assert agency.troubles(number) == []


def test_it_goes_to_whoever_the_drawing_names(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        draw(
            "named",
            """
            start begin lane=account_executive
            user first groups=executor
            user own assignee="${completed_by('first')}"
            user back assignee=${case.starter}
            user many groups="${['executor', 'administration']}"
            end done
            begin > first > own > back > many > done
            """,
        ),
    )
    number = agency.begin("ae", "named")
    agency.do("ex2", number, "first")
    assert agency.task(number, "own").assignee_id == "ex2"
    agency.do("ex2", number, "own")
    assert agency.task(number, "back").assignee_id == "ae"
    agency.do("ae", number, "back")
    assert [who for who in ("ex1", "adm", "ae", "ph") if agency.sees(who, number, "many")] == [
        "ex1",
        "adm",
    ]


def test_it_tells_when_nobody_is_left_who_may_sign(sessions: Sessions) -> None:
    agency = Agency(sessions, SIGNED)
    agency.leave("ex2")
    number = agency.begin("ae", "signed")
    agency.do("ex1", number, "one")
    (trouble,) = agency.troubles(number)
    assert (trouble.kind, trouble.element_id) == ("nobody", "two")
    assert "须由不同的人签字" in trouble.text_zh
    assert "two different people" in trouble.text_en
    later = Agency(
        sessions,
        draw(
            "in_turn",
            """
            start begin lane=executor
            user one lane=executor
            user two lane=executor distinctFrom=one
            end done
            begin > one > two > done
            """,
        ),
    )
    number = later.begin("ex1", "in_turn")
    done = later.do("ex1", number, "one")
    assert done.next_task_id is None
    (trouble,) = later.troubles(number)
    assert (trouble.kind, trouble.element_id) == ("nobody", "two")


def test_it_tells_when_a_task_has_nobody_at_all(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        draw(
            "lost",
            """
            start begin lane=executor fields="person:string team:string"
            user work assignee=${person}
            user next groups=${team}
            user last lane=administration
            end done
            begin > work > next > last > done
            """,
        ),
    )
    agency.leave("adm")
    number = agency.begin("ex1", "lost", person="nobody", team="executor")
    (trouble,) = agency.troubles(number)
    assert (trouble.kind, trouble.element_id) == ("nobody", "work")
    assert agency.task(number, "work").assignee_id is None
    number = agency.begin("ex1", "lost", person="ex1", team="no_such_group")
    agency.do("ex1", number, "work")
    assert [t.element_id for t in agency.troubles(number)] == ["next"]
    number = agency.begin("ex1", "lost", person="ex1", team="x" * 300)
    agency.do("ex1", number, "work")
    assert [t.element_id for t in agency.troubles(number)] == ["next"]
    number = agency.begin("ex1", "lost", person="ex1", team="executor")
    agency.do("ex1", number, "work")
    agency.do("ex1", number, "next")
    assert [t.element_id for t in agency.troubles(number)] == ["last"], "the group is empty"


def test_it_offers_a_sticky_lanes_task_to_the_same_hands(sessions: Sessions) -> None:
    agency = Agency(sessions, STICKY)
    number = agency.begin("ae", "sticky")
    agency.do("ex2", number, "first")
    done = agency.do("ae", number, "between")
    assert done.next_task_id is None
    task = agency.task(number, "second")
    assert task.assignee_id == "ex2"
    assert not agency.sees("ex1", number, "second")
    with agency.acting("ex2") as (session, person):
        tasks.release(session, person, task.id)
    agency.do("ex1", number, "second")
    assert agency.case(number).status == "ended"


def test_it_offers_it_to_members_of_the_lane_only(sessions: Sessions) -> None:
    agency = Agency(sessions, STICKY)
    number = agency.begin("ae", "sticky")
    agency.do("ex2", number, "first")
    agency.move("ex2", "administration")
    agency.do("ae", number, "between")
    assert agency.task(number, "second").assignee_id is None
    number = agency.begin("ae", "sticky")
    agency.do("ex1", number, "first")
    agency.leave("ex1")
    agency.do("ae", number, "between")
    assert agency.task(number, "second").assignee_id is None


def test_it_works_out_deadline_detail_and_priority(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        draw(
            "dated",
            """
            start begin lane=executor fields="when:string what:string rank:long"
            user work lane=executor due=${when} detail=${what} priority=${rank} follow_up=P1D
            end done
            begin > work > done
            """,
        ),
    )
    clock.set(MORNING)

    def opened(when: str, rank: int = 70) -> Task:
        number = agency.begin("ex1", "dated", when=when, what="x" * 400, rank=rank)
        return agency.task(number, "work")

    task = opened("P2D")
    assert task.due_at is not None
    assert (task.due_at - MORNING).days == 2
    assert (task.priority, len(task.detail)) == (70, 300)
    assert task.follow_up_at is not None
    day = opened("2027-03-05").due_at
    assert day is not None
    assert day.isoformat() == "2027-03-05T10:00:00+00:00", "the end of a working day in Shanghai"
    assert opened("").due_at is None
    assert opened("", rank=2**40).priority > 0
    for nonsense in ("tomorrow", "P99999999999D", "P9999Y"):
        with pytest.raises(errors.StepFailed, match="neither an ISO 8601"):
            opened(nonsense)
