"""Moving running cases to another version: which can, doing it, how far it has come, undoing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from engine import errors, migration
from webforms import identity
from webforms import session as database
from webforms.errors import sentence
from webforms.paging import page_number

if TYPE_CHECKING:
    from werkzeug import Response
    from werkzeug.datastructures import MultiDict

    from engine.models import Definition

blueprint = Blueprint("moves", __name__)

#: Cases on one page of the list: each is tried out before it is shown.
SIZE = 50


@blueprint.get("/processes/<process_id>/move")
def choose(process_id: str) -> str:
    """Choose a version and cases, and see of each whether it can move."""
    return _page(process_id)


@blueprint.post("/processes/<process_id>/move")
def order(process_id: str) -> Response | tuple[str, int]:
    """Order that the chosen cases move."""
    session, person = database.current(), identity.person()
    to = _target(process_id, request.form)
    if request.form.get("which") == "all":
        numbers = migration.numbers(session, to, **_filter(request.form))
    else:
        numbers = request.form.getlist("number")
    try:
        move = migration.order(session, person, to, numbers, mapping=_mapping(request.form))
    except errors.NothingToMove as error:
        problem = sentence(error) if numbers else gettext("Tick the cases that are to move.")
        return _page(process_id, problem=problem), 422
    return redirect(url_for(".show", move_id=move.id), 303)


@blueprint.get("/moves/<int(max=2147483647):move_id>")
def show(move_id: int) -> str:
    """Show how far an order has come, case by case."""
    found = migration.progress(database.current(), identity.person(), move_id)
    return render_template("moves/show.html", progress=found)


@blueprint.post("/moves/<int(max=2147483647):move_id>/undo")
def undo(move_id: int) -> Response:
    """Put cases back as they were: one, or all that have not gone on since."""
    session, person = database.current(), identity.person()
    number = request.form.get("number", "")
    found = migration.progress(session, person, move_id)
    numbers = [number] if number else [r.number for r in found.results if r.may_undo]
    for one in numbers:
        migration.undo(session, person, move_id, one)
    said = ngettext("%(num)d case is back where it was.", "%(num)d cases are back.", len(numbers))
    flash(said, "success")
    return redirect(url_for(".show", move_id=move_id), 303)


def _target(process_id: str, asked: MultiDict[str, str]) -> Definition:
    """Give the version that the address or the form asks for, else the newest that is in force."""
    versions = migration.versions(database.current(), process_id)
    wanted = asked.get("to", type=int)
    chosen = [d for d, _ in versions if d.version == wanted] if wanted is not None else []
    return (chosen or [d for d, _ in versions if d.current] or [versions[0][0]])[0]


class _Filter(TypedDict):
    version: int | None
    search: str


def _filter(asked: MultiDict[str, str]) -> _Filter:
    version = asked.get("from", type=int)
    search = asked.get("search", "").strip()[:200]
    return {"version": version if version and 0 < version < 2**31 else None, "search": search}


def _mapping(asked: MultiDict[str, str]) -> dict[str, str]:
    """Read which element takes the tasks of one that is gone: `process/element=element`."""
    chosen = (text.partition("=") for text in asked.getlist("map"))
    return {gone: taker for gone, _, taker in chosen if gone and taker}


def _page(process_id: str, *, problem: str = "") -> str:
    session, person = database.current(), identity.person()
    asked = request.values
    versions = migration.versions(session, process_id)
    to = _target(process_id, asked)
    chosen, mapping = _filter(asked), _mapping(asked)
    found = migration.preview(
        session, person, to, **chosen, mapping=mapping, page=page_number(), size=SIZE
    )
    return render_template(
        "moves/choose.html",
        versions=versions,
        to=to,
        mapping=mapping,
        gone=[(migration.place(o), o.element, o.choices) for o in found.gone if o.element],
        page=found.page,
        movable=sum(row.can_move for row in found.page.rows),
        problem=problem,
        earlier=migration.recent(session, person, process_id),
        **chosen,
    )
