"""What is said about an answer that will not do: what a good one is, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.forms import money, values
from engine.forms.json_schema import LARGEST, MOST_FILES
from engine.languages import Text

if TYPE_CHECKING:
    from engine.forms.form import FieldItem, RowsItem

UNKNOWN = Text("表单里没有这一项。", "The form has no such field.")
TOO_MUCH = Text("内容太多，请精简后再提交。", "This is too much; shorten it, then send it again.")
NO_ANSWERS = Text("提交的内容须为一组答案。", "What is sent must be an object of answers.")

_CHOSEN = frozenset({"enum", "checklist", "user", "group", "boolean"})
_AMOUNTS = frozenset({"long", "double", "money"})


def missing(field: FieldItem) -> Text:
    """Ask for an answer that has to be given."""
    zh, en = field.label.to("zh"), field.label.to("en")
    if field.type == "boolean":
        return Text(f"请为“{zh}”选择是或否。", f"Choose yes or no for “{en}”.")
    if field.type in _CHOSEN:
        return Text(f"请选择“{zh}”。", f"Choose an answer for “{en}”.")
    if field.type == "file":
        return Text(f"请上传“{zh}”。", f"Add a file for “{en}”.")
    return Text(f"请填写“{zh}”。", f"Fill in “{en}”.")


def wrong(field: FieldItem, value: Any = None) -> Text:
    """Say what a good answer to this field is."""
    zh, en = _good(field, value)
    gap = " " if zh[0].isascii() else ""
    asked = field.label
    return Text(f"“{asked.to('zh')}”须为{gap}{zh}。", f"“{asked.to('en')}” must be {en}.")


def wrong_rows(item: RowsItem, count: int) -> Text:
    """Say how many rows there must be."""
    zh, en = item.label.to("zh"), item.label.to("en")
    if item.fixed:
        return Text(f"“{zh}”的行数不能改变。", f"“{en}”: rows cannot be added or removed.")
    if count < item.least:
        return Text(
            f"“{zh}”至少要有 {item.least} 行。", f"“{en}” needs at least {item.least} row(s)."
        )
    if count > item.most:
        return Text(f"“{zh}”最多 {item.most} 行。", f"“{en}” takes at most {item.most} row(s).")
    return Text(f"“{zh}”须为若干行。", f"“{en}” must be a list of rows.")


def _good(field: FieldItem, value: Any) -> tuple[str, str]:
    if field.type in _AMOUNTS:
        return _good_amount(field, value)
    if field.type in ("date", "datetime"):
        return _good_time(field)
    if field.type in values.WORDS:
        return _good_text(field)
    if field.type == "file":
        return _good_files(field)
    if field.type == "user" and field.group:
        return "相应小组中的在职人员", "an active member of the group asked for"
    return {
        "boolean": ("“是”或“否”", "yes or no"),
        "enum": ("列出的选项之一", "one of the choices listed"),
        "checklist": ("列出的选项", "among the choices listed"),
        "user": ("在职人员", "an active person"),
        "group": ("现有的小组", "an existing group"),
    }[field.type]


def _good_files(field: FieldItem) -> tuple[str, str]:
    if field.multiple:
        return (
            f"您上传的或本案件的文件，最多 {MOST_FILES} 个",
            f"at most {MOST_FILES} files that you uploaded or that belong to this case",
        )
    return (
        "您上传的或本案件的一个文件",
        "one file that you uploaded or that belongs to this case",
    )


def _good_amount(field: FieldItem, value: Any) -> tuple[str, str]:
    zh, en = {
        "long": ("整数", "a whole number"),
        "double": ("数字", "a number"),
        "money": ("金额", "an amount"),
    }[field.type]
    least, most = field.least, field.most
    if isinstance(value, int | float) and not isinstance(value, bool):
        # The limits that every number has are only spoken of when they are met.
        limit = LARGEST if field.type == "double" else money.LIMIT
        if abs(value) > limit:
            least = -limit if least is None else least
            most = limit if most is None else most
    low, high = _number(field, least), _number(field, most)
    if low and high:
        zh, en = f"{low} 到 {high} 之间的{zh}", f"{en} from {low} to {high}"
    elif low:
        zh, en = f"不小于 {low} 的{zh}", f"{en} of at least {low}"
    elif high:
        zh, en = f"不大于 {high} 的{zh}", f"{en} of at most {high}"
    if field.type == "money":
        return (
            f"{zh}（最多两位小数，如 12,345.67）",
            f"{en} (at most two decimals, such as 12,345.67)",
        )
    return zh, en


def _number(field: FieldItem, bound: Any) -> str:
    if bound is None:
        return ""
    if field.type == "money":
        return money.show(bound).removesuffix(".00")
    return f"{bound:,}" if isinstance(bound, int) else f"{bound:,.15g}"


def _good_time(field: FieldItem) -> tuple[str, str]:
    if field.type == "date":
        zh, en = "日期（如 2026-01-31）", "a date, such as 2026-01-31"
    else:
        zh, en = "日期和时间（如 2026-01-31 14:30）", "a date and time, such as 2026-01-31 14:30"
    low, high = _time(field.least), _time(field.most)
    if low and high:
        return f"{low} 到 {high} 之间的{zh}", f"{en}, from {low} to {high}"
    if low:
        return f"不早于 {low} 的{zh}", f"{en}, not before {low}"
    if high:
        return f"不晚于 {high} 的{zh}", f"{en}, not after {high}"
    return zh, en


def _time(bound: Any) -> str:
    if values.is_moment(bound):
        return f"{values.local(bound):%Y-%m-%d %H:%M}"
    return str(bound or "")


def _good_text(field: FieldItem) -> tuple[str, str]:
    if field.minlength:
        zh = f"{field.minlength} 到 {field.maxlength} 个字"
        en = f"{field.minlength} to {field.maxlength} characters"
    else:
        zh, en = f"不超过 {field.maxlength} 个字", f"at most {field.maxlength} characters"
    match field.type:
        case "email":
            return f"{zh}的电子邮件地址（如 name@example.com）", (
                f"an e-mail address, such as name@example.com, of {en}"
            )
        case "text":
            zh, en = f"{zh}的文字", f"text of {en}"
        case _:
            zh, en = f"{zh}的一行文字", f"one line of {en}"
    if field.pattern:
        # The help text says in words what the pattern says in signs.
        asked = field.help or Text(f"格式 {field.pattern}", f"the format {field.pattern}")
        return f"{zh}，并符合：{asked.to('zh')}", f"{en}, and fit this: {asked.to('en')}"
    return zh, en
