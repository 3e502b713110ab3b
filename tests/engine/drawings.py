"""Small drawings from a few lines of text, deployed as a process owner would deploy them.

    draw("small", '''
        start begin lane=executor fields="title:string!"
        user work lane=executor fields="amount:long note:string kind:enum!=small,large"
        boundary late on=work timer=PT1H interrupting=false
        end done
        begin > work > done
        late > reminded
        choice > yes if ${amount > 3}
        choice > no
    ''')

A line is an element (kind, id, attributes) or a chain of flows. What is no attribute known here
becomes an extension property; `out.x` and `in.x` are output and input parameters.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from engine import database, definitions
from engine.database import Sessions
from engine.definitions import Deployed
from engine.errors import DiagramRefused

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="t" id="file">\n'
)
KINDS = {
    "start": "startEvent",
    "end": "endEvent",
    "user": "userTask",
    "manual": "manualTask",
    "choice": "exclusiveGateway",
    "both": "parallelGateway",
    "first": "eventBasedGateway",
    "throw": "intermediateThrowEvent",
    "catch": "intermediateCatchEvent",
    "boundary": "boundaryEvent",
    "call": "callActivity",
    "sub": "subProcess",
    "handler": "subProcess",
}
TIMERS = {"timer": "timeDuration", "date": "timeDate", "cycle": "timeCycle"}
CAMUNDA = {
    "assignee": "assignee",
    "groups": "candidateGroups",
    "due": "dueDate",
    "follow_up": "followUpDate",
    "priority": "priority",
}
#: Attributes with a meaning of their own; every other one is an extension property.
OWN = {
    *(
        "name",
        "lane",
        "inside",
        "on",
        "interrupting",
        *("message", "signal", "error", "escalation", "link"),
        "terminate",
        "calls",
        "fields",
        "default",
    ),
    *("each", "results", *TIMERS, *CAMUNDA),
}


def draw(process_id: str, lines: str, *, sticky: str = "", **properties: str) -> bytes:
    """Write the drawing of one process; `properties` are the process', `sticky` names a lane."""
    elements: dict[str, tuple[str, dict[str, str]]] = {}
    flows: list[tuple[str, str, str]] = []
    for line in lines.splitlines():
        if not line.strip():
            continue
        kind = line.split()[0]
        if kind in KINDS:
            _kind, element_id, *said = shlex.split(line)
            elements[element_id] = (kind, dict(part.split("=", 1) for part in said))
        else:
            way, _, condition = line.strip().partition(" if ")
            stops = [stop.strip() for stop in way.split(">")]
            flows += [(a, b, condition) for a, b in pairwise(stops)]
    body = _properties({"name.en": process_id, **properties}) + _lanes(elements, sticky)
    body += _scope("", elements, flows)
    messages = "".join(
        f'<bpmn:{tag} id="{kind}_{name}" name="{name}"/>\n'
        for tag, kind in (("message", "m"), ("signal", "s"), ("error", "e"), ("escalation", "x"))
        for name in dict.fromkeys(re.findall(f'{tag}Ref="{kind}_([^"]+)"', body))
    )
    process = (
        f'<bpmn:process id="{process_id}" name="{process_id}" isExecutable="true">{body}'
        "</bpmn:process>"
    )
    return f"{HEAD}{messages}{process}</bpmn:definitions>\n".encode()


def deploy(sessions: Sessions, *drawings: bytes) -> Deployed:
    """Deploy drawings as one set."""
    files: Mapping[str, bytes] = {f"{_id(one)}.bpmn": one for one in drawings}
    try:
        with database.writing(sessions) as session:
            return definitions.deploy(session, None, files)
    except DiagramRefused as refused:
        refused.add_note("\n".join(str(p) for p in refused.problems if p.is_error))
        raise


def _id(drawing: bytes) -> str:
    found = re.search(rb'<bpmn:process id="([^"]+)"', drawing)
    assert found
    return found[1].decode()


def _lanes(elements: Mapping[str, tuple[str, dict[str, str]]], sticky: str) -> str:
    lanes: dict[str, list[str]] = {}
    for element_id, (_, said) in elements.items():
        if "lane" in said:
            lanes.setdefault(said["lane"], []).append(element_id)
    drawn = ""
    for lane, members in lanes.items():
        own = {"name.en": lane, **({"sticky": "true"} if lane == sticky else {})}
        refs = "".join(f"<bpmn:flowNodeRef>{m}</bpmn:flowNodeRef>" for m in members)
        drawn += f'<bpmn:lane id="{lane}" name="{lane}">{_properties(own)}{refs}</bpmn:lane>\n'
    return f'<bpmn:laneSet id="lanes">{drawn}</bpmn:laneSet>\n' if drawn else ""


