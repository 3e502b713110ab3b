"""A case's state as bytes: its open tasks and their data, and nothing of the diagram.

Each task keeps only what its data have changed since its parent's. Data are plain JSON and
stay what they are: nothing in them is read as the name of a class.
"""
# ruff: noqa: SLF001 - the engine's tree is linked by underscored attributes

from __future__ import annotations

from typing import Any

import orjson
from SpiffWorkflow.bpmn.serializer.workflow import VERSION as SERIALIZER

from engine.runtime.log import Log
from engine.runtime.program import Program
from engine.runtime.tree import CaseSubWorkflow, CaseTask, CaseWorkflow

_FORMAT = 1


class StateUnreadable(Exception):
    """The state was written by another version, or for another diagram."""


def dump(workflow: CaseWorkflow) -> bytes:
    """Write a case that is at rest."""
    outcome = workflow.log.outcome
    return orjson.dumps(
        {
            "format": _FORMAT,
            "serializer": SERIALIZER,
            "count": workflow.count,
            "outcome": None if outcome is None else [outcome.scope_id, outcome.id],
            "tree": _tree(workflow),
            "subprocesses": [
                [task_id, _tree(subprocess)] for task_id, subprocess in _in_order(workflow)
            ],
        }
    )


def restore(program: Program, state: bytes, log: Log) -> CaseWorkflow:
    """Bring a case back to life on a program of the same diagram."""
    stored = orjson.loads(state)
    if stored["format"] != _FORMAT or stored["serializer"] != SERIALIZER:
        raise StateUnreadable(f"format {stored['format']}, serializer {stored['serializer']}")
    workflow = CaseWorkflow(program, log)
    workflow.count = stored["count"]
    if stored["outcome"] is not None:
        log.outcome = program.element(*stored["outcome"])
    _grow(workflow, stored["tree"])
    trees: dict[str, Any] = dict(workflow.tasks)
    for task_id, tree in stored["subprocesses"]:
        parent: CaseTask = trees[task_id]
        name = parent.task_spec.spec
        subprocess = CaseSubWorkflow(program.subprocess_specs[name], parent, workflow)
        workflow.subprocesses[task_id] = subprocess
        _grow(subprocess, tree)
        trees.update(subprocess.tasks)
    return workflow


def _in_order(workflow: CaseWorkflow) -> list[tuple[str, Any]]:
    """The sub-processes, each after the one that it lies in."""

    def depth(subprocess: Any) -> int:
        outer = subprocess.parent_task.workflow
        return 0 if outer is workflow else 1 + depth(outer)

    return sorted(workflow.subprocesses.items(), key=lambda item: depth(item[1]))


def _tree(tree: Any) -> dict[str, Any]:
    stored: dict[str, Any] = {"tasks": [_task(task) for task in _parents_first(tree.task_tree)]}
    if tree.completed:
        stored["data"] = tree.data
    return stored


def _parents_first(root: CaseTask) -> list[CaseTask]:
    found = [root]
    for task in found:
        found.extend(task.children)
    return found


def _task(task: CaseTask) -> list[Any]:
    parent = task.parent
    before = {} if parent is None else parent.data
    changed = {k: v for k, v in task.data.items() if k not in before or not _is(v, before[k])}
    return [
        task.id,
        task._parent,
        task.task_spec.name,
        task._state,
        task.last_state_change,
        task.internal_data,
        changed,
        [key for key in before if key not in task.data],
    ]


def _is(one: Any, other: Any) -> bool:
    return one is other or (type(one) is str and type(other) is str and one == other)


def _grow(tree: Any, stored: dict[str, Any]) -> None:
    specs = tree.spec.task_specs
    tasks: dict[str, CaseTask] = {}
    for task_id, parent_id, name, state, count, internal, changed, gone in stored["tasks"]:
        if name not in specs:
            raise StateUnreadable(f"the diagram has no element {name}")
        task = CaseTask.__new__(CaseTask)
        task.id, task.workflow, task.task_spec = task_id, tree, specs[name]
        task._parent, task._children, task._state = parent_id, [], state
        task.triggered, task.thread_id, task.last_state_change = False, 0, count
        task.internal_data = internal
        if parent_id is None:
            task.data = changed
        else:
            parent = tasks[parent_id]
            parent._children.append(task_id)
            task.data = {**parent.data, **changed}
            for key in gone:
                del task.data[key]
        tasks[task_id] = task
    tree.tasks = tasks
    tree.task_tree = next(iter(tasks.values()))
    if "data" in stored:
        tree.completed, tree.data = True, stored["data"]
