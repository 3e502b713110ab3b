"""Sequence flows: that they join what is drawn, and that their conditions count."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagrams import Problem
from engine.rules.place import Place

#: Gateways that choose among their outgoing flows by conditions.
CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway"})
#: Gateways that take every way out, or that of the event that came.
UNCONDITIONAL = frozenset({"parallelGateway", "eventBasedGateway", "complexGateway"})


def dangling(place: Place) -> Iterator[Problem]:
    """Both ends of a flow are drawn, in the same process or sub-process."""
    for flow in place.process.flows.values():
        source = place.process.elements.get(flow.source)
        target = place.process.elements.get(flow.target)
        if source is None or target is None:
            missing = flow.source if source is None else flow.target
            yield place.error(
                "dangling_flow",
                f"连线的一端没有接上（{missing or '空'}）。请把它接到一个元素，或者删除它。",
                f"One end of the flow is connected to nothing ({missing or 'empty'}). "
                "Connect it or delete it.",
                flow,
            )
        elif source.scope_id != target.scope_id:
            yield place.error(
                "flow_leaves_scope",
                "连线穿过了子流程的边界。请用子流程自己的开始和结束事件。",
                "The flow crosses the border of a sub-process. "
                "Use the sub-process's own start and end.",
                flow,
            )


def wrong_ends(place: Place) -> Iterator[Problem]:
    """Nothing enters a start or a boundary event, nothing leaves an end."""
    for element in place.elements("startEvent", "boundaryEvent"):
        if element.incoming:
            yield place.error(
                "flow_into_start",
                "连线不能进入开始事件或边界事件。请连到它后面的步骤。",
                "A flow cannot enter a start or a boundary event. "
                "Connect it to the step that follows.",
                element,
            )
    for element in place.elements("endEvent"):
        if element.outgoing:
            yield place.error(
                "flow_out_of_end",
                "连线不能离开结束事件。请删除连线，或者改用中间事件。",
                "A flow cannot leave an end event. Delete it or use an intermediate event.",
                element,
            )


def condition_out_of_place(place: Place) -> Iterator[Problem]:
    """A gateway that takes all ways, or the one of an event, looks at no condition."""
    for flow in place.process.flows.values():
        source = place.process.elements.get(flow.source)
        if source is None or not flow.has_condition or source.kind not in UNCONDITIONAL:
            continue
        yield place.error(
            "condition_out_of_place",
            f"从 {source.label} 出来的条件不会被检查。请改用排他或包容网关，或者删除条件。",
            f"A condition on a flow out of {source.label} is not looked at. "
            "Use an exclusive or an inclusive gateway, or delete the condition.",
            flow,
        )


def condition_after_event(place: Place) -> Iterator[Problem]:
    """BPMN has conditions after activities and gateways; after events they run just the same."""
    for flow in place.process.flows.values():
        source = place.process.elements.get(flow.source)
        if source is not None and flow.has_condition and source.kind.endswith("Event"):
            yield place.warning(
                "condition_after_event",
                f"BPMN 里事件 {source.label} 后面的连线不带条件；这里照样检查，成立的都走。建议画一个网关。",
                f"In BPMN a flow out of the event {source.label} has no condition. It is looked at "
                "here, and every flow whose condition holds is taken; draw a gateway instead.",
                flow,
            )


def empty_condition(place: Place) -> Iterator[Problem]:
    """A condition that is there says something."""
    for flow in place.process.flows.values():
        if flow.has_condition and not flow.condition.strip():
            yield place.error(
                "empty_condition",
                "条件是空的。请写出条件，例如 ${approved == true}，或者把这条连线设为默认。",
                "The condition is empty. Write one, such as ${approved == true}, "
                "or make this the default flow.",
                flow,
            )


def condition_language(place: Place) -> Iterator[Problem]:
    """Conditions are written in the one language of expressions."""
    for flow in place.process.flows.values():
        if flow.condition_language and "juel" not in flow.condition_language.lower():
            yield place.error(
                "condition_language",
                f"条件“{flow.condition}”使用了语言 {flow.condition_language}，这里不能执行。"
                "请改写成 ${…} 表达式，并清空语言。",
                f'The condition "{flow.condition}" is written in {flow.condition_language}, which '
                "is not run here. "
                "Write it as a ${…} expression and clear the language.",
                flow,
            )


def missing_condition(place: Place) -> Iterator[Problem]:
    """Every way out of a choosing split but the default has a condition."""
    for element in place.elements(*CHOOSING):
        flows = place.process.outgoing(element)
        if len(flows) < 2:
            continue
        for flow in flows:
            if flow.id != element.default and not flow.has_condition:
                yield place.error(
                    "missing_condition",
                    "这条连线没有条件，也不是默认连线。请写出条件，或者设为默认。",
                    "The flow has no condition and is not the default. "
                    "Give it one, or make it the default.",
                    flow,
                )


def missing_default(place: Place) -> Iterator[Problem]:
    """A choosing split has a way out when no condition holds."""
    for element in place.elements(*CHOOSING):
        if len(element.outgoing) > 1 and not element.default:
            yield place.error(
                "missing_default",
                "网关没有默认连线；如果没有一个条件成立，流程会停在这里。请把一条连线设为默认。",
                "The gateway has no default flow; the case would stop here when no condition "
                "holds. Make one flow the default.",
                element,
            )
    for element in place.elements():
        flows = place.process.outgoing(element)
        if element.kind in CHOOSING | UNCONDITIONAL or element.default or not flows:
            continue
        if all(flow.has_condition for flow in flows):
            yield place.warning(
                "missing_default",
                "后面的连线都有条件；如果没有一个成立，流程会停在这里。请把一条设为默认。",
                "Every flow out of here has a condition; the case would stop here when none "
                "holds. Make one the default.",
                element,
            )


def wrong_default(place: Place) -> Iterator[Problem]:
    """The default is one of the element's own flows, and it has no condition."""
    for element in place.elements():
        if not element.default:
            continue
        flow = place.process.flows.get(element.default)
        unfit = element.kind in UNCONDITIONAL or element.default not in element.outgoing
        if unfit or flow is None:
            yield place.error(
                "wrong_default",
                f"默认连线 {element.default} 不从这里出来，或者这里不能有默认连线。请重新设置。",
                f"The default flow {element.default} does not leave from here, or there can be "
                "none here. Set it again.",
                element,
            )
        elif flow.has_condition:
            yield place.error(
                "default_with_condition",
                "默认连线不能有条件。请删除条件。",
                "The default flow cannot have a condition. Delete the condition.",
                flow,
            )


def single_condition(place: Place) -> Iterator[Problem]:
    """The only way out of a gateway is taken, whatever its condition says."""
    for element in place.elements(*CHOOSING):
        flows = place.process.outgoing(element)
        if len(flows) == 1 and flows[0].has_condition:
            yield place.error(
                "single_condition",
                "网关只有一个出口，而且带有条件；条件不成立时流程会停住。请删除条件，或者加上默认连线。",
                "The gateway's only way out has a condition; the case would stop when it does "
                "not hold. Delete the condition or add a default flow.",
                flows[0],
            )


RULES = (
    dangling,
    wrong_ends,
    condition_out_of_place,
    condition_after_event,
    empty_condition,
    condition_language,
    missing_condition,
    missing_default,
    wrong_default,
    single_condition,
)