def _scope(
    scope: str,
    elements: Mapping[str, tuple[str, dict[str, str]]],
    flows: list[tuple[str, str, str]],
) -> str:
    """Draw what lies directly in the process (no scope) or in a sub-process."""
    inside = {i: e for i, e in elements.items() if e[1].get("inside", "") == scope}
    drawn = ""
    for element_id, (kind, said) in inside.items():
        drawn += _element(element_id, kind, said, _scope(element_id, elements, flows))
    for source, target, condition in flows:
        if source in inside:
            drawn += _flow(source, target, condition)
    return drawn


def _flow(source: str, target: str, condition: str) -> str:
    inner = ""
    if condition:
        inner = (
            '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
            f"{escape(condition)}</bpmn:conditionExpression>"
        )
    return (
        f'<bpmn:sequenceFlow id="{source}_to_{target}" sourceRef="{source}" '
        f'targetRef="{target}">{inner}</bpmn:sequenceFlow>\n'
    )


def _element(element_id: str, kind: str, said: dict[str, str], inside: str) -> str:
    tag = KINDS[kind]
    attributes = {"id": element_id, "name": said.get("name", element_id)}
    attributes |= {f"camunda:{CAMUNDA[k]}": v for k, v in said.items() if k in CAMUNDA}
    if kind == "boundary":
        attributes["attachedToRef"] = said["on"]
        attributes["cancelActivity"] = said.get("interrupting", "true")
    if kind == "handler":
        attributes["triggeredByEvent"] = "true"
    if kind == "start" and "interrupting" in said:
        attributes["isInterrupting"] = said["interrupting"]
    if "default" in said:
        attributes["default"] = f"{element_id}_to_{said['default']}"
    if "calls" in said:
        attributes["calledElement"] = said["calls"]
    own = {
        name: value
        for name, value in said.items()
        if name not in OWN and not name.startswith(("in.", "out."))
    }
    repeated = ""
    if "each" in said:
        item, _, collection = said["each"].partition(" of ")
        own |= {"resultList": said.get("results", "results"), "resultItem": "result"}
        repeated = (
            f'<bpmn:multiInstanceLoopCharacteristics camunda:collection="{collection}" '
            f'camunda:elementVariable="{item}"/>'
        )
    extended = _properties(own, _form(said.get("fields", "")) + _mapping(said))
    listed = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<bpmn:{tag}{listed}>{extended}{inside}{_event(said)}{repeated}</bpmn:{tag}>\n"


def _event(said: dict[str, str]) -> str:
    if "message" in said:
        return f'<bpmn:messageEventDefinition messageRef="m_{said["message"]}"/>'
    for tag, kind in (("signal", "s"), ("error", "e"), ("escalation", "x")):
        if tag in said:
            return f'<bpmn:{tag}EventDefinition {tag}Ref="{kind}_{said[tag]}"/>'
    if "link" in said:
        return f'<bpmn:linkEventDefinition name="{said["link"]}"/>'
    if "terminate" in said:
        return "<bpmn:terminateEventDefinition/>"
    for name, tag in TIMERS.items():
        if name in said:
            inner = f"<bpmn:{tag}>{escape(said[name])}</bpmn:{tag}>"
            return f"<bpmn:timerEventDefinition>{inner}</bpmn:timerEventDefinition>"
    return ""


def _mapping(said: dict[str, str]) -> str:
    drawn = ""
    for prefix, tag in (("in.", "inputParameter"), ("out.", "outputParameter")):
        for name, value in said.items():
            if name.startswith(prefix):
                short = name.removeprefix(prefix)
                drawn += f'<camunda:{tag} name="{short}">{escape(value)}</camunda:{tag}>'
    return f"<camunda:inputOutput>{drawn}</camunda:inputOutput>" if drawn else ""


def _form(fields: str) -> str:
    drawn = ""
    for field in fields.split():
        field_id, _, said = field.partition(":")
        kind, _, choices = said.partition("=")
        values = "".join(
            f'<camunda:value id="{one}" name="{one}"/>' for one in filter(None, choices.split(","))
        )
        required = '<camunda:constraint name="required"/>' if kind.endswith("!") else ""
        drawn += (
            f'<camunda:formField id="{field_id}" type="{kind.rstrip("!")}" label="{field_id}">{values}'
            f"<camunda:validation>{required}</camunda:validation></camunda:formField>"
        )
    return f"<camunda:formData>{drawn}</camunda:formData>" if drawn else ""


def _properties(own: Mapping[str, str], more: str = "") -> str:
    listed = "".join(
        f"<camunda:property name={quoteattr(name)} value={quoteattr(value)}/>"
        for name, value in own.items()
    )
    if listed:
        more += f"<camunda:properties>{listed}</camunda:properties>"
    return f"<bpmn:extensionElements>{more}</bpmn:extensionElements>" if more else ""
