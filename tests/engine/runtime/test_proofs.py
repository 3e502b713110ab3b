"""The shapes that the procedures are made of, in random order, saved and restored at each step."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.engine.runtime.drawings import (
    Player,
    extensions,
    flow,
    flows,
    loop,
    mapping,
    message,
    node,
    nodes,
    process,
    program,
    properties,
)
from tests.engine.runtime.test_corrections import JOIN_IN_LOOP, SIGN_OFF

RUNS = 50


def _player(made: Any, seed: int, **data: Any) -> Player:
    """Some runs parse the spec anew, some keep the whole tree."""
    return Player(made, reparsed=seed % 10 == 0, pruned=seed % 3 != 0, **data)


@pytest.mark.parametrize("drawing", [SIGN_OFF, JOIN_IN_LOOP], ids=["sub-process", "plain loop"])
def test_it_needs_both_signatures_in_every_round(drawing: bytes) -> None:
    made = program(drawing)
    for seed in range(RUNS):
        choose = random.Random(seed)
        case = _player(made, seed)
        for round_number in range(6):
            answers = {sign: choose.random() < 0.5 or round_number == 5 for sign in ("ad", "as")}
            for sign in choose.sample(["ad", "as"], 2):
                assert f"{sign}_sign" in case.open()
                case.do(f"{sign}_sign", **{f"{sign}_ok": answers[sign]})
            assert case.run.data == {"ad_ok": answers["ad"], "as_ok": answers["as"]}
            assert case.run.ended == all(answers.values())
            if case.run.ended:
                break
            if case.open() == ["rework"]:
                case.do("rework")


_WORK_ORDER = (
    nodes("startEvent", "order_given"),
    nodes("exclusiveGateway", "to_send"),
    node(
        "subProcess",
        "until_accepted",
        nodes("startEvent", "begin")
        + node(
            "intermediateThrowEvent",
            "send_order",
            properties(correlationKey="order.no", payload="order") + message("order"),
        )
        + nodes("exclusiveGateway", "to_wait")
        + node(
            "intermediateCatchEvent",
            "await_deliverable",
            properties(correlationKey="order.no", variable="deliverable") + message("deliverable"),
        )
        + nodes("userTask", "review")
        + node("exclusiveGateway", "accepted", default="accepted_to_send_accepted")
        + node(
            "intermediateThrowEvent",
            "send_suggestions",
            properties(correlationKey="order.no", payload="{'round': deliverable.round}")
            + message("suggestions"),
        )
        + node(
            "intermediateThrowEvent",
            "send_accepted",
            properties(correlationKey="order.no", payload="{}") + message("accepted"),
        )
        + nodes("endEvent", "done")
        + flows(
            "begin send_order to_wait await_deliverable review accepted send_accepted done",
            "send_suggestions to_wait",
        )
        + flow("accepted", "send_suggestions", "not ok"),
    ),
    node("endEvent", "order_done", "<terminateEventDefinition/>"),
    node(
        "boundaryEvent",
        "returned",
        properties(correlationKey="order.no", variable="missing") + message("returned"),
        attachedToRef="until_accepted",
    ),
    node(
        "userTask",
        "repair",
        extensions(
            mapping("output", order="${update(order, {'no': order.no + '+'})}"),
        ),
    ),
    node(
        "boundaryEvent",
        "meeting_called",
        properties(correlationKey="order.no", variable="meeting") + message("meeting"),
        attachedToRef="until_accepted",
        cancelActivity="false",
    ),
    nodes("userTask", "attend"),
    nodes("endEvent", "attended"),
    flows("order_given to_send until_accepted order_done", "returned repair to_send"),
    flows("meeting_called attend attended"),
)


def _orders(activity: str) -> list[bytes]:
    """The orders' diagram, and the one that it calls if it does."""
    inner = properties(resultList="results", resultItem="deliverable") + loop("orders", "order")
    embedded = activity == "subProcess"
    called = {} if embedded else {"calledElement": "work_order"}
    drawing = process(
        "orders",
        nodes("startEvent", "start"),
        nodes("exclusiveGateway", "to_order"),
        node(activity, "one_order", inner + "".join(_WORK_ORDER if embedded else ()), **called),
        nodes("userTask", "choose"),
        node("exclusiveGateway", "another", default="another_to_end"),
        nodes("endEvent", "end"),
        flows("start to_order one_order choose another end"),
        flow("another", "to_order", "again"),
    )
    return [drawing] if embedded else [drawing, process("work_order", *_WORK_ORDER)]


@pytest.mark.parametrize("activity", ["callActivity", "subProcess"])
def test_it_runs_one_child_per_work_order_in_any_order(activity: str) -> None:
    made = program(*_orders(activity))
    for seed in range(RUNS):
        choose = random.Random(seed)
        orders = [{"no": f"{seed}-{row}", "title": f"order {row}"} for row in range(3)]
        case = _player(made, seed, orders=orders)
        rounds = 1 + seed % 2
        for round_number in range(rounds):
            expected = _play_orders(case, choose)
            assert case.open() == ["choose"], seed
            results = case.run.data["results"]
            assert [result["no"].rstrip("+") for result in results] == [o["no"] for o in orders]
            assert [result["no"] for result in results] == expected
            case.do("choose", again=round_number + 1 < rounds)
        assert case.run.ended
        assert case.run.data["orders"] == orders  # what a child changes stays in the child


