"""What is rehearsed on a page: a draft or a version, with the diagrams and people around it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask import render_template, url_for
from sqlalchemy import select

from engine import definitions, drafts, errors, people, rehearsal
from engine.languages import Text
from engine.models import Definition, Group
from engine.rehearsal import Cast, Stage, Walk
from webforms import identity, walks
from webforms import session as database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.rehearsal import Act, Spot


@dataclass(frozen=True)
class Source:
    """A drawing to rehearse: the draft, or one version."""

    process_id: str
    xml: bytes
    file: str
    #: None for the draft.
    version: int | None
    definition_id: int | None
    #: The version was named in the address, rather than taken because there is no draft.
    is_named: bool

    @property
    def drawing_url(self) -> str:
        """Where the drawing itself is."""
        if self.definition_id is None:
            return url_for("modeler.drawing", process_id=self.process_id)
        return url_for("processes.drawing", definition_id=self.definition_id)


@dataclass(frozen=True)
class Shown:
    """One drawing on the page, with where the case is on it."""

    name: Text
    address: str
    state: dict[str, Any]


class Played:
    """A drawing on its stage, as one page needs it."""

    def __init__(self, source: Source, stage: Stage, cast: Cast, drawings: dict[str, int]) -> None:
        self.source, self.stage, self.cast = source, stage, cast
        #: Definitions of the diagrams that are called, by process.
        self._drawings = drawings

    @property
    def process_id(self) -> str:
        """The procedure."""
        return self.source.process_id

    @property
    def name(self) -> Text:
        """The procedure's name, as it is drawn."""
        return self.stage.process.name or Text(self.process_id)

    @property
    def address(self) -> dict[str, Any]:
        """What the addresses of this rehearsal are made of."""
        version = self.source.version if self.source.is_named else None
        return {"process_id": self.process_id, "version": version}

    @property
    def digest(self) -> str:
        """Tells one drawing from another."""
        return hashlib.sha256(self.source.xml).hexdigest()[:16]

    @cached_property
    def groups(self) -> dict[str, Text]:
        """The groups' names."""
        return dict(people.directory(database.current()).groups)

    def walk(self, acts: Sequence[Act] = (), seed: int = 0) -> Walk:
        """Walk as far as these acts lead."""
        return Walk.again(self.stage, acts, seed=seed, cast=self.cast)

    def signed(self, walk: Walk) -> str:
        """Give the state of a walk, to travel with its page."""
        me = identity.person().id
        return walks.written(me, self.process_id, walk.seed, self.digest, walk.acts)

    def who(self, spot: Spot) -> Text:
        """Say who would get a task: the person it names, else its group."""
        if spot.offer is None:
            return Text()
        if spot.offer.assignee:
            return self.person(spot.offer.assignee)
        named = [self.groups.get(group, Text(group)) for group in spot.offer.groups]
        return Text("、".join(n.to("zh") for n in named), ", ".join(n.to("en") for n in named))

    def has_nobody(self, spot: Spot) -> bool:
        """Tell whether nobody would find a task in their inbox."""
        offer = spot.offer
        if offer is None or spot.kind != "user":
            return False
        if offer.assignee:
            return offer.assignee not in self.cast.names
        return not any(self.cast.members.get(group) for group in offer.groups)

    def person(self, person_id: str) -> Text:
        """Name a person."""
        return self.cast.names.get(person_id) or self.groups.get(person_id) or Text(person_id)

    def given(self, walk: Walk) -> list[tuple[str, str]]:
        """What a caller would hand over at the start, as words."""
        return [] if walk.begun else [(name, _said(value)) for name, value in walk.given.items()]

    def drawings(self, walk: Walk, spot: Spot | None, failed: str) -> list[Shown]:
        """The drawing on which the open step stands, then the procedure's own."""
        own = self.stage.process.id
        first = spot.element.process_id if spot is not None else own
        return [
            self._shown(walk, name, spot, failed)
            for name in dict.fromkeys((first, own))
            if name == own or name in self._drawings
        ]

    def _shown(self, walk: Walk, name: str, spot: Spot | None, failed: str) -> Shown:
        process = self.stage.processes[name]
        state: dict[str, Any] = {"visited": walk.visited(name), "here": {}, "failed": []}
        if walk.begun:
            state["here"] = walk.here(name)
        if failed in process.elements:
            state["failed"] = [failed]
        if spot is not None and spot.element.process_id == name:
            state["focus"] = spot.element.id
        address = self.source.drawing_url
        if name != self.stage.process.id:
            address = url_for("processes.drawing", definition_id=self._drawings[name])
        return Shown(process.name or Text(name), address, state)


def played(process_id: str, version: int | None = None) -> Played:
    """Put a procedure on stage; raises NotFound, or DiagramRefused when it could not be deployed."""
    session = database.current()
    source = _source(process_id, version)
    current = {d.process_id: d.id for d in definitions.listed(session)}
    if source.definition_id is not None:
        current |= definitions.get(session, source.definition_id).pins
    others = {name: number for name, number in current.items() if name != process_id}
    stage = rehearsal.prepare(
        source.xml,
        [definitions.xml(session, number) for number in others.values()],
        process_id=process_id,
        groups=frozenset(session.scalars(select(Group.id))),
        file=source.file,
    )
    directory = people.directory(session)
    members = {group: sorted(ids) for group, ids in directory.members.items()}
    cast = Cast({"": sorted(directory.persons), **members}, dict(directory.persons))
    return Played(source, stage, cast, others)


def refusals(process_id: str, refused: errors.DiagramRefused) -> tuple[str, int]:
    """Say why a drawing cannot be rehearsed yet, element by element."""
    problems = [problem for problem in refused.problems if problem.is_error]
    return render_template("rehearsals/refused.html", process_id=process_id, problems=problems), 422


def _source(process_id: str, version: int | None) -> Source:
    session = database.current()
    draft = drafts.of(session, process_id) if version is None else None
    if draft is not None:
        return Source(process_id, drafts.xml(session, process_id), draft.file, None, None, False)
    query = select(Definition).where(Definition.process_id == process_id)
    if version is None:
        query = query.order_by(Definition.current.desc(), Definition.version.desc()).limit(1)
    elif 0 < version < 2**31:
        query = query.where(Definition.version == version)
    else:
        raise errors.NotFound
    found = session.scalar(query)
    if found is None:
        raise errors.NotFound
    xml = definitions.xml(session, found.id)
    named = version is not None
    return Source(process_id, xml, found.file, found.version, found.id, named)


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_said(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return " / ".join(_said(inner) for inner in value)
    return "—" if value in (None, "") else str(value)
