"""Connections and transactions: durable, one writer at a time, readers in nobody's way."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, InvalidRequestError, StatementError
from sqlalchemy.orm import Session

from engine import database
from engine.database import Sessions
from engine.models import Counter, Person


def on_sqlite(sessions: Sessions) -> bool:
    with sessions() as session:
        return session.get_bind().dialect.name == "sqlite"


def test_it_writes_ahead_and_waits_for_the_disk(sessions: Sessions) -> None:
    if not on_sqlite(sessions):
        pytest.skip("SQLite's settings")
    with database.reading(sessions) as session:
        asked = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    assert asked == {
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 30000,
        "foreign_keys": 1,
    }


def test_it_takes_the_write_lock_when_it_begins(sessions: Sessions) -> None:
    said: list[str] = []
    if not on_sqlite(sessions):
        pytest.skip("SQLite's lock")
    with database.writing(sessions) as session:
        connection: Any = session.connection().connection.dbapi_connection
        connection.set_trace_callback(said.append)
        session.get(Person, "ae")
    with database.writing(sessions) as session:
        session.get(Person, "ae")
    with database.reading(sessions) as session:
        session.get(Person, "ae")
    connection.set_trace_callback(None)
    begins = [line for line in said if line.startswith("BEGIN")]
    assert begins == ["BEGIN IMMEDIATE", "BEGIN"]


def test_it_lets_two_writers_wait_for_each_other(sessions: Sessions) -> None:
    """Read, think, write: with a plain BEGIN the second would fail at once."""
    with database.writing(sessions) as session:
        session.add(Counter(name="x", value=0))
    failures: list[BaseException] = []

    def add() -> None:
        try:
            for _ in range(5):
                with database.writing(sessions) as session:
                    row = session.get_one(Counter, "x", with_for_update=True)
                    time.sleep(0.002)
                    row.value += 1
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading(sessions) as session:
        assert session.get_one(Counter, "x").value == 20


def test_it_reads_without_waiting_for_a_writer_or_making_it_wait(sessions: Sessions) -> None:
    with database.writing(sessions) as writer:
        writer.add(Counter(name="x", value=1))
        writer.flush()
        began = time.monotonic()
        with database.reading(sessions) as reader:
            assert reader.get(Counter, "x") is None
        assert time.monotonic() - began < 15, "half of what a locked database would wait"
    with database.reading(sessions) as reader:
        assert reader.get_one(Counter, "x").value == 1
        with database.writing(sessions) as writer:
            writer.get_one(Counter, "x").value = 2
        assert reader.scalar(select(Counter.value)) == 1, "one look at one moment"


@pytest.mark.postgres
def test_it_reads_and_does_not_write(sessions: Sessions) -> None:
    if on_sqlite(sessions):
        pytest.skip("PostgreSQL refuses it by itself")
    with database.reading(sessions) as session:
        session.add(Counter(name="x", value=1))
        with pytest.raises(DBAPIError):
            session.flush()


def test_it_commits_when_the_block_ends_and_rolls_back_when_it_raises(sessions: Sessions) -> None:
    def fails(session: Session) -> None:
        session.add(Counter(name="x", value=1))
        session.flush()
        raise KeyError

    with pytest.raises(KeyError), database.writing(sessions) as session:
        fails(session)
    with database.writing(sessions) as session:
        assert session.get(Counter, "x") is None
        session.add(Counter(name="y", value=1))
    with database.reading(sessions) as session:
        assert session.get(Counter, "y") is not None
        session.add(Counter(name="z", value=1))
    with database.reading(sessions) as session:
        assert session.get(Counter, "z") is None, "what only reads keeps nothing"


def test_it_ends_with_its_block(sessions: Sessions) -> None:
    """Going on after the end would take the write lock, and nobody would give it back."""
    with database.reading(sessions) as session:
        pass
    with pytest.raises(InvalidRequestError):
        session.get(Person, "ae")


def test_it_keeps_moments_aware_and_in_utc(sessions: Sessions) -> None:
    shanghai = timezone(timedelta(hours=8))
    with database.writing(sessions) as session:
        session.get_one(Person, "ae").locked_until = datetime(2027, 1, 1, 8, 30, tzinfo=shanghai)
    with database.reading(sessions) as session:
        kept = session.get_one(Person, "ae").locked_until
    assert kept == datetime(2027, 1, 1, 0, 30, tzinfo=UTC)
    assert kept.utcoffset() == timedelta(0)
    with sessions() as session:
        session.get_one(Person, "ae").locked_until = datetime(2027, 1, 1)  # noqa: DTZ001
        with pytest.raises(StatementError, match="offset"):
            session.flush()


@pytest.mark.parametrize(
    ("version", "taken"),
    [
        ("3.40.1", False),
        ("3.44.5", False),
        ("3.44.6", True),
        ("3.45.0", False),
        ("3.50.6", False),
        ("3.50.7", True),
        ("3.51.2", False),
        ("3.51.3", True),
        ("3.53.4", True),
        ("4.0.0", True),
    ],
)
def test_it_refuses_a_sqlite_that_can_corrupt_a_database(
    monkeypatch: pytest.MonkeyPatch, version: str, taken: bool
) -> None:
    made = database.connect("sqlite://")
    monkeypatch.setattr(database, "create_engine", lambda *a, **k: made)
    monkeypatch.setattr(database, "pysqlite3", None)
    monkeypatch.setattr(database, "sqlite3", SimpleNamespace(sqlite_version=version))
    if taken:
        assert database.connect("sqlite://") is made
        return
    with pytest.raises(database.OldSqlite, match=version):
        database.connect("sqlite://")


def test_it_uses_a_sqlite_without_that_bug(sessions: Sessions) -> None:
    if not on_sqlite(sessions):
        pytest.skip("SQLite's version")
    with database.reading(sessions) as session:
        said = session.execute(text("SELECT sqlite_version()")).scalar_one()
    version = tuple(int(part) for part in said.split("."))
    assert version >= (3, 51, 3) or version[:2] in ((3, 44), (3, 50))
