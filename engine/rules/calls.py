"""Calls of other diagrams: they are there, they end, and their ids do not collide."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagrams import Problem
from engine.rules.place import SUB_PROCESSES, Place


def unknown_process(place: Place) -> Iterator[Problem]:
    """The called diagram is in the set or deployed, and can be entered."""
    for element in place.elements("callActivity"):
        called = place.world.processes.get(element.called_element)
        if not element.called_element or "{" in element.called_element:
            yield place.error(
                "call_without_process",
                "调用活动没有写明调用哪个流程。请写上它的编号（不能是表达式）。",
                "The call activity does not say which process it calls. Give its id, which "
                "cannot be an expression.",
                element,
            )
        elif called is None:
            yield place.error(
                "unknown_process",
                f"没有编号为 {element.called_element} 的流程。请一起部署它，或者改正编号。",
                f"There is no process {element.called_element}. Deploy it together with this "
                "file, or correct the id.",
                element,
            )
        elif not any(e.kind == "startEvent" and not e.event for e in called.within(called.id)):
            yield place.error(
                "call_without_start",
                f"流程 {called.id} 没有空白开始事件，不能被调用。请给它画一个。",
                f"The process {called.id} has no plain start event, so it cannot be called. "
                "Draw one in it.",
                element,
            )


def recursion(place: Place) -> Iterator[Problem]:
    """A diagram that calls itself, directly or through others, would never end."""
    for element in place.elements("callActivity"):
        seen: set[str] = set()
        waiting = [element.called_element]
        while waiting:
            process = place.world.processes.get(waiting.pop())
            if process is not None and process.id not in seen:
                seen.add(process.id)
                waiting += [e.called_element for e in process.elements.values() if e.called_element]
        if place.process.id in seen:
            yield place.error(
                "recursion",
                f"{element.called_element} 又会调用本流程，永远不会结束。请拆开这个循环。",
                f"{element.called_element} calls this process again, without end. "
                "Break the circle.",
                element,
            )


def call_mapping(place: Place) -> Iterator[Problem]:
    """What goes in and out is named on both sides."""
    for element in place.elements("callActivity"):
        for mapping in (*element.call_in, *element.call_out):
            whole = mapping.target and bool(mapping.source) != bool(mapping.source_expression)
            if mapping.all_variables or mapping.business_key or whole:
                continue
            yield place.error(
                "call_mapping",
                "调用的数据映射不完整。请写上来源（变量或表达式，只写一个）和目标。",
                "A mapping of the call is not complete. Give one source (a variable or an "
                "expression) and a target.",
                element,
                line=mapping.line,
            )
        for mapping in (*element.call_in, *element.call_out):
            if mapping.business_key:
                yield place.warning(
                    "business_key",
                    "业务键在这里没有作用。请删除它。",
                    "A business key has no effect here. Delete it.",
                    element,
                    line=mapping.line,
                )


def mapping_out_of_place(place: Place) -> Iterator[Problem]:
    """Only a call has a mapping of this kind; a signal or a message brings its payload."""
    for element in place.elements():
        found = [e for e in element.extensions if e.name in ("in", "out")]
        if found and element.kind != "callActivity":
            yield place.error(
                "mapping_out_of_place",
                "camunda:in 和 camunda:out 只用于调用活动。请改用输入输出映射；事件带出的内容写在属性 payload 里。",
                "camunda:in and camunda:out are for call activities only. Use an input/output "
                "mapping; what an event sends is the property payload.",
                element,
                line=found[0].line,
            )


def shared_ids(place: Place) -> Iterator[Problem]:
    """Processes and sub-processes are stored under their ids, over all files."""
    for process in place.world.processes.values():
        if process is place.process:
            continue
        taken = {e.id for e in process.elements.values() if e.kind in SUB_PROCESSES}
        for element in place.elements(*SUB_PROCESSES):
            if element.id in taken | {process.id}:
                yield place.error(
                    "shared_id",
                    f"流程 {process.id} 里已有同样编号的子流程或流程。请换一个编号。",
                    f"The process {process.id} has a sub-process of this id, or has it itself. "
                    "Choose another id.",
                    element,
                )
    for element in place.elements():
        if element.id == place.process.id:
            yield place.error(
                "shared_id",
                "元素的编号与流程相同。请换一个编号。",
                "The element has the id of its process. Choose another id.",
                element,
            )


RULES = (unknown_process, recursion, call_mapping, mapping_out_of_place, shared_ids)
