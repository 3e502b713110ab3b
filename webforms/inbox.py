"""The inbox: my tasks, my groups', all that I may see, and those that are done."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l

from engine import definitions, tasks
from webforms import identity
from webforms import session as database
from webforms.paging import page_number

blueprint = Blueprint("inbox", __name__)

TABS = {
    "mine": _l("Mine"),
    "groups": _l("My groups"),
    "all": _l("All"),
    "done": _l("Done"),
}


@blueprint.get("/")
def show() -> str:
    """List one tab's tasks."""
    session, person = database.current(), identity.person()
    tab = request.args.get("tab", "mine")
    if tab not in TABS:
        tab = "mine"
    search = request.args.get("search", "").strip()[:200]
    return render_template(
        "inbox/show.html",
        tab=tab,
        tabs=TABS,
        counts=tasks.counts(session, person),
        search=search,
        may_start=bool(definitions.startable(session, person)),
        page=tasks.listed(session, person, tab=tab, search=search, page=page_number()),
    )
