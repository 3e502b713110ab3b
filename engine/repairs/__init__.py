"""Foreign drawings, understood: what other tools leave out or write in their own words.

A drawing is repaired in a copy, which is what is checked, compiled and run; the stored one
stays byte for byte. Everything that was understood is told. Where meaning is at stake, whoever
deploys has to agree to it first. What nobody can honestly guess is left for the rules to refuse.

| file | what it understands |
| --- | --- |
| sheet | a drawing while it is repaired, and what was understood of it |
| starts | processes not marked as executable, starts and splits that are only implied |
| ways | gateways without conditions or without a default |
| work | tasks that say neither what is done nor by whom |
| several | multi-instances in BPMN's own words |
| wording, juel, feel, tokens | expressions of other engines |
"""

from __future__ import annotations

from functools import lru_cache

from lxml import etree

from engine.diagrams import read_root
from engine.diagrams.sources import parse
from engine.repairs import several, starts, ways, wording, work
from engine.repairs.records import CONSENTS, Consent, Repair, Repaired
from engine.repairs.sheet import Sheet

__all__ = ["CONSENTS", "Consent", "Repair", "Repaired", "understand"]

#: In this order: a gateway may become a task, and a task needs somebody who does it.
_STEPS = (
    wording.expressions_in,
    starts.executable,
    starts.implicit_start,
    starts.implicit_split,
    several.lists,
    ways.gateways,
    work.undefined,
    work.initiator,
    work.by_nobody,
)


def understand(xml: bytes, *, file: str = "") -> Repaired:
    """Repair a copy of a drawing and say what was understood.

    Raises `errors.DiagramRefused` when the bytes are no BPMN 2.0 that can be read safely.
    """
    return _understood(xml, file)


@lru_cache(maxsize=64)
def _understood(xml: bytes, file: str) -> Repaired:
    root = parse(xml, file=file)
    sheet = Sheet(root, file)
    for step in _STEPS:
        step(sheet)
    repaired = etree.tostring(root) if sheet.changed else xml
    return Repaired(repaired, read_root(root, file=file), tuple(sheet.found), frozenset(sheet.made))
