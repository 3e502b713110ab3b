"""Figures of checking a drawing, as the modeler does after each change of it."""

from __future__ import annotations

import time
from statistics import median

from engine import definitions, review
from engine.diagrams import Process
from tests.benchmarks import diagrams
from tests.conftest import PROCESSES

#: What the manual's four procedures are; the others are called by them.
PROCEDURES = ("new_client", "existing_client", "campaign_planning", "creative_direction")
TIMES = 30


def figures() -> dict[str, float]:
    """Check the largest of the four procedures, and a drawing of 2,000 elements."""
    files = {f"{name}.bpmn": (PROCESSES / f"{name}.bpmn").read_bytes() for name in PROCEDURES}
    largest = max(files, key=lambda name: len(files[name]))
    known = _known()
    return {
        "check_ms_p50": _checked(largest, files[largest], known, TIMES),
        "check_2000_elements_ms": _checked("large.bpmn", diagrams.sequence(1998), {}, 3),
    }


def _known() -> dict[str, Process]:
    found = review.review(definitions.files_in(PROCESSES)).processes
    return {name: process for name, (_, process) in found.items()}


def _checked(file: str, xml: bytes, known: dict[str, Process], times: int) -> float:
    spent: list[float] = []
    for number in range(times + 1):
        # No two drawings are the same, so that nothing is remembered.
        drawing = xml + b"\n" * (number + 1)
        before = time.perf_counter()
        definitions.check(drawing, file=file, known=known)
        spent.append((time.perf_counter() - before) * 1000)
    # The first one builds what all share, BPMN's schema above all.
    return median(spent[1:])
