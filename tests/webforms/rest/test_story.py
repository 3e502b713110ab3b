"""A procedure edited outside and sent as Camunda Modeler sends it: the next case has the new task."""

from __future__ import annotations

from collections.abc import Callable

from engine import database, definitions
from engine.database import Sessions
from tests.conftest import PROCESSES
from tests.webforms.conftest import Browser
from tests.webforms.rest.conftest import Speaking
from tests.webforms.rest.modeler import Modeler

FILE = "new_client.bpmn"
FLOW = "prospect_found_to_collect_information"
TASK = """
    <bpmn:userTask id="look_into_register" name="查工商登记">
      <bpmn:documentation>在企业信用公示系统里查。</bpmn:documentation>
      <bpmn:extensionElements>
        <camunda:formData>
          <camunda:formField id="register_number" label="统一社会信用代码" type="string">
            <camunda:properties>
              <camunda:property id="label.en" value="Registration number"/>
            </camunda:properties>
            <camunda:validation>
              <camunda:constraint name="required"/>
              <camunda:constraint name="maxlength" config="18"/>
            </camunda:validation>
          </camunda:formField>
        </camunda:formData>
        <camunda:properties>
          <camunda:property name="name.en" value="Look into the register"/>
          <camunda:property name="documentation.en" value="Look it up in the public register."/>
        </camunda:properties>
      </bpmn:extensionElements>
      <bpmn:incoming>prospect_found_to_collect_information</bpmn:incoming>
      <bpmn:outgoing>register_to_information</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="register_to_information" sourceRef="look_into_register" targetRef="collect_information"/>
"""
SHAPE = """
      <bpmndi:BPMNShape id="look_into_register_di" bpmnElement="look_into_register">
        <dc:Bounds x="200" y="60" width="100" height="80"/>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="register_to_information_di" bpmnElement="register_to_information">
        <di:waypoint x="300" y="100"/>
        <di:waypoint x="350" y="100"/>
      </bpmndi:BPMNEdge>
"""
BESIDE = '<bpmndi:BPMNShape id="collect_information_di"'


def edited() -> bytes:
    """Add a task with a field behind the start, as somebody would who edits the text."""
    xml = (PROCESSES / FILE).read_text(encoding="utf-8")
    for old, new in (
        (
            f'id="{FLOW}" sourceRef="prospect_found" targetRef="collect_information"',
            f'id="{FLOW}" sourceRef="prospect_found" targetRef="look_into_register"',
        ),
        (f"<bpmn:incoming>{FLOW}<", "<bpmn:incoming>register_to_information<"),
        (
            "<bpmn:flowNodeRef>collect_information<",
            "<bpmn:flowNodeRef>look_into_register</bpmn:flowNodeRef>\n"
            "        <bpmn:flowNodeRef>collect_information<",
        ),
        ("\n  </bpmn:process>", f"{TASK}\n  </bpmn:process>"),
        (BESIDE, f"{SHAPE.strip()}\n      {BESIDE}"),
    ):
        assert xml.count(old) == 1, old
        xml = xml.replace(old, new)
    return xml.encode()


def test_it_deploys_starts_and_shows_the_new_task(
    sessions: Sessions, speaking: Speaking, signed_in: Callable[[str], Browser]
) -> None:
    with database.writing(sessions) as session:
        definitions.deploy(session, None, definitions.files_in(PROCESSES))
    modeler = Modeler(speaking("owner"))
    deployed = modeler.deploy(FILE, edited())
    assert deployed.status_code == 200, deployed.text
    assert modeler.kept[FILE]["version"] == 2
    prospect = {
        "client_name": {"value": "示例食品", "type": "String"},
        "source": {"value": "referral", "type": "String"},
        "industry": {"value": "饮料", "type": "String"},
    }
    started = Modeler(speaking("ae"), modeler.kept).start(FILE, prospect)
    assert started.status_code == 200, started.text
    assert started.json is not None
    number = started.json["id"]
    (task,) = speaking("ae").get(f"/task?processInstanceId={number}").json or []
    assert (task["taskDefinitionKey"], task["name"]) == ("look_into_register", "查工商登记")
    # It is in the inbox of the right person, with its field.
    browser = signed_in("ae")
    assert "查工商登记" in browser.get("/").text
    assert "查工商登记" not in signed_in("ph").get("/?tab=groups").text
    page = browser.get(f"/tasks/{task['id']}").text
    assert "统一社会信用代码" in page
    too_long = {"variables": {"register_number": {"value": "9" * 19}}}
    assert speaking("ae").post(f"/task/{task['id']}/complete", json=too_long).status_code == 400
    good = {"variables": {"register_number": {"value": "9" * 18}}}
    assert speaking("ae").post(f"/task/{task['id']}/complete", json=good).status_code == 204
    (task,) = speaking("ae").get(f"/task?processInstanceId={number}").json or []
    assert task["taskDefinitionKey"] == "collect_information"
