"""Reading a drawing: every word of the dialect, and whatever else people send."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from engine.diagrams import MAX_BYTES, Choice, MultiInstance, Problem, TimerDefinition, read
from engine.errors import DiagramRefused
from engine.languages import Text

if TYPE_CHECKING:
    from engine.diagrams import Element, Process

DRAWING = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
    xmlns:i18n="http://www.omg.org/spec/BPMN/non-normative/extensions/i18n/1.0"
    targetNamespace="house">
  <bpmn:message id="message_order" name="work_order"/>
  <bpmn:collaboration id="pools">
    <bpmn:participant id="pool" name="客户部" processRef="sample"/>
  </bpmn:collaboration>
  <bpmn:process id="sample" isExecutable="true" camunda:versionTag="7">
    <bpmn:documentation>给谁用</bpmn:documentation>
    <bpmn:extensionElements>
      <camunda:properties>
        <camunda:property name="case.title" value="order.no"/>
        <camunda:property name="documentation.en" value="For whom"/>
      </camunda:properties>
    </bpmn:extensionElements>
    <bpmn:laneSet id="lanes">
      <bpmn:lane id="department" name="部门">
        <bpmn:flowNodeRef>ask</bpmn:flowNodeRef>
        <bpmn:childLaneSet id="inner">
          <bpmn:lane id="staff" name="员工">
            <bpmn:extensionElements><camunda:properties>
              <camunda:property name="sticky" value="true"/>
            </camunda:properties></bpmn:extensionElements>
            <bpmn:flowNodeRef>ask</bpmn:flowNodeRef>
            <bpmn:flowNodeRef>part</bpmn:flowNodeRef>
          </bpmn:lane>
        </bpmn:childLaneSet>
      </bpmn:lane>
    </bpmn:laneSet>
    <bpmn:startEvent id="begin">
      <bpmn:messageEventDefinition messageRef="message_order"/>
    </bpmn:startEvent>
    <bpmn:userTask id="ask" name="填写&#10;工作单" camunda:assignee="${case.starter}"
        camunda:candidateGroups="staff, heads" camunda:dueDate="P3D" camunda:followUpDate="P1D"
        camunda:priority="80">
      <bpmn:documentation>怎么填</bpmn:documentation>
      <bpmn:extensionElements>
        <camunda:formData>
          <camunda:formField id="orders[].kind" label="类别" type="enum" defaultValue="a">
            <camunda:properties>
              <camunda:property id="label.en" value="Kind"/>
              <camunda:property id="help" value="选一个"/>
              <camunda:property id="help.en" value="Choose one"/>
              <camunda:property id="value.a.en" value="First"/>
            </camunda:properties>
            <camunda:validation>
              <camunda:constraint name="required"/>
              <camunda:constraint name="maxlength" config="3"/>
            </camunda:validation>
            <camunda:value id="a" name="一"/>
            <camunda:value id="b" name="二"/>
          </camunda:formField>
        </camunda:formData>
        <camunda:inputOutput>
          <camunda:inputParameter name="title">${'No ' + order.no}</camunda:inputParameter>
          <camunda:outputParameter name="done">yes</camunda:outputParameter>
        </camunda:inputOutput>
        <camunda:properties>
          <camunda:property name="name.en" value="Fill in the order"/>
          <camunda:property name="optional" value="true"/>
        </camunda:properties>
        <i18n:translation xml:lang="en-GB" target="documentation">How to fill it in</i18n:translation>
      </bpmn:extensionElements>
    </bpmn:userTask>
    <bpmn:boundaryEvent id="late" attachedToRef="ask" cancelActivity="false">
      <bpmn:extensionElements>
        <i18n:translation xml:lang="en" target="@name">Late</i18n:translation>
      </bpmn:extensionElements>
      <bpmn:timerEventDefinition><bpmn:timeCycle>R3/PT24H</bpmn:timeCycle></bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:subProcess id="part">
      <bpmn:startEvent id="inner_begin"/>
      <bpmn:receiveTask id="hear" messageRef="message_order"/>
      <bpmn:sequenceFlow id="inside" sourceRef="inner_begin" targetRef="hear"/>
    </bpmn:subProcess>
    <bpmn:callActivity id="each" calledElement="house:other">
      <bpmn:extensionElements>
        <camunda:in source="order" target="one"/>
        <camunda:in variables="all"/>
        <camunda:out sourceExpression="${len(one)}" target="size"/>
        <camunda:properties>
          <camunda:property name="resultList" value="sizes"/>
          <camunda:property name="resultItem" value="size"/>
        </camunda:properties>
      </bpmn:extensionElements>
      <bpmn:multiInstanceLoopCharacteristics isSequential="true" camunda:collection="orders"
          camunda:elementVariable="order">
        <bpmn:completionCondition>size == 0</bpmn:completionCondition>
      </bpmn:multiInstanceLoopCharacteristics>
    </bpmn:callActivity>
    <bpmn:serviceTask id="post" camunda:type="external" camunda:topic="mail"/>
    <bpmn:exclusiveGateway id="which" default="otherwise"/>
    <bpmn:endEvent id="stop"><bpmn:terminateEventDefinition/></bpmn:endEvent>
    <bpmn:sequenceFlow id="first" sourceRef="begin" targetRef="ask"/>
    <bpmn:sequenceFlow id="yes" name="是" sourceRef="which" targetRef="stop">
      <bpmn:extensionElements><camunda:properties>
        <camunda:property name="name.en" value="Yes"/>
      </camunda:properties></bpmn:extensionElements>
      <bpmn:conditionExpression>${done == 'yes'}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="otherwise" sourceRef="which" targetRef="ask"/>
  </bpmn:process>
</bpmn:definitions>
"""


