"""Text to a checked tree: what may stand in an expression, and where expressions stand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from engine.errors import ExpressionFailed
from engine.languages import Text

MAX_LENGTH = 2_000
MAX_DEPTH = 30
MAX_NODES = 400


@lru_cache(maxsize=4096)
def inner(text: str) -> str:
    """Take the expression out of its `${...}`, if it stands in one."""
    text = text.strip()
    if text.startswith("${") and text.endswith("}"):
        found = pieces(text)
        if len(found) == 1:
            return found[0][1].strip()
    return text


@lru_cache(maxsize=4096)
def pieces(text: str) -> tuple[tuple[bool, str], ...]:
    """Cut a text into literals and expressions; braces and quotes inside are respected."""
    return tuple(_pieces(text))


def _pieces(text: str) -> Iterator[tuple[bool, str]]:
    position = 0
    while (start := text.find("${", position)) >= 0:
        if start > position:
            yield False, text[position:start]
        end = _closing_brace(text, start + 2)
        yield True, text[start + 2 : end]
        position = end + 1
    if position < len(text):
        yield False, text[position:]


def _closing_brace(text: str, position: int) -> int:
    depth, quote, start = 0, "", position
    while position < len(text):
        letter = text[position]
        if quote:
            if letter == "\\":
                position += 1
            elif letter == quote:
                quote = ""
        elif letter in "'\"":
            quote = letter
        elif letter == "{":
            depth += 1
        elif letter == "}":
            if depth == 0:
                return position
            depth -= 1
        position += 1
    raise ExpressionFailed(
        text=text[start - 2 :], reason=Text("缺少结尾的 }。", "The closing } is missing.")
    )


ALLOWED = (
    ast.BinOp, ast.BoolOp, ast.Compare, ast.UnaryOp, ast.IfExp, ast.Call, ast.keyword,
    ast.Name, ast.Load, ast.Constant, ast.Attribute, ast.Subscript, ast.Slice,
    ast.List, ast.Tuple, ast.Dict,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.USub, ast.UAdd,
    ast.And, ast.Or, ast.Not, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE,
    ast.In, ast.NotIn, ast.Is, ast.IsNot,
)  # fmt: skip


@lru_cache(maxsize=4096)
def parsed(source: str) -> ast.expr:
    if not source:
        raise ExpressionFailed(text=source, reason=Text("表达式是空的。", "It is empty."))
    if len(source) > MAX_LENGTH:
        raise ExpressionFailed(
            text=source[:80] + "…",
            reason=Text(f"超过 {MAX_LENGTH} 个字符。", f"It is over {MAX_LENGTH} characters."),
        )
    try:
        tree = ast.parse(source.replace("\n", " "), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ExpressionFailed(text=source, reason=_misspelt(error)) from None
    _limit(source, tree)
    return tree


def _misspelt(error: Exception) -> Text:
    if isinstance(error, SyntaxError) and error.offset:
        return Text(
            f"第 {error.offset} 个字符附近的写法不对。",
            f"It is not well written near character {error.offset}.",
        )
    return Text("写法不对。", "It is not well written.")


def _limit(source: str, tree: ast.expr) -> None:
    count, depth = 0, 0
    level: list[ast.AST] = [tree]
    while level:
        depth += 1
        count += len(level)
        if depth > MAX_DEPTH or count > MAX_NODES:
            raise ExpressionFailed(
                text=source, reason=Text("表达式太复杂。", "It is too complicated.")
            )
        for node in level:
            plain = isinstance(node, ALLOWED)
            if isinstance(node, ast.Constant):
                plain = node.value is None or isinstance(node.value, (bool, int, float, str))
            elif isinstance(node, ast.Call):
                plain = isinstance(node.func, ast.Name)
            elif isinstance(node, ast.keyword):
                plain = node.arg is not None
            elif isinstance(node, ast.Dict):
                plain = None not in node.keys
            if not plain:
                what = type(node).__name__
                raise ExpressionFailed(
                    text=source,
                    reason=Text(f"这里不允许使用 {what}。", f"{what} is not allowed here."),
                )
        level = [child for node in level for child in ast.iter_child_nodes(node)]
