"""What a case waits for in time: deadlines of tasks, and the timers' rows."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from engine import clock, durations, errors
from engine.languages import Text
from engine.models import Timer

if TYPE_CHECKING:
    from engine.runtime import Waiting


def moment_of(value: object, since: datetime | None = None) -> datetime | None:
    """Read what a deadline's text or expression came to; nothing means no deadline.

    A duration counts from `since`, by default from now.
    """
    if value in (None, ""):
        return None
    try:
        return durations.moment(str(value), now=since or clock.now())
    except ValueError:
        raise errors.ExpressionFailed(
            text=str(value),
            reason=Text(
                "既不是 ISO 8601 时长，也不是日期。",
                "It is neither an ISO 8601 duration nor a date.",
            ),
        ) from None


def write(session: Session, instance_id: int, timers: list[Waiting]) -> None:
    """Keep the timers that have begun to run, so that due ones are found by index."""
    if timers:
        session.execute(
            insert(Timer),
            [
                {
                    "task_id": t.task_id,
                    "instance_id": instance_id,
                    "element_id": t.element.id,
                    "due_at": t.due_at,
                    "halted": False,
                }
                for t in timers
            ],
        )
        session.info["wake"] = True


def halt(session: Session, task_id: str) -> None:
    """Let a timer that failed wait until somebody sees to it."""
    session.execute(update(Timer).where(Timer.task_id == task_id).values(halted=True))


def halted(session: Session, instance_id: int) -> set[str]:
    """Tell the timers of a case that failed and wait until somebody sees to them."""
    query = select(Timer.task_id).where(Timer.instance_id == instance_id, Timer.halted)
    return set(session.scalars(query))


def forget(session: Session, task_ids: list[str]) -> None:
    """Drop timers that fired or were called off."""
    if task_ids:
        session.execute(delete(Timer).where(Timer.task_id.in_(task_ids)))
