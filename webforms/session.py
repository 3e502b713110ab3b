"""One database session per request: committed when the view returns, rolled back when it raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, g, request

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from engine.database import Sessions

#: Requests by these methods never write, and so never make a writer wait.
READING = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask, sessions: Sessions) -> None:
    """Let requests open sessions, and close what they opened."""
    app.extensions["agencyflow.sessions"] = sessions
    app.teardown_request(_close)


def current() -> Session:
    """Give this request's session; it is opened when it is first needed."""
    if "database" not in g:
        sessions: Sessions = current_app.extensions["agencyflow.sessions"]
        g.database = sessions()
        settings = current_app.extensions["agencyflow.settings"]
        g.database.info.setdefault("documents", settings.data / "documents")
        if request.method in READING:
            g.database.connection(execution_options={"reading": True})
    session: Session = g.database
    return session


def commit() -> None:
    """Keep what the view did."""
    if "database" in g and request.method not in READING:
        g.database.commit()


def discard() -> None:
    """Forget what the view did."""
    if "database" in g:
        g.pop("database").close()


def _close(_error: BaseException | None = None) -> None:
    discard()
