"""SpiffWorkflow's tasks and workflows, kept to what really happened.

Three of its habits are changed here. A task's data are shared, never copied and merged
(see `changes`). Cancelling reaches everything below, children first, so that nothing open
vanishes unheard. And no task exists ahead of time: the engine predicts the way to the next
gateway and searches the tree for what is ready, down to a depth of 1,000 and no further.
"""
# ruff: noqa: SLF001 - the engine's hooks are its underscored methods

from __future__ import annotations

from collections import deque
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import BasePythonScriptEngineEnvironment, PythonScriptEngine
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.runtime.log import Log
    from engine.runtime.program import Program

FINISHED = TaskState.FINISHED_MASK
#: The key of a multi-instance child's place in its list, in its internal data.
ROW = "row"


def when(task: CaseTask) -> int:
    """For sorting: the order in which tasks came to their state."""
    return int(task.last_state_change)


class _NoScripts(BasePythonScriptEngineEnvironment):  # type: ignore[misc]  # untyped
    """Nothing is evaluated by the engine itself; see `log.Log.evaluate`."""

    def evaluate(self, expression: Any, context: Any, external_context: Any = None) -> Any:
        raise NotImplementedError(expression)

    execute = evaluate


class CaseTask(Task):  # type: ignore[misc]  # untyped
    """One step of one case."""

    def __init__(
        self,
        workflow: Any,
        task_spec: Any,
        parent: CaseTask | None = None,
        state: int = TaskState.FUTURE,
        task_id: str | None = None,
    ) -> None:
        self.id = task_id or token_hex(10)
        workflow.tasks[self.id] = self
        self.workflow = workflow
        self._parent = None if parent is None else parent.id
        self._children: list[str] = []
        self._state = state
        self.triggered = False
        self.task_spec = task_spec
        self.thread_id = 0
        self.data: dict[str, Any] = {}
        self.internal_data: dict[str, Any] = {}
        #: Not a time but a count: it only orders what happened in one case.
        self.last_state_change = workflow.top_workflow.tick()
        if parent is not None:
            parent._children.append(self.id)

    def _add_child(self, task_spec: Any, state: int = TaskState.FUTURE) -> CaseTask:
        return CaseTask(self.workflow, task_spec, self, state)

    def _set_state(self, value: int) -> None:
        if value != self._state:
            self._state = value
            self.last_state_change = self.workflow.top_workflow.tick()

    def _inherit_data(self) -> None:
        # A multi-instance child got its own data, with its item, when it was made.
        if ROW not in self.internal_data and self._parent is not None:
            self.data = dict(self.parent.data)

    def _ready(self) -> None:
        if self.has_state(FINISHED):
            return
        self._set_state(TaskState.READY)
        self.task_spec._on_ready(self)
        self.queue()

    def queue(self) -> None:
        """Have the task run as soon as it is its turn, unless somebody else completes it."""
        if not self.task_spec.waits:
            self.workflow.top_workflow.ready.append(self)

    def cancel(self) -> None:
        for child in self.children:
            child.cancel()
        if not self.has_state(FINISHED):
            self._set_state(TaskState.CANCELLED)
            self.task_spec._on_cancel(self)

    def discard(self) -> None:
        """Take the task out of the tree without a word; it must have no children."""
        del self.workflow.tasks[self.id]
        if self.parent is not None:
            self.parent._children.remove(self.id)

    @property
    def open(self) -> bool:
        """The task is not finished in any way."""
        return not self.has_state(FINISHED)


class _Tree:
    """What the case's own workflow and those of its sub-processes have in common."""

    tasks: dict[str, CaseTask]
    task_tree: CaseTask
    top_workflow: Any
    spec: Any
    data: dict[str, Any]
    last_task: Any
    completed: bool

    def plant(self, data: dict[str, Any]) -> CaseTask:
        """Make the root task and let it run when it is its turn."""
        self.task_tree = CaseTask(self, self.spec.start)
        self.task_tree.data = data
        self.task_tree._ready()
        return self.task_tree

    def cancel(self) -> None:
        """Cancel everything that is open here and in the sub-processes."""
        self.completed = True
        self.cancel_open()

    def cancel_open(self) -> None:
        """Cancel what is open, in the order in which it became so."""
        for task in sorted((t for t in self.tasks.values() if t.open), key=when):
            task.cancel()

    def _task_completed_notify(self, task: CaseTask) -> None:
        self.last_task = task
        if task.task_spec is self.spec.last:
            self._mark_complete(task)

    def _mark_complete(self, task: CaseTask) -> None:
        self.data = task.data
        self.completed = True

    def get_tasks_iterator(self, first_task: Any = None, **wanted: Any) -> Iterable[CaseTask]:
        """Give all tasks that match; the engine's own iterator stops at a depth of 1,000."""
        state = wanted.get("state", TaskState.ANY_MASK)
        return [task for task in self.tasks.values() if task.has_state(state)]


class CaseWorkflow(_Tree, BpmnWorkflow):  # type: ignore[misc]  # untyped
    """The workflow of a whole case."""

    def __init__(self, program: Program, log: Log) -> None:
        self.count = 0
        #: Tasks that run by themselves, in the order in which they became ready.
        self.ready: deque[CaseTask] = deque()
        self.log = log
        super().__init__(
            program.spec,
            program.subprocess_specs,
            script_engine=PythonScriptEngine(_NoScripts()),
            deserializing=True,
        )
        self.parent_task: CaseTask | None = None

    def tick(self) -> int:
        """Count on: whatever changes state gets the next number."""
        self.count += 1
        return self.count

    def create_subprocess(self, my_task: CaseTask, spec_name: str) -> CaseSubWorkflow:
        subprocess = CaseSubWorkflow(self.subprocess_specs[spec_name], my_task, self)
        self.subprocesses[my_task.id] = subprocess
        return subprocess

    def catch(self, event: Any) -> None:
        """Drop it: messages travel between cases, by the host, to one task each."""

    def all_tasks(self) -> list[CaseTask]:
        """Every task of the case, sub-processes included."""
        found = list(self.tasks.values())
        for subprocess in self.subprocesses.values():
            found.extend(subprocess.tasks.values())
        return found


class CaseSubWorkflow(_Tree, BpmnSubWorkflow):  # type: ignore[misc]  # untyped
    """The workflow of a sub-process or a called process, below its task."""

    def __init__(self, spec: Any, parent_task: CaseTask, top_workflow: CaseWorkflow) -> None:
        self.parent_task = parent_task
        super().__init__(spec, parent_task.id, top_workflow, deserializing=True)

    def _calculate_depth(self) -> int:
        return 1 + int(self.parent_task.workflow.depth)

    def _mark_complete(self, task: CaseTask) -> None:
        super()._mark_complete(task)
        self.parent_task.task_spec.subprocess_completed(self.parent_task, self)
