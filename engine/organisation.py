"""Reads `organisation.toml`: groups, who supervises whom, demo accounts."""

from __future__ import annotations

import tomllib
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.orm import Session

from engine import people
from engine.models import Group, Membership, Person

DEMO_PASSWORD = "agencyflow"  # noqa: S105 - demo mode only, which serves loopback only


def load(session: Session, path: Path, *, demo: bool) -> list[Person]:
    """Make the groups of the file, and in demo mode its people; give the demo accounts.

    Loading again updates names and memberships and never touches a password that was set.
    """
    described = tomllib.loads(path.read_text(encoding="utf-8"))
    for row in described.get("group", []):
        session.merge(
            Group(
                id=row["id"],
                name_zh=row["name"],
                name_en=row.get("name_en", row["name"]),
                supervised_by=row.get("supervised_by"),
            )
        )
    session.flush()
    if not demo:
        return []
    # All have the same password, so one hash does; argon2 takes its time on purpose.
    hashed = people.hashed(DEMO_PASSWORD)
    rows = enumerate(described.get("person", []))
    return [_demo_person(session, row, hashed, place) for place, row in rows]


def _demo_person(session: Session, row: dict[str, object], hashed: str, place: int) -> Person:
    person_id = str(row["id"])
    person = session.get(Person, person_id)
    if person is None:
        person = Person(id=person_id, demo=True, password_hash=hashed)
        session.add(person)
    person.name_zh = str(row["name"])
    person.name_en = str(row.get("name_en", row["name"]))
    person.place = place
    session.flush()
    session.execute(delete(Membership).where(Membership.person_id == person_id))
    groups = row.get("groups", [])
    if isinstance(groups, list):
        session.add_all(Membership(person_id=person_id, group_id=str(g)) for g in groups)
    session.flush()
    return person


def demo_ids(path: Path) -> list[str]:
    """Tell the ids of the demo accounts, in the order of the file."""
    described = tomllib.loads(path.read_text(encoding="utf-8"))
    return [str(row["id"]) for row in described.get("person", [])]


def group_ids(path: Path) -> set[str]:
    """Tell the ids of the groups that a file describes."""
    described = tomllib.loads(path.read_text(encoding="utf-8"))
    return {str(row["id"]) for row in described.get("group", [])}
