"""The values of a case that lists show and search finds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from engine.diagrams import Process
from engine.languages import Text
from engine.models import Field

#: Where the key is kept by which a program knows a case. No procedure can have a field of this id.
BUSINESS_KEY = "camunda:businessKey"
BUSINESS_KEY_LABEL = Text("业务编号", "Business key")
LONGEST_KEY = 200


def keep_business_key(session: Session, instance_id: int, key: str) -> None:
    """Keep what the program that started a case calls it; lists show it and search finds it."""
    session.merge(Field(instance_id=instance_id, id=BUSINESS_KEY, value=key[:LONGEST_KEY]))
    session.flush()


def of(process: Process, data: Mapping[str, Any]) -> dict[str, str]:
    """Give the fields that the procedure names, as far as the case has them."""
    names = process.properties.get("case.fields", "")
    found = {}
    for name in (part.strip() for part in names.split(",")):
        value = data.get(name) if name else None
        if value not in (None, "", [], {}):
            found[name] = str(value)[:500]
    return found


def write(
    session: Session, instance_id: int, before: Mapping[str, str], now: Mapping[str, str]
) -> None:
    """Keep what changed between two steps; mostly nothing did."""
    changed = [name for name, value in now.items() if before.get(name) != value]
    gone = [name for name in before if name not in now]
    stale = [name for name in changed if name in before] + gone
    if stale:
        session.execute(delete(Field).where(Field.instance_id == instance_id, Field.id.in_(stale)))
    if changed:
        session.execute(
            insert(Field), [{"instance_id": instance_id, "id": n, "value": now[n]} for n in changed]
        )
