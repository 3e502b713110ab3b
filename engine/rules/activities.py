"""Activities: the kinds of work that are done here, and foreign code, which is not run."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagrams import Problem
from engine.rules.place import Place

#: Topics of external service tasks that a built-in worker serves.
TOPICS: frozenset[str] = frozenset()

_NO_CODE = (
    "请改成用户任务，或者用输入输出映射计算。",
    "Make it a user task, or compute with an input/output mapping.",
)
UNSUPPORTED = {
    "scriptTask": ("脚本任务", "Script tasks", *_NO_CODE),
    "businessRuleTask": (
        "业务规则任务",
        "Business rule tasks",
        "请用网关的条件画出规则。",
        "Draw the rule as conditions at a gateway.",
    ),
    "adHocSubProcess": (
        "即席子流程",
        "Ad-hoc sub-processes",
        "请用普通子流程和网关画出来。",
        "Draw it as a plain sub-process with gateways.",
    ),
    "transaction": (
        "事务子流程",
        "Transactions",
        "请改成普通子流程。",
        "Make it a plain sub-process.",
    ),
}
_CHOREOGRAPHY = ("编排活动", "Choreographies", "请画成流程。", "Draw a process.")
#: Camunda attributes that hand the work to code in another program.
CODE = (
    *("camunda:class", "camunda:delegateExpression", "camunda:expression"),
    *("camunda:decisionRef", "camunda:resource", "camunda:variableMappingClass"),
    "camunda:variableMappingDelegateExpression",
)


def unsupported_activity(place: Place) -> Iterator[Problem]:
    """Work that this engine does not do."""
    for element in place.elements():
        if "horeography" in element.kind:
            zh, en, zh_instead, en_instead = _CHOREOGRAPHY
        elif element.kind in UNSUPPORTED:
            zh, en, zh_instead, en_instead = UNSUPPORTED[element.kind]
        else:
            continue
        yield place.error(
            "unsupported_activity",
            f"不支持{zh}。{zh_instead}",
            f"{en} are not run here. {en_instead}",
            element,
        )


def service_task(place: Place) -> Iterator[Problem]:
    """A service task is done by an external worker, and one is there for its topic."""
    for element in place.elements("serviceTask"):
        found = [name for name in CODE if name in element.attributes]
        if found:
            yield place.error(
                "service_task",
                f"{found[0]}（{element.attributes[found[0]]}）是别的程序的代码，这里不执行。"
                "请改成用户任务，或者设为 external 并写上主题（topic）。",
                f"{found[0]} ({element.attributes[found[0]]}) is code of another program and is "
                "not run here. Make it a user task, or set its type to external and give it a "
                "topic.",
                element,
            )
        elif element.attributes.get("camunda:type") != "external" or not element.topic:
            yield place.error(
                "service_task",
                "服务任务没有可以执行的内容。请改成用户任务，或者设为 external 并写上主题（topic）。",
                "The service task has nothing that can be run. Make it a user task, or set its "
                "type to external and give it a topic.",
                element,
            )
        elif element.topic not in TOPICS:
            yield place.error(
                "unknown_topic",
                f"没有程序处理主题 {element.topic}，流程会一直等在这里。请改成用户任务或消息。",
                f"No worker serves the topic {element.topic}; the case would wait here for ever. "
                "Make it a user task or a message.",
                element,
            )


def foreign_code(place: Place) -> Iterator[Problem]:
    """Classes, delegates and expressions of a Java engine are refused, not skipped."""
    for element in place.elements():
        found = [name for name in CODE if name in element.attributes]
        if found and element.kind not in UNSUPPORTED.keys() | {"serviceTask"}:
            yield place.error(
                "foreign_code",
                f"{found[0]}（{element.attributes[found[0]]}）是别的程序的代码，这里不执行。请删除它，改成用户任务或消息。",
                f"{found[0]} ({element.attributes[found[0]]}) is code of another program and is "
                "not run here. Delete it and use a user task or a message.",
                element,
            )


def compensation(place: Place) -> Iterator[Problem]:
    """What would undo a step is never asked to."""
    for element in place.elements():
        if element.attributes.get("isForCompensation", "false") in ("true", "1"):
            yield place.error(
                "compensation",
                "不支持补偿活动。请把撤销的步骤画成普通任务，用网关通到它。",
                "Compensation is not supported. Draw what undoes the step as an ordinary task, "
                "and lead to it from a gateway.",
                element,
            )


def quantities(place: Place) -> Iterator[Problem]:
    """One token starts an activity, and one comes out of it."""
    for element in place.elements():
        for name in ("startQuantity", "completionQuantity"):
            if element.attributes.get(name, "1") != "1":
                yield place.error(
                    "quantities",
                    f"{name} 只能是 1。请删除它；要做多次请用多实例。",
                    f"{name} can only be 1. Delete it; use multi-instance to do a thing "
                    "several times.",
                    element,
                )


def standard_loop(place: Place) -> Iterator[Problem]:
    """A loop is drawn, so that its reader sees when it ends."""
    for element in place.elements():
        if element.standard_loop:
            yield place.error(
                "standard_loop",
                "不支持循环标记。请用网关画出循环，或者改成多实例。",
                "The loop marker is not supported. Draw the loop with a gateway, or use "
                "multi-instance.",
                element,
            )


def instantiating_task(place: Place) -> Iterator[Problem]:
    """A case is started by a start event."""
    for element in place.elements("receiveTask"):
        if element.attributes.get("instantiate") == "true":
            yield place.error(
                "instantiating_task",
                "接收任务不能启动流程。请改用消息开始事件。",
                "A receive task cannot start a case. Use a message start event.",
                element,
            )


RULES = (
    unsupported_activity,
    service_task,
    foreign_code,
    compensation,
    quantities,
    standard_loop,
    instantiating_task,
)
