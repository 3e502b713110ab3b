"""Events: what waits for a message or a time, what sends a message, what ends a scope.

Nothing here listens: whatever waits is a WAITING task with its key or its due time, and the
host completes it by its id. Thus a message boundary event that does not interrupt can stay
armed, and no message finds a second receiver inside the same case.
"""
# ruff: noqa: SLF001 - the engine's hooks are its underscored methods

from __future__ import annotations

from typing import Any

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    EndEvent,
    EventBasedGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    StartEvent,
)
from SpiffWorkflow.spiff.specs.defaults import ReceiveTask, SendTask

from engine.diagrams import Element
from engine.runtime import timers
from engine.runtime.joins import BASE, current_data
from engine.runtime.log import text_of
from engine.runtime.specs import Node
from engine.runtime.tree import CaseTask

#: The key, in a waiting task's internal data, of what each of its elements waits for:
#: element id to the message's key, or to the timer's state.
WAITS = "waits"


class StartEventNode(Node, StartEvent):  # type: ignore[misc]  # untyped
    """A start event; what it was started by is the host's affair."""


class Catching(Node):
    """Waits for a message or a time."""

    def waiting_for(self) -> list[Element]:
        """The elements whose event would let the task go on."""
        return [self.element] if self.element is not None else []

    def _update_hook(self, my_task: CaseTask) -> bool:
        my_task._inherit_data()
        if isinstance(my_task.parent.task_spec, EventGatewayNode):
            return True  # it was this event that the gateway caught
        if not self.on_boundary:
            self.enter(my_task)
        self.arm(my_task)
        return False

    def arm(self, my_task: CaseTask) -> None:
        """Work out the keys and times that this task waits for."""
        log = my_task.workflow.top_workflow.log
        waits: dict[str, Any] = {}
        for element in self.waiting_for():
            if element.timer is not None:
                text = log.value_of(my_task, element.timer.text)
                try:
                    waits[element.id] = timers.armed(element.timer.kind, text)
                except ValueError:
                    log.fail(my_task, timers.unreadable(text), element.timer.text)
            else:
                key = element.properties.get("correlationKey", "")
                waits[element.id] = text_of(log.evaluate(my_task, key)) if key.strip() else ""
        my_task.internal_data[WAITS] = waits
        my_task._set_state(TaskState.WAITING)

    def catch(self, my_task: CaseTask, element: Element, payload: Any) -> None:
        """Let the event happen: keep what the message brought and go on."""
        variable = element.properties.get("variable", "").strip()
        if variable and element.timer is None:
            my_task.data = {**my_task.data, variable: payload}
        del my_task.internal_data[WAITS]
        my_task._ready()


class CatchNode(Catching, IntermediateCatchEvent):  # type: ignore[misc]  # untyped
    """An intermediate message or timer event."""


class ReceiveNode(Catching, ReceiveTask):  # type: ignore[misc]  # untyped
    """A task that receives a message."""


class EventGatewayNode(Catching, EventBasedGateway):  # type: ignore[misc]  # untyped
    """Waits for the first of several events."""

    #: The key of the element whose event came.
    CAUGHT = "caught"

    def waiting_for(self) -> list[Element]:
        """The events behind the gateway."""
        return [spec.element for spec in self.outputs]

    def catch(self, my_task: CaseTask, element: Element, payload: Any) -> None:
        """Remember which event it was; only its branch goes on."""
        my_task.internal_data[self.CAUGHT] = element.id
        super().catch(my_task, element, payload)

    def next_specs(self, my_task: CaseTask) -> list[Any]:
        """The event that came."""
        caught = my_task.internal_data[self.CAUGHT]
        return [spec for spec in self.outputs if spec.element.id == caught]


class BoundaryNode(Catching, BoundaryEvent):  # type: ignore[misc]  # untyped
    """An event on the boundary of an activity; without interrupting, it can come again."""

    on_boundary = True

    def catch(self, my_task: CaseTask, element: Element, payload: Any) -> None:
        """Take the activity's data as they are now, and wait for the next one if need be."""
        state = my_task.internal_data[WAITS][element.id]
        self._look_inside(my_task)
        super().catch(my_task, element, payload)
        if self.cancel_activity:
            return
        following = timers.following(state) if element.timer is not None else ""
        if following is not None:
            again = my_task.parent._add_child(self, TaskState.WAITING)
            again._inherit_data()
            again.internal_data[WAITS] = {element.id: following if element.timer else state}

    def _look_inside(self, my_task: CaseTask) -> None:
        """What an embedded sub-process has done so far is known to the event's branch."""
        for activity in my_task.parent.children:
            subprocess = my_task.workflow.top_workflow.subprocesses.get(activity.id)
            if subprocess is None or not activity.task_spec.shares_data or not activity.open:
                continue
            my_task.data = current_data(subprocess)
            if not self.cancel_activity:
                # What the sub-process did is its own to bring back; see `joins.merged`.
                my_task.internal_data[BASE] = dict(my_task.data)

    def _on_complete(self, my_task: CaseTask) -> None:
        if self.cancel_activity:
            for other in my_task.parent.children:
                if other is not my_task and other.open:
                    other.cancel()
        super()._on_complete(my_task)

    def withdraw_boundary_events(self, my_task: CaseTask) -> None:
        """Leave the others alone: only the activity's own end withdraws them."""


class Throwing(Node):
    """Sends a message, if it has one."""

    def _run_hook(self, my_task: CaseTask) -> bool:
        from_log = my_task.workflow.top_workflow.log
        if self.element is not None and self.element.message:
            from_log.throw(my_task, self.element)
        return True


class ThrowNode(Throwing, IntermediateThrowEvent):  # type: ignore[misc]  # untyped
    """An intermediate throw event, with a message or none."""


class SendNode(Throwing, SendTask):  # type: ignore[misc]  # untyped
    """A task that sends a message."""


class EndNode(Throwing, EndEvent):  # type: ignore[misc]  # untyped
    """An end event; a terminating one ends its own process or sub-process at once."""

    def _on_complete(self, my_task: CaseTask) -> None:
        my_task.workflow.top_workflow.log.reached_end(self.element)
        if self.element is None or self.element.event != "terminate":
            super()._on_complete(my_task)
            return
        self._on_complete_hook(my_task)
        my_task.data = current_data(my_task.workflow, last=my_task)
        my_task.workflow.cancel_open()
        my_task.workflow._mark_complete(my_task)
