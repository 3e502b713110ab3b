"""Cases: the list, one case on its own drawing with its story, and what may be done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from engine import cases, definitions, errors, instances
from webforms import identity
from webforms import session as database
from webforms.errors import sentence
from webforms.paging import page_number

if TYPE_CHECKING:
    from werkzeug import Response

blueprint = Blueprint("cases", __name__, url_prefix="/cases")

STATUSES = ("active", "ended", "cancelled", "late", "incident")
#: Longest remark or reason.
LONGEST = 5_000


@blueprint.get("/")
def listed() -> str:
    """Search and filter the cases that a person may see."""
    session, person = database.current(), identity.person()
    search = request.args.get("search", "").strip()[:200]
    process_id = request.args.get("process", "")[:200]
    status = request.args.get("status", "")
    if status not in STATUSES:
        status = ""
    return render_template(
        "cases/listed.html",
        search=search,
        process_id=process_id,
        status=status,
        procedures=[d for d in definitions.listed(session) if d.starter_group or d.start_messages],
        page=cases.listed(
            session,
            person,
            search=search,
            process_id=process_id,
            status=status,
            page=page_number(),
        ),
    )


@blueprint.get("/<number>")
def show(number: str) -> str:
    """Show one case."""
    return _page(number)


@blueprint.post("/<number>/comments")
def comment(number: str) -> Response | tuple[str, int]:
    """Add a remark to a case."""
    session, person = database.current(), identity.person()
    text = request.form.get("text", "").strip()
    if not text or len(text) > LONGEST:
        problem = gettext("Write something, up to %(longest)s characters.", longest=LONGEST)
        return _page(number, comment=text, comment_problem=problem), 422
    cases.comment(session, person, number, text)
    flash(gettext("Your comment is there."), "success")
    return redirect(url_for(".show", number=number, _anchor="comments"), 303)


@blueprint.post("/<number>/cancel")
def cancel(number: str) -> Response | tuple[str, int]:
    """Cancel a case, with a reason."""
    reason = request.form.get("reason", "").strip()[:LONGEST]
    try:
        instances.cancel(database.current(), identity.person(), number, reason=reason)
    except errors.ReasonMissing as error:
        return _page(number, cancel_problem=sentence(error)), 422
    flash(gettext("The case is cancelled."), "success")
    return redirect(url_for(".show", number=number), 303)


@blueprint.post("/<number>/incidents/<int(max=2147483647):incident_id>/settle")
def settle(number: str, incident_id: int) -> Response:
    """Settle an incident: what failed in the background is tried again."""
    cases.resolve(database.current(), identity.person(), number, incident_id)
    flash(
        gettext("The incident is settled; what failed in the background is tried again."), "success"
    )
    return redirect(url_for(".show", number=number), 303)


def _page(number: str, **more: object) -> str:
    before = request.args.get("before", type=int)
    if before is not None and not 0 < before < 2**31:
        before = None
    page = cases.opened(database.current(), identity.person(), number, before=before)
    return render_template("cases/show.html", case=page, **more)
