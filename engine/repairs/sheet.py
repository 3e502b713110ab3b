"""A drawing while it is repaired: where things are, and what was understood so far."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.diagrams import FLOW_NODES
from engine.diagrams.extensions import camunda
from engine.diagrams.sources import BPMN, line_of
from engine.languages import Text
from engine.repairs.records import Repair

GATEWAYS = frozenset({"exclusiveGateway", "inclusiveGateway"})
SCOPES = frozenset({"subProcess", "transaction"})


def bpmn(tag: str) -> str:
    """A tag in BPMN's namespace, as lxml writes it."""
    return f"{{{BPMN}}}{tag}"


def kind(node: etree._Element) -> str:
    """The tag without its namespace."""
    return str(node.tag).rpartition("}")[2]


class Sheet:
    """The XML of one file, changed in place; new elements get the line of what they come from."""

    def __init__(self, root: etree._Element, file: str) -> None:
        self.root = root
        self.file = file
        self.found: list[Repair] = []
        self.changed = False
        #: The ids of elements that the drawing does not show.
        self.made: set[str] = set()

    def told(self, code: str, node: etree._Element, text: Text) -> None:
        """Note what was understood without a question."""
        self._note(code, node, text, needs_consent=False)

    def asked(self, code: str, node: etree._Element, text: Text, *, settles: str = "") -> None:
        """Note what was understood on condition that the owner agrees."""
        self._note(code, node, text, needs_consent=True, settles=settles)

    def _note(
        self,
        code: str,
        node: etree._Element,
        text: Text,
        *,
        needs_consent: bool,
        settles: str = "",
    ) -> None:
        owner = node
        while not owner.get("id") and (above := owner.getparent()) is not None:
            owner = above
        name = " ".join(owner.get("name", "").split())
        self.found.append(
            Repair(
                code,
                text,
                element_id=owner.get("id", ""),
                line=line_of(node),
                label=name,
                needs_consent=needs_consent,
                settles=settles,
            )
        )

    def processes(self) -> list[etree._Element]:
        """The processes of the file."""
        return list(self.root.iterchildren(bpmn("process")))

    def scopes(self) -> Iterator[etree._Element]:
        """Each process and each sub-process that runs when a token comes to it."""
        for process in self.processes():
            yield process
            for node in process.iter(*map(bpmn, SCOPES)):
                if not is_handler(node):
                    yield node

    def add(
        self, parent: etree._Element, tag: str, like: etree._Element, **said: str
    ) -> etree._Element:
        """Put a new BPMN element into a scope; it stands where `like` stands."""
        self.changed = True
        node = etree.SubElement(parent, bpmn(tag), said)
        self.made.add(said.get("id", ""))
        _stand(node, line_of(like))
        return node

    def put(self, node: etree._Element, name: str, value: str) -> None:
        """Set an attribute; `camunda:x` is one of Camunda's."""
        self.changed = True
        node.set(attribute(name), value)

    def turn(self, node: etree._Element, tag: str, *without: str) -> None:
        """Make an element one of another kind, without some of its attributes."""
        self.changed = True
        node.tag = bpmn(tag)
        for name in without:
            if attribute(name) in node.attrib:
                del node.attrib[attribute(name)]

    def extension(self, node: etree._Element, tag: str, **said: str) -> etree._Element:
        """Put a Camunda element into an element's own extensions; give it."""
        self.changed = True
        holder = next(node.iterchildren(bpmn("extensionElements")), None)
        if holder is None:
            holder = etree.Element(bpmn("extensionElements"))
            _stand(holder, line_of(node))
            at = sum(1 for _ in node.iterchildren(bpmn("documentation")))
            node.insert(at, holder)
        return self.inside(holder, tag, **said)

    def inside(self, holder: etree._Element, tag: str, **said: str) -> etree._Element:
        """Put a Camunda element into another one."""
        self.changed = True
        made = etree.SubElement(holder, camunda(tag), said)
        _stand(made, line_of(holder))
        return made

    def join_lanes(self, node_id: str, like: str) -> None:
        """Put an element into every lane that another one is in."""
        self.changed = True
        for ref in list(self.root.iter(bpmn("flowNodeRef"))):
            lane = ref.getparent()
            if lane is not None and (ref.text or "").strip() == like:
                etree.SubElement(lane, bpmn("flowNodeRef")).text = node_id

    def in_lanes(self) -> set[str]:
        """The ids of all elements that some lane lists."""
        return {(ref.text or "").strip() for ref in self.root.iter(bpmn("flowNodeRef"))}


def _stand(node: etree._Element, line: int) -> None:
    node.sourceline = line  # type: ignore[assignment]  # the stubs take it for read-only


def attribute(name: str) -> str:
    """An attribute's name as lxml writes it."""
    return camunda(name.removeprefix("camunda:")) if name.startswith("camunda:") else name


def nodes_of(scope: etree._Element) -> list[etree._Element]:
    """The flow nodes directly in a process or sub-process."""
    return [node for node in scope.iterchildren(bpmn("*")) if kind(node) in FLOW_NODES]


def flows_of(scope: etree._Element) -> list[etree._Element]:
    """The sequence flows directly in a process or sub-process."""
    return list(scope.iterchildren(bpmn("sequenceFlow")))


def is_handler(node: etree._Element) -> bool:
    """Whether a sub-process waits for an event instead of a token."""
    return node.get("triggeredByEvent", "false").strip() in ("true", "1")


def condition_of(flow: etree._Element) -> etree._Element | None:
    """The condition of a flow, empty or not."""
    return next(flow.iterchildren(bpmn("conditionExpression")), None)
