"""FEEL, the expressions of DMN and Camunda 8: `= amount > 100 and not(approved)`."""

from __future__ import annotations

import keyword

from engine.repairs.tokens import (
    AND,
    ATOM,
    CHOICE,
    COMPARISON,
    NOT,
    OR,
    PRODUCT,
    SIGN,
    SUM,
    Cursor,
    Said,
    Untranslatable,
    literal,
)

_SIGNS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_CONSTANTS = frozenset({"true", "false", "null"})
_KEPT = frozenset(
    {
        *("and", "or", "not", "in", "between", "if", "then", "else", "for", "some", "every"),
        *("return", "satisfies", "instance", "function"),
    }
)


def translate(source: str) -> str:
    """Give an expression, without its leading `=`, in the evaluator's words.

    Raises Untranslatable. In FEEL a condition may come to null, which is not true: `not` is
    therefore worked into what it denies.
    """
    cursor = Cursor(source)
    said = _expression(cursor)
    cursor.finish()
    return said.text


def _expression(cursor: Cursor) -> Said:
    cursor.deeper()
    said = _if(cursor) if cursor.found("if") else _or(cursor)
    cursor.higher()
    return said


def _if(cursor: Cursor) -> Said:
    condition = _expression(cursor)
    cursor.need("then")
    first = _expression(cursor)
    cursor.need("else")
    second = _expression(cursor)
    return Said(f"{first.at(OR)} if {condition.at(OR)} else {second.at(CHOICE)}", CHOICE)


def _or(cursor: Cursor) -> Said:
    said = _and(cursor)
    while cursor.found("or"):
        right = _and(cursor)
        denied = f"({_denied(said)}) and ({_denied(right)})"
        said = Said(f"{said.at(OR)} or {right.at(AND)}", OR, denied, logic=True)
    return said


def _and(cursor: Cursor) -> Said:
    said = _comparison(cursor)
    while cursor.found("and"):
        right = _comparison(cursor)
        denied = f"({_denied(said)}) or ({_denied(right)})"
        said = Said(f"{said.at(AND)} and {right.at(NOT)}", AND, denied, logic=True)
    return said


def _comparison(cursor: Cursor) -> Said:
    said = _sum(cursor)
    if sign := cursor.found(*_SIGNS):
        return _compared(said, _SIGNS[sign], _sum(cursor))
    if cursor.found("between"):
        low = _sum(cursor)
        cursor.need("and")
        high = _sum(cursor)
        return _between(said, low, high, "<=", "<=")
    if cursor.found("in"):
        return _in(cursor, said)
    return said


def _compared(left: Said, sign: str, right: Said) -> Said:
    if left.logic or right.logic:
        raise Untranslatable
    denied = f"{left.at(SUM)} {_OPPOSITE[sign]} {right.at(SUM)}"
    return Said(f"{left.at(SUM)} {sign} {right.at(SUM)}", COMPARISON, denied)


def _between(said: Said, low: Said, high: Said, first: str, second: str) -> Said:
    above, below = _compared(low, first, said), _compared(said, second, high)
    return Said(
        f"{above.text} and {below.text}", AND, f"{above.denied} or {below.denied}", logic=True
    )


def _in(cursor: Cursor, said: Said) -> Said:
    opening = cursor.found("[", "(")
    if not opening:
        raise Untranslatable
    first = _sum(cursor)
    if cursor.found(".."):
        second = _sum(cursor)
        closing = cursor.found("]", ")")
        if not closing:
            raise Untranslatable
        low, high = ("<=" if opening == "[" else "<"), ("<=" if closing == "]" else "<")
        return _between(said, first, second, low, high)
    items = [first]
    while cursor.found(","):
        items.append(_sum(cursor))
    cursor.need("]" if opening == "[" else ")")
    listed = ", ".join(item.text for item in items)
    left = said.at(SUM)
    return Said(f"{left} in [{listed}]", COMPARISON, f"{left} not in [{listed}]")


def _denied(said: Said) -> str:
    """When exactly `not(...)` is true: what is null is neither true nor false."""
    return said.denied or f"{said.at(SUM)} == false"


def _sum(cursor: Cursor) -> Said:
    said = _product(cursor)
    while sign := cursor.found("+", "-"):
        said = Said(f"{said.at(SUM)} {sign} {_product(cursor).at(PRODUCT)}", SUM)
    return said


def _product(cursor: Cursor) -> Said:
    said = _unary(cursor)
    while sign := cursor.found("*", "/"):
        said = Said(f"{said.at(PRODUCT)} {sign} {_unary(cursor).at(SIGN)}", PRODUCT)
    return said


def _unary(cursor: Cursor) -> Said:
    if cursor.found("-"):
        cursor.deeper()
        said = Said(f"-{_unary(cursor).at(SIGN)}", SIGN)
        cursor.higher()
        return said
    return _path(cursor)


def _path(cursor: Cursor) -> Said:
    said = _value(cursor)
    while cursor.found("."):
        name = cursor.take()
        if name.kind != "name" or keyword.iskeyword(name.text):
            raise Untranslatable
        said = Said(f"{said.at(ATOM)}.{name.text}", ATOM)
    return said


def _value(cursor: Cursor) -> Said:
    token = cursor.take()
    if token.kind == "sign" and token.text == "(":
        said = _expression(cursor)
        cursor.need(")")
        return said
    if token.kind == "number":
        return Said(token.text, ATOM)
    if token.kind == "text" and token.text.startswith('"'):
        return Said(literal(token.text), ATOM)
    if token.kind != "name":
        raise Untranslatable
    if token.text == "not" and cursor.found("("):
        inner = _expression(cursor)
        cursor.need(")")
        denied = _denied(inner)
        level = (OR if inner.level == AND else AND) if inner.logic else COMPARISON
        return Said(denied, level, inner.text, logic=inner.logic)
    if token.text == "count" and cursor.found("("):
        inner = _expression(cursor)
        cursor.need(")")
        return Said(f"len({inner.text})", ATOM)
    if token.text in _CONSTANTS:
        return Said(token.text, ATOM)
    if token.text in _KEPT or keyword.iskeyword(token.text) or cursor.now.text == "(":
        raise Untranslatable
    return Said(token.text, ATOM)
