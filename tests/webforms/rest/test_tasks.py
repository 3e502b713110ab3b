"""Tasks over REST: claimed, given back, completed as their form is checked."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from engine import database
from engine.database import Sessions
from engine.models import Incident
from tests.webforms.conftest import Browser
from tests.webforms.rest.conftest import ALL, CLIENT, CONCERNED, Speaking, only


def test_it_describes_a_task(number: str, speaking: Speaking, english: None) -> None:
    task = only(speaking("ae"))
    assert task["name"] == "Fill in the order"
    assert task["description"] == "Say what is wanted."
    assert task["taskDefinitionKey"] == "fill_order"
    assert task["processInstanceId"] == number
    assert task["processDefinitionId"].startswith("small_order:1:")
    assert task["assignee"] == "ae"
    assert task["created"] == "2026-03-04T10:00:00.000+0800"
    assert task["due"] is not None
    assert speaking("ae").get(f"/task/{task['id']}").json == task


def test_it_shows_tasks_to_those_concerned(number: str, speaking: Speaking) -> None:
    task_id = only(speaking("ae"))["id"]
    for who in CONCERNED:
        assert speaking(who).get(f"/task/{task_id}").status_code == 200, who
        assert speaking(who).get("/task/count").json == {"count": 1}
    for who in sorted(set(ALL) - CONCERNED):
        program = speaking(who)
        assert program.get("/task").json == [], who
        for path in ("", "/form-variables", "/variables"):
            assert program.get(f"/task/{task_id}{path}").status_code == 404, (who, path)
        for action in ("claim", "unclaim", "complete", "submit-form"):
            answer = program.post(f"/task/{task_id}/{action}", json={})
            assert answer.status_code == 404, (who, action)


def test_it_gives_the_form(number: str, speaking: Speaking) -> None:
    program = speaking("ae")
    task_id = only(program)["id"]
    fields = program.get(f"/task/{task_id}/form-variables").json
    assert fields is not None
    assert fields["parts"] == {"type": "Long", "value": 1, "valueInfo": {}}
    assert fields["wanted"]["type"] == "String"
    assert fields["urgent"]["type"] == "Boolean"
    assert fields["items"]["type"] == "Json"
    some = program.get(f"/task/{task_id}/form-variables?variableNames=parts,x").json
    assert some is not None
    assert list(some) == ["parts"]
    data = program.get(f"/task/{task_id}/variables").json
    assert data is not None
    assert data["client_name"]["value"] == "示例食品"


def test_it_says_which_answers_need_another_look(
    number: str, speaking: Speaking, english: None
) -> None:
    program = speaking("ae")
    task_id = only(program)["id"]
    sent = {
        "budget": {"value": 0, "type": "Long"},
        "items": {"value": '[{"item": ""}]', "type": "Json"},
        "unknown": {"value": 1},
    }
    answer = program.post(f"/task/{task_id}/complete", json={"variables": sent})
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["type"] == "InvalidRequestException"
    assert answer.json["details"].keys() == {"wanted", "budget", "items[0].item", "unknown"}
    assert "wanted: " in answer.json["message"]
    assert only(program)["id"] == task_id


@pytest.mark.parametrize(
    "variable",
    [
        "x",
        7,
        [],
        {"value": 1, "type": "Integer", "more": 1},
        {"value": "many", "type": "Integer"},
        {"value": 2**40, "type": "Integer"},
        {"value": True, "type": "Long"},
        {"value": "x", "type": "Boolean"},
        {"value": "tomorrow", "type": "Date"},
        {"value": "{", "type": "Json"},
        {"value": 5, "type": "String"},
        {"value": "nan", "type": "Double"},
        {"value": "x", "type": "File"},
        {"value": "eA==", "type": "File"},
        {"value": "eA==", "type": "File", "valueInfo": {"filename": "a.txt"}},
        {"value": "!", "type": "File", "valueInfo": {"filename": "a.txt"}},
        {"value": "x", "type": 5},
        {"value": "9" * 5000, "type": "Long"},
    ],
)
def test_it_refuses_a_value_of_the_wrong_type(
    number: str, speaking: Speaking, english: None, variable: Any
) -> None:
    program = speaking("ae")
    task_id = only(program)["id"]
    sent = {"wanted": {"value": "x"}, "parts": variable}
    answer = program.post(f"/task/{task_id}/complete", json={"variables": sent})
    assert answer.status_code == 400
    assert answer.json is not None
    assert "parts" in answer.json["message"]
    assert only(program)["id"] == task_id


@pytest.mark.parametrize("body", [{"variables": []}, {"variables": "x"}, {"more": 1}])
def test_it_refuses_a_body_of_the_wrong_shape(
    number: str, speaking: Speaking, body: dict[str, Any]
) -> None:
    program = speaking("ae")
    task_id = only(program)["id"]
    assert program.post(f"/task/{task_id}/complete", json=body).status_code == 400


def test_it_completes_a_task_and_another_signs(
    number: str, speaking: Speaking, sessions: Sessions
) -> None:
    author, signer = speaking("ae"), speaking("as")
    task_id = only(author)["id"]
    variables = {
        "wanted": {"value": "海报", "type": "string"},
        "parts": {"value": "2", "type": "Long"},
        "urgent": {"value": False},
    }
    done = author.post(f"/task/{task_id}/complete", json={"variables": variables})
    assert done.status_code == 204, done.text
    assert done.data == b""
    data = author.get(f"/process-instance/{number}/variables").json
    assert data is not None
    assert data["parts"] == {"type": "Integer", "value": 2, "valueInfo": {}}
    assert data["share"] == {"type": "Double", "value": 50.0, "valueInfo": {}}
    again = author.post(f"/task/{task_id}/complete", json={"variables": variables})
    assert again.status_code == 409
    assert author.get(f"/task/{task_id}").status_code == 409
    task = only(signer, "unassigned=true&candidateGroup=account_supervisor")
    address = f"/task/{task['id']}"
    assert author.post(f"{address}/claim", json={"userId": "ae"}).status_code in (403, 404)
    assert signer.post(f"{address}/claim", json={"userId": "ad"}).status_code == 403
    assert signer.post(f"{address}/claim", json={"userId": "as"}).status_code == 204
    assert signer.post(f"{address}/claim", json={}).status_code == 204, "it is already theirs"
    assert only(signer)["assignee"] == "as"
    assert signer.post(f"{address}/unclaim").status_code == 204
    assert signer.post(f"{address}/unclaim").status_code == 403
    sent = {"variables": {"decision": {"value": "sign"}}, "withVariablesInReturn": True}
    ended = signer.post(f"{address}/submit-form", json=sent)
    assert ended.status_code == 200
    assert signer.get("/task").json == []


def test_it_takes_files(
    number: str, speaking: Speaking, signed_in: Callable[[str], Browser]
) -> None:
    program = speaking("ae")
    address = f"/task/{only(program)['id']}"
    info = {"filename": "海报.txt", "mimetype": "text/plain"}
    sent = {
        "wanted": {"value": "海报"},
        "attachments": {"value": "5rW35oql", "type": "File", "valueInfo": info},
    }
    large = {"value": "eHh4" * 40_000, "type": "File", "valueInfo": info}
    refused = program.post(f"{address}/complete", json={"variables": sent | {"attachments": large}})
    assert refused.status_code == 413
    assert program.post(f"{address}/complete", json={"variables": sent}).status_code == 204
    data = program.get(f"/process-instance/{number}/variables").json
    assert data is not None
    (file,) = json.loads(data["attachments"]["value"])
    assert (file["name"], file["size"]) == ("海报.txt", 6)
    with signed_in("as").get(f"/documents/{file['id']}") as answer:
        assert answer.data == "海报".encode()


def test_what_is_not_sent_stays_as_the_form_shows_it(number: str, speaking: Speaking) -> None:
    author, signer = speaking("ae"), speaking("as")
    first = {"wanted": {"value": "海报"}, "budget": {"value": 500000}, "parts": {"value": 4}}
    author.post(f"/task/{only(author)['id']}/complete", json={"variables": first})
    back = {"variables": {"decision": {"value": "send_back"}}}
    signed = signer.post(f"/task/{only(signer)['id']}/complete", json=back)
    assert signed.status_code == 204, signed.text
    second = {"variables": {"wanted": {"value": "大海报"}}}
    assert author.post(f"/task/{only(author)['id']}/complete", json=second).status_code == 204
    data = author.get(f"/process-instance/{number}/variables").json
    assert data is not None
    assert (data["wanted"]["value"], data["budget"]["value"]) == ("大海报", 500000)
    assert data["parts"]["value"] == 4


def test_the_same_request_again_is_done_once(number: str, speaking: Speaking) -> None:
    program = speaking("ae")
    address = f"/task/{only(program)['id']}/complete"
    body = {"variables": {"wanted": {"value": "海报"}}}
    key = {"Idempotency-Key": "job-1"}
    assert program.post(address, json=body, headers=key).status_code == 204
    assert program.post(address, json=body, headers=key).status_code == 204
    assert program.post(address, json=body).status_code == 409
    start = {"variables": CLIENT}
    place = "/process-definition/key/small_order/start"
    first = program.post(place, json=start, headers={"Idempotency-Key": "job-2"}).json
    second = program.post(place, json=start, headers={"Idempotency-Key": "job-2"}).json
    assert first is not None
    assert second is not None
    assert first["id"] == second["id"] != number


def test_a_step_that_fails_keeps_the_answers(
    number: str, speaking: Speaking, sessions: Sessions
) -> None:
    program = speaking("ae")
    task_id = only(program)["id"]
    sent = {"wanted": {"value": "海报"}, "parts": {"value": 0}}
    answer = program.post(f"/task/{task_id}/complete", json={"variables": sent})
    assert answer.status_code == 500
    assert answer.json is not None
    assert answer.json["type"] == "ProcessEngineException"
    with database.reading(sessions) as session:
        (incident,) = session.query(Incident)
        assert incident.answers is not None
        assert incident.answers["wanted"] == "海报"
    fields = program.get(f"/task/{task_id}/form-variables").json
    assert fields is not None
    assert fields["wanted"]["value"] == "海报"


def test_a_task_in_other_hands_is_told(number: str, speaking: Speaking) -> None:
    task_id = only(speaking("ae"))["id"]
    for action in ("claim", "complete"):
        answer = speaking("manager").post(
            f"/task/{task_id}/{action}", json={"variables": {"wanted": {"value": "x"}}}
            if action == "complete" else {}
        )  # fmt: skip
        assert answer.status_code == 409, action
        assert answer.json is not None
        assert answer.json["type"] == "TaskAlreadyClaimedException"
