"""Everything that the XML says, so that nothing that differs is passed over.

Each thing with an id gives its facts: every attribute and text in it, under the path at which
it stands. A fact knows the field of our records that reads it. Where the fact differs and no
such field does, the fact is told as it stands. Left out are what nobody sees or chooses: ids of
parts, who exported the file, references that follow from flows and lanes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from engine.diagrams.elements import FLOW_NODES
from engine.diagrams.extensions import CAMUNDA, properties_of
from engine.diagrams.sources import BPMN, parse
from engine.differences.words import same, told
from engine.languages import Text

_ARTIFACTS = ("textAnnotation", "association", "group", "dataObject", "dataObjectReference")
_ROOTS = (
    *("message", "error", "escalation", "signal", "itemDefinition", "dataStore", "category"),
    *("categoryValue", "interface", "resource", "endPoint", "correlationProperty"),
)
#: BPMN tags that are told one by one; everything else is a part of the one that it stands in.
THINGS = frozenset(
    {
        *FLOW_NODES,
        *("process", "lane", "sequenceFlow", "collaboration", "participant", "messageFlow"),
        *("dataStoreReference", "conversationLink", "conversation"),
        *_ARTIFACTS,
        *_ROOTS,
    }
)
#: What follows from something else, or is told by itself.
_ELSEWHERE = frozenset({"incoming", "outgoing", "flowNodeRef", "laneSet", "childLaneSet"})
_TIMES = ("timeDuration", "timeDate", "timeCycle")
#: Attribute or path -> the field of the record that reads it.
_READ = {
    "@name": "name",
    "@default": "default",
    "@attachedToRef": "attached_to",
    "@cancelActivity": "interrupting",
    "@isInterrupting": "interrupting",
    "@calledElement": "called_element",
    "@triggeredByEvent": "triggered_by_event",
    "@sourceRef": "source",
    "@targetRef": "target",
    "@isExecutable": "executable",
    "@camunda:versionTag": "version_tag",
    "@camunda:assignee": "assignee",
    "@camunda:candidateGroups": "candidate_groups",
    "@camunda:candidateUsers": "candidate_users",
    "@camunda:dueDate": "due_date",
    "@camunda:followUpDate": "follow_up_date",
    "@camunda:priority": "priority",
    "@camunda:topic": "topic",
    "documentation": "help",
    "documentation@xml:lang": "help",
    "conditionExpression": "condition",
    "conditionExpression@language": "condition_language",
    "multiInstanceLoopCharacteristics@isSequential": "multi_instance",
    "multiInstanceLoopCharacteristics@camunda:collection": "multi_instance",
    "multiInstanceLoopCharacteristics@camunda:elementVariable": "multi_instance",
    "multiInstanceLoopCharacteristics/completionCondition": "multi_instance",
    "multiInstanceLoopCharacteristics/loopCardinality": "multi_instance",
    "messageEventDefinition@camunda:topic": "topic",
    **{f"timerEventDefinition/{time}": "timer" for time in _TIMES},
    "camunda:properties/property@value": "properties",
    "camunda:formData/formField@type": "fields",
    "camunda:formData/formField@label": "fields",
    "camunda:formData/formField@defaultValue": "fields",
    "camunda:formData/formField/properties/property@value": "fields",
    "camunda:formData/formField/validation/constraint@config": "fields",
    "camunda:formData/formField/value@name": "fields",
    "camunda:inputOutput/inputParameter": "input_parameters",
    "camunda:inputOutput/outputParameter": "output_parameters",
    **{
        f"camunda:{way}@{name}": f"call_{way}"
        for way in ("in", "out")
        for name in ("source", "sourceExpression", "target", "variables", "businessKey")
    },
}
#: Elements whose mere presence a field reads.
_PRESENT = {
    "standardLoopCharacteristics": ("standard_loop",),
    "multiInstanceLoopCharacteristics": ("multi_instance",),
    "conditionExpression": ("has_condition",),
}
#: They hold others and say nothing themselves.
_WRAPPERS = frozenset({"camunda:properties", "camunda:inputOutput", "properties", "validation"})
#: How the file is written. A message's id is one of these: its name is what counts.
_WRITING = frozenset(
    {"@messageRef", "@type (http://www.w3.org/2001/XMLSchema-instance)", "@xml:space"}
)
#: Attributes that mean the same when they are not written.
_UNSAID = {
    "@isExecutable": "false",
    "@cancelActivity": "true",
    "@isInterrupting": "true",
    "@isSequential": "false",
    "@triggeredByEvent": "false",
    "@isForCompensation": "false",
    "@startQuantity": "1",
    "@completionQuantity": "1",
    "@parallelMultiple": "false",
    "@processType": "None",
    "@isClosed": "false",
    "@instantiate": "false",
}
#: How a translation's element stands in the records.
_TRANSLATED = ("name", "help")
#: Facts that have a name of their own.
_CALLED = {
    "@name": Text("名称", "Name"),
    "@sourceRef": Text("起点", "From"),
    "@targetRef": Text("终点", "To"),
    "@processRef": Text("其中的流程", "Procedure in it"),
    "@camunda:historyTimeToLive": Text("结束后的保存期", "Kept after its end"),
    "@camunda:type": Text("执行方式", "Way in which it is done"),
    "text": Text("文字", "Text"),
    "@parent": Text("所在的泳道", "Lies in the lane"),
}


@dataclass
class Thing:
    """A thing of the drawing with all that the XML says about it: path -> values, in order."""

    id: str
    kind: str
    name: Text
    facts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add(self, path: str, value: str, fields: tuple[str, ...]) -> None:
        """Note a fact, and which fields read it."""
        self.facts[path].append(value)
        self.fields[path] = fields


def things_of(xml: bytes) -> dict[str, Thing]:
    """Read the facts of every thing in a file that can be read (else DiagramRefused)."""
    root = parse(xml, file="")
    found: dict[str, Thing] = {}
    for node in root.iter(f"{{{BPMN}}}*"):
        name = _local(node)
        if name in THINGS and node.get("id"):
            thing = Thing(node.get("id", ""), name, _label(node))
            if name == "lane":
                above = next(node.iterancestors(f"{{{BPMN}}}lane"), None)
                thing.add("@parent", above.get("id", "") if above is not None else "", ())
            _collect(node, "", "", thing)
            found.setdefault(thing.id, thing)
    return found


def _label(node: etree._Element) -> Text:
    said = properties_of(node).get("name.en", "")
    name = " ".join((node.get("name") or "").split())
    if not name and _local(node) == "textAnnotation":
        name = " ".join("".join(str(part) for part in node.itertext()).split())[:40]
    return Text(name, said)


def _collect(node: etree._Element, path: str, read_as: str, thing: Thing) -> None:
    """Gather a node's facts: `path` says where it stands, `read_as` the same without keys."""
    known = len(thing.facts)
    for name, value in zip(node.attrib.keys(), node.attrib.values(), strict=True):
        local = _attribute(str(name))
        if not _is_seen(local, str(value), path, read_as):
            continue
        thing.add(f"{path}{local}", str(value), _fields(f"{read_as}{local}"))
    text = " ".join((node.text or "").split())
    if path and text:
        thing.add(path, text, _fields(read_as))
    for child in node.iterchildren(etree.Element):
        _descend(child, path, read_as, thing)
    if path and len(thing.facts) == known and path.rsplit("/", 1)[-1] not in _WRAPPERS:
        thing.add(path, "", _present(read_as))


