"""Values of cases as Camunda's typed variables, and back."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import orjson

from engine import durations
from engine.forms import FieldItem, Form
from engine.languages import Text
from webforms.rest import uploads
from webforms.rest.refusals import Refused
from webforms.rest.uploads import Upload

_DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)["']""")
_INT = 2**31
_LONG = 2**63


def xml_text(xml: bytes) -> str:
    """Give a stored drawing as text, read as its own first line says."""
    if xml.startswith((b"\xff\xfe", b"\xfe\xff")):
        return xml.decode("utf-16", errors="replace")
    declared = _DECLARED.match(xml)
    encoding = declared[1].decode() if declared else "utf-8"
    try:
        return xml.decode(encoding, errors="replace").removeprefix("\ufeff")
    except LookupError:
        return xml.decode("utf-8", errors="replace")


def typed(value: Any) -> dict[str, Any]:
    """Give a value with its type; lists and records go as JSON in a text."""
    kind = _kind(value)
    shown = orjson.dumps(value).decode() if kind == "Json" else value
    return {"type": kind, "value": shown, "valueInfo": {}}


def _kind(value: Any) -> str:
    if value is None:
        return "Null"
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int):
        return "Integer" if -_INT <= value < _INT else "Long"
    if isinstance(value, float):
        return "Double"
    return "String" if isinstance(value, str) else "Json"


#: The types of a form's fields, where the value alone does not say.
_FIELDS = {"long": "Long", "money": "Long", "double": "Double", "boolean": "Boolean"}


def form_variables(form: Form, shown: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the fields of a form as variables; one without a value has its type all the same."""
    found = {}
    for item in form.items:
        value = shown.get(item.id)
        variable = typed(value)
        if not isinstance(item, FieldItem):
            variable["type"] = "Json"
        elif variable["type"] in ("Null", "Integer", "Long"):
            variable["type"] = _FIELDS.get(item.type, "String")
        found[item.id] = variable
    return found


def plain(variables: Any) -> dict[str, Any]:
    """Read variables as they were sent, with their types or without; refuse what does not fit.

    A `Date` comes as a datetime, a `File` as an Upload: whoever knows the form makes of it what
    the form asks.
    """
    if variables is None:
        return {}
    if not isinstance(variables, dict):
        raise Refused(
            Text("variables 应当是一个对象。", "`variables` is to be an object of variables.")
        )
    return {name: _plain(name, sent) for name, sent in variables.items()}


def _plain(name: str, sent: Any) -> Any:
    if not isinstance(sent, dict) or not sent.keys() <= {"value", "type", "valueInfo", "local"}:
        raise Refused(
            Text(
                f"变量 {name[:60]} 应当写成 {{“value”: …, “type”: …}}。",
                f'The variable {name[:60]} is to be written as {{"value": …, "type": …}}.',
            )
        )
    value, kind = sent.get("value"), sent.get("type")
    if kind is None or value is None:
        return value
    read = _READERS.get(kind.lower()) if isinstance(kind, str) else None
    if isinstance(kind, str) and kind.lower() == "file":
        read = partial(uploads.read, about=sent.get("valueInfo"))
    if read is None:
        raise Refused(
            Text(
                f"变量 {name[:60]} 的类型 {str(kind)[:40]} 这里没有。",
                f"The variable {name[:60]} has the type {str(kind)[:40]}, which is not known here.",
            )
        )
    try:
        return read(value)
    except (ValueError, TypeError):
        raise Refused(
            Text(
                f"变量 {name[:60]} 的值不是 {kind}。",
                f"The value of the variable {name[:60]} is no {kind}.",
            )
        ) from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _whole(least: int, beyond: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        # Some clients send numbers as texts, as Camunda allows.
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise TypeError
        if isinstance(value, str) and len(value) > 20:
            raise ValueError
        number = int(value)
        if not least <= number < beyond:
            raise ValueError
        return number

    return read


def _decimal(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _yes_or_no(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise ValueError


def _moment(value: Any) -> datetime:
    at = datetime.fromisoformat(_text(value))
    return at if at.tzinfo else at.replace(tzinfo=durations.zone())


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


def _nothing(_value: Any) -> None:
    raise ValueError


_READERS: dict[str, Callable[[Any], Any]] = {
    "string": _text,
    "short": _whole(-(2**15), 2**15),
    "integer": _whole(-_INT, _INT),
    "long": _whole(-_LONG, _LONG),
    "double": _decimal,
    "boolean": _yes_or_no,
    "date": _moment,
    "json": _json,
    "object": _json,
    "null": _nothing,
}


def answers(form: Form, variables: Any, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Make of variables the answers of a form; what is not sent stays as the form shows it.

    A person who opens the form and changes only these fields would send the same.
    """
    sent = plain(variables)
    items = {item.id: item for item in form.items}
    for name, value in sent.items():
        item = items.get(name)
        kind = item.type if isinstance(item, FieldItem) else ""
        if isinstance(value, datetime):
            sent[name] = _written(value, kind)
        elif isinstance(value, Upload):
            if kind != "file":
                raise _no_file(name)
            sent[name] = [uploads.keep(value)]
    return {name: value for name, value in shown.items() if name in items} | sent


def payload(variables: Any) -> dict[str, Any]:
    """Make of variables plain values, moments as ISO texts; files go with forms only."""
    found = plain(variables)
    for name, value in found.items():
        if isinstance(value, datetime):
            found[name] = _written(value, "")
        elif isinstance(value, Upload):
            raise _no_file(name)
    return found


def _no_file(name: str) -> Refused:
    return Refused(
        Text(
            f"变量 {name[:60]} 这里不能是文件。", f"The variable {name[:60]} cannot be a file here."
        )
    )


def _written(at: datetime, kind: str) -> str:
    if kind == "date":
        return at.astimezone(durations.zone()).date().isoformat()
    return at.isoformat(timespec="seconds")
