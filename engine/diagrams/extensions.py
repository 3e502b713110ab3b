"""Camunda's extension elements: properties, form fields, mappings, and whatever else stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from engine.diagrams.records import CallMapping, Choice, Extension, FormField
from engine.diagrams.sources import BPMN, line_of
from engine.languages import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

CAMUNDA = "http://camunda.org/schema/1.0/bpmn"


def camunda(name: str) -> str:
    """A name in Camunda's namespace, as lxml writes it."""
    return f"{{{CAMUNDA}}}{name}"


def properties_of(node: etree._Element) -> dict[str, str]:
    """The extension properties directly on an element."""
    return {
        child.get("name", ""): child.get("value", "")
        for holder in _extension(node, "properties")
        for child in holder.iterchildren(camunda("property"))
    }


def attributes_of(node: etree._Element) -> dict[str, str]:
    """BPMN's own attributes by their name, Camunda's as `camunda:name`; others are left out."""
    found = {}
    for name, value in node.attrib.items():
        space, _, local = str(name).rpartition("}")
        if not space:
            found[local] = str(value)
        elif space == "{" + CAMUNDA:
            found[f"camunda:{local}"] = str(value)
    return found


def extensions_of(node: etree._Element) -> tuple[Extension, ...]:
    """Every Camunda element in an element's own extensions, nested ones included.

    A multi-instance's and an event definition's own extensions count as the element's.
    """
    holders = list(node.iterchildren(f"{{{BPMN}}}extensionElements"))
    for child in node.iterchildren(f"{{{BPMN}}}*"):
        if str(child.tag).endswith(("LoopCharacteristics", "EventDefinition")):
            holders += child.iterchildren(f"{{{BPMN}}}extensionElements")
    return tuple(
        Extension(
            name=str(found.tag).rpartition("}")[2],
            line=line_of(found),
            attributes=attributes_of(found),
            parent=_parent(found),
        )
        for holder in holders
        for found in holder.iter(f"{{{CAMUNDA}}}*")
    )


def fields_of(node: etree._Element) -> tuple[FormField, ...]:
    """The form fields drawn on a user task or a start event."""
    return tuple(
        _field(child)
        for holder in _extension(node, "formData")
        for child in holder.iterchildren(camunda("formField"))
    )


def call_mappings_of(node: etree._Element, direction: str) -> tuple[CallMapping, ...]:
    """What a call activity gives ("in") to the called process or takes ("out") from it."""
    return tuple(
        CallMapping(
            source=child.get("source", "").strip(),
            source_expression=child.get("sourceExpression", "").strip(),
            target=child.get("target", "").strip(),
            all_variables=child.get("variables", "") == "all",
            business_key=child.get("businessKey", ""),
            line=line_of(child),
        )
        for child in _extension(node, direction)
    )


def parameters_of(node: etree._Element, kind: str) -> tuple[tuple[str, str], ...]:
    """The `inputParameter` or `outputParameter` pairs of an element, in order."""
    return tuple(
        (child.get("name", "").strip(), (child.text or "").strip())
        for holder in _extension(node, "inputOutput")
        for child in holder.iterchildren(camunda(kind))
    )


def _field(node: etree._Element) -> FormField:
    properties = {
        child.get("id") or child.get("name") or "": child.get("value", "")
        for holder in node.iterchildren(camunda("properties"))
        for child in holder.iterchildren(camunda("property"))
    }
    constraints = {
        child.get("name", ""): child.get("config", "")
        for holder in node.iterchildren(camunda("validation"))
        for child in holder.iterchildren(camunda("constraint"))
    }
    choices = tuple(
        Choice(
            child.get("id", ""),
            Text(child.get("name", ""), properties.get(f"value.{child.get('id', '')}.en", "")),
        )
        for child in node.iterchildren(camunda("value"))
    )
    return FormField(
        id=node.get("id", "").strip(),
        type=node.get("type", "").strip(),
        label=Text(node.get("label", ""), properties.get("label.en", "")),
        help=Text(properties.get("help", ""), properties.get("help.en", "")),
        default=node.get("defaultValue", ""),
        choices=choices,
        constraints=constraints,
        properties=properties,
        line=line_of(node),
    )


def _extension(node: etree._Element, name: str) -> Iterator[etree._Element]:
    for holder in node.iterchildren(f"{{{BPMN}}}extensionElements"):
        yield from holder.iterchildren(camunda(name))


def _parent(node: etree._Element) -> str:
    above = node.getparent()
    return str(above.tag).rpartition("}")[2] if above is not None else ""
