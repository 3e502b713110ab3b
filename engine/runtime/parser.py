"""SpiffWorkflow's parser, told to build our specs and to leave out what we do ourselves."""

from __future__ import annotations

from typing import Any, ClassVar

from lxml import etree
from SpiffWorkflow.bpmn.parser.event_parsers import EventBasedGatewayParser
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.event_definitions.simple import TerminateEventDefinition
from SpiffWorkflow.spiff.parser.event_parsers import (
    SpiffBoundaryEventParser,
    SpiffEndEventParser,
    SpiffIntermediateCatchEventParser,
    SpiffIntermediateThrowEventParser,
    SpiffReceiveTaskParser,
    SpiffSendTaskParser,
    SpiffStartEventParser,
)
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser, SpiffProcessParser
from SpiffWorkflow.spiff.parser.task_spec import (
    CallActivityParser,
    SpiffTaskParser,
    SubWorkflowParser,
)

from engine.diagrams import Element
from engine.runtime.activities import (
    CallNode,
    ParallelInstances,
    SequentialInstances,
    SubProcessNode,
)
from engine.runtime.events import (
    BoundaryNode,
    CatchNode,
    EndNode,
    EventGatewayNode,
    HandlerEventNode,
    ReceiveNode,
    SendNode,
    StartEventNode,
    ThrowNode,
)
from engine.runtime.joins import EndJoin, InclusiveNode, ParallelNode
from engine.runtime.parts import DRAWN, HANDLER_EVENT, SILENT
from engine.runtime.specs import (
    BoundarySplit,
    CaseProcessSpec,
    Gateway,
    OutsideTask,
    PersonTask,
)


class _Drawn:
    """Before each of the engine's parsers: ties its spec to the element of the drawing."""

    PARALLEL_MI_CLASS = ParallelInstances
    SEQUENTIAL_MI_CLASS = SequentialInstances

    node: etree._Element
    process_parser: Any
    spec: Any
    bpmn_id: str
    task: Any

    def create_task(self) -> Any:
        task = super().create_task()  # type: ignore[misc]
        scope, _, element_id = self.node.get(DRAWN, "/").partition("/")
        task.element = self.process_parser.parser.drawn.get((scope, element_id))
        task.reported = task.element is not None and self.node.get(SILENT) is None
        return task

    def get_event_definition(self, paths: list[str]) -> TerminateEventDefinition:
        # What an event waits for or throws is read off the drawing; the engine wants something.
        return TerminateEventDefinition()

    def _add_multiinstance_task(self, loop: Any) -> None:
        element = self.task.element
        super()._add_multiinstance_task(loop)  # type: ignore[misc]
        self.task.element = element

    def _add_boundary_event(self, events: list[etree._Element]) -> Any:
        # Without the engine's join: see `Node.withdraw_boundary_events`.
        split = BoundarySplit(self.spec, f"{self.bpmn_id}.BoundaryEventSplit")
        split.connect(self.task)
        for event in events:
            split.connect(self.process_parser.parse_node(event))
        return split


class _ProcessParser(SpiffProcessParser):  # type: ignore[misc]  # untyped
    def create_spec(self) -> CaseProcessSpec:
        return CaseProcessSpec(self.bpmn_id, self.get_name(), EndJoin, self.filename)

    def add_tasks(self) -> None:
        # All start events stand side by side; the run chooses one.
        for node in self.xpath("./bpmn:startEvent"):
            self.parse_node(node)


def _house(parser: type, spec: type) -> tuple[type, type]:
    return type(f"House{parser.__name__}", (_Drawn, parser), {}), spec


class CaseParser(SpiffBpmnParser):  # type: ignore[misc]  # untyped
    """Reads prepared diagrams; `drawn` gives the elements of the drawings by scope and id."""

    PROCESS_PARSER_CLASS = _ProcessParser
    OVERRIDE_PARSER_CLASSES: ClassVar[dict[str, tuple[type, type]]] = {
        full_tag("startEvent"): _house(SpiffStartEventParser, StartEventNode),
        full_tag("endEvent"): _house(SpiffEndEventParser, EndNode),
        full_tag("intermediateCatchEvent"): _house(SpiffIntermediateCatchEventParser, CatchNode),
        full_tag("intermediateThrowEvent"): _house(SpiffIntermediateThrowEventParser, ThrowNode),
        full_tag("boundaryEvent"): _house(SpiffBoundaryEventParser, BoundaryNode),
        full_tag(HANDLER_EVENT): _house(SpiffIntermediateCatchEventParser, HandlerEventNode),
        full_tag("receiveTask"): _house(SpiffReceiveTaskParser, ReceiveNode),
        full_tag("sendTask"): _house(SpiffSendTaskParser, SendNode),
        full_tag("eventBasedGateway"): _house(EventBasedGatewayParser, EventGatewayNode),
        full_tag("exclusiveGateway"): _house(ConditionalGatewayParser, Gateway),
        full_tag("inclusiveGateway"): _house(ConditionalGatewayParser, InclusiveNode),
        full_tag("parallelGateway"): _house(GatewayParser, ParallelNode),
        # The engine's own parser of user tasks ignores the spec class it is given.
        full_tag("userTask"): _house(SpiffTaskParser, PersonTask),
        full_tag("manualTask"): _house(SpiffTaskParser, OutsideTask),
        full_tag("subProcess"): _house(SubWorkflowParser, SubProcessNode),
        full_tag("callActivity"): _house(CallActivityParser, CallNode),
    }

    def __init__(self, drawn: dict[tuple[str, str], Element]) -> None:
        super().__init__()
        self.drawn = drawn

    def _get_parser_class(self, tag: str) -> tuple[Any, Any]:
        # What is not ours is not run: `prepare` has refused it with its line.
        return self.OVERRIDE_PARSER_CLASSES.get(tag, (None, None))

    def add(self, tree: etree._Element, name: str) -> None:
        """Add one prepared diagram."""
        self.add_bpmn_xml(tree, name)
