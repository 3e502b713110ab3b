"""Procedures and cases over REST: read, started, looked into, cancelled; messages; history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine import clock, database, definitions
from engine.database import Sessions
from engine.models import Incident, Message
from tests.engine.drawings import draw
from tests.webforms.conftest import HERE, Browser
from tests.webforms.rest.conftest import Program

Speaking = Callable[[str], Program]
MORNING = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
CLIENT = {"client_name": {"value": "示例食品"}}
ALL = ("ae", "as", "ad", "ph", "ch", "ex1", "ex2", "adm", "con", "owner", "manager", "admin")
CONCERNED = {"ae", "as", "ad", "manager", "admin"}
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
def number(small_procedure: None, speaking: Speaking) -> str:
    """A small order that `ae` started on a Wednesday morning."""
    clock.set(MORNING)
    return _started(speaking("ae"), "small_order", CLIENT, businessKey="CRM-7")


def _started(program: Program, key: str, variables: dict[str, Any], **more: Any) -> str:
    body = {"variables": variables, **more}
    answer = program.post(f"/process-definition/key/{key}/start", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    found: str = answer.json["id"]
    return found


@pytest.fixture
def messages(sessions: Sessions) -> None:
    """Two procedures that a message moves."""
    clock.set(MORNING)
    with database.writing(sessions) as session:
        definitions.deploy(session, None, {"waits.bpmn": WAITS, "begins.bpmn": BEGINS})


@pytest.mark.parametrize("who", ALL)
def test_everybody_reads_procedures(small_procedure: None, speaking: Speaking, who: str) -> None:
    program = speaking(who)
    listed = program.get("/process-definition").json
    assert listed is not None
    (definition,) = listed
    assert definition["startableInTasklist"]
    for address in (definition["id"], "key/small_order"):
        assert program.get(f"/process-definition/{address}").json == definition
        told = program.get(f"/process-definition/{address}/xml").json
        assert told is not None
        xml = (HERE / "diagrams" / "small_order.bpmn").read_text(encoding="utf-8")
        assert told == {"id": definition["id"], "bpmn20Xml": xml}
        form = program.get(f"/process-definition/{address}/form-variables").json
        assert form == {"client_name": {"type": "String", "value": "", "valueInfo": {}}}


@pytest.mark.parametrize(
    ("filters", "finds"),
    [
        ("key=small_order", [1, 2]),
        ("key=small_order&latestVersion=true", [2]),
        ("keysIn=a,small_order&version=1", [1]),
        ("keyLike=small%25&sortBy=version&sortOrder=desc", [2, 1]),
        ("name=Small order", [1, 2]),
        ("nameLike=%25订单", [1, 2]),
        ("active=true", [2]),
        ("suspended=true", [1]),
        ("processDefinitionId={first}", [1]),
        ("processDefinitionIdIn={first},x", [1]),
        ("resourceName=small_order.bpmn", [1, 2]),
        ("startableBy=ae", [2]),
        ("deploymentId=999", []),
        ("maxResults=1", [1]),
    ],
)
def test_it_finds_versions(
    small_procedure: None, speaking: Speaking, sessions: Sessions, filters: str, finds: list[int]
) -> None:
    with database.writing(sessions) as session:
        xml = (HERE / "diagrams" / "small_order.bpmn").read_bytes().replace(b"P2D", b"P3D")
        definitions.deploy(session, None, {"small_order.bpmn": xml})
    program = speaking("ae")
    first = program.get("/process-definition?version=1").json
    assert first is not None
    query = filters.format(first=first[0]["id"])
    found = program.get(f"/process-definition?{query}").json
    assert found is not None
    assert [one["version"] for one in found] == finds
    old = first[0]["id"]
    refused = program.post(f"/process-definition/{old}/start", json={"variables": CLIENT})
    assert refused.status_code == 400, "it has a newer version"
    for wrong in (f"{old}0", old.replace(":1:", ":2:"), f"other{old}"):
        assert program.get(f"/process-definition/{wrong}").status_code == 404
    assert program.get("/process-definition?startableBy=as").status_code == 400


@pytest.mark.parametrize("who", ALL)
def test_only_the_lane_starts_cases(small_procedure: None, speaking: Speaking, who: str) -> None:
    program = speaking(who)
    answer = program.post("/process-definition/key/small_order/start", json={"variables": CLIENT})
    assert answer.status_code == (200 if who == "ae" else 403), who
    assert program.get("/process-instance/count").json == {"count": int(who == "ae")}


def test_a_start_is_checked_as_its_form(small_procedure: None, speaking: Speaking) -> None:
    program = speaking("ae")
    for body in (
        {},
        {"variables": {}},
        {"variables": {"client_name": {"value": "x" * 81}}},
        {"variables": {"client_name": {"value": 7}}},
        {"variables": CLIENT | {"other": {"value": 1}}},
        {"variables": CLIENT, "businessKey": 7},
        {"variables": CLIENT, "businessKey": "x" * 201},
        {"variables": CLIENT, "startInstructions": [{"type": "startBeforeActivity"}]},
    ):
        answer = program.post("/process-definition/key/small_order/start", json=body)
        assert answer.status_code == 400, body
    assert program.get("/process-instance").json == []
    assert program.post("/process-definition/key/nothing/start", json={}).status_code == 404


def test_it_gives_back_what_a_start_made(small_procedure: None, speaking: Speaking) -> None:
    body = {"variables": CLIENT, "withVariablesInReturn": True}
    answer = speaking("ae").post("/process-definition/key/small_order/start", json=body).json
    assert answer is not None
    assert answer["variables"]["client_name"]["value"] == "示例食品"


@pytest.mark.parametrize("who", ALL)
def test_cases_are_seen_as_on_the_pages(number: str, speaking: Speaking, who: str) -> None:
    program = speaking(who)
    sees = who in CONCERNED
    for address in ("/process-instance", "/history/process-instance"):
        found = program.get(address).json
        assert found is not None
        assert [one["id"] for one in found] == [number] * sees
    status = 200 if sees else 404
    for address in ("", "/variables", "/variables/client_name"):
        assert program.get(f"/process-instance/{number}{address}").status_code == status
    assert program.get(f"/history/process-instance/{number}").status_code == status
    steps = program.get(f"/history/activity-instance?processInstanceId={number}").json
    assert bool(steps) is sees


@pytest.mark.parametrize("who", ALL)
def test_those_who_may_cancel_a_case(number: str, speaking: Speaking, who: str) -> None:
    address = f"/process-instance/{number}"
    answer = speaking(who).send("DELETE", f"{address}?deleteReason=doppelt")
    assert answer.status_code == (204 if who in CONCERNED else 404)
    told = speaking("manager").get(f"/history/process-instance/{number}").json
    assert told is not None
    if who in CONCERNED:
        assert (told["state"], told["deleteReason"]) == ("EXTERNALLY_TERMINATED", "doppelt")
        assert speaking(who).get(address).status_code == 404
        assert speaking(who).send("DELETE", address).status_code == 404
    else:
        assert told["state"] == "ACTIVE"


def test_it_describes_and_finds_cases(
    number: str, speaking: Speaking, signed_in: Callable[[str], Browser]
) -> None:
    program = speaking("ae")
    case = program.get(f"/process-instance/{number}").json
    assert case is not None
    assert (case["businessKey"], case["ended"], case["suspended"]) == ("CRM-7", False, False)
    definition = case["definitionId"]
    for query, finds in {
        "businessKey=CRM-7": 1,
        "businessKey=CRM": 0,
        "businessKeyLike=CRM%25": 1,
        "processDefinitionKey=small_order": 1,
        "processDefinitionKeyIn=a,b": 0,
        f"processDefinitionId={definition}": 1,
        f"processInstanceIds=x,{number}": 1,
        "active=true": 1,
        "suspended=true": 0,
        "maxResults=0": 0,
    }.items():
        found = program.get(f"/process-instance?{query}").json
        assert found == [case] * finds, query
    assert program.post("/process-instance", json={"businessKey": "CRM-7"}).json == [case]
    assert program.post("/process-instance/count", json={}).json == {"count": 1}
    for wrong in ("?incidentType=x", "?active=no", "?variables=a_eq_1"):
        assert program.get(f"/process-instance{wrong}").status_code == 400
    # A person finds the case by what the program calls it.
    assert number in signed_in("ae").get("/cases/?search=CRM-7").text
    assert "CRM-7" in signed_in("ae").get(f"/cases/{number}").text


def test_it_keeps_the_business_key_for_good(number: str, speaking: Speaking) -> None:
    program = speaking("ae")
    (task,) = program.get("/task").json or []
    sent = {"variables": {"wanted": {"value": "海报"}}}
    assert program.post(f"/task/{task['id']}/complete", json=sent).status_code == 204
    told = program.get(f"/process-instance/{number}").json
    assert told is not None
    assert told["businessKey"] == "CRM-7"


def test_it_tells_the_steps_of_a_case(number: str, speaking: Speaking, english: None) -> None:
    author, signer = speaking("ae"), speaking("as")
    (task,) = author.get("/task").json or []
    clock.set(MORNING + timedelta(hours=1))
    sent = {"variables": {"wanted": {"value": "海报"}}}
    assert author.post(f"/task/{task['id']}/complete", json=sent).status_code == 204
    address = f"/history/activity-instance?processInstanceId={number}"
    steps = author.get(f"{address}&sortBy=startTime&sortOrder=asc").json or []
    told = [(one["activityId"], one["activityType"], one["endTime"] is None) for one in steps]
    assert told == [
        ("order_wanted", "startEvent", False),
        ("fill_order", "userTask", False),
        ("sign_order", "userTask", True),
    ]
    filled = steps[1]
    assert filled["activityName"] == "Fill in the order"
    assert (filled["assignee"], filled["taskId"]) == ("ae", task["id"])
    assert filled["startTime"] == "2026-03-04T10:00:00.000+0800"
    assert filled["durationInMillis"] == 3_600_000
    assert author.get(f"{address}&activityId=fill_order").json == [filled]
    assert author.get(f"{address}&taskAssignee=ae&finished=true").json == [filled]
    assert author.get(f"{address}&activityType=userTask&unfinished=true").json == steps[2:]
    count = f"/history/activity-instance/count?processInstanceId={number}"
    assert author.get(count).json == {"count": 3}
    assert author.get("/history/activity-instance").status_code == 400
    assert author.get(f"{address}&tenantIdIn=x").status_code == 400
    (task,) = signer.get("/task").json or []
    sent = {"variables": {"decision": {"value": "sign"}}}
    assert signer.post(f"/task/{task['id']}/complete", json=sent).status_code == 204
    steps = author.get(f"{address}&sortBy=endTime&sortOrder=desc").json or []
    assert all(one["endTime"] for one in steps)
    assert not any(one["canceled"] for one in steps)
    case = author.get("/history/process-instance?finished=true&completed=true").json or []
    assert [(one["id"], one["state"]) for one in case] == [(number, "COMPLETED")]
    assert case[0]["durationInMillis"] == 3_600_000


def test_cancelled_steps_are_told_as_such(number: str, speaking: Speaking) -> None:
    program = speaking("ae")
    assert program.send("DELETE", f"/process-instance/{number}").status_code == 204
    found = program.get(f"/history/activity-instance?processInstanceId={number}&canceled=true").json
    assert found is not None
    assert [one["activityId"] for one in found] == ["fill_order"]
    for query, finds in {
        "externallyTerminated=true": 1,
        "unfinished=true": 0,
        "startedBy=ae": 1,
        "startedBy=as": 0,
        "startedBefore=2026-03-04T09:00:00.000%2B0800": 0,
        "finishedAfter=2026-03-04T09:00:00.000%2B0800": 1,
        "processInstanceBusinessKey=CRM-7": 1,
        "sortBy=startTime&sortOrder=desc": 1,
    }.items():
        assert len(program.get(f"/history/process-instance?{query}").json or []) == finds, query
    assert program.get("/history/process-instance/count").json == {"count": 1}


def test_a_message_reaches_the_case_that_waits(messages: None, speaking: Speaking) -> None:
    about = {
        "about": {"value": "k"},
        "on": {"value": "2026-03-05T01:00:00.000+0800", "type": "Date"},
    }
    number = _started(speaking("ex1"), "waits", about)
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
    _started(speaking("ex1"), "waits", about)
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
