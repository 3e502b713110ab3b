"""Procedures: those that are deployed, each with its drawing. Any member of the agency may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template

from engine import definitions, drafts, versions
from webforms import identity
from webforms import session as database

if TYPE_CHECKING:
    from engine.models import Definition

blueprint = Blueprint("processes", __name__, url_prefix="/processes")


@blueprint.get("/")
def listed() -> str:
    """List the procedures."""
    session = database.current()
    startable = {d.id for d in definitions.startable(session, identity.person())}
    return render_template(
        "processes/listed.html",
        procedures=[
            (d, definitions.drawing(session, d.id).process.help)
            for d in sorted(definitions.listed(session), key=_is_called)
        ],
        is_called=_is_called,
        startable=startable,
        retired=versions.retired(session),
        unreleased=drafts.unreleased(session) if identity.owns() else [],
    )


def _is_called(procedure: Definition) -> bool:
    """Tell whether cases of this procedure exist only inside others."""
    return not (procedure.starter_group or procedure.start_messages)


@blueprint.get("/<process_id>")
def show(process_id: str) -> str:
    """Show one procedure's drawing; of a retired one, its last."""
    session = database.current()
    procedure = versions.newest(session, process_id)
    startable = {d.id for d in definitions.startable(session, identity.person())}
    drawing = definitions.drawing(session, procedure.id)
    return render_template(
        "processes/show.html",
        procedure=procedure,
        help=drawing.process.help,
        called=[
            definitions.get(session, called) for called in sorted(set(procedure.pins.values()))
        ],
        may_start=procedure.id in startable,
    )


@blueprint.get("/drawings/<int(max=2147483647):definition_id>.bpmn")
def drawing(definition_id: int) -> Response:
    """Send a version's drawing as it was deployed."""
    response = Response(
        definitions.xml(database.current(), definition_id), mimetype="application/xml"
    )
    response.headers["Content-Disposition"] = f"attachment; filename=drawing-{definition_id}.bpmn"
    # A deployed version never changes; private, because only members of the agency read it.
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
