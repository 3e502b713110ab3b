"""Messages that a step sends: kept as rows in the step's own transaction."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from engine import clock, durations
from engine.models import EXPIRED, PENDING, Instance, Message

if TYPE_CHECKING:
    from engine.runtime import Thrown

#: How long a message is kept when its drawing does not say.
TIME_TO_LIVE = "P90D"


def write(session: Session, instance: Instance, thrown: list[Thrown]) -> list[dict[str, Any]]:
    """Keep what a case sent; give the rows."""
    return [
        send(
            session,
            t.name,
            t.key,
            t.payload,
            sender_id=instance.id,
            time_to_live=t.time_to_live or TIME_TO_LIVE,
            if_expired=t.if_expired or "incident",
        )
        for t in thrown
    ]


def send(
    session: Session,
    name: str,
    key: str,
    payload: dict[str, Any],
    *,
    sender_id: int | None,
    identity: str = "",
    time_to_live: str = TIME_TO_LIVE,
    if_expired: str = "incident",
) -> dict[str, Any]:
    """Keep one message for whoever waits for it, now or later; wake the delivery."""
    now = clock.now()
    row = {
        "identity": identity or uuid4().hex,
        "name": name,
        "key": key,
        "payload": payload,
        "status": PENDING,
        "sender_id": sender_id,
        "sent_at": now,
        "expires_at": _expiry(time_to_live, now),
        "if_expired": if_expired,
    }
    session.execute(insert(Message), [row])
    session.info["wake"] = True
    return row


def take_back(session: Session, sender_id: int, names: set[str]) -> None:
    """Give up what a case sent under these names and nobody has taken yet."""
    session.execute(
        update(Message)
        .where(Message.sender_id == sender_id, Message.status == PENDING)
        .where(Message.name.in_(names))
        .values(status=EXPIRED)
        .execution_options(synchronize_session=False)
    )


def _expiry(time_to_live: str, now: datetime) -> datetime:
    return durations.parse(time_to_live).after(now)
