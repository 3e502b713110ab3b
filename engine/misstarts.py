"""Cases that could not be started, because their drawing failed at its very first steps."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, definitions, errors, history, incidents, instances
from engine.models import CANCELLED, Definition, Incident, Instance, Person

KIND = "not_started"
log = logging.getLogger(__name__)


def keep(
    session: Session,
    person: Person | None,
    definition: Definition,
    failure: errors.StepFailed,
    *,
    answers: dict[str, Any],
    message_id: int | None = None,
) -> None:
    """Keep a start that failed in its drawing: a cancelled case with the incident on it.

    Nothing ran, but managers see it and what was typed, or what the message brought. Sending
    it again adds nothing.
    """
    person_id = person.id if person else None
    element_id = str(failure.details.get("element_id", ""))
    log.error("%s could not be started: %s", definition.process_id, failure)
    known = session.scalar(
        select(Incident.id)
        .join(Instance)
        .where(Instance.definition_id == definition.id, Instance.starter_id == person_id)
        .where(Incident.kind == KIND, Incident.element_id == element_id)
        .where(Incident.resolved_at.is_(None), Incident.message_id == message_id)
        .limit(1)
    )
    if known is not None:
        return
    instance = instances.new(session, definition, starter=person)
    start_id = element_id
    if message_id is None:
        start_id = definitions.start_element(session, definition).id
    place = {"process_id": definition.process_id, "element_id": start_id, "person_id": person_id}
    details = {"answers": answers}
    history.record(session, instance.id, "started", details=details, **place)
    incidents.open_incident(
        session,
        instance.id,
        KIND,
        failure.text,
        element_id=element_id,
        answers=answers,
        message_id=message_id,
    )
    history.record(session, instance.id, "cancelled")
    instance.status, instance.ended_at = CANCELLED, clock.now()
    session.flush()
