"""The web application: forms, lists and drawings over the engine. Views stay thin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from engine import database
from webforms import (
    assets,
    case_pages,
    documents,
    errors,
    identity,
    inbox,
    languages,
    manage,
    modeler,
    moves,
    previews,
    processes,
    rehearsals,
    rest,
    security,
    start,
    task_pages,
    tokens,
    versions,
)
from webforms import session as sessions
from webforms.paging import same_list
from webforms.settings import Settings

if TYPE_CHECKING:
    from engine.database import Sessions

#: What a form's texts may add to its files, in bytes.
TEXTS = 4 * 1024 * 1024
#: Most parts that one form may have: a form of many rows, and not a flood.
PARTS = 5000


def create_app(settings: Settings | None = None, factory: Sessions | None = None) -> Flask:
    """Make the application; without `factory` it opens the database that the settings name."""
    settings = settings or Settings.from_environment()
    factory = factory or database.sessions(database.connect(settings.url))
    app = Application(__name__, static_folder=None)
    app.extensions["agencyflow.settings"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.upload_limit + TEXTS,
        MAX_FORM_MEMORY_SIZE=TEXTS,
        MAX_FORM_PARTS=PARTS,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(settings=settings, same_list=same_list)
    sessions.init_app(app, factory)
    identity.init_app(app)
    languages.init_app(app)
    for module in (inbox, task_pages, start, case_pages, processes, documents, tokens, manage):
        app.register_blueprint(module.blueprint)
    for module in (modeler, previews, moves, versions, rehearsals):
        app.register_blueprint(module.blueprint)
    assets.init_app(app)
    errors.init_app(app)
    security.init_app(app)
    app.wsgi_app = rest.Mounted(app.wsgi_app, rest.create(settings, factory, Application))  # type: ignore[assignment,method-assign]
    app.add_url_rule("/health", "health", lambda: ("ok\n", {"Content-Type": "text/plain"}))
    return app


class Application(Flask):
    """Commits what a view did once it has returned; whatever raises is rolled back."""

    def dispatch_request(self):  # type: ignore[no-untyped-def]  # as Flask types it
        """Run the view, then keep what it did."""
        answer = super().dispatch_request()
        sessions.commit()
        return answer
