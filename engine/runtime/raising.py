"""Errors, escalations and signals: who hears of what a step throws, before that step goes on.

An error or an escalation rises from its scope to the ones around it, until an event
sub-process or a boundary event catches it. A signal is heard by whoever waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.diagrams import Element
from engine.runtime.joins import current_data
from engine.runtime.log import text_of
from engine.runtime.specs import BoundarySplit
from engine.runtime.tree import ROW, CaseTask, when


def rise(my_task: CaseTask, element: Element) -> bool:
    """Let an error or an escalation rise; tell whether the branch that threw it goes on.

    Nobody need listen to an escalation. An error that nothing catches ends the case.
    """
    log = my_task.workflow.top_workflow.log
    code = text_of(log.value_of(my_task, element.code))
    payload = log.payload(my_task, element)
    for level in _levels(my_task):
        heard = [(task, task.task_spec.hears(task, element.event, code)) for task in level]
        found = [(task, catcher) for task, catcher in heard if catcher is not None]
        if not found:
            continue
        # One that names the code goes before one that catches any.
        task, catcher = min(found, key=lambda pair: (pair[1].code == "", when(pair[0])))
        task.task_spec.catch(task, catcher, payload, code=code, last=my_task)
        return not task.task_spec.interrupts
    if element.event == "escalation":
        return True
    top = my_task.workflow.top_workflow
    data = current_data(top, last=my_task)
    top.cancel()
    top.data, log.outcome = data, element
    return False


def _levels(my_task: CaseTask) -> Iterator[list[CaseTask]]:
    """What watches over a task, from the inside out; no handler hears what is thrown in it."""
    workflow: Any = my_task.workflow
    own: Any = None
    while True:
        watching = [task for task in workflow.tasks.values() if task.task_spec.watches_scope]
        yield [task for task in watching if task.task_spec is not own]
        outside: CaseTask | None = workflow.parent_task
        if outside is None:
            return
        activity = outside.parent if ROW in outside.internal_data else outside
        if isinstance(activity.parent.task_spec, BoundarySplit):
            yield [task for task in activity.parent.children if task.task_spec.on_boundary]
        workflow, own = outside.workflow, outside.parent.task_spec


def broadcast(my_task: CaseTask, element: Element) -> bool:
    """Throw a signal; tell whether the branch that threw it goes on.

    Everything in this case that waits for it now hears it now; other cases by their host.
    """
    log = my_task.workflow.top_workflow.log
    signal = log.signal(my_task, element)
    heard = [
        (task, task.task_spec.hears(task, "signal", signal.name))
        for task in sorted(my_task.workflow.top_workflow.all_tasks(), key=when)
    ]
    alive = True
    for task, catcher in heard:
        # One that heard it first may have interrupted what the next one stood in.
        if catcher is None or not task.task_spec.hears(task, "signal", signal.name):
            continue
        task.task_spec.catch(task, catcher, signal.payload, last=my_task)
        spec = task.task_spec
        if spec.watches_scope and spec.interrupts and task.workflow is my_task.workflow:
            alive = False
    return alive and not my_task.workflow.completed
