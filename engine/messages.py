"""Delivery of messages between cases: each once, to the one place that waits for it."""

from __future__ import annotations

import logging
from typing import Any
from uuid import uuid4

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from engine import (
    clock,
    definitions,
    errors,
    inbox,
    incidents,
    instances,
    misstarts,
    outbox,
    people,
)
from engine.languages import Text
from engine.models import (
    ACTIVE,
    CANCELLED,
    CONSUMED,
    EXPIRED,
    FAILED,
    PENDING,
    Definition,
    Incident,
    Instance,
    Link,
    Message,
    Person,
    Subscription,
)
from engine.step import Step

log = logging.getLogger(__name__)

#: Its members send messages by hand.
ADMINISTRATOR = "administrator"
_ADMINISTRATORS = Text("只有管理员可以手工发送消息。", "only administrators send messages by hand.")
_FAILED = Text("流程中有一步执行失败。", "a step of the procedure failed.")


def deliverable(session: Session, *, limit: int = 100) -> list[int]:
    """Find kept messages that somebody waits for or that start a case, oldest first."""
    waited_for = exists().where(Subscription.name == Message.name, Subscription.key == Message.key)
    starters = {
        name
        for names in session.scalars(select(Definition.start_messages).where(Definition.current))
        for name in names
    }
    return list(
        session.scalars(
            select(Message.id)
            .where(Message.status == PENDING, Message.expires_at > clock.now())
            .where(waited_for | Message.name.in_(starters))
            .order_by(Message.id)
            .limit(limit)
        )
    )


def deliver(session: Session, message_id: int) -> bool:
    """Deliver one kept message in this transaction; False when nobody may have it now."""
    message = session.get(Message, message_id, populate_existing=True)
    if message is None or message.status != PENDING:
        return False
    waiting = session.execute(
        select(Subscription.instance_id, Subscription.task_id, Subscription.element_id).where(
            Subscription.name == message.name, Subscription.key == message.key
        )
    ).all()
    if len(waiting) == 1:
        place = waiting[0]
        return _hand_over(session, message, place.instance_id, (place.task_id, place.element_id))
    if not _still_pending(session, message):
        return False
    if waiting:
        _ambiguous(session, message, waiting[0].instance_id)
        return True
    return any(
        _start(session, message, definition)
        for definition in definitions.started_by(session, message.name)
    )


def correlate(
    session: Session, person: Person, name: str, key: str, payload: dict[str, Any]
) -> Instance:
    """Send a message by hand to the one case that waits for it, or start a case by it; give it.

    Administrators may. Raises NotAllowed, NobodyWaits, MessageRefused; the caller then undoes
    what was done, for nothing is kept for later.
    """
    if ADMINISTRATOR not in people.groups(session, person):
        raise errors.NotAllowed(reason=_ADMINISTRATORS)
    waiting = exists().where(Subscription.name == name, Subscription.key == key)
    if not session.scalar(select(waiting)) and not definitions.started_by(session, name):
        raise errors.NobodyWaits(name=name, key=key)
    if len(key) > inbox.LONGEST_KEY or "\x00" in key:
        raise errors.MessageRefused(name=name, reason=inbox.UNUSABLE_KEY)
    identity = f"{person.id}:{uuid4().hex}"
    outbox.send(session, name, key, payload, sender_id=None, identity=identity, if_expired="ignore")
    message = session.scalars(select(Message).where(Message.identity == identity)).one()
    deliver(session, message.id)
    session.refresh(message)
    if message.consumed_by is None:
        incident = session.scalar(select(Incident).where(Incident.message_id == message.id))
        raise errors.MessageRefused(name=name, reason=incident.text if incident else _FAILED)
    return session.get_one(Instance, message.consumed_by)


def _still_pending(session: Session, message: Message) -> bool:
    """Lock a message; a case's step locks the case first, so whoever needs both does too."""
    session.refresh(message, with_for_update={"key_share": True})
    return message.status == PENDING


