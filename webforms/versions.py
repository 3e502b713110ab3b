"""Versions of a procedure: the list, what differs between two, back to an old one, retire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from engine import definitions, differences, drafts, errors, people, versions
from engine.languages import Text
from engine.models import Definition, Draft, Person
from webforms import identity, languages
from webforms import session as database
from webforms.errors import sentence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from werkzeug import Response

    from engine.diagrams import Problem
    from engine.differences import Comparison

blueprint = Blueprint("versions", __name__, url_prefix="/processes")

LONGEST_NOTE = 2_000
#: Address part of a version's number.
NUMBER = "int(max=2147483647)"


@dataclass(frozen=True)
class Shown:
    """One of the two drawings on the page: what it is called, and where its drawing is."""

    title: str
    author: Text | None
    at: datetime
    note: str
    address: str
    xml: bytes
    definition: Definition | None = None


def _owners_only() -> None:
    if not identity.owns():
        raise errors.NotFound


@blueprint.get("/<process_id>/versions")
def listed(process_id: str) -> str:
    """List a procedure's versions."""
    session = database.current()
    found = versions.listed(session, process_id)
    procedure = versions.newest(session, process_id)
    return render_template(
        "versions/listed.html",
        procedure=procedure,
        versions=found,
        is_called=not (procedure.starter_group or procedure.start_messages),
        draft=_draft(process_id),
        draft_author=_draft_author(process_id),
    )


def _draft(process_id: str) -> Draft | None:
    return drafts.of(database.current(), process_id) if identity.owns() else None


def _draft_author(process_id: str) -> Text | None:
    draft = _draft(process_id)
    person = database.current().get(Person, draft.saved_by) if draft else None
    return person.name if person else None


@blueprint.get("/<process_id>/versions/compare")
def compare(process_id: str) -> Response:
    """Lead to the difference of the two versions that were chosen."""
    chosen = [request.args.get(name, "") for name in ("older", "newer")]
    numbers = [int(n) for n in chosen if n.isascii() and n.isdigit() and len(n) < 10]
    if chosen[1] == "draft" and len(numbers) == 1:
        address = url_for(".unreleased", process_id=process_id, older=numbers[0])
    elif len(numbers) == 2:
        address = url_for(".difference", process_id=process_id, older=numbers[0], newer=numbers[1])
    else:
        raise errors.NotFound
    return redirect(address, 303)


@blueprint.get(f"/<process_id>/versions/<{NUMBER}:older>/<{NUMBER}:newer>")
def difference(process_id: str, older: int, newer: int) -> str:
    """Show two versions side by side, and what differs in words."""
    return _difference(process_id, _version(process_id, older), _version(process_id, newer))


@blueprint.get(f"/<process_id>/versions/<{NUMBER}:older>/draft")
def unreleased(process_id: str, older: int) -> str:
    """Show what the draft would change."""
    _owners_only()
    session = database.current()
    draft = drafts.of(session, process_id)
    if draft is None:
        raise errors.NotFound
    shown = Shown(
        title=gettext("Draft"),
        author=_draft_author(process_id),
        at=draft.saved_at,
        note="",
        address=url_for("modeler.drawing", process_id=process_id, revision=draft.revision),
        xml=drafts.xml(session, process_id),
    )
    return _difference(process_id, _version(process_id, older), shown)


def _version(process_id: str, number: int) -> Shown:
    session = database.current()
    definition = versions.numbered(session, process_id, number)
    author = session.get(Person, definition.deployed_by) if definition.deployed_by else None
    return Shown(
        title=gettext("Version %(version)s", version=number),
        author=author.name if author else None,
        at=definition.deployed_at,
        note=definition.note,
        address=url_for("processes.drawing", definition_id=definition.id),
        xml=definitions.xml(session, definition.id),
        definition=definition,
    )


def _difference(process_id: str, old: Shown, new: Shown) -> str:
    session = database.current()
    try:
        found = differences.compare(old.xml, new.xml, names=_names())
        problems: Sequence[Problem] = ()
    except errors.DiagramRefused as refused:
        found, problems = differences.Comparison(), refused.problems
    return render_template(
        "versions/difference.html",
        procedure=versions.newest(session, process_id),
        old=old,
        new=new,
        comparison=found,
        problems=problems,
        state=_state(found),
        calls=_calls(old.definition, new.definition),
    )


