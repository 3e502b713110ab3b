"""Connections, sessions and transactions, on SQLite and on PostgreSQL.

The caller owns the transaction: `with writing(sessions) as session:` commits when the block
ends and rolls back when it raises. `reading` never takes SQLite's one write lock.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from alembic import command
from alembic.config import Config
from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Dialect,
    Engine,
    ExceptionContext,
    MetaData,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from engine import errors

try:
    import pysqlite3
except ImportError:  # pragma: no cover - no wheel for this platform
    pysqlite3 = None

Sessions = sessionmaker[Session]

#: SQLite's WAL-reset bug can corrupt a database; these releases carry the fix.
FIXED_SQLITE = ((3, 51, 3), (3, 50, 7), (3, 44, 6))


class Moment(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite would otherwise forget the offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs an offset")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back what was stored, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The declared schema; names of constraints are the same on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a class attribute
        datetime: Moment(),
        dict[str, Any]: JSON(),  # not JSONB: the order of keys is the order of a form's fields
        list[str]: JSON(),
    }


class OldSqlite(RuntimeError):
    """The SQLite at hand has the WAL-reset bug, which can corrupt a database."""


def connect(url: str) -> Engine:
    """Open the database at `url`; SQLite gets the settings that make a commit durable.

    Raises OldSqlite when only a SQLite with the WAL-reset bug is at hand.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _connect_sqlite(url)
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    # The address may name options of its own, such as a schema to work in.
    options = f"{address.query.get('options', '')} -c lock_timeout=5000 -c timezone=UTC"
    engine = create_engine(
        address,
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
        pool_pre_ping=True,
        connect_args={"options": options},
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("reading"):
            # One look at one moment, as on SQLite.
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def writable(
        _connection: Connection, _cursor: Any, statement: str, parameters: Any, *_more: Any
    ) -> tuple[str, Any]:
        return statement, _without_nul(parameters)

    event.listen(engine, "handle_error", _no_such_number)
    return engine


def _no_such_number(context: ExceptionContext) -> None:
    """Say of a number larger than any id, typed into an address, that nothing has it."""
    kind = type(context.original_exception).__name__
    if kind in ("OverflowError", "NumericValueOutOfRange"):
        raise errors.NotFound


def _without_nul(parameters: Any) -> Any:
    """Put the replacement character where PostgreSQL's texts cannot hold what SQLite's can.

    An id with a NUL in it, typed into an address, then names nothing, as it should.
    """
    if isinstance(parameters, Mapping):
        if not any(isinstance(v, str) and "\x00" in v for v in parameters.values()):
            return parameters
        return {name: _without_nul(value) for name, value in parameters.items()}
    if isinstance(parameters, list | tuple):
        return type(parameters)(map(_without_nul, parameters))
    return parameters.replace("\x00", "\ufffd") if isinstance(parameters, str) else parameters


def _connect_sqlite(url: str) -> Engine:
    module: Any = pysqlite3 if pysqlite3 is not None else sqlite3
    version = tuple(int(part) for part in module.sqlite_version.split("."))
    fixed = any(version[:2] == since[:2] and version >= since for since in FIXED_SQLITE)
    if version < FIXED_SQLITE[0] and not fixed:
        raise OldSqlite(f"SQLite {module.sqlite_version} has the WAL-reset bug; 3.51.3 is fixed.")
    engine = create_engine(
        url,
        module=module,
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, see below
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=30000",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A plain BEGIN that later wants to write fails at once with "database is locked".
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    event.listen(engine, "handle_error", _no_such_number)
    return engine


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def sessions(engine: Engine) -> Sessions:
    """Make the factory of sessions for one database."""
    # A closed session that went on would take the write lock, and nobody would give it back.
    return sessionmaker(engine, expire_on_commit=False, close_resets_only=False)


@contextmanager
def writing(factory: Sessions) -> Iterator[Session]:
    """Open a transaction that may write; it commits unless the block raises."""
    with factory() as session, session.begin():
        yield session


@contextmanager
def reading(factory: Sessions) -> Iterator[Session]:
    """Open a transaction that only reads and never makes a writer wait."""
    with factory() as session:
        session.connection(execution_options={"reading": True})
        yield session


def alembic_config(url: str) -> Config:
    """Give Alembic's configuration for the database at `url`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "schema"))
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest schema, creating it when it is empty."""
    command.upgrade(alembic_config(url), "head")
