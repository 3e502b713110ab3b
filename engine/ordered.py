"""The cases that a case has started: told when it is cancelled or ends in vain."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, outbox
from engine.models import ACTIVE, Definition, Instance, Link, Person


def tell(session: Session, instance: Instance, *, reason: str, actor: Person | None) -> None:
    """Send each active case that this one started the message that cancels it.

    What is still on its way to start such a case is taken back first, so that one started at
    this very moment is found among the started.
    """
    outbox.take_back(session, instance.id, definitions.cancellable(session))
    for child, definition in session.execute(
        select(Instance, Definition)
        .join(Link, Link.child_id == Instance.id)
        .join(Definition, Definition.id == Instance.definition_id)
        .where(Link.parent_id == instance.id, Instance.status == ACTIVE)
        .order_by(Instance.id)
    ):
        if definition.cancelled_by and child.start_key is not None:
            payload = {
                "no": child.start_key,
                "reason": reason,
                "cancelled_by": actor.id if actor else "",
            }
            outbox.send(
                session,
                definition.cancelled_by,
                child.start_key,
                payload,
                sender_id=instance.id,
                identity=f"cancel-{instance.id}-{child.id}",
                if_expired="ignore",
            )
