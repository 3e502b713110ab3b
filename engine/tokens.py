"""Personal access tokens: what a program sends instead of its owner's password."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, errors, people
from engine.models import Person, Token

#: What every token begins with, so that it is known when it is found in a log or in a file.
PREFIX = "agf_"
#: How long a token may last, in days.
LONGEST_LIFE = 3650
LONGEST_NAME = 200
#: A use is noted this often: a program that asks every second must not write every second.
_NOTED = timedelta(hours=1)


def issue(session: Session, person: Person, name: str, *, days: int) -> tuple[Token, str]:
    """Make a token that is good for so many days; its text is given here and never again."""
    text = PREFIX + secrets.token_urlsafe(32)
    now = clock.now()
    token = Token(
        person_id=person.id,
        name=name.replace("\x00", "").strip()[:LONGEST_NAME],
        sha256=_digest(text),
        made_at=now,
        expires_at=now + timedelta(days=max(1, min(days, LONGEST_LIFE))),
    )
    session.add(token)
    session.flush()
    return token, text


def revoke(session: Session, person: Person, token_id: int) -> None:
    """Take a token of one's own out of use at once, or raise NotFound."""
    token = session.get(Token, token_id)
    if token is None or token.person_id != person.id:
        raise errors.NotFound
    session.delete(token)
    session.flush()


def listed(session: Session, person: Person) -> list[Token]:
    """List a person's tokens, the newest first; those that are over stay until revoked."""
    query = select(Token).where(Token.person_id == person.id).order_by(Token.id.desc())
    return list(session.scalars(query))


def is_over(token: Token) -> bool:
    """Tell whether a token's time is over."""
    return token.expires_at is not None and token.expires_at <= clock.now()


def recognised(session: Session, text: str) -> tuple[Token, Person] | None:
    """Give the token of this text and whose it is, while both are good; writes nothing."""
    token = session.scalar(select(Token).where(Token.sha256 == _digest(text)))
    if token is None or is_over(token):
        return None
    person = people.active(session, token.person_id)
    return (token, person) if person is not None else None


def is_news(token: Token) -> bool:
    """Tell whether this use of a token should be noted."""
    return token.used_at is None or clock.now() - token.used_at >= _NOTED


def note_use(session: Session, token_id: int) -> None:
    """Note that a token was used now."""
    token = session.get(Token, token_id)
    if token is not None:
        token.used_at = clock.now()


def _digest(text: str) -> str:
    # A token is 256 random bits: there is nothing to guess that a slow hash would protect.
    return sha256(text.encode(errors="replace")).hexdigest()
