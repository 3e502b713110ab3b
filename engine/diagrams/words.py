"""Names, help texts and other words in a diagram's XML, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from engine.diagrams import extensions as ext
from engine.diagrams.sources import BPMN
from engine.languages import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def tag(node: etree._Element) -> str:
    """The tag without its namespace."""
    return str(node.tag).rpartition("}")[2]


def children(node: etree._Element, name: str) -> Iterator[etree._Element]:
    """The BPMN children with this tag."""
    return node.iterchildren(f"{{{BPMN}}}{name}")


def parts_of(node: etree._Element) -> tuple[str, ...]:
    """The tags of an element's BPMN children, each once, in order."""
    return tuple(dict.fromkeys(tag(child) for child in node.iterchildren(f"{{{BPMN}}}*")))


def child_text(node: etree._Element, name: str) -> str:
    """The text of the first BPMN child with this tag, or nothing."""
    for child in children(node, name):
        return _text(child)
    return ""


def name_of(node: etree._Element) -> Text:
    """The name: Chinese as drawn, English from `name.en` or a translation."""
    english = ext.properties_of(node).get("name.en", "") or _translated(node, "name", "en")
    chinese = _translated(node, "name", "zh") or _one_line(node.get("name", ""))
    return Text(chinese, english)


def help_of(node: etree._Element) -> Text:
    """The documentation: Chinese as drawn, English beside it or in `documentation.en`."""
    spoken: dict[str, str] = {}
    for child in children(node, "documentation"):
        language = "en" if child.get(_LANG, "").lower().startswith("en") else "zh"
        said = _text(child)
        spoken.setdefault(language, said)
    english = (
        ext.properties_of(node).get("documentation.en", "")
        or _translated(node, "documentation", "en")
        or spoken.get("en", "")
    )
    chinese = _translated(node, "documentation", "zh") or spoken.get("zh", "")
    return Text(chinese, english)


def _translated(node: etree._Element, what: str, language: str) -> str:
    """OMG's translation of the `name` or the `documentation` of an element."""
    for holder in children(node, "extensionElements"):
        for child in holder.iterchildren(etree.Element):
            name = etree.QName(child)
            if name.localname != "translation" or "i18n" not in (name.namespace or ""):
                continue
            target = child.get("target", "@name").rsplit(":", 1)[-1].lstrip("@").split("[")[0]
            if target == what and child.get(_LANG, "").lower().startswith(language):
                return _text(child)
    return ""


def _one_line(name: str) -> str:
    # Modelers keep line breaks that people make to fit a label into its box.
    return " ".join(name.split())


def _text(node: etree._Element) -> str:
    return "".join(str(part) for part in node.itertext()).strip()
