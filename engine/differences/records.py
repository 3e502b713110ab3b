"""What differs between two drawings, ready to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.languages import Text

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"


@dataclass(frozen=True)
class Names:
    """What people call what a drawing names by its id."""

    groups: Mapping[str, Text] = field(default_factory=dict)
    procedures: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """What became of one element: `kind` is added, removed, changed, or moved in the drawing."""

    element_id: str
    kind: str
    #: What sort of thing it is, such as a task.
    sort: Text
    #: How to call it: its label, or what it stands beside.
    name: Text
    sentences: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Everything that differs between two drawings, in the order in which the work flows."""

    differences: tuple[Difference, ...] = ()

    @property
    def told(self) -> list[Difference]:
        """What changes the work, or what people read."""
        return [d for d in self.differences if d.kind != MOVED]

    @property
    def moved(self) -> list[Difference]:
        """What only the drawing shows differently."""
        return [d for d in self.differences if d.kind == MOVED]

    def __bool__(self) -> bool:
        """A comparison is true when anything differs at all."""
        return bool(self.differences)
