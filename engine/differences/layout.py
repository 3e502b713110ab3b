"""What only the drawing shows: where things stand, how large they are, how their lines run."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.diagrams.sources import parse
from engine.languages import Text

_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_BOUNDS = "Bounds"
_SAID = {
    "place": Text("在图上移动了", "Moved in the drawing"),
    "size": Text("在图上的大小变了", "Has another size in the drawing"),
    "line": Text("线条的走法变了", "Its line runs differently"),
    "label": Text("文字的位置变了", "Its label stands elsewhere"),
    "look": Text("在图上的样子变了", "Looks different in the drawing"),
}
#: One thing's shape or line: aspect -> what the file says of it.
Shape = dict[str, object]


def shapes_of(xml: bytes) -> dict[str, Shape]:
    """Read how each thing is drawn, by the thing's id."""
    root = parse(xml, file="")
    found: dict[str, Shape] = {}
    for node in root.iter(f"{{{_DI}}}BPMNShape", f"{{{_DI}}}BPMNEdge"):
        thing = node.get("bpmnElement", "").rsplit(":", 1)[-1]
        found.setdefault(thing, _shape(node))
    return found


def _shape(node: etree._Element) -> Shape:
    shape: Shape = {"look": _look(node)}
    for child in node.iterchildren(etree.Element):
        name = etree.QName(child).localname
        if name == _BOUNDS:
            shape["place"] = _numbers(child, "x", "y")
            shape["size"] = _numbers(child, "width", "height")
        elif name == "BPMNLabel":
            shape["label"] = [_numbers(b, "x", "y", "width", "height") for b in child]
    shape["line"] = [_numbers(c, "x", "y") for c in node if _is(c, "waypoint")]
    return shape


def _look(node: etree._Element) -> dict[str, str]:
    own = {str(k): str(v) for k, v in node.attrib.items() if k not in ("id", "bpmnElement")}
    for inner in node.iterdescendants(etree.Element):
        if not _is(inner, _BOUNDS) and not _is(inner, "waypoint"):
            tag = str(inner.tag)
            own |= {f"{tag}@{k!s}": str(v) for k, v in inner.attrib.items() if k != "id"}
    return own


def _is(node: etree._Element, name: str) -> bool:
    return isinstance(node.tag, str) and etree.QName(node).localname == name


def _numbers(node: etree._Element, *names: str) -> tuple[float | str, ...]:
    return tuple(_number(node.get(name, "")) for name in names)


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def changes(old: Shape | None, new: Shape | None) -> Iterator[Text]:
    """Tell what is drawn differently; None is what is not drawn."""
    if old is None or new is None:
        if new is not None:
            yield Text("现在画在图上", "Is drawn now")
        elif old is not None:
            yield Text("不再画在图上", "Is not drawn any more")
        return
    for aspect, said in _SAID.items():
        if old.get(aspect) != new.get(aspect):
            yield said
