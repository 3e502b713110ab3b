"""Persons and groups: who signs in, who belongs where, who may see which case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import ColumnElement, bindparam, delete, exists, false, or_, select, true
from sqlalchemy.orm import Session, aliased

from engine import clock, errors
from engine.languages import LANGUAGES, Text
from engine.models import Candidate, Event, Group, Instance, Membership, Person, Task

#: Members of these see every case.
OVERSEERS = frozenset({"manager", "administrator"})
#: Members of these change procedures: draw, deploy, retire, move running cases.
OWNERS = frozenset({"process_owner", "administrator"})
#: Events that show that a person has, or had, a part in a case.
HELD = ("started", "completed", "claimed", "released", "withdrawn")
TRIES, PAUSE = 10, timedelta(minutes=10)
#: Aliases: a list of tasks or events that asks `sees` must not lend its own rows to it.
_HELD, _TOLD = aliased(Task), aliased(Event)

# Built once: it runs for every task that opens.
_MEMBERS = (
    select(Membership.person_id)
    .join(Person)
    .where(Membership.group_id.in_(bindparam("groups", expanding=True)), Person.active)
)
_hasher = PasswordHasher()
#: Checked when there is no such person, so that a guess costs the same time.
_nobody = _hasher.hash("nobody")


@dataclass(frozen=True)
class Directory:
    """Names of everybody, for forms and lists."""

    persons: dict[str, Text]
    groups: dict[str, Text]
    members: dict[str, frozenset[str]]


def hashed(password: str) -> str:
    """Hash a password with argon2."""
    return _hasher.hash(password)


def enrol(
    session: Session, login: str, name: Text, *, groups: Iterable[str], password: str
) -> Person:
    """Make somebody known under a login name, or change what is known of them."""
    person = session.get(Person, login)
    if person is None:
        person = Person(id=login)
        session.add(person)
    person.name_zh, person.name_en = name.to("zh"), name.to("en")
    person.password_hash, person.demo, person.active = hashed(password), False, True
    session.flush()
    session.execute(delete(Membership).where(Membership.person_id == login))
    session.add_all(Membership(person_id=login, group_id=group) for group in set(groups))
    session.flush()
    return person


def recognised(session: Session, login: str, password: str) -> bool:
    """Tell whether somebody may come in with this password; takes its time, writes nothing."""
    person = _active(session, login)
    if person is not None and _pauses(person):
        return False
    return _verified(person.password_hash if person else _nobody, password) and person is not None


def sign_in(session: Session, login: str, *, recognised: bool) -> Person:
    """Give the person who signs in, or raise WrongPassword or TooManyTries.

    After ten failures the account pauses for ten minutes; the count is the caller's to commit.
    """
    person = _active(session, login)
    if person is None:
        raise errors.WrongPassword
    if _pauses(person):
        raise errors.TooManyTries(minutes=int(PAUSE.total_seconds() // 60))
    if not recognised:
        person.failed_tries += 1
        if person.failed_tries >= TRIES:
            person.failed_tries, person.locked_until = 0, clock.now() + PAUSE
        raise errors.WrongPassword
    if person.failed_tries:
        person.failed_tries = 0
    return person


def _active(session: Session, login: str) -> Person | None:
    # What cannot be printed is no login name, and not every database can look for it.
    return active(session, login) if login.isprintable() else None


def _pauses(person: Person) -> bool:
    return bool(person.locked_until and person.locked_until > clock.now())


def _verified(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError, UnicodeEncodeError):
        return False


def active(session: Session, person_id: str) -> Person | None:
    """Give the person of this id, unless they have left."""
    person = session.get(Person, person_id)
    return person if person is not None and person.active else None


def demo_accounts(session: Session) -> list[tuple[Person, list[Text]]]:
    """List the demo accounts in their file's order, each with the names of its groups."""
    rows = session.execute(
        select(Person, Group)
        .join(Membership, Membership.person_id == Person.id)
        .join(Group, Group.id == Membership.group_id)
        .where(Person.demo, Person.active)
        .order_by(Person.place, Person.id, Group.id)
    )
    found: dict[Person, list[Text]] = {}
    for person, group in rows:
        found.setdefault(person, []).append(group.name)
    return list(found.items())


def speak(person: Person, language: str) -> None:
    """Remember the language that a person chose."""
    if language in LANGUAGES:
        person.language = language


def groups(session: Session, person: Person) -> set[str]:
    """Tell the ids of the groups that a person belongs to."""
    return set(
        session.scalars(select(Membership.group_id).where(Membership.person_id == person.id))
    )


def members(session: Session, group_ids: set[str]) -> set[str]:
    """Tell the ids of the active people in any of the groups."""
    return set(session.scalars(_MEMBERS, {"groups": list(group_ids)}))


def directory(session: Session) -> Directory:
    """List everybody who is active, and every group with its members."""
    persons = {p.id: p.name for p in session.scalars(select(Person).where(Person.active))}
    found = {g.id: g.name for g in session.scalars(select(Group).order_by(Group.id))}
    belongs: dict[str, set[str]] = {group: set() for group in found}
    for person_id, group_id in session.execute(select(Membership.person_id, Membership.group_id)):
        if person_id in persons:
            belongs[group_id].add(person_id)
    return Directory(persons, found, {group: frozenset(ids) for group, ids in belongs.items()})


def supervised(session: Session, group_ids: set[str]) -> set[str]:
    """Tell the groups that members of `group_ids` supervise, at any remove."""
    below: dict[str, set[str]] = {}
    for group_id, boss in session.execute(select(Group.id, Group.supervised_by)):
        if boss is None:
            continue
        below.setdefault(boss, set()).add(group_id)
    found: set[str] = set()
    todo = list(group_ids)
    while todo:
        new = below.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found


def oversees(group_ids: set[str]) -> bool:
    """Tell whether members of these groups see every case."""
    return bool(group_ids & OVERSEERS)


def owns(group_ids: set[str]) -> bool:
    """Tell whether members of these groups may change procedures."""
    return bool(group_ids & OWNERS)


def sees(session: Session, person: Person) -> ColumnElement[bool]:
    """Give the condition on Instance for the cases that a person sees.

    They started it, hold, held or may claim a task in it, supervise someone who does,
    or are manager or administrator.
    """
    held, told = _HELD, _TOLD
    own = groups(session, person)
    if oversees(own):
        return true()
    below = supervised(session, own)
    staff = select(Membership.person_id).where(Membership.group_id.in_(below))
    people: list[ColumnElement[bool]] = [told.person_id == person.id]
    holders: list[ColumnElement[bool]] = [held.assignee_id == person.id]
    starter: ColumnElement[bool] = false()
    if below:
        people.append(told.person_id.in_(staff))
        holders.append(held.assignee_id.in_(staff))
        starter = Instance.starter_id.in_(staff)
    claimable = exists().where(
        held.instance_id == Instance.id,
        held.assignee_id.is_(None),
        Candidate.task_id == held.id,
        Candidate.group_id.in_(own | below),
    )
    return or_(
        Instance.starter_id == person.id,
        starter,
        exists().where(
            told.instance_id == Instance.id,
            told.kind.in_(HELD),
            or_(*people),
        ),
        exists().where(held.instance_id == Instance.id, or_(*holders)),
        claimable,
    )
