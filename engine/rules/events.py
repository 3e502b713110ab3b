"""Events: the kinds that run, and where they may stand."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagrams import Element, Problem
from engine.rules.place import ACTIVITIES, SUB_PROCESSES, Place

EVENTS = (
    *("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent"),
    *("boundaryEvent", "implicitThrowEvent"),
)
#: Which events run, by where they stand; "" is an event without a symbol.
RUNS = {
    "startEvent": {"", "message"},
    "endEvent": {"", "message", "terminate"},
    "intermediateThrowEvent": {"", "message"},
    "intermediateCatchEvent": {"message", "timer"},
    "boundaryEvent": {"message", "timer"},
}
KINDS = {
    "": ("空白", "plain"),
    "signal": ("信号", "signal"),
    "link": ("链接", "link"),
    "compensate": ("补偿", "compensation"),
    "conditional": ("条件", "conditional"),
    "cancel": ("取消", "cancel"),
    "multiple": ("多重", "multiple"),
    "timer": ("定时", "timer"),
    "error": ("错误", "error"),
    "escalation": ("升级", "escalation"),
    "terminate": ("终止", "terminate"),
    "message": ("消息", "message"),
}
INSTEAD = {
    "signal": (
        "请改用消息：每个接收者一条，带关联键。",
        "Use messages: one for each receiver, with a key.",
    ),
    "link": ("请直接画连线。", "Draw the flow itself."),
    "compensate": (
        "请把撤销的步骤画成普通任务。",
        "Draw what undoes the step as an ordinary task.",
    ),
    "conditional": (
        "请改用排他网关或消息。",
        "Use an exclusive gateway or a message.",
    ),
    "error": (
        "请在步骤后面用网关判断，把例外画成普通路径。",
        "Decide at a gateway after the step and draw the exception as an ordinary path.",
    ),
    "escalation": (
        "请用不中断的边界消息或定时事件通知别人。",
        "Tell others by a boundary message or timer event that does not interrupt.",
    ),
    "timer": (
        "请让人或消息启动流程，后面再用定时捕获事件等待。",
        "Let a person or a message start the case, and wait in a catching timer event after it.",
    ),
}
_OTHERWISE = ("请换一种画法。", "Draw it in another way.")


def unsupported_event(place: Place) -> Iterator[Problem]:
    """An event that would be left out, never be thrown, or wait for ever."""
    for element in place.elements(*EVENTS):
        if element.event in RUNS.get(element.kind, set()) or _is_handler(place, element):
            continue
        zh, en = KINDS.get(element.event, (element.event, element.event))
        zh_instead, en_instead = INSTEAD.get(element.event, _OTHERWISE)
        yield place.error(
            "unsupported_event",
            f"这里不支持{zh}事件。{zh_instead}",
            f"A {en} event cannot stand here. {en_instead}",
            element,
        )


def _is_handler(place: Place, element: Element) -> bool:
    """Starts of event sub-processes are looked at with their sub-process."""
    scope = place.process.elements.get(element.scope_id)
    return element.kind == "startEvent" and scope is not None and scope.triggered_by_event


def start_in_sub_process(place: Place) -> Iterator[Problem]:
    """A sub-process starts when a token comes to it, and in no other way."""
    for element in place.elements("startEvent"):
        inside = element.scope_id in place.process.elements
        if inside and element.event == "message" and not _is_handler(place, element):
            yield place.error(
                "start_in_sub_process",
                "子流程只能用空白开始事件。请删除消息，在子流程前面等待它。",
                "A sub-process has a plain start event. Remove the message and wait for it "
                "before the sub-process.",
                element,
            )


def event_sub_process(place: Place) -> Iterator[Problem]:
    """The one form that runs: cancelling the whole case by a message from the one that started it."""
    found = [e for e in place.elements(*SUB_PROCESSES) if e.triggered_by_event]
    for position, element in enumerate(found):
        starts = [e for e in place.process.within(element.id) if e.kind == "startEvent"]
        start = starts[0] if len(starts) == 1 else None
        if (
            position == 0
            and start is not None
            and start.event == "message"
            and start.interrupting
            and element.scope_id == place.process.id
            and start.message == place.process.properties.get("cancelledBy", "")
            and element.multi_instance is None
        ):
            continue
        yield place.error(
            "event_sub_process",
            "事件子流程只支持一种：位于流程最外层，只有一个，由流程属性 cancelledBy 所写的消息中断启动。"
            "其他情况请用边界事件。",
            "Only one form of event sub-process is run: a single one, directly in the process, "
            "started (interrupting) by the message that the process property cancelledBy names. "
            "Use a boundary event for anything else.",
            element,
        )


def cancelled_by(place: Place) -> Iterator[Problem]:
    """The message that `cancelledBy` names is waited for, or cancelling would do nothing."""
    name = place.process.properties.get("cancelledBy", "")
    if name and not any(e.message == name and _catches(e) for e in place.elements()):
        yield place.error(
            "cancelled_by",
            f"流程属性 cancelledBy 写的是消息 {name}，但流程里没有等待它的事件。请画出来，或者删除属性。",
            f"The process property cancelledBy names the message {name}, but nothing in the "
            "process waits for it. Draw that, or delete the property.",
        )


def _catches(element: Element) -> bool:
    return element.kind in ("startEvent", "boundaryEvent", "intermediateCatchEvent", "receiveTask")


def boundary_host(place: Place) -> Iterator[Problem]:
    """A boundary event sits on an activity of the same plane."""
    for element in place.elements("boundaryEvent"):
        host = place.process.elements.get(element.attached_to)
        if (
            host is None
            or host.kind not in ACTIVITIES
            or host.scope_id != element.scope_id
            or host.triggered_by_event
        ):
            yield place.error(
                "boundary_host",
                f"边界事件没有附着在同一层的活动上（{element.attached_to or '空'}）。请把它拖到活动的边上。",
                "The boundary event is attached to no activity of its plane "
                f"({element.attached_to or 'empty'}). Drag it onto one.",
                element,
            )


def cancelled_starts(place: Place) -> Iterator[Problem]:
    """A process that can be cancelled goes the same way from all its starts."""
    process = place.process
    if not any(element.triggered_by_event for element in place.elements()):
        return
    starts = [e for e in process.within(process.id) if e.kind == "startEvent"]
    first = {flow.target for start in starts for flow in process.outgoing(start)}
    if len(starts) > 1 and len(first) > 1:
        yield place.error(
            "cancelled_starts",
            "能被取消的流程，几个开始事件必须连到同一个元素。请先把它们汇合到一个网关。",
            "In a process that can be cancelled all starts lead to the same element. Let them "
            "meet in a gateway first.",
            starts[1],
        )


RULES = (
    unsupported_event,
    start_in_sub_process,
    event_sub_process,
    cancelled_by,
    boundary_host,
    cancelled_starts,
)
