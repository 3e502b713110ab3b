"""A procedure edited outside, as somebody does who sends the file afterwards."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.extensions import CAMUNDA
from engine.diagrams.sources import BPMN

DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DD = "http://www.omg.org/spec/DD/20100524/DI"
NEW_STEP = f"""
<bpmn:userTask xmlns:bpmn="{BPMN}" xmlns:camunda="{CAMUNDA}" id="check_budget" name="核对客户预算"
    camunda:dueDate="P2D">
  <bpmn:documentation>与客户核对今年的推广预算。</bpmn:documentation>
  <bpmn:extensionElements>
    <camunda:formData>
      <camunda:formField id="yearly_budget" label="年度预算" type="money">
        <camunda:properties><camunda:property id="label.en" value="Budget of the year"/></camunda:properties>
        <camunda:validation><camunda:constraint name="required"/></camunda:validation>
      </camunda:formField>
    </camunda:formData>
    <camunda:properties>
      <camunda:property name="name.en" value="Check the client's budget"/>
      <camunda:property name="documentation.en" value="Ask the client what may be spent this year."/>
    </camunda:properties>
  </bpmn:extensionElements>
</bpmn:userTask>
"""
#: Room for a step between two others, in the drawing's units.
STEP = 150.0


def with_new_step(xml: bytes, *, after: str = "meet_client", before: str = "is_confirmed") -> bytes:
    """Put a step with a form between two others that follow each other in one lane."""
    root = etree.fromstring(xml)
    (process,) = root.iterfind(f"{{{BPMN}}}process")
    (flow,) = (
        f
        for f in process.iterfind(f"{{{BPMN}}}sequenceFlow")
        if (f.get("sourceRef"), f.get("targetRef")) == (after, before)
    )
    flow.set("targetRef", "check_budget")
    flow.addnext(etree.fromstring(NEW_STEP))
    etree.SubElement(
        process,
        f"{{{BPMN}}}sequenceFlow",
        id="budget_checked",
        sourceRef="check_budget",
        targetRef=before,
    )
    for next_one in process.iterfind(f"*[@id='{before}']"):
        for incoming in next_one.iterfind(f"{{{BPMN}}}incoming"):
            if incoming.text == flow.get("id"):
                incoming.text = "budget_checked"
    for ref in process.iter(f"{{{BPMN}}}flowNodeRef"):
        if ref.text == after:
            new = etree.Element(ref.tag)
            new.text = "check_budget"
            ref.addnext(new)
    _draw(root, str(flow.get("id")), after, before)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _draw(root: etree._Element, flow_id: str, after: str, before: str) -> None:
    def of(thing: str) -> etree._Element:
        return next(root.iterfind(f".//*[@bpmnElement='{thing}']"))

    to, start = of(before)[0], of(after)[0]
    left = float(to.get("x", ""))
    middle = float(to.get("y", "")) + float(to.get("height", "")) / 2
    end = float(start.get("x", "")) + float(start.get("width", ""))
    for drawn in root.iter(f"{{{DI}}}BPMNShape", f"{{{DI}}}BPMNEdge"):
        moves = float(drawn[0].get("x", "")) >= left  # a shape moves with its label
        for node in drawn.iter(f"{{{DC}}}Bounds", f"{{{DD}}}waypoint"):
            if moves or float(node.get("x", "")) >= left:
                node.set("x", str(float(node.get("x", "")) + STEP))
            elif float(node.get("x", "")) + float(node.get("width", "0")) > left + STEP:
                node.set("width", str(float(node.get("width", "")) + STEP))
    plane = to.getparent().getparent()  # type: ignore[union-attr]
    shape = etree.SubElement(plane, f"{{{DI}}}BPMNShape", bpmnElement="check_budget")
    at = {"x": str(left), "y": str(middle - 40), "width": "100", "height": "80"}
    etree.SubElement(shape, f"{{{DC}}}Bounds", at)
    edge = etree.SubElement(plane, f"{{{DI}}}BPMNEdge", bpmnElement="budget_checked")
    for x in (left + 100, left + STEP):
        etree.SubElement(edge, f"{{{DD}}}waypoint", x=str(x), y=str(middle))
    old = of(flow_id)
    for point in list(old.iterfind(f"{{{DD}}}waypoint")):
        old.remove(point)
    for place, x in enumerate((end, left)):
        old.insert(place, etree.Element(f"{{{DD}}}waypoint", x=str(x), y=str(middle)))
