"""Dropping what is over must change the cost of a case and nothing else."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.runtime import Program, Run
from tests.engine.runtime.drawings import (
    Player,
    error,
    escalation,
    extensions,
    flow,
    flows,
    link,
    loop,
    mapping,
    message,
    node,
    nodes,
    process,
    program,
    signal,
)


class _Blocks:
    """Draws block-structured diagrams from nested lists."""

    def __init__(self) -> None:
        self.count = 0

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def draw(self, block: Any) -> tuple[str, str, str]:
        """Give a block's XML, its first and its last node."""
        kind, inner = block
        return getattr(self, f"_{kind}")(inner)

    def _task(self, inner: Any) -> tuple[str, str, str]:
        task = self.name("task")
        return node("userTask", task), task, task

    def _each(self, inner: Any) -> tuple[str, str, str]:
        task = self.name("each")
        return node("userTask", task, loop("['a', 'b']", "item")), task, task

    def _sequence(self, inner: Any) -> tuple[str, str, str]:
        parts = [self.draw(part) for part in inner]
        links = [flow(a[2], b[1]) for a, b in pairwise(parts)]
        return "".join(p[0] for p in parts) + "".join(links), parts[0][1], parts[-1][2]

    def _sub(self, inner: Any) -> tuple[str, str, str]:
        scope, start, end = self.name("sub"), self.name("start"), self.name("end")
        xml, first, last = self.draw(inner)
        body = node("startEvent", start) + node("endEvent", end) + xml
        links = flow(start, first) + flow(last, end)
        return node("subProcess", scope, body + links), scope, scope

    def _aside(self, inner: Any) -> tuple[str, str, str]:
        xml, sub, _ = self._sub(inner)
        side, first, last = self.draw(inner)
        event, end = self.name("call"), self.name("end")
        xml += node(
            "boundaryEvent", event, message("call"), attachedToRef=sub, cancelActivity="false"
        )
        return (
            xml + side + node("endEvent", end) + flows(f"{event} {first}", f"{last} {end}"),
            sub,
            sub,
        )

    def _cut(self, inner: Any) -> tuple[str, str, str]:
        xml, sub, _ = self._sub(inner)
        side, first, last = self.draw(inner)
        event, merge = self.name("cut"), self.name("merge")
        xml += node("boundaryEvent", event, message("cut"), attachedToRef=sub)
        xml += side + node("exclusiveGateway", merge)
        return xml + flows(f"{event} {first}", f"{last} {merge}", f"{sub} {merge}"), sub, merge

    def _beside(self, inner: Any) -> tuple[str, str, str]:
        return self._handled(inner, "call", interrupting="false")

    def _instead(self, inner: Any) -> tuple[str, str, str]:
        return self._handled(inner, "cut", interrupting="true")

    def _handled(self, inner: Any, event: str, *, interrupting: str) -> tuple[str, str, str]:
        scope, start, end = self.name("sub"), self.name("start"), self.name("end")
        handler, begin, done = self.name("handler"), self.name("begin"), self.name("done")
        xml, first, last = self.draw(inner)
        body = node("startEvent", start) + node("endEvent", end) + xml
        body += flow(start, first) + flow(last, end)
        xml, first, last = self.draw(inner)
        inside = node("startEvent", begin, message(event), isInterrupting=interrupting)
        inside += xml + node("endEvent", done) + flow(begin, first) + flow(last, done)
        body += node("subProcess", handler, inside, triggeredByEvent="true")
        return node("subProcess", scope, body), scope, scope

    def _failing(self, inner: Any) -> tuple[str, str, str]:
        """A sub-process in which two things go on, until one of them may fail."""
        scope, start, end = self.name("sub"), self.name("start"), self.name("end")
        which, failed = self.name("which"), self.name("failed")
        body = (
            node("startEvent", start) + node("endEvent", end) + node("endEvent", failed, error("e"))
        )
        body += node("exclusiveGateway", which, default=f"{which}_to_{end}")
        xml, first, last = self.draw(inner)
        body += xml + flow(start, first) + flow(last, which)
        xml, first, last = self.draw(inner)
        body += xml + flow(start, first) + flow(last, end)
        body += flow(which, end) + flow(which, failed, "pick % 3 > 0")
        caught, merge = self.name("caught"), self.name("merge")
        side, first, last = self.draw(inner)
        xml = node("subProcess", scope, body) + side + node("exclusiveGateway", merge)
        xml += node("boundaryEvent", caught, error("e"), attachedToRef=scope)
        return xml + flows(f"{caught} {first}", f"{last} {merge}", f"{scope} {merge}"), scope, merge

    def _telling(self, inner: Any) -> tuple[str, str, str]:
        """A sub-process that tells of itself half way; what is told goes on beside it."""
        scope, start, end, tell = (self.name(n) for n in ("sub", "start", "end", "tell"))
        xml, first, last = self.draw(inner)
        body = node("startEvent", start) + node("endEvent", end) + xml
        body += node("intermediateThrowEvent", tell, escalation("x"))
        more, second, end_of = self.draw(inner)
        body += more + flows(f"{start} {first}", f"{last} {tell} {second}", f"{end_of} {end}")
        told, over = self.name("told"), self.name("over")
        side, first, last = self.draw(inner)
        xml = node("subProcess", scope, body) + side + node("endEvent", over)
        xml += node(
            "boundaryEvent", told, escalation("x"), attachedToRef=scope, cancelActivity="false"
        )
        return xml + flows(f"{told} {first}", f"{last} {over}"), scope, scope

    def _linked(self, inner: Any) -> tuple[str, str, str]:
        off, on = self.name("off"), self.name("on")
        xml, first, last = self.draw(inner)
        more, second, end = self.draw(inner)
        xml += more + node("intermediateThrowEvent", off, link(off))
        xml += node("intermediateCatchEvent", on, link(off))
        return xml + flows(f"{last} {off}", f"{on} {second}"), first, end

    def _ringing(self, inner: Any) -> tuple[str, str, str]:
        """One branch rings; the other is a sub-process that hears it or has ended."""
        split, join, ring = self.name("split"), self.name("join"), self.name("ring")
        xml, first, last = self.draw(inner)
        heard, sub, merge = self._cut(inner)
        heard = heard.replace(message("cut"), signal(ring))
        xml += heard + node("intermediateThrowEvent", ring, signal(ring))
        xml += node("parallelGateway", split) + node("parallelGateway", join)
        ways = flows(f"{split} {first}", f"{last} {ring} {join}", f"{split} {sub}")
        return xml + ways + flow(merge, join), split, join

    def _again(self, inner: Any) -> tuple[str, str, str]:
        merge, count, which = self.name("merge"), self.name("count"), self.name("which")
        out = self.name("out")
        xml, first, last = self.draw(inner)
        counting = extensions(mapping("output", **{count: f"${{value('{count}', 0) + 1}}"}))
        xml += node("exclusiveGateway", merge) + node("intermediateThrowEvent", count, counting)
        xml += node("exclusiveGateway", which, default=f"{which}_to_{out}")
        xml += node("exclusiveGateway", out)
        xml += flows(f"{merge} {first}", f"{last} {count} {which} {out}")
        return xml + flow(which, merge, f"{count} < 2"), merge, out

    def _and(self, inner: Any) -> tuple[str, str, str]:
        return self._gateways("parallelGateway", inner, "")

    def _or(self, inner: Any) -> tuple[str, str, str]:
        return self._gateways("inclusiveGateway", inner, "pick % {} == 0")

    def _xor(self, inner: Any) -> tuple[str, str, str]:
        return self._gateways("exclusiveGateway", inner, "pick % 5 == {}")

    def _gateways(self, tag: str, inner: Any, condition: str) -> tuple[str, str, str]:
        split, join = self.name("split"), self.name("join")
        xml, default = "", ""
        for number, part in enumerate(inner):
            body, first, last = self.draw(part)
            default = default or f"{split}_to_{first}"
            wanted = condition.format(number + 1) if number else ""
            xml += body + flow(split, first, wanted) + flow(last, join)
        chosen = {"default": default} if condition else {}
        return node(tag, split, **chosen) + node(tag, join) + xml, split, join


