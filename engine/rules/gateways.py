"""Gateways: splits that can be decided, joins that can be completed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from engine.diagrams import Element, Problem
from engine.rules.names import results_of
from engine.rules.paths import graph_of, in_loop, reached, reversed_
from engine.rules.place import Place

#: Gateways that send one token on one way only.
CHOOSING = frozenset({"exclusiveGateway", "eventBasedGateway"})
JOINING = frozenset({"parallelGateway", "inclusiveGateway"})


def complex_gateway(place: Place) -> Iterator[Problem]:
    """What a complex gateway waits for is left to each tool."""
    for element in place.elements("complexGateway"):
        yield place.error(
            "complex_gateway",
            "不支持复杂网关。请用排他、并行或包容网关画出来。",
            "Complex gateways are not supported. Draw it with exclusive, parallel or "
            "inclusive gateways.",
            element,
        )


def join_in_loop(place: Place) -> Iterator[Problem]:
    """A join counts the tokens of its own round only, so each round is a scope of its own."""
    for _, members in place.scopes():
        graph = graph_of(place.process, members)
        for element in members:
            if element.kind in JOINING and len(element.incoming) > 1 and in_loop(graph, element.id):
                yield place.error(
                    "join_in_loop",
                    "汇合网关在循环里：第二轮时一条分支就能让它通过。请把分开到汇合的整段放进一个嵌入子流程。",
                    "This join lies in a loop: in the second round one branch alone could pass "
                    "it. Put the whole block, from split to join, into an embedded sub-process.",
                    element,
                )


def join_cannot_complete(place: Place) -> Iterator[Problem]:
    """A parallel join that waits for both ways of an exclusive choice waits for ever."""
    for _, members in place.scopes():
        graph = graph_of(place.process, members)
        by_id = {element.id: element for element in members}
        joins = [
            (e, [flow.source for flow in place.process.incoming(e)])
            for e in members
            if e.kind == "parallelGateway" and len(e.incoming) > 1
        ]
        reported: set[str] = set()
        backwards = reversed_(graph)
        for split in members if joins else []:
            if split.kind not in CHOOSING or len(split.outgoing) < 2:
                continue
            for join in _starved(split, joins, graph, backwards, by_id):
                if join.id in reported:
                    continue
                reported.add(join.id)
                yield place.error(
                    "join_cannot_complete",
                    f"并行汇合等待 {split.label} 的几条分支，但那里只会走一条。请改用排他网关汇合。",
                    f"This parallel join waits for several branches of {split.label}, which "
                    "takes only one. Join them with an exclusive gateway.",
                    join,
                )


def _starved(
    split: Element,
    joins: list[tuple[Element, list[str]]],
    graph: dict[str, list[str]],
    backwards: dict[str, list[str]],
    by_id: dict[str, Element],
) -> Iterator[Element]:
    """The joins whose every token comes through one exclusive choice made before them."""
    if any(_multiplies(by_id[node]) for node in reached(backwards, [split.id])):
        return
    # Without the split, no start reaches any of the join's incoming flows...
    without = {node: [n for n in after if n != split.id] for node, after in graph.items()}
    starts = [e.id for e in by_id.values() if e.kind == "startEvent" and e.id != split.id]
    around = reached(without, starts)
    behind = reversed_(without)
    for join, sources in joins:
        if any(source != split.id and source in around for source in sources):
            continue
        # ...and nothing between the two makes several tokens out of one.
        between = reached(without, [node for node in graph[split.id] if node != join.id])
        before = reached(behind, [source for source in sources if source in by_id])
        inner = (between & before) - {split.id, join.id}
        if not any(_multiplies(by_id[node]) for node in inner):
            yield join


def _multiplies(element: Element) -> bool:
    if element.kind in CHOOSING:
        return False
    return len(element.outgoing) > 1 or (bool(element.attached_to) and not element.interrupting)


def event_based_gateway(place: Place) -> Iterator[Problem]:
    """It waits for the first of several messages, or for one time."""
    for element in place.elements("eventBasedGateway"):
        attributes = element.attributes
        if (
            attributes.get("instantiate") == "true"
            or attributes.get("eventGatewayType", "Exclusive") == "Parallel"
        ):
            yield place.error(
                "event_gateway_kind",
                "事件网关不能启动流程，也不能等待所有事件。请用消息开始事件，或用并行网关。",
                "An event-based gateway cannot start a case nor wait for all its events. "
                "Use message start events or a parallel gateway.",
                element,
            )
        targets = [
            place.process.elements[flow.target]
            for flow in place.process.outgoing(element)
            if flow.target in place.process.elements
        ]
        if len(targets) < 2:
            yield place.error(
                "event_gateway_needs_two",
                "事件网关后面至少要有两个等待事件。只有一个时请直接画等待事件。",
                "At least two catching events follow an event-based gateway. "
                "For one, draw it without the gateway.",
                element,
            )
        yield from _targets(place, element, targets)


def _targets(place: Place, gateway: Element, targets: list[Element]) -> Iterator[Problem]:
    for target in targets:
        if target.kind != "intermediateCatchEvent" or target.event not in (
            "message",
            "timer",
            "signal",
        ):
            yield place.error(
                "event_gateway_target",
                f"事件网关 {gateway.label} 后面只能是消息、信号或定时的中间捕获事件。",
                f"Only catching message, signal or timer events can follow the event-based gateway "
                f"{gateway.label}.",
                target,
            )
        elif len(target.incoming) > 1:
            yield place.error(
                "event_gateway_shared",
                "事件网关后面的事件只能从网关进入。请为其他路径另画一个事件。",
                "An event after an event-based gateway is entered from there only. "
                "Draw another one for the other path.",
                target,
            )
    for timer in [target for target in targets if target.event == "timer"][1:]:
        yield place.error(
            "event_gateway_timers",
            "同一个事件网关后面只能有一个定时器。请只保留最早的一个。",
            "Only one timer can follow an event-based gateway. Keep the one that is due first.",
            timer,
        )


def branches_share_variable(place: Place) -> Iterator[Problem]:
    """Of two branches at the same time that set one variable, whichever ends last wins."""
    for _, members in place.scopes():
        graph = graph_of(place.process, members)
        by_id = {element.id: element for element in members}
        splits = [e for e in members if e.kind in JOINING and len(e.outgoing) > 1]
        setting = _setting(place, members) if splits else {}
        for split in splits:
            branches = [reached(graph, [node]) for node in graph[split.id]]
            meeting = [nodes for nodes in branches if not _wins(nodes, branches, by_id)]
            shared = _set_by_two(meeting, setting)
            if shared:
                names = ", ".join(sorted(shared))
                yield place.warning(
                    "branches_share_variable",
                    f"几条并行的分支都写入 {names}，后结束的会覆盖先结束的。请给每条分支自己的变量。",
                    f"Several parallel branches set {names}; the one that ends last wins. "
                    "Give each branch variables of its own.",
                    split,
                )


def _wins(nodes: set[str], branches: list[set[str]], by_id: dict[str, Element]) -> bool:
    """Whether a branch meets no other one, but ends them all when it ends."""
    alone = all(nodes is other or nodes.isdisjoint(other) for other in branches)
    ends = [by_id[node] for node in nodes if not by_id[node].outgoing]
    return alone and all(end.event == "terminate" for end in ends)


def _setting(place: Place, members: list[Element]) -> dict[str, set[str]]:
    """The variables that an element, or what lies directly in it, sets; without those of none."""
    found = {element.id: set(results_of(element)) for element in members}
    for inner in place.elements():
        if inner.scope_id in found:
            found[inner.scope_id] |= results_of(inner)
    return {element_id: names for element_id, names in found.items() if names}


def _set_by_two(branches: list[set[str]], setting: dict[str, set[str]]) -> set[str]:
    """The variables that two branches set, each where the other never comes."""
    meeting = set.intersection(*branches) if branches else set()
    own = [{node for node in nodes - meeting if node in setting} for nodes in branches]
    often = Counter(name for nodes in own for name in _named(nodes, setting))
    if not any(count > 1 for count in often.values()):
        return set()
    return {
        name
        for one, other in combinations(filter(None, own), 2)
        for name in _named(one - other, setting) & _named(other - one, setting)
    }


def _named(nodes: set[str], setting: dict[str, set[str]]) -> set[str]:
    return {name for node in nodes for name in setting[node]}


RULES = (
    complex_gateway,
    join_in_loop,
    join_cannot_complete,
    event_based_gateway,
    branches_share_variable,
)
