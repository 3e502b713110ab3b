"""Read a BPMN diagram into plain records: what is drawn, in house words, without an engine.

The XML is never kept or changed here; a diagram is read from the bytes that were deployed.
"""

from __future__ import annotations

from engine.diagrams.reader import read
from engine.diagrams.records import (
    CallMapping,
    Choice,
    Diagram,
    Element,
    Extension,
    Flow,
    FormField,
    Lane,
    MultiInstance,
    Problem,
    Process,
    TimerDefinition,
)
from engine.diagrams.sources import MAX_BYTES

__all__ = [
    "MAX_BYTES",
    "CallMapping",
    "Choice",
    "Diagram",
    "Element",
    "Extension",
    "Flow",
    "FormField",
    "Lane",
    "MultiInstance",
    "Problem",
    "Process",
    "TimerDefinition",
    "read",
]