def _blocks(*more: str) -> Any:
    """Blocks of tasks, gateways and sub-processes, and of further kinds with one block inside."""
    return st.recursive(
        st.sampled_from([("task", None), ("each", None)] if more else [("task", None)]),
        lambda inner: st.one_of(
            st.tuples(st.just("sequence"), st.lists(inner, min_size=2, max_size=3)),
            st.tuples(
                st.sampled_from(["and", "or", "xor"]), st.lists(inner, min_size=2, max_size=3)
            ),
            st.tuples(st.sampled_from(["sub", *more]), inner),
        ),
        max_leaves=8,
    )


def _fairly(examples: int) -> Any:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )


@_fairly(60)
@given(block=_blocks(), seed=st.integers(0, 10_000))
def test_it_ends_with_the_same_data_and_history_as_without_pruning(block: Any, seed: int) -> None:
    _compare(block, seed)


@_fairly(80)
@given(block=_blocks("aside", "cut", "again"), seed=st.integers(0, 10_000))
def test_it_does_so_with_loops_events_and_instances_too(block: Any, seed: int) -> None:
    _compare(block, seed)


@_fairly(120)
@given(
    block=_blocks("beside", "instead", "failing", "telling", "linked", "ringing", "cut", "again"),
    seed=st.integers(0, 10_000),
)
@example(block=("beside", ("each", None)), seed=1)
@example(block=("beside", ("task", None)), seed=1)
def test_it_does_so_with_what_is_thrown_and_caught_too(block: Any, seed: int) -> None:
    _compare(block, seed)


