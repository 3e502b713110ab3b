"""Case numbers: year and running number, such as 2026-0012."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine import clock

# The first case of a year makes its series, whoever else is doing so at the same moment.
_TAKE = text(
    "INSERT INTO counter (name, value) VALUES (:name, 1) "
    "ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value"
)


def next_number(session: Session) -> str:
    """Take the next case number of this year; no number is given twice."""
    year = clock.now().year
    series = f"case-{year}"
    taken = session.execute(_TAKE, {"name": series}).scalar_one()
    return f"{year}-{taken:04d}"
