"""The floor: stock SpiffWorkflow alone, pruned, one completion with load and dump, no database.

It says what the engine itself costs on this machine, so that our figures can be read as ratios.
"""

from __future__ import annotations

import io
from statistics import median
from typing import Any

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer import DEFAULT_CONFIG

from tests.benchmarks import diagrams
from tests.benchmarks.engine_figures import ANSWERS, timed

CASES = 8


def figures() -> dict[str, float]:
    """Complete the 25 tasks of several cases in memory, stored and restored between steps."""
    parser = SpiffBpmnParser()
    parser.add_bpmn_io(io.BytesIO(diagrams.sequence()))
    spec = parser.get_spec("bench_sequence")
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))
    spent: list[float] = []
    for case in range(CASES):
        workflow = BpmnWorkflow(spec)
        workflow.do_engine_steps()
        state = serializer.serialize_json(workflow)
        for _ in range(24):
            kept: list[str] = []
            cost = timed(lambda s=state, k=kept: k.append(_step(serializer, s)))
            state = kept[0]
            if case:
                spent.append(cost[0])
    return {"floor_cpu_ms_p50": median(spent)}


def _step(serializer: Any, state: str) -> str:
    workflow = serializer.deserialize_json(state)
    task = workflow.get_tasks(state=TaskState.READY, manual=True)[0]
    task.data.update(ANSWERS)
    task.run()
    workflow.do_engine_steps()
    _prune(workflow)
    dumped: str = serializer.serialize_json(workflow)
    return dumped


def _prune(workflow: Any) -> None:
    """Hang the last finished task under the root; in a sequence nothing else is needed."""
    done = workflow.last_task
    kept = {workflow.task_tree.id, done.id}
    todo = list(done.children)
    while todo:
        task = todo.pop()
        kept.add(task.id)
        todo += task.children
    for gone in [i for i in workflow.tasks if i not in kept]:
        del workflow.tasks[gone]
    done._parent = workflow.task_tree.id
    workflow.task_tree._children = [done.id]
