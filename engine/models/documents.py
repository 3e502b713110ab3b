"""Files that people sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base


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
