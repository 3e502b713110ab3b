"""Versions of procedures: deployed as one set of files, pinned, never changed."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from engine import clock, errors, outbox, people, repairs, runtime
from engine.diagrams import Element, Problem, Process
from engine.forms import Form, form_of
from engine.models import Definition, Deployment, Group, Person
from engine.repairs import Repaired
from engine.review import placed, review


@dataclass(frozen=True)
class Deployed:
    """What a deployment did: new versions, versions that stand as they were, and warnings."""

    new: list[Definition]
    unchanged: list[Definition]
    warnings: list[Problem]


@dataclass(frozen=True)
class Drawing:
    """A version's own process and those that it calls, with the definitions they come from."""

    process: Process
    processes: Mapping[str, Process]
    definition_ids: Mapping[str, int]

    def element(self, process_id: str, element_id: str) -> Element | None:
        """Find an element of this version, or of a diagram that it calls."""
        process = self.processes.get(process_id)
        return process.elements.get(element_id) if process else None


#: PostgreSQL's number for the lock that whoever changes the set of procedures holds.
_DEPLOYING = 7_265_001
#: Compiled programs and drawings, per database: a definition never changes.
_programs: WeakKeyDictionary[object, dict[int, runtime.Program]] = WeakKeyDictionary()
_drawings: WeakKeyDictionary[object, dict[int, Drawing]] = WeakKeyDictionary()


def files_in(folder: Path) -> dict[str, bytes]:
    """Read a folder of diagrams, with the folder of those that they call."""
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.bpmn"))
    }


def check(
    xml: bytes,
    *,
    file: str = "",
    known: Mapping[str, Process] | None = None,
    groups: AbstractSet[str] | None = None,
    consents: Collection[str] = frozenset(),
) -> list[Problem]:
    """Say everything that is wrong with one drawing, as a deployment would; deploys nothing.

    `known` are the processes that it may call, `groups` the groups there are: without them,
    lanes are taken to name groups. `consents` are the codes of the repairs to which the
    owner agrees (see `engine.repairs`); each that is needed and not given is an error.
    """
    return review({file: xml}, groups=groups, known=known, consents=consents).problems


def deploy(
    session: Session,
    person: Person | None,
    files: Mapping[str, bytes],
    *,
    note: str = "",
    name: str = "",
    source: str = "",
    consents: Collection[str] = frozenset(),
) -> Deployed:
    """Deploy a set of diagrams: all of them or, with DiagramRefused, none.

    `note` says to people what changed; `name` and `source` are what a program calls the
    deployment and itself. `consents` are the codes of the repairs to which `person` agrees.

    A called diagram is found in the set or among what is deployed already; a new version
    pins the versions that it calls. What did not change gets no new version.
    """
    one_at_a_time(session)
    groups = set(session.scalars(select(Group.id)))
    known = {d.process_id: d for d in session.scalars(select(Definition).where(Definition.current))}
    known_processes = {name: drawing(session, d.id).process for name, d in known.items()}
    found = review(files, groups=groups, known=known_processes, consents=consents)
    if found.is_refused:
        raise errors.DiagramRefused(found.problems)
    new: list[Definition] = []
    unchanged: list[Definition] = []
    processes = found.processes
    others = [process for name, process in known_processes.items() if name not in processes]
    called = _called([process for _, process in processes.values()] + others)
    # What one file of the set is refused for undoes what was made of the others.
    with session.begin_nested():
        for process_id in _callees_first(processes):
            file, process = processes[process_id]
            sent = _Sent(file, files[file], process, found.repaired[file])
            made = _version(session, person, sent, known, is_called=process_id in called)
            if made is None:
                unchanged.append(known[process_id])
            else:
                made.note, made.consents = note, found.consents(file, consents)
                known[process_id] = made
                new.append(made)
        if new:
            _deployed_together(session, person, new, name=name, source=source)
    return Deployed(new, unchanged, found.problems)


