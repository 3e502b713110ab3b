"""Versions of procedures: deployed together or not at all, pinned, never changed."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect, select

from engine import database, definitions, errors
from engine.database import Sessions
from engine.models import Definition, Person
from tests.engine.agency import Agency
from tests.engine.drawings import deploy, draw

CALLED = draw(
    "called",
    """
    start go
    user look lane=executor
    end seen
    go > look > seen
    """,
)
CALLER = draw(
    "caller",
    """
    start begin lane=executor
    user work lane=executor
    call part calls=called
    end done
    begin > work > part > done
    """,
)
OUTER = draw(
    "outer",
    """
    start begin lane=executor
    call part calls=caller
    end done
    begin > part > done
    """,
)


def changed(drawing: bytes, name: str = "look") -> bytes:
    """The same drawing with another label on one of its tasks."""
    was = f'name="{name}"'.encode()
    assert was in drawing
    return drawing.replace(was, b'name="changed"')


def versions(sessions: Sessions) -> list[tuple[str, int, bool]]:
    with database.reading(sessions) as session:
        found = session.scalars(select(Definition).order_by(Definition.id))
        return [(d.process_id, d.version, d.current) for d in found]


def test_it_deploys_a_set_and_finds_what_it_calls(sessions: Sessions) -> None:
    done = deploy(sessions, OUTER, CALLER, CALLED)
    assert [d.process_id for d in done.new] == ["called", "caller", "outer"], "callees first"
    pins = {d.process_id: d.pins for d in done.new}
    ids = {d.process_id: d.id for d in done.new}
    assert pins["called"] == {}
    assert pins["caller"] == {"called": ids["called"]}
    assert pins["outer"] == {"caller": ids["caller"], "called": ids["called"]}
    with database.reading(sessions) as session:
        executor = session.get_one(Person, "ex1")
        startable = [d.process_id for d in definitions.startable(session, executor)]
    assert startable == ["outer"], "what is called is not started by hand"


def test_it_makes_no_new_version_of_what_is_the_same(sessions: Sessions) -> None:
    deploy(sessions, CALLER, CALLED)
    again = deploy(sessions, CALLER, CALLED)
    assert again.new == []
    assert sorted(d.process_id for d in again.unchanged) == ["called", "caller"]
    assert versions(sessions) == [("called", 1, True), ("caller", 1, True)]


def test_it_makes_new_versions_of_the_callers_in_the_set_only(sessions: Sessions) -> None:
    deploy(sessions, OUTER, CALLER, CALLED)
    done = deploy(sessions, changed(CALLED))
    assert [d.process_id for d in done.new] == ["called"]
    with database.reading(sessions) as session:
        caller = definitions.current(session, "caller")
        drawing = definitions.drawing(session, caller.id)
        assert drawing.element("called", "look").name.zh == "look"  # type: ignore[union-attr]
    done = deploy(sessions, CALLER, changed(CALLED))
    assert [d.process_id for d in done.new] == ["caller"]
    assert [d.process_id for d in done.unchanged] == ["called"]
    with database.reading(sessions) as session:
        drawing = definitions.drawing(session, done.new[0].id)
        assert drawing.element("called", "look").name.zh == "changed"  # type: ignore[union-attr]
        assert drawing.element("called", "nothing") is None
        assert drawing.element("nothing", "look") is None
        outer = definitions.current(session, "outer")
        assert definitions.drawing(session, outer.id).definition_ids["caller"] == caller.id


def test_it_lets_a_running_case_keep_its_versions(sessions: Sessions) -> None:
    agency = Agency(sessions, CALLER, CALLED)
    before = agency.begin("ex1", "caller")
    deploy(sessions, CALLER, changed(CALLED))
    after = agency.begin("ex1", "caller")
    for number in (before, after):
        agency.do("ex1", number, "work")
    assert [agency.task(n, "look").name.zh for n in (before, after)] == ["look", "changed"]
    for number in (before, after):
        agency.do("ex1", number, "look")
        assert agency.case(number).status == "ended"


def test_it_lets_a_running_case_go_on_in_a_process_that_has_just_started(
    sessions: Sessions,
) -> None:
    agency = Agency(sessions, CALLER, CALLED)
    number = agency.begin("ex1", "caller")
    deploy(sessions, CALLER, changed(CALLED))
    definitions._programs.clear()
    definitions._drawings.clear()
    agency.do("ex1", number, "work")
    assert agency.task(number, "look").name.zh == "look"


def test_it_never_changes_a_version_once_deployed(sessions: Sessions) -> None:
    (made,) = deploy(sessions, CALLED).new
    kept = {c.key for c in inspect(Definition).columns} - {"current"}

    def row() -> dict[str, object]:
        with database.reading(sessions) as session:
            found = session.get_one(Definition, made.id)
            return {name: getattr(found, name) for name in kept}

    before = row()
    assert before["xml"] == CALLED, "byte for byte as it was sent"
    deploy(sessions, changed(CALLED))
    deploy(sessions, CALLER, CALLED)
    assert row() == before
    with database.reading(sessions) as session:
        assert definitions.xml(session, made.id) == CALLED
        with pytest.raises(errors.NotFound):
            definitions.xml(session, 10**6)
        with pytest.raises(errors.NotFound):
            definitions.get(session, 10**6)


def test_it_deploys_all_of_a_set_or_none(sessions: Sessions) -> None:
    deploy(sessions, CALLED)
    broken = CALLER.replace(b'targetRef="work"', b'targetRef="nowhere"')
    with pytest.raises(errors.DiagramRefused):
        deploy(sessions, changed(CALLED), broken)
    assert versions(sessions) == [("called", 1, True)]
    with pytest.raises(errors.DiagramRefused):
        deploy_files(sessions, {"a.bpmn": changed(CALLED), "b.bpmn": b"<not xml"})
    with pytest.raises(errors.DiagramRefused):
        deploy(sessions, OUTER)
    assert versions(sessions) == [("called", 1, True)]


def deploy_files(sessions: Sessions, files: dict[str, bytes]) -> None:
    with database.writing(sessions) as session:
        definitions.deploy(session, None, files)


def test_it_names_file_line_and_element_in_both_languages(sessions: Sessions) -> None:
    xml = CALLER.replace(b'calledElement="called"', b'calledElement="missing"')
    line = 1 + xml[: xml.index(b'<bpmn:callActivity id="part"')].count(b"\n")
    with pytest.raises(errors.DiagramRefused) as refused:
        deploy_files(sessions, {"shared/caller.bpmn": xml})
    (problem,) = [p for p in refused.value.problems if p.is_error]
    assert (problem.file, problem.line, problem.element_id) == ("shared/caller.bpmn", line, "part")
    assert str(problem).startswith(f"shared/caller.bpmn:{line}: part")
    assert problem.text.zh
    assert problem.text.en
    assert problem.text.zh != problem.text.en
    assert "missing" in problem.text.zh
    assert "1" in refused.value.text.zh


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"\x00\x01\x02",
        b"<html/>",
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<?xml version="1.0"?><bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
        CALLED.replace(b"utf-8", b"utf-7"),
        CALLED[: len(CALLED) // 2],
        CALLED + b" " * 10_500_000,
    ],
    ids=["empty", "noise", "web page", "doctype", "no process", "encoding", "cut off", "huge"],
)
def test_it_refuses_what_is_no_diagram(sessions: Sessions, xml: bytes) -> None:
    if b"UTF-8" in xml:
        xml = xml.replace(b"UTF-8", b"UTF-99")
    with pytest.raises(errors.DiagramRefused) as refused:
        deploy_files(sessions, {"a.bpmn": xml})
    assert refused.value.problems[0].file == "a.bpmn"
    assert versions(sessions) == []


def test_it_forgets_what_was_rolled_back(sessions: Sessions) -> None:
    with sessions() as session:
        done = definitions.deploy(session, None, {"a.bpmn": CALLED})
        definitions.program(session, done.new[0].id)
        definitions.drawing(session, done.new[0].id)
        session.rollback()
    (made,) = deploy(sessions, changed(CALLED)).new
    with database.reading(sessions) as session:
        element = definitions.drawing(session, made.id).element("called", "look")
        assert element is not None
        assert element.name.zh == "changed"


def test_it_knows_who_deployed_and_why(sessions: Sessions) -> None:
    with database.writing(sessions) as session:
        owner = session.get_one(Person, "owner")
        done = definitions.deploy(session, owner, {"a.bpmn": CALLED}, note="first")
        assert (done.new[0].deployed_by, done.new[0].note, done.new[0].file) == (
            "owner",
            "first",
            "a.bpmn",
        )
        assert [d.process_id for d in definitions.listed(session)] == ["called"]
        with pytest.raises(errors.NotFound):
            definitions.current(session, "nothing")
