"""A department's procedure, drawn flat, with an event sub-process that cancels it at any point."""

from __future__ import annotations

import random

from engine.runtime import Program, Run, Waiting
from tests.engine.runtime.drawings import (
    Player,
    flow,
    flows,
    loop,
    message,
    node,
    nodes,
    process,
    program,
    properties,
)

RUNS = 50

DEPARTMENT = process(
    "department",
    node("startEvent", "order_received", properties(variable="order") + message("order")),
    nodes("userTask", "check_order"),
    node("exclusiveGateway", "complete", default="complete_to_fork"),
    node(
        "endEvent",
        "returned",
        properties(correlationKey="order.no", payload="{'missing': missing}") + message("returned"),
    ),
    nodes("parallelGateway", "fork join"),
    nodes("userTask", "ad_sign"),
    node(
        "intermediateCatchEvent",
        "await_briefing",
        properties(correlationKey="order.no", variable="briefing") + message("briefing"),
    ),
    nodes("exclusiveGateway", "again"),
    node(
        "userTask",
        "research",
        properties(resultList="found", resultItem="finding") + loop("['x', 'y']", "member"),
    ),
    node("userTask", "draft"),
    node(
        "boundaryEvent",
        "late",
        "<timerEventDefinition><timeCycle>R2/PT24H</timeCycle></timerEventDefinition>",
        attachedToRef="draft",
        cancelActivity="false",
    ),
    nodes("userTask", "hurry"),
    nodes("endEvent", "hurried"),
    nodes("eventBasedGateway", "wait_reply"),
    node(
        "intermediateCatchEvent",
        "suggestions",
        properties(correlationKey="order.no", variable="remarks") + message("suggestions"),
    ),
    node(
        "intermediateCatchEvent",
        "accepted",
        properties(correlationKey="order.no") + message("accepted"),
    ),
    nodes("endEvent", "done"),
    flows(
        "order_received check_order complete fork ad_sign join again research draft wait_reply",
        "fork await_briefing join",
        "wait_reply suggestions again",
        "wait_reply accepted done",
        "late hurry hurried",
    ),
    flow("complete", "returned", "missing != ''"),
    node(
        "subProcess",
        "cancelling",
        node(
            "startEvent",
            "cancelled",
            properties(correlationKey="order.no", variable="reason") + message("cancelled"),
        )
        + nodes("userTask", "see_why")
        + nodes("endEvent", "ended_early")
        + flows("cancelled see_why ended_early"),
        triggeredByEvent="true",
    ),
)


def test_it_leaves_nothing_behind_when_a_department_s_case_is_cancelled_at_any_step() -> None:
    made = program(DEPARTMENT)
    ended = {"returned": 0, "done": 0, "ended_early": 0}
    for seed in range(RUNS):
        choose = random.Random(seed)
        case = _department(made, seed)
        cancel_at = choose.randrange(25)
        for step in range(200):
            if case.run.ended:
                break
            if step == cancel_at:
                _cancel(case)
                break
            _one_step(case, choose.choice(case.waiting()), choose)
        assert case.run.ended, case.open()
        assert case.run.outcome is not None
        ended[case.run.outcome.id] += 1
        assert case.run.data["order"] == {"no": f"{seed}"}
        assert case.all_left()
    assert all(ended.values()), ended


def _department(made: Program, seed: int) -> Player:
    def start() -> Run:
        return Run.start_by_message(made, "order_received", {"no": f"{seed}"}, pruned=seed % 3 != 0)

    return Player(made, start, reparsed=seed % 10 == 0, pruned=seed % 3 != 0)


def _cancel(case: Player) -> None:
    before = case.run.data
    case.deliver(case.one("cancelled"), {"why": "withdrawn"})
    assert case.open() == ["see_why"]
    seen = case.one("see_why").data
    assert seen["reason"] == {"why": "withdrawn"}
    assert {name: value for name, value in seen.items() if name != "reason"} == before
    case.do("see_why")


def _one_step(case: Player, chosen: Waiting, choose: random.Random) -> None:
    match chosen.element.id:
        case "cancelled":
            pass
        case "check_order":
            case.complete(chosen, missing="budget" if choose.random() < 0.1 else "")
        case "late":
            case.fire(chosen)
        case "accepted" if choose.random() < 0.7:
            pass
        case _ if chosen.kind == "message":
            case.deliver(chosen, {"no": chosen.key})
        case _:
            case.complete(chosen, finding=chosen.data.get("member"))
