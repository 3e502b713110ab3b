"""The background: delivers messages and fires timers. A dull loop over due rows.

1. Wait for a wake-up, for the next timer, or for thirty seconds, whichever comes first.
2. Deliver each message that somebody waits for, each in its own transaction.
3. Fire each timer that is due, each in its own transaction.
4. Move each case that is ordered to go on by another version, each in its own transaction.
5. Give up messages whose time to live is over. Start again.

Rows are the truth: a lost wake-up costs at most thirty seconds, never work.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from engine import clock, errors, messages, migration, timers
from engine.database import Sessions, reading, writing

#: Seconds between two looks at the tables when nothing wakes the loop.
SWEEP = 30.0
#: Seconds until another look when something is due and did not move.
AGAIN = 1.0
TRIES = 3
log = logging.getLogger(__name__)
Id = TypeVar("Id", int, str, tuple[int, int])


class Worker:
    """One thread that does what is due; the program has exactly one per process."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._woken = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work, and listen for commits that leave something to do."""
        event.listen(self._sessions, "after_commit", self._committed)
        self._stopping = False
        self._thread = threading.Thread(target=self._loop, name="agencyflow-worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the present row and end."""
        self._stopping = True
        self._woken.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        with suppress(Exception):
            event.remove(self._sessions, "after_commit", self._committed)

    def _committed(self, session: Session) -> None:
        # A savepoint's release is no commit: nobody else sees its rows yet.
        if not session.in_nested_transaction() and session.info.pop("wake", False):
            self._woken.set()

    def _loop(self) -> None:
        while not self._stopping:
            self._woken.clear()
            try:
                failures: list[Exception] = []
                while work(self._sessions, failures) and not self._stopping:
                    pass
                # What failed is looked at again at the next sweep, not at once and for ever.
                pause = SWEEP if failures else self._pause()
            except Exception:
                # The database may be away for a moment; the rows will still be there.
                log.exception("the background could not work; it tries again")
                pause = SWEEP
            self._woken.wait(pause)

    def _pause(self) -> float:
        with reading(self._sessions) as session:
            moment = timers.next_due(session)
        if moment is None:
            return SWEEP
        until = (moment - clock.now()).total_seconds()
        # One that fell due just now goes off soon; one that cannot go off must not spin.
        return min(SWEEP, until) if until > 0 else AGAIN


def work(sessions: Sessions, failures: list[Exception] | None = None) -> int:
    """Do everything that is due now, once; tell how much moved.

    A row that fails in a way that nobody foresaw is logged, added to `failures` and tried
    again at the next look; the others do not wait for it.
    """
    failures = [] if failures is None else failures
    with reading(sessions) as session:
        waiting = messages.deliverable(session)
        due = timers.due(session)
        ordered = migration.pending(session)
    moved = _each(sessions, waiting, messages.deliver, failures)
    moved += _each(sessions, due, timers.fire, failures)
    moved += _moves(sessions, ordered, failures)
    with writing(sessions) as session:
        messages.expire(session)
        if ordered:
            migration.finish(session)
    return moved


def work_all(sessions: Sessions) -> None:
    """Work until nothing moves any more: what the thread would do, at once.

    Raises the first failure that nobody foresaw, once everything else is done.
    """
    failures: list[Exception] = []
    while work(sessions, failures):
        pass
    if failures:
        raise failures[0]


def _each(
    sessions: Sessions,
    ids: Sequence[Id],
    act: Callable[[Session, Id], bool],
    failures: list[Exception],
) -> int:
    moved = 0
    for row_id in ids:
        try:
            moved += _tried(sessions, row_id, act)
        except Exception as error:
            log.exception("row %s cannot be done", row_id)
            failures.append(error)
    return moved


def _moves(
    sessions: Sessions, ordered: Sequence[tuple[int, int]], failures: list[Exception]
) -> int:
    """Move cases; what can be worked out before a case is locked makes nobody wait."""
    moved = 0
    for place in ordered:
        with reading(sessions) as session:
            known = migration.ahead(session, place)
        moved += _each(sessions, [place], partial(migration.run, known=known), failures)
    return moved


def _tried(sessions: Sessions, row_id: Id, act: Callable[[Session, Id], bool]) -> bool:
    """Do one row; when somebody else has its case, look again: it may be done already."""
    for _again in range(TRIES - 1):
        try:
            with writing(sessions) as session:
                return act(session, row_id)
        except (errors.ChangedMeanwhile, StaleDataError, DBAPIError):
            log.info("row %s was taken by another writer", row_id, exc_info=True)
    with writing(sessions) as session:
        return act(session, row_id)
