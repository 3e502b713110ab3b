"""What a run tells its host: what it waits for, what it sent, which way it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson

from engine.diagrams import Element


@dataclass(frozen=True)
class Waiting:
    """Something that the run waits for: a person, a worker, a message or a timer.

    Whoever waits for a signal waits for a message whose name is `SIGNAL` and the signal's,
    and whose key is the task's id.
    Behind an event-based gateway several share one `task_id`; `element` tells them apart.
    `scope` is the task of the innermost running sub-process or called process, "" at the top.
    """

    task_id: str
    kind: str
    element: Element
    scope: str
    shared: Mapping[str, Any] = field(repr=False)
    message_name: str = ""
    key: str = ""
    due_at: datetime | None = None
    row_index: int | None = None

    @cached_property
    def data(self) -> dict[str, Any]:
        """The data that it would work on: a copy, made when first asked for."""
        return dict(orjson.loads(orjson.dumps(self.shared)))


@dataclass(frozen=True)
class Thrown:
    """A message or a signal that the run has sent; its host sees to it that it arrives.

    A signal goes to all other cases that wait for it at this moment; in its own case it has
    been heard already.
    """

    element: Element
    name: str
    key: str
    payload: Any
    time_to_live: str = ""
    if_expired: str = ""
    kind: str = "message"


@dataclass(frozen=True)
class Step:
    """One step along the drawing: an element was entered, completed or cancelled.

    `arrived` is a token that waits in a joining gateway for the others. `via` is the id of
    the sequence flow that led here, "" when none did.
    """

    kind: str
    element: Element
    task_id: str
    scope: str
    via: str = ""
