"""When a timer is due. The host's clock decides, never the engine's; see `run.Run.fire`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from engine import clock, durations
from engine.languages import Text

_CYCLE = re.compile(r"^R(?P<times>\d*)/(?:(?P<start>[^P/][^/]*)/)?(?P<every>P[^/]+)$")


def armed(kind: str, text: Any, since: datetime | None = None) -> dict[str, Any]:
    """Give the state of a timer that starts now: when it is due and how often it repeats.

    `since` is when it started, if that is not now. Raises ValueError for what is no ISO 8601
    time of this kind.
    """
    text, since = str(text).strip(), since or clock.now()
    started = {"since": _utc(since)}
    if kind == "timeCycle":
        return _cycle(text, since) | started
    if kind == "timeDate":
        return {"due": _utc(durations.moment(text, now=since))} | started
    return {"due": _utc(durations.parse(text).after(since))} | started


def armed_anew(
    kind: str, text: Any, state: dict[str, Any], since: datetime | None
) -> dict[str, Any] | None:
    """Give the state of a timer whose drawing has changed while it runs.

    It counts from when it started, and the times that it went off count; None when with
    them it has gone off as often as it is to. `since` serves where `state` does not say.
    """
    began = datetime.fromisoformat(state["since"]) if "since" in state else since
    found: dict[str, Any] | None = armed(kind, text, began)
    for _ in range(state.get("fired", 0)):
        found = following(found) if found is not None else None
    return found


def _cycle(text: str, since: datetime) -> dict[str, Any]:
    found = _CYCLE.match(text)
    if found is None:
        raise ValueError(f"{text!r} is not a repeating ISO 8601 interval")
    every = durations.parse(found["every"])
    first = durations.moment(found["start"], now=since) if found["start"] else every.after(since)
    left = int(found["times"]) - 1 if found["times"] else None
    return {"due": _utc(first), "left": left, "every": found["every"]}


def following(state: dict[str, Any]) -> dict[str, Any] | None:
    """Give the state of a repeating timer after it went off, None when it was the last time."""
    if "every" not in state or (state["left"] is not None and state["left"] <= 0):
        return None
    due = durations.parse(state["every"]).after(due_at(state))
    left = None if state["left"] is None else state["left"] - 1
    fired = state.get("fired", 0) + 1
    return {**state, "due": _utc(due), "left": left, "fired": fired}


def due_at(state: dict[str, Any]) -> datetime:
    """When a timer is due, aware and in UTC."""
    return datetime.fromisoformat(state["due"])


def unreadable(text: Any) -> Text:
    """Say that a timer's text is no time."""
    return Text(f"“{text}”不是有效的 ISO 8601 时间。", f'"{text}" is not an ISO 8601 time.')


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
