"""The migrated schema is the declared one."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from engine.database import Sessions
from engine.models import Group


def test_migrating_gives_the_declared_schema(sessions: Sessions) -> None:
    with sessions.kw["bind"].connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Group.metadata)
    differences = [d for d in differences if "alembic_version" not in str(d)]
    assert differences == []
