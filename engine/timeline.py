"""A case's history as a person reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine import answers, forms, people
from engine.answers import Answer
from engine.definitions import Drawing
from engine.formerly import Past
from engine.languages import Text
from engine.models import Event

#: What an incident says of the drawing's fault.
_FAILURE = {"zh", "en"}


@dataclass(frozen=True)
class Entry:
    """One line of a case's history."""

    at: datetime
    kind: str
    element_name: Text
    person_name: Text | None
    details: dict[str, Any]
    answers: list[Answer]


def of(session: Session, drawing: Drawing, events: list[Event], *, oversees: bool) -> list[Entry]:
    """Give the entries of a case's timeline, oldest first.

    What failed in an incident is told to those who oversee the case only.
    """
    directory = people.directory(session)
    entries = []
    past = Past(session, {event.instance_id for event in events})
    for event in events:
        element = past.drawing(event, drawing).element(event.process_id, event.element_id)
        given = event.details.get("answers") or {}
        shown: list[Answer] = []
        if given and element is not None:
            shown = answers.shown(forms.form_of(element), given, directory)
        hidden = {"path", "answers"} | (
            _FAILURE if event.kind == "incident" and not oversees else set()
        )
        # Whoever held a task that was withdrawn did nothing.
        who = event.person_id if event.kind != "withdrawn" else None
        name = directory.persons.get(who) if who else None
        entries.append(
            Entry(
                at=event.at,
                kind=event.kind,
                element_name=element.name if element else Text(),
                person_name=name or (Text(who) if who else None),
                details={k: v for k, v in event.details.items() if k not in hidden},
                answers=shown,
            )
        )
    return entries
