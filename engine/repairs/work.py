"""Work that nothing describes, and work that nobody is named for."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.sources import BPMN
from engine.languages import Text
from engine.repairs.sheet import (
    Sheet,
    attribute,
    bpmn,
    flows_of,
    is_handler,
    kind,
    nodes_of,
)

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
        "调用活动没有写明调用哪个流程，或者调用一个全局任务：由人来做。",
        "The call activity names no process, or a global task: a person does it.",
    ),
    "intermediateThrowEvent": Text(
        "事件没有写明发送哪条消息：由人来发送。",
        "The event names no message to send: a person sends it.",
    ),
    "endEvent": Text(
        "结束事件没有写明发送哪条消息：由人来发送。",
        "The end event names no message to send: a person sends it.",
    ),
    "intermediateCatchEvent": Text(
        "事件没有写明等待哪条消息：由人确认已经收到。",
        "The event names no message to wait for: a person says that it has come.",
    ),
    "startEvent": Text(
        "开始事件没有写明等待哪条消息：由人来启动。",
        "The start event names no message to wait for: a person starts the case.",
    ),
}


def undefined(sheet: Sheet) -> None:
    """Let a person do what is drawn without saying how it is done."""
    global_tasks = {
        node.get("id", ""): _GLOBAL[kind(node)]
        for node in sheet.root.iterchildren(bpmn("*"))
        if kind(node) in _GLOBAL
    }
    messages = {
        node.get("id", "")
        for node in sheet.root.iterchildren(bpmn("message"))
        if node.get("name", "").strip()
    }
    for process in sheet.processes():
        for node in list(process.iter(*map(bpmn, _SAID))):
            tag, turned = kind(node), "manualTask"
            if not node.get("id") or _is_foreign(node):
                continue
            if tag.endswith("Event"):
                if _names_no_message(node, messages) and _may_wait(sheet, node):
                    _without_message(sheet, node)
                    sheet.asked("person_does_it", node, _SAID[tag])
            elif _is_undefined(node, tag, global_tasks):
                if tag == "callActivity":
                    turned = global_tasks.get(_local(node.get("calledElement", "")), turned)
                _do_by_person(sheet, node, turned)
                sheet.asked("person_does_it", node, _SAID[tag])


def _is_undefined(node: etree._Element, tag: str, global_tasks: dict[str, str]) -> bool:
    if tag == "callActivity":
        called = _local(node.get("calledElement", ""))
        return called in global_tasks or not (called or node.get(attribute("camunda:caseRef")))
    if any(node.get(attribute(name)) for name in _CODE):
        return False
    if tag == "subProcess":
        return not nodes_of(node) and not is_handler(node)
    return True


def _names_no_message(node: etree._Element, messages: set[str]) -> bool:
    """Whether an event is one of a message, and of none that has a name."""
    definitions = [
        child
        for child in node.iterchildren(f"{{{BPMN}}}*")
        if kind(child).lower().endswith(("eventdefinition", "eventdefinitionref"))
    ]
    if len(definitions) != 1 or kind(definitions[0]) != "messageEventDefinition":
        return False
    (one,) = definitions
    if _is_foreign(one) or any(one.get(attribute(name)) for name in _CODE[:-2]):
        return False
    return _local(one.get("messageRef", "")) not in messages


def _may_wait(sheet: Sheet, node: etree._Element) -> bool:
    """Whether a person can stand where the event does."""
    scope = node.getparent()
    if scope is None:
        return False
    if kind(node) == "startEvent":
        starts = [one for one in nodes_of(scope) if kind(one) == "startEvent"]
        return starts == [node] and not is_handler(scope)
    if kind(node) == "intermediateCatchEvent":
        # There the first of several events wins, which a task cannot.
        racing = {one.get("id") for one in scope.iterchildren(bpmn("eventBasedGateway"))}
        return not any(
            flow.get("sourceRef") in racing and flow.get("targetRef") == node.get("id")
            for flow in flows_of(scope)
        )
    return True


def _without_message(sheet: Sheet, node: etree._Element) -> None:
    for child in list(node.iterchildren(f"{{{BPMN}}}*")):
        if kind(child).endswith(("EventDefinition", "dataInput", "dataOutput", "Set")):
            node.remove(child)
    sheet.turn(node, "startEvent" if kind(node) == "startEvent" else "manualTask")


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


def initiator(sheet: Sheet) -> None:
    """Keep whoever starts a case in the variable that Camunda's drawing names."""
    for node in list(sheet.root.iter(bpmn("startEvent"))):
        name = node.get(attribute("camunda:initiator"), "").strip()
        if not name:
            continue
        del node.attrib[attribute("camunda:initiator")]
        mapping = sheet.extension(node, "inputOutput")
        sheet.inside(mapping, "outputParameter", name=name).text = "${case.starter}"
        sheet.told(
            "initiator",
            node,
            Text(f"启动案件的人记在 {name} 里。", f"Whoever starts the case is kept in {name}."),
        )


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
