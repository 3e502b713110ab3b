"""What happened: messages, history, incidents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine import languages
from engine.database import Base

PENDING, CONSUMED, EXPIRED, FAILED = "pending", "consumed", "expired", "failed"


class Message(Base):
    """A message between cases: kept until it is consumed or its time to live is over."""

    __tablename__ = "message"
    id: Mapped[int] = mapped_column(primary_key=True)
    #: Sent once: the same identity again is the same message.
    identity: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(200))
    payload: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(10), default=PENDING)
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"), index=True)
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    if_expired: Mapped[str] = mapped_column(String(10), default="incident")
    consumed_by: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    consumed_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_message_status_name_key", "status", "name", "key"),
        Index("ix_message_status_expires_at", "status", "expires_at"),
    )


class Event(Base):
    """History: append only. Who did what, when, and with which answers."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    process_id: Mapped[str] = mapped_column(String(200), default="")
    element_id: Mapped[str] = mapped_column(String(200), default="")
    task_id: Mapped[str | None] = mapped_column(String(36))
    scope: Mapped[str] = mapped_column(String(36), default="")
    lane: Mapped[str] = mapped_column(String(100), default="")
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    details: Mapped[dict[str, Any]]
    #: The id of the task that this event ended: a task is completed or withdrawn once.
    ending_of: Mapped[str | None] = mapped_column(String(36), unique=True)
    #: The browser's key of the request: the same request again gets the same answer.
    request_key: Mapped[str | None] = mapped_column(String(100), unique=True)
    __table_args__ = (
        Index("ix_event_instance_id_id", "instance_id", "id"),
        Index("ix_event_instance_id_element_id_id", "instance_id", "element_id", "id"),
        Index("ix_event_person_id_kind_id", "person_id", "kind", "id"),
    )


class Incident(Base):
    """Something in a case that went wrong and needs a person."""

    __tablename__ = "incident"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    process_id: Mapped[str] = mapped_column(String(200), default="")
    element_id: Mapped[str] = mapped_column(String(200), default="")
    task_id: Mapped[str | None] = mapped_column(String(36))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    answers: Mapped[dict[str, Any] | None]
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))

    @property
    def text(self) -> languages.Text:
        """What went wrong, in both languages."""
        return languages.Text(self.text_zh, self.text_en)
