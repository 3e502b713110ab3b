"""Where a case is and where it has been, drawing by drawing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import instances
from engine.definitions import Drawing
from engine.languages import Text
from engine.models import Event, Incident, Instance


@dataclass(frozen=True)
class CaseDiagram:
    """One drawing of a case: where it is, and where it has been."""

    definition_id: int
    process_id: str
    name: Text
    here: dict[str, int]
    visited: list[str]
    failed: list[str]


def of(
    session: Session, instance: Instance, drawing: Drawing, events: list[Event]
) -> list[CaseDiagram]:
    """The case's own drawing, then each called one that something happened or waits in."""
    visited: dict[str, dict[str, None]] = {drawing.process.id: {}}
    for event in events:
        for process_id, element_id, flow_id in event.details.get("path", ()):
            visited.setdefault(process_id, {})[element_id] = None
            if flow_id:
                visited[process_id][flow_id] = None
    here: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for process_id, element_id in instances.waiting_at(session, instance):
        visited.setdefault(process_id, {})
        element = drawing.element(process_id, element_id)
        # What merely may interrupt the work is not where the work is.
        if element is None or element.kind not in ("boundaryEvent", "startEvent"):
            here[process_id][element_id] += 1
    _raise(drawing, drawing.process.id, here, visited, set())
    failed: dict[str, list[str]] = defaultdict(list)
    for process_id, element_id in session.execute(
        select(Incident.process_id, Incident.element_id).where(
            Incident.instance_id == instance.id, Incident.resolved_at.is_(None)
        )
    ):
        failed[process_id or drawing.process.id].append(element_id)
    return [
        CaseDiagram(
            definition_id=drawing.definition_ids[process_id],
            process_id=process_id,
            name=drawing.processes[process_id].name,
            here=dict(here[process_id]),
            visited=list(ids),
            failed=failed[process_id],
        )
        for process_id, ids in visited.items()
        if process_id in drawing.processes
    ]


def _raise(
    drawing: Drawing,
    process_id: str,
    here: dict[str, dict[str, int]],
    visited: dict[str, dict[str, None]],
    above: set[str],
) -> int:
    """Show on each call activity how much waits in the diagram that it calls; give the sum."""
    process = drawing.processes.get(process_id)
    if process is None or process_id in above:
        return 0
    own = sum(here[process_id].values())
    # A diagram that is called in several places is shown at the one that was reached last.
    # The path may have been cut, so that a long case begins in the middle: then any place does.
    calls = {e.called_element: e.id for e in process.elements.values() if e.called_element}
    for element_id in visited.get(process_id, ()):
        element = process.elements.get(element_id)
        if element is not None and element.called_element:
            calls.pop(element.called_element, None)
            calls[element.called_element] = element_id
    for called, element_id in calls.items():
        inside = _raise(drawing, called, here, visited, above | {process_id})
        if inside:
            here[process_id][element_id] += inside
            own += inside
    return own
