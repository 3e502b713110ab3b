"""Moving running cases to another version of their procedure.

First each case is told whether it can move, on a copy and without a trace; then an order makes
one row per case, which the background takes up one transaction at a time. What a person has
claimed or drafted stays; a move can be undone for as long as its case has not gone on.

| file | what it holds |
| --- | --- |
| plans | whether one case can move, tried out in memory |
| trial | what would come next by the new drawing, with made-up answers |
| rows | the rows of a case, written anew, and put back |
| preview | the cases of a procedure, each with its verdict |
| orders | orders, their cases, the work in the background, undoing |
"""

from __future__ import annotations

from engine.migration.orders import (
    Progress,
    Result,
    ahead,
    finish,
    order,
    pending,
    progress,
    recent,
    run,
    undo,
)
from engine.migration.preview import Preview, Verdict, numbers, place, preview, versions

__all__ = [
    "Preview",
    "Progress",
    "Result",
    "Verdict",
    "ahead",
    "finish",
    "numbers",
    "order",
    "pending",
    "place",
    "preview",
    "progress",
    "recent",
    "run",
    "undo",
    "versions",
]
