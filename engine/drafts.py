"""Drafts: a procedure's drawing on its way to the next version, one per procedure.

A draft belongs to all owners. It may be wrong in every way that a check finds, but it is BPMN
that can be read, and it draws its own procedure. Whoever saves names the revision that they
have before them; when somebody saved in between, DraftChanged says who, and its `revision`
lets them save over it knowingly.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, undefer

from engine import clock, definitions, diagrams, errors, sketch, versions
from engine.definitions import Deployed
from engine.diagrams import Problem
from engine.languages import Text
from engine.models import ACTIVE, Definition, Draft, Group, Instance, Person

_ADDRESSABLE = re.compile(r"[^\W\d][\w.-]{0,199}")


@dataclass(frozen=True)
class Released:
    """What deploying a draft did: the version that new cases run on, and what else it touched."""

    definition: Definition
    deployed: Deployed
    #: Cases of this procedure that go on with an older version.
    on_older: int

    @property
    def is_new(self) -> bool:
        """False when the drawing was that of the current version, byte for byte."""
        return self.definition in self.deployed.new


def of(session: Session, process_id: str) -> Draft | None:
    """Give a procedure's draft, if there is one."""
    return session.get(Draft, process_id)


def xml(session: Session, process_id: str) -> bytes:
    """Give a draft's drawing as it was saved, or raise NotFound."""
    found = session.scalar(select(Draft.xml).where(Draft.process_id == process_id))
    if found is None:
        raise errors.NotFound
    return found


def unreleased(session: Session) -> list[Draft]:
    """List the drafts of procedures of which no version was ever deployed."""
    known = select(Definition.id).where(Definition.process_id == Draft.process_id)
    return list(session.scalars(select(Draft).where(~known.exists()).order_by(Draft.process_id)))


