"""The dialect's words: every property, attribute and extension means something, or is reported.

BPMN's XML schema (`engine.runtime.xsd`) only warns: what real tools' files offend against in it
(order, ids with a blank, half-drawn data associations) runs just the same. What a mistyped word
would change is looked at here.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagrams import Diagram, Element, Problem, Process
from engine.languages import Text
from engine.rules.activities import CODE
from engine.rules.place import BY_PEOPLE, Place

_EVERYWHERE = frozenset({"name.en", "documentation.en", "manual"})
_MESSAGE = frozenset({"correlationKey", "payload", "variable", "fields", "timeToLive", "ifExpired"})
#: Events that bring something with them, as messages do.
THROWN = frozenset({"error", "escalation", "signal"})
_PERSON = frozenset({"distinctFrom", "optional", "submit", "submit.en", "detail"})
_SEVERAL = frozenset({"resultList", "resultItem"})
ON_ELEMENTS = _EVERYWHERE | _MESSAGE | _PERSON | _SEVERAL | {"cancelsStarted"}
ON_PROCESSES = _EVERYWHERE | {"case.title", "case.fields", "cancelledBy"}
ON_LANES = _EVERYWHERE | {"sticky"}
ON_FLOWS = _EVERYWHERE
#: Camunda attributes that are read.
READ = frozenset(
    {
        *("camunda:assignee", "camunda:candidateGroups", "camunda:candidateUsers"),
        *("camunda:dueDate", "camunda:followUpDate", "camunda:priority"),
        *("camunda:errorCodeVariable", "camunda:escalationCodeVariable"),
        *("camunda:type", "camunda:topic", "camunda:historyTimeToLive", "camunda:versionTag"),
    }
)
#: Camunda attributes that say how another engine works, not what happens.
HARMLESS = frozenset(
    {
        *("camunda:async", "camunda:asyncBefore", "camunda:asyncAfter", "camunda:exclusive"),
        *("camunda:jobPriority", "camunda:taskPriority", "camunda:isStartableInTasklist"),
        *("camunda:modelerTemplate", "camunda:modelerTemplateVersion"),
        *("camunda:calledElementBinding", "camunda:candidateStarterGroups"),
    }
)
EXTENSIONS = frozenset(
    {
        *("properties", "property", "formData", "formField", "value", "validation"),
        *("constraint", "inputOutput", "inputParameter", "outputParameter", "in", "out"),
    }
)
HARMLESS_EXTENSIONS = frozenset({"failedJobRetryTimeCycle"})
#: BPMN's own attributes of flow nodes and processes.
BPMN_ATTRIBUTES = frozenset(
    {
        *("id", "name", "default", "isForCompensation", "startQuantity", "completionQuantity"),
        *("attachedToRef", "cancelActivity", "isInterrupting", "parallelMultiple"),
        *("triggeredByEvent", "messageRef", "operationRef", "implementation", "instantiate"),
        *("gatewayDirection", "eventGatewayType", "calledElement", "ordering", "method"),
        *("cancelRemainingInstances", "scriptFormat", "initiatingParticipantRef"),
        *("loopType", "activationCondition"),
    }
)
#: BPMN's own elements directly inside a flow node, beside flow nodes themselves.
BPMN_PARTS = frozenset(
    {
        *("documentation", "extensionElements", "incoming", "outgoing", "auditing"),
        *("monitoring", "categoryValueRef", "ioSpecification", "property"),
        *("dataInputAssociation", "dataOutputAssociation", "dataInput", "dataOutput"),
        *("inputSet", "outputSet", "resourceRole", "performer", "humanPerformer"),
        *("potentialOwner", "rendering", "eventDefinitionRef", "laneSet", "sequenceFlow"),
        *("association", "group", "textAnnotation", "dataObject", "dataObjectReference"),
        *("dataStoreReference", "script", "supportedInterfaceRef", "ioBinding", "artifact"),
        *("completionCondition", "activationCondition", "participantRef", "messageFlowRef"),
    }
)
#: BPMN elements that carry data; case data do that here.
DATA = frozenset({"dataInputAssociation", "dataOutputAssociation", "ioSpecification", "property"})
#: Who else's extensions make a diagram run, by a part of their namespace.
ENGINES = {
    "schema/zeebe": "Camunda 8",
    "activiti.org": "Activiti",
    "flowable.org": "Flowable",
    "spiffworkflow.org": "SpiffWorkflow",
    "jboss.org/drools": "jBPM",
    "omg.org/bpmn20/bonita": "Bonita",
}


def unknown_property(place: Place) -> Iterator[Problem]:
    """A property whose name is mistyped would silently do nothing."""
    for name in place.process.properties.keys() - ON_PROCESSES:
        yield place.error("unknown_property", *_unknown(name, ON_PROCESSES))
    for lane in place.process.lanes.values():
        for name in lane.properties.keys() - ON_LANES:
            yield place.error("unknown_property", *_unknown(name, ON_LANES), lane)
    for flow in place.process.flows.values():
        for name in flow.properties.keys() - ON_FLOWS:
            yield place.error("unknown_property", *_unknown(name, ON_FLOWS), flow)
    for element in place.elements():
        for name in element.properties.keys() - ON_ELEMENTS:
            yield place.error("unknown_property", *_unknown(name, ON_ELEMENTS), element)


def _unknown(name: str, known: frozenset[str]) -> tuple[str, str]:
    listed = ", ".join(sorted(known))
    return (
        f"扩展属性“{name}”不认识。可用：{listed}。",
        f'The extension property "{name}" is unknown. There are: {listed}.',
    )


def property_out_of_place(place: Place) -> Iterator[Problem]:
    """A property stands where it has an effect."""
    for element in place.elements():
        for name in element.properties:
            if not _fits(element, name):
                yield place.error(
                    "property_out_of_place",
                    f"扩展属性“{name}”在这个元素上没有作用。请删除，或者移到正确的元素。",
                    f'The extension property "{name}" has no effect on this element. Delete it '
                    "or move it to where it belongs.",
                    element,
                )


def _fits(element: Element, name: str) -> bool:
    if name in ("payload", "variable", "fields") and element.event in THROWN:
        return True
    if name in _MESSAGE:
        return element.event == "message" or element.kind in ("sendTask", "receiveTask")
    if name in _SEVERAL:
        return element.multi_instance is not None
    if name in ("submit", "submit.en"):
        return element.kind in BY_PEOPLE | {"startEvent"}
    if name in _PERSON:
        return element.kind in BY_PEOPLE
    return name != "cancelsStarted" or element.kind == "endEvent"


def property_value(place: Place) -> Iterator[Problem]:
    """A property that is a switch is on or off."""
    switches = [
        (element, name, element.properties[name])
        for element in place.elements()
        for name in ("optional", "cancelsStarted")
        if name in element.properties
    ]
    for element, name, value in switches:
        if value not in ("true", "false"):
            yield place.error("property_value", *_switch(name, value), element)
    for lane in place.process.lanes.values():
        value = lane.properties.get("sticky", "false")
        if value not in ("true", "false"):
            yield place.error("property_value", *_switch("sticky", value), lane)


def _switch(name: str, value: str) -> tuple[str, str]:
    return (
        f"{name} 只能是 true 或 false，不能是“{value}”。",
        f'{name} is true or false, not "{value}".',
    )


def camunda_attribute(place: Place) -> Iterator[Problem]:
    """Camunda attributes that this engine does not run are reported."""
    for element in place.elements():
        for name in element.attributes:
            if not name.startswith("camunda:") or name in READ or name in CODE:
                continue
            if name in HARMLESS:
                yield place.warning(
                    "camunda_attribute",
                    f"{name} 在这里没有作用，可以删除。",
                    f"{name} has no effect here and can be deleted.",
                    element,
                )
            else:
                yield place.error(
                    "camunda_attribute",
                    f"{name} 在这里不支持。请删除它；表单请用 camunda:formData。",
                    f"{name} is not supported here. Delete it; forms are drawn with "
                    "camunda:formData.",
                    element,
                )


def camunda_extension(place: Place) -> Iterator[Problem]:
    """Listeners, connectors, scripts and the like are not run."""
    for holder in _holders(place):
        found = {e.name: e.line for e in reversed(holder.extensions) if e.name not in EXTENSIONS}
        serious = found.keys() - HARMLESS_EXTENSIONS
        names = ", ".join(f"camunda:{name}" for name in sorted(serious or found))
        say = place.error if serious else place.warning
        if names:
            yield say(
                "camunda_extension",
                f"{names} 在这里不执行。请删除；要计算请用 ${{…}} 映射，要通知请用任务或消息。",
                f"{names}: not run here. Delete this; to compute use a ${{…}} mapping, to notify "
                "use a task or a message.",
                holder,
                line=min(found[name] for name in serious or found),
            )


def unknown_words(place: Place) -> Iterator[Problem]:
    """A mistyped BPMN attribute or element would silently be taken for its default."""
    for element in place.elements():
        plain = {name for name in element.attributes if ":" not in name}
        parts = {part for part in element.parts if part not in BPMN_PARTS and not _is_node(part)}
        for name in sorted((plain - BPMN_ATTRIBUTES) | parts):
            yield place.error(
                "unknown_words",
                f"“{name}”不是 BPMN 2.0 里的词。请改正或删除。",
                f'"{name}" is no word of BPMN 2.0. Correct or delete it.',
                element,
            )


def _is_node(part: str) -> bool:
    return part.endswith(
        ("Event", "Gateway", "ask", "EventDefinition", "LoopCharacteristics")
    ) or part in (
        "callActivity",
        "subProcess",
        "adHocSubProcess",
        "transaction",
        "callChoreography",
    )


def data_flow(place: Place) -> Iterator[Problem]:
    """BPMN's data inputs and outputs are not what carries data here."""
    for holder in _holders(place):
        if DATA & set(holder.parts):
            yield place.warning(
                "data_flow",
                "BPMN 的数据输入输出在这里没有作用；数据都在案件里。可以删除它们。",
                "BPMN's data inputs and outputs have no effect here: data are the case's. They "
                "can be deleted.",
                holder,
            )


def _holders(place: Place) -> list[Process | Element]:
    return [place.process, *place.elements()]


def foreign_engine(diagram: Diagram) -> Iterator[Problem]:
    """A diagram made for another engine says so before it is redrawn."""
    for space, line in diagram.foreign.items():
        name = next((name for part, name in ENGINES.items() if part in space), "")
        if name:
            yield Problem(
                "warning",
                "foreign_engine",
                Text(
                    f"这个文件是为 {name} 画的，它的扩展（表单、分派、代码）在这里不读取。请用 camunda: 重画。",
                    f"This file was drawn for {name}, whose extensions (forms, assignments, code) "
                    "are not read here. Draw them with camunda: instead.",
                ),
                file=diagram.file,
                line=line,
            )


RULES = (
    unknown_property,
    property_out_of_place,
    property_value,
    camunda_attribute,
    camunda_extension,
    unknown_words,
    data_flow,
)
