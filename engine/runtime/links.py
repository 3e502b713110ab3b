"""Draw the flows that pairs of link events stand for: a link is a flow that was cut in two."""

from __future__ import annotations

from lxml import etree

from engine.runtime import parts


def draw(scope: etree._Element, codes: dict[str, str]) -> None:
    """Join each throwing link of a scope to the catching one of its name; `codes` are by id."""
    links = [
        (node, definition)
        for node in parts.nodes_of(scope)
        for definition in list(node.iterchildren(parts.bpmn("linkEventDefinition")))
    ]
    catching = {
        codes[node.get("id", "")]: node.get("id", "")
        for node, _ in links
        if parts.kind(node) == "intermediateCatchEvent"
    }
    for node, definition in links:
        node.remove(definition)
        if parts.kind(node) == "intermediateCatchEvent":
            # It waits for nothing: who comes by the link goes on at once.
            node.tag = parts.bpmn("intermediateThrowEvent")
        else:
            source = node.get("id", "")
            parts.add_flow(scope, source, catching[codes[source]])
