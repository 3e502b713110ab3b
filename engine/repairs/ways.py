"""Gateways that do not say which way to go: a person says it, or one way is for the rest."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict

from lxml import etree

from engine.errors import ExpressionFailed
from engine.expressions.parsing import inner, parsed
from engine.languages import Text
from engine.repairs.sheet import GATEWAYS, Sheet, bpmn, condition_of, flows_of, kind, nodes_of

_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
}


def gateways(sheet: Sheet) -> None:
    """Look at every gateway that has to choose."""
    for scope in list(sheet.scopes()):
        leaving: dict[str, list[etree._Element]] = defaultdict(list)
        entered = Counter[str]()
        for flow in flows_of(scope):
            leaving[flow.get("sourceRef", "")].append(flow)
            entered[flow.get("targetRef", "")] += 1
        for node in nodes_of(scope):
            node_id = node.get("id", "")
            if kind(node) in GATEWAYS and node_id and len(leaving[node_id]) > 1:
                _one(sheet, scope, node, leaving[node_id], merges=entered[node_id] > 1)


def _one(
    sheet: Sheet,
    scope: etree._Element,
    node: etree._Element,
    flows: list[etree._Element],
    *,
    merges: bool,
) -> None:
    conditions = [condition_of(flow) for flow in flows]
    if any(one is not None and not (one.text or "").strip() for one in conditions):
        return
    default = node.get("default", "")
    open_ways = [
        flow
        for flow, condition in zip(flows, conditions, strict=True)
        if condition is None and flow.get("id") != default
    ]
    inclusive = kind(node) == "inclusiveGateway"
    if not any(condition is not None for condition in conditions):
        # A task waits for no second token, as an inclusive gateway that joins would.
        if all(flow.get("id") for flow in flows) and not (inclusive and merges):
            _chooser(sheet, scope, node, flows, several=inclusive)
    elif not default and len(open_ways) == 1 and not inclusive and open_ways[0].get("id"):
        sheet.put(node, "default", open_ways[0].get("id", ""))
        sheet.asked(
            "other_way",
            open_ways[0],
            Text(
                "这条连线没有条件：其他条件都不成立时走这里。",
                "This flow has no condition: it is taken when no other one's holds.",
            ),
        )
    elif not default and not open_ways:
        _without_default(sheet, node, flows, conditions, inclusive=inclusive)


def _without_default(
    sheet: Sheet,
    node: etree._Element,
    flows: list[etree._Element],
    conditions: list[etree._Element | None],
    *,
    inclusive: bool,
) -> None:
    texts = [condition.text or "" for condition in conditions if condition is not None]
    last, condition = flows[-1], conditions[-1]
    if (
        len(texts) == 2
        and not inclusive
        and condition is not None
        and last.get("id")
        and _is_opposite(*texts)
    ):
        last.remove(condition)
        sheet.put(node, "default", last.get("id", ""))
        sheet.told(
            "opposite",
            last,
            Text(
                "这个条件是另一条连线的反面：它就是默认连线。",
                "This condition is the opposite of the other flow's: it is the default.",
            ),
        )
        return
    sheet.asked(
        "no_default",
        node,
        Text(
            "网关没有默认连线：没有一个条件成立时，案件会停下并报告。",
            "The gateway has no default flow: when no condition holds, the case stops and says so.",
        ),
        settles="missing_default",
    )


def _is_opposite(one: str, other: str) -> bool:
    """Whether of two conditions always exactly one holds."""
    try:
        first, second = parsed(inner(one)), parsed(inner(other))
    except ExpressionFailed:
        return False
    return _denied(first) == ast.dump(second) or _denied(second) == ast.dump(first)


def _denied(tree: ast.expr) -> str:
    if isinstance(tree, ast.Compare) and len(tree.ops) == 1:
        opposite = _OPPOSITE.get(type(tree.ops[0]))
        if opposite is not None:
            return ast.dump(ast.Compare(tree.left, [opposite()], tree.comparators))
    return ast.dump(ast.UnaryOp(ast.Not(), tree))


def _chooser(
    sheet: Sheet,
    scope: etree._Element,
    node: etree._Element,
    flows: list[etree._Element],
    *,
    several: bool,
) -> None:
    """Make the gateway a task that asks; the gateway that follows it does what was said.

    The task keeps the gateway's id, so that the drawing shows where the case stands.
    """
    gateway_id = node.get("id", "")
    variable = _variable(sheet, gateway_id)
    tag, asks = kind(node), f"{gateway_id}--ways"
    gateway = sheet.add(scope, tag, node, id=asks)
    sheet.turn(node, "userTask", "default", "gatewayDirection")
    sheet.add(
        scope,
        "sequenceFlow",
        node,
        id=f"{gateway_id}--chosen",
        sourceRef=gateway_id,
        targetRef=asks,
    )
    targets = {one.get("id"): one.get("name", "") for one in nodes_of(scope)}
    labels = {}
    for flow in flows:
        flow_id = flow.get("id", "")
        said = " ".join((flow.get("name") or targets.get(flow.get("targetRef")) or "").split())
        labels[flow_id] = said or flow_id
        sheet.put(flow, "sourceRef", asks)
        if flow is flows[-1] and not several:
            gateway.set("default", flow_id)
            continue
        condition = sheet.add(flow, "conditionExpression", flow)
        condition.set(_TYPE, "tFormalExpression")
        condition.text = f"{flow_id!r} in {variable}" if several else f"{variable} == {flow_id!r}"
    _form(sheet, node, variable, labels, several=several)
    listed_zh, listed_en = "、".join(labels.values()), ", ".join(labels.values())
    sheet.asked(
        "person_chooses",
        node,
        Text(
            f"网关没有条件：由人选择走哪条路（{listed_zh}）。",
            f"The gateway has no conditions: a person chooses the way ({listed_en}).",
        ),
    )


def _form(
    sheet: Sheet, node: etree._Element, variable: str, labels: dict[str, str], *, several: bool
) -> None:
    form = sheet.extension(node, "formData")
    field = sheet.inside(
        form,
        "formField",
        id=variable,
        type="checklist" if several else "enum",
        label="走哪条路",
    )
    words = sheet.inside(field, "properties")
    sheet.inside(words, "property", id="label.en", value="Which way")
    if not several:
        sheet.inside(words, "property", id="buttons", value="true")
    for flow_id, label in labels.items():
        sheet.inside(words, "property", id=f"value.{flow_id}.en", value=label)
    limits = sheet.inside(field, "validation")
    sheet.inside(limits, "constraint", name="required", config="true")
    for flow_id, label in labels.items():
        sheet.inside(field, "value", id=flow_id, name=label)
    if next(node.iterchildren(bpmn("documentation")), None) is None:
        help_text = etree.Element(bpmn("documentation"))
        help_text.text = "请选择接下来怎么走。"
        node.insert(0, help_text)
        english = sheet.extension(node, "properties")
        sheet.inside(english, "property", name="documentation.en", value="Choose how it goes on.")
    # What was chosen the last time round is no answer for this time.
    mapping = sheet.extension(node, "inputOutput")
    sheet.inside(mapping, "inputParameter", name=variable).text = "${null}"


def _variable(sheet: Sheet, gateway_id: str) -> str:
    """A variable's name for what is chosen at a gateway; ids may be in any script."""
    plain = re.sub(r"\W", "_", gateway_id, flags=re.ASCII).strip("_").lower()
    taken = {node.get("id") for node in sheet.root.iter("{*}formField")}
    name = f"way_at_{plain}" if plain else "way"
    number = 1
    while (wanted := name if number == 1 else f"{name}_{number}") in taken:
        number += 1
    return wanted
