"""Multi-instances in BPMN's own words, which name no list of results."""

from __future__ import annotations

import re

from lxml import etree

from engine.diagrams.extensions import camunda, properties_of
from engine.languages import Text
from engine.repairs.sheet import Sheet, bpmn

#: More runs than anybody draws.
_MOST = 100


def lists(sheet: Sheet) -> None:
    """Give each multi-instance its list, the name of an item, and a list for its results."""
    for loop in list(sheet.root.iter(bpmn("multiInstanceLoopCharacteristics"))):
        node = loop.getparent()
        if node is None or not node.get("id"):
            continue
        _counted(sheet, node, loop)
        collection = loop.get(camunda("collection"), "").strip()
        if not collection:
            continue
        if not loop.get(camunda("elementVariable"), "").strip():
            name = _item(collection)
            sheet.put(loop, "camunda:elementVariable", name)
            sheet.told(
                "item_name",
                loop,
                Text(f"每一项叫作 {name}。", f"One item of the list is called {name}."),
            )
        _results(sheet, node, loop)


def _counted(sheet: Sheet, node: etree._Element, loop: etree._Element) -> None:
    """So many runs are the runs over a list of that length."""
    drawn = next(loop.iterchildren(bpmn("loopCardinality")), None)
    match = re.fullmatch(
        r"\s*(?:\$\{)?\s*(\d{1,3})\s*\}?\s*", (drawn is not None and drawn.text) or ""
    )
    if drawn is None or match is None or loop.get(camunda("collection")):
        return
    runs = int(match[1])
    if not 0 < runs <= _MOST:
        return
    listed = ", ".join(map(str, range(runs)))
    sheet.put(loop, "camunda:collection", f"${{[{listed}]}}")
    if not loop.get(camunda("elementVariable"), "").strip():
        sheet.put(loop, "camunda:elementVariable", "loopCounter")
    loop.remove(drawn)
    sheet.told(
        "counted_runs",
        node,
        Text(
            f"做 {runs} 次；loopCounter 从 0 数起。",
            f"It is done {runs} times; loopCounter counts them from 0.",
        ),
    )


def _item(collection: str) -> str:
    plain = re.sub(r"\W", "_", collection, flags=re.ASCII).strip("_") or "list"
    return f"{plain}_item"


def _results(sheet: Sheet, node: etree._Element, loop: etree._Element) -> None:
    known = properties_of(node).keys() | properties_of(loop).keys()
    if {"resultList", "resultItem"} & known:
        return
    fields = [field.get("id", "") for field in node.iter(camunda("formField"))]
    item = fields[0] if len(fields) == 1 else loop.get(camunda("elementVariable"), "")
    plain = re.sub(r"\W", "_", node.get("id", ""), flags=re.ASCII).strip("_")
    results = f"results_of_{plain}"
    holder = sheet.extension(node, "properties")
    sheet.inside(holder, "property", name="resultList", value=results)
    sheet.inside(holder, "property", name="resultItem", value=item)
    sheet.asked(
        "results_in_list",
        node,
        Text(
            f"没有写结果放在哪里：每一次的 {item} 放进列表 {results}。",
            f"It does not say where results go: {item} of each run goes to the list {results}.",
        ),
    )
