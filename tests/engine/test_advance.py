"""The one door: all that a step changes is written in one transaction, or none of it is."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, text

import engine.advance
from engine import database, errors, tasks
from engine.database import Base, Sessions
from engine.models import Person
from tests.engine.agency import Agency
from tests.engine.drawings import draw

BUSY = draw(
    "busy",
    """
    start begin lane=executor fields="client:text!"
    user work lane=executor fields="client:text! file:file"
    boundary waited on=work timer=P1D
    both split
    throw tell message=told correlationKey=case.number payload="{'n': 1}"
    user more lane=executor
    boundary late on=more timer=PT1H
    catch answer message=answered correlationKey=case.number
    both join
    end done
    end gave_up
    begin > work > split > tell > join > done
    split > more > join
    split > answer > join
    waited > gave_up
    late > gave_up
    """,
    **{"case.title": "client", "case.fields": "client"},
)


def everything(sessions: Sessions) -> dict[str, list[Any]]:
    """All rows of all tables."""
    with database.reading(sessions) as session:
        return {
            table.name: sorted(map(repr, session.execute(table.select())))
            for table in Base.metadata.sorted_tables
        }


WRITERS = (
    "assignments.write",
    "assignments.forget",
    "due.write",
    "due.forget",
    "inbox.write",
    "outbox.write",
    "documents.link",
    "history.record_all",
    "casefields.write",
)


@pytest.mark.parametrize("writer", WRITERS)
def test_it_writes_all_of_a_step_or_nothing(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch, writer: str
) -> None:
    agency = Agency(sessions, BUSY)
    number = agency.begin("ex1", "busy", client="茶")
    file = agency.attached("ex1")
    before = everything(sessions)
    module, name = writer.split(".")
    real = getattr(getattr(engine.advance, module), name)

    def breaks(*given: Any, **more: Any) -> None:
        real(*given, **more)
        raise ConnectionError(writer)

    with monkeypatch.context() as patch:
        patch.setattr(getattr(engine.advance, module), name, breaks)
        with pytest.raises(ConnectionError, match=writer):
            agency.do("ex1", number, "work", client="水", file=[file])
    assert everything(sessions) == before
    agency.do("ex1", number, "work", client="水", file=[file])
    after = everything(sessions)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {
        *("instance", "task", "candidate", "timer", "message", "subscription"),
        *("event", "field", "case_document"),
    }


def test_it_commits_a_step_once(sessions: Sessions) -> None:
    agency = Agency(sessions, BUSY)
    number = agency.begin("ex1", "busy", client="茶")
    task_id = agency.task(number, "work").id
    commits: list[object] = []
    event.listen(sessions.kw["bind"], "commit", commits.append)
    agency.finish("ex1", task_id, client="水")
    assert len(commits) == 1


def test_it_writes_nothing_over_what_somebody_else_wrote_meanwhile(sessions: Sessions) -> None:
    agency = Agency(sessions, BUSY)
    number = agency.begin("ex1", "busy", client="茶")
    task_id = agency.task(number, "work").id
    before = everything(sessions)
    with sessions() as session:
        person = session.get_one(Person, "ex1")
        real = engine.advance._write_instance

        def late(*given: Any) -> None:
            # As if another writer had come through without the lock.
            session.execute(text("UPDATE instance SET revision = revision + 1"))
            real(*given)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine.advance, "_write_instance", late)
            with pytest.raises(errors.ChangedMeanwhile):
                tasks.complete(session, person, task_id, answers={"client": "水"})
        session.rollback()
    assert everything(sessions) == before
    agency.finish("ex1", task_id, client="水")


def test_it_comes_to_the_same_place_however_often_it_is_saved(sessions: Sessions) -> None:
    """Between any two steps there is nothing but rows: a new engine on them goes on."""
    agency = Agency(sessions, BUSY)
    number = agency.begin("ex1", "busy", client="茶")
    for step in ("work", "more"):
        agency = Agency(database.sessions(sessions.kw["bind"]))
        agency.do("ex1", number, step, **({"client": "水"} if step == "work" else {}))
    agency.send("answered", number)
    agency.work()
    assert agency.case(number).outcome == "done"
    assert agency.waits(number) == []
