"""Real drawings of thirteen tools: each runs, runs once it is understood, or is refused in place."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from engine import database, definitions, errors, instances, people, repairs, runtime
from engine.database import Sessions
from engine.diagrams import Diagram, Problem
from engine.expressions import Context
from engine.models import Definition, Group, Membership, Person

FOLDER = Path(__file__).parents[2].parent / "shared" / "diagrams"
FILES = sorted(path for path in FOLDER.rglob("*") if path.suffix in (".bpmn", ".dmn"))
COLUMNS = ("as it is", "after repairs", "refused in place", "anything else")
#: What is wrong with a file as a whole: no element of it is to blame.
OF_THE_FILE = {"broken_xml", "not_bpmn", "no_process", "too_large", "doctype"}


@pytest.mark.skipif(not FILES, reason=f"there are no diagrams of other tools in {FOLDER}")
def test_it_deploys_or_refuses_in_place_whatever_other_tools_draw(
    sessions: Sessions, capsys: pytest.CaptureFixture[str]
) -> None:
    table: dict[str, Counter[str]] = {}
    reasons: Counter[str] = Counter()
    strange: list[str] = []
    with database.writing(sessions) as session:
        for path in FILES:
            with undone(session):
                column, said = outcome(session, path)
            table.setdefault(path.parent.name, Counter())[column] += 1
            reasons.update(said if column == "refused in place" else ())
            if column == "anything else":
                strange.append(f"{path.relative_to(FOLDER)}: {'; '.join(said)}")
    with capsys.disabled():
        sys.stdout.write(shown(table, reasons))
    assert strange == []


def outcome(session: Session, path: Path) -> tuple[str, list[str]]:
    """Deploy one file, start a case of each process in it, and say how that went."""
    files = together(path)
    try:
        codes = enrolled(session, files)
        done = definitions.deploy(session, None, files, consents=codes)
        for definition in done.new:
            begun(session, definition)
    except errors.DiagramRefused as refused:
        wrong = [problem for problem in refused.problems if problem.is_error]
        nowhere = [str(problem) for problem in wrong if not is_placed(problem)]
        if nowhere or not wrong:
            return "anything else", nowhere or ["refused without an error"]
        return "refused in place", sorted({problem.code for problem in wrong})
    except Exception as error:
        # Whatever it is that a stranger's file leads to, it belongs into the last column.
        return "anything else", [f"{type(error).__name__}: {error}"]
    understood = repairs.understand(files[path.name], file=path.name).understood
    return "after repairs" if understood else "as it is", []


def together(path: Path) -> dict[str, bytes]:
    """A file with those of its example that it calls: they are deployed as one set."""
    example, _, _ = path.name.partition("--")
    others = {p.name: p.read_bytes() for p in FILES if p.name.startswith(f"{example}--")}
    read = {name: drawn for name, xml in others.items() if (drawn := understood(xml, name))}
    found, waiting = {path.name: path.read_bytes()}, [path.name]
    while waiting:
        drawn = read.get(waiting.pop())
        called = (
            {e.called_element for p in drawn.processes for e in p.elements.values()}
            if drawn
            else set()
        )
        for name, other in read.items():
            if name not in found and called & {p.id for p in other.processes}:
                found[name] = others[name]
                waiting.append(name)
    return found


def understood(xml: bytes, name: str) -> Diagram | None:
    try:
        return repairs.understand(xml, file=name).diagram
    except errors.DiagramRefused:
        return None


def enrolled(session: Session, files: dict[str, bytes]) -> list[str]:
    """Make the groups that the files name, with one person in all of them; agree to all."""
    groups: set[str] = set()
    for name, xml in files.items():
        for process in drawn.processes if (drawn := understood(xml, name)) else ():
            groups |= process.lanes.keys()
            groups |= {g for e in process.elements.values() for g in e.candidate_groups}
    for group in groups:
        if session.get(Group, group[:100]) is None:
            session.add(Group(id=group[:100], name_zh=group[:100], name_en=group[:100]))
    session.flush()
    has = people.groups(session, session.get_one(Person, "owner"))
    session.add_all(Membership(person_id="owner", group_id=group[:100]) for group in groups - has)
    session.flush()
    return list(repairs.CONSENTS)


def begun(session: Session, definition: Definition) -> None:
    """Start a case: by hand through the one door where a person may, else in memory."""
    if definition.starter_group and not asks(session, definition):
        instances.start(session, session.get_one(Person, "owner"), definition, answers={})
    else:
        begun_in_memory(definitions.program(session, definition.id), definition)


def begun_in_memory(program: runtime.Program, definition: Definition) -> None:
    """Start a case by hand, or by the first message or signal that starts one."""
    if definition.start_messages and all(start.event for start in program.start_events):
        first = next(iter(definition.start_messages.values()))
        runtime.Run.start_by_message(program, first, {})
    else:
        runtime.Run.start(program, context_of=lambda _: Context(case={"starter": "owner"}))


def asks(session: Session, definition: Definition) -> bool:
    """Whether a form is filled in to start a case."""
    return bool(definitions.form_at_start(session, definition).items)


def is_placed(problem: Problem) -> bool:
    """Whether a refusal names a line and, unless the whole file is at fault, an element."""
    return problem.line > 0 and bool(problem.element_id or problem.code in OF_THE_FILE)


@contextmanager
def undone(session: Session) -> Iterator[None]:
    """Let what is done here leave nothing behind."""
    savepoint = session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        session.expire_all()


def shown(table: dict[str, Counter[str]], reasons: Counter[str]) -> str:
    """The table, and how many of the files are refused for what."""
    lines = [" " * 36 + "".join(f"{column:>18}" for column in COLUMNS)]
    for name, counts in (*table.items(), ("all", sum(table.values(), Counter()))):
        lines.append(f"{name:36}" + "".join(f"{counts[column]:18}" for column in COLUMNS))
    lines.append("refused for: " + ", ".join(f"{code} {n}" for code, n in reasons.most_common()))
    return "\n" + "\n".join(lines) + "\n"
