"""The tables: columns, constraints and indexes, no behaviour."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine import languages
from engine.database import Base

ACTIVE, ENDED, CANCELLED = "active", "ended", "cancelled"
PENDING, CONSUMED, EXPIRED, FAILED = "pending", "consumed", "expired", "failed"


class Group(Base):
    """A role of the agency; a lane's id in a drawing is a group's id."""

    __tablename__ = "agency_group"
    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    supervised_by: Mapped[str | None] = mapped_column(String(100))

    @property
    def name(self) -> languages.Text:
        """The group's name in both languages."""
        return languages.Text(self.name_zh, self.name_en)


class Person(Base):
    """Somebody who may sign in; the id is the login name."""

    __tablename__ = "person"
    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(300))
    language: Mapped[str] = mapped_column(String(5), default="zh")
    active: Mapped[bool] = mapped_column(default=True)
    demo: Mapped[bool] = mapped_column(default=False)
    failed_tries: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]

    @property
    def name(self) -> languages.Text:
        """The person's name in both languages."""
        return languages.Text(self.name_zh, self.name_en)


class Membership(Base):
    """Who belongs to which group."""

    __tablename__ = "membership"
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    group_id: Mapped[str] = mapped_column(
        ForeignKey("agency_group.id"), primary_key=True, index=True
    )


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
    note: Mapped[str] = mapped_column(Text, default="")
    deployed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    deployed_at: Mapped[datetime]

    @property
    def name(self) -> languages.Text:
        """The procedure's name in both languages."""
        return languages.Text(self.name_zh, self.name_en)


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


class Task(Base):
    """An open task of a person: the projection that inboxes read."""

    __tablename__ = "task"
    #: The runtime's id; stable for as long as the task is open.
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), index=True)
    process_id: Mapped[str] = mapped_column(String(200))
    element_id: Mapped[str] = mapped_column(String(200))
    scope: Mapped[str] = mapped_column(String(36), default="")
    name_zh: Mapped[str] = mapped_column(String(300))
    name_en: Mapped[str] = mapped_column(String(300))
    #: What this one of several is about, such as the row's item.
    detail: Mapped[str] = mapped_column(String(300), default="")
    group_id: Mapped[str | None] = mapped_column(String(100))
    assignee_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    due_at: Mapped[datetime | None]
    follow_up_at: Mapped[datetime | None]
    priority: Mapped[int] = mapped_column(default=50)
    optional: Mapped[bool] = mapped_column(default=False)
    distinct_from: Mapped[str | None] = mapped_column(String(200))
    draft: Mapped[dict[str, Any] | None]
    opened_at: Mapped[datetime]

    @property
    def name(self) -> languages.Text:
        """The task's label in both languages."""
        return languages.Text(self.name_zh, self.name_en)


class Candidate(Base):
    """A group whose members may claim a task."""

    __tablename__ = "candidate"
    task_id: Mapped[str] = mapped_column(
        ForeignKey("task.id", ondelete="CASCADE"), primary_key=True
    )
    group_id: Mapped[str] = mapped_column(String(100), primary_key=True, index=True)


class Exclusion(Base):
    """Somebody who may not complete a task, because they signed the other one (four eyes)."""

    __tablename__ = "exclusion"
    task_id: Mapped[str] = mapped_column(
        ForeignKey("task.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)


class Timer(Base):
    """A moment at which a case goes on by itself."""

    __tablename__ = "timer"
    task_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), index=True)
    element_id: Mapped[str] = mapped_column(String(200))
    due_at: Mapped[datetime]
    #: True after a firing failed: it waits until somebody retries the incident.
    halted: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (Index("ix_timer_halted_due_at", "halted", "due_at"),)


class Subscription(Base):
    """A place in a case that waits for a message of this name and key."""

    __tablename__ = "subscription"
    task_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    element_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(200))
    __table_args__ = (Index("ix_subscription_name_key", "name", "key"),)


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


class Document(Base):
    """A file, stored by the hash of its content."""

    __tablename__ = "document"
    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(300))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(200))
    uploaded_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]


class CaseDocument(Base):
    """A document that belongs to a case; only through a case is it reached."""

    __tablename__ = "case_document"
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), primary_key=True)
    document_id: Mapped[int] = mapped_column(
        ForeignKey("document.id"), primary_key=True, index=True
    )


class Comment(Base):
    """A remark on a case."""

    __tablename__ = "comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)


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
