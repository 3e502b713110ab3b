"""Messages kept for a case: who waits for what, and what is already there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from engine import clock
from engine.languages import Text
from engine.models import CONSUMED, FAILED, PENDING, Message, Subscription

if TYPE_CHECKING:
    from engine.runtime import Waiting

LONGEST_KEY = 200
UNUSABLE_KEY = Text(
    f"消息的关联键超过 {LONGEST_KEY} 个字符，或者含有不能保存的字符。",
    f"the message's key is longer than {LONGEST_KEY} characters, or has one that cannot be kept.",
)


def write(session: Session, instance_id: int, waiting: list[Waiting]) -> None:
    """Keep the places of a case that began to wait for a message."""
    if waiting:
        session.execute(
            insert(Subscription),
            [
                {
                    "task_id": w.task_id,
                    "element_id": w.element.id,
                    "instance_id": instance_id,
                    "name": w.message_name,
                    "key": w.key,
                }
                for w in waiting
            ],
        )


def forget(session: Session, task_ids: list[str]) -> None:
    """Drop the places that no longer wait."""
    if task_ids:
        session.execute(delete(Subscription).where(Subscription.task_id.in_(task_ids)))


def kept(session: Session, name: str, key: str, *, passed_over: set[int]) -> Message | None:
    """Find the oldest message that nobody has consumed yet, save those passed over."""
    query = (
        select(Message)
        .where(Message.status == PENDING, Message.name == name, Message.key == key)
        .where(Message.expires_at > clock.now())
        .order_by(Message.id)
        .limit(1)
    )
    if passed_over:
        query = query.where(Message.id.not_in(passed_over))
    return session.scalar(query)


def consume(session: Session, message_id: int, instance_id: int) -> bool:
    """Take a message for a case; False when somebody else has taken it."""
    taken = session.execute(
        update(Message)
        .where(Message.id == message_id, Message.status == PENDING)
        .values(status=CONSUMED, consumed_by=instance_id, consumed_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def refuse(session: Session, message_ids: list[int]) -> None:
    """Set aside messages whose delivery failed; an incident lets a person retry them."""
    if message_ids:
        session.execute(
            update(Message)
            .where(Message.id.in_(message_ids), Message.status == PENDING)
            .values(status=FAILED)
            .execution_options(synchronize_session=False)
        )
