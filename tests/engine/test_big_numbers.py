"""Numbers that no row has, typed into an address or a form: nothing is there, whatever their size."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from engine import cases, database, definitions, documents, errors, tasks
from engine.database import Sessions
from engine.models import Person
from tests.engine.agency import Agency
from tests.engine.drawings import draw

FILES = draw(
    "files",
    """
    start begin lane=executor fields="brief:file"
    user work lane=executor
    end done
    begin > work > done
    """,
)
HUGE = (2**31, 2**63 - 1, 2**63, 10**40, -(10**40))


@pytest.mark.parametrize("number", HUGE)
def test_it_finds_nothing_under_a_number_of_any_size(sessions: Sessions, number: int) -> None:
    agency = Agency(sessions, FILES)
    case = agency.begin("ex1", "files", brief=[])
    lookups: list[Callable[[Session, Person], object]] = [
        lambda session, person: documents.opened(session, person, number),
        lambda session, _: definitions.get(session, number),
        lambda session, _: definitions.xml(session, number),
        lambda session, person: cases.resolve(session, person, case, number),
    ]
    for look in lookups:
        with database.reading(sessions) as session:
            manager = session.get_one(Person, "manager")
            with pytest.raises(errors.NotFound):
                look(session, manager)
    with database.reading(sessions) as session:
        manager = session.get_one(Person, "manager")
        for listed in (
            tasks.listed(session, manager, tab="all", page=number),
            tasks.listed(session, manager, tab="done", page=number),
            cases.listed(session, manager, page=number),
        ):
            assert listed.rows == [] or number < 0
    with pytest.raises(errors.InvalidAnswers):
        agency.begin("ex1", "files", brief=[{"id": number, "name": "a", "size": 1}])
