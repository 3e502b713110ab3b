"""The skeleton: what runs, where it starts, and that every path leads from there to an end."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagrams import Element, Problem, Process
from engine.rules.paths import graph_of, in_loop, reached, reversed_
from engine.rules.place import ACTIVITIES, GATEWAYS, SUB_PROCESSES, Place

#: More than this on one plane is no longer taken in at a glance.
CROWDED = 25
#: More than this in one process is no drawing that a person made, and deeper than the engine reads.
MOST_ELEMENTS = 300
LONGEST_ID = 200


def is_endless(process: Process) -> bool:
    """Whether a process is too large for the other rules to be asked."""
    return len(process.elements) > MOST_ELEMENTS


def too_many_elements(place: Place) -> Iterator[Problem]:
    """Somebody can read what is deployed."""
    if is_endless(place.process):
        yield place.error(
            "too_many_elements",
            f"流程有 {len(place.process.elements)} 个元素，超过 {MOST_ELEMENTS} 个。请拆成几个流程图。",
            f"The process has {len(place.process.elements)} elements, more than "
            f"{MOST_ELEMENTS}. Split it into several diagrams.",
        )


def not_executable(place: Place) -> Iterator[Problem]:
    """A file is deployed for a process that runs."""
    if not place.process.executable:
        yield place.error(
            "not_executable",
            "流程没有标记为可执行。请勾选“可执行”（isExecutable）。",
            'The process is not marked as executable. Tick "Executable" (isExecutable).',
        )


def start_event(place: Place) -> Iterator[Problem]:
    """One way in by hand, and any number by messages; a sub-process has exactly one start."""
    for scope_id, members in place.scopes():
        scope = place.process.elements.get(scope_id)
        if scope is not None and (scope.triggered_by_event or scope.kind == "adHocSubProcess"):
            continue
        starts = [element for element in members if element.kind == "startEvent"]
        by_hand = [element for element in starts if not element.event]
        if not starts and (members or scope is None):
            yield place.error(
                "no_start",
                "没有开始事件。请画一个，并连到第一个步骤。",
                "There is no start event. Draw one and connect it to the first step.",
                scope,
            )
        for extra in by_hand[1:]:
            yield place.error(
                "several_starts",
                f"同一层已有开始事件 {by_hand[0].id}。请只保留一个空白开始事件。",
                f"There is a start event already, {by_hand[0].id}. Keep one plain start event.",
                extra,
            )


def missing_id(place: Place) -> Iterator[Problem]:
    """The history, the tests and the links all name an element by its id."""
    if not place.process.id:
        yield place.error(
            "missing_id",
            "流程没有编号。请给它一个编号（id），与文件名相同。",
            "The process has no id. Give it one, the same as the file's name.",
        )
    for element in place.elements():
        if "id" not in element.attributes:
            yield place.error(
                "missing_id",
                "这个元素没有编号。请给它一个编号（id）。",
                "This element has no id. Give it one.",
                element,
            )


def unreachable(place: Place) -> Iterator[Problem]:
    """An element that no token can come to is a step that is silently left out."""
    for _, members in place.scopes():
        graph = graph_of(place.process, members)
        starts = [e.id for e in members if e.kind == "startEvent" or e.triggered_by_event]
        found = reached(graph, starts)
        if not starts:
            continue
        for element in members:
            if element.id not in found and not element.attached_to:
                yield place.error(
                    "unreachable",
                    "没有任何路径通到这里，它永远不会执行。请连上它，或者删除它。",
                    "No path leads here, so it would never run. Connect it or delete it.",
                    element,
                )


def cannot_end(place: Place) -> Iterator[Problem]:
    """From everywhere there is a way to an end."""
    for _, members in place.scopes():
        graph = graph_of(place.process, members)
        ends = [element_id for element_id, following in graph.items() if not following]
        ends += [e.id for e in members if not e.outgoing and not _goes_on(e)]
        lost = set(graph) - reached(reversed_(graph), ends)
        for element in members:
            if element.id in lost:
                yield place.error(
                    "cannot_end",
                    "从这里没有路径能到达结束事件。请加一条离开循环的路径。",
                    "No path leads from here to an end. Add a way out of the loop.",
                    element,
                )


def dead_end(place: Place) -> Iterator[Problem]:
    """A gateway decides which way to go on; without a flow out of it there is none."""
    for element in place.elements(*GATEWAYS):
        if not element.outgoing:
            yield place.error(
                "dead_end",
                "网关没有出口。请把它连到下一步，或者连到结束事件。",
                "No flow leaves this gateway. Connect it to the next step or to an end event.",
                element,
            )


def _goes_on(element: Element) -> bool:
    """Whether the path goes on though no flow leaves the element, or should."""
    return element.kind in GATEWAYS or element.event == "link"


def implicit_end(place: Place) -> Iterator[Problem]:
    """BPMN ends a path at an element that nothing follows; a drawn end says so to the reader."""
    for element in place.elements():
        if (
            not element.outgoing
            and element.kind != "endEvent"
            and not _goes_on(element)
            and not element.triggered_by_event
        ):
            yield place.warning(
                "implicit_end",
                "路径在这里结束，但没有画结束事件。请连到一个结束事件。",
                "The path ends here without an end event. Draw one.",
                element,
            )


def self_loop(place: Place) -> Iterator[Problem]:
    """A flow from an element straight back to itself."""
    for flow in place.process.flows.values():
        element = place.process.elements.get(flow.source)
        if element is not None and flow.source == flow.target:
            yield place.error(
                "self_loop",
                "连线直接回到同一个元素。请在中间加一个网关，并给出离开循环的路径。",
                "A flow leads from this element straight back to it. "
                "Put a gateway between, with a way out.",
                element,
                line=flow.line,
            )


def endless_loop(place: Place) -> Iterator[Problem]:
    """A loop in which nobody and nothing waits would run for ever within one step."""
    for _, members in place.scopes():
        automatic = [element for element in members if not _waits(element)]
        graph = graph_of(place.process, automatic)
        turning = [element for element in automatic if in_loop(graph, element.id)]
        if turning:
            yield place.error(
                "endless_loop",
                "这个循环里没有任务、消息或定时器，会不停地空转。请在循环里加一个等待的步骤。",
                "Nothing in this loop waits for a person, a message or a time, so it would "
                "run for ever. Put a step into it that waits.",
                turning[0],
            )


def _waits(element: Element) -> bool:
    if element.event == "link":
        return False
    return element.kind in ACTIVITIES or element.kind in (
        "intermediateCatchEvent",
        "eventBasedGateway",
    )


def crowded(place: Place) -> Iterator[Problem]:
    """A plane is taken in at a glance."""
    for scope_id, members in place.scopes():
        if len(members) > CROWDED:
            scope = place.process.elements.get(scope_id)
            yield place.warning(
                "crowded",
                f"同一层有 {len(members)} 个元素，超过 {CROWDED} 个。请把一部分移到被调用的流程图里。",
                f"There are {len(members)} elements on one plane, more than {CROWDED}. "
                "Move some into a called diagram.",
                scope,
            )


def empty_sub_process(place: Place) -> Iterator[Problem]:
    """A collapsed sub-process with nothing in it does nothing."""
    for element in place.elements(*SUB_PROCESSES):
        if not place.process.within(element.id):
            yield place.error(
                "empty_sub_process",
                "子流程是空的。请画出它的内容，或者改成任务。",
                "The sub-process is empty. Draw what is in it, or make it a task.",
                element,
            )


def long_name(place: Place) -> Iterator[Problem]:
    """Ids and messages' names are kept beside every case; no person needs longer ones."""
    drawn: list[Process | Element] = [place.process, *place.process.elements.values()]
    for one in drawn:
        message, code = getattr(one, "message", ""), getattr(one, "code", "")
        # Where it is waited for, a signal's name has a few letters before it.
        if len(one.id) > LONGEST_ID or len(message) > LONGEST_ID or len(code) > LONGEST_ID - 10:
            yield place.error(
                "long_name",
                f"ID 或者消息名称超过 {LONGEST_ID} 个字符。请改短。",
                f"The id, or the message's name, is longer than {LONGEST_ID} characters. "
                "Shorten it.",
                one,
            )


FIRST = (too_many_elements,)
RULES = (
    not_executable,
    start_event,
    missing_id,
    long_name,
    unreachable,
    cannot_end,
    dead_end,
    implicit_end,
    self_loop,
    endless_loop,
    crowded,
    empty_sub_process,
)
