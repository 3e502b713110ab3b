"""What people type, and what they are shown to type over: the text side of an answer.

Reading never fails: what cannot be understood stays the text that was typed, which the check
then explains, and which a draft keeps.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from engine.forms import FieldItem, money, values

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

#: Nobody types a longer number or date; a longer text is not even looked at.
_LONGEST = 60
_WHOLE = re.compile(r"-?(\d{1,3}(,\d{3})+|\d+)", re.ASCII)
_DECIMAL = re.compile(r"-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_DAY = r"(\d{4})(?:\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?|(\d\d)(\d\d))"
_DATE = re.compile(_DAY, re.ASCII)
_MOMENT = re.compile(_DAY + r"[\sT]*(\d{1,2})[:时点](\d\d)(?::(\d\d)|分)?", re.ASCII)


def read(field: FieldItem, sent: Sequence[str], zone: tzinfo) -> Any:
    """Give the JSON value of what a browser sent for a field, files apart."""
    if field.type == "checklist":
        return [part for part in sent if part]
    text = sent[0] if sent else ""
    if field.type == "boolean":
        return _yes_or_no(field, text)
    if field.type == "text":
        return text
    text = text.strip()
    if field.type not in _READERS or len(text) > _LONGEST:
        return text or values.nothing(field)
    if not text:
        return None
    # Full-width digits and signs are what a Chinese input method gives.
    plain = unicodedata.normalize("NFKC", text)
    return _READERS[field.type](text, plain, zone)


def written(field: FieldItem, value: Any, zone: tzinfo) -> str:
    """Give the text that an input shows for a value."""
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return _local(value, zone) if field.type == "datetime" else value
    if field.type == "money" and isinstance(value, int):
        return money.show(value)
    if field.type == "double" and isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


def _yes_or_no(field: FieldItem, text: str) -> Any:
    if text == "true":
        return True
    if text == "false":
        return False
    return text or values.nothing(field)


def _read_money(text: str, plain: str, _zone: tzinfo) -> Any:
    try:
        return _keepable(money.parse(plain), text)
    except ValueError:
        return text


def _read_whole(text: str, plain: str, _zone: tzinfo) -> Any:
    return _keepable(int(plain.replace(",", "")), text) if _WHOLE.fullmatch(plain) else text


def _keepable(number: int, text: str) -> int | str:
    """Give the number, or the text where a case could not keep the number."""
    return number if abs(number) <= money.LIMIT else text


def _read_decimal(text: str, plain: str, _zone: tzinfo) -> Any:
    number = float(plain.replace(",", "")) if _DECIMAL.fullmatch(plain) else math.inf
    return number if math.isfinite(number) else text


def _read_date(text: str, plain: str, _zone: tzinfo) -> Any:
    match = _DATE.fullmatch(plain)
    day = _day(match) if match else None
    return day.isoformat() if day else text


def _read_moment(text: str, plain: str, zone: tzinfo) -> Any:
    match = _MOMENT.fullmatch(plain)
    day = _day(match) if match else None
    if match is None or day is None:
        return values.moment(text)
    hour, minute, second = (int(part or 0) for part in match.groups()[5:8])
    try:
        local = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
        return local.isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return text


def _day(match: re.Match[str]) -> date | None:
    year, month, day, bare_month, bare_day = match.groups()[:5]
    try:
        return date(int(year), int(month or bare_month), int(day or bare_day))
    except ValueError:
        return None


def _local(value: str, zone: tzinfo) -> str:
    if not values.is_moment(value):
        return value
    local = datetime.fromisoformat(value).astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"


_READERS = {
    "money": _read_money,
    "long": _read_whole,
    "double": _read_decimal,
    "date": _read_date,
    "datetime": _read_moment,
}