@pytest.fixture(scope="module")
def sample() -> Process:
    """The process of the drawing above."""
    return read(DRAWING.encode(), file="sample.bpmn").processes[0]


@pytest.fixture(scope="module")
def ask(sample: Process) -> Element:
    """Its user task."""
    return sample.elements["ask"]


def test_a_process_has_the_name_of_its_pool_when_it_has_none(sample):
    assert (sample.id, sample.name, sample.executable) == ("sample", Text("客户部"), True)
    assert sample.help == Text("给谁用", "For whom")
    assert sample.version_tag == "7"
    assert sample.properties["case.title"] == "order.no"


def test_a_lane_reaches_into_sub_processes_and_the_innermost_wins(sample):
    lanes = {e.id: e.lane for e in sample.elements.values() if e.lane}
    assert lanes == {"ask": "staff", "late": "staff", "part": "staff", "inner_begin": "staff", "hear": "staff"}  # fmt: skip
    assert sample.lanes["staff"].properties == {"sticky": "true"}
    assert sample.lanes["department"].name == Text("部门")


def test_an_element_knows_its_scope_and_its_flows(sample):
    hear = sample.elements["hear"]
    assert (hear.process_id, hear.scope_id, hear.incoming) == ("sample", "part", ("inside",))
    assert [flow.id for flow in sample.outgoing(sample.elements["which"])] == ["yes", "otherwise"]
    assert [e.id for e in sample.within("part")] == ["inner_begin", "hear"]


def test_a_task_says_who_and_by_when(ask):
    assert (ask.assignee, ask.candidate_groups) == ("${case.starter}", ("staff", "heads"))
    assert (ask.due_date, ask.follow_up_date, ask.priority) == ("P3D", "P1D", "80")
    assert ask.optional


def test_names_and_help_are_read_in_both_languages(ask, sample):
    assert ask.name == Text("填写 工作单", "Fill in the order")
    assert ask.help == Text("怎么填", "How to fill it in")
    assert sample.elements["late"].name == Text("", "Late")


def test_a_form_field_is_read_whole(ask):
    (field,) = ask.fields
    assert (field.id, field.type, field.default) == ("orders[].kind", "enum", "a")
    assert (field.label, field.help) == (Text("类别", "Kind"), Text("选一个", "Choose one"))
    assert field.choices == (Choice("a", Text("一", "First")), Choice("b", Text("二")))
    assert field.constraints == {"required": "", "maxlength": "3"}
    assert field.line > 40


def test_mappings_keep_their_order_and_their_text(ask):
    assert ask.input_parameters == (("title", "${'No ' + order.no}"),)
    assert ask.output_parameters == (("done", "yes"),)


def test_messages_are_known_by_their_names(sample):
    assert (sample.elements["begin"].event, sample.elements["begin"].message) == (
        "message",
        "work_order",
    )
    assert sample.elements["hear"].message == "work_order"


def test_a_boundary_event_knows_its_activity_and_its_time(sample):
    late = sample.elements["late"]
    assert (late.attached_to, late.interrupting) == ("ask", False)
    assert late.timer == TimerDefinition("timeCycle", "R3/PT24H")


