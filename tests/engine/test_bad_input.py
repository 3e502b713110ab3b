"""Whatever is sent as a drawing: a clear answer in its place, and nothing half-deployed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from sqlalchemy import func, select

from engine import database, definitions, errors, repairs
from engine.database import Sessions
from engine.diagrams import MAX_BYTES, Problem
from engine.models import Definition, Deployment
from tests.benchmarks import diagrams as drawn
from tests.conftest import PROCESSES
from tests.engine.drawings import draw
from tests.engine.test_breadth import FILES, begun_in_memory, is_placed

GOOD = draw(
    "good",
    """
    start begin lane=executor
    user work lane=executor
    end done
    begin > work > done
    """,
)
_OF_PYTHON = re.compile(r"Traceback|NoneType|object at 0x|Exception|\w+Error\b|lxml|SpiffWorkflow")


def refused(sessions: Sessions, files: Mapping[str, bytes]) -> list[Problem]:
    """Deploy files that cannot be, in one transaction that goes on; nothing of them is left."""
    with database.writing(sessions) as session:
        definitions.deploy(session, None, {"good.bpmn": GOOD})
        before = rows(session)
        with pytest.raises(errors.DiagramRefused) as refusal:
            definitions.deploy(session, None, files, consents=repairs.CONSENTS)
        assert rows(session) == before
    with database.reading(sessions) as session:
        assert rows(session) == before
        assert definitions.current(session, "good").version == 1
    return spoken(refusal.value.problems)


def rows(session: database.Session) -> tuple[int, int]:
    return (
        session.scalar(select(func.count(Definition.id))) or 0,
        session.scalar(select(func.count(Deployment.id))) or 0,
    )


def spoken(problems: list[Problem], *, anonymous: bool = False) -> list[Problem]:
    """The errors, each with its place and words for people in both languages.

    Only where no process has an id, in an `anonymous` file, may one be without an element.
    """
    wrong = [problem for problem in problems if problem.is_error]
    assert wrong
    for problem in problems:
        assert problem.line > 0, str(problem)
        assert is_placed(problem) or anonymous or not problem.is_error, str(problem)
        assert re.search("[\u4e00-\u9fff]", problem.message.zh)
        assert not _OF_PYTHON.search(re.sub(r'"[^"]*"', "", problem.message.en)), str(problem)
    return wrong


BOMB = (
    b'<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(
        b'<!ENTITY %s "%s">' % (name, b"&%s;" % before * 10)
        for before, name in zip(b"abcdefgh", b"bcdefghi", strict=True)
        for before, name in [(bytes([before]), bytes([name]))]
    )
    + b"]>"
)
LIES = GOOD.replace(b"UTF-8", b"UTF-16")
#: What is wrong with a file that cannot be read at all, and where that is said to be.
UNREADABLE = {
    "nothing": (b"", "broken_xml"),
    "truncated": (GOOD[: len(GOOD) // 2], "broken_xml"),
    "cut in a letter": (GOOD.replace(b'name="work"', 'name="客"'.encode()[:-2]), "broken_xml"),
    "mis-encoded": (
        '<?xml version="1.0" encoding="UTF-8"?><a b="客"/>'.encode("gb18030"),
        "broken_xml",
    ),
    "an encoding that it has not": (LIES, "broken_xml"),
    "an encoding that there is not": (GOOD.replace(b"UTF-8", b"KLINGON"), "broken_xml"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "broken_xml"),
    "a web page": (b"<!DOCTYPE html><html><body>no</body></html>", "doctype"),
    "other XML": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_bpmn"),
    "a DOCTYPE": (b"<!DOCTYPE definitions SYSTEM 'file:///etc/passwd'>" + GOOD[39:], "doctype"),
    "an entity bomb": (BOMB + b"<definitions>&i;</definitions>", "doctype"),
    "too large": (b"<" * (MAX_BYTES + 1), "too_large"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_it_says_what_is_wrong_with_a_file_that_it_cannot_read(
    what: str, sessions: Sessions
) -> None:
    xml, code = UNREADABLE[what]
    (problem,) = refused(sessions, {"good.bpmn": GOOD + b"\n", "bad.bpmn": xml})
    assert (problem.code, problem.file) == (code, "bad.bpmn")


def test_a_file_that_is_too_large_is_refused_before_it_is_looked_at() -> None:
    (problem,) = definitions.check(GOOD + b" " * MAX_BYTES, file="large.bpmn")
    assert problem.code == "too_large"


def test_a_deep_file_is_refused_and_hurts_nobody(sessions: Sessions) -> None:
    deep = GOOD.replace(b"<bpmn:userTask", b"<bpmn:subProcess>" * 5000 + b"<bpmn:userTask")
    assert refused(sessions, {"good.bpmn": deep})[0].code == "broken_xml"


SCRIPTS = {
    "a script task": '<bpmn:scriptTask id="work" scriptFormat="python"><bpmn:script>import os'
    "</bpmn:script></bpmn:scriptTask>",
    "a listener": '<bpmn:userTask id="work" camunda:candidateGroups="executor"><bpmn:extensionElements>'
    '<camunda:taskListener event="create"><camunda:script scriptFormat="groovy">x</camunda:script>'
    "</camunda:taskListener></bpmn:extensionElements></bpmn:userTask>",
    "a Java class": '<bpmn:serviceTask id="work" camunda:class="org.example.Delete"/>',
    "an expression": '<bpmn:userTask id="work" camunda:assignee="${(lambda: 1)()}"/>',
    "an import": '<bpmn:userTask id="work" camunda:assignee="${__import__(\'os\').name}"/>',
}


@pytest.mark.parametrize("what", SCRIPTS)
def test_it_refuses_programs(what: str, sessions: Sessions) -> None:
    task = re.search(rb'<bpmn:userTask id="work".*?(/>|</bpmn:userTask>)', GOOD, re.DOTALL)
    assert task
    xml = GOOD.replace(task[0], SCRIPTS[what].encode())
    assert "work" in {problem.element_id for problem in refused(sessions, {"good.bpmn": xml})}


def test_thousands_of_elements_are_refused_by_their_number(sessions: Sessions) -> None:
    found = refused(sessions, {"bench_sequence.bpmn": drawn.sequence(1998)})
    assert [problem.code for problem in found] == ["too_many_elements"]


def test_ids_may_be_chinese(sessions: Sessions) -> None:
    xml = GOOD.replace(b'"work"', '"审核"'.encode()).replace(b">work<", ">审核<".encode())
    with database.writing(sessions) as session:
        made = definitions.deploy(session, None, {"good.bpmn": xml}).new[0]
        assert "审核" in definitions.drawing(session, made.id).process.elements


def test_an_id_that_stands_there_twice_is_said_to(sessions: Sessions) -> None:
    xml = GOOD.replace(b'<bpmn:endEvent id="done"', b'<bpmn:endEvent id="work"')
    found = refused(sessions, {"good.bpmn": xml})
    assert ("duplicate_id", "work") in {(p.code, p.element_id) for p in found}


def test_diagrams_that_call_each_other_are_refused(sessions: Sessions) -> None:
    def calling(own: str, other: str) -> bytes:
        return draw(
            own,
            f"""
            start begin lane=executor
            call part calls={other}
            end done
            begin > part > done
            """,
        )

    found = refused(sessions, {"a.bpmn": calling("a", "b"), "b.bpmn": calling("b", "a")})
    assert {(p.code, p.file, p.element_id) for p in found} == {
        ("recursion", "a.bpmn", "part"),
        ("recursion", "b.bpmn", "part"),
    }
    assert {p.code for p in refused(sessions, {"a.bpmn": calling("a", "a")})} == {"recursion"}


def test_two_files_with_one_process_are_refused(sessions: Sessions) -> None:
    found = refused(sessions, {"good.bpmn": GOOD, "again.bpmn": GOOD})
    assert [(p.code, p.element_id) for p in found] == [("same_process", "good")]


# Real drawings, damaged: an answer in its place, whatever it is.

#: A few of each kind: the sets are large, and their files alike.
SOME = [*FILES[::12], *sorted(PROCESSES.rglob("*.bpmn"))[::3]]
VALUES = st.sampled_from(
    [
        "",
        "x",
        "${",
        "${a &&}",
        "=1 +",
        "true",
        "a b",
        "客",
        "-1",
        "P1D",
        "\u2028",
        "work",
        "0" * 300,
    ]
)


@st.composite
def damaged(draw_: st.DrawFn) -> bytes:
    """A real drawing of which some elements, attributes or texts were changed."""
    xml = draw_(st.sampled_from(SOME)).read_bytes()
    root = etree.fromstring(xml, etree.XMLParser(recover=True, resolve_entities=False))
    for _ in range(draw_(st.integers(1, 5))):
        nodes = [node for node in root.iter(etree.Element) if "/BPMN/20100524/DI" not in node.tag]
        node = nodes[draw_(st.integers(0, len(nodes) - 1))]
        above = node.getparent()
        what = draw_(st.sampled_from(["remove", "attribute", "without", "text", "double", "tag"]))
        names = sorted(map(str, node.attrib))
        if what == "remove" and above is not None:
            above.remove(node)
        elif what == "attribute" and names:
            node.set(draw_(st.sampled_from(names)), draw_(VALUES))
        elif what == "without" and names:
            del node.attrib[draw_(st.sampled_from(names))]
        elif what == "text":
            node.text = draw_(VALUES)
        elif what == "double" and above is not None:
            above.append(etree.fromstring(etree.tostring(node)))
        elif what == "tag" and above is not None:
            node.tag = draw_(st.sampled_from([other.tag for other in nodes]))
    return etree.tostring(root)


@pytest.mark.skipif(not FILES, reason="there are no diagrams of other tools to be damaged")
@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(xml=damaged())
def test_a_damaged_drawing_is_deployed_or_refused_in_its_place(
    xml: bytes, sessions: Sessions
) -> None:
    problems = definitions.check(xml, file="damaged.bpmn", consents=repairs.CONSENTS)
    anonymous = re.search(rb"process [^>]*\bid=\"[^\"]", xml) is None
    if any(problem.is_error for problem in problems):
        spoken(problems, anonymous=anonymous)
    with database.writing(sessions) as session:
        try:
            with session.begin_nested():
                done = definitions.deploy(
                    session, None, {"damaged.bpmn": xml}, consents=repairs.CONSENTS
                )
                for definition in done.new:
                    program = definitions.program(session, definition.id)
                    # Data that is not there stops a step, as it would any case: with an incident.
                    with suppress(errors.StepFailed):
                        begun_in_memory(program, definition)
        except errors.DiagramRefused as refusal:
            spoken(refusal.problems, anonymous=anonymous)
        finally:
            session.rollback()
