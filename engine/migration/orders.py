"""Orders to move cases: made by a person, worked off one case per transaction, undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, exists, func, insert, select, update
from sqlalchemy.orm import Session, undefer

from engine import clock, definitions, errors, history, instances, people
from engine.contexts import case_context
from engine.languages import Text
from engine.migration import rows
from engine.migration.plans import Plan, plan
from engine.migration.preview import owner
from engine.models import (
    ACTIVE,
    MOVED,
    PENDING,
    REFUSED,
    UNDONE,
    Definition,
    Instance,
    Move,
    MovedCase,
    Person,
)
from engine.runtime import Run

#: Most cases of one order.
MOST = 5_000
# Built once: most of a statement's cost is putting it together.
_PENDING = (
    select(Move.definition_id, Move.mapping, Move.ordered_by)
    .select_from(MovedCase)
    .join(Move, Move.id == MovedCase.move_id)
    .where(
        MovedCase.move_id == bindparam("move"),
        MovedCase.instance_id == bindparam("instance"),
        MovedCase.status == PENDING,
    )
    .with_for_update(of=MovedCase, skip_locked=True)
)
_RESULT = (
    update(MovedCase)
    .where(MovedCase.move_id == bindparam("move"), MovedCase.instance_id == bindparam("instance"))
    .values(
        {
            name: bindparam(name)
            for name in (
                *("status", "reason_zh", "reason_en", "from_id", "state", "before", "revision"),
                "moved_at",
            )
        }
    )
)
_AHEAD = (
    select(Instance, Move.definition_id, Move.mapping)
    .join(Move, Move.id == bindparam("move"))
    .where(
        Instance.id == bindparam("instance"),
        Instance.status == ACTIVE,
        Instance.definition_id != Move.definition_id,
    )
    .options(undefer(Instance.state))
)
_VERSIONS = select(Definition.id, Definition.version).where(
    Definition.id.in_((bindparam("before"), bindparam("after")))
)
_OVER = Text("案件已经结束。", "The case is over.")
_THERE = Text("案件已经在这个版本上。", "The case runs on this version already.")


@dataclass(frozen=True)
class Result:
    """One case of an order, and what became of it."""

    number: str
    title: str
    from_version: int
    status: str
    reason: Text
    may_open: bool
    may_undo: bool


@dataclass(frozen=True)
class Progress:
    """An order and how far it has come."""

    id: int
    definition: Definition
    ordered_by: Text
    move: Move
    counts: Mapping[str, int]
    results: list[Result]

    @property
    def total(self) -> int:
        """How many cases were to move."""
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        """How many cases have not been looked at yet."""
        return self.counts.get(PENDING, 0)


def order(
    session: Session,
    person: Person,
    to: Definition,
    numbers: Sequence[str],
    *,
    mapping: Mapping[str, str] | None = None,
) -> Move:
    """Order that running cases of a procedure go on by a version of it.

    The background moves them one by one. Cases that are over, or there already, are left out;
    raises NothingToMove when none is left, NotFound for who may not.
    """
    owner(session, person)
    found = session.execute(
        select(Instance.id, Instance.definition_id)
        .where(
            Instance.number.in_(list(numbers)[:MOST]),
            Instance.process_id == to.process_id,
            Instance.status == ACTIVE,
            Instance.definition_id != to.id,
        )
        .order_by(Instance.id)
    ).all()
    if not found:
        raise errors.NothingToMove
    move = Move(
        process_id=to.process_id,
        definition_id=to.id,
        mapping=dict(mapping or {}),
        ordered_by=person.id,
        ordered_at=clock.now(),
    )
    session.add(move)
    session.flush()
    session.execute(
        insert(MovedCase),
        [
            {"move_id": move.id, "instance_id": instance_id, "from_id": from_id, "status": PENDING}
            | {"reason_zh": "", "reason_en": ""}
            for instance_id, from_id in found
        ],
    )
    session.info["wake"] = True
    return move


def pending(session: Session, *, limit: int = 50) -> list[tuple[int, int]]:
    """Find cases that are still to be moved, as (order, case), oldest order first."""
    query = (
        select(MovedCase.move_id, MovedCase.instance_id)
        .where(MovedCase.status == PENDING)
        .order_by(MovedCase.move_id, MovedCase.instance_id)
        .limit(limit)
    )
    return [(move_id, instance_id) for move_id, instance_id in session.execute(query)]


@dataclass(frozen=True)
class Ahead:
    """What was worked out for a case before its row was locked, and for which revision of it."""

    revision: int
    definition_id: int
    plan: Plan


def ahead(session: Session, place: tuple[int, int]) -> Ahead | None:
    """Work out, reading only, what a case of an order would be, so that it is locked for less."""
    row = session.execute(_AHEAD, {"move": place[0], "instance": place[1]}).one_or_none()
    if row is None:
        return None
    instance, to_id, mapping = row
    found = plan(session, instance, to_id, mapping)
    return Ahead(instance.revision, instance.definition_id, found)


def run(session: Session, place: tuple[int, int], known: Ahead | None = None) -> bool:
    """Move one case of an order in this transaction; False when somebody else has done so.

    `known` serves if the case has not gone on since. A case that cannot move stays as it is,
    and its row says why.
    """
    row: dict[str, Any] = {"move": place[0], "instance": place[1]}
    wanted = session.connection().execute(_PENDING, row).one_or_none()
    if wanted is None:
        return False
    to_id, mapping, who = wanted
    instance = instances.locked(session, place[1])
    row |= {"from_id": instance.definition_id, "moved_at": clock.now(), "status": REFUSED}
    row |= {"reason_zh": "", "reason_en": "", "state": None, "before": None, "revision": None}
    if instance.status != ACTIVE or instance.definition_id == to_id:
        reason = _OVER if instance.status != ACTIVE else _THERE
    else:
        at = (instance.revision, instance.definition_id)
        fits = known is not None and (known.revision, known.definition_id) == at
        planned = known.plan if known and fits else plan(session, instance, to_id, mapping)
        reason = planned.reason
        if not planned.obstacles:
            row |= _apply(session, instance, to_id, who, planned.state)
    row |= {"reason_zh": reason.to("zh"), "reason_en": reason.to("en")}
    session.connection().execute(_RESULT, row)
    return True


def _apply(
    session: Session, instance: Instance, to_id: int, who: str, state: bytes
) -> dict[str, Any]:
    """Write a case as it goes on by another version; give what its order's row keeps of it."""
    found, from_id = rows.read(session, instance), instance.definition_id
    kept = {"title": instance.title, **found.kept()}
    result = {"status": MOVED, "state": instance.state, "before": kept}
    rows.write_instance(session, instance, state=state, definition_id=to_id)
    program = definitions.program(session, to_id)
    moved = Run.restore(program, state, lambda _scope: case_context(session, instance))
    rows.write(session, instance, from_id, found, moved.waiting())
    rows.write_words(session, instance, from_id, moved)
    _tell(session, instance, from_id, who)
    return {**result, "revision": instance.revision}


