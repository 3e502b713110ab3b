"""Signals: told to all who wait for their name, whoever threw them."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagrams import Element, Problem, Process
from engine.rules.place import GATEWAYS, SUB_PROCESSES, THROWS, Place

#: A token comes through these without anybody doing anything.
_PASSED = GATEWAYS | SUB_PROCESSES | THROWS


def signal_answers_itself(place: Place) -> Iterator[Problem]:
    """Whoever throws the signal that it has just caught catches it again, and so on without end."""
    for element in place.elements("boundaryEvent", "startEvent"):
        if element.event != "signal" or not element.code:
            continue
        starts_a_case = element.kind == "startEvent" and element.scope_id == place.process.id
        if element.interrupting and not starts_a_case:
            continue  # it listens no more
        for thrown in _thrown_at_once(place.process, element):
            if thrown.event == "signal" and thrown.code == element.code:
                yield place.error(
                    "signal_answers_itself",
                    f"收到信号“{element.code}”后马上又发出同一个信号，会没完没了。请换一个信号名称，或者在两者之间放一项任务。",
                    f'After the signal "{element.code}" the same signal is thrown at once, which would '
                    "go on without end. Give it another name, or put a task between the two.",
                    thrown,
                )


def _thrown_at_once(process: Process, caught: Element) -> list[Element]:
    """The throwing events that a token comes to from here before anybody has to do anything."""
    found: list[Element] = []
    ahead, seen = [caught], {caught.id}
    while ahead:
        element = ahead.pop()
        if element.kind in THROWS:
            found.append(element)
        reached = [process.flows[flow].target for flow in element.outgoing]
        inside = [e.id for e in process.within(element.id) if e.kind == "startEvent"]
        for name in (*reached, *inside):
            target = process.elements.get(name)
            if target is None or target.id in seen:
                continue
            seen.add(target.id)
            if target.kind in _PASSED or name in inside:
                ahead.append(target)
    return found


RULES = (signal_answers_itself,)