def _compare(block: Any, seed: int) -> None:
    xml, first, last = _Blocks().draw(block)
    ends = flow("start", first) + flow(last, "end")
    made = program(
        process("blocks", nodes("startEvent", "start"), nodes("endEvent", "end"), xml, ends)
    )
    pruned, unpruned = (_played(made, seed, pruned=pruned) for pruned in (True, False))
    assert pruned == unpruned


def _played(made: Program, seed: int, *, pruned: bool) -> tuple[list[tuple[str, str]], Any]:
    """Play a case; every task notes itself in one dict, and none of the notes may be lost."""
    choose = random.Random(seed)
    case = Player(made, pruned=pruned, pick=seed, log={})
    done = messages = 0
    while not case.run.ended:
        waiting = case.waiting()
        chosen = choose.choice(sorted(waiting, key=lambda w: (w.element.id, w.row_index or 0)))
        if chosen.kind == "message":
            messages += 1
            if messages < 8:
                case.deliver(chosen, {})
            continue
        done += 1
        case.complete(chosen, log={**chosen.data["log"], f"{chosen.element.id}-{done}": done})
    assert sorted(case.run.data["log"].values()) == list(range(1, done + 1))
    assert case.all_left()
    return case.steps, case.run.data


def test_it_costs_the_same_in_round_1100_as_in_the_first() -> None:
    made = program(
        process(
            "for_years",
            nodes("startEvent", "start"),
            nodes("exclusiveGateway", "again"),
            nodes("userTask", "serve"),
            node("exclusiveGateway", "enough", default="enough_to_again"),
            nodes("endEvent", "end"),
            flows("start again serve enough again"),
            flow("enough", "end", "round == 1100"),
        )
    )
    case = Player(made, round=0)
    sizes = []
    for number in range(1, 1101):
        case.do("serve", round=number)
        sizes.append(len(case.run.dump()))
    assert case.run.ended
    assert max(sizes) < min(sizes[:-1]) + 50


def test_it_stays_small_while_another_branch_is_left_open() -> None:
    made = program(
        process(
            "one_waits",
            nodes("startEvent", "start"),
            nodes("parallelGateway", "fork join"),
            nodes("userTask", "wait work"),
            nodes("exclusiveGateway", "again"),
            node("exclusiveGateway", "enough", default="enough_to_again"),
            nodes("endEvent", "end"),
            flows("start fork wait join end", "fork again work enough again"),
            flow("enough", "join", "round == 100"),
        )
    )
    case = Player(made, round=0)
    sizes = []
    for number in range(1, 101):
        case.do("work", round=number)
        sizes.append(len(case.run.dump()))
    assert max(sizes) < min(sizes) + 100
    case.do("wait", waited=True)
    assert case.run.ended
    assert case.run.data == {"round": 100, "waited": True}


def test_it_drops_what_is_over_in_the_middle_of_a_long_automatic_stretch() -> None:
    made = program(
        process(
            "counting",
            nodes("startEvent", "start"),
            nodes("exclusiveGateway", "again"),
            node(
                "intermediateThrowEvent",
                "count",
                "<extensionElements><camunda:inputOutput><camunda:outputParameter name='n'>"
                "${n + 1}</camunda:outputParameter></camunda:inputOutput></extensionElements>",
            ),
            node("exclusiveGateway", "enough", default="enough_to_again"),
            nodes("endEvent", "end"),
            flows("start again count enough again"),
            flow("enough", "end", "n == 1500"),
        )
    )
    run = Run.start(made, data={"n": 0})
    assert run.ended
    assert run.data == {"n": 1500}
