"""Expressions in the words of other engines, translated where they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from engine import expressions
from engine.diagrams.extensions import camunda
from engine.diagrams.sources import BPMN
from engine.errors import ExpressionFailed
from engine.expressions.parsing import pieces
from engine.languages import Text
from engine.repairs import feel, juel
from engine.repairs.sheet import Sheet, bpmn
from engine.repairs.tokens import Untranslatable

_PARAMETERS = frozenset({camunda("inputParameter"), camunda("outputParameter")})
#: Elements whose text is an expression, or may hold one.
_TEXTS = _PARAMETERS | {
    *(bpmn("conditionExpression"), bpmn("completionCondition")),
    *(bpmn("timeDuration"), bpmn("timeDate"), bpmn("timeCycle")),
}
#: Attributes that may hold one, wherever they stand.
_ATTRIBUTES = frozenset(
    {
        *(camunda("assignee"), camunda("candidateGroups"), camunda("candidateUsers")),
        *(camunda("dueDate"), camunda("followUpDate"), camunda("priority")),
        *(camunda("collection"), "sourceExpression", "defaultValue", "value", "config"),
    }
)
#: Extension properties whose values are expressions; others are words for people.
_PROPERTIES = frozenset(
    {"showIf", "options", "correlationKey", "payload", "case.title", "detail", "group"}
)
_LONGEST = 2_000


@dataclass(frozen=True)
class _Place:
    """Where an expression stands: its element, its text, and how another is put there."""

    node: etree._Element
    text: str
    put: Callable[[str], None]
    #: Whether text without `${}` may be an expression too.
    bare: bool = False


def expressions_of(root: etree._Element) -> Iterator[_Place]:
    """Every place in a file where an expression may stand."""
    for node in root.iter(f"{{{BPMN}}}*", camunda("*")):
        if node.tag in _TEXTS and node.text:
            yield _Place(node, node.text, _text(node), bare=node.tag not in _PARAMETERS)
        for name, text in node.attrib.items():
            if name in _ATTRIBUTES and "{" in text and _may_hold(node, str(name)):
                yield _Place(node, str(text), _attribute(node, str(name)))


def _may_hold(node: etree._Element, name: str) -> bool:
    """Whether a property or a constraint is one of those whose values are expressions."""
    if name == "config":
        return node.get("name") != "pattern"
    return name != "value" or (node.get("name") or node.get("id")) in _PROPERTIES


def _text(node: etree._Element) -> Callable[[str], None]:
    def put(text: str) -> None:
        node.text = text

    return put


def _attribute(node: etree._Element, name: str) -> Callable[[str], None]:
    return lambda text: node.set(name, text)


def expressions_in(sheet: Sheet) -> None:
    """Translate what the evaluator cannot read and another engine's language explains."""
    for place in list(expressions_of(sheet.root)):
        text = place.text.strip()
        if len(text) > _LONGEST:
            continue
        if place.bare and text.startswith("${"):
            _forget_language(sheet, place.node)
        if place.bare and text.startswith("="):
            new, code, tongue = _from_feel(text), "feel", "FEEL"
        else:
            new, code, tongue = _from_juel(text), "juel", "JUEL"
        if new == text:
            continue
        place.put(new)
        sheet.changed = True
        sheet.told(
            code,
            place.node,
            Text(
                f"{tongue} 表达式“{text}”读作“{new}”。",
                f'The {tongue} expression "{text}" is read as "{new}".',
            ),
        )


def _forget_language(sheet: Sheet, node: etree._Element) -> None:
    """What stands in `${}` is no XPath, whatever a tool writes beside it."""
    language = node.get("language", "")
    if node.tag == bpmn("conditionExpression") and language and "juel" not in language.lower():
        node.attrib.pop("language")
        sheet.changed = True
        sheet.told(
            "expression_language",
            node,
            Text(
                f"语言写的是 {language}，但 ${{…}} 按这里的表达式来读。",
                f"The language is said to be {language}, but ${{…}} is read as an expression.",
            ),
        )


def _from_feel(text: str) -> str:
    try:
        new = feel.translate(text[1:])
    except Untranslatable:
        return text
    return text if expressions.check(new) else f"${{{new}}}"


def _from_juel(text: str) -> str:
    if text.startswith("#{"):
        text = "$" + text[1:]
    if "${" not in text:
        return text
    try:
        parts = list(pieces(text))
    except ExpressionFailed:
        return text
    return "".join(f"${{{_piece(part)}}}" if marked else part for marked, part in parts)


def _piece(source: str) -> str:
    if not expressions.check(source):
        return source
    try:
        new = juel.translate(source)
    except Untranslatable:
        return source
    return source if expressions.check(new) else new
