"""Timers: a time that can be told when the event is reached."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from engine.diagrams import Element, Problem
from engine.rules.place import Place

DURATION = re.compile(
    r"P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?!$)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?", re.ASCII
)
CYCLE = re.compile(r"R\d*/(?P<rest>.+)", re.ASCII)
_CRON = re.compile(r"[\d*?,/LW#A-Z-]+(\s+[\d*?,/LW#A-Z-]+){4,6}", re.ASCII)


def is_duration(text: str) -> bool:
    """An ISO 8601 duration such as P3D or PT2H30M."""
    return DURATION.fullmatch(text) is not None


def is_moment(text: str) -> bool:
    """An ISO 8601 date, or date and time."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        try:
            date.fromisoformat(text)
        except ValueError:
            return False
    return True


def is_cycle(text: str) -> bool:
    """An ISO 8601 repetition such as R3/PT24H, with or without a moment that it starts at."""
    match = CYCLE.fullmatch(text)
    if match is None:
        return False
    start, _, length = match["rest"].rpartition("/")
    return is_duration(length) and (not start or is_moment(start))


_CHECKS = {"timeDuration": is_duration, "timeDate": is_moment, "timeCycle": is_cycle}
_EXAMPLES = {
    "timeDuration": "P3D, PT2H",
    "timeDate": "2026-12-31T18:00:00+08:00",
    "timeCycle": "R3/PT24H",
}


def timer_without_time(place: Place) -> Iterator[Problem]:
    """Without a time the event would be waited for in vain."""
    for element in _timers(place):
        if element.timer is None or not element.timer.text:
            yield place.error(
                "timer_without_time",
                "定时器没有时间。请写出时间，例如 P3D（三天）或 PT2H（两小时）。",
                "The timer has no time. Give one, such as P3D (three days) or PT2H (two hours).",
                element,
            )


def timer_text(place: Place) -> Iterator[Problem]:
    """A time is ISO 8601, or an expression that gives it."""
    for element in _timers(place):
        timer = element.timer
        if timer is None or not timer.text or "${" in timer.text:
            continue
        if _CHECKS[timer.kind](timer.text):
            continue
        example = _EXAMPLES[timer.kind]
        cron = _CRON.fullmatch(timer.text.strip()) is not None
        yield place.error(
            "timer_cron" if cron else "timer_text",
            f"“{timer.text}” {'是 cron，不支持' if cron else '不是 ISO 8601 时间'}。请写成例如 {example}，或写 ${{…}}。",
            f'"{timer.text}" is {"cron, which is not supported" if cron else "no ISO 8601 time"}. '
            f"Write it like {example}, or as ${{…}}.",
            element,
        )


def cycle_out_of_place(place: Place) -> Iterator[Problem]:
    """Only what does not interrupt can happen more than once."""
    for element in _timers(place):
        if element.timer is None or element.timer.kind != "timeCycle":
            continue
        if element.kind not in ("boundaryEvent", "startEvent") or element.interrupting:
            yield place.error(
                "cycle_out_of_place",
                "重复的时间只能用在不中断的边界事件或事件子流程上。请改成时长（例如 P1D）。",
                "A time that repeats makes sense only on a boundary event, or at the start of an "
                "event sub-process, that does not interrupt. Use a duration, such as P1D.",
                element,
            )


def _timers(place: Place) -> Iterator[Element]:
    return (element for element in place.elements() if element.event == "timer")


RULES = (timer_without_time, timer_text, cycle_out_of_place)
