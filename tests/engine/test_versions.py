"""The versions of a procedure: listed with what runs on them, back to an old one, retired."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from engine import clock, database, definitions, errors, messages, versions
from engine.database import Sessions
from engine.definitions import Deployed
from engine.models import Deployment, Person
from engine.versions import Version
from tests.engine.agency import MORNING, Agency, pass_time
from tests.engine.drawings import deploy, draw
from tests.engine.test_definitions import CALLED, CALLER, OUTER, changed

STARTED_BY_MESSAGE = draw(
    "answering",
    """
    start asked message=question correlationKey="'k'" variable=asked
    user answer lane=executor
    end answered
    asked > answer > answered
    """,
)
ASKING = draw(
    "asking",
    """
    start begin lane=executor
    throw ask message=question correlationKey="case.number" payload="{'n': 1}" timeToLive=P1D
    user wait lane=executor
    end done
    begin > ask > wait > done
    """,
)


WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def listed(sessions: Sessions, process_id: str) -> list[Version]:
    with database.reading(sessions) as session:
        return versions.listed(session, process_id)


def retire(sessions: Sessions, process_id: str, who: str = "owner") -> None:
    with database.writing(sessions) as session:
        versions.retire(session, session.get_one(Person, who), process_id)


def bring_back(sessions: Sessions, process_id: str, who: str = "owner") -> None:
    with database.writing(sessions) as session:
        versions.bring_back(session, session.get_one(Person, who), process_id)


def roll_back(
    sessions: Sessions,
    process_id: str,
    version: int,
    *,
    who: str = "owner",
    note: str = "",
    with_callers: bool = False,
) -> Deployed:
    with database.writing(sessions) as session:
        person = session.get_one(Person, who)
        return versions.roll_back(
            session, person, process_id, version, note=note, with_callers=with_callers
        )


def test_it_lists_versions_with_note_author_date_and_cases(sessions: Sessions) -> None:
    clock.set(MORNING)
    agency = Agency(sessions, CALLER, CALLED)
    first = agency.begin("ex1", "caller")
    over = agency.begin("ex1", "caller")
    agency.cancel("ex1", over)
    with database.writing(sessions) as session:
        owner = session.get_one(Person, "owner")
        files = {"caller.bpmn": changed(CALLER, "work")}
        definitions.deploy(session, owner, files, note="a word", source="Camunda Modeler")
    agency.begin("ex1", "caller")
    new, old = listed(sessions, "caller")
    assert (new.version, new.note, new.current) == (2, "a word", True)
    assert new.author is not None
    assert new.author.zh == "欧文静"
    assert new.source == "Camunda Modeler"
    assert (new.running, new.over) == (1, 0)
    assert (old.version, old.author, old.current, old.source) == (1, None, False, "")
    assert (old.running, old.over) == (1, 1)
    assert old.deployed_at == MORNING
    assert [(c.process_id, c.version) for c in new.calls] == [("called", 1)]
    (part,) = listed(sessions, "called")
    assert (part.running, part.over) == (2, 1), "the cases of those that call it"
    assert agency.case(first).definition_id == old.definition_id


def test_it_lists_nothing_that_was_never_deployed(sessions: Sessions) -> None:
    with pytest.raises(errors.NotFound):
        listed(sessions, "nothing")


def test_it_goes_back_by_deploying_the_old_drawing_again(sessions: Sessions) -> None:
    deploy(sessions, CALLED)
    deploy(sessions, changed(CALLED))
    done = roll_back(sessions, "called", 1, note="too early")
    assert [(d.process_id, d.version) for d in done.new] == [("called", 3)]
    third, second, first = listed(sessions, "called")
    assert third.current
    assert third.note == "恢复第 1 版 / Back to version 1: too early"
    assert third.author is not None
    assert not second.current
    with database.reading(sessions) as session:
        assert definitions.xml(session, third.definition_id) == CALLED
        assert definitions.xml(session, first.definition_id) == CALLED
        assert session.scalars(select(Deployment)).all()[-1].deployed_by == "owner"


def test_it_does_not_go_back_to_what_is_current(sessions: Sessions) -> None:
    deploy(sessions, CALLED)
    with pytest.raises(errors.AlreadyCurrent, match="version 1"):
        roll_back(sessions, "called", 1)
    assert len(listed(sessions, "called")) == 1


def test_it_checks_the_old_drawing_like_any_other(sessions: Sessions) -> None:
    deploy(sessions, CALLER, CALLED)
    without_call = draw("caller", "start begin lane=executor\nend done\nbegin > done")
    deploy(sessions, without_call)
    retire(sessions, "called")
    with pytest.raises(errors.DiagramRefused):
        roll_back(sessions, "caller", 1)
    assert [v.current for v in listed(sessions, "caller")] == [True, False]


def test_it_can_take_the_callers_along(sessions: Sessions) -> None:
    deploy(sessions, OUTER, CALLER, CALLED)
    deploy(sessions, changed(CALLED))
    with database.reading(sessions) as session:
        plan = versions.returning(session, "called", 1)
    assert [d.process_id for d in plan.callers] == ["caller", "outer"]
    assert plan.along == ()
    roll_back(sessions, "called", 1)
    assert listed(sessions, "outer")[0].version == 1, "callers keep what they were deployed with"
    roll_back(sessions, "called", 2, with_callers=True)
    outer = listed(sessions, "outer")[0]
    assert outer.version == 2
    assert {c.process_id: c.version for c in outer.calls} == {"called": 4, "caller": 2}
    assert "called" in outer.note
    assert "4" in outer.note


def test_nobody_starts_a_retired_procedure_and_its_cases_go_on(sessions: Sessions) -> None:
    agency = Agency(sessions, CALLER, CALLED)
    number = agency.begin("ex1", "caller")
    with database.reading(sessions) as session:
        before = definitions.current(session, "caller")
    retire(sessions, "caller")
    with database.writing(sessions) as session:
        person = session.get_one(Person, "ex1")
        with pytest.raises(errors.NotFound):
            definitions.current(session, "caller")
        assert definitions.startable(session, person) == []
        assert [d.process_id for d in versions.retired(session)] == ["caller"]
        assert versions.newest(session, "caller").id == before.id
    with pytest.raises(errors.NotFound):
        agency.begin("ex1", "caller")
    (only,) = listed(sessions, "caller")
    assert not only.current
    assert only.retired_at is not None
    assert only.retired_by is not None
    agency.do("ex1", number, "work")
    agency.do("ex1", number, "look")
    assert agency.case(number).status == "ended"


def test_a_retired_procedure_is_brought_back_as_it_was(sessions: Sessions) -> None:
    agency = Agency(sessions, CALLED, CALLER)
    retire(sessions, "caller")
    retire(sessions, "caller")
    bring_back(sessions, "caller")
    bring_back(sessions, "caller")
    (only,) = listed(sessions, "caller")
    assert (only.current, only.retired_at, only.retired_by) == (True, None, None)
    assert agency.begin("ex1", "caller")


def test_deploying_a_retired_procedure_brings_it_back(sessions: Sessions) -> None:
    deploy(sessions, CALLED)
    retire(sessions, "called")
    roll_back(sessions, "called", 1)
    new, old = listed(sessions, "called")
    assert (new.version, new.current, new.retired_at) == (2, True, None)
    assert old.retired_at is not None, "the list still says so"
    with database.reading(sessions) as session:
        assert versions.retired(session) == []


def test_what_others_call_is_not_retired(sessions: Sessions) -> None:
    deploy(sessions, OUTER, CALLER, CALLED)
    with pytest.raises(errors.StillCalled, match="“caller”, “outer” call it"):
        retire(sessions, "called")
    retire(sessions, "outer")
    retire(sessions, "caller")
    retire(sessions, "called")
    with pytest.raises(errors.CallsRetired, match="called"):
        bring_back(sessions, "caller")


def test_a_message_that_would_start_it_is_kept_and_then_told(sessions: Sessions) -> None:
    clock.set(MORNING)
    agency = Agency(sessions, ASKING, STARTED_BY_MESSAGE)
    with database.reading(sessions) as session:
        answering = definitions.current(session, "answering")
        assert [d.process_id for d in versions.senders(session, answering)] == ["asking"]
    retire(sessions, "answering")
    number = agency.begin("ex1", "asking")
    agency.work()
    assert agency.statuses() == ["pending"]
    assert agency.numbers("answering") == []
    pass_time(days=2)
    with database.writing(sessions) as session:
        messages.expire(session)
    assert [i.kind for i in agency.troubles(number)] == ["expired_message"]


def test_a_kept_message_starts_it_when_it_is_back(sessions: Sessions) -> None:
    agency = Agency(sessions, ASKING, STARTED_BY_MESSAGE)
    retire(sessions, "answering")
    agency.begin("ex1", "asking")
    agency.work()
    bring_back(sessions, "answering")
    agency.work()
    assert agency.statuses() == ["consumed"]
    assert len(agency.numbers("answering")) == 1


@pytest.mark.parametrize("who", ["ex1", "manager"])
def test_only_owners_change_what_is_in_use(sessions: Sessions, who: str) -> None:
    deploy(sessions, CALLED)
    for change in (retire, bring_back):
        with pytest.raises(errors.NotFound):
            change(sessions, "called", who)
    with pytest.raises(errors.NotFound):
        roll_back(sessions, "called", 1, who=who)


def test_what_is_drawn_in_one_file_goes_back_together(sessions: Sessions) -> None:
    def pair(name: str) -> bytes:
        start, end = CALLER.index(b"<bpmn:process"), CALLER.index(b"</bpmn:definitions>")
        other = CALLER[start:end].replace(b'"lanes"', b'"lanes_1"')
        other = other.replace(b'"executor"', b'"planning_head"')
        xml = CALLED.replace(b"</bpmn:definitions>", other + b"</bpmn:definitions>")
        return xml.replace(b'name="look"', f'name="{name}"'.encode())

    for name in ("first", "second"):
        with database.writing(sessions) as session:
            definitions.deploy(session, None, {"pair.bpmn": pair(name)})
    with database.reading(sessions) as session:
        plan = versions.returning(session, "called", 1)
    assert [d.process_id for d in plan.along] == ["caller"]
    done = roll_back(sessions, "called", 1)
    assert [(d.process_id, d.version) for d in done.new] == [("called", 3), ("caller", 3)]
    assert "called" in done.new[1].note


def test_two_who_deploy_at_once_do_so_one_after_the_other(sessions: Sessions) -> None:
    deploy(sessions, CALLED)

    def second() -> None:
        with database.writing(sessions) as session:
            files = {"called.bpmn": CALLED.replace(b'name="look"', b'name="second"')}
            definitions.deploy(session, None, files)

    with ThreadPoolExecutor(1) as pool:
        with database.writing(sessions) as session:
            definitions.deploy(session, None, {"called.bpmn": changed(CALLED)})
            answer = pool.submit(second)
            while session.get_bind().dialect.name == "postgresql" and not answer.done():
                # Commit only when the other one has come as far as it can.
                if session.scalar(text(WAITING)):
                    break
        answer.result()
    assert [version.version for version in listed(sessions, "called")] == [3, 2, 1]
