"""Case data that several branches changed: what each did, brought together.

Data are JSON values that nobody changes in place: tasks share them, and whoever changes
something puts a new value in its place. So a branch can never reach another's data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are the same; unlike `==`, 1, 1.0 and true are not."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return len(one) == len(other) and all(
            key in other and same(value, other[key]) for key, value in one.items()
        )
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def apply_changes(
    base: Mapping[str, Any], target: Mapping[str, Any], branch: Mapping[str, Any]
) -> dict[str, Any]:
    """Give `target` with what `branch` has set or deleted since both were `base`.

    Inside a dict that all three have, only the changed keys count; a list counts as one value.
    """
    result = dict(target)
    for key, value in branch.items():
        before, current = base.get(key), result.get(key)
        if key in base and same(before, value):
            continue
        if isinstance(value, dict) and isinstance(before, dict) and isinstance(current, dict):
            result[key] = apply_changes(before, current, value)
        else:
            result[key] = value
    for key in base:
        if key not in branch:
            result.pop(key, None)
    return result
