"""What every element does in a run: SpiffWorkflow's spec classes with house behaviour.

`Node` comes before an engine class and decides how a task of it is reached, becomes ready
and goes on. Next tasks are made when a task completes and not before; mappings are evaluated
when an element becomes ready and when it completes; both are noted for the history.
"""
# ruff: noqa: SLF001 - the engine's hooks are its underscored methods

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import BpmnStartTask, SimpleBpmnTask
from SpiffWorkflow.bpmn.specs.defaults import ExclusiveGateway
from SpiffWorkflow.specs import WorkflowSpec
from SpiffWorkflow.spiff.specs.defaults import ManualTask, UserTask

from engine.diagrams import Element
from engine.languages import Text
from engine.runtime.tree import ROW, CaseTask

NO_WAY = Text(
    "没有一个分支的条件成立，也没有默认分支。", "No condition holds and there is no default flow."
)


class Node:
    """How a task of any element behaves; `element` is what the drawing shows, if anything."""

    element: Element | None = None
    #: READY until somebody outside completes it.
    waits = False
    #: Whether the history tells of it; a multi-instance activity's own task is not told.
    reported = True

    name: str
    outputs: list[Any]

    def _predict(self, *args: Any, **options: Any) -> None:
        """Do nothing: no task exists before its time."""

    def _update(self, my_task: CaseTask) -> None:
        if self._update_hook(my_task):
            my_task._ready()

    def _update_hook(self, my_task: CaseTask) -> bool:
        my_task._inherit_data()
        return True

    def _on_ready(self, my_task: CaseTask) -> None:
        self.enter(my_task)

    def enter(self, my_task: CaseTask) -> None:
        """Note that the task was reached and evaluate what goes into it, once."""
        if "in" in my_task.internal_data:
            return
        my_task.internal_data["in"] = 1
        log = my_task.workflow.top_workflow.log
        self.map(my_task, self.element.input_parameters if self.element else ())
        log.note("entered", my_task, via=log.flow_to(my_task))

    def map(self, my_task: CaseTask, parameters: Iterable[tuple[str, str]]) -> None:
        """Set variables to the values of literals and expressions, one after the other."""
        for name, text in parameters:
            my_task.data[name] = my_task.workflow.top_workflow.log.value_of(my_task, text)

    def _run(self, my_task: CaseTask) -> bool:
        return self._run_hook(my_task)

    def _run_hook(self, my_task: CaseTask) -> bool:
        return True

    def _on_complete(self, my_task: CaseTask) -> None:
        self._on_complete_hook(my_task)
        self.go_on(my_task)

    def go_on(self, my_task: CaseTask) -> None:
        """Leave a completed task for what comes after it."""
        if ROW in my_task.internal_data:
            my_task.parent.task_spec.child_completed(my_task.parent, my_task)
        else:
            self.withdraw_boundary_events(my_task)
            for spec in self.next_specs(my_task):
                my_task._add_child(spec, TaskState.FUTURE)
            for child in [c for c in my_task.children if c.state == TaskState.FUTURE]:
                child.task_spec._update(child)
        my_task.workflow._task_completed_notify(my_task)

    def _on_complete_hook(self, my_task: CaseTask) -> None:
        self.map(my_task, self.element.output_parameters if self.element else ())
        my_task.workflow.top_workflow.log.note("completed", my_task)

    def next_specs(self, my_task: CaseTask) -> list[Any]:
        """What comes after this task."""
        return self.outputs

    def withdraw_boundary_events(self, my_task: CaseTask) -> None:
        """Once an activity is done, what waited on its boundary waits no more."""
        if my_task.parent is None or not isinstance(my_task.parent.task_spec, BoundarySplit):
            return
        for event in my_task.parent.children:
            if event.task_spec.on_boundary and event.open:
                event.cancel()

    #: Whether it watches over something else: a boundary event, the start of a handler.
    on_boundary = False
    #: Whether it watches over the scope that it lies in: the start of an event sub-process.
    watches_scope = False
    #: Whether what it watches over ends when its event comes.
    interrupts = False

    def hears(self, my_task: CaseTask, kind: str, code: str) -> Element | None:
        """Give the element by which a task hears of what a step throws."""
        return None

    def _on_cancel(self, my_task: CaseTask) -> None:
        if "in" in my_task.internal_data:
            my_task.workflow.top_workflow.log.note("cancelled", my_task)


class StartNode(Node, BpmnStartTask):  # type: ignore[misc]  # untyped
    """The root of a workflow; at the top the case says which start event it came by."""

    def next_specs(self, my_task: CaseTask) -> list[Any]:
        """The one start event that was chosen, else the plain one."""
        chosen = my_task.internal_data.get("start")
        if chosen is not None:
            return [spec for spec in self.outputs if spec.name == chosen]
        plain = [s for s in self.outputs if s.element is None or not s.element.event]
        return plain or self.outputs


class LastNode(Node, SimpleBpmnTask):  # type: ignore[misc]  # untyped
    """The very end of a workflow."""


class BoundarySplit(Node, SimpleBpmnTask):  # type: ignore[misc]  # untyped
    """Stands before an activity with boundary events; all of them start below it."""


class Gateway(Node, ExclusiveGateway):  # type: ignore[misc]  # untyped
    """An exclusive gateway: the first flow whose condition holds, else the default flow."""

    def next_specs(self, my_task: CaseTask) -> list[Any]:
        """The one way to go."""
        for condition, name in self.cond_task_specs:
            if condition is not None and holds(my_task, condition):
                return [self._wf_spec.task_specs[name]]
        if self.default_task_spec is None:
            my_task.workflow.top_workflow.log.fail(my_task, NO_WAY)
        return [self._wf_spec.task_specs[self.default_task_spec]]


def holds(my_task: CaseTask, condition: Any) -> bool:
    """Evaluate a flow's condition."""
    return bool(my_task.workflow.top_workflow.log.evaluate(my_task, condition.args[0]))


class PersonTask(Node, UserTask):  # type: ignore[misc]  # untyped
    """A task that a person completes."""

    waits = True


class OutsideTask(Node, ManualTask):  # type: ignore[misc]  # untyped
    """A task done outside of the engine: by a person without a form, or by a worker."""

    waits = True


class CaseProcessSpec(BpmnProcessSpec):  # type: ignore[misc]  # untyped
    """A process or sub-process whose inner start and end are ours."""

    def __init__(self, name: str, description: str, end_class: type, filename: str) -> None:
        WorkflowSpec.__init__(self, name=name, filename=filename)
        self.description = description
        self.start = StartNode(self, "Start")
        self.end = end_class(self, f"{name}.EndJoin")
        self.last = LastNode(self, "End")
        self.end.connect(self.last)
        self.io_specification = None
        self.data_objects: dict[str, Any] = {}
        self.data_stores: dict[str, Any] = {}
        self.correlation_keys: dict[str, Any] = {}
        self.bpmn_start_events: list[Any] = []
