"""The drawings that a case ran on before it was moved: its history is told by the one of its time."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions
from engine.definitions import Drawing
from engine.models import Event


class Past:
    """Which drawing was in force for some cases when something happened in them."""

    def __init__(self, session: Session, instance_ids: Collection[int]) -> None:
        self._session = session
        self._moves: dict[int, list[tuple[int, int]]] = {}
        query = (
            select(Event.instance_id, Event.id, Event.details)
            .where(Event.instance_id.in_(instance_ids), Event.kind == "moved")
            .order_by(Event.id)
        )
        for instance_id, event_id, details in session.execute(query):
            self._moves.setdefault(instance_id, []).append((event_id, details["from_id"]))

    def drawing(self, event: Event, current: Drawing) -> Drawing:
        """Give the drawing of an event's time; `current` is the one that the case is on now."""
        for moved, before in self._moves.get(event.instance_id, ()):
            if event.id < moved:
                return definitions.drawing(self._session, before)
        return current
