"""Sub-processes, called processes, and activities that run once per item of a list."""
# ruff: noqa: SLF001 - the engine's hooks are its underscored methods

from __future__ import annotations

from typing import Any

from SpiffWorkflow import TaskState
from SpiffWorkflow.spiff.specs.defaults import (
    CallActivity,
    ParallelMultiInstanceTask,
    SequentialMultiInstanceTask,
    SubWorkflowTask,
)

from engine.diagrams import CallMapping, MultiInstance
from engine.languages import Text
from engine.runtime.changes import apply_changes
from engine.runtime.joins import BASE, spread
from engine.runtime.specs import Node
from engine.runtime.tree import ROW, CaseTask

#: More is taken for a mistake, or for an attack: each item becomes tasks.
MAX_ITEMS = 1_000
#: How deep sub-processes and calls may lie in each other; a process that calls itself is deeper.
MAX_DEPTH = 40

NO_LIST = Text("集合不是列表。", "The collection is not a list.")
TOO_MANY = Text(f"列表超过 {MAX_ITEMS} 项。", f"The list has more than {MAX_ITEMS} items.")
TOO_DEEP = Text(
    f"子流程嵌套超过 {MAX_DEPTH} 层。", f"Sub-processes lie in each other {MAX_DEPTH} deep."
)


class SubProcessNode(Node, SubWorkflowTask):  # type: ignore[misc]  # untyped
    """An embedded sub-process: it works on the data of its surroundings."""

    shares_data = True

    def _update_hook(self, my_task: CaseTask) -> bool:
        my_task._inherit_data()
        self.enter(my_task)
        subprocess = my_task.workflow.top_workflow.create_subprocess(my_task, self.spec)
        if subprocess.depth > MAX_DEPTH:
            my_task.workflow.top_workflow.log.fail(my_task, TOO_DEEP)
        my_task._set_state(TaskState.STARTED)
        subprocess.plant(self.data_in(my_task))
        return False

    def data_in(self, my_task: CaseTask) -> dict[str, Any]:
        """What the inside starts with."""
        return dict(my_task.data)

    def data_out(self, my_task: CaseTask, data: dict[str, Any]) -> dict[str, Any]:
        """What the outside goes on with."""
        return dict(data)

    def subprocess_completed(self, my_task: CaseTask, subprocess: Any) -> None:
        """Once the inside is over, the task itself can complete."""
        my_task.data = self.data_out(my_task, subprocess.data)
        my_task._set_state(TaskState.READY)
        my_task.queue()

    def _on_complete(self, my_task: CaseTask) -> None:
        my_task.workflow.top_workflow.subprocesses.pop(my_task.id, None)
        super()._on_complete(my_task)

    def next_specs(self, my_task: CaseTask) -> list[Any]:
        """What comes after; an event sub-process that did not interrupt ends by itself.

        The rest of its scope is then told what it has changed.
        """
        started_by = my_task.parent
        if not started_by.task_spec.watches_scope or started_by.task_spec.interrupts:
            return super().next_specs(my_task)
        spread(my_task.workflow, started_by.internal_data[BASE], my_task.data)
        return []

    def _on_cancel(self, my_task: CaseTask) -> None:
        subprocess = my_task.workflow.top_workflow.subprocesses.pop(my_task.id, None)
        if subprocess is not None:
            subprocess.cancel()
        super()._on_cancel(my_task)


class CallNode(SubProcessNode, CallActivity):  # type: ignore[misc]  # untyped
    """A called process: it has its own data, filled and emptied by mappings."""

    shares_data = False

    def data_in(self, my_task: CaseTask) -> dict[str, Any]:
        """All data when nothing is mapped at all, else what is mapped in."""
        element = self.element
        assert element is not None  # noqa: S101 - a called process is always drawn
        if not element.call_in and not element.call_out:
            return dict(my_task.data)
        return self._mapped(my_task, element.call_in, dict(my_task.data), {})

    def data_out(self, my_task: CaseTask, data: dict[str, Any]) -> dict[str, Any]:
        """All data when nothing is mapped at all, else what is mapped out."""
        element = self.element
        assert element is not None  # noqa: S101 - a called process is always drawn
        if not element.call_in and not element.call_out:
            return dict(data)
        return self._mapped(my_task, element.call_out, data, dict(my_task.data))

    def _mapped(
        self,
        my_task: CaseTask,
        mappings: tuple[CallMapping, ...],
        source: dict[str, Any],
        target: dict[str, Any],
    ) -> dict[str, Any]:
        log = my_task.workflow.top_workflow.log
        for mapping in mappings:
            if mapping.all_variables:
                target.update(source)
            elif mapping.source_expression:
                target[mapping.target] = log.evaluate(my_task, mapping.source_expression, source)
            elif mapping.target:
                target[mapping.target] = source.get(mapping.source)
        return target


