"""Messages and signals that a step sends: kept as rows in the step's own transaction."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine import clock, durations
from engine.diagrams import SIGNAL
from engine.models import EXPIRED, PENDING, Definition, Instance, Message, Subscription

if TYPE_CHECKING:
    from engine.runtime import Thrown

#: How long a message is kept when its drawing does not say.
TIME_TO_LIVE = "P90D"
#: Before what starts a procedure by a signal, see `start_name`.
START = "signal-start:"


def write(session: Session, instance: Instance, thrown: list[Thrown]) -> list[dict[str, Any]]:
    """Keep what a case sent; give the rows."""
    rows = []
    for t in thrown:
        if t.kind == "signal":
            rows += _broadcast(session, instance, t.name, t.payload)
        else:
            rows.append(
                send(
                    session,
                    t.name,
                    t.key,
                    t.payload,
                    sender_id=instance.id,
                    time_to_live=t.time_to_live or TIME_TO_LIVE,
                    if_expired=t.if_expired or "incident",
                )
            )
    return rows


def _broadcast(
    session: Session, instance: Instance, signal: str, payload: dict[str, Any]
) -> list[dict[str, Any]]:
    """Tell a signal to every place that waits for it now in other cases, and to what it starts.

    Each of them gets a message of its own: whoever begins to wait later hears nothing.
    """
    places = session.scalars(
        select(Subscription.task_id)
        .where(Subscription.name == SIGNAL + signal, Subscription.instance_id != instance.id)
        .order_by(Subscription.task_id)
    )
    told = [(SIGNAL + signal, task_id) for task_id in places]
    for names in session.scalars(select(Definition.start_messages).where(Definition.current)):
        told += [(name, uuid4().hex) for name in names if _is_start(name, signal)]
    rows = [_row(name, key, payload, instance.id, "", TIME_TO_LIVE, "ignore") for name, key in told]
    if rows:
        session.execute(insert(Message), rows)
        session.info["wake"] = True
    return rows


def start_name(process_id: str, signal: str) -> str:
    """Name what starts one procedure when a signal is thrown."""
    return f"{START}{process_id}/{signal}"


def is_signal(name: str) -> bool:
    """Tell whether a message is what became of a signal."""
    return name.startswith((SIGNAL, START))


def _is_start(name: str, signal: str) -> bool:
    return name.startswith(START) and name.partition("/")[2] == signal


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
    row = _row(name, key, payload, sender_id, identity, time_to_live, if_expired)
    session.execute(insert(Message), [row])
    session.info["wake"] = True
    return row


def _row(
    name: str,
    key: str,
    payload: dict[str, Any],
    sender_id: int | None,
    identity: str,
    time_to_live: str,
    if_expired: str,
) -> dict[str, Any]:
    now = clock.now()
    return {
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
