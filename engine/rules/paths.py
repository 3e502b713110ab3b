"""Which elements a token can come to: the arithmetic under the rules about flows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.diagrams import Element, Process

Graph = Mapping[str, list[str]]


def graph_of(process: Process, scope: Iterable[Element]) -> dict[str, list[str]]:
    """Each element of a scope with those that follow it: boundary events after their host, links
    after those of their name."""
    members = {element.id: element for element in scope}
    graph: dict[str, list[str]] = {element_id: [] for element_id in members}
    for element in members.values():
        graph[element.id] += [
            flow.target for flow in process.outgoing(element) if flow.target in members
        ]
        if element.attached_to in members:
            graph[element.attached_to].append(element.id)
        if element.event == "link" and element.kind == "intermediateCatchEvent":
            for other in members.values():
                if leads_to(other, element):
                    graph[other.id].append(element.id)
    return graph


def leads_to(element: Element, caught: Element) -> bool:
    """Whether an element is a link that goes on at another one."""
    same = element.event == caught.event == "link" and element.code == caught.code
    return same and element.kind == "intermediateThrowEvent"


def reversed_(graph: Graph) -> dict[str, list[str]]:
    """The same graph with every arrow turned round."""
    turned: dict[str, list[str]] = {node: [] for node in graph}
    for node, following in graph.items():
        for after in following:
            turned[after].append(node)
    return turned


def reached(graph: Graph, starts: Iterable[str]) -> set[str]:
    """All that can be reached from `starts`, themselves included."""
    seen: set[str] = set()
    waiting = list(starts)
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += graph.get(node, ())
    return seen


def in_loop(graph: Graph, node: str) -> bool:
    """Whether a path leads from an element back to itself."""
    return node in reached(graph, graph.get(node, ()))