def _tell(session: Session, instance: Instance, before: int, who: str) -> None:
    """Note in the history from which version a case has come to which."""
    ids = {"before": before, "after": instance.definition_id}
    versions = {i: v for i, v in session.connection().execute(_VERSIONS, ids)}  # noqa: C416 - rows
    history.record(
        session,
        instance.id,
        "moved",
        process_id=instance.process_id,
        person_id=who,
        details={
            "from": versions[before],
            "to": versions[instance.definition_id],
            "from_id": before,
            "to_id": instance.definition_id,
        },
    )


def undo(session: Session, person: Person, move_id: int, number: str) -> None:
    """Put a moved case back as it was, for as long as it has not gone on since.

    Claims and drafts stay as they are now. Raises NotFound, or MovedOn when it has gone on.
    """
    owner(session, person)
    query = (
        select(MovedCase)
        .join(Instance, Instance.id == MovedCase.instance_id)
        .where(MovedCase.move_id == move_id, Instance.number == number)
        .options(undefer(MovedCase.state), undefer(MovedCase.before))
    )
    row = session.scalar(query.with_for_update(of=MovedCase))
    if row is None:
        raise errors.NotFound
    instance = instances.locked(session, row.instance_id)
    if row.status != MOVED or row.revision != instance.revision or row.state is None:
        raise errors.MovedOn(number=number)
    there, kept = instance.definition_id, row.before or {}
    rows.put_back(session, instance, kept)
    rows.write_instance(
        session, instance, state=row.state, definition_id=row.from_id, title=kept["title"]
    )
    _tell(session, instance, there, person.id)
    row.status, row.state, row.before = UNDONE, None, None


def finish(session: Session) -> None:
    """Note which orders have come to their end."""
    left = exists().where(MovedCase.move_id == Move.id, MovedCase.status == PENDING)
    session.execute(
        update(Move)
        .where(Move.finished_at.is_(None), ~left)
        .values(finished_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def recent(
    session: Session, person: Person, process_id: str, *, limit: int = 10
) -> list[tuple[Move, int, Text]]:
    """List the latest orders for a procedure: each with the version moved to and who ordered it."""
    owner(session, person)
    query = (
        select(Move, Definition.version, Person)
        .join(Definition, Definition.id == Move.definition_id)
        .join(Person, Person.id == Move.ordered_by)
        .where(Move.process_id == process_id)
        .order_by(Move.id.desc())
        .limit(limit)
    )
    return [(move, version, who.name) for move, version, who in session.execute(query)]


def progress(session: Session, person: Person, move_id: int) -> Progress:
    """Tell how far an order has come, case by case; for owners and administrators."""
    owner(session, person)
    move = session.get(Move, move_id)
    if move is None:
        raise errors.NotFound
    counted = session.execute(
        select(MovedCase.status, func.count())
        .where(MovedCase.move_id == move_id)
        .group_by(MovedCase.status)
    )
    counts: dict[str, int] = {status: number for status, number in counted}  # noqa: C416 - rows
    sees = people.sees(session, person)
    found = session.execute(
        select(MovedCase, Instance, Definition.version, sees)
        .join(Instance, Instance.id == MovedCase.instance_id)
        .join(Definition, Definition.id == MovedCase.from_id)
        .where(MovedCase.move_id == move_id)
        .order_by(MovedCase.status != REFUSED, Instance.id)
    )
    results = [
        Result(
            number=instance.number,
            title=instance.title,
            from_version=version,
            status=row.status,
            reason=Text(row.reason_zh, row.reason_en),
            may_open=bool(may_open),
            may_undo=row.status == MOVED and row.revision == instance.revision,
        )
        for row, instance, version, may_open in found
    ]
    who = session.get_one(Person, move.ordered_by)
    to = definitions.get(session, move.definition_id)
    return Progress(move.id, to, who.name, move, counts, results)
