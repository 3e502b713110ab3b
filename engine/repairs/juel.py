"""JUEL, the expressions of Java's engines: `${!approved && amount gt 100}`."""

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

_EQUAL = {"==": "==", "eq": "==", "!=": "!=", "ne": "!="}
_ORDER = {
    "<": "<",
    "lt": "<",
    ">": ">",
    "gt": ">",
    "<=": "<=",
    "le": "<=",
    ">=": ">=",
    "ge": ">=",
}
_CONSTANTS = frozenset({"true", "false", "null"})
#: Words of JUEL that name nothing, and beans that only a Java engine has.
_KEPT = frozenset(
    {
        *("and", "or", "not", "eq", "ne", "lt", "gt", "le", "ge", "empty", "div", "mod"),
        *("instanceof", "execution", "task"),
    }
)


def translate(source: str) -> str:
    """Give an expression, without its `${}`, in the evaluator's words; or raise Untranslatable.

    Values of one kind compare as they do there; where one kind is compared with another, JUEL
    would convert it, and the evaluator does not.
    """
    cursor = Cursor(source)
    said = _choice(cursor)
    cursor.finish()
    return said.text


def _choice(cursor: Cursor) -> Said:
    cursor.deeper()
    condition = _or(cursor)
    if cursor.found("?"):
        first = _choice(cursor)
        cursor.need(":")
        second = _choice(cursor)
        text = f"{first.at(OR)} if {condition.at(OR)} else {second.at(CHOICE)}"
        condition = Said(text, CHOICE)
    cursor.higher()
    return condition


def _or(cursor: Cursor) -> Said:
    said = _and(cursor)
    while cursor.found("||", "or"):
        said = Said(f"{said.at(OR)} or {_and(cursor).at(AND)}", OR, logic=True)
    return said


def _and(cursor: Cursor) -> Said:
    said = _equal(cursor)
    while cursor.found("&&", "and"):
        said = Said(f"{said.at(AND)} and {_equal(cursor).at(NOT)}", AND, logic=True)
    return said


def _equal(cursor: Cursor) -> Said:
    said = _order(cursor)
    while sign := cursor.found(*_EQUAL):
        said = _compared(said, _EQUAL[sign], _order(cursor))
    return said


def _order(cursor: Cursor) -> Said:
    said = _sum(cursor)
    while sign := cursor.found(*_ORDER):
        said = _compared(said, _ORDER[sign], _sum(cursor))
    return said


def _compared(left: Said, sign: str, right: Said) -> Said:
    if left.logic or right.logic:
        raise Untranslatable
    return Said(f"{left.at(SUM)} {sign} {right.at(SUM)}", COMPARISON)


def _sum(cursor: Cursor) -> Said:
    said = _product(cursor)
    while sign := cursor.found("+", "-"):
        said = Said(f"{said.at(SUM)} {sign} {_product(cursor).at(PRODUCT)}", SUM)
    return said


def _product(cursor: Cursor) -> Said:
    said = _unary(cursor)
    # The remainder of a negative number is another one there, so `%` is not translated.
    while sign := cursor.found("*", "/", "div"):
        said = Said(
            f"{said.at(PRODUCT)} {'*' if sign == '*' else '/'} {_unary(cursor).at(SIGN)}", PRODUCT
        )
    return said


def _unary(cursor: Cursor) -> Said:
    if cursor.found("!", "not"):
        cursor.deeper()
        said = Said(f"not {_unary(cursor).at(NOT)}", NOT)
        cursor.higher()
        return said
    if cursor.found("-"):
        cursor.deeper()
        said = Said(f"-{_unary(cursor).at(SIGN)}", SIGN)
        cursor.higher()
        return said
    if cursor.found("empty"):
        cursor.deeper()
        said = Said(f"{_unary(cursor).at(SUM)} in [null, '', [], {{}}]", COMPARISON)
        cursor.higher()
        return said
    return _path(cursor)


def _path(cursor: Cursor) -> Said:
    said = _value(cursor)
    while True:
        if cursor.found("."):
            name = cursor.take()
            if name.kind != "name":
                raise Untranslatable
            said = (
                _called(cursor, said, name.text)
                if cursor.now.text == "("
                else _part(said, name.text)
            )
        elif cursor.found("["):
            key = _choice(cursor)
            cursor.need("]")
            said = Said(f"{said.at(ATOM)}[{key.text}]", ATOM)
        else:
            return said


def _part(said: Said, name: str) -> Said:
    if keyword.iskeyword(name):
        raise Untranslatable
    return Said(f"{said.at(ATOM)}.{name}", ATOM)


def _called(cursor: Cursor, said: Said, name: str) -> Said:
    """The few methods of texts and lists whose meaning is plain."""
    arguments = _arguments(cursor)
    if name in ("size", "length") and not arguments:
        return Said(f"len({said.text})", ATOM)
    if name == "isEmpty" and not arguments:
        return Said(f"len({said.text}) == 0", COMPARISON)
    if name == "equals" and len(arguments) == 1:
        return _compared(said, "==", arguments[0])
    if name == "contains" and len(arguments) == 1:
        return Said(f"{arguments[0].at(SUM)} in {said.at(SUM)}", COMPARISON)
    raise Untranslatable


def _arguments(cursor: Cursor) -> list[Said]:
    cursor.need("(")
    found: list[Said] = []
    if not cursor.found(")"):
        found.append(_choice(cursor))
        while cursor.found(","):
            found.append(_choice(cursor))
        cursor.need(")")
    return found


def _value(cursor: Cursor) -> Said:
    token = cursor.take()
    if token.text == "(" and token.kind == "sign":
        said = _choice(cursor)
        cursor.need(")")
        return said
    if token.kind == "number":
        return Said(token.text, ATOM)
    if token.kind == "text":
        return Said(literal(token.text), ATOM)
    if token.kind != "name":
        raise Untranslatable
    if token.text == "execution":
        return _of_execution(cursor)
    if token.text in _CONSTANTS:
        return Said(token.text, ATOM)
    if token.text in _KEPT or keyword.iskeyword(token.text) or cursor.now.text == "(":
        raise Untranslatable
    return Said(token.text, ATOM)


def _of_execution(cursor: Cursor) -> Said:
    """`execution.getVariable('name')` gives null for what is not there; so does `value`."""
    cursor.need(".")
    cursor.need("getVariable")
    arguments = _arguments(cursor)
    if len(arguments) != 1 or not arguments[0].text.startswith(("'", '"')):
        raise Untranslatable
    return Said(f"value({arguments[0].text})", ATOM)
