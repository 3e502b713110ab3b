"""Procedures over REST: read by everybody, started by the lane, checked as their form."""

from __future__ import annotations

import pytest

from engine import database, definitions
from engine.database import Sessions
from tests.webforms.conftest import HERE
from tests.webforms.rest.conftest import ALL, CLIENT, Speaking


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
    for wrong in (f"{old}0", old.replace(":1:", ":2:"), f"other{old}", f"{old}{'9' * 5000}"):
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
