"""The versions of a procedure: what each was for, what runs on it; back to an old one, retire."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import clock, definitions, errors, people
from engine.definitions import Deployed
from engine.diagrams import read
from engine.languages import Text
from engine.models import ACTIVE, Definition, Deployment, Instance, Person


@dataclass(frozen=True)
class Called:
    """A version that another one calls."""

    definition_id: int
    process_id: str
    name: Text
    version: int


@dataclass(frozen=True)
class Version:
    """One version as the list shows it; `running` and `over` count cases.

    A called diagram has no cases of its own: those of the versions that call it count.
    """

    definition_id: int
    process_id: str
    version: int
    name: Text
    note: str
    author: Text | None
    deployed_at: datetime
    #: What sent it, such as `Camunda Modeler`; empty for our own pages and commands.
    source: str
    running: int
    over: int
    current: bool
    #: When and by whom the procedure was retired with this as its last version.
    retired_at: datetime | None
    retired_by: Text | None
    calls: tuple[Called, ...]


@dataclass(frozen=True)
class Return:
    """What going back to an old version would do besides."""

    #: Other procedures of the same file: they come back with it.
    along: tuple[Definition, ...]
    #: Procedures in use that call it: they keep the version that they were deployed with.
    callers: tuple[Definition, ...]


def listed(session: Session, process_id: str) -> list[Version]:
    """List the versions of a procedure, newest first; NotFound when there is none."""
    rows = session.scalars(
        select(Definition)
        .where(Definition.process_id == process_id)
        .order_by(Definition.version.desc())
    ).all()
    if not rows:
        raise errors.NotFound
    counts = _counts(session)
    names = _names(session, {d.deployed_by for d in rows} | {d.retired_by for d in rows})
    sources = _sources(session, rows)
    parts = _parts(session, rows)
    return [
        Version(
            definition_id=d.id,
            process_id=d.process_id,
            version=d.version,
            name=d.name,
            note=d.note,
            author=names.get(d.deployed_by or ""),
            deployed_at=d.deployed_at,
            source=sources.get(d.deployment_id or 0, ""),
            running=counts[d.id][True],
            over=counts[d.id][False],
            current=d.current,
            retired_at=d.retired_at,
            retired_by=names.get(d.retired_by or ""),
            calls=tuple(parts[pin] for _, pin in sorted(d.pins.items())),
        )
        for d in rows
    ]


def _counts(session: Session) -> dict[int, Counter[bool]]:
    """Count cases by version, and by whether they run; a called version shares its callers'."""
    found: dict[int, Counter[bool]] = defaultdict(Counter)
    pins = {row.id: row.pins for row in session.execute(select(Definition.id, Definition.pins))}
    rows = session.execute(
        select(Instance.definition_id, Instance.status, func.count()).group_by(
            Instance.definition_id, Instance.status
        )
    )
    for definition_id, status, count in rows:
        for counted in {definition_id, *pins[definition_id].values()}:
            found[counted][status == ACTIVE] += count
    return found


def _names(session: Session, ids: set[str | None]) -> dict[str, Text]:
    known = session.scalars(select(Person).where(Person.id.in_(ids - {None})))
    return {person.id: person.name for person in known}


def _sources(session: Session, rows: Sequence[Definition]) -> dict[int, str]:
    ids = [d.deployment_id for d in rows if d.deployment_id is not None]
    found = session.scalars(select(Deployment).where(Deployment.id.in_(ids)))
    return {deployment.id: deployment.source for deployment in found}


def _parts(session: Session, rows: Sequence[Definition]) -> dict[int, Called]:
    ids = {pin for d in rows for pin in d.pins.values()}
    found = session.scalars(select(Definition).where(Definition.id.in_(ids)))
    return {d.id: Called(d.id, d.process_id, d.name, d.version) for d in found}


def numbered(session: Session, process_id: str, version: int) -> Definition:
    """Give one version by its number, or raise NotFound."""
    definition = session.scalar(
        select(Definition).where(Definition.process_id == process_id, Definition.version == version)
    )
    if definition is None:
        raise errors.NotFound
    return definition


def newest(session: Session, process_id: str) -> Definition:
    """Give the current version, of a retired procedure its last one; or raise NotFound."""
    definition = session.scalar(
        select(Definition)
        .where(Definition.process_id == process_id)
        .order_by(Definition.current.desc(), Definition.version.desc())
        .limit(1)
    )
    if definition is None:
        raise errors.NotFound
    return definition


def retired(session: Session) -> list[Definition]:
    """List the procedures that are retired, each by its last version."""
    last = select(func.max(Definition.id)).group_by(Definition.process_id)
    current = select(Definition.process_id).where(Definition.current)
    return list(
        session.scalars(
            select(Definition)
            .where(Definition.process_id.not_in(current))
            .where(Definition.id.in_(last))
            .order_by(Definition.process_id)
        )
    )


