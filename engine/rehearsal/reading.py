"""Read an expression for what it expects of the values that it names."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from engine.errors import ExpressionFailed
from engine.expressions.parsing import inner, parsed, pieces
from engine.rehearsal.shapes import Shape

_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_NUMBERS = (ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
_LITERALS = frozenset({"true", "false", "null", "case", "row_index"})


class Reader:
    """Reads the expressions of one process; `variable` gives the shape of a name."""

    def __init__(self, variable: Callable[[str], Shape], is_set: Callable[[str], bool]) -> None:
        self._variable, self._is_set = variable, is_set
        #: The names that some expression cannot do without.
        self.needed: set[str] = set()
        self._rows: list[Shape] = []

    def expression(self, text: str) -> Shape:
        """Read a text that is an expression as a whole."""
        try:
            return self._read(parsed(inner(text)))
        except ExpressionFailed:  # refused when it is checked; here it merely says nothing
            return Shape()

    def text(self, text: str) -> Shape:
        """Read a text in which expressions stand in `${...}`."""
        try:
            found = list(pieces(text.strip()))
        except ExpressionFailed:
            return Shape()
        if len(found) == 1 and found[0][0]:
            return self.expression(text)
        for marked, piece in found:
            if marked:
                self.expression(piece)
        whole = Shape()
        if len(found) == 1:
            whole.add(found[0][1])
        return whole

    def condition(self, text: str) -> None:
        """Read an expression that is asked whether it holds."""
        self.expression(text)
        try:
            self._truth(parsed(inner(text)))
        except ExpressionFailed:
            return

    def _read(self, node: ast.AST) -> Shape:
        method = getattr(self, f"_read_{type(node).__name__.lower()}", None)
        if method is not None:
            found: Shape = method(node)
            return found
        for child in ast.iter_child_nodes(node):
            self._read(child)
        return Shape()

    def _read_name(self, node: ast.Name) -> Shape:
        if node.id in _LITERALS:
            return Shape()
        if self._rows and node.id == "row":
            return self._rows[-1]
        if self._rows and not self._is_set(node.id):
            return self._rows[-1].key(node.id)
        if not self._rows:
            self.needed.add(node.id)
        return self._variable(node.id)

    def _read_attribute(self, node: ast.Attribute) -> Shape:
        return self._read(node.value).key(node.attr)

    def _read_subscript(self, node: ast.Subscript) -> Shape:
        outer = self._read(node.value)
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            return outer.key(node.slice.value)
        self._read(node.slice)
        return outer.items()

    def _read_constant(self, node: ast.Constant) -> Shape:
        found = Shape()
        found.add(node.value)
        return found

    def _read_dict(self, node: ast.Dict) -> Shape:
        found = Shape()
        for name, value in zip(node.keys, node.values, strict=True):
            shape = self._read(value)
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                found.key(name.value).join(shape)
        return found

    def _read_list(self, node: ast.List) -> Shape:
        found = Shape()
        for element in node.elts:
            shape = self._read(element)
            # What merely stands side by side need not be of one kind.
            if len(node.elts) == 1 or isinstance(element, ast.Constant):
                found.items().join(shape)
        return found

    def _read_ifexp(self, node: ast.IfExp) -> Shape:
        self._read(node.test)
        self._truth(node.test)
        return self._read(node.body).join(self._read(node.orelse))

    def _read_boolop(self, node: ast.BoolOp) -> Shape:
        self._truth(node)
        found = [self._read(value) for value in node.values]
        return found[-1] if isinstance(node.op, ast.Or) else Shape()

    def _read_unaryop(self, node: ast.UnaryOp) -> Shape:
        found = self._read(node.operand)
        if isinstance(node.op, ast.Not):
            self._truth(node)
            return Shape()
        return found

    def _read_binop(self, node: ast.BinOp) -> Shape:
        left, right = self._read(node.left), self._read(node.right)
        counts = isinstance(node.op, _NUMBERS) or any(
            isinstance(side, ast.Constant) and isinstance(side.value, (int, float))
            for side in (node.left, node.right)
        )
        if counts:
            left.known().is_number = right.known().is_number = True
        return Shape()

    def _read_compare(self, node: ast.Compare) -> Shape:
        sides = [node.left, *node.comparators]
        shapes = [self._read(side) for side in sides]
        for index, operation in enumerate(node.ops):
            left, right = shapes[index], shapes[index + 1]
            if isinstance(operation, (ast.In, ast.NotIn)):
                right.items().join(left)
            elif not isinstance(operation, _ORDER) or _is_constant(sides[index : index + 2]):
                left.join(right)
        return Shape()

    def _read_call(self, node: ast.Call) -> Shape:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "value" and node.args and isinstance(node.args[0], ast.Constant):
            return self._variable(str(node.args[0].value))
        arguments = [self._read(argument) for argument in node.args]
        for keyword in node.keywords:
            self._read(keyword.value)
        first = arguments[0] if arguments else Shape()
        if name in ("select", "each"):
            return self._over(name, first, node.args[1:])
        if name in ("merge", "update", "number_rows"):
            return self._changed(name, first, arguments[1:2])
        if name == "get" and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
            key = node.args[1].value
            return first.key(key) if isinstance(key, str) else first.items()
        return self._told(name, first, len(arguments))

    def _changed(self, name: str, first: Shape, others: list[Shape]) -> Shape:
        if name == "merge":
            first.items()
        for other in others if name != "number_rows" else ():
            first.join(other)
        return first

    def _told(self, name: str, first: Shape, count: int) -> Shape:
        """Note what a function tells of its argument."""
        if name in ("sum", "min", "max") and count == 1:
            first.items().known().is_number = True
        elif name in ("int", "float", "round", "abs"):
            first.known().is_number = True
        elif name == "person_name":
            first.known().is_person = True
        return Shape(is_person=name == "completed_by")

    def _over(self, name: str, rows: Shape, said: list[ast.expr]) -> Shape:
        if not said or not isinstance(said[0], ast.Constant):
            return rows
        self._rows.append(rows.items())
        try:
            tree = parsed(inner(str(said[0].value)))
            made = self._read(tree)
            if name == "select":
                self._truth(tree)
        except ExpressionFailed:
            made = Shape()
        finally:
            self._rows.pop()
        return rows if name == "select" else Shape(item=made)

    def _truth(self, node: ast.AST) -> None:
        """Note what is asked whether it is so."""
        for asked in _asked(node):
            self._read(asked).known().is_truth = True


def _asked(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _asked(value)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield from _asked(node.operand)
    elif isinstance(node, (ast.Name, ast.Attribute)):
        yield node


def _is_constant(sides: list[ast.expr]) -> bool:
    return any(isinstance(side, (ast.Constant, ast.UnaryOp)) for side in sides)
