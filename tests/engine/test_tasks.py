"""Tasks: claim, release, draft, complete; and everything that may be in the way."""

from __future__ import annotations

import pytest

from engine import clock, errors, tasks
from engine.database import Sessions
from tests.engine.agency import MORNING, Agency
from tests.engine.drawings import draw

SIMPLE = draw(
    "simple",
    """
    start begin lane=executor fields="title:string!"
    user work lane=executor fields="amount:long! note:string"
    user check lane=executor
    end done
    begin > work > check > done
    """,
)
ONCE = draw(
    "once",
    """
    start begin lane=account_executive
    user first lane=executor
    user last lane=account_executive
    end done
    begin > first > last > done
    """,
)


@pytest.fixture
def simple(sessions: Sessions) -> Agency:
    return Agency(sessions, SIMPLE)


def test_it_claims_a_task_of_ones_group_and_gives_it_back(simple: Agency) -> None:
    number = simple.begin("ex1", "simple", title="春")
    task_id = simple.claim("ex1", number, "work")
    assert simple.row(task_id).assignee_id == "ex1"  # type: ignore[union-attr]
    simple.claim("ex1", number, "work")  # once more changes nothing
    assert simple.kinds(number).count("claimed") == 1
    with simple.acting("ex1") as (session, person):
        tasks.release(session, person, task_id)
    assert simple.row(task_id).assignee_id is None  # type: ignore[union-attr]
    simple.claim("ex2", number, "work")
    assert simple.kinds(number) == ["started", "claimed", "released", "claimed"]


def test_it_refuses_to_claim_release_or_complete_what_another_holds(simple: Agency) -> None:
    number = simple.begin("ex1", "simple", title="春")
    task_id = simple.claim("ex1", number, "work")
    for act in (
        lambda s, p: tasks.claim(s, p, task_id),
        lambda s, p: tasks.save_draft(s, p, task_id, {"amount": 2}),
        lambda s, p: tasks.complete(s, p, task_id, answers={"amount": 2}),
    ):
        with (
            pytest.raises(errors.HeldByAnother) as held,
            simple.acting("manager") as (session, person),
        ):
            act(session, person)
        assert held.value.text.zh == "易小川 现在持有这项任务。"
        assert held.value.text.en == "Yi Xiaochuan holds this task now."
    with (
        pytest.raises(errors.NotAllowed),
        simple.acting("manager") as (session, person),
    ):
        tasks.release(session, person, task_id)
    assert simple.row(task_id).assignee_id == "ex1"  # type: ignore[union-attr]


def test_it_knows_nothing_of_tasks_of_cases_that_are_not_ones_own(simple: Agency) -> None:
    number = simple.begin("ex1", "simple", title="春")
    task_id = simple.task(number, "work").id
    for who in ("ph", "adm"):
        for act in (tasks.opened, tasks.claim, tasks.release):
            with (
                pytest.raises(errors.NotFound),
                simple.acting(who) as (session, person),
            ):
                act(session, person, task_id)
        with pytest.raises(errors.NotFound):
            simple.finish(who, task_id, amount=1)
    for unknown in ("", "nothing", "x" * 500, "\x00"):
        with pytest.raises(errors.NotFound):
            simple.finish("ex1", unknown, amount=1)
        with (
            pytest.raises(errors.NotFound),
            simple.acting("ex1") as (session, person),
        ):
            tasks.claim(session, person, unknown)


def test_it_lets_a_manager_look_at_a_task_but_not_do_it(simple: Agency) -> None:
    number = simple.begin("ex1", "simple", title="春")
    task_id = simple.task(number, "work").id
    seen = simple.open("manager", task_id)
    assert (seen.may_complete, seen.may_claim, seen.may_release) == (False, False, False)
    with pytest.raises(errors.NotFound):
        simple.finish("manager", task_id, amount=1)
    mine = simple.open("ex2", task_id)
    assert (mine.may_complete, mine.may_claim, mine.may_release) == (True, True, False)


def test_it_keeps_a_draft_unchecked_and_claims_the_task_by_it(simple: Agency) -> None:
    number = simple.begin("ex1", "simple", title="春")
    task_id = simple.task(number, "work").id
    with simple.acting("ex2") as (session, person):
        tasks.save_draft(session, person, task_id, {"amount": "many", "note": "later"})
    assert simple.row(task_id).assignee_id == "ex2"  # type: ignore[union-attr]
    opened = simple.open("ex2", task_id)
    assert opened.values == {"amount": "many", "note": "later"}
    assert opened.may_release
    assert "amount" not in simple.data(number), "a draft is not the case's yet"
    simple.finish("ex2", task_id, amount=3)
    assert simple.data(number) == {"title": "春", "amount": 3, "note": ""}


