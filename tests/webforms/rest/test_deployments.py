"""Camunda Modeler's Deploy and Start buttons, played by their own requests."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import func, select

from engine import database, definitions
from engine.database import Sessions
from engine.models import Definition, Deployment
from tests.webforms.conftest import HERE, PASSWORD, Browser
from tests.webforms.rest.conftest import Program, Speaking, basic
from tests.webforms.rest.modeler import Modeler
from webforms import create_app
from webforms.settings import Settings

SMALL_ORDER = (HERE / "diagrams" / "small_order.bpmn").read_bytes()
BROKEN = SMALL_ORDER.replace(b'targetRef="fill_order"', b'targetRef="nowhere"', 1)


def _rows(sessions: Sessions) -> tuple[int, int]:
    with database.reading(sessions) as session:
        definitions_, deployments = (
            session.scalar(select(func.count()).select_from(model))
            for model in (Definition, Deployment)
        )
    return definitions_ or 0, deployments or 0


def test_it_does_what_the_buttons_ask(app: Flask, sessions: Sessions, speaking: Speaking) -> None:
    assert Modeler(Program(app)).probe() == 401
    modeler = Modeler(Program(app, basic("admin", PASSWORD)))
    assert modeler.probe() == 200
    answer = modeler.deploy("small_order.bpmn", SMALL_ORDER)
    assert answer.status_code == 200, answer.text
    told = answer.json
    assert told is not None
    assert told["name"] == "small_order"
    assert told["source"] == "Camunda Modeler"
    assert told["links"][0]["href"] == f"http://localhost/engine-rest/deployment/{told['id']}"
    (definition,) = told["deployedProcessDefinitions"].values()
    assert (definition["key"], definition["version"]) == ("small_order", 1)
    assert definition["id"] == f"small_order:1:{definition['id'].split(':')[2]}"
    assert definition["deploymentId"] == told["id"]
    assert definition["resource"] == "small_order.bpmn"
    with database.reading(sessions) as session:
        made = definitions.current(session, "small_order")
        assert definitions.xml(session, made.id) == SMALL_ORDER
        assert (made.deployed_by, made.note) == ("admin", "small_order")
    # Only the lane's members start it, whoever deployed it.
    refused = modeler.start("small_order.bpmn")
    assert refused.status_code == 403
    started = Modeler(speaking("ae"), modeler.kept).start(
        "small_order.bpmn", {"client_name": {"value": "示例食品", "type": "String"}}
    )
    assert started.status_code == 200, started.text
    assert started.json is not None
    assert started.json["definitionId"] == definition["id"]
    assert not started.json["ended"]


def test_it_gives_the_version_that_stands_when_nothing_changed(
    sessions: Sessions, speaking: Speaking
) -> None:
    first, second = Modeler(speaking("owner")), Modeler(speaking("owner"))
    first.deploy("small_order.bpmn", SMALL_ORDER)
    before = _rows(sessions)
    again = second.deploy("small_order.bpmn", SMALL_ORDER)
    assert again.status_code == 200
    assert second.kept == first.kept
    assert _rows(sessions) == before


def test_it_names_a_version_that_no_deployment_brought(
    small_procedure: None, speaking: Speaking
) -> None:
    modeler = Modeler(speaking("owner"))
    answer = modeler.deploy("small_order.bpmn", SMALL_ORDER)
    assert answer.status_code == 200
    assert modeler.kept["small_order.bpmn"]["version"] == 1


@pytest.mark.parametrize("who", ["ae", "as", "ad", "ph", "ch", "ex1", "adm", "con", "manager"])
def test_only_owners_deploy(sessions: Sessions, speaking: Speaking, who: str) -> None:
    answer = Modeler(speaking(who)).deploy("small_order.bpmn", SMALL_ORDER)
    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["type"] == "AuthorizationException"
    assert _rows(sessions) == (0, 0)


@pytest.mark.parametrize("wrong", ["", "Bearer agf_wrong", basic("owner", "wrong")])
def test_a_stranger_deploys_nothing(app: Flask, sessions: Sessions, wrong: str) -> None:
    program = Program(app, wrong)
    answer = program.post("/deployment/create", data={"x.bpmn": "x"})
    assert answer.status_code == 401
    assert _rows(sessions) == (0, 0)


def test_it_says_where_a_diagram_is_wrong(
    sessions: Sessions, speaking: Speaking, english: None
) -> None:
    answer = Modeler(speaking("owner")).deploy(
        "new.bpmn", SMALL_ORDER, **{"small_order.bpmn": BROKEN}
    )
    assert answer.status_code == 400
    told = answer.json
    assert told is not None
    assert told["type"] == "ParseException"
    assert told["message"].startswith("ENGINE-09005 Could not parse BPMN process.")
    report = told["details"]["small_order.bpmn"]
    assert report.keys() == {"errors", "warnings"}
    problem = report["errors"][0]
    assert problem.keys() == {"message", "line", "column", "mainElementId", "elementIds"}
    assert problem["line"] > 1
    assert problem["message"] in told["message"]
    assert problem["elementIds"]
    assert _rows(sessions) == (0, 0), "nothing is half deployed"


def test_it_repairs_what_somebody_agrees_to(
    sessions: Sessions, speaking: Speaking, english: None
) -> None:
    modeler = Modeler(speaking("owner"))
    without = SMALL_ORDER.replace(b'isExecutable="true"', b'isExecutable="false"')
    refused = modeler.deploy("small_order.bpmn", without)
    assert refused.status_code == 400
    assert "--agree not_executable" in refused.text
    assert _rows(sessions) == (0, 0)
    parts = {"x.bpmn": (BytesIO(without), "x.bpmn"), "agree": "not_executable, other"}
    answer = speaking("owner").post("/deployment/create", data=parts)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert answer.json["warnings"]["x.bpmn"]["warnings"]


def test_it_speaks_the_language_of_whoever_deploys(speaking: Speaking) -> None:
    answer = Modeler(speaking("owner")).deploy("small_order.bpmn", BROKEN)
    assert answer.json is not None
    said = answer.json["details"]["small_order.bpmn"]["errors"][0]["message"]
    assert any("一" <= letter <= "鿿" for letter in said)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("broken.bpmn", b"<definitions"),
        ("empty.bpmn", b""),
        ("text.bpmn", b"hello"),
        ("bomb.bpmn", b'<!DOCTYPE x [<!ENTITY a "a">]><definitions>&a;</definitions>'),
        ("huge.bpmn", b" " * (10 * 1024 * 1024 + 1)),
        ("decision.dmn", b"<definitions/>"),
        ("form.form", b"{}"),
        ("picture.png", b"\x89PNG"),
    ],
)
def test_it_refuses_what_is_no_diagram(
    sessions: Sessions, speaking: Speaking, name: str, content: bytes
) -> None:
    answer = Modeler(speaking("owner")).deploy("small_order.bpmn", SMALL_ORDER, **{name: content})
    assert answer.status_code == 400, answer.text
    assert answer.json is not None
    assert answer.json["message"].startswith("ENGINE-09005 Could not parse BPMN process.")
    assert all(one["line"] for one in answer.json["details"][name]["errors"])
    assert _rows(sessions) == (0, 0)


def test_it_refuses_a_request_that_is_too_large(speaking: Speaking) -> None:
    answer = Modeler(speaking("owner")).deploy("huge.bpmn", b" " * 13_000_000)
    assert answer.status_code == 413
    assert answer.json is not None


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"deployment-name": "x"},
        {"tenant-id": "a", "x.bpmn": (BytesIO(SMALL_ORDER), "x.bpmn")},
        {"deployment-activation-time": "2030-01-01T00:00:00.000+0800"},
        {"something": "else"},
    ],
)
def test_it_refuses_what_it_cannot_do(
    sessions: Sessions, speaking: Speaking, parts: dict[str, str]
) -> None:
    answer = speaking("owner").post("/deployment/create", data=parts)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["type"] == "InvalidRequestException"
    assert _rows(sessions) == (0, 0)


def test_it_lists_deployments(speaking: Speaking) -> None:
    program = speaking("owner")
    Modeler(program).deploy("small_order.bpmn", SMALL_ORDER)
    newer = SMALL_ORDER.replace("填写订单".encode(), "填好订单".encode())
    Modeler(program).deploy("second.bpmn", newer)
    listed = speaking("ae").get("/deployment?sortBy=id&sortOrder=desc").json
    assert listed is not None
    assert [one["name"] for one in listed] == ["second", "small_order"]
    assert program.get("/deployment/count?nameLike=s%25").json == {"count": 2}
    assert program.get("/deployment?name=second&maxResults=1").json == listed[:1]
    assert program.get(f"/deployment/{listed[0]['id']}").json == listed[0]
    assert program.get("/deployment?firstResult=1&sortBy=id&sortOrder=asc").json == listed[:1]
    for wrong in ("?sortBy=x&sortOrder=asc", "?sortBy=id", "?tenantIdIn=x", "?maxResults=-1",
                  "?maxResults=x", "?after=yesterday", "?name=a&name=b"):  # fmt: skip
        assert program.get(f"/deployment{wrong}").status_code == 400, wrong


def test_its_addresses_are_those_that_people_use(
    app: Flask, settings: Settings, sessions: Sessions
) -> None:
    place = "/.well-known/camunda-automation-platform/webapps"
    proxied = app.test_client().get(
        place, base_url="http://agency.example", headers={"X-Forwarded-Proto": "https"}
    )
    assert proxied.json is not None
    assert proxied.json["cockpitUrl"] == "https://agency.example/manage/"
    served = create_app(replace(settings, demo=False, host="0.0.0.0"), sessions)  # noqa: S104
    told = served.test_client().get(place, base_url="http://agency.example:8000")
    assert told.json is not None
    assert told.json["tasklistUrl"] == "https://agency.example:8000/"


def test_its_links_lead_to_our_pages(
    app: Flask, speaking: Speaking, signed_in: Callable[[str], Browser]
) -> None:
    told = app.test_client().get("/.well-known/camunda-automation-platform/webapps")
    assert told.status_code == 200
    assert told.headers["Content-Type"] == "application/json"
    assert told.json is not None
    assert told.json["cockpitUrl"] == "http://localhost/manage/"
    modeler = Modeler(speaking("owner"))
    deployed = modeler.deploy("small_order.bpmn", SMALL_ORDER).json
    assert deployed is not None
    query = json.dumps([{"type": "id", "operator": "eq", "value": deployed["id"]}])
    browser = signed_in("ae")
    page = browser.get(f"/manage/repository?deploymentsQuery={quote(query)}")
    assert page.location == "/processes/small_order"
    for other in ("", "?deploymentsQuery=x", "?deploymentsQuery=[]"):
        assert browser.get(f"/manage/repository{other}").location == "/processes/"
    started = Modeler(speaking("ae"), modeler.kept).start(
        "small_order.bpmn", {"client_name": {"value": "示例食品"}}
    )
    assert started.json is not None
    page = browser.get(f"/manage/process-instance/{started.json['id']}", follow_redirects=True)
    assert page.status_code == 200
    assert "示例食品" in page.text
    # A stranger signs in first, and is led on.
    led = app.test_client().get(f"/manage/process-instance/{started.json['id']}")
    assert led.location.startswith("/sign-in?next=/manage/process-instance/")
