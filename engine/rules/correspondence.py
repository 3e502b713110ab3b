"""Messages between processes: who throws them, who waits for them, who is started by them."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagrams import Element, Problem, Process
from engine.rules.place import CATCHES, THROWS, World, problem, running


def one_starts(world: World) -> Iterator[Problem]:
    """A message starts one process: of two, only one would ever get it."""
    drawn = [process for diagram in world.diagrams for process in running(diagram)]
    redrawn = {process.id for process in drawn}
    deployed = [process for name, process in world.known.items() if name not in redrawn]
    starts = {element.message: process for process in deployed for element in _starts(process)}
    for diagram in world.diagrams:
        for process in running(diagram):
            for element in _starts(process):
                other = starts.setdefault(element.message, process)
                if other.id != process.id:
                    yield problem(
                        "error",
                        "same_start_message",
                        diagram.file,
                        element,
                        f"消息 {element.message} 已经启动流程 {other.id}；两个流程中只有一个会收到它。"
                        "请换一条消息，或者只保留一个。",
                        f"The message {element.message} starts the process {other.id} already; "
                        "only one of the two would ever get it. Choose another message, or keep "
                        "one of them.",
                    )


def both_ends(world: World) -> Iterator[Problem]:
    """A message has somebody who throws it and somebody who waits for it.

    A lone file says nothing of those that it will be deployed with.
    """
    if len(world.diagrams) < 2:
        return
    everything = [
        element for process in world.processes.values() for element in process.elements.values()
    ]
    thrown = {element.message for element in everything if _throws(element)}
    caught = {element.message for element in everything if _catches(element)}
    # The engine itself sends these, when the case that ordered another is cancelled.
    thrown |= {process.properties.get("cancelledBy", "") for process in world.processes.values()}
    for diagram in world.diagrams:
        for process in running(diagram):
            for element in process.elements.values():
                if "${" in element.message:
                    continue
                if _throws(element) and element.message not in caught:
                    yield problem(
                        "warning",
                        "nobody_waits",
                        diagram.file,
                        element,
                        f"没有哪个流程等待消息 {element.message}。请检查名称，或者补上等待它的事件。",
                        f"No process waits for the message {element.message}. Look at its name, or "
                        "draw what waits for it.",
                    )
                if _catches(element) and element.message not in thrown:
                    yield problem(
                        "warning",
                        "nobody_sends",
                        diagram.file,
                        element,
                        f"没有哪个流程发送消息 {element.message}。请检查名称，或者补上发送它的事件。",
                        f"No process sends the message {element.message}. Look at its name, or "
                        "draw what sends it.",
                    )


def _starts(process: Process) -> Iterator[Element]:
    for element in process.within(process.id):
        if element.kind == "startEvent" and element.message:
            yield element


def _throws(element: Element) -> bool:
    return bool(element.message) and (element.kind in THROWS or element.kind == "sendTask")


def _catches(element: Element) -> bool:
    return bool(element.message) and (element.kind in CATCHES or element.kind == "receiveTask")


RULES = (one_starts, both_ends)
