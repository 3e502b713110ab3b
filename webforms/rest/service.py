"""What clients ask first: which version of Camunda this speaks like, and which engines it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from webforms.rest.bodies import answer

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("service", __name__)

#: The last Camunda 7 of the community; it is its interface that is spoken here.
VERSION = "7.24.0"


@blueprint.get("/version")
def version() -> Response:
    """Say which version of the interface this is."""
    return answer({"version": VERSION})


@blueprint.get("/engine")
def engine() -> Response:
    """List the engines: there is one."""
    return answer([{"name": "default"}])
