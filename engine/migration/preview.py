"""The running cases of a procedure, each with what a move to another version would say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, undefer

from engine import definitions, errors, people
from engine.migration.plans import plan, removed
from engine.models import ACTIVE, Definition, Instance, Person
from engine.runtime import Obstacle
from engine.worklist import LAST_PAGE, Page, count, escaped


@dataclass(frozen=True)
class Verdict:
    """One case: whether it can move, else what stands against it.

    An owner who may not see a case learns its number, title and status, and no more.
    """

    number: str
    title: str
    version: int
    may_open: bool
    obstacles: list[Obstacle]

    @property
    def can_move(self) -> bool:
        """Nothing stands against it."""
        return not self.obstacles


@dataclass(frozen=True)
class Preview:
    """One page of the cases, and the elements that hold tasks of them and are gone."""

    page: Page[Verdict]
    gone: list[Obstacle]


def owner(session: Session, person: Person) -> None:
    """Let only those go on who may change procedures; others get NotFound."""
    if not people.owns(people.groups(session, person)):
        raise errors.NotFound


def versions(session: Session, process_id: str) -> list[tuple[Definition, int]]:
    """List the versions of a procedure, newest first, with how many cases run on each."""
    running = (
        select(Instance.definition_id, func.count().label("running"))
        .where(Instance.status == ACTIVE, Instance.process_id == process_id)
        .group_by(Instance.definition_id)
        .subquery()
    )
    query = (
        select(Definition, func.coalesce(running.c.running, 0))
        .outerjoin(running, running.c.definition_id == Definition.id)
        .where(Definition.process_id == process_id)
        .order_by(Definition.version.desc())
    )
    found = [(definition, running) for definition, running in session.execute(query)]
    if not found:
        raise errors.NotFound
    return found


def matching(
    to: Definition, *, version: int | None = None, search: str = ""
) -> list[ColumnElement[bool]]:
    """Give the conditions on Instance for the running cases that another version could take."""
    found: list[ColumnElement[bool]] = [
        Instance.process_id == to.process_id,
        Instance.status == ACTIVE,
        Instance.definition_id != to.id,
    ]
    if version is not None:
        of_version = select(Definition.id).where(
            Definition.process_id == to.process_id, Definition.version == version
        )
        found.append(Instance.definition_id.in_(of_version))
    if search.strip():
        pattern = f"%{escaped(search)}%"
        found.append(
            or_(
                Instance.number.ilike(pattern, escape="\\"),
                Instance.title.ilike(pattern, escape="\\"),
            )
        )
    return found


def numbers(
    session: Session, to: Definition, *, version: int | None = None, search: str = ""
) -> list[str]:
    """List the numbers of the running cases that a filter finds."""
    conditions = matching(to, version=version, search=search)
    return list(session.scalars(select(Instance.number).where(*conditions).order_by(Instance.id)))


def preview(
    session: Session,
    person: Person,
    to: Definition,
    *,
    version: int | None = None,
    search: str = "",
    mapping: Mapping[str, str] | None = None,
    page: int = 1,
    size: int = 50,
) -> Preview:
    """Tell for one page of the running cases whether each can move to a version.

    Owners and administrators may; others get NotFound. Nothing is changed.
    """
    owner(session, person)
    page, size = max(1, min(page, LAST_PAGE)), max(1, min(size, 500))
    query = select(Instance).where(*matching(to, version=version, search=search))
    total = count(session, query)
    query = query.order_by(Instance.id).options(undefer(Instance.state))
    found = list(session.scalars(query.offset((page - 1) * size).limit(size)))
    seen = set(
        session.scalars(
            select(Instance.id).where(
                Instance.id.in_([i.id for i in found]), people.sees(session, person)
            )
        )
    )
    rows: list[Verdict] = []
    holes: dict[str, Obstacle] = {}
    for instance in found:
        obstacles = plan(session, instance, to.id, mapping or {}).obstacles
        bare = removed(session, instance, to) if mapping else obstacles
        holes |= {place(o): o for o in bare if o.choices}
        version_now = definitions.get(session, instance.definition_id).version
        may_open = instance.id in seen
        rows.append(Verdict(instance.number, instance.title, version_now, may_open, obstacles))
    return Preview(Page(rows, total, page, size), [holes[name] for name in sorted(holes)])


def place(obstacle: Obstacle) -> str:
    """How a mapping names the element of an obstacle."""
    element = obstacle.element
    return f"{element.process_id}/{element.id}" if element is not None else ""
