"""ISO 8601 durations and moments, as modelers write them."""

from __future__ import annotations

import calendar
import os
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DURATION = re.compile(
    r"^(?P<sign>-)?P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?"
    r"(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?$"
)
#: A deadline given as a day alone is met until the end of that working day.
END_OF_DAY = time(18, 0)


@dataclass(frozen=True)
class Duration:
    """A length of time; months are calendar months."""

    months: int
    rest: timedelta

    def after(self, moment: datetime) -> datetime:
        """Give the moment that lies this long after `moment`; ValueError past the calendar."""
        total = moment.year * 12 + moment.month - 1 + self.months
        year, month = total // 12, total % 12 + 1
        try:
            day = min(moment.day, calendar.monthrange(year, month)[1])
            return moment.replace(year=year, month=month, day=day) + self.rest
        except (OverflowError, ValueError, IndexError):
            raise ValueError("that moment is in no calendar") from None


def zone() -> ZoneInfo:
    """The agency's time zone (AGENCYFLOW_TIMEZONE, by default Asia/Shanghai)."""
    return ZoneInfo(os.environ.get("AGENCYFLOW_TIMEZONE", "Asia/Shanghai"))


def parse(text: str) -> Duration:
    """Read an ISO 8601 duration such as P3D or PT2H; raise ValueError for anything else."""
    match = _DURATION.match(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not an ISO 8601 duration")
    number = {
        name: float(value or 0) for name, value in match.groupdict().items() if name != "sign"
    }
    sign = -1 if match["sign"] else 1
    try:
        rest = timedelta(
            weeks=number["weeks"],
            days=number["days"],
            hours=number["hours"],
            minutes=number["minutes"],
            seconds=number["seconds"],
        )
    except OverflowError:
        raise ValueError(f"{text!r} is longer than any calendar") from None
    return Duration(months=sign * int(number["years"] * 12 + number["months"]), rest=sign * rest)


def moment(text: str, *, now: datetime) -> datetime:
    """Read a duration from now, a date (its end of day) or a date and time.

    A time without an offset is the agency's. Raises ValueError for anything else.
    """
    text = text.strip()
    if text.startswith(("P", "-P")):
        return parse(text).after(now)
    if len(text) == len("2026-01-31"):
        return datetime.combine(date.fromisoformat(text), END_OF_DAY, zone())
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=zone())
