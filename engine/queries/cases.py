"""Cases, running and past: those that a person may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from engine import definitions, people
from engine.casefields import BUSINESS_KEY
from engine.models import ACTIVE, CANCELLED, ENDED, Definition, Field, Instance, Person
from engine.queries.selection import Conditions, Selection, count, like, narrowed, part
from engine.step import Step

#: What a program calls the case: kept with its fields, or the key of the message that started it.
KEY = func.coalesce(Field.value, Instance.start_key)

CONDITIONS: Conditions = {
    "number": lambda v: Instance.number == v,
    "numbers": lambda v: Instance.number.in_(v),
    "key": lambda v: Instance.process_id == v,
    "keys": lambda v: Instance.process_id.in_(v),
    "definition": lambda v: Instance.definition_id == v,
    "business_key": lambda v: v == KEY,
    "business_keys": lambda v: KEY.in_(v),
    "business_key_like": lambda v: like(KEY, v),
    "running": lambda v: (Instance.status == ACTIVE) if v else (Instance.status != ACTIVE),
    "ended": lambda _: Instance.status == ENDED,
    "cancelled": lambda _: Instance.status == CANCELLED,
    "nothing": lambda _: Instance.id < 0,
    "started_by": lambda v: Instance.starter_id == v,
    "started_after": lambda v: Instance.started_at >= v,
    "started_before": lambda v: Instance.started_at <= v,
    "ended_after": lambda v: Instance.ended_at >= v,
    "ended_before": lambda v: Instance.ended_at <= v,
}
ORDER: dict[str, Any] = {
    "number": Instance.id,
    "key": Instance.process_id,
    "definition": Instance.definition_id,
    "business_key": KEY,
    "started_at": Instance.started_at,
    "ended_at": Instance.ended_at,
}


@dataclass(frozen=True)
class FoundCase:
    """A case, the version that it runs on, and what a program calls it."""

    instance: Instance
    definition: Definition
    business_key: str | None


def found(session: Session, person: Person, selection: Selection) -> list[FoundCase]:
    """List cases that a person may see, in the order in which they began."""
    query = narrowed(_seen(session, person), CONDITIONS, selection)
    rows = session.execute(part(query, ORDER, selection, last=Instance.id))
    return [FoundCase(*row) for row in rows]


def counted(session: Session, person: Person, selection: Selection) -> int:
    """Count cases that a person may see."""
    query = narrowed(_seen(session, person), CONDITIONS, selection)
    return count(session, query.with_only_columns(Instance.id))


def variables(session: Session, instance: Instance) -> dict[str, Any]:
    """Give the data of a case that is under way; for whoever may see the case."""
    step = Step(session, instance, definitions.program(session, instance.definition_id))
    step.restore()
    return step.run.data


def _seen(session: Session, person: Person) -> Select[*tuple[Any, ...]]:
    own = and_(Field.instance_id == Instance.id, Field.id == BUSINESS_KEY)
    return (
        select(Instance, Definition, KEY)
        .join(Definition, Definition.id == Instance.definition_id)
        .outerjoin(Field, own)
        .where(people.sees(session, person))
    )
