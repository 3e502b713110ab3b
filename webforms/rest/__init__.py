"""Camunda 7's REST interface below `/engine-rest`: how programs work with cases.

It is an application of its own inside the pages' server. It knows no cookies: whoever speaks says
with every request who they are, so that no other site can speak in their name, and nothing here
ever leads to a sign-in page. Whatever goes wrong is told as JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, request

from webforms import security
from webforms import session as sessions
from webforms.rest import (
    authority,
    cases,
    definitions,
    deployments,
    errors,
    history,
    messages,
    service,
    starts,
    tasks,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Response

    from engine.database import Sessions
    from webforms.settings import Settings

PREFIX = "/engine-rest"
#: Most bytes that a request may have: a set of diagrams of ten megabytes, and what is around it.
LARGEST = 12 * 1024 * 1024
#: Most parts of a deployment.
PARTS = 200
#: Pages that are a file, or nobody's: Camunda Modeler's own window calls itself so.
_MODELER = frozenset({"file://", "null"})


def create(settings: Settings, factory: Sessions, commits: type[Flask]) -> Flask:
    """Make the application; `commits` keeps what a view did once it has returned."""
    app = commits(__name__, static_folder=None)
    app.extensions["agencyflow.settings"] = settings
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST, MAX_FORM_MEMORY_SIZE=LARGEST, MAX_FORM_PARTS=PARTS
    )
    # A redirect would be followed, and read as success.
    app.url_map.merge_slashes = False
    sessions.init_app(app, factory)
    authority.init_app(app)
    security.init_app(app)
    app.after_request(_let_modelers_read)
    for module in (service, deployments, definitions, starts, cases, tasks, messages, history):
        app.register_blueprint(module.blueprint)
    errors.init_app(app)
    return app


def _let_modelers_read(response: Response) -> Response:
    """Let a page that is a file read the answer; there are no cookies that it could misuse."""
    origin = request.headers.get("Origin", "")
    if origin in _MODELER:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Headers"] = "accept, authorization, content-type"
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, DELETE, OPTIONS"
        response.headers["Vary"] = "Origin"
    return response


class Mounted:
    """Gives what is asked below `/engine-rest` to its own application, all else to the pages."""

    def __init__(self, pages: Callable[..., Any], rest: Flask) -> None:
        self.pages, self.rest = pages, rest

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        # A modeler that was given an address with a slash at its end asks for `//deployment`.
        path = re.sub("/{2,}", "/", environ.get("PATH_INFO", ""))
        if path != PREFIX and not path.startswith(f"{PREFIX}/"):
            answer: Iterable[bytes] = self.pages(environ, start)
            return answer
        inside = {
            "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + PREFIX,
            "PATH_INFO": path.removeprefix(PREFIX).rstrip("/") or "/",
        }
        return self.rest.wsgi_app({**environ, **inside}, start)
