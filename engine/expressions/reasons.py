"""Why an evaluation came to nothing, in sentences for people: never Python's own words."""

from __future__ import annotations

import simpleeval

from engine.languages import Text


class LimitReached(ValueError):
    """An evaluation grew beyond what any procedure needs."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(zh, en)


class NumberTooLarge(LimitReached):
    """A number left the range that a case can hold."""

    def __init__(self) -> None:
        super().__init__("数字太大。", "The number is too large.")


class ValueTooLarge(LimitReached):
    """A text, a list or a record grew too large."""

    def __init__(self) -> None:
        super().__init__("得出的内容太多。", "The value is too large.")


def no_name(name: object) -> Text:
    return Text(f"没有名为 {name} 的变量。", f"There is no variable {name}.")


def no_key(name: object) -> Text:
    return Text(f"没有名为 {name} 的内容。", f"There is nothing called {name} in it.")


def no_function(name: object) -> Text:
    return Text(f"没有名为 {name} 的函数。", f"There is no function {name}.")


def reason(error: Exception) -> Text:
    """Say in both languages what an evaluation failed at."""
    if isinstance(error, LimitReached):
        return error.text
    if isinstance(error, simpleeval.NameNotDefined):
        return no_name(error.name)
    if isinstance(error, simpleeval.AttributeDoesNotExist):
        return no_key(error.attr)
    if isinstance(error, simpleeval.FunctionNotDefined):
        return no_function(error.func_name)
    if isinstance(error, KeyError):
        return no_key(error.args[0] if error.args else "")
    return next((text for kinds, text in _REASONS if isinstance(error, kinds)), _OTHERWISE)


_REASONS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Text], ...] = (
    (ZeroDivisionError, Text("不能除以零。", "It divides by zero.")),
    (
        (OverflowError, simpleeval.NumberTooHigh, simpleeval.IterableTooLong),
        Text("得出的值太大。", "What it comes to is too large."),
    ),
    (IndexError, Text("列表中没有这一行。", "The list has no such row.")),
    (RecursionError, Text("表达式太复杂。", "It is too complicated.")),
    (
        TypeError,
        Text(
            "值的种类或个数不合适，例如文字与数字相加，或者缺少某个值（null）。",
            "Values of these kinds, or so many of them, do not fit: a text plus a number, say, "
            "or a value is missing (null).",
        ),
    ),
    (
        ValueError,
        Text(
            "值的写法不合适，例如把文字当作数字。",
            "A value cannot be read as what it should be: a text as a number, say.",
        ),
    ),
    (AttributeError, Text("值里没有这项内容。", "The value has no such part.")),
)
_OTHERWISE = Text("无法得出结果。", "It comes to no result.")
