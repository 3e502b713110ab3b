"""The migrated schema is the declared one, and migrating loses nothing."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select

from engine import database
from engine.database import Sessions
from engine.models import Definition, Group, Instance


def test_migrating_gives_the_declared_schema(sessions: Sessions) -> None:
    with sessions.kw["bind"].connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Group.metadata)
    differences = [d for d in differences if "alembic_version" not in str(d)]
    assert differences == []


def test_the_second_revision_keeps_what_the_first_one_holds(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    command.upgrade(database.alembic_config(url), "0001")
    engine = database.connect(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO definition (process_id, version, name_zh, name_en, file, xml, sha256,"
            " source, pins, start_messages, current, note, deployed_at)"
            " VALUES ('p', 1, '', '', '', x'00', '', x'00', '{}', '{}', 1, '', '2026-01-01')"
        )
        # A case refers to it: a table that is dropped and made anew would be refused.
        connection.exec_driver_sql(
            "INSERT INTO instance (number, definition_id, process_id, revision, status, title,"
            " state, started_at) VALUES ('1', 1, 'p', 1, 'active', '', x'00', '2026-01-01')"
        )
    database.upgrade(url)
    with database.reading(database.sessions(engine)) as session:
        kept = session.scalars(select(Definition)).one()
        assert (kept.process_id, kept.consents, kept.retired_at) == ("p", [], None)
        assert session.scalars(select(Instance.number)).all() == ["1"]
    engine.dispose()
