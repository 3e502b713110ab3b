"""Starting a case: the procedures that a person may start, and the form at their start."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from engine import definitions, errors, instances, misstarts, successors, tasks
from engine.languages import Text
from webforms import identity, resending
from webforms import session as database
from webforms.errors import explained
from webforms.filled_form import FilledForm

if TYPE_CHECKING:
    from werkzeug import Response

    from engine.models import Definition

blueprint = Blueprint("start", __name__, url_prefix="/start")


@blueprint.get("/")
def listed() -> str:
    """List the procedures that this person may start."""
    session = database.current()
    found = definitions.startable(session, identity.person())
    return render_template(
        "start/listed.html",
        procedures=[(d, definitions.drawing(session, d.id).process.help) for d in found],
    )


@blueprint.get("/<process_id>")
def show(process_id: str) -> str:
    """Show the form that starts a case."""
    procedure = _startable(process_id)
    return _page(procedure, _filled(procedure))


@blueprint.post("/<process_id>")
def start(process_id: str) -> Response | str | tuple[str, int]:
    """Start a case with what was typed."""
    session, person = database.current(), identity.person()
    procedure = _startable(process_id)
    filled = _filled(procedure, sent=True)
    if filled.rearranged:
        return _page(procedure, filled)
    if not filled.validate():
        return _page(procedure, filled), 422
    try:
        with database.attempt() as session:
            done = instances.start(
                session, person, procedure, answers=filled.answers, request_key=_request_key()
            )
    except errors.InvalidAnswers as invalid:
        filled.explain(invalid.errors)
        return _page(procedure, filled), 422
    except errors.StepFailed as failure:
        misstarts.keep(session, person, procedure, failure, answers=filled.answers)
        trouble = gettext("A step of the procedure failed; a manager has been told.")
        return _page(procedure, filled, trouble=trouble), 500
    flash(gettext("The case is started: %(number)s", number=done.number), "success")
    if done.next_task_id:
        return redirect(url_for("tasks.show", task_id=done.next_task_id), 303)
    return redirect(url_for("cases.show", number=done.number), 303)


@blueprint.post("/<process_id>/fields")
def fields(process_id: str) -> str:
    """Render the fields again, as the other answers now ask for them."""
    procedure = _startable(process_id)
    return render_template("_fields.html", **_filled(procedure, sent=True).shown)


def _sent_again(trouble: str, status: int) -> tuple[str, int]:
    """Show the form with what was typed in it; nothing is done, and no upload is stored."""
    try:
        procedure = _startable((request.view_args or {})["process_id"])
    except errors.NotFound as gone:
        return explained(gone)
    return _page(procedure, _filled(procedure, sent=True, store=False), trouble=trouble), status


resending.offer(blueprint, "start", _sent_again)


def _startable(process_id: str) -> Definition:
    for procedure in definitions.startable(database.current(), identity.person()):
        if procedure.process_id == process_id:
            return procedure
    raise errors.NotFound


def _filled(procedure: Definition, *, sent: bool = False, store: bool = True) -> FilledForm:
    session = database.current()
    return FilledForm(
        definitions.form_at_start(session, procedure),
        values={},
        data={},
        context=tasks.context_at_start(session),
        sent=sent,
        store=store,
        refresh_url=url_for(".fields", process_id=procedure.process_id),
    )


def _page(procedure: Definition, filled: FilledForm, *, trouble: str = "") -> str:
    session = database.current()
    drawing = definitions.drawing(session, procedure.id)
    element = definitions.start_element(session, procedure)
    return render_template(
        "start/show.html",
        procedure=procedure,
        help=element.help or drawing.process.help,
        submit=Text(element.properties.get("submit", ""), element.properties.get("submit.en", "")),
        steps=successors.next_steps(session, drawing, element),
        trouble=trouble,
        form_changed=filled.sent,
        request_key=_request_key(),
        **filled.shown,
    )


def _request_key() -> str:
    """Give the key of the form that was sent, or a new one for the form that is shown."""
    return request.form.get("request_key", "")[:100] or uuid4().hex
