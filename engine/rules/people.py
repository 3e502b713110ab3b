"""Who does the work: lanes and groups that exist, and somebody for every task."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.diagrams import Element, Problem
from engine.rules.place import BY_PEOPLE, Place
from engine.rules.timers import is_duration, is_moment

_COMPLETED_BY = re.compile(r"completed_by\(\s*(['\"])(?P<id>.*?)\1\s*\)")


def unknown_lane(place: Place) -> Iterator[Problem]:
    """A lane's id is the id of the group that works in it."""
    used = {e.lane for e in place.elements(*BY_PEOPLE) if not _named(e)}
    used |= {e.lane for e in place.elements("startEvent") if not e.event}
    for lane in place.process.lanes.values():
        if lane.id in used and lane.id not in place.world.groups:
            yield place.error(
                "unknown_lane",
                f"没有编号为 {lane.id} 的组。泳道的编号必须是组的编号：{_list(place)}。",
                f"There is no group {lane.id}. A lane's id is that of a group: {_list(place)}.",
                lane,
            )


def unknown_group(place: Place) -> Iterator[Problem]:
    """The groups that a task is offered to exist."""
    for element in place.elements():
        for group in element.candidate_groups:
            if "${" not in group and group not in place.world.groups:
                yield place.error(
                    "unknown_group",
                    f"没有编号为 {group} 的组。可用：{_list(place)}。",
                    f"There is no group {group}. There are: {_list(place)}.",
                    element,
                )


def nobody(place: Place) -> Iterator[Problem]:
    """Every task has a lane, a group or a person."""
    for element in place.elements(*BY_PEOPLE):
        if not element.lane and not _named(element):
            yield place.error(
                "nobody",
                "没有人会得到这个任务。请把它放进泳道，或者写上 candidateGroups 或 assignee。",
                "Nobody would get this task. Put it into a lane, or give it candidateGroups or "
                "an assignee.",
                element,
            )


def nobody_starts(place: Place) -> Iterator[Problem]:
    """A process that is not called and waits for no message is started by the people of a lane."""
    if any(place.world.callers(place.process.id)):
        return
    starts = [e for e in place.process.within(place.process.id) if e.kind == "startEvent"]
    for start in starts:
        if len(starts) == 1 and not start.event and not start.lane and not start.candidate_groups:
            yield place.warning(
                "nobody_starts",
                "没有人可以启动这个流程。请把开始事件放进可以启动它的组的泳道。",
                "Nobody may start this process. Put the start event into the lane of the group "
                "that may.",
                start,
            )


def candidate_users(place: Place) -> Iterator[Problem]:
    """A task goes to a group or to one person."""
    for element in place.elements():
        if element.candidate_users:
            yield place.error(
                "candidate_users",
                "不支持 candidateUsers。请改用泳道、candidateGroups 或 assignee。",
                "candidateUsers is not supported. Use a lane, candidateGroups or assignee.",
                element,
            )


def distinct_from(place: Place) -> Iterator[Problem]:
    """Four eyes compares with a task of the same run, or it would hold nobody back."""
    for element in place.elements():
        name = element.properties.get("distinctFrom", "").strip()
        if "distinctFrom" not in element.properties:
            continue
        other = place.process.elements.get(name)
        if other is not None and other.kind in BY_PEOPLE and other.scope_id == element.scope_id:
            continue
        yield place.error(
            "distinct_from",
            f"distinctFrom 写的“{name}”不是同一层里的人工任务。请改正，否则不能保证两个人。",
            f'distinctFrom names "{name}", which is no task of a person on the same plane. '
            "Correct it, or one person could do both.",
            element,
        )


def completed_by(place: Place) -> Iterator[Problem]:
    """`completed_by` asks about a task that exists."""
    known = {element_id for p in place.world.processes.values() for element_id in p.elements}
    for element in place.elements():
        for text in _texts(element):
            for match in _COMPLETED_BY.finditer(text):
                if match["id"] not in known:
                    yield place.error(
                        "completed_by",
                        f"completed_by 写的“{match['id']}”不是任何任务的编号。请改正。",
                        f'completed_by names "{match["id"]}", which is the id of no task. '
                        "Correct it.",
                        element,
                    )


def _texts(element: Element) -> Iterator[str]:
    yield from (element.assignee, *element.candidate_groups, element.due_date)
    yield from (text for _, text in (*element.input_parameters, *element.output_parameters))
    yield from element.properties.values()
    for field in element.fields:
        yield from (field.default, *field.properties.values())


def due_dates(place: Place) -> Iterator[Problem]:
    """A deadline is a length of time, a moment, or an expression that gives one."""
    for element in place.elements():
        for name, text in (
            ("dueDate", element.due_date),
            ("followUpDate", element.follow_up_date),
        ):
            if not text or "${" in text or is_duration(text) or is_moment(text):
                continue
            yield place.error(
                "due_date",
                f"{name} “{text}”读不懂。请写成 P3D、2026-12-31 或 ${{…}}。",
                f'{name} "{text}" cannot be read. Write it like P3D, 2026-12-31 or ${{…}}.',
                element,
            )


def priority(place: Place) -> Iterator[Problem]:
    """A priority is a whole number."""
    for element in place.elements():
        text = element.priority
        if text and "${" not in text and not re.fullmatch(r"\d{1,4}", text, re.ASCII):
            yield place.error(
                "priority",
                f"优先级“{text}”不是整数。请写 0 到 100 的数，例如 50。",
                f'The priority "{text}" is no whole number. Write one from 0 to 100, such as 50.',
                element,
            )


def _named(element: Element) -> bool:
    return bool(element.assignee or element.candidate_groups)


def _list(place: Place) -> str:
    return ", ".join(sorted(place.world.groups)) or "-"


RULES = (
    unknown_lane,
    unknown_group,
    nobody,
    nobody_starts,
    candidate_users,
    distinct_from,
    completed_by,
    due_dates,
    priority,
)
