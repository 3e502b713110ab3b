"""What a list is asked for, read strictly: a filter that nobody knows is refused, not ignored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from flask import request

from engine import durations
from engine.languages import Text
from engine.queries.selection import MOST, Selection
from webforms.rest import bodies
from webforms.rest.refusals import Refused

#: Reads a filter's value as it was sent, or raises ValueError.
Reader = Callable[[Any], Any]


@dataclass(frozen=True)
class Filter:
    """A filter: what the engine's list calls it, and how its value is read."""

    name: str
    read: Reader


def text(sent: Any) -> str:
    """Read a text."""
    if not isinstance(sent, str):
        raise ValueError
    return sent


def texts(sent: Any) -> list[str]:
    """Read a list of texts; in an address they are separated by commas."""
    parts = sent.split(",") if isinstance(sent, str) else sent
    if not isinstance(parts, list) or not all(isinstance(one, str) for one in parts):
        raise ValueError
    return [one.strip() for one in parts]


def whole(sent: Any) -> int:
    """Read a whole number."""
    if isinstance(sent, bool) or not isinstance(sent, int | str):
        raise ValueError
    number = int(sent)
    if abs(number) > 2**31 - 1:
        raise ValueError
    return number


def yes(sent: Any) -> bool:
    """Read yes or no; clients in Python write `True`."""
    if isinstance(sent, bool):
        return sent
    if isinstance(sent, str) and sent.lower() in ("true", "false"):
        return sent.lower() == "true"
    raise ValueError


#: What a switch reads when it is off: as if the filter had not been sent.
UNASKED = object()


def switch(meaning: bool) -> Reader:
    """Make the reader of a switch that says `meaning` when it is on, and nothing when it is off."""
    return lambda sent: meaning if yes(sent) else UNASKED


only_yes = switch(True)


def moment(sent: Any) -> datetime:
    """Read a moment; without an offset it is the agency's time."""
    at = datetime.fromisoformat(text(sent).replace(" ", "+"))
    return (at if at.tzinfo else at.replace(tzinfo=durations.zone())).astimezone(UTC)


def selection(
    filters: Mapping[str, Filter], orders: Mapping[str, str], *, counting: bool = False
) -> Selection:
    """Read what the request asks of a list, from its address or from its body."""
    asked = dict(bodies.sent()) if request.method == "POST" else {}
    for name, values in request.args.lists():
        if len(values) > 1 and name not in ("sortBy", "sortOrder"):
            raise _wrong(name, values)
        asked[name] = values[0]
    first = _read("firstResult", whole, asked.pop("firstResult", None), 0)
    most = _read("maxResults", whole, asked.pop("maxResults", None), MOST)
    order = _order(asked, orders)
    found: dict[str, Any] = {}
    for name, sent in asked.items():
        # Generated clients write out what they do not ask.
        if sent is None or sent is False or sent == []:
            continue
        if name not in filters:
            refuse(name)
        known = filters[name]
        value = _read(name, known.read, sent, None)
        if value is not UNASKED:
            found[known.name] = value
    if first < 0 or most < 0:
        raise _wrong("firstResult" if first < 0 else "maxResults", min(first, most))
    return Selection(found) if counting else Selection(found, order, first, most)


def _order(asked: dict[str, Any], orders: Mapping[str, str]) -> Sequence[tuple[str, bool]]:
    sorting = asked.pop("sorting", None)
    if sorting is None:
        by, way = asked.pop("sortBy", None), asked.pop("sortOrder", None)
        if by is None and way is None:
            return ()
        sorting = [{"sortBy": by, "sortOrder": way}]
    if not isinstance(sorting, list) or not all(isinstance(one, dict) for one in sorting):
        raise _wrong("sorting", sorting)
    found = []
    for one in sorting:
        by, way = one.get("sortBy"), one.get("sortOrder")
        if not isinstance(by, str) or by not in orders:
            raise _wrong("sortBy", by)
        if way not in ("asc", "desc"):
            raise _wrong("sortOrder", way)
        found.append((orders[by], way == "desc"))
    return found


def _read(name: str, read: Reader, sent: Any, otherwise: Any) -> Any:
    if sent is None:
        return otherwise
    try:
        return read(sent)
    except (ValueError, TypeError, OverflowError):
        raise _wrong(name, sent) from None


def _wrong(name: str, sent: Any) -> Refused:
    shown = str(sent)[:60]
    return Refused(
        Text(
            f"参数 {name} 的值“{shown}”不能用。",
            f"The parameter {name} cannot have the value “{shown}”.",
        )
    )


def refuse(name: str) -> NoReturn:
    """Refuse a parameter that is not known: without it the answer would be another."""
    shown = name[:60]
    raise Refused(
        Text(
            f"这里没有参数 {shown}；为免给出错误的结果，没有执行。",
            f"There is no parameter {shown} here; rather than answer something else, nothing was done.",
        )
    )
