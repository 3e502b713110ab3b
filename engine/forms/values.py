"""Answers as JSON values: one shape for each type of field, whoever sends them."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from engine import durations
from engine.forms import money

if TYPE_CHECKING:
    from engine.forms.form import FieldItem

#: Types whose answer is free text.
WORDS = frozenset({"string", "text", "email"})
#: Types for which "" is "nothing said": an expression compares them with texts.
NAMES = WORDS | {"enum", "user", "group"}
#: Types whose answer is a text of any kind.
TEXTS = NAMES | {"date", "datetime"}
LISTS = frozenset({"checklist", "file"})
_TRUE, _FALSE = frozenset({"true", "yes", "1", "on"}), frozenset({"false", "no", "0", "off"})
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_OFFSET = re.compile(r"(Z|[+-]\d\d:\d\d)$", re.ASCII)
_DAY = re.compile(r"(19|2[01])\d\d-\d\d-\d\d", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,18}(\.\d{0,18})?", re.ASCII)


class _Wrong:
    """What stands for a value of the wrong kind: no schema accepts it, and it is harmless."""

    def __repr__(self) -> str:
        return "WRONG"


WRONG = _Wrong()


def nothing(field: FieldItem) -> Any:
    """Give the answer of a field that was shown and left empty."""
    if field.type in NAMES:
        return ""
    if field.type in LISTS:
        return []
    # A yes-or-no question that must be answered is not answered by silence.
    return False if field.type == "boolean" and not field.required else None


def is_nothing(value: Any) -> bool:
    """Tell whether a tidied value says nothing. False and 0 are answers."""
    return value is None or value == "" or value == []


def tidy(field: FieldItem, value: Any) -> Any:
    """Bring a submitted value into the one shape of its type, or give WRONG.

    Only spelling is touched (blanks around a text, 5.0 for 5, Z for +00:00), never meaning.
    """
    if value is None:
        return nothing(field)
    if field.type in TEXTS:
        return _text(field, value)
    if field.type in ("long", "money"):
        return _whole(value)
    if field.type == "double":
        return _decimal(value)
    if field.type == "boolean":
        return value if isinstance(value, bool) else WRONG
    if not isinstance(value, list):
        return WRONG
    if field.type == "checklist":
        return list(dict.fromkeys(value)) if all(type(v) is str for v in value) else WRONG
    numbers = [v.get("id") if isinstance(v, dict) else None for v in value]
    if not all(type(number) is int and 0 < number <= money.LIMIT for number in numbers):
        return WRONG
    kept = {v["id"]: {k: v[k] for k in ("id", "name", "size") if k in v} for v in value}
    return list(kept.values())


def known(value: Any) -> Any:
    """Give a tidied value as an expression may see it: what is wrong counts as not given."""
    return None if value is WRONG else value


def literal(kind: str, written: str) -> Any:
    """Read a value as a drawing writes it: what a person would type. None when unreadable."""
    written = written.strip()
    if kind == "money":
        try:
            return money.parse(written)
        except ValueError:
            return None
    if kind == "long":
        return int(written) if _WHOLE.fullmatch(written) else None
    if kind == "double":
        return float(written) if _DECIMAL.fullmatch(written) else None
    if kind == "boolean":
        return written.lower() in _TRUE if written.lower() in _TRUE | _FALSE else None
    if kind == "checklist":
        return [part.strip() for part in written.split(",") if part.strip()]
    if kind == "file":
        return []
    return moment(written) if kind == "datetime" else written


def moment(written: str) -> str:
    """Spell an ISO moment with an offset in the one way; other texts come back as they are."""
    if _MOMENT.fullmatch(written):
        try:
            return datetime.fromisoformat(written).isoformat(timespec="seconds")
        except ValueError:
            pass
    return written


def is_date(value: object) -> bool:
    """Tell whether this is an ISO date of this or a neighbouring century."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_moment(value: object) -> bool:
    """Tell whether this is an ISO moment with an offset, in the one spelling."""
    if not isinstance(value, str) or not is_date(value[:10]) or not _MOMENT.fullmatch(value):
        return False
    try:
        return datetime.fromisoformat(value).isoformat(timespec="seconds") == value
    except ValueError:
        return False


def bound(kind: str, value: Any) -> Any:
    """Give a bound as a case stores it, or None when it bounds nothing of this type."""
    if kind == "date" and isinstance(value, str):
        return value[:10] if is_date(value[:10]) else None
    if kind == "datetime" and isinstance(value, str):
        # A drawing may leave out the offset: then it is the agency's time.
        value = moment(value if _OFFSET.search(value) else value + _offset(value))
        return value if is_moment(value) else None
    if kind in ("long", "money", "double"):
        value = _decimal(value) if kind == "double" else _whole(value)
        return None if value is WRONG else value
    return None


def local(value: str) -> datetime:
    """Give a moment, as `is_moment` knows it, in the agency's time."""
    return datetime.fromisoformat(value).astimezone(durations.zone())


def _offset(value: str) -> str:
    try:
        local_time = datetime.fromisoformat(value).replace(tzinfo=durations.zone())
    except ValueError:
        return ""
    return local_time.isoformat()[-6:]


def _text(field: FieldItem, value: Any) -> Any:
    if type(value) is not str:
        return WRONG
    value = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not value:
        return nothing(field)
    return moment(value) if field.type == "datetime" else value


def _whole(value: Any) -> Any:
    if type(value) is float and value.is_integer():
        value = int(value)
    return value if type(value) is int and value.bit_length() <= 64 else WRONG


def _decimal(value: Any) -> Any:
    if type(value) is int and value.bit_length() <= 64:
        return float(value)
    return value if type(value) is float and math.isfinite(value) else WRONG
