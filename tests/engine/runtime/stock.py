"""The same prepared diagrams on SpiffWorkflow as it comes, to show what is corrected."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from lxml import etree
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.default.workflow import BpmnWorkflowConverter
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer import DEFAULT_CONFIG
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition

from engine import diagrams, runtime


class Stock:
    """A case on the stock engine."""

    def __init__(self, xml: bytes, **data: Any) -> None:
        diagram = diagrams.read(xml)
        self.process_id = diagram.processes[0].id
        self.prepared = runtime.prepare(xml, diagram, [self.process_id])
        self.workflow = BpmnWorkflow(*self.parsed())
        self.workflow.task_tree.data.update(data)
        self.workflow.do_engine_steps()

    def parsed(self) -> tuple[Any, Any]:
        """Parse the diagram anew."""
        parser = SpiffBpmnParser()
        parser.add_bpmn_xml(etree.fromstring(self.prepared))
        return parser.get_spec(self.process_id), parser.get_subprocess_specs(self.process_id)

    def ready(self) -> list[Any]:
        """The tasks that people could do, by element id."""
        found = self.workflow.get_tasks(state=TaskState.READY, manual=True)
        return sorted(found, key=lambda task: str(task.task_spec.name))

    def open(self) -> list[str]:
        """The ids of the elements that people could do."""
        return [task.task_spec.bpmn_id for task in self.ready()]

    def do(self, element_id: str, at: int = 0, **values: Any) -> None:
        """Complete the one task of this element, or the one at a place in its list."""
        task = [task for task in self.ready() if task.task_spec.bpmn_id == element_id][at]
        task.data.update(values)
        task.run()
        self.workflow.do_engine_steps()

    def send(self, name: str) -> None:
        """Send a message from outside."""
        self.workflow.send_event(BpmnEvent(MessageEventDefinition(name), {}, {}))
        self.workflow.do_engine_steps()

    def restart(self) -> None:
        """Save the state without the spec, and restore it on a freshly parsed one."""
        spec, subs = self.parsed()

        class SpecApart(BpmnWorkflowConverter):  # type: ignore[misc]
            def to_dict(self, workflow: Any) -> dict[str, Any]:
                stored: dict[str, Any] = super(BpmnWorkflowConverter, self).to_dict(workflow)
                stored["subprocesses"] = self.mapping_to_dict(workflow.subprocesses)
                return stored

            def from_dict(self, stored: dict[str, Any]) -> Any:
                workflow = self.target_class(spec, subs, deserializing=True)
                workflow.tasks = self.mapping_from_dict(stored["tasks"], UUID, workflow=workflow)
                workflow.task_tree = workflow.tasks[UUID(stored["root"])]
                self.set_default_attributes(workflow, stored)
                self.subprocesses_from_dict(stored["subprocesses"], workflow)
                return workflow

        registry = BpmnWorkflowSerializer.configure({**DEFAULT_CONFIG, BpmnWorkflow: SpecApart})
        self.workflow = registry.restore(registry.convert(self.workflow))
