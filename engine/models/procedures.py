"""Versions of procedures, and what is drawn but not deployed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine import languages
from engine.database import Base


class Deployment(Base):
    """One act of deploying: the files that were sent together, by whom and when."""

    __tablename__ = "deployment"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(300), default="")
    #: What sent it, such as `Camunda Modeler`; empty for our own pages and commands.
    source: Mapped[str] = mapped_column(String(100), default="")
    deployed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    deployed_at: Mapped[datetime]


class Definition(Base):
    """One version of one procedure; it never changes once it is deployed."""

    __tablename__ = "definition"
    __table_args__ = (UniqueConstraint("process_id", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    process_id: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]
    name_zh: Mapped[str] = mapped_column(String(300))
    name_en: Mapped[str] = mapped_column(String(300))
    file: Mapped[str] = mapped_column(String(300))
    #: The drawing, byte for byte as it was sent.
    xml: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    #: What the runtime made of the drawing and all that it calls; compiled once.
    source: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    #: Called process id -> definition id: a version pins the versions it calls.
    pins: Mapped[dict[str, Any]]
    #: Message name -> id of the start event that it starts.
    start_messages: Mapped[dict[str, Any]]
    #: Group whose members may start a case by hand; None: nobody may.
    starter_group: Mapped[str | None] = mapped_column(String(100))
    cancelled_by: Mapped[str | None] = mapped_column(String(200))
    #: True for the version that new cases run on; retired procedures have none.
    current: Mapped[bool] = mapped_column(default=True, index=True)
    #: When the procedure was retired with this version as its last; nobody starts a case then.
    retired_at: Mapped[datetime | None]
    retired_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    deployment_id: Mapped[int | None] = mapped_column(ForeignKey("deployment.id"), index=True)
    #: Codes of the repairs to which whoever deployed it agreed.
    consents: Mapped[list[str]] = mapped_column(default=list)
    note: Mapped[str] = mapped_column(Text, default="")
    deployed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    deployed_at: Mapped[datetime]

    @property
    def name(self) -> languages.Text:
        """The procedure's name in both languages."""
        return languages.Text(self.name_zh, self.name_en)


class Draft(Base):
    """A procedure's drawing on its way to the next version; there is one per procedure."""

    __tablename__ = "draft"
    process_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    #: Raised by each save; whoever saves over another's work is told.
    revision: Mapped[int] = mapped_column()
    file: Mapped[str] = mapped_column(String(300), default="")
    xml: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    #: The version that it was begun from; None for a procedure that is new.
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("definition.id"))
    saved_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[datetime]
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012
