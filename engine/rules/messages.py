"""Messages: each has a name and a key, so that it finds the one that waits for it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagrams import Element, Problem
from engine.rules.place import Place
from engine.rules.timers import is_duration


def message_without_name(place: Place) -> Iterator[Problem]:
    """A message is found by its name."""
    for element in _message_elements(place):
        if not element.message:
            yield place.error(
                "message_without_name",
                "没有指定消息，或者消息没有名称。请选择一条消息并给它名称。",
                "No message is chosen, or the message has no name. Choose one and name it.",
                element,
            )


def message_without_key(place: Place) -> Iterator[Problem]:
    """Without a key a message could reach any case that waits for its name."""
    for element in _message_elements(place):
        if element.kind == "startEvent" and not _in_handler(place, element):
            continue
        if not element.properties.get("correlationKey", "").strip():
            yield place.error(
                "message_without_key",
                "消息没有关联键，会送错流程。请加扩展属性 correlationKey，例如 order.no。",
                "The message has no key, so it could reach the wrong case. Add the extension "
                "property correlationKey, such as order.no.",
                element,
            )


def _in_handler(place: Place, element: Element) -> bool:
    scope = place.process.elements.get(element.scope_id)
    return scope is not None and scope.triggered_by_event


def start_without_variable(place: Place) -> Iterator[Problem]:
    """What the message that starts a case brings is kept in a variable."""
    for element in place.elements("startEvent"):
        if element.event == "message" and not element.properties.get("variable"):
            yield place.warning(
                "start_without_variable",
                "消息带来的内容没有保存。请加扩展属性 variable，写上变量名。",
                "What the message brings is not kept. Add the extension property variable.",
                element,
            )


def same_start_message(place: Place) -> Iterator[Problem]:
    """A message or a signal starts a process in one place."""
    seen: dict[tuple[str, str], str] = {}
    for element in place.elements("startEvent"):
        name = element.message or element.code
        if not name or element.scope_id != place.process.id:
            continue
        if (element.event, name) in seen:
            at = seen[element.event, name]
            yield place.error(
                "same_start_message",
                f"{name} 已经在 {at} 启动流程。请只保留一个。",
                f"{name} starts this process at {at} already. Keep one.",
                element,
            )
        seen.setdefault((element.event, name), element.id)


def time_to_live(place: Place) -> Iterator[Problem]:
    """How long a message is kept that nobody waits for."""
    for element in place.elements():
        kept = element.properties.get("timeToLive")
        if kept is not None and not is_duration(kept.strip()):
            yield place.error(
                "time_to_live",
                f"timeToLive “{kept}” 不是 ISO 8601 时长。请写成例如 P30D。",
                f'timeToLive "{kept}" is no ISO 8601 duration. Write it like P30D.',
                element,
            )
        outcome = element.properties.get("ifExpired")
        if outcome is not None and outcome.strip() not in ("ignore", "incident"):
            yield place.error(
                "if_expired",
                f"ifExpired 只能是 ignore 或 incident，不能是“{outcome}”。",
                f'ifExpired is ignore or incident, not "{outcome}".',
                element,
            )


def _message_elements(place: Place) -> Iterator[Element]:
    for element in place.elements():
        if element.event == "message" or element.kind in ("sendTask", "receiveTask"):
            yield element


RULES = (
    message_without_name,
    message_without_key,
    start_without_variable,
    same_start_message,
    time_to_live,
)
