"""The one evaluator: short Python-like expressions over plain JSON data, and nothing else.

Conditions, keys, payloads, timers, titles, mappings: every expression of a diagram comes
here. Data in, data out: no attribute but a dict's key, no method, no import, no loop, so an
expression can read a case but cannot change it, reach the machine or run away.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import simpleeval

from engine.errors import ExpressionFailed
from engine.expressions import reasons
from engine.expressions.evaluator import CONSTANTS, SPECIAL, SURROUNDINGS, Context, Evaluator
from engine.expressions.functions import FUNCTIONS, plain
from engine.expressions.parsing import MAX_DEPTH, MAX_LENGTH, MAX_NODES, inner, parsed, pieces
from engine.languages import Text

__all__ = [
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_NODES",
    "Context",
    "check",
    "evaluate",
    "is_expression",
    "names",
    "value_of",
]


def evaluate(text: str, data: Mapping[str, Any], context: Context | None = None) -> Any:
    """Give the value of an expression, bare or in `${...}`, as plain JSON data."""
    source = inner(text)
    evaluator = Evaluator(source, data, context or Context())
    try:
        return plain(evaluator.value(parsed(source)))
    except ExpressionFailed:
        raise
    except (
        simpleeval.InvalidExpression,
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise ExpressionFailed(text=text, reason=reasons.reason(error)) from None


def value_of(text: str, data: Mapping[str, Any], context: Context | None = None) -> Any:
    """Give the value of `${...}`; other text is itself, with the `${...}` in it filled in."""
    if "${" not in text:
        return text
    found = pieces(text.strip())
    if len(found) == 1:
        return evaluate(text, data, context)
    values = (evaluate(piece, data, context) if marked else piece for marked, piece in found)
    return "".join("" if value is None else str(value) for value in values)


def is_expression(text: str) -> bool:
    """Tell whether `value_of` would evaluate anything in this text."""
    return "${" in text


def check(text: str) -> list[Text]:
    """Say what is wrong with an expression, as far as that shows without any data."""
    return list(_check(text))


# A drawing is checked after each change of it, and most of its expressions are the same.
@lru_cache(maxsize=4096)
def _check(text: str) -> tuple[Text, ...]:
    try:
        tree = parsed(inner(text))
    except ExpressionFailed as error:
        return (error.details["reason"],)
    problems = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id not in FUNCTIONS.keys() | SPECIAL.keys():
            problems.append(reasons.no_function(node.func.id))
        elif node.func.id in ("select", "each") and len(node.args) > 1:
            each = node.args[1]
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                problems.extend(check(each.value))
    return tuple(problems)


def names(text: str) -> set[str]:
    """Name the case variables that an expression cannot do without."""
    return set(_names(text))


@lru_cache(maxsize=4096)
def _names(text: str) -> frozenset[str]:
    tree = parsed(inner(text))
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called
    }
    return frozenset(found - (CONSTANTS.keys() | SURROUNDINGS))
