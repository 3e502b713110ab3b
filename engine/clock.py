"""The only clock. Tests set it; nothing else in the engine asks the machine for the time."""

from __future__ import annotations

from datetime import UTC, datetime

_fixed: datetime | None = None


def now() -> datetime:
    """Tell the time, aware and in UTC."""
    return _fixed or datetime.now(UTC)


def set(moment: datetime) -> None:
    """Stop the clock at `moment`, which must know its offset."""
    global _fixed  # noqa: PLW0603 - one clock for one program is the point
    if moment.tzinfo is None:
        raise ValueError("the clock needs a moment with an offset")
    _fixed = moment.astimezone(UTC)


def reset() -> None:
    """Let the clock run again."""
    global _fixed  # noqa: PLW0603 - see set
    _fixed = None
