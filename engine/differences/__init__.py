"""What differs between two drawings, in words: who, forms, conditions, deadlines, both languages.

`compare` tells it element by element, in the order in which the work flows. The records of
`engine.diagrams` give the words; the XML itself proves that nothing was passed over.
"""

from __future__ import annotations

from engine.differences.comparing import compare
from engine.differences.records import (
    ADDED,
    CHANGED,
    MOVED,
    REMOVED,
    Comparison,
    Difference,
    Names,
)

__all__ = [
    "ADDED",
    "CHANGED",
    "MOVED",
    "REMOVED",
    "Comparison",
    "Difference",
    "Names",
    "compare",
]
