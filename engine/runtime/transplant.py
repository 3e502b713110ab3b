"""A stored state on its way to another drawing of the same procedure, scope by scope.

The state names its tasks by the specs of its program. Here each is given the name of its
counterpart in the other program; what has none is told, with the element of the drawing.
"""
# ruff: noqa: SLF001 - a join's ways in are the engine's underscored names

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from SpiffWorkflow import TaskState

from engine.diagrams import Element
from engine.languages import Text
from engine.runtime import unwrapping
from engine.runtime.joins import InclusiveNode, Join, ParallelNode
from engine.runtime.likeness import difference
from engine.runtime.program import Program
from engine.runtime.soundness import Token
from engine.runtime.tree import FINISHED, ROW

SPLIT = ".BoundaryEventSplit"
#: The columns of a stored task, see `state`.
ID, PARENT, NAME, STATE, COUNT, INTERNAL = range(6)


_SHAPE = Text(
    "案件的一部分按旧的方式准备，新图里没有对应的位置。",
    "A part of the case was made ready in a way that the new drawing has no place for.",
)


@dataclass(frozen=True)
class Obstacle:
    """Why a case cannot go on by another drawing, at which element.

    `choices` are the elements that could take the tasks of one that is gone.
    """

    code: str
    text: Text
    element: Element | None = None
    choices: tuple[Element, ...] = ()


def key(element: Element) -> str:
    """How a mapping names an element: ids are unique within one procedure."""
    return f"{element.process_id}/{element.id}"


@dataclass
class Scope:
    """One tree of a state: the case's own, or that of a sub-process; by both programs."""

    old: Any
    new: Any
    tasks: list[list[Any]]
    #: The events to arm once the state stands: (id of the split's task, id of the activity's,
    #: the event's name).
    to_arm: list[tuple[str, str, str]] = field(default_factory=list)
    #: Ids of tasks whose element another one has taken over.
    taken_over: set[str] = field(default_factory=set)
    #: Where the tokens lie, by the old drawing and by the new one.
    before: list[Token] = field(default_factory=list)
    after: list[Token] = field(default_factory=list)

    def open(self) -> list[list[Any]]:
        """The tasks that are not finished."""
        return [task for task in self.tasks if not task[STATE] & FINISHED]


