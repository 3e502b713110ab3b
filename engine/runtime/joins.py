"""Gateways that wait for several tokens, and the end of a scope, which waits for all.

The engine merges each branch's whole data, so a branch's stale copy of a variable overwrites
what another has just set, and it takes tokens of an earlier round of a loop for new ones.
Here each token waits by itself until it is used up, and each branch contributes what it has
changed since the split.
"""
# ruff: noqa: SLF001 - the engine's hooks are its underscored methods

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway, ParallelGateway

from engine.runtime.changes import apply_changes, same
from engine.runtime.specs import NO_WAY, Node, holds
from engine.runtime.tree import CaseTask, when

#: The key of the data that a branch started from, where they were not its split's.
BASE = "base"
_NOTHING: Any = object()


class Join(Node):
    """Collects tokens; `wanted` says which of them it takes, once it may go on."""

    _inputs: list[str]

    def nearest(self, my_task: CaseTask) -> list[CaseTask]:
        """The tokens that wait here, those first that split off last from this one's way."""
        way = {task.id: depth for depth, task in enumerate(_path(my_task))}
        found = self.tokens(my_task.workflow)
        if len(found) < len(self._inputs):
            return found
        return sorted(found, key=lambda token: min(way.get(t.id, len(way)) for t in _path(token)))

    def tokens(self, workflow: Any) -> list[CaseTask]:
        """The tokens that wait here, in the order in which they came."""
        found = [
            task
            for task in workflow.tasks.values()
            if task.task_spec is self and task.state == TaskState.WAITING
        ]
        return sorted(found, key=when)

    def wait(self, my_task: CaseTask) -> None:
        """Let a token wait for the others."""
        my_task._inherit_data()
        my_task._set_state(TaskState.WAITING)

    def take(self, my_task: CaseTask, others: Iterable[CaseTask]) -> None:
        """Go on with one token; the others, merged into it, are used up."""
        others = list(others)
        log = my_task.workflow.top_workflow.log
        my_task.data, base = merged(sorted([*others, my_task], key=when))
        if base is not None:
            my_task.internal_data[BASE] = base
        for token in others:
            log.note("arrived", token, via=log.flow_to(token))
            token.discard()


class ParallelNode(Join, ParallelGateway):  # type: ignore[misc]  # untyped
    """Waits for one token on each incoming flow."""

    def _update_hook(self, my_task: CaseTask) -> bool:
        missing = Counter(self._inputs)
        missing[my_task.parent.task_spec.name] -= 1
        taken = []
        for token in self.nearest(my_task):
            if missing[token.parent.task_spec.name] > 0:
                missing[token.parent.task_spec.name] -= 1
                taken.append(token)
        self.wait(my_task)
        if any(count > 0 for count in missing.values()):
            return False
        self.take(my_task, taken)
        return True


class LazyJoin(Join):
    """A join that must know what may still come; it is asked when nothing else can move."""

    def try_to_fire(self, my_task: CaseTask) -> bool:
        """Go on with a waiting token if nothing more can come."""
        tokens = self.tokens(my_task.workflow)
        if not tokens or tokens[-1] is not my_task or not self.may_fire(my_task, tokens):
            return False
        self.take(my_task, self.used(tokens))
        my_task._ready()
        return True

    def may_fire(self, my_task: CaseTask, tokens: list[CaseTask]) -> bool:
        """Tell whether no other token can still come."""
        raise NotImplementedError

    def used(self, tokens: list[CaseTask]) -> list[CaseTask]:
        """The tokens that are used up, beside the newest."""
        return tokens[:-1]


class InclusiveNode(LazyJoin, InclusiveGateway):  # type: ignore[misc]  # untyped
    """Waits for each incoming flow on which a token can still come."""

    def _update_hook(self, my_task: CaseTask) -> bool:
        self.wait(my_task)
        return len(self._inputs) == 1

    def may_fire(self, my_task: CaseTask, tokens: list[CaseTask]) -> bool:
        """BPMN's rule: a token counts that can reach an empty flow and none that is filled."""
        filled = {token.parent.task_spec.name for token in tokens}
        empty = set(self._inputs) - filled
        for task in my_task.workflow.tasks.values():
            if not task.open or task.task_spec is self:
                continue
            reached = self._inputs_reached_from(task.task_spec)
            if reached & empty and not reached & filled:
                return False
        return True

    def used(self, tokens: list[CaseTask]) -> list[CaseTask]:
        """One token of each flow."""
        flows = {tokens[-1].parent.task_spec.name}
        first = []
        for token in tokens[:-1]:
            if token.parent.task_spec.name not in flows:
                flows.add(token.parent.task_spec.name)
                first.append(token)
        return first

    def _inputs_reached_from(self, spec: Any) -> set[str]:
        reached: set[str] = set()
        seen = {self.name, spec.name}
        waiting = [spec]
        while waiting:
            at = waiting.pop()
            for following in at.outputs:
                if following is self:
                    reached.add(at.name)
                if following.name not in seen:
                    seen.add(following.name)
                    waiting.append(following)
        return reached

    def next_specs(self, my_task: CaseTask) -> list[Any]:
        """Every flow whose condition holds, else the default flow."""
        chosen = [
            name
            for condition, name in self.cond_task_specs
            if condition is not None and holds(my_task, condition)
        ] or [name for condition, name in self.cond_task_specs if condition is None]
        if not chosen:
            my_task.workflow.top_workflow.log.fail(my_task, NO_WAY)
        return [self._wf_spec.task_specs[name] for name in chosen]