def test_a_call_says_what_goes_in_and_out_and_over_which_list(sample):
    each = sample.elements["each"]
    assert each.called_element == "other"
    assert [(m.source, m.target, m.all_variables) for m in each.call_in] == [("order", "one", False), ("", "", True)]  # fmt: skip
    assert [(m.source_expression, m.target) for m in each.call_out] == [("${len(one)}", "size")]
    assert each.multi_instance == MultiInstance(
        sequential=True, collection="orders", element_variable="order", result_list="sizes",
        result_item="size", completion_condition="size == 0",
    )  # fmt: skip


def test_conditions_defaults_topics_and_ends_are_read(sample):
    yes = sample.flows["yes"]
    assert (yes.name, yes.condition) == (Text("是", "Yes"), "${done == 'yes'}")
    assert sample.elements["which"].default == "otherwise"
    assert sample.elements["post"].topic == "mail"
    assert sample.elements["stop"].event == "terminate"


@pytest.mark.parametrize("style", ["default", "bpmn2", "semantic"])
def test_the_prefix_makes_no_difference(style):
    if style == "default":
        text = (
            DRAWING.replace("<bpmn:", "<").replace("</bpmn:", "</").replace("xmlns:bpmn=", "xmlns=")
        )
    else:
        text = DRAWING.replace("bpmn:", f"{style}:").replace("xmlns:bpmn=", f"xmlns:{style}=")
    assert read(text.encode()).processes == read(DRAWING.encode()).processes


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "gb18030"])
def test_other_encodings_are_read(encoding):
    declared = {"utf-16": "UTF-16", "gb18030": "GB18030"}.get(encoding, "UTF-8")
    xml = DRAWING.replace('encoding="UTF-8"', f'encoding="{declared}"').encode(encoding)
    assert read(xml).processes[0].elements["ask"].name.zh == "填写 工作单"


def test_an_id_or_a_property_that_stands_there_twice_is_a_problem():
    doubled = DRAWING.replace('id="post"', 'id="ask"').replace(
        '<camunda:property name="sticky"', '<camunda:property name="sticky" value="1"/><camunda:property name="sticky"'
    )  # fmt: skip
    found = read(doubled.encode(), file="x.bpmn").problems
    assert [(p.code, p.element_id) for p in found] == [
        ("duplicate_id", "ask"),
        ("duplicate_property", "staff"),
    ]


def refused(xml: bytes) -> Problem:
    """The one problem with which these bytes are refused."""
    with pytest.raises(DiagramRefused) as caught:
        read(xml, file="sent.bpmn")
    (problem,) = caught.value.problems
    return problem


def test_broken_xml_is_refused_with_its_line():
    problem = refused(DRAWING.replace("</bpmn:userTask>", "").encode())
    assert (problem.code, problem.severity) == ("broken_xml", "error")
    assert problem.line > 90
    assert str(problem).startswith(f"sent.bpmn:{problem.line}: ")


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"no xml",
        b"\x00\x01\x02",
        b"<a",
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        "<a>流程</a>".encode("gb18030"),
        b"<a>" * 5_000,
    ],
)
def test_what_is_no_xml_is_refused(xml):
    assert refused(xml).code == "broken_xml"


def test_what_is_no_bpmn_is_refused():
    assert refused(b"<html><body/></html>").code == "not_bpmn"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE d SYSTEM "http://example.org/d.dtd">',
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
    ],
)
def test_a_doctype_is_refused(doctype, encoding):
    text = DRAWING.partition("?>")[2].replace("给谁用", "&x;")
    assert refused(f"<!-- <a> -->\n{doctype}\n{text}".encode(encoding)).code == "doctype"


def test_words_about_a_doctype_are_only_words():
    read(DRAWING.replace("给谁用", "<![CDATA[<!DOCTYPE html>]]>").encode())


def test_a_file_that_is_too_large_is_refused_before_it_is_parsed():
    assert refused(b"<" * (MAX_BYTES + 1)).code == "too_large"


def test_whatever_bytes_are_sent_a_problem_is_the_worst_that_happens():
    chance = random.Random(7)
    lines = []
    for _ in range(300):
        xml = bytearray(DRAWING.encode())
        for _ in range(chance.randint(1, 6)):
            place = chance.randrange(len(xml))
            if chance.random() < 0.5:
                xml[place] = chance.randrange(256)
            else:
                del xml[place : place + chance.randrange(40)]
        try:
            read(bytes(xml))
        except DiagramRefused as refusal:
            lines.append(refusal.problems[0].line)
    assert lines
    assert all(line > 0 for line in lines)
