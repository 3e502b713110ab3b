"""Conditions on flows out of a task, as a person meets them: nothing is lost when none holds."""

from __future__ import annotations

from engine.database import Sessions
from tests.engine.agency import Agency
from tests.engine.drawings import draw

SORTED = draw(
    "sorted",
    """
    start begin lane=executor
    user sort lane=executor fields="size:long!"
    user small lane=executor
    user large lane=executor
    end done
    begin > sort
    sort > small if ${size < 10}
    sort > large if ${size > 5}
    small > done
    large > done
    """,
)


def test_it_opens_a_task_for_each_condition_that_holds(sessions: Sessions) -> None:
    agency = Agency(sessions, SORTED)
    for size, opened in ((1, ["small"]), (7, ["large", "small"]), (20, ["large"])):
        number = agency.begin("ex1", "sorted")
        agency.do("ex1", number, "sort", size=size)
        assert sorted(agency.open_ids(number)) == opened


def test_it_becomes_an_incident_when_no_condition_holds(sessions: Sessions) -> None:
    narrow = SORTED.replace(b"size &gt; 5", b"size &gt; 50").replace(b"sorted", b"narrow")
    agency = Agency(sessions, narrow)
    number = agency.begin("ex1", "narrow")
    agency.do("ex1", number, "sort", size=20)
    assert agency.open_ids(number) == ["sort"], "the step is undone"
    (trouble,) = agency.troubles(number)
    assert (trouble.kind, trouble.element_id) == ("step_failed", "sort")
