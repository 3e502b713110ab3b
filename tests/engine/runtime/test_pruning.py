"""Dropping what is over must change the cost of a case and nothing else."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.runtime import Program, Run
from tests.engine.runtime.drawings import Player, flow, flows, node, nodes, process, program


class _Blocks:
    """Draws block-structured diagrams without loops from nested lists."""

    def __init__(self) -> None:
        self.count = 0

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def draw(self, block: Any) -> tuple[str, str, str]:
        """Give a block's XML, its first and its last node."""
        kind, inner = block
        if kind == "task":
            task = self.name("task")
            return node("userTask", task), task, task
        if kind == "sequence":
            parts = [self.draw(part) for part in inner]
            links = [flow(a[2], b[1]) for a, b in pairwise(parts)]
            return "".join(p[0] for p in parts) + "".join(links), parts[0][1], parts[-1][2]
        if kind == "sub":
            scope, start, end = self.name("sub"), self.name("start"), self.name("end")
            xml, first, last = self.draw(inner)
            body = node("startEvent", start) + node("endEvent", end) + xml
            links = flow(start, first) + flow(last, end)
            return node("subProcess", scope, body + links), scope, scope
        return self._gateways(kind, inner)

    def _gateways(self, kind: str, inner: Any) -> tuple[str, str, str]:
        tag = {"and": "parallelGateway", "or": "inclusiveGateway", "xor": "exclusiveGateway"}[kind]
        split, join = self.name("split"), self.name("join")
        xml = ""
        for number, part in enumerate(inner):
            body, first, last = self.draw(part)
            wanted = {"or": f"pick % {number + 2} == 0", "xor": f"pick % 7 == {number}"}.get(
                kind, ""
            )
            into = flow(split, first, "" if number == 0 else wanted)
            xml += body + into + flow(last, join)
        default = {} if kind == "and" else {"default": _default(xml, f"{split}_to_")}
        return node(tag, split, **default) + node(tag, join) + xml, split, join


def _default(xml: str, start: str) -> str:
    at = xml.index(f'id="{start}') + len('id="')
    return xml[at : xml.index('"', at)]


_block = st.recursive(
    st.just(("task", None)),
    lambda inner: st.one_of(
        st.tuples(st.just("sequence"), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.sampled_from(["and", "or", "xor"]), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.just("sub"), inner),
    ),
    max_leaves=10,
)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(block=_block, seed=st.integers(0, 10_000))
def test_it_ends_with_the_same_data_and_history_as_without_pruning(block: Any, seed: int) -> None:
    xml, first, last = _Blocks().draw(block)
    made = program(
        process("blocks", nodes("startEvent", "start"), nodes("endEvent", "end"), xml).replace(
            b"</process>", (flow("start", first) + flow(last, "end")).encode() + b"</process>"
        )
    )
    pruned, unpruned = (_played(made, seed, pruned=pruned) for pruned in (True, False))
    assert pruned == unpruned


def _played(made: Program, seed: int, *, pruned: bool) -> tuple[list[tuple[str, str]], Any]:
    """Play a case; every task notes itself in one dict that all branches share."""
    choose = random.Random(seed)
    case = Player(made, pruned=pruned, pick=seed, log={})
    done = 0
    while not case.run.ended:
        chosen = choose.choice(sorted(case.waiting(), key=lambda waiting: waiting.element.id))
        done += 1
        case.complete(chosen, log={**chosen.data["log"], chosen.element.id: done})
    assert sorted(case.run.data["log"].values()) == list(range(1, done + 1))
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