def _descend(child: etree._Element, path: str, read_as: str, thing: Thing) -> None:
    name = _local(child)
    is_bpmn = str(child.tag).startswith(f"{{{BPMN}}}")
    if is_bpmn and (name in _ELSEWHERE or (name in THINGS and child.get("id"))):
        return
    if is_bpmn and name == "extensionElements":
        _collect(child, path, read_as, thing)
        return
    step = name if is_bpmn or read_as else _prefixed(child)
    below = "translation" if name == "translation" else f"{read_as}/{step}" if read_as else step
    key = child.get("id") or child.get("name") or ""
    inside = f"{path}/{step}" if path else step
    _collect(child, f"{inside}[{key}]" if key and not is_bpmn else inside, below, thing)


def _is_seen(attribute: str, value: str, path: str, read_as: str) -> bool:
    """Leave out ids of parts, what says only how the file is written, and what goes without saying."""
    in_extension = read_as.startswith("camunda:")
    if attribute == "@id":
        return in_extension and f"[{value}]" not in path
    if attribute == "@name" and in_extension:
        return f"[{value}]" not in path
    if attribute in _WRITING:
        return False
    return _UNSAID.get(attribute) != value


def _fields(where: str) -> tuple[str, ...]:
    if where.startswith("translation"):
        return _TRANSLATED
    return (_READ[where],) if where in _READ else ()


def _present(where: str) -> tuple[str, ...]:
    """Name the fields that read an element which says nothing but that it is there."""
    if where in _PRESENT:
        return _PRESENT[where]
    if where.endswith("EventDefinition"):
        return ("event",)
    if where in _READ or where.startswith("translation"):
        return _fields(where)
    return tuple({f for path, f in _READ.items() if path.startswith(f"{where}@")})


def _local(node: etree._Element) -> str:
    return str(etree.QName(node).localname)


def _prefixed(node: etree._Element) -> str:
    space = etree.QName(node).namespace
    if space == CAMUNDA:
        return f"camunda:{_local(node)}"
    return f"{node.prefix}:{_local(node)}" if node.prefix else _local(node)


def _attribute(name: str) -> str:
    space, _, local = name.rpartition("}")
    if not space:
        return f"@{local}"
    if space == "{" + CAMUNDA:
        return f"@camunda:{local}"
    if space.endswith("XML/1998/namespace"):
        return f"@xml:{local}"
    return f"@{local} ({space.strip('{')})"


def untold(old: Thing, new: Thing, changed: set[str]) -> Iterator[Text]:
    """Tell the facts that differ though no field that reads them does."""
    for path in dict.fromkeys([*old.facts, *new.facts]):
        before, after = old.facts.get(path, []), new.facts.get(path, [])
        fields = new.fields.get(path) or old.fields.get(path) or ()
        if before == after or changed.intersection(fields):
            continue
        if path == "@name" and " ".join(" ".join(before).split()) == " ".join(
            " ".join(after).split()
        ):
            yield Text("名称的换行或空格变了", "Line breaks or spaces of the label changed")
            continue
        yield told(_words(path), _values(before), _values(after))


def _values(values: list[str]) -> Text:
    if not values:
        return Text()
    return same(", ".join(values)) if any(values) else Text("有", "there")


def _words(path: str) -> Text:
    path = path.strip()
    return _CALLED.get(path) or Text(f"细节“{path}”", f"Detail “{path}”")
