"""The parts of a prepared diagram, by XML: flow nodes, sequence flows, and what is inserted."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.sources import BPMN

_HOUSE = "urn:agencyflow:prepared"
#: On an element of the drawing: its scope and id there.
DRAWN = f"{{{_HOUSE}}}drawn"
#: On an element that the history does not tell of, though the drawing shows it.
SILENT = f"{{{_HOUSE}}}silent"

#: The tag of what starts an event sub-process, which stands outside of it once it is prepared.
HANDLER_EVENT = "handlerEvent"

ACTIVITIES = frozenset(
    {"task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask"}
    | {"callActivity", "subProcess"}
)
_EVENTS = frozenset(
    {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
)
GATEWAYS = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"}
)
NODES = ACTIVITIES | _EVENTS | GATEWAYS


def bpmn(tag: str) -> str:
    """Give a BPMN tag with its namespace."""
    return f"{{{BPMN}}}{tag}"


def kind(node: etree._Element) -> str:
    """Give an element's tag without its namespace."""
    return etree.QName(node).localname


def nodes_of(scope: etree._Element) -> list[etree._Element]:
    """The flow nodes that lie directly in a process or sub-process."""
    return [node for node in scope.iterchildren(bpmn("*")) if kind(node) in NODES]


def is_handler(node: etree._Element) -> bool:
    """Tell whether a node is an event sub-process, which no flow leads to."""
    return node.get("triggeredByEvent", "false").strip() in ("true", "1")


def flows_of(scope: etree._Element) -> list[etree._Element]:
    """The sequence flows that lie directly in a process or sub-process."""
    return list(scope.iterchildren(bpmn("sequenceFlow")))


def add_node(scope: etree._Element, tag: str, node_id: str) -> etree._Element:
    """Insert a flow node that the drawing does not show."""
    return etree.SubElement(scope, bpmn(tag), {"id": node_id})


def add_flow(scope: etree._Element, source: str, target: str) -> etree._Element:
    """Insert a sequence flow that the drawing does not show."""
    return etree.SubElement(
        scope,
        bpmn("sequenceFlow"),
        {"id": f"{source}--{target}", "sourceRef": source, "targetRef": target},
    )