class MultiInstanceNode(Node):
    """Runs an activity once per item; starts afresh each time and keeps the items' order.

    The engine's own needs a reset before each round of a loop, gives results in the order of
    completion, and hears of its children by an event that is lost with a restart.
    """

    reported = False
    #: The spec's name of the activity itself, below this one.
    task_spec: str
    #: The keys of the results so far, the number of items, and that of the next to start.
    RESULTS, TOTAL, NEXT = "results", "total", "next"

    @property
    def loop(self) -> MultiInstance:
        """What the drawing says about the repetition."""
        assert self.element is not None  # noqa: S101 - as above
        assert self.element.multi_instance is not None  # noqa: S101 - as above
        return self.element.multi_instance

    def enter(self, my_task: CaseTask) -> None:
        """Note nothing: each instance notes itself, and evaluates its own mappings."""

    def _on_complete_hook(self, my_task: CaseTask) -> None:
        """See `enter`."""

    def _update_hook(self, my_task: CaseTask) -> bool:
        my_task._inherit_data()
        items = self.items(my_task)
        loop = self.loop
        my_task.internal_data.update({self.RESULTS: [], self.TOTAL: len(items)})
        if not items:
            # No instance will tell that the way led through here.
            log = my_task.workflow.top_workflow.log
            log.note("entered", my_task, via=log.flow_to(my_task), always=True)
            log.note("completed", my_task, always=True)
            self._finish(my_task)
            return True
        my_task._set_state(TaskState.STARTED)
        if loop.sequential:
            self._start(my_task, items, 0)
        else:
            for row in range(len(items)):
                self._start(my_task, items, row)
        return False

    def items(self, my_task: CaseTask) -> list[Any]:
        """The list that the activity runs over."""
        log = my_task.workflow.top_workflow.log
        loop = self.loop
        if loop.collection:
            items = log.evaluate(my_task, loop.collection)
        else:
            count = log.evaluate(my_task, loop.cardinality)
            items = list(range(min(count, MAX_ITEMS + 1))) if isinstance(count, int) else None
        if not isinstance(items, list):
            log.fail(my_task, NO_LIST, loop.collection)
        if len(items) > MAX_ITEMS:
            log.fail(my_task, TOO_MANY, loop.collection)
        return list(items)

    def _start(self, my_task: CaseTask, items: list[Any], row: int) -> None:
        child = my_task._add_child(my_task.workflow.spec.task_specs[self.task_spec])
        child.internal_data[ROW] = row
        child.data = dict(my_task.data)
        child.data.pop(self.loop.result_item, None)
        if self.loop.element_variable:
            child.data[self.loop.element_variable] = items[row]
        my_task.internal_data[self.NEXT] = row + 1
        child.task_spec._update(child)

    def child_completed(self, my_task: CaseTask, child: CaseTask) -> None:
        """Keep one instance's result; end when it was the last or the condition holds."""
        if my_task.state != TaskState.STARTED:
            return
        loop = self.loop
        if loop.result_list or loop.result_item:
            result = [child.internal_data[ROW], child.data.get(loop.result_item)]
            my_task.internal_data[self.RESULTS].append(result)
        else:
            # Without a list of results, an instance brings back whatever it has changed.
            start = my_task.data if loop.sequential else my_task.parent.data
            item = loop.element_variable
            brought = {name: value for name, value in child.data.items() if name != item}
            if item in start:
                brought[item] = start[item]
            my_task.data = apply_changes(start, my_task.data, brought)
            my_task.internal_data[self.RESULTS].append([child.internal_data[ROW], None])
        done, total = len(my_task.internal_data[self.RESULTS]), my_task.internal_data[self.TOTAL]
        following = my_task.internal_data[self.NEXT]
        if done == total or self._may_stop(my_task, child, following - done):
            for sibling in my_task.children:
                sibling.cancel()
            self._finish(my_task)
            my_task._set_state(TaskState.READY)
            my_task.queue()
        elif loop.sequential:
            self._start(my_task, self.items(my_task), following)

    def _may_stop(self, my_task: CaseTask, child: CaseTask, active: int) -> bool:
        condition = self.loop.completion_condition
        if not condition.strip():
            return False
        counts = {
            "nrOfInstances": my_task.internal_data[self.TOTAL],
            "nrOfCompletedInstances": len(my_task.internal_data[self.RESULTS]),
            "nrOfActiveInstances": active,
        }
        results = {self.loop.result_list: self._results(my_task)} if self.loop.result_list else {}
        data = {**child.data, **results, **counts}
        return bool(my_task.workflow.top_workflow.log.evaluate(child, condition, data))

    def _results(self, my_task: CaseTask) -> list[Any]:
        return [result for _, result in sorted(my_task.internal_data[self.RESULTS], key=_row)]

    def _finish(self, my_task: CaseTask) -> None:
        if self.loop.result_list:
            my_task.data[self.loop.result_list] = self._results(my_task)


class ParallelInstances(MultiInstanceNode, ParallelMultiInstanceTask):  # type: ignore[misc]  # untyped
    """All instances at once."""


class SequentialInstances(MultiInstanceNode, SequentialMultiInstanceTask):  # type: ignore[misc]  # untyped
    """One instance after another."""


def _row(result: list[Any]) -> int:
    return int(result[0])
