"""The drawing with which a new procedure begins: one lane, a start, a task, an end."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from engine.languages import Text

#: Ids of procedures: readable English in snake_case; they name the file and stand in addresses.
ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST_ID = 60

_DRAWING = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" \
xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" \
xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" \
xmlns:di="http://www.omg.org/spec/DD/20100524/DI" \
xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="definitions_{id}" \
targetNamespace="https://agencyflow.example/{id}">
  <bpmn:collaboration id="collaboration_{id}">
    <bpmn:participant id="participant_{id}" name={name} processRef="{id}" />
  </bpmn:collaboration>
  <bpmn:process id="{id}" name={name} isExecutable="true" camunda:historyTimeToLive="P3650D">
    <bpmn:extensionElements>
      <camunda:properties>
        <camunda:property name="name.en" value={name_en} />
        <camunda:property name="case.title" value="subject" />
        <camunda:property name="case.fields" value="subject" />
      </camunda:properties>
    </bpmn:extensionElements>
    <bpmn:laneSet id="lanes_{id}">
      <bpmn:lane id={group} name={lane}>
        <bpmn:extensionElements>
          <camunda:properties>
            <camunda:property name="name.en" value={lane_en} />
          </camunda:properties>
        </bpmn:extensionElements>
        <bpmn:flowNodeRef>started</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>first_task</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>done</bpmn:flowNodeRef>
      </bpmn:lane>
    </bpmn:laneSet>
    <bpmn:startEvent id="started" name="开始">
      <bpmn:extensionElements>
        <camunda:properties>
          <camunda:property name="name.en" value="Started" />
        </camunda:properties>
        <camunda:formData>
          <camunda:formField id="subject" label="事由" type="string">
            <camunda:properties>
              <camunda:property id="label.en" value="Subject" />
            </camunda:properties>
            <camunda:validation>
              <camunda:constraint name="required" />
            </camunda:validation>
          </camunda:formField>
        </camunda:formData>
      </bpmn:extensionElements>
      <bpmn:outgoing>started_to_first_task</bpmn:outgoing>
    </bpmn:startEvent>
    <bpmn:userTask id="first_task" name="第一项任务">
      <bpmn:extensionElements>
        <camunda:properties>
          <camunda:property name="name.en" value="First task" />
        </camunda:properties>
      </bpmn:extensionElements>
      <bpmn:incoming>started_to_first_task</bpmn:incoming>
      <bpmn:outgoing>first_task_to_done</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:endEvent id="done" name="完成">
      <bpmn:extensionElements>
        <camunda:properties>
          <camunda:property name="name.en" value="Done" />
        </camunda:properties>
      </bpmn:extensionElements>
      <bpmn:incoming>first_task_to_done</bpmn:incoming>
    </bpmn:endEvent>
    <bpmn:sequenceFlow id="started_to_first_task" sourceRef="started" targetRef="first_task" />
    <bpmn:sequenceFlow id="first_task_to_done" sourceRef="first_task" targetRef="done" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram_{id}">
    <bpmndi:BPMNPlane id="plane_{id}" bpmnElement="collaboration_{id}">
      <bpmndi:BPMNShape id="participant_{id}_di" bpmnElement="participant_{id}" isHorizontal="true">
        <dc:Bounds x="160" y="80" width="640" height="200" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id={lane_shape} bpmnElement={group} isHorizontal="true">
        <dc:Bounds x="190" y="80" width="610" height="200" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="started_di" bpmnElement="started">
        <dc:Bounds x="252" y="162" width="36" height="36" />
        <bpmndi:BPMNLabel><dc:Bounds x="258" y="205" width="24" height="14" /></bpmndi:BPMNLabel>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="first_task_di" bpmnElement="first_task">
        <dc:Bounds x="400" y="140" width="120" height="80" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="done_di" bpmnElement="done">
        <dc:Bounds x="632" y="162" width="36" height="36" />
        <bpmndi:BPMNLabel><dc:Bounds x="638" y="205" width="24" height="14" /></bpmndi:BPMNLabel>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="started_to_first_task_di" bpmnElement="started_to_first_task">
        <di:waypoint x="288" y="180" />
        <di:waypoint x="400" y="180" />
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="first_task_to_done_di" bpmnElement="first_task_to_done">
        <di:waypoint x="520" y="180" />
        <di:waypoint x="632" y="180" />
      </bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""


def is_id(text: str) -> bool:
    """Tell whether a text will do as the id of a procedure."""
    return len(text) <= LONGEST_ID and ID.fullmatch(text) is not None


def first_drawing(process_id: str, name: Text, group_id: str, group: Text) -> bytes:
    """Draw a procedure that runs as it is; its one lane is that of a group."""
    return _DRAWING.format(
        id=escape(process_id),
        name=quoteattr(name.to("zh")),
        name_en=quoteattr(name.to("en")),
        group=quoteattr(group_id),
        lane=quoteattr(group.to("zh")),
        lane_en=quoteattr(group.to("en")),
        lane_shape=quoteattr(f"{group_id}_di"),
    ).encode()
