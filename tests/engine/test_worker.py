"""The background: one thread that does what is due as soon as it is committed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from engine import clock, database, messages, outbox, timers, worker
from engine.database import Sessions
from engine.worker import Worker
from tests.engine.agency import Agency
from tests.engine.drawings import draw

WAITS = draw(
    "waits",
    """
    start begin lane=executor
    catch news message=news correlationKey=case.number variable=said
    user read lane=executor
    end done
    begin > news > read > done
    """,
)
TICKS = draw(
    "ticks",
    """
    start begin lane=executor
    user work lane=executor
    boundary late on=work timer=PT1S
    user remind lane=executor
    end done
    end reminded
    begin > work > done
    late > remind > reminded
    """,
)
SERVED = draw(
    "served",
    """
    start begin message=ordered variable=order
    user serve lane=executor
    end done
    begin > serve > done
    """,
)


def soon(true: Callable[[], bool], *, seconds: float = 25) -> bool:
    """Tell whether something comes true before long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def agency(sessions: Sessions) -> Agency:
    return Agency(sessions, WAITS, TICKS, SERVED)


@pytest.fixture
def thread(agency: Agency) -> Iterator[Worker]:
    running = Worker(agency.sessions)
    running.start()
    yield running
    running.stop()


def send(agency: Agency, name: str, key: str, *, wake: bool = True) -> None:
    with database.writing(agency.sessions) as session:
        outbox.send(session, name, key, {"n": 1}, sender_id=None)
        if not wake:
            session.info.pop("wake")


def test_it_delivers_at_once_when_a_step_is_committed(agency: Agency, thread: Worker) -> None:
    number = agency.begin("ex1", "waits")
    time.sleep(0.1)
    began = time.monotonic()
    send(agency, "news", number)
    assert soon(lambda: agency.open_ids(number) == ["read"])
    assert time.monotonic() - began < worker.SWEEP * 2 / 3, "no sweep did it"
    send(agency, "ordered", "1")
    assert soon(lambda: len(agency.numbers("served")) == 1)


def test_it_does_nothing_for_what_is_rolled_back(agency: Agency, thread: Worker) -> None:
    with agency.sessions() as session:
        outbox.send(session, "ordered", "1", {}, sender_id=None)
        session.rollback()
    time.sleep(0.1)
    assert agency.messages() == []


def test_it_finds_what_no_wake_up_told_of(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SWEEP", 0.1)
    number = agency.begin("ex1", "waits")
    running = Worker(agency.sessions)
    running.start()
    try:
        time.sleep(0.05)
        send(agency, "news", number, wake=False)
        assert soon(lambda: agency.open_ids(number) == ["read"])
    finally:
        running.stop()


def test_it_does_when_it_starts_what_was_left_when_it_stopped(agency: Agency) -> None:
    number = agency.begin("ex1", "waits")
    send(agency, "news", number)
    running = Worker(agency.sessions)
    running.start()
    assert soon(lambda: agency.open_ids(number) == ["read"])
    running.stop()
    send(agency, "ordered", "1")
    time.sleep(0.1)
    assert agency.numbers("served") == [], "a stopped one does nothing"
    running.start()
    assert soon(lambda: len(agency.numbers("served")) == 1), "and may be started again"
    running.stop()


def test_it_fires_a_timer_when_it_is_due_and_not_at_the_next_sweep(
    agency: Agency, thread: Worker
) -> None:
    number = agency.begin("ex1", "ticks")
    assert soon(lambda: agency.open_ids(number) == ["remind"], seconds=worker.SWEEP * 2 / 3)


def test_it_goes_on_after_the_database_was_away(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "SWEEP", 0.05)
    away = [3]
    look = messages.deliverable

    def sometimes(session: Any) -> list[int]:
        if away[0]:
            away[0] -= 1
            raise ConnectionError("gone")
        return look(session)

    monkeypatch.setattr(messages, "deliverable", sometimes)
    number = agency.begin("ex1", "waits")
    send(agency, "news", number)
    running = Worker(agency.sessions)
    running.start()
    try:
        assert soon(lambda: agency.open_ids(number) == ["read"])
    finally:
        running.stop()
    assert "the background could not work" in caplog.text


def test_it_tries_again_what_another_writer_was_faster_at(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.set(clock.now())
    number = agency.begin("ex1", "ticks")
    clock.set(clock.now() + timedelta(seconds=1))
    tries = []
    fire = timers.fire

    def late(session: Any, task_id: str) -> bool:
        tries.append(task_id)
        if len(tries) == 1:
            session.execute(text("UPDATE instance SET revision = revision + 1"))
            session.expire_all()
        return fire(session, task_id)

    monkeypatch.setattr(timers, "fire", late)
    worker.work_all(agency.sessions)
    assert agency.open_ids(number) == ["remind"]


def test_it_wakes_nobody_for_a_savepoint(agency: Agency) -> None:
    woken = Worker(agency.sessions)
    with agency.sessions() as session:
        session.begin()
        with session.begin_nested():
            outbox.send(session, "ordered", "1", {}, sender_id=None)
            woken._committed(session)
        assert not woken._woken.is_set()
        assert session.info["wake"]
        session.rollback()
