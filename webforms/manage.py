"""Where Camunda Modeler's links lead: it asks the well-known address, and opens pages of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from flask import Blueprint, redirect, request, url_for

from engine.queries import procedures
from engine.queries.selection import Selection
from webforms import addresses
from webforms import session as database

if TYPE_CHECKING:
    from werkzeug import Response

blueprint = Blueprint("manage", __name__)


@blueprint.get("/.well-known/camunda-automation-platform/webapps")
def webapps() -> dict[str, str]:
    """Tell whoever asks where the pages are; it is asked without signing in."""
    site = addresses.home()
    return {"adminUrl": site, "cockpitUrl": f"{site}manage/", "tasklistUrl": site}


@blueprint.get("/manage/")
def home() -> Response:
    """Lead to the cases."""
    return redirect(url_for("cases.listed"))


@blueprint.get("/manage/process-instance/<number>")
def case(number: str) -> Response:
    """Lead to a case."""
    return redirect(url_for("cases.show", number=number))


@blueprint.get("/manage/repository")
def repository() -> Response:
    """Lead to the procedure that a deployment brought, or to all of them."""
    wanted = _deployment(request.args.get("deploymentsQuery", ""))
    selection = Selection({"deployment": wanted}, most=2) if wanted else Selection(most=0)
    found = procedures.versions(database.current(), selection)
    if len(found) == 1:
        return redirect(url_for("processes.show", process_id=found[0].process_id))
    return redirect(url_for("processes.listed"))


def _deployment(query: str) -> int:
    """Read the deployment's id from a query as the Modeler writes it; 0 when there is none."""
    try:
        asked: Any = orjson.loads(query)
        number = int(asked[0]["value"])
    except (ValueError, TypeError, LookupError):
        return 0
    return number if 0 < number < 2**31 else 0
