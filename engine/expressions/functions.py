"""What an expression may call, and the operators that it may use, each with its limit."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import orjson
import simpleeval

from engine import clock, durations
from engine.expressions.parsing import ALLOWED
from engine.expressions.reasons import NumberTooLarge, ValueTooLarge

#: How large a value an evaluation may make.
MAX_SIZE = 50_000

#: Functions that only the host can answer; without one they say nothing rather than fail.
_HOST_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "completed_by": lambda element_id: "",
    "person_name": lambda person: person,
}


def plain(value: Any) -> Any:
    """Give a value as JSON data, lists for tuples; refuse what JSON cannot hold."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        if value.bit_length() > 63:
            raise NumberTooLarge
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NumberTooLarge
        return value
    _measure(value)
    return orjson.loads(orjson.dumps(value))


def _measure(value: Any) -> None:
    count, waiting = 0, [value]
    while waiting:
        item = waiting.pop()
        count += 1
        if count > MAX_SIZE:
            raise ValueTooLarge
        if isinstance(item, Mapping):
            waiting.extend(item.values())
        elif isinstance(item, (list, tuple)):
            waiting.extend(item)
        elif isinstance(item, float) and not math.isfinite(item):
            raise NumberTooLarge


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, (str, list)) and len(left) + len(right) > MAX_SIZE:
        raise ValueTooLarge
    return left + right


def _multiply(left: Any, right: Any) -> Any:
    _only_numbers(left, right)
    result = left * right
    if isinstance(result, int) and result.bit_length() > 256:
        raise NumberTooLarge
    return result


def _power(left: Any, right: Any) -> Any:
    _only_numbers(left, right)
    if abs(left) > 1_000_000 or abs(right) > 10:
        raise NumberTooLarge
    return left**right


def _modulo(left: Any, right: Any) -> Any:
    # Text on the left would mean formatting, whose width has no limit.
    _only_numbers(left, right)
    return left % right


def _only_numbers(*values: object) -> None:
    if not all(isinstance(value, (int, float)) for value in values):
        raise TypeError("only numbers can be multiplied")


OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    **{
        operator: simpleeval.DEFAULT_OPERATORS[operator]
        for operator in ALLOWED
        if operator in simpleeval.DEFAULT_OPERATORS
    },
    ast.Add: _add,
    ast.Mult: _multiply,
    ast.Pow: _power,
    ast.Mod: _modulo,
}


def _merge(rows_a: Any, rows_b: Any, key: str) -> list[Any]:
    updates = {row[key]: row for row in rows_b or []}
    return [{**row, **updates.get(row[key], {})} for row in rows_a or []]


def _number_rows(rows: Any, first: int = 1) -> list[Any]:
    return [{**row, "row": first + index} for index, row in enumerate(rows or [])]


def _get(container: Any, key: Any, default: Any = None) -> Any:
    if isinstance(container, Mapping):
        return container.get(key, default)
    if isinstance(container, list) and isinstance(key, int) and -len(container) <= key:
        return container[key] if key < len(container) else default
    return default


def _join(items: Any, separator: str = ", ") -> str:
    return separator.join(str(item) for item in items or [])


def _round(number: float, digits: int | None = None) -> Any:
    if digits is not None and abs(digits) > 20:
        raise NumberTooLarge
    return round(number, digits)


def _sum(numbers: Any) -> Any:
    return sum(number for number in numbers or [] if number is not None)


def _update(container: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {**container, **changes}


def _days_from_now(days: int = 0) -> str:
    # The agency's day: before eight in the morning in Shanghai it is still yesterday in UTC.
    return (clock.now().astimezone(durations.zone()) + timedelta(days=days)).date().isoformat()


#: Every function that an expression may call; a context's functions come before these.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **_HOST_FUNCTIONS,
    "len": len,
    "str": lambda value: "" if value is None else str(value),
    "int": int,
    "float": float,
    "round": _round,
    "min": min,
    "max": max,
    "sum": _sum,
    "abs": abs,
    "merge": _merge,
    "number_rows": _number_rows,
    "get": _get,
    "join": _join,
    "update": _update,
    "today": lambda: _days_from_now(),
    "now": lambda: clock.now().isoformat(timespec="seconds"),
    "days_from_now": _days_from_now,
}
