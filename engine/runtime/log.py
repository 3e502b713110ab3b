"""What one run notes while it moves, and how its steps evaluate their expressions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from engine import expressions
from engine.diagrams import Element
from engine.errors import ExpressionFailed, StepFailed
from engine.expressions import Context
from engine.languages import Text
from engine.runtime.records import Step, Thrown
from engine.runtime.tree import ROW, CaseTask

if TYPE_CHECKING:
    from engine.runtime.program import Program

#: Gives what expressions may ask beside the data; the argument is the scope.
ContextOf = Callable[[str], Context]


def no_context(scope: str) -> Context:
    """A run on its own: expressions know the data and nothing else."""
    return Context()


class Log:
    """The steps taken and the messages thrown since the host last asked."""

    def __init__(self, program: Program, context_of: ContextOf) -> None:
        self.program = program
        self.context_of = context_of
        self.steps: list[Step] = []
        self.thrown: list[Thrown] = []
        #: The end event reached last at the top level: scope and element.
        self.outcome: Element | None = None

    def note(self, kind: str, task: CaseTask, *, via: str = "", always: bool = False) -> None:
        """Add a step, if the task stands for an element of the drawing."""
        spec = task.task_spec
        if spec.element is not None and (spec.reported or always):
            self.steps.append(Step(kind, spec.element, task.id, scope_of(task), via))

    def throw(self, task: CaseTask, element: Element) -> None:
        """Send an element's message, with its key and payload as the data are now."""
        properties = element.properties
        key = properties.get("correlationKey", "")
        self.thrown.append(
            Thrown(
                element=element,
                name=str(self.value_of(task, element.message)),
                key=text_of(self.evaluate(task, key)) if key.strip() else "",
                payload=self.payload(task, element),
                time_to_live=text_of(self.value_of(task, properties.get("timeToLive", ""))),
                if_expired=properties.get("ifExpired", ""),
            )
        )

    def signal(self, task: CaseTask, element: Element) -> Thrown:
        """Send an element's signal: to whoever waits for it, in whatever case."""
        name = text_of(self.value_of(task, element.code))
        thrown = Thrown(element, name, "", self.payload(task, element), kind="signal")
        self.thrown.append(thrown)
        return thrown

    def payload(self, task: CaseTask, element: Element) -> Any:
        """What an element gives to whoever catches what it throws."""
        text = element.properties.get("payload", "")
        return self.evaluate(task, text) if text.strip() else {}

    def reached_end(self, element: Element | None) -> None:
        """Remember the end event at which the case itself arrived."""
        if element is not None and element.scope_id in self.program.top_scopes:
            self.outcome = element

    def flow_to(self, task: CaseTask) -> str:
        """Find the sequence flow by which a task was reached, across inserted elements."""
        element = task.task_spec.element
        origin = previous(task)
        while origin is not None and origin.task_spec.element in (None, element):
            if origin.task_spec.element is element and ROW not in task.internal_data:
                break
            origin = previous(origin)
        if element is None or origin is None:
            return ""
        return self.program.flow(element, origin.task_spec.element)

    def evaluate(self, task: CaseTask, text: str, data: dict[str, Any] | None = None) -> Any:
        """Evaluate an expression on a task's data."""
        return self._ask(expressions.evaluate, task, text, data)

    def value_of(self, task: CaseTask, text: str) -> Any:
        """Give a literal, or the value of the `${...}` in it, on a task's data."""
        return self._ask(expressions.value_of, task, text, None)

    def _ask(
        self, how: Callable[..., Any], task: CaseTask, text: str, data: dict[str, Any] | None
    ) -> Any:
        context = self.context_of(scope_of(task))
        row = row_of(task)
        if row is not None:
            context = replace(context, row_index=row)
        try:
            return how(text, task.data if data is None else data, context)
        except ExpressionFailed as error:
            self.fail(task, error.text, text)

    def fail(self, task: CaseTask, reason: Text, text: str = "") -> NoReturn:
        """Give up the run: this step cannot be done as it is drawn."""
        raise step_failed(task, reason, text) from None


def step_failed(task: CaseTask, reason: Text, text: str = "") -> StepFailed:
    """Name the element of the drawing at which a run came to grief."""
    at: CaseTask | None = task
    while at is not None and at.task_spec.element is None:
        at = previous(at)
    element = at.task_spec.element if at is not None else None
    return StepFailed(
        element=element,
        element_id=element.id if element else task.task_spec.name,
        label=(element.name or element.id) if element else task.task_spec.name,
        reason=reason,
        text=text,
    )


def text_of(value: Any) -> str:
    """A key or the like as text, by which it is matched."""
    return "" if value is None else str(value)


def previous(task: CaseTask) -> CaseTask | None:
    """The task before this one; before the first of an inserted sub-process, the one outside."""
    if task.parent is not None:
        parent: CaseTask = task.parent
        return parent
    outside: CaseTask | None = task.workflow.parent_task
    if outside is None or outside.task_spec.element is not None:
        return None
    before: CaseTask | None = outside.parent
    return before


def scope_of(task: CaseTask) -> str:
    """The task of the innermost sub-process or called process of the drawing, "" at the top."""
    outside: CaseTask | None = task.workflow.parent_task
    while outside is not None and outside.task_spec.element is None:
        outside = outside.workflow.parent_task
    return "" if outside is None else outside.id


def row_of(task: CaseTask) -> int | None:
    """The place in its list of the innermost multi-instance child that this task is in."""
    at: CaseTask | None = task
    while at is not None:
        if ROW in at.internal_data:
            row: int = at.internal_data[ROW]
            return row
        at = at.workflow.parent_task
    return None