def test_it_keeps_a_draft_whatever_was_typed(simple: Agency) -> None:
    number = simple.begin("ex1", "simple", title="春")
    task_id = simple.task(number, "work").id
    with simple.acting("ex1") as (session, person):
        typed = {"amount": 10**40, "note": "half \ud800 \x00", "rows": [{"n": 2**63, "x": None}]}
        tasks.save_draft(session, person, task_id, typed)
    kept = simple.open("ex1", task_id).values
    assert kept["amount"] == str(10**40), "too large for the database, kept as it was typed"
    assert kept["note"].startswith("half ?")
    assert kept["rows"] == [{"n": str(2**63), "x": None}]


def test_it_completes_and_says_what_is_next(simple: Agency) -> None:
    number = simple.begin("ex1", "simple", title="春")
    done = simple.do("ex1", number, "work", amount=3, note="n")
    following = simple.task(number, "check").id
    assert (done.number, done.next_task_id, done.ended, done.incident) == (
        number,
        following,
        False,
        False,
    )
    done = simple.finish("ex2", following)
    assert (done.next_task_id, done.ended) == (None, True)
    assert (simple.case(number).status, simple.case(number).outcome) == ("ended", "done")


def test_it_gives_the_first_answer_again_to_the_same_request(simple: Agency) -> None:
    number = simple.begin("ex1", "simple", title="春", key="start-1")
    assert simple.begin("ex1", "simple", title="春", key="start-1") == number
    task_id = simple.task(number, "work").id
    first = simple.finish("ex1", task_id, key="click", amount=3)
    assert simple.finish("ex1", task_id, key="click", amount=3) == first
    assert simple.kinds(number) == ["started", "completed"]
    assert len(simple.numbers()) == 1


def test_it_tells_any_other_request_who_completed_the_task_and_when(simple: Agency) -> None:
    clock.set(MORNING)
    number = simple.begin("ex1", "simple", title="春")
    task_id = simple.task(number, "work").id
    simple.finish("ex1", task_id, key="click", amount=3)
    for who, key in (("ex2", ""), ("ex2", "other"), ("ex1", ""), ("ex1", "other")):
        with pytest.raises(errors.TaskGone) as gone:
            simple.finish(who, task_id, key=key, amount=9)
        assert gone.value.text.zh == "这项任务已经不在了：易小川 已于 2027-03-01 10:00 完成。"
        assert "Yi Xiaochuan completed it on 2027-03-01 10:00" in gone.value.text.en
    assert simple.data(number)["amount"] == 3
    for act in (tasks.opened, tasks.claim, tasks.release):
        with (
            pytest.raises(errors.TaskGone),
            simple.acting("ex2") as (session, person),
        ):
            act(session, person, task_id)
    with (
        pytest.raises(errors.TaskGone),
        simple.acting("ex2") as (session, person),
    ):
        tasks.save_draft(session, person, task_id, {"amount": 9})


def test_it_keeps_request_keys_of_different_people_and_tasks_apart(simple: Agency) -> None:
    number = simple.begin("ex1", "simple", title="春", key="same")
    other = simple.begin("ex2", "simple", title="夏", key="same")
    assert number != other
    task_id = simple.task(number, "work").id
    simple.finish("ex1", task_id, key="same", amount=3)
    with pytest.raises(errors.TaskGone):
        simple.finish("ex2", task_id, key="same", amount=3)
    simple.do("ex1", number, "check", key="same")
    assert simple.case(number).status == "ended"
    long = "键" * 400 + "\x00"
    task_id = simple.task(other, "work").id
    first = simple.finish("ex2", task_id, key=long, amount=3)
    assert simple.finish("ex2", task_id, key=long, amount=3) == first


def test_it_leaves_everything_as_it_was_when_answers_are_wrong(simple: Agency) -> None:
    number = simple.begin("ex1", "simple", title="春")
    task_id = simple.claim("ex1", number, "work")
    before = simple.data(number), simple.case(number).revision
    with pytest.raises(errors.InvalidAnswers) as invalid:
        simple.finish("ex1", task_id, amount="viele", note="n")
    assert set(invalid.value.errors) == {"amount"}
    with pytest.raises(errors.InvalidAnswers) as invalid:
        simple.finish("ex1", task_id)
    assert set(invalid.value.errors) == {"amount"}
    assert (simple.data(number), simple.case(number).revision) == before
    assert simple.row(task_id).draft is None  # type: ignore[union-attr]
    assert simple.kinds(number) == ["started", "claimed"]