def _hand_over(
    session: Session, message: Message, instance_id: int, place: tuple[str, str]
) -> bool:
    instance = instances.locked(session, instance_id)
    if not _still_pending(session, message):
        return False
    missed = False

    def act(step: Step) -> None:
        nonlocal missed
        waiting = step.places().get(place)
        if waiting is None:
            missed = True
            return
        step.deliver(waiting, message)

    try:
        instances.advance(session, instance, act)
    except errors.StepFailed as failure:
        message.status = FAILED
        instances.failed(session, instance, failure, message_id=message.id)
    return not missed


def _start(session: Session, message: Message, definition: Definition) -> bool:
    """Start a case; a second one for the same key becomes an incident of the first."""
    first = session.scalar(
        select(Instance).where(
            Instance.process_id == definition.process_id,
            Instance.start_key == message.key,
            Instance.status == ACTIVE,
        )
    )
    if first is not None:
        message.status = FAILED
        incidents.open_incident(
            session,
            first.id,
            "repeated_start",
            Text(
                f"消息“{message.name}”（{message.key}）再次到达，但它启动的案件 {first.number} 仍在办理。",
                f"The message “{message.name}” ({message.key}) came again, but case "
                f"{first.number}, which it started, is still under way.",
            ),
            message_id=message.id,
        )
        return True
    try:
        with session.begin_nested():
            instance = instances.start_by_message(session, definition, message)
            inbox.consume(session, message.id, instance.id)
    except errors.StepFailed as failure:
        message.status = FAILED
        log.warning("message %s (%s) starts no case: %s", message.name, message.key, failure)
        if message.sender_id is not None:
            sender = session.get_one(Instance, message.sender_id)
            instances.failed(session, sender, failure, message_id=message.id)
        else:
            brought = message.payload if isinstance(message.payload, dict) else {}
            misstarts.keep(
                session, None, definition, failure, answers=brought, message_id=message.id
            )
    return True


def _ambiguous(session: Session, message: Message, instance_id: int) -> None:
    message.status = FAILED
    incidents.open_incident(
        session,
        instance_id,
        "ambiguous_message",
        Text(
            f"不止一处在等候消息“{message.name}”（{message.key}），无法确定交给谁。",
            f"More than one place waits for the message “{message.name}” ({message.key}); "
            "it cannot be told which one is meant.",
        ),
        message_id=message.id,
    )


def expire(session: Session, *, limit: int = 100) -> int:
    """Give up messages whose time to live is over; those that matter become incidents."""
    late = session.scalars(
        select(Message)
        .where(Message.status == PENDING, Message.expires_at <= clock.now())
        .order_by(Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for message in late:
        message.status = EXPIRED
        if message.if_expired == "ignore" or message.sender_id is None:
            continue
        if not _stopped(session, message.sender_id):
            incidents.open_incident(
                session,
                message.sender_id,
                "expired_message",
                Text(
                    f"消息“{message.name}”（{message.key}）在有效期内没有人接收。",
                    f"Nobody took the message “{message.name}” ({message.key}) in its time.",
                ),
                message_id=message.id,
            )
    return len(late)


def _stopped(session: Session, instance_id: int) -> bool:
    """Tell whether a case was cancelled, or ordered by one that is over: nobody needs its answer.

    It may have ended by itself while the message that cancels it was on its way.
    """
    told = exists().where(
        Message.name == Definition.cancelled_by, Message.key == Instance.start_key
    )
    orderer = aliased(Instance)
    over = (
        exists()
        .where(Link.child_id == Instance.id, Link.parent_id == orderer.id)
        .where(Definition.cancelled_by.is_not(None), orderer.status != ACTIVE)
    )
    query = (
        select(Instance.id)
        .join(Definition, Definition.id == Instance.definition_id)
        .where(Instance.id == instance_id, (Instance.status == CANCELLED) | told | over)
    )
    return session.scalar(query) is not None


def retry(session: Session, message_id: int) -> None:
    """Let a message that failed or expired be delivered again, for as long as at first."""
    message = session.get(Message, message_id, populate_existing=True)
    if message is None or _still_pending(session, message) or message.status == CONSUMED:
        return
    message.status = PENDING
    message.expires_at = clock.now() + (message.expires_at - message.sent_at)
    message.sent_at = clock.now()
    session.flush()
    session.info["wake"] = True
