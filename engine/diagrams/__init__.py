"""Read a BPMN diagram into plain records: what is drawn, in house words, without an engine.

The XML is never kept or changed here; a diagram is read from the bytes that were deployed.
"""

from __future__ import annotations

from engine.diagrams.elements import FLOW_NODES
from engine.diagrams.reader import read, read_root
from engine.diagrams.records import (
    SIGNAL,
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
    "FLOW_NODES",
    "MAX_BYTES",
    "SIGNAL",
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
    "read_root",
]
