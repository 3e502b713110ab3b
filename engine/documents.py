"""Documents: stored by content hash outside the database, reached only through a case."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, errors, people
from engine.models import CaseDocument, Document, Instance, Person

#: Largest document in bytes, unless the caller sets another limit.
LIMIT = 50 * 1024 * 1024
CHUNK = 1024 * 1024
LONGEST_NAME = 300
# Control characters and halves of a surrogate pair: no database keeps them all.
_UNWRITABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def folder(session: Session) -> Path:
    """Tell where the contents lie; the program says so when it opens the database."""
    place = session.info.get("documents") or os.environ.get("AGENCYFLOW_DOCUMENTS", "")
    return Path(place or "data/documents")


def store(
    session: Session,
    person: Person,
    stream: IO[bytes],
    *,
    name: str,
    media_type: str,
    limit: int = LIMIT,
) -> Document:
    """Keep a file that a person uploaded; raise TooLarge beyond `limit` bytes.

    The content is on disk before the row is, so that no row points at nothing.
    """
    base = folder(session)
    base.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=base, delete=False) as file:
        try:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > limit:
                    raise errors.TooLarge(name=name, limit=limit // (1024 * 1024))
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            os.unlink(file.name)
            raise
    target = _path(base, digest.hexdigest())
    target.parent.mkdir(exist_ok=True)
    os.replace(file.name, target)
    _settle(target.parent)
    document = Document(
        sha256=digest.hexdigest(),
        name=_name(name),
        size=size,
        media_type=_UNWRITABLE.sub("", media_type)[:200],
        uploaded_by=person.id,
        uploaded_at=clock.now(),
    )
    session.add(document)
    session.flush()
    return document


def _name(sent: str) -> str:
    """Give the last part of a file's name, without what no name should have."""
    name = _UNWRITABLE.sub("", sent.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    if len(name) > LONGEST_NAME:
        ending = Path(name).suffix[:20]
        name = name[: LONGEST_NAME - len(ending)] + ending
    return name if name.strip(". ") else "file"


def _settle(directory: Path) -> None:
    """Write a folder's list of names to the disk; without it a power cut may lose the name."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _path(base: Path, sha256: str) -> Path:
    return base / sha256[:2] / sha256


def opened(session: Session, person: Person, document_id: int) -> tuple[Document, Path]:
    """Give a document and where its content lies, or raise NotFound.

    People reach their own uploads and the documents of cases that they see.
    """
    document = session.get(Document, document_id)
    if document is None:
        raise errors.NotFound
    if document.uploaded_by != person.id:
        seen = session.scalar(
            select(Instance.id)
            .join(CaseDocument, CaseDocument.instance_id == Instance.id)
            .where(CaseDocument.document_id == document_id, people.sees(session, person))
            .limit(1)
        )
        if seen is None:
            raise errors.NotFound
    return document, _path(folder(session), document.sha256)


def usable(
    session: Session, person: Person, instance_id: int | None, document_id: int
) -> Document | None:
    """Give a document that a form may name: one's own upload, or one of this case."""
    document = session.get(Document, document_id) if 0 < document_id < 2**31 else None
    if document is None or document.uploaded_by == person.id:
        return document
    if instance_id is None or session.get(CaseDocument, (instance_id, document_id)) is None:
        return None
    return document


def of_case(session: Session, instance_id: int) -> list[Document]:
    """List the documents of a case, oldest first."""
    return list(
        session.scalars(
            select(Document)
            .join(CaseDocument, CaseDocument.document_id == Document.id)
            .where(CaseDocument.instance_id == instance_id)
            .order_by(Document.id)
        )
    )


def named_in(value: Any) -> set[int]:
    """Find the documents that a value of a case names, however deep."""
    if isinstance(value, dict):
        if value.keys() == {"id", "name", "size"} and isinstance(value["id"], int):
            return {value["id"]}
        return {found for part in value.values() for found in named_in(part)}
    if isinstance(value, list):
        return {found for part in value for found in named_in(part)}
    return set()


def link(session: Session, instance_id: int, document_ids: set[int]) -> None:
    """Make documents part of a case."""
    if not document_ids:
        return
    there = set(
        session.scalars(
            select(CaseDocument.document_id).where(CaseDocument.instance_id == instance_id)
        )
    )
    session.add_all(
        CaseDocument(instance_id=instance_id, document_id=d) for d in sorted(document_ids - there)
    )
    session.flush()


def hand_over(session: Session, sender_id: int | None, receiver_id: int, payload: Any) -> None:
    """Link the sender's documents that a message names to the case that receives it."""
    named = named_in(payload)
    if not named or sender_id is None:
        return
    theirs = set(
        session.scalars(
            select(CaseDocument.document_id).where(
                CaseDocument.instance_id == sender_id, CaseDocument.document_id.in_(named)
            )
        )
    )
    link(session, receiver_id, theirs)
