"""the process owner's loop: drafts, deployments, tokens, moves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import engine.database

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: the process owner's loop."""
    op.create_table(
        "deployment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("deployed_by", sa.String(length=100), nullable=True),
        sa.Column("deployed_at", engine.database.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployed_by"], ["person.id"], name=op.f("fk_deployment_deployed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
    )
    op.create_table(
        "token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", engine.database.Moment(timezone=True), nullable=False),
        sa.Column("expires_at", engine.database.Moment(timezone=True), nullable=True),
        sa.Column("used_at", engine.database.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_token_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("sha256", name=op.f("uq_token_sha256")),
    )
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_token_person_id"), ["person_id"], unique=False)

    op.create_table(
        "draft",
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=300), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("definition_id", sa.Integer(), nullable=True),
        sa.Column("saved_by", sa.String(length=100), nullable=False),
        sa.Column("saved_at", engine.database.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["definition.id"], name=op.f("fk_draft_definition_id")
        ),
        sa.ForeignKeyConstraint(["saved_by"], ["person.id"], name=op.f("fk_draft_saved_by")),
        sa.PrimaryKeyConstraint("process_id", name=op.f("pk_draft")),
    )
    op.create_table(
        "move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("definition_id", sa.Integer(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("ordered_by", sa.String(length=100), nullable=False),
        sa.Column("ordered_at", engine.database.Moment(timezone=True), nullable=False),
        sa.Column("finished_at", engine.database.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["definition.id"], name=op.f("fk_move_definition_id")
        ),
        sa.ForeignKeyConstraint(["ordered_by"], ["person.id"], name=op.f("fk_move_ordered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move")),
    )
    with op.batch_alter_table("move", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_move_process_id"), ["process_id"], unique=False)

    op.create_table(
        "moved_case",
        sa.Column("move_id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reason_zh", sa.Text(), nullable=False),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("moved_at", engine.database.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["from_id"], ["definition.id"], name=op.f("fk_moved_case_from_id")),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["instance.id"], name=op.f("fk_moved_case_instance_id")
        ),
        sa.ForeignKeyConstraint(["move_id"], ["move.id"], name=op.f("fk_moved_case_move_id")),
        sa.PrimaryKeyConstraint("move_id", "instance_id", name=op.f("pk_moved_case")),
    )
    with op.batch_alter_table("moved_case", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_moved_case_instance_id"), ["instance_id"], unique=False
        )
        batch_op.create_index("ix_moved_case_move_id_status", ["move_id", "status"], unique=False)

    # Columns are added one by one: SQLite would copy the table, and drop the one that cases refer to.
    for column in (
        f"retired_at {_moment()}",
        "retired_by VARCHAR(100) CONSTRAINT fk_definition_retired_by REFERENCES person (id)",
        "deployment_id INTEGER CONSTRAINT fk_definition_deployment_id REFERENCES deployment (id)",
        "consents JSON DEFAULT '[]' NOT NULL",
    ):
        op.execute(f"ALTER TABLE definition ADD COLUMN {column}")
    op.execute("ALTER TABLE person ADD COLUMN place INTEGER DEFAULT 0 NOT NULL")
    op.create_index("ix_definition_deployment_id", "definition", ["deployment_id"])


def _moment() -> str:
    return "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "DATETIME"


def downgrade() -> None:
    """Refuse: going back would lose drafts, tokens and moves; restore the backup instead."""
    raise NotImplementedError(downgrade.__doc__)
