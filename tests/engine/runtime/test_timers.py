"""Timers: when they are due is told, and somebody else lets them go off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from engine import clock
from engine.errors import StepFailed, TaskWithdrawn
from tests.engine.runtime.drawings import (
    Player,
    flows,
    message,
    node,
    nodes,
    process,
    program,
    properties,
    timer,
)

NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    clock.set(NOON)
    yield
    clock.reset()


def _waits(kind: str, text: str) -> bytes:
    return process(
        "waits",
        nodes("startEvent", "start"),
        node("intermediateCatchEvent", "pause", timer(kind, text)),
        nodes("userTask", "after"),
        nodes("endEvent", "end"),
        flows("start pause after end"),
    )


def _reminds(kind: str, text: str, cancel: str = "false") -> bytes:
    return process(
        "reminds",
        nodes("startEvent", "start"),
        nodes("userTask", "work"),
        node(
            "boundaryEvent", "late", timer(kind, text), attachedToRef="work", cancelActivity=cancel
        ),
        nodes("userTask", "remind"),
        nodes("endEvent", "end reminded"),
        flows("start work end", "late remind reminded"),
    )


@pytest.mark.parametrize(
    ("kind", "text", "due"),
    [
        ("timeDuration", "PT2H", NOON + timedelta(hours=2)),
        ("timeDuration", "P1W", NOON + timedelta(weeks=1)),
        ("timeDuration", "P1M", datetime(2026, 4, 30, 12, tzinfo=UTC)),
        ("timeDuration", "${wait}", NOON + timedelta(days=3)),
        ("timeDuration", "P${days}D", NOON + timedelta(days=4)),
        ("timeDate", "2026-04-01T09:00:00+08:00", datetime(2026, 4, 1, 1, tzinfo=UTC)),
        ("timeDate", "${row.until}", datetime(2026, 4, 2, 9, tzinfo=UTC)),
        ("timeDate", "2020-01-01T00:00:00Z", datetime(2020, 1, 1, tzinfo=UTC)),
    ],
)
def test_it_tells_when_a_timer_is_due(kind: str, text: str, due: datetime) -> None:
    case = Player(
        program(_waits(kind, text)), wait="P3D", days=4, row={"until": "2026-04-02T09:00:00Z"}
    )
    waiting = case.one("pause")
    assert waiting.kind == "timer"
    assert waiting.due_at == due
    assert waiting.due_at.utcoffset() == timedelta(0)


def test_it_waits_until_somebody_lets_the_timer_go_off() -> None:
    case = Player(program(_waits("timeDuration", "PT1S")))
    clock.set(NOON + timedelta(days=9))
    case.keep()
    assert case.open() == ["pause"]
    assert case.one("pause").due_at == NOON + timedelta(seconds=1)
    case.fire(case.one("pause"))
    assert case.open() == ["after"]


@pytest.mark.parametrize("text", ["soon", "${wait}", "PT", "R3/PT1H"])
def test_it_fails_at_the_timer_when_its_time_cannot_be_read(text: str) -> None:
    with pytest.raises(StepFailed) as failed:
        Player(program(_waits("timeDuration", text)), wait="tomorrow")
    assert failed.value.details["element_id"] == "pause"


def test_it_repeats_a_reminder_as_often_as_drawn_without_drifting() -> None:
    case = Player(program(_reminds("timeCycle", "R3/PT24H")))
    for number in range(1, 4):
        assert case.one("late").due_at == NOON + timedelta(days=number)
        clock.set(NOON + timedelta(days=number, minutes=7))
        case.fire(case.one("late"))
    assert case.open() == ["remind"] * 3 + ["work"]
    case.do("work")
    for waiting in case.waiting("remind"):
        case.complete(waiting)
    assert case.run.ended


def test_it_repeats_without_end_and_from_a_given_start() -> None:
    case = Player(program(_reminds("timeCycle", "R/2026-04-01T00:00:00Z/P1D")))
    for day in range(1, 6):
        assert case.one("late").due_at == datetime(2026, 4, day, tzinfo=UTC)
        case.fire(case.one("late"))
    case.do("work")
    assert "late" not in case.open()


def test_it_goes_off_once_when_it_does_not_repeat() -> None:
    case = Player(program(_reminds("timeDuration", "PT1H")))
    case.fire(case.one("late"))
    assert case.open() == ["remind", "work"]


def test_it_interrupts_the_activity() -> None:
    case = Player(program(_reminds("timeDuration", "PT1H", cancel="true")))
    work = case.one("work")
    case.fire(case.one("late"))
    assert case.open() == ["remind"]
    assert ("cancelled", "work") in case.steps
    with pytest.raises(TaskWithdrawn):
        case.run.complete(work.task_id, {})


def test_it_forgets_the_timer_once_the_work_is_done() -> None:
    case = Player(program(_reminds("timeCycle", "R3/PT24H")))
    late = case.one("late")
    case.do("work")
    assert case.run.ended
    with pytest.raises(TaskWithdrawn):
        case.run.fire(late.task_id)


def test_it_goes_on_at_a_timer_behind_an_event_gateway() -> None:
    drawing = process(
        "reply_or_time",
        nodes("startEvent", "start"),
        nodes("eventBasedGateway", "wait"),
        node(
            "intermediateCatchEvent",
            "reply",
            properties(correlationKey="no", variable="answer") + message("reply"),
        ),
        node("intermediateCatchEvent", "too_late", timer("timeDuration", "P1D")),
        node("intermediateCatchEvent", "far_too_late", timer("timeDuration", "P9D")),
        nodes("userTask", "read ask_again give_up"),
        nodes("endEvent", "end"),
        flows("start wait reply read end", "wait too_late ask_again end"),
        flows("wait far_too_late give_up end"),
    )
    made = program(drawing)
    case = Player(made, no=7)
    assert case.open() == ["far_too_late", "reply", "too_late"]
    assert {w.task_id for w in case.waiting()} == {case.waiting()[0].task_id}
    assert case.one("reply").key == "7"
    case.fire(case.one("far_too_late"))
    assert case.open() == ["give_up"]

    case = Player(made, no=7)
    case.deliver(case.one("reply"), {"text": "yes"})
    assert case.open() == ["read"]
    assert case.one("read").data == {"no": 7, "answer": {"text": "yes"}}
    assert [name for kind, name in case.steps if kind == "entered"] == [
        *("start", "wait", "reply", "read")
    ]