def _play_orders(case: Player, choose: random.Random) -> list[str]:
    """Play one round of three orders; give the last number of each."""
    returned = dict.fromkeys(range(3), 0)
    meetings = 0
    for _ in range(200):
        waiting = case.waiting()
        if [w.element.id for w in waiting] == ["choose"]:
            break
        chosen = choose.choice(waiting)
        row = int(chosen.data["order"]["no"].split("-")[1].rstrip("+"))
        if chosen.kind == "message":
            assert chosen.key == chosen.data["order"]["no"]
        match chosen.element.id:
            case "await_deliverable":
                case.deliver(chosen, {"no": chosen.key, "round": 1})
            case "review":
                case.complete(chosen, ok=choose.random() < 0.5)
            case "returned" if returned[row] < 2:
                returned[row] += 1
                open_before = len(case.waiting())
                case.deliver(chosen, {"what": "budget"})
                assert len(case.waiting()) <= open_before
            case "repair":
                assert chosen.data["missing"] == {"what": "budget"}
                case.complete(chosen)
            case "meeting_called" if meetings < 6:
                meetings += 1
                case.deliver(chosen, {"time": "10:00"})
            case "attend":
                case.complete(chosen)
    sent = [t.key for t in case.thrown if t.name == "accepted"]
    assert len(sent) == len(set(sent)) == 3
    case.thrown.clear()
    return sorted(sent)


def _loop_beside(optional: str) -> bytes:
    return process(
        "loop_beside_an_option",
        nodes("startEvent", "start"),
        node(
            "subProcess",
            "both",
            nodes("startEvent", "begin")
            + nodes("parallelGateway", "fork")
            + nodes("exclusiveGateway", "again")
            + nodes("userTask", f"work {optional}")
            + node("exclusiveGateway", "enough", default="enough_to_again")
            + node("endEvent", "finished", "<terminateEventDefinition/>")
            + node("endEvent", "stopped", "<terminateEventDefinition/>")
            + flows("begin fork again work enough again", f"fork {optional} stopped")
            + flow("enough", "finished", "rounds == 3"),
        ),
        nodes("userTask", "after"),
        nodes("endEvent", "end"),
        flows("start both after end"),
    )


def test_it_ends_a_sub_process_at_its_first_terminating_end() -> None:
    made = program(_loop_beside("give_up"))
    endings = set()
    for seed in range(RUNS):
        choose = random.Random(seed)
        case = _player(made, seed, rounds=0)
        rounds = 0
        while case.open() != ["after"]:
            assert case.open() == ["give_up", "work"]
            if choose.random() < 0.75:
                rounds += 1
                case.do("work", rounds=rounds)
            else:
                case.do("give_up", why="no time")
        endings.add(case.run.data.get("why", "finished"))
        assert case.run.data["rounds"] == rounds  # the other branch's work is not lost
        case.do("after")
        assert case.run.ended
        assert case.all_left()
    assert endings == {"finished", "no time"}


def test_it_withdraws_the_siblings_when_a_completion_condition_holds() -> None:
    called = process(
        "ask",
        nodes("startEvent", "start"),
        nodes("userTask", "first second"),
        nodes("parallelGateway", "fork join"),
        nodes("endEvent", "end"),
        flows("start fork first join end", "fork second join"),
    )
    for sequential in (False, True):
        calling = process(
            "asking",
            nodes("startEvent", "start"),
            node(
                "callActivity",
                "ask_one",
                properties(resultList="answers", resultItem="answer")
                + loop("people", "person", sequential=sequential, until="answer == 'no'"),
                calledElement="ask",
            ),
            nodes("userTask", "after"),
            nodes("endEvent", "end"),
            flows("start ask_one after end"),
        )
        made = program(calling, called)
        for seed in range(RUNS // 2):
            choose = random.Random(seed)
            case = _player(made, seed, people=["a", "b", "c", "d"])
            given: dict[str, dict[str, str]] = {}
            done: dict[str, str] = {}
            while "after" not in case.open():
                chosen = choose.choice(case.waiting())
                person = chosen.data["person"]
                answer = choose.choice(["yes", "yes", "no"])
                given.setdefault(person, {})[chosen.element.id] = answer
                case.complete(chosen, answer=answer)
                if len(given[person]) == 2:
                    done[person] = answer
            assert case.open() == ["after"]
            assert case.run.data["answers"] == [done[name] for name in sorted(done)]
            assert "no" in done.values() or len(done) == 4
            case.do("after")
            assert case.run.ended
            assert case.all_left()
