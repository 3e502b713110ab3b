"""Cases, and what is kept about each as a whole."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.database import Base
from engine.models.procedures import Definition

ACTIVE, ENDED, CANCELLED = "active", "ended", "cancelled"


class Counter(Base):
    """Running numbers, one row per series."""

    __tablename__ = "counter"
    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    value: Mapped[int]


class Instance(Base):
    """A case: one run of one version of a procedure."""

    __tablename__ = "instance"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("definition.id"), index=True)
    process_id: Mapped[str] = mapped_column(String(200))
    #: Raised by each writer; the second of two writers finds it changed.
    revision: Mapped[int] = mapped_column()
    status: Mapped[str] = mapped_column(String(10), default=ACTIVE)
    title: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    starter_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    #: Correlation key of the message that started the case.
    start_key: Mapped[str | None] = mapped_column(String(200))
    #: Id of the end event that the case came to, or None.
    outcome: Mapped[str | None] = mapped_column(String(200))
    reason: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    definition: Mapped[Definition] = relationship(lazy="raise")
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012
    __table_args__ = (
        Index("ix_instance_status_started_at", "status", "started_at"),
        Index(
            "uq_instance_start_key",
            "process_id",
            "start_key",
            unique=True,
            sqlite_where=text("status = 'active' AND start_key IS NOT NULL"),
            postgresql_where=text("status = 'active' AND start_key IS NOT NULL"),
        ),
    )


class Field(Base):
    """A value of a case that lists show and search finds."""

    __tablename__ = "field"
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    value: Mapped[str] = mapped_column(String(500), index=True)


class Link(Base):
    """Which case started which, and by which message."""

    __tablename__ = "link"
    parent_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), primary_key=True, index=True)
    message: Mapped[str] = mapped_column(String(200))


class Comment(Base):
    """A remark on a case."""

    __tablename__ = "comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
