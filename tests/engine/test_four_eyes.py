"""Two signatures take two people, also when the second was claimed at the same moment."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from engine import database, errors
from engine.database import Sessions
from engine.models import Task
from tests.engine.agency import Agency
from tests.engine.drawings import draw

SIGNED = draw(
    "signed",
    """
    start begin lane=executor
    both fork
    user one lane=executor distinctFrom=two
    user two lane=executor distinctFrom=one
    both meet
    end done
    begin > fork > one > meet > done
    fork > two > meet
    """,
)


def test_holding_the_second_task_is_not_enough(sessions: Sessions) -> None:
    agency = Agency(sessions, SIGNED)
    number = agency.begin("ex1", "signed")
    agency.do("ex1", number, "one")
    task = agency.task(number, "two")
    with database.writing(sessions) as session:
        # As a claim leaves it that did not see the other signature yet.
        session.execute(update(Task).where(Task.id == task.id).values(assignee_id="ex1"))
    with pytest.raises(errors.AgencyflowError):
        agency.do("ex1", number, "two")
    assert agency.case(number).status == "active"
