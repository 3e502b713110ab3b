"""Where Alembic begins: it runs the revisions on the engine's own connection."""

from __future__ import annotations

from alembic import context

from engine import models
from engine.database import connect

engine = connect(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=models.Group.metadata,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
