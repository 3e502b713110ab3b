"""One database session per request: committed when the view returns, rolled back when it raises."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import current_app, g, request

from engine import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@contextmanager
def attempt() -> Iterator[Session]:
    """Undo what the block did when the engine refuses it; what was uploaded before stays."""
    session = current()
    if any(upload.filename for upload in request.files.values()):
        with session.begin_nested():
            yield session
        return
    try:
        yield session
    except errors.AgencyflowError:
        session.rollback()
        raise


def discard() -> None:
    """Forget what the view did."""
    if "database" in g:
        g.pop("database").close()
        # Flask-Login's person was of that session; whoever asks again loads them anew.
        g.pop("_login_user", None)


def _close(_error: BaseException | None = None) -> None:
    discard()
