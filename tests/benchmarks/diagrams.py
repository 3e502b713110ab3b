"""The diagrams that are measured."""

from __future__ import annotations

from itertools import pairwise

FIELDS = """
    <bpmn:extensionElements><camunda:formData>
      <camunda:formField id="client" label="客户" type="string">
        <camunda:properties><camunda:property id="label.en" value="Client"/></camunda:properties>
        <camunda:validation><camunda:constraint name="required"/></camunda:validation>
      </camunda:formField>
      <camunda:formField id="amount" label="金额" type="money">
        <camunda:properties><camunda:property id="label.en" value="Amount"/></camunda:properties>
      </camunda:formField>
      <camunda:formField id="urgent" label="加急" type="boolean">
        <camunda:properties><camunda:property id="label.en" value="Urgent"/></camunda:properties>
      </camunda:formField>
      <camunda:formField id="until" label="日期" type="date">
        <camunda:properties><camunda:property id="label.en" value="Until"/></camunda:properties>
      </camunda:formField>
    </camunda:formData>{more}</bpmn:extensionElements>
"""

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  id="definitions" targetNamespace="http://agencyflow.example/bench">
  <bpmn:process id="{id}" name="测量" isExecutable="true">
    <bpmn:laneSet id="lanes"><bpmn:lane id="account_executive" name="客户专员">{refs}</bpmn:lane>
    </bpmn:laneSet>
"""
TAIL = "  </bpmn:process>\n</bpmn:definitions>\n"


def sequence(tasks: int = 25) -> bytes:
    """Draw user tasks in a row, with a form of four fields each."""
    ids = ["begin", *(f"task_{n}" for n in range(tasks)), "finish"]
    body = ['<bpmn:startEvent id="begin" name="开始"/>']
    body += [
        f'<bpmn:userTask id="task_{n}" name="任务 {n}">{FIELDS.format(more="")}</bpmn:userTask>'
        for n in range(tasks)
    ]
    body.append('<bpmn:endEvent id="finish" name="结束"/>')
    body += [
        f'<bpmn:sequenceFlow id="flow_{n}" sourceRef="{a}" targetRef="{b}"/>'
        for n, (a, b) in enumerate(pairwise(ids))
    ]
    return _drawn("bench_sequence", ids, body)


def loop() -> bytes:
    """Draw one user task that is repeated until its form says that it is over."""
    ids = ["begin", "merge", "work", "again", "finish"]
    over = FIELDS.replace(
        "</camunda:formData>",
        '<camunda:formField id="over" label="完" type="boolean"/></camunda:formData>',
    )
    body = [
        '<bpmn:startEvent id="begin" name="开始"/>',
        '<bpmn:exclusiveGateway id="merge"/>',
        f'<bpmn:userTask id="work" name="工作">{over.format(more="")}</bpmn:userTask>',
        '<bpmn:exclusiveGateway id="again" name="完了吗?" default="flow_again"/>',
        '<bpmn:endEvent id="finish" name="结束"/>',
        '<bpmn:sequenceFlow id="flow_in" sourceRef="begin" targetRef="merge"/>',
        '<bpmn:sequenceFlow id="flow_work" sourceRef="merge" targetRef="work"/>',
        '<bpmn:sequenceFlow id="flow_done" sourceRef="work" targetRef="again"/>',
        '<bpmn:sequenceFlow id="flow_out" name="是" sourceRef="again" targetRef="finish">'
        '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${over == true}'
        "</bpmn:conditionExpression></bpmn:sequenceFlow>",
        '<bpmn:sequenceFlow id="flow_again" name="否" sourceRef="again" targetRef="merge"/>',
    ]
    return _drawn("bench_loop", ids, body)


def _drawn(process_id: str, ids: list[str], body: list[str]) -> bytes:
    refs = "".join(f"<bpmn:flowNodeRef>{i}</bpmn:flowNodeRef>" for i in ids)
    head = HEAD.format(id=process_id, refs=refs)
    return (head + "\n".join(body) + TAIL).encode()
