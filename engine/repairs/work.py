"""Work that nothing describes, and work that nobody is named for."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.sources import BPMN
from engine.languages import Text
from engine.repairs.sheet import Sheet, attribute, bpmn, kind, nodes_of

#: What makes a task another program's.
_CODE = (
    *("camunda:class", "camunda:delegateExpression", "camunda:expression", "camunda:type"),
    *("camunda:topic", "camunda:resource", "operationRef", "messageRef", "instantiate"),
)
#: Other engines, by a part of their namespace, whose extensions say what a task does.
_ENGINES = ("zeebe", "activiti", "flowable", "drools", "spiffworkflow", "bonita")
_BY_PERSON = frozenset({"userTask", "manualTask", "task"})
_PEOPLE = ("camunda:assignee", "camunda:candidateGroups", "camunda:candidateUsers")
#: The group whose members start what says nothing of who starts it.
OWNERS = "process_owner"
_GLOBAL = {
    "globalTask": "manualTask",
    "globalManualTask": "manualTask",
    "globalUserTask": "userTask",
}
_SAID = {
    "serviceTask": Text(
        "服务任务没有写明做什么：由人来做。",
        "The service task says nothing of what it does: a person does it.",
    ),
    "sendTask": Text(
        "发送任务没有写明哪条消息：由人来发送。",
        "The send task names no message: a person sends it.",
    ),
    "receiveTask": Text(
        "接收任务没有写明哪条消息：由人确认已经收到。",
        "The receive task names no message: a person says that it has come.",
    ),
    "subProcess": Text(
        "子流程是空的：作为一个任务，由人来做。",
        "The sub-process is empty: it is one task, which a person does.",
    ),
    "callActivity": Text(
        "调用的是一个全局任务：由人来做。",
        "What is called is a global task: a person does it.",
    ),
}


def undefined(sheet: Sheet) -> None:
    """Let a person do what is drawn without saying how it is done."""
    global_tasks = {
        node.get("id", ""): _GLOBAL[kind(node)]
        for node in sheet.root.iterchildren(bpmn("*"))
        if kind(node) in _GLOBAL
    }
    for process in sheet.processes():
        for node in list(process.iter(*map(bpmn, _SAID))):
            tag, turned = kind(node), "manualTask"
            if not node.get("id") or not _is_undefined(node, tag, global_tasks):
                continue
            if tag == "callActivity":
                turned = global_tasks[_local(node.get("calledElement", ""))]
            _do_by_person(sheet, node, turned)
            sheet.asked("person_does_it", node, _SAID[tag])


def _is_undefined(node: etree._Element, tag: str, global_tasks: dict[str, str]) -> bool:
    if tag == "callActivity":
        return _local(node.get("calledElement", "")) in global_tasks
    if any(node.get(attribute(name)) for name in _CODE) or _is_foreign(node):
        return False
    if tag == "subProcess":
        return not nodes_of(node) and node.get("triggeredByEvent", "false") not in ("true", "1")
    return True


def _is_foreign(node: etree._Element) -> bool:
    """Whether an engine's extensions, a connector say, do the work."""
    for name in (*node.attrib, *(c.tag for h in _extensions(node) for c in h.iter(etree.Element))):
        space = etree.QName(name).namespace or ""
        if etree.QName(name).localname == "connector" or any(one in space for one in _ENGINES):
            return True
    return False


def _extensions(node: etree._Element) -> list[etree._Element]:
    return list(node.iterchildren(bpmn("extensionElements")))


def _do_by_person(sheet: Sheet, node: etree._Element, tag: str) -> None:
    if kind(node) == "subProcess":
        kept = ("documentation", "extensionElements", "incoming", "outgoing")
        for child in list(node.iterchildren(f"{{{BPMN}}}*")):
            name = kind(child)
            if name not in kept and not name.endswith("LoopCharacteristics"):
                node.remove(child)
    sheet.turn(node, tag, "implementation", "triggeredByEvent", "calledElement")


def by_nobody(sheet: Sheet) -> None:
    """Let whoever starts a case do what no lane, group or person is named for."""
    in_lanes = sheet.in_lanes()
    for process in sheet.processes():
        starts = [
            node for node in nodes_of(process) if kind(node) == "startEvent" and _is_plain(node)
        ]
        if not starts:
            continue
        alone = [
            node
            for node in process.iter(*map(bpmn, _BY_PERSON))
            if node.get("id") and not _has_somebody(node, in_lanes)
        ]
        for node in alone:
            sheet.put(node, "camunda:assignee", "${case.starter}")
            sheet.asked(
                "starter_does_it",
                node,
                Text(
                    "没有写由谁做：由启动案件的人做。",
                    "It does not say who does it: whoever starts the case does.",
                ),
            )
        if alone and not _has_somebody(starts[0], in_lanes):
            sheet.put(starts[0], "camunda:candidateGroups", OWNERS)
            sheet.told(
                "owners_start",
                starts[0],
                Text(
                    "没有写由谁启动：由流程负责人启动。",
                    "It does not say who starts it: process owners do.",
                ),
            )


def _is_plain(node: etree._Element) -> bool:
    return not any(
        kind(child).endswith(("EventDefinition", "EventDefinitionRef", "eventDefinitionRef"))
        for child in node.iterchildren(f"{{{BPMN}}}*")
    )


def _has_somebody(node: etree._Element, in_lanes: set[str]) -> bool:
    if any(node.get(attribute(name), "").strip() for name in _PEOPLE):
        return True
    around: etree._Element | None = node
    while around is not None and kind(around) != "process":
        if around.get("id") in in_lanes:
            return True
        around = around.getparent()
    return False


def _local(reference: str) -> str:
    return reference.strip().rsplit(":", 1)[-1]
