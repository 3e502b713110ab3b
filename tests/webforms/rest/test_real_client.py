"""The REST interface as generic-camunda-client sees it: 391 generated operations, typed models.

A served application answers; what the client cannot read into its models raises here.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import generic_camunda_client as camunda
import pytest

from engine import database
from engine.models import Person
from tests.browser.site import Site, serving
from tests.webforms.conftest import HERE, PASSWORD
from tests.webforms.rest.conftest import token_of

DIAGRAM = HERE / "diagrams" / "small_order.bpmn"
Speaking = Callable[[str], camunda.ApiClient]


@pytest.fixture(scope="module")
def site(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An agency without procedures, served; everybody reads English."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(empty_database, folder / "agencyflow.db")
    with serving(folder) as site:
        with database.writing(site.sessions) as session:
            for person in session.query(Person):
                person.language = "en"
        yield site


@pytest.fixture(scope="module")
def speaking(site: Site) -> Iterator[Speaking]:
    """Clients by whom they speak for: owners by password, all others by token."""
    known: dict[str, camunda.ApiClient] = {}

    def give(who: str) -> camunda.ApiClient:
        if who not in known:
            setting = camunda.Configuration(host=f"{site.address}/engine-rest")
            client = camunda.ApiClient(setting)
            known[who] = client
            if who == "owner":
                given = camunda.Configuration(username=who, password=PASSWORD)
                client.set_default_header("Authorization", given.get_basic_auth_token())
            else:
                token = token_of(site.sessions, who)
                client.set_default_header("Authorization", f"Bearer {token}")
        return known[who]

    yield give
    for client in known.values():
        client.close()
        client.rest_client.pool_manager.clear()


@pytest.fixture(scope="module")
def definition(speaking: Speaking) -> camunda.ProcessDefinitionDto:
    """The small order, deployed by the client."""
    made = camunda.DeploymentApi(speaking("owner")).create_deployment(
        deployment_name="orders",
        deployment_source="a test",
        enable_duplicate_filtering=True,
        data=str(DIAGRAM),
    )
    assert isinstance(made, camunda.DeploymentWithDefinitionsDto)
    assert (made.name, made.source) == ("orders", "a test")
    assert isinstance(made.deployment_time, datetime)
    (found,) = made.deployed_process_definitions.values()
    assert isinstance(found, camunda.ProcessDefinitionDto)
    return found


def _case(speaking: Speaking, key: str = "") -> camunda.ProcessInstanceWithVariablesDto:
    return camunda.ProcessDefinitionApi(speaking("ae")).start_process_instance_by_key(
        "small_order",
        start_process_instance_dto=camunda.StartProcessInstanceDto(
            business_key=key or None,
            variables={"client_name": camunda.VariableValueDto(value="示例食品", type="String")},
            with_variables_in_return=True,
        ),
    )


def _refused(call: Callable[[], Any]) -> tuple[int, dict[str, Any]]:
    with pytest.raises(camunda.ApiException) as raised:
        call()
    body: dict[str, Any] = json.loads(raised.value.body)
    return raised.value.status, body


def test_it_is_a_camunda(speaking: Speaking) -> None:
    assert camunda.VersionApi(speaking("ae")).get_rest_api_version().version == "7.24.0"
    (engine,) = camunda.EngineApi(speaking("ae")).get_process_engine_names()
    assert engine.name == "default"


def test_it_reads_definitions(speaking: Speaking, definition: camunda.ProcessDefinitionDto) -> None:
    api = camunda.ProcessDefinitionApi(speaking("ph"))
    newest = api.get_process_definitions(key="small_order", latest_version=True, max_results=5)
    assert [one.id for one in newest] == [definition.id]
    assert api.get_process_definitions_count(key="small_order").count == 1
    for found in (
        api.get_process_definition(definition.id),
        api.get_process_definition_by_key("small_order"),
    ):
        assert isinstance(found, camunda.ProcessDefinitionDto)
        assert (found.name, found.version, found.suspended) == ("Small order", 1, False)
    drawing = api.get_process_definition_bpmn20_xml(definition.id)
    assert drawing.bpmn20_xml == DIAGRAM.read_text(encoding="utf-8")
    assert api.get_process_definition_bpmn20_xml_by_key("small_order").id == definition.id
    form = api.get_start_form_variables(definition.id)
    assert isinstance(form["client_name"], camunda.VariableValueDto)
    assert api.get_start_form_variables_by_key("small_order").keys() == form.keys()
    deployments = camunda.DeploymentApi(speaking("ph"))
    (deployment,) = deployments.get_deployments(name="orders")
    assert deployments.get_deployment(deployment.id).source == "a test"
    assert deployments.get_deployments_count().count == 1


def test_it_plays_a_case(speaking: Speaking, definition: camunda.ProcessDefinitionDto) -> None:
    started = _case(speaking, "CRM-1")
    assert isinstance(started, camunda.ProcessInstanceWithVariablesDto)
    assert started.variables["client_name"].value == "示例食品"
    assert (started.business_key, started.definition_id) == ("CRM-1", definition.id)
    author, signer = camunda.TaskApi(speaking("ae")), camunda.TaskApi(speaking("as"))
    (task,) = author.get_tasks(process_instance_id=started.id, assignee="ae")
    assert isinstance(task, camunda.TaskDto)
    assert isinstance(task.created, datetime)
    assert task.due > datetime.now(UTC)
    assert author.get_task(task.id).name == "Fill in the order"
    form = author.get_form_variables(task.id)
    assert (form["parts"].type, form["parts"].value) == ("Long", 1)
    wanted = camunda.CompleteTaskDto(
        variables={
            "wanted": camunda.VariableValueDto(value="海报", type="String"),
            "parts": camunda.VariableValueDto(value=4, type="Long"),
            "items": camunda.VariableValueDto(value='[{"item": "A1"}]', type="Json"),
        },
        # Its generated code cannot read the 204 that Camunda answers otherwise.
        with_variables_in_return=True,
    )
    author.complete(task.id, complete_task_dto=wanted)
    query = camunda.TaskQueryDto(
        process_instance_business_key="CRM-1",
        candidate_groups=["account_supervisor", "account_director"],
        unassigned=True,
        created_after=datetime.now(UTC) - timedelta(days=1),
        sorting=[camunda.TaskQueryDtoSorting(sort_by="created", sort_order="desc")],
    )
    (task,) = signer.query_tasks(first_result=0, max_results=10, task_query_dto=query)
    assert signer.query_tasks_count(task_query_dto=query).count == 1
    assert signer.get_tasks_count(process_instance_id=started.id).count == 1
    signer.claim(task.id, user_id_dto=camunda.UserIdDto(user_id="as"))
    assert signer.get_task(task.id).assignee == "as"
    signer.unclaim(task.id)
    assert signer.get_task(task.id).assignee is None
    instances = camunda.ProcessInstanceApi(speaking("manager"))
    data = instances.get_process_instance_variables(started.id)
    assert json.loads(data["items"].value) == [{"item": "A1"}]
    assert instances.get_process_instance_variable(started.id, "share").value == 25.0
    decision = {"decision": camunda.VariableValueDto(value="sign", type="String")}
    ended = signer.complete(
        task.id,
        complete_task_dto=camunda.CompleteTaskDto(
            variables=decision, with_variables_in_return=True
        ),
    )
    assert ended == {}
    past = camunda.HistoricProcessInstanceApi(speaking("ae")).get_historic_process_instance(
        started.id
    )
    assert isinstance(past.end_time, datetime)
    assert (past.state, past.start_user_id) == ("COMPLETED", "ae")


def test_it_finds_and_cancels_cases(
    speaking: Speaking, definition: camunda.ProcessDefinitionDto
) -> None:
    started = _case(speaking, "CRM-2")
    api = camunda.ProcessInstanceApi(speaking("ae"))
    (found,) = api.get_process_instances(business_key="CRM-2", process_definition_key="small_order")
    assert isinstance(found, camunda.ProcessInstanceDto)
    assert api.get_process_instance(started.id).id == started.id
    assert api.get_process_instances_count(business_key="CRM-2").count == 1
    query = camunda.ProcessInstanceQueryDto(business_key="CRM-2", active=True)
    assert [one.id for one in api.query_process_instances(process_instance_query_dto=query)] == [
        started.id
    ]
    api.delete_process_instance(started.id)
    assert _refused(lambda: api.get_process_instance(started.id))[0] == 404
    steps = camunda.HistoricActivityInstanceApi(speaking("ae")).get_historic_activity_instances(
        process_instance_id=started.id, sort_by="startTime", sort_order="asc"
    )
    assert [one.activity_type for one in steps] == ["startEvent", "userTask"]
    assert (steps[1].canceled, isinstance(steps[1].start_time, datetime)) == (True, True)
    history = camunda.HistoricProcessInstanceApi(speaking("ae"))
    (past,) = history.get_historic_process_instances(process_instance_business_key="CRM-2")
    assert past.state == "EXTERNALLY_TERMINATED"
    assert history.get_historic_process_instances_count(finished=True).count >= 1


def test_it_tells_what_went_wrong(
    site: Site, speaking: Speaking, definition: camunda.ProcessDefinitionDto, tmp_path: Path
) -> None:
    started = _case(speaking)
    author = camunda.TaskApi(speaking("ae"))
    (task,) = author.get_tasks(process_instance_id=started.id)
    few = camunda.CompleteTaskDto(variables={"parts": camunda.VariableValueDto(value="x")})
    status, body = _refused(lambda: author.complete(task.id, complete_task_dto=few))
    assert (status, body["details"].keys()) == (400, {"parts", "wanted"})
    other = camunda.TaskApi(speaking("ph"))
    assert _refused(lambda: other.get_task(task.id))[0] == 404
    assert _refused(lambda: author.get_tasks(owner="ae"))[0] == 400
    broken = tmp_path / "broken.bpmn"
    broken.write_text("<definitions/>")
    deploy = camunda.DeploymentApi(speaking("owner")).create_deployment
    status, body = _refused(lambda: deploy(data=str(broken)))
    assert (status, body["type"]) == (400, "ParseException")
    status, body = _refused(
        lambda: camunda.DeploymentApi(speaking("ae")).create_deployment(data=str(DIAGRAM))
    )
    assert (status, body["type"]) == (403, "AuthorizationException")
    message = camunda.CorrelationMessageDto(message_name="nothing", business_key="x")
    send = camunda.MessageApi(speaking("admin")).deliver_message
    status, body = _refused(lambda: send(correlation_message_dto=message))
    assert (status, body["type"]) == (400, "MismatchingMessageCorrelationException")
    stranger = camunda.ApiClient(camunda.Configuration(host=f"{site.address}/engine-rest"))
    status, body = _refused(camunda.VersionApi(stranger).get_rest_api_version)
    assert (status, body["type"]) == (401, "AuthenticationException")
    stranger.rest_client.pool_manager.clear()
