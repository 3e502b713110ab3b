"""A state of an earlier release, in which a process that an event could end was a sub-process.

Such a process was prepared with everything in one sub-process that the drawing does not show.
Now the event's start stands beside the rest, so what lay inside comes out before the case moves.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from SpiffWorkflow import TaskState

from engine.runtime.tree import FINISHED

_INSIDE = "--inside"
_ID, _PARENT, _NAME, _STATE, _COUNT, _INTERNAL, _CHANGED, _GONE = range(8)


class FlatSpec:
    """The specs of a process and of the sub-process that it was wrapped into, as one scope."""

    def __init__(self, outer: Any, inner: Any) -> None:
        self.name = outer.name
        self.start, self.end, self.last = outer.start, outer.end, outer.last
        self.task_specs = {**inner.task_specs, **outer.task_specs}


@lru_cache(maxsize=64)
def flat(outer: Any, inner: Any) -> FlatSpec:
    """Give the two specs as one; the same ones for the same."""
    return FlatSpec(outer, inner)


def wrapped(old: Any, new: Any, tasks: list[list[Any]]) -> list[Any] | None:
    """Find the open task of the sub-process into which a scope was wrapped, if it was."""
    name = f"{old.name}{_INSIDE}"
    if name in new.task_specs:
        return None
    found = (t for t in tasks if t[_NAME] == name and not t[_STATE] & FINISHED)
    return next(found, None)


def unwrap(old: Any, inner: Any, tasks: list[list[Any]], task: list[Any], inside: Any) -> Any:
    """Put what lies inside a task's sub-process beside it; give the specs of both as one.

    `inner` is the sub-process's spec and `inside` its stored tree.
    """
    before = _data(tasks, task[_ID])
    first, *rest = inside["tasks"]
    gone = [key for key in before if key not in first[_CHANGED]]
    tasks.append(
        [first[_ID], task[_ID], old.start.name, *first[_STATE:_CHANGED], first[_CHANGED], gone]
    )
    for one in rest:
        if one[_NAME] == inner.end.name:
            one[_NAME] = old.end.name
    tasks += rest
    task[_STATE] = TaskState.COMPLETED
    return flat(old, inner)


def _data(tasks: list[list[Any]], task_id: str) -> dict[str, Any]:
    by_id = {task[_ID]: task for task in tasks}
    way = []
    at: str | None = task_id
    while at is not None:
        way.append(by_id[at])
        at = by_id[at][_PARENT]
    data: dict[str, Any] = {}
    for task in reversed(way):
        data = {key: value for key, value in data.items() if key not in task[_GONE]}
        data |= task[_CHANGED]
    return data
