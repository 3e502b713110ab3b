"""Rewrite a copy of a drawing into what SpiffWorkflow runs right.

The drawing itself is never touched. What the engine misreads is put into its words (times
quoted, `${...}` unwrapped, Camunda's collections); what a modeler may leave out is made
explicit (starts, ends, splits); what it cannot run is refused. Each element that stands in
the drawing carries its scope and id, so that history speaks of the drawing alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from lxml import etree

from engine import expressions
from engine.diagrams import Diagram, Element, Process
from engine.diagrams.sources import BPMN, parse
from engine.runtime import handlers, links, refusals
from engine.runtime.parts import (
    ACTIVITIES,
    DRAWN,
    GATEWAYS,
    add_flow,
    add_node,
    bpmn,
    flows_of,
    is_handler,
    kind,
    nodes_of,
)

#: What an engine does not need, or would read its own meaning into.
_DROPPED = frozenset(
    {"extensionElements", "documentation", "laneSet", "incoming", "outgoing", "property"}
    | {"ioSpecification", "dataObject", "dataObjectReference", "dataStoreReference"}
    | {"dataInputAssociation", "dataOutputAssociation", "resourceRole", "potentialOwner"}
    | {"performer", "humanPerformer", "textAnnotation", "association", "group", "category"}
    | {"collaboration", "dataStore", "auditing", "monitoring"}
)
_NAME = re.compile(r"^[A-Za-z_]\w*$")


def prepare(xml: bytes, diagram: Diagram, processes: Collection[str]) -> bytes:
    """Give the prepared copy of a diagram, with these processes of it and no others.

    Raises `errors.DiagramRefused` for what would not run as BPMN says.
    """
    refusals.check([p for p in diagram.processes if p.id in processes], diagram.file)
    root = parse(xml, file=diagram.file)
    _strip(root)
    drawn = {process.id: process for process in diagram.processes}
    for node in list(root.iterchildren(bpmn("process"))):
        if node.get("id") not in processes:
            root.remove(node)
            continue
        node.set("isExecutable", "true")
        process = drawn[node.get("id", "")]
        _mark(node, process.id)
        _rewrite_activities(node, process)
        _rewrite_timers(node)
        _rewrite_conditions(node)
        codes = {element.id: element.code for element in process.elements.values()}
        for scope in [node, *node.iter(bpmn("subProcess"))]:
            links.draw(scope, codes)
            _explicit(scope)
            handlers.hang(scope)
    return etree.tostring(root)


def _strip(root: etree._Element) -> None:
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    for node in list(root.iter()):
        name = etree.QName(node)
        if (name.namespace != BPMN or name.localname in _DROPPED) and node is not root:
            parent = node.getparent()
            if parent is not None:
                parent.remove(node)


def _mark(scope: etree._Element, scope_id: str) -> None:
    for node in nodes_of(scope):
        node.set(DRAWN, f"{scope_id}/{node.get('id')}")
        if kind(node) == "subProcess":
            _mark(node, node.get("id", ""))


def _elements(scope: etree._Element, process: Process) -> Iterator[tuple[etree._Element, Element]]:
    for node in list(scope.iter(*map(bpmn, ACTIVITIES))):
        yield node, process.elements[node.get("id", "")]


def _rewrite_activities(scope: etree._Element, process: Process) -> None:
    for node, element in _elements(scope, process):
        waits_for_worker = element.kind == "serviceTask" or (
            element.kind == "sendTask" and not element.message
        )
        if element.kind == "task" or waits_for_worker:
            node.tag = bpmn("manualTask")
        for loop in list(node.iterchildren(bpmn("multiInstanceLoopCharacteristics"))):
            _rewrite_loop(loop, element)


def _rewrite_loop(loop: etree._Element, element: Element) -> None:
    drawn = element.multi_instance
    if drawn is None:
        return
    for child in list(loop):
        loop.remove(child)
    if drawn.collection:
        _child(loop, "loopDataInputRef").text = _bare(drawn.collection)
    else:
        _child(loop, "loopCardinality").text = _bare(drawn.cardinality)
    if drawn.result_list:
        _child(loop, "loopDataOutputRef").text = drawn.result_list
    if drawn.element_variable:
        _child(loop, "inputDataItem").set("id", drawn.element_variable)
    if drawn.result_item:
        _child(loop, "outputDataItem").set("id", drawn.result_item)
    if drawn.completion_condition:
        _child(loop, "completionCondition").text = _bare(drawn.completion_condition)


def _rewrite_timers(scope: etree._Element) -> None:
    for name in ("timeDate", "timeDuration", "timeCycle"):
        for node in scope.iter(bpmn(name)):
            text = (node.text or "").strip()
            node.text = _bare(text) if expressions.is_expression(text) else repr(text)


def _rewrite_conditions(scope: etree._Element) -> None:
    for node in scope.iter(bpmn("conditionExpression")):
        node.text = _bare(node.text or "")


def _explicit(scope: etree._Element) -> None:
    """Draw the starts, splits and ends that BPMN allows one to leave out."""
    _draw_start(scope)
    for node in nodes_of(scope):
        _draw_split(scope, node)
    _draw_ends(scope)


def _draw_start(scope: etree._Element) -> None:
    if any(kind(node) == "startEvent" for node in nodes_of(scope)):
        return
    entered = {flow.get("targetRef") for flow in flows_of(scope)}
    first = [
        node
        for node in nodes_of(scope)
        if node.get("id") not in entered and kind(node) != "boundaryEvent" and not is_handler(node)
    ]
    start = f"{scope.get('id')}--start"
    add_node(scope, "startEvent", start)
    for node in first:
        add_flow(scope, start, node.get("id", ""))


def _draw_split(scope: etree._Element, node: etree._Element) -> None:
    if kind(node) in GATEWAYS:
        return
    node_id = node.get("id", "")
    flows = [flow for flow in flows_of(scope) if flow.get("sourceRef") == node_id]
    conditions = [next(flow.iterchildren(bpmn("conditionExpression")), None) for flow in flows]
    default = node.attrib.pop("default", "")
    conditional = any(condition is not None for condition in conditions)
    if len(flows) < 2 and not conditional:
        return
    # Beside flows without a condition, which are always taken, a default never is.
    conditional = conditional or any(flow.get("id") == default for flow in flows)
    split = f"{node_id}--split"
    gateway = add_node(scope, "inclusiveGateway" if conditional else "parallelGateway", split)
    if default:
        gateway.set("default", default)
    for flow, condition in zip(flows, conditions, strict=True):
        flow.set("sourceRef", split)
        if conditional and condition is None and flow.get("id") != default:
            _child(flow, "conditionExpression").text = "True"
    add_flow(scope, node_id, split)


def _draw_ends(scope: etree._Element) -> None:
    left = {flow.get("sourceRef") for flow in flows_of(scope)}
    for node in nodes_of(scope):
        if node.get("id") not in left and kind(node) != "endEvent":
            end = f"{node.get('id')}--end"
            add_node(scope, "endEvent", end)
            add_flow(scope, node.get("id", ""), end)
    if not any(kind(node) == "endEvent" for node in nodes_of(scope)):
        # The engine asks for one, even where nothing ever arrives.
        add_node(scope, "endEvent", f"{scope.get('id')}--end")


def _child(parent: etree._Element, tag: str) -> etree._Element:
    return etree.SubElement(parent, bpmn(tag))


def _bare(text: str) -> str:
    """Take an expression out of its `${...}`."""
    text = text.strip()
    if text.startswith("${") and text.endswith("}"):
        return text[2:-1].strip()
    return text