def one_at_a_time(session: Session) -> None:
    """Let nobody else deploy, retire or bring back until this transaction ends.

    What is called must be there when its caller is deployed, and stay. SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        # Each schema is an agency of its own.
        here = func.hashtext(func.current_schema())
        session.execute(select(func.pg_advisory_xact_lock(_DEPLOYING, here)))


def _deployed_together(
    session: Session, person: Person | None, new: Sequence[Definition], *, name: str, source: str
) -> None:
    deployment = Deployment(
        name=name[:300],
        source=source[:100],
        deployed_by=person.id if person else None,
        deployed_at=clock.now(),
    )
    session.add(deployment)
    session.flush()
    for definition in new:
        definition.deployment_id = deployment.id


def _called(processes: Sequence[Process]) -> set[str]:
    return {e.called_element for p in processes for e in p.elements.values() if e.called_element}


def _callees_first(sources: Mapping[str, tuple[str, Process]]) -> list[str]:
    """Order processes so that each comes after those it calls (the rules refuse circles)."""
    ordered: list[str] = []

    def visit(process_id: str) -> None:
        if process_id in ordered or process_id not in sources:
            return
        for name in sorted(_called([sources[process_id][1]])):
            visit(name)
        ordered.append(process_id)

    for process_id in sources:
        visit(process_id)
    return ordered


@dataclass(frozen=True)
class _Sent:
    """One process of a deployment: its file as it was sent, and as it was understood."""

    file: str
    xml: bytes
    process: Process
    repaired: Repaired


def _version(
    session: Session,
    person: Person | None,
    sent: _Sent,
    known: Mapping[str, Definition],
    *,
    is_called: bool,
) -> Definition | None:
    """Make the next version of a process, or nothing when it is the same as the current one."""
    process = sent.process
    pins: dict[str, int] = {}
    for name in sorted(_called([process])):
        pins |= {name: known[name].id, **known[name].pins}
    digest = hashlib.sha256(sent.xml).hexdigest()
    before = known.get(process.id)
    if before is not None and before.sha256 == digest and before.pins == pins:
        return None
    try:
        # What it calls may stand in its own file.
        bundle = [*dict.fromkeys([sent.repaired.xml, *_xml_of(session, list(pins.values()))])]
        source = runtime.compile(process.id, bundle).source
    except errors.DiagramRefused as refused:
        raise placed(refused, sent.repaired.diagram) from None
    version = session.scalar(
        select(func.max(Definition.version)).where(Definition.process_id == process.id)
    )
    starts = [e for e in process.within(process.id) if e.kind == "startEvent"]
    by_hand = next((e for e in starts if not e.event), None)
    starters = (by_hand.lane, *by_hand.candidate_groups, None) if by_hand else (None,)
    session.execute(
        update(Definition).where(Definition.process_id == process.id).values(current=False)
    )
    definition = Definition(
        process_id=process.id,
        version=(version or 0) + 1,
        name_zh=(process.name.to("zh") or process.id)[:300],
        name_en=(process.name.to("en") or process.id)[:300],
        file=sent.file[-300:],
        xml=sent.xml,
        sha256=digest,
        source=source,
        pins=pins,
        start_messages=_start_messages(process.id, starts),
        starter_group=None if is_called else next(filter(None, starters), None),
        cancelled_by=process.properties.get("cancelledBy"),
        current=True,
        deployed_by=person.id if person else None,
        deployed_at=clock.now(),
    )
    session.add(definition)
    session.flush()
    # The id may have been that of a version that was rolled back.
    for cache in (_programs, _drawings):
        cache.get(session.get_bind(), {}).pop(definition.id, None)
    return definition


def _start_messages(process_id: str, starts: Sequence[Element]) -> dict[str, str]:
    """What starts a case of a process, with the start event that it starts."""
    signals = {outbox.start_name(process_id, e.code): e.id for e in starts if e.event == "signal"}
    return {e.message: e.id for e in starts if e.message} | signals


def _xml_of(session: Session, ids: Sequence[int]) -> list[bytes]:
    """The drawings of these versions as the runtime is given them."""
    drawn = session.scalars(select(Definition.xml).where(Definition.id.in_(ids)))
    return [repairs.understand(xml).xml for xml in drawn]


def get(session: Session, definition_id: int) -> Definition:
    """Give a version, or raise NotFound."""
    definition = session.get(Definition, definition_id)
    if definition is None:
        raise errors.NotFound
    return definition


def current(session: Session, process_id: str) -> Definition:
    """Give the version that new cases of a procedure run on, or raise NotFound."""
    definition = session.scalar(
        select(Definition).where(Definition.process_id == process_id, Definition.current)
    )
    if definition is None:
        raise errors.NotFound
    return definition


def listed(session: Session) -> list[Definition]:
    """List the current version of each procedure, by name."""
    return list(
        session.scalars(
            select(Definition).where(Definition.current).order_by(Definition.process_id)
        )
    )


def startable(session: Session, person: Person) -> list[Definition]:
    """List the procedures of which a person may start a case."""
    return list(
        session.scalars(
            select(Definition)
            .where(Definition.current)
            .where(or_(Definition.starter_group.in_(people.groups(session, person))))
            .order_by(Definition.process_id)
        )
    )


def started_by(session: Session, message: str) -> list[Definition]:
    """List the procedures that a message of this name starts."""
    return [d for d in listed(session) if message in d.start_messages]


def cancellable(session: Session) -> set[str]:
    """Name the messages that start a case which ends when its starter's case is cancelled."""
    query = select(Definition.start_messages).where(
        Definition.current, Definition.cancelled_by.is_not(None)
    )
    return {name for names in session.scalars(query) for name in names}


def xml(session: Session, definition_id: int) -> bytes:
    """Give the drawing of a version, byte for byte as it was deployed."""
    found = session.scalar(select(Definition.xml).where(Definition.id == definition_id))
    if found is None:
        raise errors.NotFound
    return found


def form_at_start(session: Session, definition: Definition) -> Form:
    """Give the form that starts a case by hand; it may have no fields."""
    return form_of(start_element(session, definition))


def start_element(session: Session, definition: Definition) -> Element:
    """Give the start event at which a person starts a case."""
    process = drawing(session, definition.id).process
    for element in process.within(process.id):
        if element.kind == "startEvent" and not element.event:
            return element
    raise errors.NotFound


def program(session: Session, definition_id: int) -> runtime.Program:
    """Give the compiled program of a version, from the cache when it is there."""
    cache = _programs.setdefault(session.get_bind(), {})
    if definition_id not in cache:
        source = session.scalar(select(Definition.source).where(Definition.id == definition_id))
        if source is None:
            raise errors.NotFound
        cache[definition_id] = runtime.load(source)
    return cache[definition_id]


def drawing(session: Session, definition_id: int) -> Drawing:
    """Give a version's drawing, read, with the diagrams that it calls."""
    cache = _drawings.setdefault(session.get_bind(), {})
    if definition_id not in cache:
        definition = get(session, definition_id)
        own = program(session, definition_id).processes[definition.process_id]
        found = {own.id: own}
        for pinned in definition.pins.values():
            found |= dict(drawing(session, pinned).processes)
        ids = {**definition.pins, own.id: definition.id}
        cache[definition_id] = Drawing(own, found, ids)
    return cache[definition_id]
