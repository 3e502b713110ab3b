"""Who gets a task: lane, groups, named person, same hands, four eyes, deadline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from engine import clock, due, errors, expressions, history, people
from engine.diagrams import Element, Process
from engine.expressions import Context
from engine.languages import Text
from engine.models import Candidate, Exclusion, Instance, Person, Task

PRIORITY, HIGHEST = 50, 1_000_000

# Built once, and past the mapper: these run in every step.
_OPEN = insert(Task)
_CANDIDATES = insert(Candidate)
_EXCLUSIONS = insert(Exclusion)
_CLOSE = delete(Task).where(Task.id == bindparam("task"))


@dataclass
class Opening:
    """A task about to be opened: its row, who may claim it, who may not, what is wrong."""

    row: dict[str, Any]
    groups: list[str] = field(default_factory=list)
    excluded: set[str] = field(default_factory=set)
    trouble: Text | None = None


def opening(
    session: Session,
    instance: Instance,
    process: Process,
    element: Element,
    *,
    task_id: str,
    scope: str,
    data: dict[str, Any],
    context: Context,
    just_done: list[dict[str, Any]],
    since: datetime | None = None,
) -> Opening:
    """Work out the row of a task that has become ready, or that became so at `since`.

    `just_done` are this step's own events, not written yet: they count as history.
    Raises StepFailed when an expression of the drawing cannot be evaluated.
    """

    made = drawn(
        instance, element, task_id=task_id, scope=scope, data=data, context=context, since=since
    )
    made.excluded = _signed_the_other(session, instance, made, just_done)
    _same_hands(session, instance, process, element, made, just_done)
    _somebody_may(session, made)
    return made


def drawn(
    instance: Instance,
    element: Element,
    *,
    task_id: str,
    scope: str,
    data: dict[str, Any],
    context: Context,
    since: datetime | None = None,
) -> Opening:
    """Work out what the drawing alone says of a task; who may have it is not looked at yet.

    Raises StepFailed when an expression of the drawing cannot be evaluated.
    """

    def said(text: str) -> Any:
        return expressions.value_of(text, data, context) if text else None

    try:
        groups = _groups(said(text) for text in element.candidate_groups) or _lane(element)
        assignee = str(said(element.assignee) or "") or None
        row = {
            "id": task_id,
            "instance_id": instance.id,
            "process_id": element.process_id,
            "element_id": element.id,
            "scope": scope,
            "name_zh": (element.name.to("zh") or element.id)[:300],
            "name_en": (element.name.to("en") or element.id)[:300],
            "detail": str(said(element.properties.get("detail", "")) or "")[:300],
            "group_id": groups[0] if groups else None,
            "assignee_id": assignee,
            "due_at": due.moment_of(said(element.due_date), since),
            "follow_up_at": due.moment_of(said(element.follow_up_date), since),
            "priority": _priority(said(element.priority)),
            "optional": element.optional,
            "distinct_from": element.properties.get("distinctFrom"),
            "draft": None,
            "opened_at": since or clock.now(),
        }
    except errors.ExpressionFailed as failure:
        raise errors.StepFailed(
            element=element, label=element.name, element_id=element.id, reason=failure.text
        ) from failure
    return Opening(row, groups)


def _groups(values: Iterable[Any]) -> list[str]:
    found: list[str] = []
    for value in values:
        parts = value if isinstance(value, list) else str(value or "").split(",")
        # No group has a longer id than a hundred characters; this one will have no members.
        found += [str(part).strip()[:100] for part in parts if str(part).strip()]
    return found


def _lane(element: Element) -> list[str]:
    return [element.lane] if element.lane else []


def _priority(value: Any) -> int:
    try:
        return max(-HIGHEST, min(HIGHEST, int(value))) if value not in (None, "") else PRIORITY
    except (TypeError, ValueError, OverflowError):
        return PRIORITY


def _signed_the_other(
    session: Session, instance: Instance, made: Opening, just_done: list[dict[str, Any]]
) -> set[str]:
    """Tell who completed, in the same run, the task that this one must be distinct from."""
    other = made.row["distinct_from"]
    if not other:
        return set()
    scope = made.row["scope"]
    now = {
        str(e["person_id"])
        for e in just_done
        if e["kind"] == "completed" and e["element_id"] == other and e["scope"] == scope
    }
    return now | history.completers(session, instance.id, other, scope=scope)


def _same_hands(
    session: Session,
    instance: Instance,
    process: Process,
    element: Element,
    made: Opening,
    just_done: list[dict[str, Any]],
) -> None:
    """Offer a sticky lane's task first to whoever did the lane's last one in this case."""
    lane = process.lanes.get(element.lane)
    if made.row["assignee_id"] or lane is None or lane.properties.get("sticky") != "true":
        return
    # A row of a plan may have given the lane's last task to somebody outside its group.
    members = people.members(session, set(made.groups))
    own = [
        e["person_id"] for e in just_done if e["lane"] == element.lane and e["person_id"] in members
    ]
    last = own[-1] if own else history.last_hands(session, instance.id, element.lane, members)
    if last and last not in made.excluded:
        made.row["assignee_id"] = last


def _somebody_may(session: Session, made: Opening) -> None:
    """Say what is wrong when nobody is left who may do the task."""
    assignee = made.row["assignee_id"]
    if assignee:
        person = session.get(Person, assignee)
        if person is not None and person.active and assignee not in made.excluded:
            return
        made.row["assignee_id"] = None
    if made.groups and people.members(session, set(made.groups)) - made.excluded:
        return
    label = Text(made.row["name_zh"], made.row["name_en"])
    made.trouble = nobody_left(label, four_eyes=bool(made.excluded))


def nobody_left(label: Text, *, four_eyes: bool) -> Text:
    """Name the reason why a task has nobody who may do it."""
    if four_eyes:
        return Text(
            f"任务“{label.zh}”没有人可以办理：有权办理的人已签过另一份，须由不同的人签字。",
            f"Nobody is left who may do “{label.en}”: those who may have signed the other one, "
            "and it takes two different people.",
        )
    return Text(
        f"任务“{label.zh}”没有人可以办理：指定的人或部门里没有在职人员。",
        f"Nobody may do “{label.en}”: the person or the group it names has nobody active.",
    )


def write(session: Session, openings: list[Opening]) -> None:
    """Keep the new tasks with their candidates and exclusions."""
    if not openings:
        return
    connection = session.connection()
    connection.execute(_OPEN, [o.row for o in openings])
    candidates = [
        {"task_id": o.row["id"], "group_id": g} for o in openings for g in dict.fromkeys(o.groups)
    ]
    if candidates:
        connection.execute(_CANDIDATES, candidates)
    exclusions = [
        {"task_id": o.row["id"], "person_id": p} for o in openings for p in sorted(o.excluded)
    ]
    if exclusions:
        connection.execute(_EXCLUSIONS, exclusions)


def exclude(
    session: Session, instance_id: int, done: dict[str, Any], *, knowing: set[str]
) -> list[Task]:
    """Keep whoever completed a task away from those that must be distinct from it.

    Gives the tasks that nobody may do any more; `knowing` were opened knowing it.
    """
    stuck: list[Task] = []
    person_id = str(done["person_id"])
    for task in session.scalars(
        select(Task).where(
            Task.instance_id == instance_id,
            Task.distinct_from == done["element_id"],
            Task.scope == done["scope"],
            Task.id.not_in(knowing),
        )
    ):
        session.merge(Exclusion(task_id=task.id, person_id=person_id))
        if task.assignee_id == person_id:
            session.execute(update(Task).where(Task.id == task.id).values(assignee_id=None))
        session.flush()
        excluded = set(
            session.scalars(select(Exclusion.person_id).where(Exclusion.task_id == task.id))
        )
        groups = set(
            session.scalars(select(Candidate.group_id).where(Candidate.task_id == task.id))
        )
        held = task.assignee_id not in (None, person_id)
        if not held and not people.members(session, groups) - excluded:
            stuck.append(task)
    return stuck


def hands(session: Session, task_ids: list[str]) -> dict[str, tuple[str | None, str | None]]:
    """Tell who holds tasks, and of which group they are."""
    if not task_ids:
        return {}
    query = select(Task.id, Task.assignee_id, Task.group_id).where(Task.id.in_(task_ids))
    return {task_id: (holder, group) for task_id, holder, group in session.execute(query)}


def forget(session: Session, task_ids: list[str]) -> None:
    """Drop tasks that were completed or withdrawn; what hangs on them goes with them."""
    if task_ids:
        session.connection().execute(_CLOSE, [{"task": task_id} for task_id in task_ids])
