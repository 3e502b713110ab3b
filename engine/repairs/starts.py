"""Where a process begins, and that it is meant to run."""

from __future__ import annotations

from lxml import etree

from engine.languages import Text
from engine.repairs.sheet import (
    Sheet,
    condition_of,
    flows_of,
    is_handler,
    kind,
    nodes_of,
)


def executable(sheet: Sheet) -> None:
    """Run processes that are not marked as executable, where a file has no other."""
    processes = sheet.processes()
    if any(process.get("isExecutable", "").strip() in ("true", "1") for process in processes):
        return
    for process in processes:
        if nodes_of(process) or len(processes) == 1:
            sheet.put(process, "isExecutable", "true")
            sheet.asked(
                "not_executable",
                process,
                Text(
                    "流程没有标记为可执行（isExecutable）。",
                    "The process is not marked as executable (isExecutable).",
                ),
            )


def implicit_start(sheet: Sheet) -> None:
    """BPMN starts a scope without start events at all elements that nothing leads to."""
    for scope in list(sheet.scopes()):
        nodes = nodes_of(scope)
        if any(kind(node) == "startEvent" for node in nodes):
            continue
        first = _without_flow_into(scope, nodes)
        if not first or not all(node.get("id") for node in (scope, *first)):
            continue
        start = f"{scope.get('id')}--start"
        sheet.add(scope, "startEvent", first[0], id=start)
        for node in first:
            target = node.get("id", "")
            sheet.add(
                scope,
                "sequenceFlow",
                node,
                id=f"{start}--{target}",
                sourceRef=start,
                targetRef=target,
            )
        sheet.join_lanes(start, first[0].get("id", ""))
        listed = ", ".join(node.get("id", "") for node in first)
        sheet.told(
            "implicit_start",
            scope,
            Text(
                f"没有画开始事件：从没有连线进入的元素开始（{listed}）。",
                f"There is no start event: it begins where no flow leads to ({listed}).",
            ),
        )


def _without_flow_into(scope: etree._Element, nodes: list[etree._Element]) -> list[etree._Element]:
    entered = {flow.get("targetRef") for flow in flows_of(scope)}
    return [
        node
        for node in nodes
        if node.get("id") not in entered
        and kind(node) != "boundaryEvent"
        and node.get("isForCompensation", "false") not in ("true", "1")
        and not is_handler(node)
    ]


def implicit_split(sheet: Sheet) -> None:
    """Several flows out of an activity or an event are all taken at the same time."""
    for scope in sheet.scopes():
        leaving: dict[str, list[etree._Element]] = {}
        for flow in flows_of(scope):
            leaving.setdefault(flow.get("sourceRef", ""), []).append(flow)
        for node in nodes_of(scope):
            flows = leaving.get(node.get("id", ""), [])
            if kind(node).endswith("Gateway") or len(flows) < 2:
                continue
            if node.get("default") or any(condition_of(flow) is not None for flow in flows):
                continue
            sheet.told(
                "implicit_split",
                node,
                Text(
                    f"这里有 {len(flows)} 条连线出去：它们同时都走。",
                    f"{len(flows)} flows leave from here: all are taken, at the same time.",
                ),
            )
