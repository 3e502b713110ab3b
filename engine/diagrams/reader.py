"""From a file's bytes to a `Diagram`: processes, lanes, flows and messages."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml import etree

from engine.diagrams import extensions as ext
from engine.diagrams.elements import FLOW_NODES, element_of
from engine.diagrams.records import Diagram, Element, Flow, Lane, Problem, Process
from engine.diagrams.sources import BPMN, line_of, parse
from engine.diagrams.words import child_text, children, help_of, name_of, parts_of, tag
from engine.languages import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def read(xml: bytes, *, file: str = "") -> Diagram:
    """Read a diagram from the bytes that were sent; `file` names it in problems.

    Raises `errors.DiagramRefused` when the bytes are no BPMN 2.0 that can be read safely.
    """
    return _read(xml, file)


# One deployment reads the same bytes to check, to compile and to show them.
@lru_cache(maxsize=64)
def _read(xml: bytes, file: str) -> Diagram:
    return read_root(parse(xml, file=file), file=file)


def read_root(root: etree._Element, *, file: str = "") -> Diagram:
    """Read a diagram from its parsed XML, which may have been changed since."""
    messages = {
        node.get("id", ""): node.get("name", "").strip() for node in children(root, "message")
    }
    codes = _codes(root)
    pools = {
        _local(node.get("processRef", "")): node for node in root.iter(f"{{{BPMN}}}participant")
    }
    processes = tuple(
        _process(node, messages, codes, pools.get(node.get("id", "")))
        for node in children(root, "process")
    )
    return Diagram(
        file=file,
        processes=processes,
        messages=messages,
        problems=tuple(_problems(root, file)),
        foreign=_foreign(root),
    )


def _codes(root: etree._Element) -> dict[str, str]:
    """What signals, errors and escalations are matched by, by their ids."""
    found = {node.get("id", ""): node.get("name", "").strip() for node in children(root, "signal")}
    for kind in ("error", "escalation"):
        for node in children(root, kind):
            said = node.get(f"{kind}Code", "").strip() or node.get("name", "").strip()
            # Without a code it is still this one and no other.
            found[node.get("id", "")] = said or node.get("id", "")
    return found


def _process(
    node: etree._Element,
    messages: dict[str, str],
    codes: dict[str, str],
    pool: etree._Element | None,
) -> Process:
    process_id = node.get("id", "")
    lanes: dict[str, Lane] = {}
    lane_of: dict[str, str] = {}
    for lane_set in node.iter(f"{{{BPMN}}}laneSet"):
        _read_lanes(lane_set, lanes, lane_of)
    flows: dict[str, Flow] = {}
    found: list[tuple[etree._Element, str]] = []
    _collect(node, process_id, found, flows)
    entering, leaving = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for flow in flows.values():
        entering[flow.target].append(flow.id)
        leaving[flow.source].append(flow.id)
    elements: dict[str, Element] = {}
    for child, scope_id in found:
        inherited = elements[scope_id].lane if scope_id in elements else ""
        element_id = child.get("id", "")
        element = element_of(
            child,
            process_id=process_id,
            scope_id=scope_id,
            lane=lane_of.get(element_id)
            or lane_of.get(child.get("attachedToRef", ""))
            or inherited,
            messages=messages,
            codes=codes,
            incoming=tuple(entering[element_id]),
            outgoing=tuple(leaving[element_id]),
        )
        elements.setdefault(element.id, element)
    name = name_of(node)
    return Process(
        id=process_id,
        name=name if name or pool is None else name_of(pool),
        help=help_of(node),
        executable=node.get("isExecutable", "false").strip() in ("true", "1"),
        line=line_of(node),
        properties=ext.properties_of(node),
        elements=elements,
        flows=flows,
        lanes=lanes,
        version_tag=node.get(ext.camunda("versionTag"), ""),
        attributes=ext.attributes_of(node),
        extensions=ext.extensions_of(node),
        parts=parts_of(node),
    )


def _collect(
    scope: etree._Element,
    scope_id: str,
    found: list[tuple[etree._Element, str]],
    flows: dict[str, Flow],
) -> None:
    """Gather flow nodes and flows; an outer element comes before those inside it."""
    for child in scope.iterchildren(f"{{{BPMN}}}*"):
        if tag(child) in FLOW_NODES:
            found.append((child, scope_id))
            _collect(child, child.get("id", ""), found, flows)
        elif tag(child) == "sequenceFlow":
            flow = _flow(child, scope_id, len(flows))
            flows.setdefault(flow.id, flow)


def _flow(node: etree._Element, scope_id: str, position: int) -> Flow:
    condition = next(children(node, "conditionExpression"), None)
    return Flow(
        id=node.get("id") or f"flow_{position}",
        source=node.get("sourceRef", ""),
        target=node.get("targetRef", ""),
        name=name_of(node),
        condition=child_text(node, "conditionExpression"),
        has_condition=condition is not None,
        condition_language=condition.get("language", "") if condition is not None else "",
        properties=ext.properties_of(node),
        scope_id=scope_id,
        line=line_of(node),
    )


def _read_lanes(lane_set: etree._Element, lanes: dict[str, Lane], lane_of: dict[str, str]) -> None:
    """Read lanes from the outside in, so that the innermost lane of an element stands last."""
    for node in children(lane_set, "lane"):
        lane_id = node.get("id", "")
        lanes.setdefault(
            lane_id,
            Lane(lane_id, name_of(node), ext.properties_of(node), line_of(node)),
        )
        for ref in children(node, "flowNodeRef"):
            lane_of[(ref.text or "").strip()] = lane_id
        for inner in children(node, "childLaneSet"):
            _read_lanes(inner, lanes, lane_of)


def _problems(root: etree._Element, file: str) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for node in root.iter(f"{{{BPMN}}}*"):
        found = node.get("id")
        if not found:
            continue
        if found in seen:
            yield Problem(
                "error",
                "duplicate_id",
                Text(
                    f"编号 {found} 在第 {seen[found]} 行已经用过。请给其中一个换一个编号。",
                    f"The id {found} is already used in line {seen[found]}. "
                    "Give one of them another id.",
                ),
                file=file,
                line=line_of(node),
                element_id=found,
                label=node.get("name", ""),
            )
        seen.setdefault(found, line_of(node))
    for holder in root.iter(ext.camunda("properties")):
        # A form field's properties have an id where every other property has a name.
        names = (
            child.get("id") or child.get("name") or ""
            for child in holder.iterchildren(ext.camunda("property"))
        )
        yield from _doubled(holder, names, file)
    for holder in root.iter(ext.camunda("validation")):
        names = (child.get("name", "") for child in holder.iterchildren(ext.camunda("constraint")))
        yield from _doubled(holder, names, file)


def _doubled(holder: etree._Element, names: Iterable[str], file: str) -> Iterator[Problem]:
    for name, count in Counter(names).items():
        if count > 1:
            owner = next((node for node in holder.iterancestors() if node.get("id")), holder)
            yield Problem(
                "error",
                "duplicate_property",
                Text(
                    f"{name} 写了 {count} 次。请只保留一个。",
                    f"{name} is given {count} times. Keep one.",
                ),
                file=file,
                line=line_of(holder),
                element_id=owner.get("id", ""),
                label=owner.get("name", ""),
            )


def _foreign(root: etree._Element) -> dict[str, int]:
    """The namespaces of other tools on or in what a process contains, with their first line."""
    found: dict[str, int] = {}
    seen: set[str] = set()
    for process in children(root, "process"):
        for node in process.iter(etree.Element):
            for name in (node.tag, *node.attrib):
                # There are few names in a file, and each is the same wherever it stands.
                if name in seen:
                    continue
                seen.add(name)
                space = etree.QName(name).namespace
                if space and space not in (BPMN, ext.CAMUNDA):
                    found.setdefault(space, line_of(node))
    return found


def _local(reference: str) -> str:
    return reference.rsplit(":", 1)[-1]
