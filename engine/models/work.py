"""What is open in cases: tasks, timers, places that wait for a message."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine import languages
from engine.database import Base


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
