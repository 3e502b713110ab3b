"""A running case goes on by another version of its drawing.

Moving is reading the same state under another program: every task finds its element, of the
same kind and in the same scope, by its id; labels, help, forms, shapes and whatever comes later
do not matter. An element that is gone needs another that takes its tasks. Events that are new
on the boundary of an open activity are armed, those that are gone are withdrawn; a timer that
is drawn otherwise counts from when it started.
"""

# ruff: noqa: SLF001 - the engine's tree is linked by underscored attributes

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from SpiffWorkflow import TaskState

from engine.diagrams import Element
from engine.errors import StepFailed
from engine.languages import Text
from engine.runtime import state, timers
from engine.runtime.events import WAITS
from engine.runtime.joins import LazyJoin
from engine.runtime.log import ContextOf, Log, no_context
from engine.runtime.program import Program
from engine.runtime.records import Waiting
from engine.runtime.run import Run
from engine.runtime.soundness import Fault, fault
from engine.runtime.transplant import ID, STATE, Obstacle, Scope, Transplant
from engine.runtime.tree import CaseTask, CaseWorkflow

#: Tells when a task of this id, at this element, was reached; None where nobody knows.
Entered = Callable[[str, Element], datetime | None]

_UNLIKE = Text(
    "换到新图以后，案件等待的事情与原来不同。",
    "By the new drawing the case would wait for other things than before.",
)
_GOES_ON = Text(
    "换到新图以后，案件会在没有人操作的情况下自己往前走。",
    "By the new drawing the case would go on by itself.",
)


@dataclass(frozen=True)
class Moved:
    """What became of a state: the one for the new program, or why there is none."""

    state: bytes = b""
    obstacles: list[Obstacle] = field(default_factory=list)


def move(
    old: Program,
    new: Program,
    stored: bytes,
    mapping: Mapping[str, str] | None = None,
    *,
    context_of: ContextOf = no_context,
    entered: Entered = lambda _task_id, _element: None,
) -> Moved:
    """Read a case's state under another program of the same procedure.

    `mapping` says which element takes the tasks of one that is gone: `process/element` to the
    element's id. Nothing is changed but what is given back.
    """
    plain = orjson.loads(stored)
    transplant = Transplant(old, new, plain, mapping or {})
    obstacles = transplant.obstacles or _faults(transplant)
    if obstacles:
        return Moved(obstacles=_once(obstacles))
    workflow = state.restore(new, orjson.dumps(plain), Log(new, context_of))
    try:
        _settle(workflow, transplant, entered)
    except StepFailed as failure:
        place = failure.details.get("element")
        return Moved(obstacles=[Obstacle("step_failed", failure.text, place)])
    if workflow.ready or _would_fire(workflow):
        return Moved(obstacles=[Obstacle("goes_on", _GOES_ON)])
    moved = Run(workflow).dump()
    # What cannot be loaded again, or waits for something else then, must never be stored.
    again = Run.restore(new, moved, context_of)
    waiting = again.waiting()
    same = again.dump() == moved or Run.restore(new, again.dump()).waiting() == waiting
    if not same or {w.task_id for w in waiting if _stays(w)} != _held(transplant):
        return Moved(obstacles=[Obstacle("unlike", _UNLIKE)])
    return Moved(moved)


def _stays(waiting: Waiting) -> bool:
    return waiting.kind in ("user", "external")


def _held(transplant: Transplant) -> set[str]:
    """The tasks of people and workers that the case had before."""
    return {
        task[ID]
        for scope in transplant.scopes
        for task in scope.open()
        if task[STATE] == TaskState.READY and transplant.specs[task[ID]][0].waits
    }


def _once(obstacles: list[Obstacle]) -> list[Obstacle]:
    """One of each kind per element: many tasks may wait at one."""
    return list(
        {
            (o.code, o.element and (o.element.process_id, o.element.id)): o
            for o in reversed(obstacles)
        }.values()
    )[::-1]


