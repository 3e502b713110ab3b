"""simpleeval narrowed to JSON: dict keys for attributes, our functions, a budget."""
# ruff: noqa: SLF001 - the table at the end names the handlers that simpleeval keeps for itself

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import simpleeval

from engine.expressions.functions import FUNCTIONS, OPERATORS
from engine.expressions.parsing import inner, parsed
from engine.expressions.reasons import LimitReached, ValueTooLarge

#: How many steps one evaluation may take, and how much text it may make, rows included.
MAX_STEPS = 50_000
MAX_TEXT = 2_000_000

CONSTANTS: dict[str, object] = {"true": True, "false": False, "null": None}
#: Names that are given by what surrounds the data, and hide variables of the same name.
SURROUNDINGS = frozenset({"case", "row_index"})


@dataclass(frozen=True)
class Context:
    """What an expression knows beside the data: the case, the host's functions, the row."""

    case: Mapping[str, Any] = field(default_factory=dict)
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    row_index: int | None = None


class Evaluator(simpleeval.EvalWithCompoundTypes):  # type: ignore[misc]  # it has no types
    """One evaluation of one expression on one case's data."""

    def __init__(self, source: str, data: Mapping[str, Any], context: Context) -> None:
        # simpleeval's own __init__ builds what the class-wide table below gives for nothing.
        self.nodes = None
        self.expr = source
        self.operators = OPERATORS
        self.data = data
        self.context = context
        self.steps = 0
        self.letters = 0
        #: The innermost row of `select` or `each` last; its keys hide case variables.
        self.rows: list[Mapping[str, Any]] = []

    def _eval(self, node: ast.AST) -> Any:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise LimitReached("计算步骤太多。", "It takes too many steps.")
        result = _HANDLERS[type(node)](self, node)
        if type(result) is str:
            self.letters += len(result)
            if self.letters > MAX_TEXT:
                raise ValueTooLarge
        return result

    def value(self, tree: ast.expr) -> Any:
        """Give the value of a tree that `parsed` has let through."""
        return self._eval(tree)

    def _eval_constant(self, node: ast.Constant) -> Any:
        return node.value

    def _eval_name(self, node: ast.Name) -> Any:
        return self.named(node.id)

    def named(self, name: str) -> Any:
        if name in CONSTANTS:
            return CONSTANTS[name]
        for row in reversed(self.rows):
            if name in row:
                return row[name]
        if name == "case":
            return self.context.case
        if name == "row_index" and self.context.row_index is not None:
            return self.context.row_index
        if name in self.data:
            return self.data[name]
        raise simpleeval.NameNotDefined(name, self.expr)

    def _eval_attribute(self, node: ast.Attribute) -> Any:
        value = self._eval(node.value)
        if not isinstance(value, Mapping) or node.attr not in value:
            raise simpleeval.AttributeDoesNotExist(node.attr, self.expr)
        return value[node.attr]

    def _eval_call(self, node: ast.Call) -> Any:
        name = node.func.id  # type: ignore[attr-defined]  # _limit lets no other call through
        arguments = [self._eval(argument) for argument in node.args]
        named = {keyword.arg or "": self._eval(keyword.value) for keyword in node.keywords}
        if name in SPECIAL:
            return SPECIAL[name](self, *arguments, **named)
        function = self.context.functions.get(name) or FUNCTIONS.get(name)
        if function is None:
            raise simpleeval.FunctionNotDefined(name, self.expr)
        return function(*arguments, **named)

    def inside(self, expression: object, row: Any) -> Any:
        """Evaluate the expression that `select` or `each` was given, on one of its rows."""
        keys = dict(row) if isinstance(row, Mapping) else {}
        self.rows.append({**keys, "row": row})
        try:
            return self._eval(parsed(inner(str(expression))))
        finally:
            self.rows.pop()


def _value(evaluator: Evaluator, name: str, default: Any = None) -> Any:
    try:
        return evaluator.named(name)
    except simpleeval.NameNotDefined:
        return default


def _select(evaluator: Evaluator, rows: Any, expression: str) -> list[Any]:
    return [row for row in rows or [] if evaluator.inside(expression, row)]


def _each(evaluator: Evaluator, rows: Any, expression: str) -> list[Any]:
    return [evaluator.inside(expression, row) for row in rows or []]


#: Functions that look at the evaluation itself.
SPECIAL: dict[str, Callable[..., Any]] = {"value": _value, "select": _select, "each": _each}


_HANDLERS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Constant: Evaluator._eval_constant,
    ast.Name: Evaluator._eval_name,
    ast.Attribute: Evaluator._eval_attribute,
    ast.Call: Evaluator._eval_call,
    ast.BinOp: Evaluator._eval_binop,
    ast.BoolOp: Evaluator._eval_boolop,
    ast.Compare: Evaluator._eval_compare,
    ast.UnaryOp: Evaluator._eval_unaryop,
    ast.IfExp: Evaluator._eval_ifexp,
    ast.Subscript: Evaluator._eval_subscript,
    ast.Slice: Evaluator._eval_slice,
    ast.List: Evaluator._eval_list,
    ast.Tuple: Evaluator._eval_tuple,
    ast.Dict: Evaluator._eval_dict,
}
