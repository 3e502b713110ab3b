"""Timers: rows found by their due time, each fired in a transaction of its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine import clock, instances
from engine.models import Timer


def due(session: Session, *, limit: int = 100) -> list[str]:
    """Find the timers that are due, the oldest first."""
    return list(
        session.scalars(
            select(Timer.task_id)
            .where(~Timer.halted, Timer.due_at <= clock.now())
            .order_by(Timer.due_at, Timer.task_id)
            .limit(limit)
        )
    )


def next_due(session: Session) -> datetime | None:
    """Tell when the next timer is due."""
    found: datetime | None = session.scalar(select(func.min(Timer.due_at)).where(~Timer.halted))
    return found


def fire(session: Session, task_id: str) -> bool:
    """Let one timer go off; False when it is gone or was put off meanwhile."""
    timer = session.get(Timer, task_id)
    if timer is None or timer.halted or timer.due_at > clock.now():
        return False
    instance = instances.locked(session, timer.instance_id)
    return instances.fire(session, instance, task_id)


def retry(session: Session, task_id: str) -> None:
    """Let a timer that failed go off again."""
    session.execute(
        update(Timer)
        .where(Timer.task_id == task_id)
        .values(halted=False)
        .execution_options(synchronize_session=False)
    )
    session.info["wake"] = True