def _faults(transplant: Transplant) -> list[Obstacle]:
    found = []
    for scope in transplant.scopes:
        wrong = _fault(scope)
        if wrong is not None:
            found.append(_told(scope, wrong))
    return found


def _fault(scope: Scope) -> Fault | None:
    """Say what may go wrong by the new drawing, if it could not by the old one."""
    already = Counter(scope.before)
    for place, count in Counter(scope.after).items():
        if count > 1 and count > max(already.values(), default=0):
            return Fault("twice", place[0])
    wrong = fault(scope.new, frozenset(scope.after))
    if wrong is None or fault(scope.old, frozenset(scope.before)) is not None:
        return None
    return wrong


def _told(scope: Scope, wrong: Fault) -> Obstacle:
    element: Element | None = scope.new.task_specs[wrong.at].element
    said = (element.name or Text(element.id)) if element else Text(wrong.at)
    zh, en = said.to("zh"), said.to("en")
    if wrong.kind == "stuck":
        text = Text(
            f"案件的分支会在“{zh}”永远等下去：新图里还要等一个不会再来的分支。",
            f"The case would wait at “{en}” for ever: for a branch that cannot come any more.",
        )
    else:
        text = Text(
            f"案件正在并行，而在新图里几个分支会重复走到“{zh}”。",
            f"The case is in several branches, which by the new drawing would each come to “{en}”.",
        )
    return Obstacle(wrong.kind, text, element)


def _settle(workflow: CaseWorkflow, transplant: Transplant, entered: Entered) -> None:
    """Bring what waits up to the new drawing: events, keys, times, and what goes into a task."""
    tasks = {task.id: task for task in workflow.all_tasks()}
    for task_id, (old, new) in transplant.specs.items():
        task = tasks[task_id]
        anew = any(task_id in scope.taken_over for scope in transplant.scopes)
        if WAITS in task.internal_data:
            known = {} if anew else {e.id: e for e in old.waiting_for()}
            _wait_anew(task, known, entered(task_id, old.element) if old.element else None)
        elif task.state == TaskState.READY and new.waits:
            had = set() if anew else {name for name, _ in old.element.input_parameters}
            new.map(task, [p for p in new.element.input_parameters if p[0] not in had])
    for scope in transplant.scopes:
        for parent_id, activity_id, name in scope.to_arm:
            parent = tasks[parent_id]
            event = parent._add_child(parent.workflow.spec.task_specs[name])
            event.task_spec._update(event)
            if WAITS in event.internal_data:
                element = tasks[activity_id].task_spec.element
                _wait_anew(event, {}, entered(activity_id, element) if element else None)


def _wait_anew(task: CaseTask, known: Mapping[str, Element], since: datetime | None) -> None:
    """Rewrite the keys and times that changed in the drawing, and no others.

    A timer counts from when it began, which is `since` where its state does not say.
    """
    before = task.internal_data[WAITS]
    task.task_spec.arm(task)
    waits = task.internal_data[WAITS]
    for element in task.task_spec.waiting_for():
        same = known.get(element.id)
        if same is not None and element.id in before and _same_wait(same, element):
            waits[element.id] = before[element.id]
        elif element.timer is not None:
            state = before.get(element.id) if same is not None and same.timer is not None else None
            text = task.workflow.top_workflow.log.value_of(task, element.timer.text)
            found = timers.armed_anew(element.timer.kind, text, state or {}, since)
            if found is None:
                task.discard()  # it has gone off as often as the new drawing wants
                return
            waits[element.id] = found


def _same_wait(one: Element, other: Element) -> bool:
    name = "correlationKey"
    return (one.event, one.code, one.timer, one.properties.get(name)) == (
        (other.event, other.code, other.timer, other.properties.get(name))
    )


def _would_fire(workflow: CaseWorkflow) -> bool:
    """Tell whether a join that waits has nothing left to wait for."""
    for task in workflow.all_tasks():
        if task.state == TaskState.WAITING and isinstance(task.task_spec, LazyJoin):
            tokens = task.task_spec.tokens(task.workflow)
            if tokens[-1] is task and task.task_spec.may_fire(task, tokens):
                return True
    return False
