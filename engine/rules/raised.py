"""Errors, escalations and signals: thrown by something, caught by something around it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagrams import Element, Problem, Process
from engine.rules.place import THROWS, Place, World

#: What rises from the scope in which it is thrown to the ones around it.
RISING = frozenset({"error", "escalation"})


def event_without_name(place: Place) -> Iterator[Problem]:
    """A signal or a link is found by its name."""
    for element in place.elements():
        if element.event in ("signal", "link") and not element.code:
            yield place.error(
                "event_without_name",
                "信号或链接没有名称。请选择一个并给它名称。",
                "The signal, or the link, has no name. Choose one and name it.",
                element,
            )
        elif "${" in element.code and (element.event != "signal" or element.kind == "startEvent"):
            yield place.error(
                "name_is_expression",
                f"“{element.code}”不能是表达式，否则无法对应。请写固定的名称或代码。",
                f'"{element.code}" cannot be an expression: it is matched as it stands. '
                "Write a fixed name or code.",
                element,
            )


def error_beside(place: Place) -> Iterator[Problem]:
    """What has failed does not go on beside what is done about it."""
    for element in place.elements("boundaryEvent", "startEvent"):
        if element.event == "error" and not element.interrupting:
            yield place.error(
                "error_beside",
                "错误总是中断。请把事件设为中断，或者改用升级事件。",
                "An error always interrupts. Let the event interrupt, or use an escalation.",
                element,
            )


def error_not_caught(place: Place) -> Iterator[Problem]:
    """An error that nothing catches ends the whole case at once."""
    for element in place.elements(*THROWS):
        if element.event != "error" or "${" in element.code:
            continue
        if not _caught(place.world, place.process, element, element.scope_id, frozenset()):
            yield place.warning(
                "error_not_caught",
                f"没有谁捕获错误“{element.code or '任意'}”：到这里整个案件立即结束。请在子流程的边上或用事件子流程捕获它。",
                f'Nothing catches the error "{element.code or "any"}": the whole case ends here at '
                "once. Catch it on the boundary of a sub-process or call, or by an event "
                "sub-process.",
                element,
            )


def _caught(
    world: World, process: Process, thrown: Element, scope_id: str, above: frozenset[str]
) -> bool:
    """Whether an error is caught around a scope of a process, or by all that call that process."""
    if _caught_within(process, thrown, scope_id):
        return True
    callers = list(world.callers(process.id))
    above |= {process.id}
    return bool(callers) and all(
        caller.id in above
        or any(_on_boundary(caller, thrown, call.id))
        or _caught(world, caller, thrown, call.scope_id, above)
        for caller, call in callers
    )


def _caught_within(process: Process, thrown: Element, scope_id: str) -> bool:
    inside = ""
    while True:
        if any(_by_handler(process, thrown, scope_id, inside)):
            return True
        scope = process.elements.get(scope_id)
        if scope is None:
            return False
        if any(_on_boundary(process, thrown, scope.id)):
            return True
        inside, scope_id = scope.id, scope.scope_id


def _by_handler(process: Process, thrown: Element, scope_id: str, inside: str) -> Iterator[Element]:
    """The event sub-processes of a scope that catch it; none catches what is thrown in it."""
    for handler in process.within(scope_id):
        if not handler.triggered_by_event or handler.id == inside:
            continue
        for start in process.within(handler.id):
            if start.kind == "startEvent" and _matches(start, thrown):
                yield start


def _on_boundary(process: Process, thrown: Element, activity_id: str) -> Iterator[Element]:
    return (
        event
        for event in process.elements.values()
        if event.kind == "boundaryEvent"
        and event.attached_to == activity_id
        and _matches(event, thrown)
    )


def _matches(catching: Element, thrown: Element) -> bool:
    return catching.event == thrown.event and catching.code in ("", thrown.code)


def never_thrown(place: Place) -> Iterator[Problem]:
    """Something inside throws what is waited for, or it never comes."""
    for element in place.elements("boundaryEvent", "startEvent"):
        if element.event not in RISING:
            continue
        if element.kind == "boundaryEvent":
            host = place.process.elements.get(element.attached_to)
            scopes = {element.attached_to}
        else:
            handler = place.process.elements.get(element.scope_id)
            host = place.process.elements.get(handler.scope_id) if handler is not None else None
            scopes = {handler.scope_id if handler is not None else ""}
        calls = [host] if host is not None and host.called_element else []
        thrown, known = _thrown_in(place.world, place.process, scopes, calls, set())
        if known and not any(_matches(element, other) for other in thrown):
            yield place.warning(
                "never_thrown",
                f"里面没有谁抛出{_called(element)[0]}，这个事件永远不会发生。请画出抛出它的结束事件，或者删除它。",
                f"Nothing inside throws {_called(element)[1]}, so this event never happens. Draw "
                "the event that throws it, or delete this one.",
                element,
            )


def _called(element: Element) -> tuple[str, str]:
    kind = {"error": ("错误", "error"), "escalation": ("升级", "escalation")}[element.event]
    if not element.code:
        return kind[0], f"an {kind[1]}"
    return f"{kind[0]}“{element.code}”", f'the {kind[1]} "{element.code}"'


def _thrown_in(
    world: World, process: Process, scopes: set[str], calls: list[Element], seen: set[str]
) -> tuple[list[Element], bool]:
    """What is thrown in these scopes of a process, and whether all that they call is known."""
    found: list[Element] = []
    calls = list(calls)
    for element in process.elements.values():
        if element.scope_id in scopes:
            scopes.add(element.id)
            if element.event in RISING and element.kind in THROWS:
                found.append(element)
            if element.called_element:
                calls.append(element)
    known = True
    for call in calls:
        called = world.processes.get(call.called_element)
        if called is None:
            known = False
        elif called.id not in seen:
            seen.add(called.id)
            inner, all_known = _thrown_in(world, called, {called.id}, [], seen)
            found += inner
            known = known and all_known
    return found, known


RULES = (event_without_name, error_beside, error_not_caught, never_thrown)
