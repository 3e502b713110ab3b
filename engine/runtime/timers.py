"""When a timer is due. The host's clock decides, never the engine's; see `run.Run.fire`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from engine import clock, durations
from engine.languages import Text

_CYCLE = re.compile(r"^R(?P<times>\d*)/(?:(?P<start>[^P/][^/]*)/)?(?P<every>P[^/]+)$")


def armed(kind: str, text: Any) -> dict[str, Any]:
    """Give the state of a timer that starts now: when it is due and how often it repeats.

    Raises ValueError for what is no ISO 8601 time of this kind.
    """
    text = str(text).strip()
    if kind == "timeCycle":
        return _cycle(text)
    if kind == "timeDate":
        return {"due": _utc(_moment(text))}
    return {"due": _utc(durations.parse(text).after(clock.now()))}


def _cycle(text: str) -> dict[str, Any]:
    found = _CYCLE.match(text)
    if found is None:
        raise ValueError(f"{text!r} is not a repeating ISO 8601 interval")
    every = durations.parse(found["every"])
    first = _moment(found["start"]) if found["start"] else every.after(clock.now())
    left = int(found["times"]) - 1 if found["times"] else None
    return {"due": _utc(first), "left": left, "every": found["every"]}


def following(state: dict[str, Any]) -> dict[str, Any] | None:
    """Give the state of a repeating timer after it went off, None when it was the last time."""
    if "every" not in state or (state["left"] is not None and state["left"] <= 0):
        return None
    due = durations.parse(state["every"]).after(due_at(state))
    left = None if state["left"] is None else state["left"] - 1
    return {"due": _utc(due), "left": left, "every": state["every"]}


def due_at(state: dict[str, Any]) -> datetime:
    """When a timer is due, aware and in UTC."""
    return datetime.fromisoformat(state["due"])


def unreadable(text: Any) -> Text:
    """Say that a timer's text is no time."""
    return Text(f"“{text}”不是有效的 ISO 8601 时间。", f'"{text}" is not an ISO 8601 time.')


def _moment(text: str) -> datetime:
    return durations.moment(text, now=clock.now())


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