def test_it_never_lets_an_undeclared_key_into_a_case(simple: Agency) -> None:
    with pytest.raises(errors.InvalidAnswers):
        simple.begin("ex1", "simple", title="春", secret="x")
    number = simple.begin("ex1", "simple", title="春")
    with pytest.raises(errors.InvalidAnswers) as invalid:
        simple.do("ex1", number, "work", amount=1, title="夏", secret="x")
    assert set(invalid.value.errors) == {"title", "secret"}
    assert simple.data(number) == {"title": "春"}
    for broken in ("\x00", "\ud800"):
        with pytest.raises(errors.InvalidAnswers):
            simple.do("ex1", number, "work", amount=1, note=broken)
    with pytest.raises(errors.InvalidAnswers):
        simple.do("ex1", number, "work", amount=10**40)


def test_it_tells_colleagues_whose_case_it_is_no_more(sessions: Sessions) -> None:
    agency = Agency(sessions, ONCE)
    number = agency.begin("ae", "once")
    task_id = agency.task(number, "first").id
    agency.finish("ex1", task_id)
    assert not agency.may_see("ex2", number)
    with pytest.raises(errors.TaskGone, match="Yi Xiaochuan"):
        agency.finish("ex2", task_id)
    with pytest.raises(errors.NotFound):
        agency.finish("ph", task_id)
    number = agency.begin("ae", "once")
    task_id = agency.task(number, "first").id
    agency.cancel("ae", number)
    with pytest.raises(errors.TaskWithdrawn):
        agency.finish("ex2", task_id)
    with pytest.raises(errors.NotFound):
        agency.finish("ph", task_id)


def test_it_says_that_a_task_was_withdrawn(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        draw(
            "race",
            """
            start begin lane=executor
            both split
            user fast lane=executor
            user slow lane=account_executive
            end stop terminate=yes
            end done
            begin > split > fast > stop
            split > slow > done
            """,
        ),
    )
    number = agency.begin("ex1", "race")
    task_id = agency.claim("ae", number, "slow")
    agency.do("ex1", number, "fast")
    with pytest.raises(errors.TaskWithdrawn):
        agency.finish("ae", task_id)
    with pytest.raises(errors.TaskWithdrawn):
        agency.open("ae", task_id)
    assert agency.may_see("ae", number), "whoever held a task sees why it went away"
    with pytest.raises(errors.NotFound):
        agency.finish("adm", task_id)


def test_it_says_the_same_when_the_whole_case_was_cancelled(simple: Agency) -> None:
    number = simple.begin("ex1", "simple", title="春")
    task_id = simple.claim("ex2", number, "work")
    simple.cancel("ex1", number)
    for act in (tasks.opened, tasks.claim, tasks.release):
        with (
            pytest.raises(errors.TaskWithdrawn),
            simple.acting("ex2") as (session, person),
        ):
            act(session, person, task_id)
    with pytest.raises(errors.TaskWithdrawn):
        simple.finish("ex2", task_id, amount=1)


def test_it_keeps_the_case_in_sight_of_whom_it_was_offered_to(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        draw(
            "offered",
            """
            start begin lane=account_executive
            user work assignee=ex1
            user more lane=executor assignee=ex2
            end done
            begin > work > more > done
            """,
        ),
    )
    number = agency.begin("ae", "offered")
    agency.cancel("ae", number)
    assert agency.may_see("ex1", number), "the holder sees why"
    assert not agency.may_see("ex2", number)
    number = agency.begin("ae", "offered")
    agency.do("ex1", number, "work")
    with agency.acting("ex2") as (session, person):
        tasks.release(session, person, agency.task(number, "more").id)
    agency.do("ex1", number, "more")
    assert agency.may_see("ex2", number), "whoever gave it back held it"


def test_it_lets_the_one_who_holds_a_task_now_complete_it(simple: Agency) -> None:
    number = simple.begin("ex1", "simple", title="春")
    task_id = simple.claim("ex1", number, "work")
    with simple.acting("ex1") as (session, person):
        tasks.save_draft(session, person, task_id, {"note": "from ex1"})
        tasks.release(session, person, task_id)
    simple.claim("ex2", number, "work")
    with pytest.raises(errors.HeldByAnother):
        simple.finish("ex1", task_id, amount=1)
    assert simple.open("ex2", task_id).values["note"] == "from ex1", "what was typed is there"
    simple.finish("ex2", task_id, amount=2)


def test_it_lists_a_whole_inbox_by_who_may_do_what(simple: Agency) -> None:
    number = simple.begin("ex1", "simple", title="春")
    assert simple.sees("ex1", number, "work")
    assert simple.sees("ex2", number, "work")
    simple.claim("ex2", number, "work")
    assert not simple.sees("ex1", number, "work")
    assert simple.sees("ex2", number, "work")
