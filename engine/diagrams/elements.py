"""One flow node of the XML to one `Element`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.diagrams import extensions as ext
from engine.diagrams.records import Element, MultiInstance, TimerDefinition
from engine.diagrams.sources import BPMN, line_of
from engine.diagrams.words import child_text, children, help_of, name_of, parts_of, tag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

FLOW_NODES = frozenset(
    {
        *("task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask"),
        *("scriptTask", "businessRuleTask", "callActivity"),
        *("subProcess", "adHocSubProcess", "transaction"),
        *("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent"),
        *("boundaryEvent", "implicitThrowEvent"),
        *("exclusiveGateway", "inclusiveGateway", "parallelGateway"),
        *("complexGateway", "eventBasedGateway"),
        *("callChoreography", "choreographyTask", "subChoreography"),
    }
)
_TIMES = ("timeDuration", "timeDate", "timeCycle")


def element_of(
    node: etree._Element,
    *,
    process_id: str,
    scope_id: str,
    lane: str,
    messages: Mapping[str, str],
    codes: Mapping[str, str],
    incoming: tuple[str, ...],
    outgoing: tuple[str, ...],
) -> Element:
    """Read one flow node; what lies around it (its scope, lane and flows) is given."""
    kind = tag(node)
    attributes = ext.attributes_of(node)
    properties = ext.properties_of(node)
    event, definition = _event(node)
    if definition is not None:
        # What Camunda says of an event it says on its definition.
        said = ext.attributes_of(definition).items()
        attributes |= {name: v for name, v in said if name.startswith("camunda:")}
    reference = attributes.get("messageRef", "")
    if definition is not None and event == "message":
        reference = definition.get("messageRef", "")
    interrupting = attributes.get("cancelActivity", attributes.get("isInterrupting", "true"))
    topic_holder = definition if definition is not None else node
    return Element(
        id=node.get("id") or f"{kind}_line_{node.sourceline}",
        kind=kind,
        process_id=process_id,
        scope_id=scope_id,
        name=name_of(node),
        help=help_of(node),
        lane=lane,
        properties=properties,
        fields=ext.fields_of(node),
        assignee=attributes.get("camunda:assignee", "").strip(),
        candidate_groups=_listed(attributes.get("camunda:candidateGroups", "")),
        candidate_users=_listed(attributes.get("camunda:candidateUsers", "")),
        due_date=attributes.get("camunda:dueDate", "").strip(),
        follow_up_date=attributes.get("camunda:followUpDate", "").strip(),
        priority=attributes.get("camunda:priority", "").strip(),
        message=_message(reference, messages),
        event=event,
        code=_code(node, event, definition, codes),
        code_variable=_code_variable(event, definition),
        timer=_timer(definition) if event == "timer" and definition is not None else None,
        attached_to=attributes.get("attachedToRef", ""),
        interrupting=interrupting.strip() not in ("false", "0"),
        called_element=_called(attributes.get("calledElement", "")),
        call_in=ext.call_mappings_of(node, "in"),
        call_out=ext.call_mappings_of(node, "out"),
        input_parameters=ext.parameters_of(node, "inputParameter"),
        output_parameters=ext.parameters_of(node, "outputParameter"),
        multi_instance=_multi_instance(node, properties),
        standard_loop=next(children(node, "standardLoopCharacteristics"), None) is not None,
        triggered_by_event=attributes.get("triggeredByEvent", "false").strip() in ("true", "1"),
        default=attributes.get("default", ""),
        incoming=incoming,
        outgoing=outgoing,
        topic=topic_holder.get(ext.camunda("topic"), node.get(ext.camunda("topic"), "")).strip(),
        attributes=attributes,
        extensions=ext.extensions_of(node),
        parts=parts_of(node),
        line=line_of(node),
    )


def _event(node: etree._Element) -> tuple[str, etree._Element | None]:
    """What kind of event it is: "" for none, "multiple" for more than one definition."""
    found = [
        child
        for child in node.iterchildren(f"{{{BPMN}}}*")
        if tag(child).endswith("EventDefinition")
    ]
    root = node.getroottree().getroot()
    for reference in children(node, "eventDefinitionRef"):
        wanted = (reference.text or "").strip().rsplit(":", 1)[-1]
        found += [child for child in root.iterchildren(f"{{{BPMN}}}*") if child.get("id") == wanted]
    if not found:
        return "", None
    if len(found) > 1:
        return "multiple", None
    return tag(found[0]).removesuffix("EventDefinition"), found[0]


def _timer(definition: etree._Element) -> TimerDefinition | None:
    for kind in _TIMES:
        if next(children(definition, kind), None) is not None:
            return TimerDefinition(kind, child_text(definition, kind))
    return None


def _multi_instance(node: etree._Element, properties: Mapping[str, str]) -> MultiInstance | None:
    for loop in children(node, "multiInstanceLoopCharacteristics"):
        inner = ext.properties_of(loop)
        return MultiInstance(
            sequential=loop.get("isSequential", "false").strip() in ("true", "1"),
            collection=loop.get(ext.camunda("collection"), "").strip(),
            element_variable=loop.get(ext.camunda("elementVariable"), "").strip(),
            result_list=properties.get("resultList", inner.get("resultList", "")).strip(),
            result_item=properties.get("resultItem", inner.get("resultItem", "")).strip(),
            completion_condition=child_text(loop, "completionCondition"),
            cardinality=child_text(loop, "loopCardinality"),
        )
    return None


def _message(reference: str, messages: Mapping[str, str]) -> str:
    reference = reference.strip()
    return messages.get(reference) or messages.get(reference.rsplit(":", 1)[-1], "")


def _code(
    node: etree._Element,
    event: str,
    definition: etree._Element | None,
    codes: Mapping[str, str],
) -> str:
    """What links, signals, errors and escalations are matched by; "" matches any."""
    if definition is None or event not in ("link", "signal", "error", "escalation"):
        return ""
    if event == "link":
        return " ".join((definition.get("name", "").strip() or name_of(node).zh).split())
    reference = definition.get(f"{event}Ref", "").strip()
    return codes.get(reference) or codes.get(reference.rsplit(":", 1)[-1], "")


def _code_variable(event: str, definition: etree._Element | None) -> str:
    if definition is None or event not in ("error", "escalation"):
        return ""
    return definition.get(ext.camunda(f"{event}CodeVariable"), "").strip()


def _called(reference: str) -> str:
    # The attribute is a QName; an expression is none and is left as it is.
    reference = reference.strip()
    return reference if "{" in reference else reference.rsplit(":", 1)[-1]


def _listed(text: str) -> tuple[str, ...]:
    """Split at commas, except inside an expression."""
    if "${" in text:
        return (text.strip(),)
    return tuple(part.strip() for part in text.split(",") if part.strip())
