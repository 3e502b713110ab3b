"""Set up event sub-processes: each waits for its event from the start of its scope to its end.

SpiffWorkflow neither subscribes to them nor lets them interrupt. So what starts one stands
outside of it, behind each start event of the scope, and leads to it by a flow.
"""

from __future__ import annotations

from lxml import etree

from engine.runtime import parts


def hang(scope: etree._Element) -> None:
    """Let the event sub-processes of a scope start by their events."""
    handlers = [node for node in parts.nodes_of(scope) if parts.is_handler(node)]
    starts = [node for node in parts.nodes_of(scope) if parts.kind(node) == "startEvent"]
    for handler in handlers:
        inner = next(node for node in parts.nodes_of(handler) if parts.kind(node) == "startEvent")
        event = parts.add_node(scope, parts.HANDLER_EVENT, f"{handler.get('id')}--event")
        event.set(parts.DRAWN, inner.get(parts.DRAWN, ""))
        # The event outside tells of it; here it only says where the first flow came from.
        inner.set(parts.SILENT, "true")
        parts.add_flow(scope, event.get("id", ""), handler.get("id", ""))
        for start in starts:
            parts.add_flow(scope, start.get("id", ""), event.get("id", ""))
