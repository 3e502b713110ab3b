"""Who works here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from engine import languages
from engine.database import Base


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
    #: Where a demo account stands in the file that describes it.
    place: Mapped[int] = mapped_column(default=0, server_default="0")
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


class Token(Base):
    """A personal access token: what a program sends instead of its owner's password."""

    __tablename__ = "token"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    #: What its owner calls it, such as the program that uses it.
    name: Mapped[str] = mapped_column(String(200))
    #: The token itself is shown once and never kept.
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