def _names() -> differences.Names:
    session = database.current()
    groups = people.directory(session).groups
    return differences.Names(groups, {d.process_id: d.name for d in definitions.listed(session)})


def _state(found: Comparison) -> dict[str, Any]:
    """What the two pictures need: which elements to colour, and what each colour means."""
    return {
        "kinds": {d.element_id: d.kind for d in found.differences},
        "words": {
            "added": gettext("added"),
            "removed": gettext("removed"),
            "changed": gettext("changed"),
            "moved": gettext("only moved"),
        },
    }


def _calls(old: Definition | None, new: Definition | None) -> list[tuple[Definition, Definition]]:
    """Pair the versions of the same procedure that the two versions call, where they differ."""
    if old is None or new is None:
        return []
    session = database.current()
    return [
        (definitions.get(session, pinned), definitions.get(session, new.pins[name]))
        for name, pinned in sorted(old.pins.items())
        if new.pins.get(name, pinned) != pinned
    ]


@blueprint.route(f"/<process_id>/versions/<{NUMBER}:version>/roll-back", methods=["GET", "POST"])
def roll_back(process_id: str, version: int) -> Response | str | tuple[str, int]:
    """Deploy an old version again, once it is confirmed."""
    _owners_only()
    session = database.current()
    if request.method != "POST":
        return _roll_back_page(process_id, version)
    note = request.form.get("note", "").strip()[:LONGEST_NOTE]
    try:
        with database.attempt() as session:
            done = versions.roll_back(
                session,
                identity.person(),
                process_id,
                version,
                note=note,
                with_callers="callers" in request.form,
            )
    except errors.DiagramRefused as refused:
        problems = [p.to(languages.current()) for p in refused.problems if p.is_error]
        return _roll_back_page(process_id, version, note=note, problems=problems), 422
    except errors.AlreadyCurrent as error:
        flash(sentence(error), "danger")
        return redirect(url_for(".listed", process_id=process_id), 303)
    made = next(d for d in done.new if d.process_id == process_id)
    flash(
        gettext(
            "New cases run on version %(version)s from now on. Running cases go on with theirs.",
            version=made.version,
        ),
        "success",
    )
    return redirect(url_for(".listed", process_id=process_id), 303)


def _roll_back_page(process_id: str, version: int, **more: Any) -> str:
    session = database.current()
    return render_template(
        "versions/roll_back.html",
        procedure=versions.newest(session, process_id),
        old=versions.numbered(session, process_id, version),
        plan=versions.returning(session, process_id, version),
        **more,
    )


@blueprint.route("/<process_id>/retire", methods=["GET", "POST"])
def retire(process_id: str) -> Response | str | tuple[str, int]:
    """Let no more cases of a procedure be started, once it is confirmed."""
    _owners_only()
    session = database.current()
    if request.method != "POST":
        return _retire_page(process_id)
    try:
        with database.attempt() as session:
            procedure = versions.retire(session, identity.person(), process_id)
    except errors.StillCalled:
        return _retire_page(process_id), 409
    name = procedure.name.to(languages.current())
    flash(gettext("“%(name)s” is retired: nobody can start a case of it.", name=name), "success")
    return redirect(url_for(".listed", process_id=process_id), 303)


def _retire_page(process_id: str) -> str:
    session = database.current()
    procedure = versions.newest(session, process_id)
    found = versions.listed(session, process_id)
    return render_template(
        "versions/retire.html",
        procedure=procedure,
        running=sum(v.running for v in found),
        callers=versions.callers(session, process_id),
        senders=versions.senders(session, procedure),
    )


@blueprint.post("/<process_id>/bring-back")
def bring_back(process_id: str) -> Response:
    """Let cases of a retired procedure be started again."""
    _owners_only()
    try:
        with database.attempt() as session:
            procedure = versions.bring_back(session, identity.person(), process_id)
    except errors.CallsRetired as error:
        flash(sentence(error), "danger")
        return redirect(url_for(".listed", process_id=process_id), 303)
    name = procedure.name.to(languages.current())
    flash(gettext("“%(name)s” is in use again.", name=name), "success")
    return redirect(url_for(".listed", process_id=process_id), 303)
