"""Rewrite interrupting event sub-processes of a process into boundary events.

SpiffWorkflow neither subscribes to an event sub-process nor lets it interrupt. So everything
after the process's start goes into one embedded sub-process, which the drawing does not show,
and each event sub-process becomes a message boundary event on it, followed by its own content.
"""

from __future__ import annotations

from lxml import etree

from engine.runtime import parts


def wrap(process: etree._Element) -> None:
    """Rewrite a process's event sub-processes, if it has any."""
    handlers = [
        node
        for node in parts.nodes_of(process)
        if node.get("triggeredByEvent", "false") in ("true", "1")
    ]
    if not handlers:
        return
    inside = _wrap_everything(process, handlers)
    for handler in handlers:
        _hang_on(process, inside, handler)


def _wrap_everything(process: etree._Element, handlers: list[etree._Element]) -> str:
    inside = f"{process.get('id')}--inside"
    starts = [node for node in parts.nodes_of(process) if parts.kind(node) == "startEvent"]
    start_ids = {node.get("id") for node in starts}
    wrapper = parts.add_node(process, "subProcess", inside)
    first = parts.add_node(wrapper, "startEvent", f"{inside}--start").get("id", "")
    for node in list(process.iterchildren()):
        if node is wrapper or node in starts or node in handlers:
            continue
        wrapper.append(node)
    targets: set[str | None] = set()
    for flow in parts.flows_of(wrapper):
        if flow.get("sourceRef") not in start_ids:
            continue
        if flow.get("targetRef") in targets:
            wrapper.remove(flow)
            continue
        targets.add(flow.get("targetRef"))
        flow.set("sourceRef", first)
    for start in starts:
        parts.add_flow(process, start.get("id", ""), inside)
    return inside


def _hang_on(process: etree._Element, inside: str, handler: etree._Element) -> None:
    handler.attrib.pop("triggeredByEvent")
    start = next(node for node in parts.nodes_of(handler) if parts.kind(node) == "startEvent")
    event = parts.add_node(process, "boundaryEvent", f"{handler.get('id')}--event")
    event.set("attachedToRef", inside)
    event.set("cancelActivity", "true")
    event.set(parts.DRAWN, start.get(parts.DRAWN, ""))
    for definition in list(start):
        event.append(definition)
    # The boundary event tells of it; here it only says where the first flow came from.
    start.set(parts.SILENT, "true")
    parts.add_flow(process, event.get("id", ""), handler.get("id", ""))