def callers(session: Session, process_id: str) -> list[Definition]:
    """List the current procedures that call this one, directly or through another."""
    return [d for d in definitions.listed(session) if process_id in d.pins]


def senders(session: Session, procedure: Definition) -> list[Definition]:
    """List the current procedures that send a message which starts this one."""
    return [
        d
        for d in definitions.listed(session)
        if any(
            element.message in procedure.start_messages
            and element.kind in ("intermediateThrowEvent", "endEvent", "sendTask")
            for process in definitions.drawing(session, d.id).processes.values()
            for element in process.elements.values()
        )
    ]


def returning(session: Session, process_id: str, version: int) -> Return:
    """Say what going back to a version would bring along, and who calls it."""
    old = numbered(session, process_id, version)
    others = {p.id for p in read(definitions.xml(session, old.id)).processes if p.executable}
    known = {d.process_id: d for d in definitions.listed(session)}
    return Return(
        along=tuple(known[name] for name in sorted(others & known.keys() - {process_id})),
        callers=tuple(callers(session, process_id)),
    )


def roll_back(
    session: Session,
    person: Person,
    process_id: str,
    version: int,
    *,
    note: str = "",
    with_callers: bool = False,
) -> Deployed:
    """Deploy the drawing of an old version again, as a new version that says so.

    It is checked like any other. With `with_callers` the procedures that call it are deployed
    again as well, so that their new cases use it. Raises NotFound, DiagramRefused, and
    AlreadyCurrent when new cases run on the very same already.
    """
    _only_owners(session, person)
    old = numbered(session, process_id, version)
    files = {old.file or f"{process_id}.bpmn": definitions.xml(session, old.id)}
    # What was agreed to of these very drawings is agreed to.
    consents = set(old.consents)
    if with_callers:
        for caller in callers(session, process_id):
            add(files, caller, definitions.xml(session, caller.id))
            consents.update(caller.consents)
    said = Text(f"恢复第 {version} 版", f"Back to version {version}").both
    note = f"{said}: {note}" if note else said
    done = definitions.deploy(session, person, files, note=note, consents=consents)
    made = next((d for d in done.new if d.process_id == process_id), None)
    if made is None:
        raise errors.AlreadyCurrent(version=version)
    for other in done.new:
        if other is not made:
            other.note = Text(
                f"随“{made.name_zh}”第 {made.version} 版重新部署",
                f"Deployed again with version {made.version} of “{made.name_en}”",
            ).both
    return done


def add(files: dict[str, bytes], definition: Definition, xml: bytes) -> None:
    """Add a version's drawing to a set, in the place of no other file of its name."""
    name = definition.file or f"{definition.process_id}.bpmn"
    if files.get(name, xml) != xml:
        name = f"{definition.process_id}/{name}"
    files[name] = xml


def retire(session: Session, person: Person, process_id: str) -> Definition:
    """Let nobody start a case of a procedure any more, by hand or by message; cases run on.

    Raises NotFound, and StillCalled while other current procedures call it. A message that
    would start it is kept for its time to live, and is then an incident like any other that
    nobody took.
    """
    _only_owners(session, person)
    definitions.one_at_a_time(session)
    definition = newest(session, process_id)
    if not definition.current:
        return definition
    calling = callers(session, process_id)
    if calling:
        raise errors.StillCalled(name=definition.name, others=_enumerated(calling))
    definition.current = False
    definition.retired_at, definition.retired_by = clock.now(), person.id
    session.flush()
    return definition


def bring_back(session: Session, person: Person, process_id: str) -> Definition:
    """Let cases of a retired procedure be started again, on its last version.

    Raises NotFound, and CallsRetired while a procedure that it calls is retired.
    """
    _only_owners(session, person)
    definitions.one_at_a_time(session)
    definition = newest(session, process_id)
    if definition.current:
        return definition
    missing = [d for d in retired(session) if d.process_id in definition.pins]
    if missing:
        raise errors.CallsRetired(name=definition.name, others=_enumerated(missing))
    definition.current = True
    definition.retired_at = definition.retired_by = None
    session.flush()
    # A message that came meanwhile may start a case now.
    session.info["wake"] = True
    return definition


def _enumerated(procedures: list[Definition]) -> Text:
    return Text(
        "、".join(f"“{d.name.zh}”" for d in procedures),
        ", ".join(f"“{d.name.en}”" for d in procedures),
    )


def _only_owners(session: Session, person: Person) -> None:
    if not people.owns(people.groups(session, person)):
        raise errors.NotFound
