"""Case numbers: year and running number, such as 2026-0012."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import clock
from engine.models import Counter


def next_number(session: Session) -> str:
    """Take the next case number of this year; no number is given twice."""
    year = clock.now().year
    series = f"case-{year}"
    taken = session.scalar(
        update(Counter)
        .where(Counter.name == series)
        .values(value=Counter.value + 1)
        .returning(Counter.value)
    )
    if taken is None:
        taken = 1
        session.add(Counter(name=series, value=taken))
        session.flush()
    return f"{year}-{taken:04d}"
