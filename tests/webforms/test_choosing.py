"""A choice that is made by pressing a button: where a gateway says nothing, and wherever it is drawn so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine import database, definitions, repairs
from engine.database import Sessions
from engine.models import Person
from tests.engine.rules.drawings import END, START, element, file_of, flows, process
from tests.webforms.conftest import Browser

DRAWING = file_of(
    process(
        START,
        element("exclusiveGateway", "which", name="方案可以吗"),
        element("task", "again", name="再改一版"),
        END,
        flows("begin>which which>done which>again again>which").replace(
            'id="which_to_done"', 'id="which_to_done" name="可以"'
        ),
    )
)


@pytest.fixture
def page(sessions: Sessions, signed_in: Callable[[str], Browser]) -> str:
    """The address of the task that asks which way to go."""
    with database.writing(sessions) as session:
        owner = session.get_one(Person, "owner")
        definitions.deploy(session, owner, {"sample.bpmn": DRAWING}, consents=repairs.CONSENTS)
    return str(signed_in("owner").post("/start/sample", {}).location)


def test_the_flows_names_are_the_buttons(page: str, signed_in: Callable[[str], Browser]) -> None:
    text = signed_in("owner").get(page).text
    assert 'name="way_at_which" value="which_to_done">可以</button>' in text
    assert 'name="way_at_which" value="which_to_again">再改一版</button>' in text
    assert 'type="radio"' not in text


def test_pressing_one_goes_that_way(page: str, signed_in: Callable[[str], Browser]) -> None:
    owner = signed_in("owner")
    again = owner.post(page, {"way_at_which": "which_to_again", "_seen": "way_at_which"})
    assert again.status_code == 303
    assert "再改一版" in owner.get(again.location).text
    chooser = owner.post(again.location, {"action": "complete"})
    assert chooser.status_code == 303
    assert "方案可以吗" in owner.get(chooser.location).text
    done = owner.post(chooser.location, {"way_at_which": "which_to_done", "_seen": "way_at_which"})
    assert done.location.endswith("/inbox") or done.location == "/"


def test_pressing_none_says_that_one_is_needed(
    page: str, signed_in: Callable[[str], Browser]
) -> None:
    refused = signed_in("owner").post(page, {"action": "complete", "_seen": "way_at_which"})
    assert refused.status_code == 422
    assert 'id="answer-way_at_which"' in refused.text, "what is wrong leads to its place"


def test_who_may_only_read_sees_what_there_is_to_choose(
    page: str, signed_in: Callable[[str], Browser]
) -> None:
    text = signed_in("manager").get(page).text
    assert "可以" in text
    assert 'value="which_to_done">可以</button>' not in text
