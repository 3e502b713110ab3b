"""Whether one case can move to another version: worked out in memory, nothing is written."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, errors, history, runtime
from engine.contexts import case_context
from engine.diagrams import Element
from engine.expressions import Context
from engine.languages import Text
from engine.migration.trial import tried
from engine.models import Definition, Instance, Task
from engine.runtime import Obstacle

log = logging.getLogger(__name__)
_CANNOT = Text(
    "这个案件不能换到新图上，请告诉系统管理员。",
    "This case cannot be moved to the new drawing; tell an administrator.",
)


@dataclass(frozen=True)
class Plan:
    """What a case would be by another version: its state there, or what stands against it."""

    state: bytes = b""
    obstacles: list[Obstacle] = field(default_factory=list)

    @property
    def reason(self) -> Text:
        """Everything that stands against it, in one line."""
        said = [o.text for o in self.obstacles]
        return Text(" ".join(t.to("zh") for t in said), " ".join(t.to("en") for t in said))


def plan(session: Session, instance: Instance, to_id: int, mapping: Mapping[str, str]) -> Plan:
    """Work out the state of a case under another version and try it out.

    Never raises for what the drawing or the state is like: a case that cannot move says why.
    """
    old = definitions.program(session, instance.definition_id)
    new = definitions.program(session, to_id)

    def context_of(_scope: str) -> Context:
        return case_context(session, instance)

    try:
        moved = runtime.move(
            old,
            new,
            instance.state,
            mapping,
            context_of=context_of,
            entered=partial(entered, session, instance),
        )
        if moved.obstacles:
            return Plan(obstacles=moved.obstacles)
        stops = tried((old, instance.state), (new, moved.state), context_of)
        return Plan(obstacles=stops) if stops else Plan(moved.state)
    except errors.AgencyflowError as error:
        return Plan(obstacles=[Obstacle("refused", error.text)])
    except Exception:
        # Whatever it is, this case stays as it is and the others go on.
        log.exception("case %s cannot be moved to definition %s", instance.number, to_id)
        return Plan(obstacles=[Obstacle("unforeseen", _CANNOT)])


def removed(session: Session, instance: Instance, to: Definition) -> list[Obstacle]:
    """Tell which elements hold tasks of a case and are gone, whoever may take them."""
    old = definitions.program(session, instance.definition_id)
    new = definitions.program(session, to.id)
    try:
        found = runtime.move(old, new, instance.state).obstacles
    except errors.AgencyflowError:
        return []
    return [o for o in found if o.code == "removed"]


def entered(
    session: Session, instance: Instance, task_id: str, element: Element
) -> datetime | None:
    """Tell when a case came to a task; nothing where nobody knows any more."""
    opened = session.scalar(select(Task.opened_at).where(Task.id == task_id))
    if opened is not None:
        return opened
    for event in reversed(history.of_case(session, instance.id, last=400)):
        for process_id, element_id, _flow in event.details.get("path", ()):
            if (process_id, element_id) == (element.process_id, element.id):
                return event.at
    return None
