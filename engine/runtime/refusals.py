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
#: Which events run, by where they stand; "" is an event without a symbol.
EVENTS: dict[str, frozenset[str]] = {
    "startEvent": frozenset({"", "message", "signal"}),
    "endEvent": frozenset({"", "message", "terminate", "error", "escalation", "signal"}),
    "intermediateThrowEvent": frozenset({"", "message", "link", "escalation", "signal"}),
    "intermediateCatchEvent": frozenset({"message", "timer", "link", "signal"}),
    "boundaryEvent": frozenset({"message", "timer", "error", "escalation", "signal"}),
}
#: Which events may start an event sub-process.
HANDLED = frozenset({"message", "timer", "error", "escalation", "signal"})
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
    runs = EVENTS.get(element.kind, frozenset({event}))
    if _starts_handler(process, element):
        runs = HANDLED
    elif element.kind == "startEvent" and element.scope_id != process.id:
        runs = frozenset({""})
    if event not in runs:
        what = f"{event or 'none'} {element.kind}"
        yield Text(f"不能执行这种事件（{what}）。", f"Such an event ({what}) cannot be run.")
    catches = element.kind in ("receiveTask", "boundaryEvent", "intermediateCatchEvent")
    if (catches and event in ("", "message")) and not element.message:
        yield Text("没有写明等待哪条消息。", "It does not say which message it waits for.")
    if event in ("link", "signal") and not element.code:
        yield Text("事件没有名称。", "The event has no name.")
    if event == "link" and not _is_paired(process, element):
        yield Text(
            "链接事件没有恰好一个同名的对应事件。",
            "The link has not exactly one counterpart of its name.",
        )
    if event == "timer" and (element.timer is None or not element.timer.text.strip()):
        yield Text("定时器没有时间。", "The timer has no time.")
    if element.standard_loop:
        yield Text("不能执行标准循环。", "A standard loop cannot be run.")
    yield from _of_parts(process, element)


def _of_parts(process: Process, element: Element) -> Iterator[Text]:
    loop = element.multi_instance
    if loop is not None and not loop.collection.strip() and not loop.cardinality.strip():
        yield Text("多实例没有集合。", "The multi-instance activity has no collection.")
    if element.triggered_by_event:
        starts = [e for e in process.within(element.id) if e.kind == "startEvent"]
        if len(starts) != 1 or element.incoming or element.outgoing or element.attached_to:
            yield Text(
                "事件子流程要有恰好一个开始事件，而且不连线。",
                "An event sub-process has exactly one start event, and no flows.",
            )
        if loop is not None:
            yield Text("事件子流程不能多实例。", "An event sub-process runs once per event.")
    if element.kind in _GATEWAYS and len(element.outgoing) > 1:
        for flow in process.outgoing(element):
            if not flow.condition.strip() and flow.id != element.default:
                yield Text(f"分支 {flow.id} 没有条件。", f"The flow {flow.id} has no condition.")
    for flow in process.outgoing(element):
        if flow.target not in process.elements:
            yield Text(f"分支 {flow.id} 没有终点。", f"The flow {flow.id} leads nowhere.")


def _starts_handler(process: Process, element: Element) -> bool:
    scope = process.elements.get(element.scope_id)
    return element.kind == "startEvent" and scope is not None and scope.triggered_by_event


def _is_paired(process: Process, element: Element) -> bool:
    """Tell whether a link leads from here to one place, or from somewhere to here alone."""
    named = [
        other
        for other in process.within(element.scope_id)
        if other.event == "link" and other.code == element.code
    ]
    catching = [other for other in named if other.kind == "intermediateCatchEvent"]
    return len(catching) == 1 and len(named) > 1
