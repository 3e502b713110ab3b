"""One case while it moves: started or restored, one thing happens to it, and it is at rest again."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from SpiffWorkflow import TaskState
from SpiffWorkflow.exceptions import SpiffWorkflowException

from engine.diagrams import SIGNAL, Element
from engine.errors import StepFailed, TaskWithdrawn
from engine.languages import Text
from engine.runtime import state, timers
from engine.runtime.events import WAITS
from engine.runtime.joins import LazyJoin, current_data
from engine.runtime.log import ContextOf, Log, no_context, row_of, scope_of, step_failed
from engine.runtime.program import Program
from engine.runtime.pruning import prune
from engine.runtime.records import Step, Thrown, Waiting
from engine.runtime.tree import CaseTask, CaseWorkflow, when

log = logging.getLogger(__name__)
#: How many steps may follow each other with nobody asked; more is taken for an endless loop.
MAX_STEPS = 10_000
_PRUNE_EVERY = 200
_ENDLESS = Text(
    f"{MAX_STEPS} 步之后仍未停下，这是一个死循环。",
    f"It did not come to rest after {MAX_STEPS} steps: it runs in circles.",
)
_ENGINE = Text("引擎无法执行这一步。", "The engine cannot do this step.")


class Run:
    """A case in memory. After an error it is to be thrown away: its state is half changed."""

    def __init__(self, workflow: CaseWorkflow, *, pruned: bool = True) -> None:
        self._workflow = workflow
        self._log = workflow.log
        #: Tests run with and without; only the cost may differ.
        self._pruned = pruned

    @classmethod
    def start(
        cls,
        program: Program,
        *,
        data: Mapping[str, Any] | None = None,
        context_of: ContextOf = no_context,
        pruned: bool = True,
    ) -> Run:
        """Start a case by hand, with the answers of its start form."""
        starts = [element for element in program.start_events if not element.event]
        chosen = starts[0].id if starts else None
        if chosen is None and program.start_events:
            raise ValueError(f"{program.process_id} is started by messages only")
        return cls._started(program, chosen, dict(data or {}), context_of, pruned)

    @classmethod
    def start_by_message(
        cls,
        program: Program,
        element_id: str,
        payload: Any,
        context_of: ContextOf = no_context,
        *,
        pruned: bool = True,
    ) -> Run:
        """Start a case by a message that came to one of its start events."""
        element = program.element(program.process_id, element_id)
        variable = element.properties.get("variable", "").strip()
        data = {variable: payload} if variable else {}
        return cls._started(program, element_id, data, context_of, pruned)

    @classmethod
    def _started(
        cls,
        program: Program,
        chosen: str | None,
        data: dict[str, Any],
        context_of: ContextOf,
        pruned: bool,
    ) -> Run:
        run = cls(CaseWorkflow(program, Log(program, context_of)), pruned=pruned)
        root = run._workflow.plant(_plain(data))
        if chosen is not None:
            root.internal_data["start"] = chosen
        run._go_on()
        return run

    @classmethod
    def restore(
        cls,
        program: Program,
        stored: bytes,
        context_of: ContextOf = no_context,
        *,
        pruned: bool = True,
    ) -> Run:
        """Bring a case back from what `dump` gave."""
        return cls(state.restore(program, stored, Log(program, context_of)), pruned=pruned)

    def dump(self) -> bytes:
        """Give the case's state, to be stored and restored on the same program."""
        return state.dump(self._workflow)

    @property
    def ended(self) -> bool:
        """Nothing more will happen in this case."""
        return bool(self._workflow.completed)

    @property
    def outcome(self) -> Element | None:
        """The end event of the case itself that was reached last."""
        return self._log.outcome

    @property
    def data(self) -> dict[str, Any]:
        """The case's data as they are now, of all its branches together."""
        return dict(_plain(current_data(self._workflow)))

    def waiting(self) -> list[Waiting]:
        """Everything that somebody outside must do before the case moves on."""
        found = [
            (task.last_state_change, waiting)
            for task in self._workflow.all_tasks()
            if task.open
            for waiting in _waiting(task)
        ]
        return [waiting for _, waiting in sorted(found, key=lambda pair: pair[0])]

    def complete(self, task_id: str, values: Mapping[str, Any]) -> None:
        """Complete a task of a person or a worker; the values become case data."""
        task = self._task(task_id, TaskState.READY)
        if not task.task_spec.waits:
            raise TaskWithdrawn
        task.data = {**task.data, **_plain(dict(values))}
        self._run(task)
        self._go_on()

    def deliver(self, task_id: str, payload: Any, *, element_id: str = "") -> None:
        """Hand a message to the one task that waits for it.

        Behind an event-based gateway `element_id` says to which of its events.
        """
        self._happen(task_id, element_id, payload)

    def fire(self, task_id: str, *, element_id: str = "") -> None:
        """Let a timer go off; the host has looked at the clock."""
        self._happen(task_id, element_id, None, timer=True)

    def take_thrown(self) -> list[Thrown]:
        """Give the messages sent since this was last asked, in order."""
        thrown, self._log.thrown = self._log.thrown, []
        return thrown

    def take_steps(self) -> list[Step]:
        """Give the steps taken since this was last asked, in order."""
        steps, self._log.steps = self._log.steps, []
        return steps

    def _happen(self, task_id: str, element_id: str, payload: Any, *, timer: bool = False) -> None:
        task = self._task(task_id, TaskState.WAITING)
        waits = task.internal_data.get(WAITS, ())
        elements = [
            element
            for element in (task.task_spec.waiting_for() if waits else ())
            if element.id in waits
            and element_id in ("", element.id)
            and timer == (element.timer is not None)
        ]
        if not elements:
            raise TaskWithdrawn
        task.task_spec.catch(task, elements[0], _plain(payload))
        self._go_on()

    def _task(self, task_id: str, wanted: int) -> CaseTask:
        for tree in (self._workflow, *self._workflow.subprocesses.values()):
            task: CaseTask | None = tree.tasks.get(task_id)
            if task is not None and task.state == wanted:
                return task
        raise TaskWithdrawn

    def _go_on(self) -> None:
        """Run everything that needs nobody, then drop what is over."""
        steps = 0
        while True:
            while self._workflow.ready:
                task = self._workflow.ready.popleft()
                if task.state != TaskState.READY or task.workflow.completed:
                    continue
                self._run(task)
                steps += 1
                if steps > MAX_STEPS:
                    raise step_failed(task, _ENDLESS)
                if self._pruned and steps % _PRUNE_EVERY == 0:
                    prune(self._workflow)
            if not self._fire_joins():
                break
        if self._pruned:
            prune(self._workflow)

    def _run(self, task: CaseTask) -> None:
        try:
            task.run()
        except StepFailed:
            raise
        except (SpiffWorkflowException, RecursionError, TypeError) as error:
            log.exception("the engine cannot do %s", task.task_spec.name)
            raise step_failed(task, _ENGINE) from error

    def _fire_joins(self) -> bool:
        """Let one join go on to which nothing more can come."""
        joins = [
            task
            for task in self._workflow.all_tasks()
            if task.state == TaskState.WAITING and isinstance(task.task_spec, LazyJoin)
        ]
        return any(task.task_spec.try_to_fire(task) for task in sorted(joins, key=when))


def _waiting(task: CaseTask) -> Iterator[Waiting]:
    spec = task.task_spec
    if task.state == TaskState.READY and spec.waits:
        kind = "external" if spec.element.kind in ("serviceTask", "sendTask") else "user"
        yield Waiting(
            task.id, kind, spec.element, scope_of(task), task.data, row_index=row_of(task)
        )
    elif task.state == TaskState.WAITING and WAITS in task.internal_data:
        waits = task.internal_data[WAITS]
        for element in spec.waiting_for():
            # What is raised inside the case is nothing that a host could bring.
            if element.id in waits:
                yield _event(task, element, waits[element.id])


def _event(task: CaseTask, element: Element, waits: Any) -> Waiting:
    shared = (element, scope_of(task), task.data)
    if element.timer is not None:
        due = timers.due_at(waits)
        return Waiting(task.id, "timer", *shared, due_at=due, row_index=row_of(task))
    name, key = element.message, waits
    if element.event == "signal":
        name, key = SIGNAL + waits, task.id
    return Waiting(task.id, "message", *shared, message_name=name, key=key, row_index=row_of(task))


def _plain(value: Any) -> Any:
    """Copy JSON data; what the host holds and what the case holds never share anything."""
    return orjson.loads(orjson.dumps(value))
