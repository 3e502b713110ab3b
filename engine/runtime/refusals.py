"""What this runtime does not run as BPMN says, and therefore does not run at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.diagrams import Element, Problem, Process
from engine.errors import DiagramRefused
from engine.languages import Text

_KINDS = frozenset(
    {"task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask"}
    | {"callActivity", "subProcess", "startEvent", "endEvent", "boundaryEvent"}
    | {"intermediateCatchEvent", "intermediateThrowEvent"}
    | {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"}
)
_EVENTS: dict[str, frozenset[str]] = {
    "startEvent": frozenset({"", "message"}),
    "endEvent": frozenset({"", "message", "terminate"}),
    "intermediateThrowEvent": frozenset({"", "message"}),
    "intermediateCatchEvent": frozenset({"message", "timer"}),
    "boundaryEvent": frozenset({"message", "timer"}),
}
_GATEWAYS = frozenset({"exclusiveGateway", "inclusiveGateway"})


def check(processes: Sequence[Process], file: str) -> None:
    """Raise `DiagramRefused` if one of these processes cannot be run."""
    problems = [
        Problem(
            "error",
            "not_runnable",
            text,
            file=file,
            line=element.line,
            element_id=element.id,
            label=element.label,
        )
        for process in processes
        for element in process.elements.values()
        for text in _of_element(process, element)
    ]
    if problems:
        raise DiagramRefused(problems)


def _of_element(process: Process, element: Element) -> Iterator[Text]:
    if element.kind not in _KINDS:
        yield Text(f"不能执行 {element.kind}。", f"A {element.kind} cannot be run.")
        return
    event = element.event
    if event not in _EVENTS.get(element.kind, frozenset({event})):
        what = f"{event or 'none'} {element.kind}"
        yield Text(f"不能执行这种事件（{what}）。", f"Such an event ({what}) cannot be run.")
    catches = element.kind in ("receiveTask", "boundaryEvent", "intermediateCatchEvent")
    if catches and event != "timer" and not element.message:
        yield Text("没有写明等待哪条消息。", "It does not say which message it waits for.")
    if event == "timer" and (element.timer is None or not element.timer.text.strip()):
        yield Text("定时器没有时间。", "The timer has no time.")
    if element.standard_loop:
        yield Text("不能执行标准循环。", "A standard loop cannot be run.")
    yield from _of_parts(process, element)


def _of_parts(process: Process, element: Element) -> Iterator[Text]:
    loop = element.multi_instance
    if loop is not None and not loop.collection.strip() and not loop.cardinality.strip():
        yield Text("多实例没有集合。", "The multi-instance activity has no collection.")
    if element.triggered_by_event and not is_cancelling(process, element):
        yield Text(
            "只能执行流程一级的、由一条消息触发的中断型事件子流程。",
            "Only an interrupting event sub-process on the process itself, started by a "
            "message, can be run.",
        )
    if element.kind in _GATEWAYS and len(element.outgoing) > 1:
        for flow in process.outgoing(element):
            if not flow.condition.strip() and flow.id != element.default:
                yield Text(f"分支 {flow.id} 没有条件。", f"The flow {flow.id} has no condition.")
    for flow in process.outgoing(element):
        if flow.target not in process.elements:
            yield Text(f"分支 {flow.id} 没有终点。", f"The flow {flow.id} leads nowhere.")


def is_cancelling(process: Process, element: Element) -> bool:
    """Tell whether an event sub-process is of the one form that is run; see `cancelling`."""
    starts = [inner for inner in process.within(element.id) if inner.kind == "startEvent"]
    outer = [inner for inner in process.within(process.id) if inner.kind == "startEvent"]
    first = {flow.target for start in outer for flow in process.outgoing(start)}
    return (
        element.scope_id == process.id
        and len(starts) == 1
        and starts[0].event == "message"
        and starts[0].interrupting
        and bool(starts[0].message)
        and (len(outer) == 1 or len(first) == 1)
    )
