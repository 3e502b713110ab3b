"""Running cases on their way from one version of a procedure to another."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base
from engine.models.records import PENDING

#: What becomes of a case that is PENDING.
MOVED, REFUSED, UNDONE = "moved", "refused", "undone"


class Move(Base):
    """An order to move running cases of a procedure to another version of it."""

    __tablename__ = "move"
    id: Mapped[int] = mapped_column(primary_key=True)
    process_id: Mapped[str] = mapped_column(String(200), index=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("definition.id"))
    #: A removed element, as process/element -> id of the element that takes its tasks.
    mapping: Mapped[dict[str, Any]]
    ordered_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    ordered_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class MovedCase(Base):
    """One case of a move: still to be moved, moved, refused with a reason, or undone."""

    __tablename__ = "moved_case"
    move_id: Mapped[int] = mapped_column(ForeignKey("move.id"), primary_key=True)
    instance_id: Mapped[int] = mapped_column(
        ForeignKey("instance.id"), primary_key=True, index=True
    )
    status: Mapped[str] = mapped_column(String(10), default=PENDING)
    reason_zh: Mapped[str] = mapped_column(Text, default="")
    reason_en: Mapped[str] = mapped_column(Text, default="")
    #: The version that the case ran on before.
    from_id: Mapped[int] = mapped_column(ForeignKey("definition.id"))
    #: The case's state and rows as they were: what is needed to undo the move.
    state: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    #: The case's revision just after the move: as long as it stands, the move can be undone.
    revision: Mapped[int | None]
    moved_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_moved_case_move_id_status", "move_id", "status"),)
