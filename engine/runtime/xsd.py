"""BPMN 2.0's own XML schema, which SpiffWorkflow carries: what offends against it is told.

A tenth of what real tools export offends in ways that change nothing about how it runs, so an
offence is a warning. The words are ours; the schema processor's help nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from threading import Lock

from lxml import etree

from engine.diagrams import Problem
from engine.diagrams.sources import line_of, parse
from engine.languages import Text

#: So many say what is the matter with a file.
_MOST = 20
#: A schema keeps the errors of its last use, so two threads must not use it at once.
_in_use = Lock()
_NAMED = re.compile(r"Element '(?:\{[^}]*\})?(?P<tag>[^']+)'")
_ATTRIBUTE = re.compile(r"attribute '(?:\{[^}]*\})?(?P<name>[^']+)'")


@lru_cache(maxsize=1)
def _schema() -> etree.XMLSchema:
    folder = resources.files("SpiffWorkflow.bpmn.parser").joinpath("schema")
    with resources.as_file(folder) as place:
        return etree.XMLSchema(etree.parse(place / "BPMN20.xsd"))


def offences(xml: bytes, *, file: str = "") -> list[Problem]:
    """Say where a file offends against BPMN 2.0's XML schema, as warnings."""
    return list(_offences(xml, file))


@lru_cache(maxsize=64)
def _offences(xml: bytes, file: str) -> tuple[Problem, ...]:
    root = parse(xml, file=file)
    with _in_use:
        schema = _schema()
        valid = schema.validate(root)
        errors = [] if valid else list(schema.error_log)[:_MOST]  # type: ignore[call-overload]
    return tuple(_told(root, file, errors))


def _told(root: etree._Element, file: str, errors: list[etree._LogEntry]) -> Iterator[Problem]:
    for error in errors:
        node = _node(root, error.path or "")
        owner = node
        while not owner.get("id") and (above := owner.getparent()) is not None:
            owner = above
        yield Problem(
            "warning",
            "schema",
            _words(error.type_name, error.message),
            file=file,
            line=line_of(node) if node is not root else max(error.line, 1),
            element_id=owner.get("id", ""),
            label=" ".join(owner.get("name", "").split()),
        )


def _node(root: etree._Element, path: str) -> etree._Element:
    spaces = {prefix: space for prefix, space in root.nsmap.items() if prefix}
    try:
        found = root.getroottree().xpath(path, namespaces=spaces) if path else []
    except etree.XPathError:
        found = []
    first = found[0] if isinstance(found, list) and found else root
    return first if etree.iselement(first) else root


def _words(kind: str, message: str) -> Text:
    tag = match["tag"] if (match := _NAMED.search(message)) else "?"
    name = match["name"] if (match := _ATTRIBUTE.search(message)) else ""
    if kind == "SCHEMAV_ELEMENT_CONTENT" and "Missing child" in message:
        return Text(
            f"{tag} 的内容不完整，不符合 BPMN 2.0 的格式。",
            f"{tag} is not complete, as BPMN 2.0's schema has it.",
        )
    if kind == "SCHEMAV_ELEMENT_CONTENT":
        return Text(
            f"按 BPMN 2.0 的格式，{tag} 不该在这个位置。",
            f"By BPMN 2.0's schema {tag} does not belong in this place.",
        )
    if kind == "SCHEMAV_CVC_COMPLEX_TYPE_4":
        return Text(
            f"{tag} 缺少 BPMN 2.0 要求的属性 {name}。",
            f"{tag} lacks the attribute {name} that BPMN 2.0's schema asks for.",
        )
    if name:
        return Text(
            f"{tag} 的属性 {name} 或者它的值不符合 BPMN 2.0 的格式。",
            f"The attribute {name} of {tag}, or its value, is not as BPMN 2.0's schema has it.",
        )
    return Text(
        f"{tag} 不符合 BPMN 2.0 的格式。",
        f"{tag} is not as BPMN 2.0's schema has it.",
    )