class EndJoin(LazyJoin, _EndJoin):  # type: ignore[misc]  # untyped
    """The end of a process or sub-process: it is over when nothing in it is open."""

    def _update_hook(self, my_task: CaseTask) -> bool:
        self.wait(my_task)
        return False

    def may_fire(self, my_task: CaseTask, tokens: list[CaseTask]) -> bool:
        """Everything else must have come here or be gone."""
        return all(
            task.task_spec is self or _watches(task)
            for task in my_task.workflow.tasks.values()
            if task.open
        )

    def take(self, my_task: CaseTask, others: Iterable[CaseTask]) -> None:
        """Go on, and let go of what watched over the scope."""
        for task in [t for t in my_task.workflow.tasks.values() if _watches(t)]:
            task.cancel()
        super().take(my_task, others)


def _watches(task: CaseTask) -> bool:
    """The start of an event sub-process keeps no scope from ending."""
    return bool(task.task_spec.watches_scope) and task.state == TaskState.WAITING


def merged(tokens: list[Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Bring together what the branches of these tokens have changed; the last one wins.

    The second value is what the branches started from, unless that was their split's data.
    """
    if len(tokens) == 1:
        return dict(tokens[0].data), None
    paths = [_path(token) for token in tokens]
    shared = {task.id for task in paths[0]}.intersection(*({t.id for t in p} for p in paths[1:]))
    split = next(task for task in paths[0] if task.id in shared)
    bases = [_base(path, split) for path in paths]
    start = dict(split.data)
    if all(base is not split.data for base in bases):
        # Side branches only: what they saw when they started is all that is known of the rest.
        for base in bases:
            start = apply_changes(split.data, start, base)
    data = start
    for token, base in zip(tokens, bases, strict=True):
        data = apply_changes(base, data, token.data)
    return data, None if all(base is split.data for base in bases) else start


def _base(path: list[Any], split: Any) -> dict[str, Any]:
    """What a branch started from: its split's data, or what its boundary event saw."""
    for task in path:
        if task is split:
            break
        if BASE in task.internal_data:
            base: dict[str, Any] = task.internal_data[BASE]
            return base
    data: dict[str, Any] = split.data
    return data


def current_data(workflow: Any, last: CaseTask | None = None) -> dict[str, Any]:
    """The data of a workflow as they are now: of all that is open, and of `last` on top.

    `last` is a task that has just been completed, in the workflow or in one below it.
    """
    if workflow.completed:
        return dict(workflow.data)
    own = last if last is not None and last.workflow is workflow else None
    tokens = [
        task
        for task in workflow.tasks.values()
        if task.open and task is not own and not task.task_spec.on_boundary and _counts(task)
    ]
    tokens.sort(key=when)
    if own is not None:
        tokens.append(own)
    if not tokens:
        return dict(workflow.task_tree.data)
    return merged([_with_inner_data(task, last) for task in tokens])[0]


def _counts(task: CaseTask) -> bool:
    """A multi-instance child's data are its own."""
    return "row" not in task.internal_data


def _with_inner_data(task: CaseTask, last: CaseTask | None) -> Any:
    subprocess = task.workflow.top_workflow.subprocesses.get(task.id)
    if subprocess is None or not task.task_spec.shares_data:
        return task
    return _Snapshot(task, current_data(subprocess, last))


def spread(
    workflow: Any,
    base: dict[str, Any],
    changed: dict[str, Any],
    branch: dict[str, Any] | None = None,
) -> None:
    """Let everything in a scope know what one part of it has changed since `base`.

    A side branch keeps what it has changed itself; `branch` is what one around it started from.
    """
    tasks = list(workflow.tasks.values())
    bases = {task.id: _nearest_base(task, branch) for task in tasks}
    for task in tasks:
        task.data = _told(task.data, base, changed, bases[task.id])
    for task in tasks:
        if BASE in task.internal_data:
            task.internal_data[BASE] = apply_changes(base, task.internal_data[BASE], changed)
    for subprocess in workflow.top_workflow.subprocesses.values():
        outside = subprocess.parent_task
        if outside.workflow is workflow and outside.task_spec.shares_data:
            spread(subprocess, base, changed, bases[outside.id])


def _nearest_base(task: CaseTask, otherwise: dict[str, Any] | None) -> dict[str, Any] | None:
    at: CaseTask | None = task
    while at is not None:
        if BASE in at.internal_data:
            base: dict[str, Any] = at.internal_data[BASE]
            return base
        at = at.parent
    return otherwise


def _told(
    data: dict[str, Any],
    base: dict[str, Any],
    changed: dict[str, Any],
    own: dict[str, Any] | None,
) -> dict[str, Any]:
    """Give `data` with what has changed since `base`, save what they changed since `own`."""
    if own is None:
        return apply_changes(base, data, changed)
    result = dict(data)
    for key in {**base, **changed}:
        before, after = base.get(key, _NOTHING), changed.get(key, _NOTHING)
        started, mine = own.get(key, _NOTHING), data.get(key, _NOTHING)
        if same(before, after):
            continue
        if all(isinstance(value, dict) for value in (before, after, started, mine)):
            result[key] = _told(mine, before, after, started)
        elif same(started, mine):
            result[key] = after
    return {key: value for key, value in result.items() if value is not _NOTHING}


class _Snapshot:
    """A task as `merged` sees it, with the data of the sub-process that runs below it."""

    def __init__(self, task: CaseTask, data: dict[str, Any]) -> None:
        self.id, self.parent, self.internal_data = task.id, task.parent, task.internal_data
        self.data = data


def _path(token: Any) -> list[Any]:
    """The token's way back to the root, nearest first; a token is no split of its own."""
    path = []
    at = token.parent
    while at is not None:
        path.append(at)
        at = at.parent
    return path or [token]
