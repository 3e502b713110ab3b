"""What may come next after a step, read off the drawing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.definitions import Drawing
from engine.diagrams import Element, Process
from engine.languages import Text
from engine.models import Group

HUMAN = {"userTask", "manualTask", "task"}


@dataclass(frozen=True)
class NextStep:
    """A step that may follow: its label and, where the drawing says so, who does it."""

    name: Text
    who: Text


def next_steps(session: Session, drawing: Drawing, element: Element) -> list[NextStep]:
    """List the tasks and ends that may follow an element, nearest first."""
    process = drawing.processes[element.process_id]
    found: list[NextStep] = []
    seen: set[tuple[str, str]] = {(process.id, element.id)}
    todo = [(process, target) for target in _targets(process, element)]
    while todo:
        where, current = todo.pop(0)
        if (where.id, current.id) in seen:
            continue
        seen.add((where.id, current.id))
        if current.kind in HUMAN or (current.kind == "endEvent" and current.name):
            # An end is nobody's work, whatever lane it is drawn in.
            who = _who(session, where, current) if current.kind in HUMAN else Text()
            step = NextStep(current.name, who)
            if step not in found:
                found.append(step)
            continue
        called = drawing.processes.get(current.called_element)
        if called is not None:
            todo = [(called, e) for e in _starts(called, called.id)] + todo
        elif current.kind == "subProcess":
            todo = [(where, e) for e in _starts(where, current.id)] + todo
        else:
            todo += [(where, target) for target in _targets(where, current)]
    return found[:6]


def _targets(process: Process, element: Element) -> list[Element]:
    """The elements that follow; after the end of a sub-process, what follows it."""
    flows = process.outgoing(element)
    if not flows and element.scope_id in process.elements:
        return _targets(process, process.elements[element.scope_id])
    return [process.elements[flow.target] for flow in flows if flow.target in process.elements]


def _starts(process: Process, scope_id: str) -> list[Element]:
    inside = process.within(scope_id)
    first = [e for e in inside if e.kind == "startEvent" and not e.event]
    return first or [e for e in inside if not e.incoming and not e.attached_to]


def _who(session: Session, process: Process, element: Element) -> Text:
    group_id = element.candidate_groups[0] if element.candidate_groups else element.lane
    group = session.get(Group, group_id) if group_id and "${" not in group_id else None
    if group is not None:
        return group.name
    lane = process.lanes.get(element.lane)
    return lane.name if lane else Text()
