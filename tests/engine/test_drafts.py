"""Drafts: one per procedure, nobody's work lost, deployed or thrown away."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from engine import clock, database, definitions, drafts, errors, versions
from engine.database import Sessions
from engine.diagrams import read
from engine.languages import Text
from engine.models import Draft, Person
from tests.engine.agency import MORNING, Agency, pass_time
from tests.engine.drawings import deploy
from tests.engine.test_definitions import CALLED, CALLER, OUTER, changed


def owner(session: Session, who: str = "owner") -> Person:
    return session.get_one(Person, who)


def save(sessions: Sessions, xml: bytes, *, revision: int, who: str = "owner") -> int:
    with database.writing(sessions) as session:
        return drafts.save(session, owner(session, who), "called", xml, revision=revision).revision


def kept(sessions: Sessions, process_id: str = "called") -> bytes:
    with database.reading(sessions) as session:
        return drafts.xml(session, process_id)


def test_it_keeps_one_draft_with_who_and_when(sessions: Sessions) -> None:
    clock.set(MORNING)
    first = save(sessions, CALLED, revision=0)
    pass_time(hours=1)
    second = save(sessions, changed(CALLED), revision=first, who="admin")
    assert second > first
    with database.reading(sessions) as session:
        draft = drafts.of(session, "called")
        assert draft is not None
        assert (draft.saved_by, draft.saved_at, draft.revision) == ("admin", clock.now(), second)
        assert drafts.xml(session, "called") == changed(CALLED), "byte for byte"
        assert drafts.of(session, "nothing") is None
        with pytest.raises(errors.NotFound):
            drafts.xml(session, "nothing")


def test_it_says_who_saved_in_between_and_lets_one_save_over_it_knowingly(
    sessions: Sessions,
) -> None:
    clock.set(MORNING)
    first = save(sessions, CALLED, revision=0)
    save(sessions, changed(CALLED), revision=first, who="admin")
    with pytest.raises(errors.DraftChanged) as refused:
        save(sessions, CALLED, revision=first)
    assert "管理" in refused.value.text.zh
    assert refused.value.details["when"] == MORNING
    assert kept(sessions) == changed(CALLED), "theirs stands"
    save(sessions, CALLED, revision=refused.value.details["revision"])
    assert kept(sessions) == CALLED


def test_it_says_that_somebody_made_a_draft_where_there_was_none(sessions: Sessions) -> None:
    save(sessions, CALLED, revision=0, who="admin")
    with pytest.raises(errors.DraftChanged):
        save(sessions, changed(CALLED), revision=0)


def test_it_says_that_the_draft_is_gone(sessions: Sessions) -> None:
    revision = save(sessions, CALLED, revision=0)
    with database.writing(sessions) as session:
        drafts.discard(session, "called", revision=revision)
    with pytest.raises(errors.DraftGone):
        save(sessions, CALLED, revision=revision)
    save(sessions, CALLED, revision=0)


def test_it_discards_only_what_one_has_seen(sessions: Sessions) -> None:
    first = save(sessions, CALLED, revision=0)
    save(sessions, changed(CALLED), revision=first, who="admin")
    with database.writing(sessions) as session, pytest.raises(errors.DraftChanged):
        drafts.discard(session, "called", revision=first)
    assert kept(sessions) == changed(CALLED)


def test_it_keeps_what_a_check_would_refuse_but_not_what_nobody_can_read(
    sessions: Sessions,
) -> None:
    broken = CALLED.replace(b'targetRef="seen"', b'targetRef="nowhere"')
    revision = save(sessions, broken, revision=0)
    for unreadable in (b"", b"<html/>", CALLED[:200], b"<!DOCTYPE a []>" + CALLED):
        with pytest.raises(errors.DiagramRefused):
            save(sessions, unreadable, revision=revision)
    with pytest.raises(errors.WrongProcedure) as wrong:
        save(sessions, CALLER, revision=revision)
    assert "caller" in wrong.value.text.zh
    assert kept(sessions) == broken


def test_it_begins_a_procedure_that_runs_as_it_is(sessions: Sessions) -> None:
    with database.writing(sessions) as session:
        name = Text("请假 <&>", 'Leave "now"')
        draft = drafts.begin(session, owner(session), "leave_request", name, "account_executive")
        assert [d.process_id for d in drafts.unreleased(session)] == ["leave_request"]
        found = drafts.check(session, "leave_request", draft.xml)
        assert {(p.severity, p.code) for p in found} == {("warning", "undocumented")}
        (process,) = read(draft.xml).processes
        assert (process.name.zh, process.name.en) == (name.zh, name.en)
        done = drafts.deploy(session, owner(session), "leave_request", draft.xml, revision=1)
        assert (done.definition.version, done.is_new, done.on_older) == (1, True, 0)
        assert drafts.unreleased(session) == []
    agency = Agency(sessions)
    number = agency.begin("ae", "leave_request", subject="年假")
    agency.do("ae", number, "first_task")
    assert agency.case(number).status == "ended"
    assert agency.case(number).title == "年假"


@pytest.mark.parametrize("process_id", ["", "Leave", "请假", "a b", "../x", "a" * 61, "1st"])
def test_it_begins_nothing_under_an_id_that_will_not_do(
    sessions: Sessions, process_id: str
) -> None:
    with database.writing(sessions) as session, pytest.raises(errors.ProcedureIdRefused):
        drafts.begin(session, owner(session), process_id, Text("x", "x"), "account_executive")


def test_it_begins_nothing_over_what_is_there(sessions: Sessions) -> None:
    deploy(sessions, CALLED)
    with database.writing(sessions) as session:
        with pytest.raises(errors.ProcedureExists):
            drafts.begin(session, owner(session), "called", Text("x", "x"), "account_executive")
        with pytest.raises(errors.NotFound):
            drafts.begin(session, owner(session), "fresh", Text("x", "x"), "nobody")
        with pytest.raises(errors.ProcedureExists):
            drafts.bring(session, owner(session), CALLED)
        assert drafts.bring(session, owner(session), CALLER).process_id == "caller"
        foreign = CALLED.replace(b'id="called"', b'id="Process_0x1-a"')
        assert drafts.bring(session, owner(session), foreign).process_id == "Process_0x1-a"
        with pytest.raises(errors.ProcedureIdRefused):
            drafts.bring(session, owner(session), CALLED.replace(b'id="called"', b'id="a/b"'))
        with pytest.raises(errors.ProcedureExists):
            drafts.bring(session, owner(session), CALLER)


def test_it_checks_as_a_deployment_would(sessions: Sessions) -> None:
    def codes(xml: bytes, process_id: str) -> set[tuple[str, str]]:
        with database.reading(sessions) as session:
            found = drafts.check(session, process_id, xml)
        return {(p.code, p.element_id) for p in found if p.is_error}

    assert {element for _, element in codes(CALLER, "caller")} == {"part"}, "it calls nothing yet"
    deploy(sessions, CALLED)
    assert codes(CALLER, "caller") == set()
    assert codes(CALLER.replace(b'"executor"', b'"nobodies"'), "caller")
    assert codes(b"<nothing", "caller") == {("broken_xml", "")}
    assert codes(CALLED, "caller") == {("wrong_procedure", "")}


def test_it_deploys_the_draft_and_lets_it_go(sessions: Sessions) -> None:
    agency = Agency(sessions, CALLER, CALLED)
    agency.begin("ex1", "caller")
    edited = changed(CALLER, "work")
    with database.writing(sessions) as session:
        was = definitions.current(session, "caller")
        person = owner(session)
        draft = drafts.save(session, person, "caller", edited, revision=0, definition_id=was.id)
        assert draft.file == was.file
        done = drafts.deploy(session, person, "caller", edited, revision=1, note="nicer")
        assert (done.definition.version, done.definition.note, done.on_older) == (2, "nicer", 1)
        assert (done.definition.deployed_by, done.definition.file) == ("owner", was.file)
        assert drafts.of(session, "caller") is None
        again = drafts.deploy(session, person, "caller", edited, revision=0)
        assert (again.is_new, again.definition.version) == (False, 2)


def test_it_deploys_nothing_over_what_somebody_saved_in_between(sessions: Sessions) -> None:
    deploy(sessions, CALLED)
    save(sessions, changed(CALLED), revision=0, who="admin")
    with database.writing(sessions) as session:
        with pytest.raises(errors.DraftChanged):
            drafts.deploy(session, owner(session), "called", CALLED, revision=0)
        assert definitions.current(session, "called").version == 1


def test_it_deploys_nothing_over_a_version_that_one_does_not_know_of(sessions: Sessions) -> None:
    clock.set(MORNING)
    deploy(sessions, CALLED)
    theirs = changed(CALLED)
    with database.writing(sessions) as session:
        definitions.deploy(session, owner(session, "admin"), {"called.bpmn": theirs})
        person, mine = owner(session), CALLED.replace(b'name="look"', b'name="mine"')
        with pytest.raises(errors.DeployedMeanwhile) as refused:
            drafts.deploy(session, person, "called", mine, revision=0, seen=1)
        assert "管理" in refused.value.text.zh
        assert refused.value.details["when"] == MORNING
        assert definitions.xml(session, definitions.current(session, "called").id) == theirs
        done = drafts.deploy(session, person, "called", mine, revision=0, seen=2)
        assert done.definition.version == 3


def test_it_keeps_the_draft_when_the_drawing_is_refused(sessions: Sessions) -> None:
    broken = CALLED.replace(b'targetRef="seen"', b'targetRef="nowhere"')
    revision = save(sessions, broken, revision=0)
    with database.writing(sessions) as session, pytest.raises(errors.DiagramRefused):
        drafts.deploy(session, owner(session), "called", broken, revision=revision)
    assert kept(sessions) == broken


def test_it_names_the_callers_and_deploys_those_one_wants_again(sessions: Sessions) -> None:
    deploy(sessions, OUTER, CALLER, CALLED)
    with database.writing(sessions) as session:
        person = owner(session)
        assert {d.process_id for d in versions.callers(session, "called")} == {"caller", "outer"}
        drafts.deploy(session, person, "called", changed(CALLED), revision=0)
        caller = definitions.current(session, "caller")
        assert caller.version == 1, "nobody asked for it"
        done = drafts.deploy(
            session, person, "called", CALLED, revision=0, redeploy=["caller", "outer", "other"]
        )
        assert {d.process_id for d in done.deployed.new} == {"called", "caller", "outer"}
        assert definitions.current(session, "caller").pins["called"] == done.definition.id


def test_it_deploys_the_draft_also_when_a_caller_was_deployed_from_a_file_of_the_same_name(
    sessions: Sessions,
) -> None:
    with database.writing(sessions) as session:
        person = owner(session)
        definitions.deploy(session, person, {"diagram_1.bpmn": CALLED})
        definitions.deploy(session, person, {"diagram_1.bpmn": CALLER})
        edited = changed(CALLED)
        done = drafts.deploy(session, person, "called", edited, revision=0, redeploy=["caller"])
        assert {d.process_id for d in done.deployed.new} == {"called", "caller"}
        assert definitions.xml(session, done.definition.id) == edited


def test_it_takes_what_was_agreed_to_of_a_caller_for_the_caller_only(sessions: Sessions) -> None:
    mark, agreed = b'isExecutable="true"', ["not_executable"]
    assert mark in CALLER
    with database.writing(sessions) as session:
        person = owner(session)
        files = {"a.bpmn": CALLED, "b.bpmn": CALLER.replace(mark, b'isExecutable="false"')}
        definitions.deploy(session, person, files, consents=agreed)
        edited = changed(CALLED).replace(mark, b'isExecutable="false"')
        with pytest.raises(errors.DiagramRefused) as refused:
            drafts.deploy(session, person, "called", edited, revision=0, redeploy=["caller"])
        assert [p.consent for p in refused.value.problems if p.is_error] == agreed
        done = drafts.deploy(
            *(session, person, "called", edited), revision=0, redeploy=["caller"], consents=agreed
        )
        assert {d.process_id for d in done.deployed.new} == {"called", "caller"}


def test_it_deploys_the_draft_also_when_its_caller_is_drawn_in_it(sessions: Sessions) -> None:
    def both(label: bytes) -> bytes:
        _, _, rest = CALLED.partition(b"<bpmn:process")
        own, _, _ = rest.partition(b"</bpmn:process>")
        process = b"<bpmn:process" + own + b"</bpmn:process>"
        # Ids are those of the whole file, and a lane's is that of its group.
        process = process.replace(b"executor", b"manager").replace(b"lanes", b"called_lanes")
        return CALLER.replace(b"<bpmn:process", process + b"<bpmn:process", 1).replace(
            b'name="look"', label
        )

    with database.writing(sessions) as session:
        person = owner(session)
        definitions.deploy(session, person, {"both.bpmn": both(b'name="look"')})
        edited = both(b'name="changed"')
        done = drafts.deploy(session, person, "called", edited, revision=0, redeploy=["caller"])
        assert {d.process_id for d in done.deployed.new} == {"called", "caller"}
        assert definitions.xml(session, done.definition.id) == edited


def test_it_forgets_the_drawing_of_nobody(sessions: Sessions) -> None:
    with database.reading(sessions) as session:
        assert session.query(Draft).count() == 0
        assert drafts.unreleased(session) == []