class Transplant:
    """The renaming of one state; `obstacles` says what stands against it."""

    def __init__(
        self, old: Program, new: Program, stored: dict[str, Any], mapping: Mapping[str, str]
    ) -> None:
        self.old, self.new, self._mapping = old, new, mapping
        self.obstacles: list[Obstacle] = []
        self.scopes: list[Scope] = []
        #: Task id -> (old spec, new spec) of the open ones.
        self.specs: dict[str, tuple[Any, Any]] = {}
        outcome = stored["outcome"]
        if outcome is not None and not new.has(*outcome):
            stored["outcome"] = None
        self._trees = dict(stored["subprocesses"])
        self._scope(old.spec, new.spec, stored["tree"])
        kept = []
        for task_id, tree in stored["subprocesses"]:
            pair = self.specs.get(task_id)
            if pair is None:
                continue  # told already, at the activity, or its inside has come out
            kept.append([task_id, tree])
            inside, there = pair[0].spec, pair[1].spec
            self._scope(old.subprocess_specs[inside], new.subprocess_specs[there], tree)
        stored["subprocesses"] = kept

    def _scope(self, old: Any, new: Any, tree: dict[str, Any]) -> None:
        wrapped = unwrapping.wrapped(old, new, tree["tasks"])
        if wrapped is not None:
            inner = self.old.subprocess_specs[old.task_specs[wrapped[NAME]].spec]
            inside = self._trees[wrapped[ID]]
            old = unwrapping.unwrap(old, inner, tree["tasks"], wrapped, inside)
        scope = Scope(old, new, tree["tasks"])
        scope.before = _tokens(old, scope)
        self.scopes.append(scope)
        names = {task[ID]: task[NAME] for task in scope.tasks}
        tasks: list[list[Any]] = []
        for task in scope.tasks:
            before = old.task_specs[task[NAME]]
            there = self._counterpart(scope, before)
            if task[STATE] & FINISHED:
                task[NAME] = (there or new.start).name
                tasks.append(task)
            elif before.on_boundary and not self._still_on(scope, there, names[task[PARENT]]):
                pass  # the event is gone from its activity, and so is the wait for it
            else:
                self._rename(scope, task, before, there)
                tasks.append(task)
        scope.tasks = tree["tasks"] = tasks
        self._place_tokens(scope, names)
        self._place_boundaries(scope, names)
        if not self.obstacles:
            scope.after = _tokens(new, scope)

    def _rename(self, scope: Scope, task: list[Any], before: Any, there: Any) -> None:
        """Give an open task its counterpart, or say why it has none."""
        if ROW in task[INTERNAL] and task[PARENT] not in self.specs:
            return  # told already, of the whole
        if there is None:
            self.obstacles.append(self._removed(scope, before))
            return
        # What an earlier release hung on the boundary of a wrapped process.
        same = before.on_boundary and there.watches_scope
        problem = None if same else difference(scope.old, before, scope.new, there)
        if problem is not None:
            element = before.element or there.element
            self.obstacles.append(Obstacle("changed", problem, element))
            return
        if before.element is not None and before.element.id != there.element.id:
            scope.taken_over.add(task[ID])
        task[NAME] = there.name
        self.specs[task[ID]] = (before, there)

    def _counterpart(self, scope: Scope, before: Any) -> Any | None:
        old, new = scope.old, scope.new
        roles = {old.start.name: new.start, old.end.name: new.end, old.last.name: new.last}
        if before.name in roles:
            return roles[before.name]
        if before.name.endswith(SPLIT):
            activity = self._named(scope, before.name.removesuffix(SPLIT))
            return new.task_specs.get(f"{activity}{SPLIT}")
        if before.name.endswith(" [child]"):
            whole = new.task_specs.get(self._named(scope, before.name.removesuffix(" [child]")))
            inner = getattr(whole, "task_spec", None)
            return new.task_specs.get(inner) if inner else None
        return new.task_specs.get(self._named(scope, before.name))

    def _named(self, scope: Scope, name: str) -> str:
        """The name in the new drawing: the same, or the one that was chosen by hand."""
        element = scope.old.task_specs[name].element if name in scope.old.task_specs else None
        if element is None or element.id != name or name in scope.new.task_specs:
            return name
        return self._mapping.get(key(element), name)

    def _still_on(self, scope: Scope, there: Any | None, split: str) -> bool:
        if there is None or not there.on_boundary:
            return False
        if there.watches_scope:
            return True
        on = self._counterpart(scope, scope.old.task_specs[split])
        return on is not None and there in on.outputs

    def _removed(self, scope: Scope, before: Any) -> Obstacle:
        element = before.element
        if element is None:
            return Obstacle("shape", _SHAPE)
        taken = {spec.element.id for spec in scope.old.task_specs.values() if spec.element}
        choices = tuple(
            spec.element
            for spec in scope.new.task_specs.values()
            if spec.element is not None
            and spec.name == spec.element.id
            and difference(scope.old, before, scope.new, spec) is None
        )
        fresh = tuple(choice for choice in choices if choice.id not in taken)
        rest = tuple(choice for choice in choices if choice.id in taken)
        moved = self.new.processes.get(element.process_id)
        said = element.name or Text(element.id)
        if moved is not None and element.id in moved.elements:
            text = Text(
                f"“{said.to('zh')}”在新图里画到了另一个子流程里（或从子流程里移了出来）。",
                f"“{said.to('en')}” lies in another sub-process of the new drawing, or in none.",
            )
            return Obstacle("scope", text, element)
        return Obstacle(
            "removed",
            Text(
                f"案件正停在“{said.to('zh')}”，而新图里已没有它。",
                f"The case waits at “{said.to('en')}”, which the new drawing does not have.",
            ),
            element,
            fresh + rest,
        )

    def _place_tokens(self, scope: Scope, names: dict[str, str]) -> None:
        """Let each token that waits at a join lie on one of the ways that now lead into it."""
        for task in [t for t in scope.open() if t[ID] in self.specs]:
            before, there = self.specs[task[ID]]
            if not isinstance(there, ParallelNode | InclusiveNode):
                continue
            came = scope.old.task_specs[names[task[PARENT]]]
            way = self._way(scope, before, there, came)
            if way is None:
                self.obstacles.append(_no_way(there))
            elif way != (self._counterpart(scope, came) or scope.new.start).name:
                self._insert(scope, task, way)

    def _way(self, scope: Scope, before: Join, there: Join, came: Any) -> str | None:
        same = self._counterpart(scope, came)
        if same is not None and same.name in there._inputs:
            return str(same.name)
        matched = {}
        for name in before._inputs:
            found = self._counterpart(scope, scope.old.task_specs[name])
            if found is not None and found.name in there._inputs:
                matched[name] = found.name
        free = [name for name in there._inputs if name not in matched.values()]
        if same is not None:
            # Steps were drawn in between: they are behind this token.
            free = [name for name in free if _leads(same, name, there)]
        elif len(set(before._inputs) - set(matched)) != 1:
            return None
        return free[0] if len(free) == 1 else None

    def _insert(self, scope: Scope, task: list[Any], name: str) -> str:
        """Put a finished task before one, with the data that its parent had."""
        inserted = [token_hex(10), task[PARENT], name, TaskState.COMPLETED, task[COUNT]]
        task[PARENT] = inserted[0]
        scope.tasks.insert(scope.tasks.index(task), [*inserted, {}, {}, []])
        return str(inserted[0])

    def _place_boundaries(self, scope: Scope, names: dict[str, str]) -> None:
        """Put open activities below the events that are drawn on their boundary now."""
        self._place_handlers(scope)
        for task in [t for t in scope.open() if t[ID] in self.specs]:
            before, there = self.specs[task[ID]]
            split = scope.new.task_specs.get(f"{there.name}{SPLIT}")
            if split is None or ROW in task[INTERNAL] or there.on_boundary:
                continue
            above = names.get(task[PARENT], "")
            known: set[str] = set()
            if above == f"{before.name}{SPLIT}":
                outputs = scope.old.task_specs[above].outputs
                found = [self._counterpart(scope, o) for o in outputs if o.on_boundary]
                known = {spec.name for spec in found if spec is not None}
                parent = str(task[PARENT])
            else:
                parent = self._insert(scope, task, split.name)
            scope.to_arm += [
                (parent, task[ID], event.name)
                for event in split.outputs
                if event.on_boundary and event.name not in known
            ]

    def _place_handlers(self, scope: Scope) -> None:
        """Let the event sub-processes that are new in an open scope wait for their events."""
        root = scope.tasks[0]
        passed = [scope.new.task_specs[t[NAME]] for t in scope.tasks if t[STATE] & FINISHED]
        if any(spec.watches_scope and spec.interrupts for spec in passed):
            return  # one of them has put an end to the others
        known = {
            found.name
            for spec in scope.old.task_specs.values()
            if spec.on_boundary and (found := self._counterpart(scope, spec)) is not None
        }
        scope.to_arm += [
            (root[ID], root[ID], spec.name)
            for spec in scope.new.task_specs.values()
            if spec.watches_scope and spec.name not in known
        ]


def _tokens(spec: Any, scope: Scope) -> list[Token]:
    """Where the tokens of a scope lie; an event that waits on a boundary is none."""
    names = {task[ID]: task[NAME] for task in scope.tasks}
    found = []
    for task in scope.open():
        at = spec.task_specs[task[NAME]]
        if at.on_boundary or ROW in task[INTERNAL] or at is spec.end:
            continue
        found.append((at.name, names[task[PARENT]] if isinstance(at, Join) else ""))
    return found


def _leads(origin: Any, name: str, join: Any) -> bool:
    seen: set[str] = set()
    todo = [origin]
    while todo:
        at = todo.pop()
        if at.name == name:
            return True
        if at.name not in seen and at is not join:
            seen.add(at.name)
            todo += at.outputs
    return False


def _no_way(join: Any) -> Obstacle:
    element = join.element
    said = (element.name or Text(element.id)) if element else Text(join.name)
    return Obstacle(
        "join",
        Text(
            f"案件的一个分支已到达“{said.to('zh')}”，而通向它的路在新图里变了。",
            f"A branch of the case has come to “{said.to('en')}”, but other ways lead there now.",
        ),
        element,
    )
