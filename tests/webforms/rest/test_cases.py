"""Cases over REST: seen as on the pages, looked into, cancelled; what happened in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from engine import clock
from tests.webforms.conftest import Browser
from tests.webforms.rest.conftest import ALL, CONCERNED, MORNING, Speaking


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
