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
    "startEvent": {"", "message", "signal"},
    "endEvent": {"", "message", "terminate", "error", "escalation", "signal"},
    "intermediateThrowEvent": {"", "message", "link", "escalation", "signal"},
    "intermediateCatchEvent": {"message", "timer", "link", "signal"},
    "boundaryEvent": {"message", "timer", "error", "escalation", "signal"},
}
#: Which events start an event sub-process.
HANDLED = {"message", "timer", "error", "escalation", "signal"}
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
    "link": (
        "链接只能是成对的中间事件。",
        "Links are pairs of intermediate events.",
    ),
    "compensate": (
        "请把撤销的步骤画成普通任务。",
        "Draw what undoes the step as an ordinary task.",
    ),
    "conditional": (
        "请改用排他网关或消息。",
        "Use an exclusive gateway or a message.",
    ),
    "error": (
        "错误由结束事件抛出，在子流程或调用的边上、或由事件子流程捕获。",
        "An error is thrown by an end event, and caught on the boundary of a sub-process or call, "
        "or by an event sub-process.",
    ),
    "escalation": (
        "升级由中间事件或结束事件抛出，在子流程或调用的边上、或由事件子流程捕获。",
        "An escalation is thrown by an intermediate or an end event, and caught on the boundary of "
        "a sub-process or call, or by an event sub-process.",
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
        if (
            inside
            and element.event in RUNS["startEvent"] - {""}
            and not _is_handler(place, element)
        ):
            yield place.error(
                "start_in_sub_process",
                "子流程只能用空白开始事件。请在子流程前面等待消息或信号。",
                "A sub-process has a plain start event. Wait for the message or the signal "
                "before the sub-process.",
                element,
            )


def event_sub_process(place: Place) -> Iterator[Problem]:
    """It is started by one event, and by nothing else."""
    for element in place.elements(*SUB_PROCESSES):
        if not element.triggered_by_event:
            continue
        starts = [e for e in place.process.within(element.id) if e.kind == "startEvent"]
        if len(starts) != 1 or starts[0].event not in HANDLED:
            yield place.error(
                "event_sub_process",
                "事件子流程要有恰好一个开始事件：消息、定时、信号、错误或升级。请改正它。",
                "An event sub-process has exactly one start event: a message, a timer, a signal, "
                "an error or an escalation. Correct it.",
                element,
            )
        elif element.incoming or element.outgoing or element.multi_instance is not None:
            yield place.error(
                "event_sub_process",
                "事件子流程由它的事件启动，不能连线，也不能多实例。请删除连线或多实例标记。",
                "An event sub-process is started by its event: no flow enters or leaves it, and it "
                "is no multi-instance. Delete the flow or the marker.",
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


RULES = (
    unsupported_event,
    start_in_sub_process,
    event_sub_process,
    cancelled_by,
    boundary_host,
)
