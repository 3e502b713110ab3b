"""Figures of the engine: `tasks.complete` on SQLite, WAL, synchronous FULL."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import event, select

from engine import database, definitions, instances, organisation, tasks
from engine.database import Sessions
from engine.models import Instance, Person, Task
from tests.benchmarks import diagrams
from tests.conftest import PROCESSES

ANSWERS = {"client": "示例客户", "amount": 1_000_000, "urgent": False, "until": "2026-12-01"}
CASES = 8


def opened(folder: Path, name: str) -> tuple[Sessions, str]:
    """Make a database with the demo organisation; give it and its address."""
    url = f"sqlite:///{folder / name}.db"
    database.upgrade(url)
    sessions = database.sessions(database.connect(url))
    with database.writing(sessions) as session:
        organisation.load(session, PROCESSES / "organisation.toml", demo=True)
        files = {"bench_sequence.bpmn": diagrams.sequence(), "bench_loop.bpmn": diagrams.loop()}
        definitions.deploy(session, None, files)
    return sessions, url


def begun(sessions: Sessions, process_id: str) -> int:
    """Start a case; give its id."""
    with database.writing(sessions) as session:
        person = session.get_one(Person, "ae")
        definition = definitions.current(session, process_id)
        number = instances.start(session, person, definition, answers={}).number
        return session.scalars(select(Instance.id).where(Instance.number == number)).one()


def next_task(sessions: Sessions, case_id: int) -> str:
    """Give the id of the case's open task."""
    with database.reading(sessions) as session:
        return session.scalars(select(Task.id).where(Task.instance_id == case_id)).one()


def complete(sessions: Sessions, task_id: str, answers: dict[str, Any]) -> None:
    """Complete one task in its own transaction."""
    with database.writing(sessions) as session:
        tasks.complete(session, session.get_one(Person, "ae"), task_id, answers=answers)


def timed(act: Callable[[], None]) -> tuple[float, float]:
    """Tell the CPU and the wall time of a call, in milliseconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000


def sequence(folder: Path) -> dict[str, float]:
    """Complete the 25 tasks of several cases; the first case warms up."""
    sessions, _ = opened(folder, "sequence")
    engine = sessions.kw["bind"]
    counted = {"sql": 0, "commits": 0}
    event.listen(engine, "before_cursor_execute", lambda *_: _count(counted, "sql"))
    event.listen(engine, "commit", lambda *_: _count(counted, "commits"))
    cpu: list[float] = []
    wall: list[float] = []
    sql: list[int] = []
    commits: list[int] = []
    for case in range(CASES):
        case_id = begun(sessions, "bench_sequence")
        for _ in range(24):
            task_id = next_task(sessions, case_id)
            counted.update(sql=0, commits=0)
            spent = timed(lambda task_id=task_id: complete(sessions, task_id, ANSWERS))
            if case:
                cpu.append(spent[0])
                wall.append(spent[1])
                sql.append(counted["sql"])
                commits.append(counted["commits"])
    engine.dispose()
    return {
        "complete_cpu_ms_p50": median(cpu),
        "complete_wall_ms_p50": median(wall),
        "complete_sql": float(max(sql)),
        "complete_commits": float(max(commits)),
    }


def _count(counted: dict[str, int], name: str) -> None:
    counted[name] += 1


def loop(folder: Path) -> dict[str, float]:
    """Go round one loop a thousand times; compare the last rounds with the first."""
    sessions, _ = opened(folder, "loop")
    case_id = begun(sessions, "bench_loop")
    spent: list[float] = []
    for _ in range(1000):
        task_id = next_task(sessions, case_id)
        answers = {**ANSWERS, "over": False}
        spent.append(timed(lambda t=task_id, a=answers: complete(sessions, t, a))[0])
    with database.reading(sessions) as session:
        state = session.scalars(select(Instance.state).where(Instance.id == case_id)).one()
    sessions.kw["bind"].dispose()
    return {
        "growth_1000": median(spent[990:1000]) / median(spent[10:20]),
        "state_bytes_1000": float(len(state)),
    }
