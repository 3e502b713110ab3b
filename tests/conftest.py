"""What every test may ask for: a database of its own, the organisation, the clock."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, Table, text

from engine import clock, database, organisation
from engine.database import Base, Sessions

ROOT = Path(__file__).parent.parent
PROCESSES = ROOT / "processes"

# The same examples every time, however slow the machine; `--hypothesis-profile=explore` tries new ones.
settings.register_profile(
    "repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file with the demo organisation, copied for each test."""
    path = tmp_path_factory.mktemp("database") / "template.db"
    url = f"sqlite:///{path}"
    database.upgrade(url)
    engine = database.connect(url)
    with database.writing(database.sessions(engine)) as session:
        organisation.load(session, PROCESSES / "organisation.toml", demo=True)
    engine.dispose()
    return path


@contextmanager
def fresh_sessions(template: Path, folder: Path) -> Iterator[Sessions]:
    """Open a database with the demo organisation in it.

    By default a SQLite file of its own; with AGENCYFLOW_DATABASE_URL that PostgreSQL, emptied.
    """
    url = os.environ.get("AGENCYFLOW_DATABASE_URL", "")
    if url:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        engine = database.connect(_own_schema(url, worker))
        _prepare(engine, url, worker)
    else:
        shutil.copy(template, folder / "agencyflow.db")
        engine = database.connect(f"sqlite:///{folder / 'agencyflow.db'}")
    factory = database.sessions(engine)
    factory.configure(info={"documents": str(folder / "documents")})
    yield factory
    engine.dispose()


def _own_schema(url: str, worker: str) -> str:
    """Each parallel test process has a PostgreSQL schema of its own."""
    schema = f"test_{worker or 'main'}"
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}options=-csearch_path%3D{schema}"


#: The organisation's rows in each schema that this process has migrated.
_prepared: dict[str, list[tuple[Table, list[dict[str, Any]]]]] = {}


def _prepare(engine: Engine, url: str, worker: str) -> None:
    """Migrate the schema once; afterwards empty it and put the organisation back."""
    tables = Base.metadata.sorted_tables
    if worker not in _prepared:
        _empty(url, worker)
        database.upgrade(_own_schema(url, worker))
        with database.writing(database.sessions(engine)) as session:
            organisation.load(session, PROCESSES / "organisation.toml", demo=True)
        with engine.begin() as connection:
            rows = [
                (t, [dict(r) for r in connection.execute(t.select()).mappings()]) for t in tables
            ]
        _prepared[worker] = [(table, found) for table, found in rows if found]
        return
    with engine.begin() as connection:
        names = ", ".join(table.name for table in tables)
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        for table, found in _prepared[worker]:
            connection.execute(table.insert(), found)


def _empty(url: str, worker: str) -> None:
    schema = f"test_{worker or 'main'}"
    engine = database.connect(url)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    engine.dispose()


@pytest.fixture
def sessions(empty_database: Path, tmp_path: Path) -> Iterator[Sessions]:
    """The factory of sessions on a fresh database with the demo organisation."""
    with fresh_sessions(empty_database, tmp_path) as factory:
        yield factory


@pytest.fixture(autouse=True)
def _running_clock() -> Iterator[None]:
    """Let the clock run again after a test that stopped it."""
    yield
    clock.reset()


__all__ = ["PROCESSES", "ROOT", "Base", "fresh_sessions"]
