"""Messages sent over REST: to the one case that waits, or to start one; else refused."""

from __future__ import annotations

from typing import Any

import pytest

from engine import clock, database, definitions
from engine.database import Sessions
from engine.models import Incident, Message
from tests.engine.drawings import draw
from tests.webforms.rest.conftest import MORNING, Speaking, started

WAITS = draw(
    "waits",
    """
    start begin lane=executor fields="about:text! on:date"
    catch news message=news correlationKey=about variable=said out.share="${10 / said.parts}"
    user read lane=executor fields="again:boolean"
    end done
    begin > news > read > done
    """,
)
BEGINS = draw(
    "begins",
    """
    start begin message=order variable=order
    user look lane=executor fields="again:boolean"
    end done
    begin > look > done
    """,
)


@pytest.fixture
def messages(sessions: Sessions) -> None:
    """Two procedures that a message moves."""
    clock.set(MORNING)
    with database.writing(sessions) as session:
        definitions.deploy(session, None, {"waits.bpmn": WAITS, "begins.bpmn": BEGINS})


def test_a_message_reaches_the_case_that_waits(messages: None, speaking: Speaking) -> None:
    about = {
        "about": {"value": "k"},
        "on": {"value": "2026-03-05T01:00:00.000+0800", "type": "Date"},
    }
    number = started(speaking("ex1"), "waits", about)
    body = {
        "messageName": "news",
        "correlationKeys": {"about": {"value": "k", "type": "String"}},
        "processVariables": {
            "parts": {"value": 2},
            "text": {"value": "hello"},
            "at": {"value": "2026-03-04T10:00:00.000+0800", "type": "Date"},
        },
        "resultEnabled": True,
    }
    for who in ("ex1", "manager", "owner"):
        assert speaking(who).post("/message", json=body).status_code == 403
    told = speaking("admin").post("/message", json=body)
    assert told.status_code == 200, told.text
    assert told.json is not None
    assert told.json[0]["resultType"] == "Execution"
    assert told.json[0]["processInstance"]["id"] == number
    data = speaking("ex1").get(f"/process-instance/{number}/variables").json or {}
    assert data["said"]["type"] == "Json"
    assert "hello" in data["said"]["value"]
    assert "2026-03-04T10:00:00+08:00" in data["said"]["value"]
    assert data["on"]["value"] == "2026-03-05"
    again = speaking("admin").post("/message", json=body)
    assert again.status_code == 400, "nobody waits any more, and nothing is kept"


def test_a_message_that_fails_in_the_case_changes_nothing(
    messages: None, speaking: Speaking, sessions: Sessions, english: None
) -> None:
    about = {"about": {"value": "k"}, "on": {"value": "2026-03-05"}}
    started(speaking("ex1"), "waits", about)
    body = {
        "messageName": "news",
        "businessKey": "k",
        "processVariables": {"parts": {"value": 0}},
    }
    answer = speaking("admin").post("/message", json=body)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["type"] == "MismatchingMessageCorrelationException"
    assert "news" in answer.json["message"]
    with database.reading(sessions) as session:
        assert session.query(Message).count() == 0
        assert session.query(Incident).count() == 0
    body["processVariables"] = {"parts": {"value": 5}}
    assert speaking("admin").post("/message", json=body).status_code == 204


def test_a_message_starts_a_case(messages: None, speaking: Speaking) -> None:
    program = speaking("admin")
    body = {"messageName": "order", "businessKey": "A-1", "resultEnabled": True}
    told = program.post("/message", json=body).json
    assert told is not None
    assert told[0]["resultType"] == "ProcessDefinition"
    assert told[0]["processInstance"]["businessKey"] == "A-1"
    again = program.post("/message", json=body)
    assert again.status_code == 400
    assert program.get("/process-instance/count").json == {"count": 1}
    assert (
        program.post(
            "/message", json=body | {"businessKey": "A-2", "resultEnabled": False}
        ).status_code
        == 204
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"messageName": ""},
        {"messageName": 5},
        {"messageName": "news"},
        {"messageName": "news", "businessKey": "a", "correlationKeys": {"b": {"value": "c"}}},
        {"messageName": "news", "businessKey": ["a"]},
        {"messageName": "news", "businessKey": "nobody"},
        {"messageName": "nothing", "businessKey": "a"},
        {"messageName": "order", "businessKey": "a" * 300},
        {"messageName": "order", "businessKey": "a", "all": True},
        {"messageName": "order", "businessKey": "a", "processVariables": {"x": 1}},
    ],
)
def test_it_refuses_a_message_that_it_cannot_deliver(
    messages: None, speaking: Speaking, body: dict[str, Any]
) -> None:
    program = speaking("admin")
    answer = program.post("/message", json=body)
    assert answer.status_code == 400, answer.text
    assert program.get("/process-instance/count").json == {"count": 0}
