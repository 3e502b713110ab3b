"""Cases: who may start and cancel one, and what becomes of the cases that it started."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from engine import clock, database, definitions, errors, instances, misstarts, outbox
from engine.database import Sessions
from engine.models import Subscription, Task, Timer
from tests.engine.agency import MORNING, Agency, pass_time
from tests.engine.drawings import deploy, draw

ASKS = draw(
    "asks",
    """
    start begin lane=account_executive fields="title:text!"
    throw ask message=asked correlationKey="case.number + '-1'" payload="{'key': case.number + '-1', 'title': title}"
    throw ask_again message=asked correlationKey="case.number + '-2'" payload="{'key': case.number + '-2', 'title': title}"
    first wait
    catch answered message=answered correlationKey=case.number variable=answer
    catch too_late timer=P3D
    user read lane=account_executive
    boundary reminded on=read timer=P1D interrupting=false
    user remind lane=account_supervisor
    end done
    end gave_up name=作罢 name.en="Given up" cancelsStarted=true
    end was_reminded
    begin > ask > ask_again > wait > answered > read > done
    wait > too_late > gave_up
    reminded > remind > was_reminded
    """,
    **{"case.title": "title + ' ' + case.number", "case.fields": "title, answer"},
)
HELPS = draw(
    "helps",
    """
    start begin message=asked variable=question
    user work lane=executor
    end done
    handler stop
    start stop_asked inside=stop message=stopped correlationKey=question.key variable=why
    end stopped inside=stop
    begin > work > done
    stop_asked > stopped
    """,
    cancelledBy="stopped",
    **{"case.title": "'for ' + question.title"},
)


@pytest.fixture
def agency(sessions: Sessions) -> Agency:
    return Agency(sessions, ASKS, HELPS)


def test_it_is_started_by_the_group_of_its_start_event_only(agency: Agency) -> None:
    for who in ("ex1", "as", "manager", "admin"):
        with pytest.raises(errors.NotFound):
            agency.begin(who, "asks", title="春")
        with agency.acting(who) as (session, person):
            assert definitions.startable(session, person) == []
    with agency.acting("ae") as (session, person):
        assert [d.process_id for d in definitions.startable(session, person)] == ["asks"]
        helps = definitions.current(session, "helps")
        with pytest.raises(errors.NotFound):
            instances.start(session, person, helps, answers={})
    assert agency.numbers() == []


def test_it_is_not_started_in_an_old_version(agency: Agency) -> None:
    with agency.acting("ae") as (session, _):
        old = definitions.current(session, "asks").id
    deploy(agency.sessions, ASKS.replace(b"P3D", b"P4D"))
    with (
        pytest.raises(errors.NotFound),
        agency.acting("ae") as (session, person),
    ):
        instances.start(session, person, definitions.get(session, old), answers={"title": "x"})


def test_it_counts_cases_year_by_year(agency: Agency) -> None:
    clock.set(MORNING)
    assert agency.begin("ae", "asks", title="一") == "2027-0001"
    assert agency.begin("ae", "asks", title="二") == "2027-0002"
    pass_time(days=365)
    assert agency.begin("ae", "asks", title="三") == "2028-0001"


def test_it_leaves_no_number_and_no_row_behind_when_its_answers_are_wrong(agency: Agency) -> None:
    with pytest.raises(errors.InvalidAnswers):
        agency.begin("ae", "asks", title="")
    assert agency.begin("ae", "asks", title="春").endswith("-0001")
    assert agency.case(agency.numbers()[0]).title.startswith("春 20")


def test_it_is_kept_for_managers_when_its_very_start_fails(agency: Agency) -> None:
    with agency.acting("ae") as (session, person):
        definition = definitions.current(session, "asks")
        failure = errors.StepFailed(label="begin", element_id="begin", reason="it is broken")
        for _twice in range(2):
            misstarts.keep(session, person, definition, failure, answers={"title": "春"})
    (number,) = agency.numbers()
    assert agency.case(number).status == "cancelled"
    assert agency.kinds(number) == ["started", "incident", "cancelled"]
    (trouble,) = agency.troubles(number)
    assert (trouble.kind, trouble.element_id) == ("not_started", "begin")
    assert trouble.answers == {"title": "春"}
    page = agency.page("manager", number)
    assert page.row.incidents == 1
    assert page.open_tasks == []
    agency.resolve("manager", number)
    assert agency.troubles(number) == []
    assert agency.begin("ae", "asks", title="春") != number


def test_it_tells_the_cases_that_it_started_when_it_is_cancelled(agency: Agency) -> None:
    number = agency.begin("ae", "asks", title="春")
    agency.work()
    first, second = agency.numbers("helps")
    agency.do("ex1", first, "work")
    agency.cancel("ae", number, reason="client left")
    case = agency.case(number)
    assert (case.status, case.reason, case.outcome) == ("cancelled", "client left", None)
    assert (agency.case(first).status, agency.case(first).outcome) == ("ended", "done")
    assert (agency.case(second).status, agency.case(second).outcome) == ("ended", "stopped")
    (told,) = agency.messages("stopped")
    assert told.payload == {
        "no": f"{number}-2",
        "reason": "client left",
        "cancelled_by": "ae",
    }
    assert "cancelled" in agency.kinds(number)


def test_it_leaves_nothing_waiting_when_it_is_cancelled(agency: Agency) -> None:
    number = agency.begin("ae", "asks", title="春")
    assert agency.waits(number) == ["answered", "too_late"]
    agency.cancel("ae", number)
    other = agency.begin("ae", "asks", title="夏")
    answer(agency, other)
    assert agency.waits(other) == ["read", "reminded"]
    agency.cancel("as", other)
    with database.reading(agency.sessions) as session:
        for model in (Task, Timer, Subscription):
            left = session.scalar(
                select(func.count())
                .select_from(model)
                .where(model.instance_id.in_((agency.case(number).id, agency.case(other).id)))
            )
            assert left == 0, model
        assert instances.waiting_at(session, agency.case(other)) == []
    with pytest.raises(errors.CaseOver):
        agency.cancel("ae", number)


def answer(agency: Agency, number: str) -> None:
    with database.writing(agency.sessions) as session:
        outbox.send(session, "answered", number, {"text": "yes"}, sender_id=None)
    agency.work()


def test_it_is_cancelled_by_its_starter_a_supervisor_or_a_manager_with_a_reason(
    agency: Agency,
) -> None:
    number = agency.begin("ae", "asks", title="春")
    agency.work()
    child = agency.numbers("helps")[0]
    agency.do("ex1", child, "work")
    for who in ("ex1", "ph", "adm"):
        assert not agency.may_see(who, number)
        with pytest.raises(errors.NotFound):
            agency.cancel(who, number)
    for reason in ("", "  ", "\x00"):
        with pytest.raises(errors.ReasonMissing):
            agency.cancel("ae", number, reason=reason)
    assert agency.page("ae", number).row.status == "active"
    for who in ("ae", "as", "ad", "manager", "admin"):
        started = agency.begin("ae", "asks", title="春")
        assert agency.page(who, started).may_cancel
        agency.cancel(who, started, reason="no\x00 more")
        assert agency.case(started).reason == "no more"
        assert not agency.page(who, started).may_cancel


def test_it_does_not_let_those_who_only_see_it_cancel_it(agency: Agency) -> None:
    number = agency.begin("ae", "asks", title="春")
    agency.work()
    child = agency.numbers("helps")[0]
    assert agency.may_see("ex1", child)
    assert not agency.page("ex1", child).may_cancel
    with pytest.raises((errors.NotFound, errors.NotAllowed)):
        agency.cancel("ex1", child)
    assert agency.case(number).status == "active"


def test_it_may_tell_them_when_it_ends_at_an_end_that_says_so(agency: Agency) -> None:
    clock.set(MORNING)
    number = agency.begin("ae", "asks", title="春")
    agency.work()
    pass_time(days=3)
    agency.work()
    assert agency.case(number).outcome == "gave_up"
    assert {agency.case(n).outcome for n in agency.numbers("helps")} == {"stopped"}
    reasons = {m.payload["reason"] for m in agency.messages("stopped")}
    assert reasons == {"作罢 / Given up"}, "without words of a person the end's label is the reason"


def test_it_does_not_tell_them_when_it_ends_otherwise(agency: Agency) -> None:
    number = agency.begin("ae", "asks", title="春")
    agency.work()
    answer(agency, number)
    agency.do("ae", number, "read")
    assert agency.case(number).outcome == "done"
    assert agency.messages("stopped") == []
    assert {agency.case(n).status for n in agency.numbers("helps")} == {"active"}


def test_it_keeps_its_title_and_fields_up_to_date(agency: Agency) -> None:
    number = agency.begin("ae", "asks", title="长" * 600)
    assert len(agency.case(number).title) == 500
    assert [len(value) for _, value in agency.page("ae", number).fields] == [500]
    answer(agency, number)
    assert {value for _, value in agency.page("ae", number).fields} >= {"{'text': 'yes'}"}


def test_it_is_unknown_under_a_number_that_there_is_not(agency: Agency) -> None:
    for number in ("", "2026-9999", "x" * 300, "\x00"):
        with (
            pytest.raises(errors.NotFound),
            agency.acting("manager") as (session, person),
        ):
            instances.opened(session, person, number)
