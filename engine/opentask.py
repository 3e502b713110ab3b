"""An open task as its page shows it; what a page may not need is looked up when asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from engine import definitions, worklist
from engine.diagrams import Element
from engine.expressions import Context
from engine.forms import Form
from engine.languages import Text
from engine.models import Instance, Person, Task
from engine.successors import NextStep, next_steps
from engine.worklist import TaskRow


@dataclass
class OpenTask:
    """A task with its form, filled in as far as the case and the draft go."""

    session: Session
    person: Person
    task: Task
    instance: Instance
    element: Element
    form: Form
    values: dict[str, Any]
    data: dict[str, Any]
    context: Context
    may_complete: bool

    @property
    def id(self) -> str:
        """The task's id."""
        return self.task.id

    @property
    def name(self) -> Text:
        """The task's label."""
        return self.task.name

    @property
    def help(self) -> Text:
        """What a good answer looks like, in the drawing's words."""
        return self.element.help

    @property
    def submit(self) -> Text:
        """The words of the button that completes the task; empty when the drawing has none."""
        properties = self.element.properties
        return Text(properties.get("submit", ""), properties.get("submit.en", ""))

    @property
    def process_id(self) -> str:
        """The procedure that the task is drawn in, which may be a called one."""
        return self.task.process_id

    @property
    def instance_id(self) -> int:
        """The task's case."""
        return self.instance.id

    @property
    def definition_id(self) -> int:
        """The version of the drawing that the task stands on."""
        return self._drawing.definition_ids[self.task.process_id]

    @property
    def may_claim(self) -> bool:
        """The person may take the task, which nobody holds."""
        return self.may_complete and self.task.assignee_id is None

    @property
    def may_release(self) -> bool:
        """The person holds the task and there is a group to give it back to."""
        return self.task.assignee_id == self.person.id and self.task.group_id is not None

    @cached_property
    def row(self) -> TaskRow:
        """The task as a line of a list."""
        return worklist.row_of(self.session, self.person, self.task)

    @cached_property
    def next_steps(self) -> list[NextStep]:
        """What may come next."""
        return next_steps(self.session, self._drawing, self.element, case=self.instance)

    @property
    def _drawing(self) -> definitions.Drawing:
        return definitions.drawing(self.session, self.instance.definition_id)