def save(
    session: Session,
    person: Person,
    process_id: str,
    xml: bytes,
    *,
    revision: int,
    definition_id: int | None = None,
) -> Draft:
    """Keep a drawing as the procedure's draft.

    `revision` is that of the draft which it continues or replaces, 0 when there was none;
    `definition_id` the version that it was begun from. Raises DraftChanged when somebody saved
    or discarded the draft in between, DiagramRefused when the bytes cannot be read as BPMN,
    WrongProcedure when they draw another procedure.
    """
    _draws(xml, process_id)
    draft = _locked(session, process_id)
    _unchanged(session, draft, revision)
    if draft is not None:
        draft.xml, draft.saved_by, draft.saved_at = xml, person.id, clock.now()
        draft.definition_id = definition_id or draft.definition_id
        session.flush()
        return draft
    draft = Draft(
        process_id=process_id,
        file=_file(session, process_id),
        xml=xml,
        definition_id=definition_id,
        saved_by=person.id,
        saved_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(draft)
    except IntegrityError:
        _unchanged(session, _locked(session, process_id), revision)
        raise
    return draft


def begin(session: Session, person: Person, process_id: str, name: Text, group_id: str) -> Draft:
    """Make the draft of a new procedure: a drawing that already runs, in the lane of a group.

    Raises ProcedureIdRefused, ProcedureExists, or NotFound when there is no such group.
    """
    if not sketch.is_id(process_id):
        raise errors.ProcedureIdRefused(id=process_id)
    _is_free(session, process_id)
    group = session.get(Group, group_id)
    if group is None:
        raise errors.NotFound
    drawn = sketch.first_drawing(process_id, name, group.id, group.name)
    return save(session, person, process_id, drawn, revision=0)


def bring(session: Session, person: Person, xml: bytes) -> Draft:
    """Make the draft of a new procedure from a file; its id is that of the drawn procedure."""
    processes = diagrams.read(xml).processes
    drawn = next((p for p in processes if p.executable), processes[0] if processes else None)
    process_id = drawn.id if drawn else ""
    # Other tools make other ids; all that an address can hold will do.
    if not _ADDRESSABLE.fullmatch(process_id):
        raise errors.ProcedureIdRefused(id=process_id)
    _is_free(session, process_id)
    return save(session, person, process_id, xml, revision=0)


def discard(session: Session, process_id: str, *, revision: int) -> None:
    """Throw a draft away; raises DraftChanged when somebody saved it in between."""
    draft = _locked(session, process_id)
    _unchanged(session, draft, revision)
    if draft is not None:
        session.delete(draft)
        session.flush()


def check(session: Session, process_id: str, xml: bytes) -> list[Problem]:
    """Say everything that would keep a drawing from being deployed now, and what else is odd."""
    try:
        _draws(xml, process_id)
    except errors.DiagramRefused as refused:
        return list(refused.problems)
    except errors.WrongProcedure as wrong:
        return [Problem("error", "wrong_procedure", wrong.text, file=_file(session, process_id))]
    known = {
        d.process_id: definitions.drawing(session, d.id).process
        for d in definitions.listed(session)
        if d.process_id != process_id
    }
    groups = set(session.scalars(select(Group.id)))
    file = _file(session, process_id)
    return definitions.check(xml, file=file, known=known, groups=groups)


def deploy(
    session: Session,
    person: Person,
    process_id: str,
    xml: bytes,
    *,
    revision: int,
    note: str = "",
    redeploy: Sequence[str] = (),
    consents: Collection[str] = (),
    seen: int | None = None,
) -> Released:
    """Deploy a drawing as the next version; the draft has done its work and goes.

    `redeploy` names callers that shall call the new version from now on, `consents` the repairs
    to which the person agrees, `seen` is the newest version that they know of: when there is
    a newer one, DeployedMeanwhile says whose. Raises DraftChanged
    when somebody saved the draft in between, DiagramRefused, WrongProcedure.
    """
    _draws(xml, process_id)
    draft = _locked(session, process_id)
    _unchanged(session, draft, revision)
    if seen is not None:
        _nothing_newer(session, process_id, seen)
    files = {draft.file if draft is not None else _file(session, process_id): xml}
    drawn = {process.id for process in diagrams.read(xml).processes}
    agreed = set(consents)
    for caller in versions.callers(session, process_id):
        # A caller that is drawn in the same file comes along as it is drawn now.
        if caller.process_id in redeploy and caller.process_id not in drawn:
            versions.add(files, caller, definitions.xml(session, caller.id))
            agreed = {*agreed, *caller.consents}
    if agreed != set(consents):
        # What was agreed to of a caller is not agreed to of this drawing.
        found = check(session, process_id, xml)
        if any(p.is_error and p.consent and p.consent not in consents for p in found):
            raise errors.DiagramRefused([p for p in found if p.consent not in consents])
    done = definitions.deploy(session, person, files, note=note, consents=agreed)
    if draft is not None:
        session.delete(draft)
        session.flush()
    made = definitions.current(session, process_id)
    return Released(made, done, _on_older(session, made))


def _on_older(session: Session, newest: Definition) -> int:
    count = session.scalar(
        select(func.count(Instance.id))
        .join(Definition, Definition.id == Instance.definition_id)
        .where(
            Definition.process_id == newest.process_id,
            Definition.id != newest.id,
            Instance.status == ACTIVE,
        )
    )
    return count or 0


def _locked(session: Session, process_id: str) -> Draft | None:
    return session.scalar(
        select(Draft)
        .where(Draft.process_id == process_id)
        .options(undefer(Draft.xml))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _unchanged(session: Session, draft: Draft | None, revision: int) -> None:
    if draft is None and revision:
        raise errors.DraftGone
    if draft is not None and draft.revision != revision:
        who = session.get(Person, draft.saved_by)
        raise errors.DraftChanged(
            who=who.name if who else Text(draft.saved_by),
            when=draft.saved_at,
            revision=draft.revision,
        )


def _nothing_newer(session: Session, process_id: str, seen: int) -> None:
    newest = session.scalar(
        select(Definition)
        .where(Definition.process_id == process_id, Definition.version > seen)
        .order_by(Definition.version.desc())
        .limit(1)
    )
    if newest is None:
        return
    who = session.get(Person, newest.deployed_by) if newest.deployed_by else None
    raise errors.DeployedMeanwhile(
        who=who.name if who else Text("系统", "The system"),
        when=newest.deployed_at,
        version=newest.version,
    )


def _draws(xml: bytes, process_id: str) -> None:
    """Refuse what is no BPMN, and the drawing of another procedure."""
    drawn = [process.id for process in diagrams.read(xml).processes]
    if process_id not in drawn:
        other = "、".join(name for name in drawn if name) or "?"
        raise errors.WrongProcedure(other=other, expected=process_id)


def _is_free(session: Session, process_id: str) -> None:
    deployed = session.scalar(
        select(Definition.id).where(Definition.process_id == process_id).limit(1)
    )
    if deployed is not None or of(session, process_id) is not None:
        raise errors.ProcedureExists(id=process_id)


def _file(session: Session, process_id: str) -> str:
    newest = session.scalar(
        select(Definition.file)
        .where(Definition.process_id == process_id)
        .order_by(Definition.version.desc())
        .limit(1)
    )
    return newest or f"{process_id}.bpmn"
