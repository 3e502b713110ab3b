"""What happened in one case, step by step: when each was entered and left, and by whose hands."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, history
from engine.definitions import Drawing
from engine.diagrams import Element
from engine.models import ACTIVE, Event, Instance, Task

#: Steps that a person does; they are known by their tasks.
PERSONS = frozenset({"userTask", "manualTask"})
#: Steps that are over as soon as they are reached.
_INSTANT = frozenset({"startEvent", "endEvent", "intermediateThrowEvent"})

Place = tuple[str, str]


@dataclass(frozen=True)
class Activity:
    """One step of a case; `ended_at` is None while it goes on."""

    id: str
    element: Element
    started_at: datetime
    ended_at: datetime | None = None
    task_id: str | None = None
    person_id: str | None = None
    cancelled: bool = False


def of_case(session: Session, instance: Instance) -> list[Activity]:
    """Give the steps of a case in the order in which they began; for whoever may see it."""
    drawing = definitions.drawing(session, instance.definition_id)
    story = _Story(drawing)
    for event in history.of_case(session, instance.id):
        story.tell(event)
    found = story.done + [one for many in story.under_way.values() for one in many]
    if instance.status != ACTIVE:
        found = [
            one if one.ended_at else replace(one, ended_at=instance.ended_at, cancelled=True)
            for one in found
        ]
    for task in session.scalars(select(Task).where(Task.instance_id == instance.id)):
        element = drawing.element(task.process_id, task.element_id)
        if element is not None:
            found.append(
                Activity(
                    task.id, element, task.opened_at, task_id=task.id, person_id=task.assignee_id
                )
            )
    return sorted(found, key=lambda one: one.started_at)


class _Story:
    """Reads a case's events one after the other."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.done: list[Activity] = []
        self.under_way: dict[Place, list[Activity]] = defaultdict(list)
        #: When people's tasks were reached that are not told yet.
        self._reached: dict[Place, list[datetime]] = defaultdict(list)

    def tell(self, event: Event) -> None:
        """Take in one event, and the way that the case went with it."""
        if event.kind in ("completed", "withdrawn"):
            self._person(event)
        for number, (process_id, element_id, flow_id) in enumerate(event.details.get("path", ())):
            element = self.drawing.element(process_id, element_id)
            if element is None:
                continue
            self._left(process_id, flow_id, event.at)
            self._entered(element, event, number)

    def _person(self, event: Event) -> None:
        place = (event.process_id, event.element_id)
        element = self.drawing.element(*place)
        if element is None:
            return
        reached = self._reached[place].pop(0) if self._reached[place] else event.at
        opened = event.details.get("opened_at")
        self.done.append(
            Activity(
                event.task_id or str(event.id),
                element,
                datetime.fromisoformat(opened) if opened else reached,
                event.at,
                event.task_id,
                event.person_id,
                event.kind == "withdrawn",
            )
        )

    def _left(self, process_id: str, flow_id: str, at: datetime) -> None:
        """End what the flow comes from: one, or all that a list was worked off by."""
        process = self.drawing.processes.get(process_id)
        flow = process.flows.get(flow_id) if process and flow_id else None
        if process is None or flow is None:
            return
        going_on = self.under_way[(process_id, flow.source)]
        many = process.elements[flow.source].multi_instance is not None
        ended = going_on[:] if many else going_on[:1]
        del going_on[: len(ended)]
        self.done += [replace(one, ended_at=at) for one in ended]

    def _entered(self, element: Element, event: Event, number: int) -> None:
        place = (element.process_id, element.id)
        if element.kind in PERSONS:
            self._reached[place].append(event.at)
            return
        activity = Activity(f"{element.id}:{event.id}:{number}", element, event.at)
        if element.kind in _INSTANT or element.kind.endswith("Gateway"):
            self.done.append(replace(activity, ended_at=event.at))
        else:
            self.under_way[place].append(activity)
