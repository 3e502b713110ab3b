"""Drop from a case's tree what is over, so that a step costs the same in every year of it.

What stays: whatever is open, what came directly before it, and the splits above it, from
whose data the branches started. History is the host's, written from the steps taken.
"""
# ruff: noqa: SLF001 - the engine's tree is linked by underscored attributes

from __future__ import annotations

from typing import Any

from engine.runtime.joins import BASE
from engine.runtime.tree import CaseTask, CaseWorkflow


def prune(workflow: CaseWorkflow) -> None:
    """Prune a case and its sub-processes."""
    for task_id, subprocess in list(workflow.subprocesses.items()):
        if subprocess.completed or not subprocess.parent_task.open:
            del workflow.subprocesses[task_id]
    for tree in (workflow, *workflow.subprocesses.values()):
        _prune(tree)


def _prune(tree: Any) -> None:
    tasks: dict[str, CaseTask] = tree.tasks
    keep = {tree.task_tree.id}
    for task in tasks.values():
        at: CaseTask | None = task if task.open else None
        while at is not None and at.id not in keep:
            keep.add(at.id)
            at = tasks.get(at._parent) if at._parent else None
    for task_id in [task_id for task_id in tasks if task_id not in keep]:
        del tasks[task_id]
    for task in tasks.values():
        if len(task._children) > 0:
            task._children = [child for child in task._children if child in tasks]
    tree.last_task = None
    for task in list(tasks.values()):
        if _is_passed(task, tasks):
            _take_out(task, tasks)


def _is_passed(task: CaseTask, tasks: dict[str, CaseTask]) -> bool:
    """A finished task in the middle of a way: one before it, one finished after it."""
    return (
        not task.open
        and task._parent is not None
        and len(task._children) == 1
        and not tasks[task._children[0]].open
        and BASE not in task.internal_data
    )


def _take_out(task: CaseTask, tasks: dict[str, CaseTask]) -> None:
    parent, child = tasks[str(task._parent)], tasks[task._children[0]]
    child._parent = parent.id
    parent._children[parent._children.index(task.id)] = child.id
    del tasks[task.id]
