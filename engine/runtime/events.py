"""Events: what waits for something to happen, what makes it happen, what ends a scope.

Nothing here listens: whatever waits is a WAITING task with its key or its due time, and the
host completes it by its id. Thus a message boundary event that does not interrupt can stay
armed, and no message finds a second receiver inside the same case. What happens within a
case (see `raising`) finds its task by `hears`.
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
from engine.runtime import raising, timers
from engine.runtime.joins import BASE, current_data
from engine.runtime.log import text_of
from engine.runtime.specs import Node
from engine.runtime.tree import CaseTask, when

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
            elif element.event == "signal":
                waits[element.id] = text_of(log.value_of(my_task, element.code))
            elif element.event not in ("error", "escalation"):
                key = element.properties.get("correlationKey", "")
                waits[element.id] = text_of(log.evaluate(my_task, key)) if key.strip() else ""
        my_task.internal_data[WAITS] = waits
        my_task._set_state(TaskState.WAITING)

    def hears(self, my_task: CaseTask, kind: str, code: str) -> Element | None:
        """The element that waits for such a thing; without a code it takes any."""
        if my_task.state != TaskState.WAITING or WAITS not in my_task.internal_data:
            return None
        for element in self.waiting_for():
            if element.event != kind:
                continue
            wanted = my_task.internal_data[WAITS].get(element.id, element.code)
            if wanted == code or (kind != "signal" and not wanted):
                return element
        return None

    def catch(
        self,
        my_task: CaseTask,
        element: Element,
        payload: Any,
        *,
        code: str = "",
        last: CaseTask | None = None,
    ) -> None:
        """Let the event happen: keep what it brought and go on.

        `code` is that of an error or escalation, `last` the task that has just thrown it.
        """
        variable = element.properties.get("variable", "").strip()
        if variable and element.timer is None:
            my_task.data = {**my_task.data, variable: payload}
        if element.code_variable:
            my_task.data = {**my_task.data, element.code_variable: code}
        del my_task.internal_data[WAITS]
        my_task._ready()


class CatchNode(Catching, IntermediateCatchEvent):  # type: ignore[misc]  # untyped
    """An intermediate event that waits."""


class ReceiveNode(Catching, ReceiveTask):  # type: ignore[misc]  # untyped
    """A task that receives a message."""


class EventGatewayNode(Catching, EventBasedGateway):  # type: ignore[misc]  # untyped
    """Waits for the first of several events."""

    #: The key of the element whose event came.
    CAUGHT = "caught"

    def waiting_for(self) -> list[Element]:
        """The events behind the gateway."""
        return [spec.element for spec in self.outputs]

    def catch(self, my_task: CaseTask, element: Element, payload: Any, **said: Any) -> None:
        """Remember which event it was; only its branch goes on."""
        my_task.internal_data[self.CAUGHT] = element.id
        super().catch(my_task, element, payload, **said)

    def next_specs(self, my_task: CaseTask) -> list[Any]:
        """The event that came."""
        caught = my_task.internal_data[self.CAUGHT]
        return [spec for spec in self.outputs if spec.element.id == caught]


class Watching(Catching):
    """Waits beside something; without interrupting that, it can come again."""

    on_boundary = True

    @property
    def interrupts(self) -> bool:  # type: ignore[override]
        """Whether what it watches over ends; an error always ends it."""
        assert self.element is not None  # noqa: S101 - such an event is always drawn
        return self.element.interrupting or self.element.event == "error"

    def catch(
        self,
        my_task: CaseTask,
        element: Element,
        payload: Any,
        *,
        code: str = "",
        last: CaseTask | None = None,
    ) -> None:
        """Take the data as they are now, and wait for the next one if need be."""
        waits = my_task.internal_data[WAITS]
        seen = self.look(my_task, last)
        if seen is not None:
            my_task.data = seen
            if not self.interrupts:
                # What it watches over is not its own to bring back; see `joins.merged`.
                my_task.internal_data[BASE] = dict(seen)
        super().catch(my_task, element, payload, code=code, last=last)
        if self.interrupts:
            for task in sorted(self.watched(my_task), key=when):
                task.cancel()
            return
        if element.timer is not None:
            following = timers.following(waits[element.id])
            if following is None:
                return
            waits = {element.id: following}
        again = my_task.parent._add_child(self, TaskState.WAITING)
        again._inherit_data()
        again.internal_data[WAITS] = waits

    def look(self, my_task: CaseTask, last: CaseTask | None) -> dict[str, Any] | None:
        """The data of what it watches over, as they are now; None when it has none of its own."""
        raise NotImplementedError

    def watched(self, my_task: CaseTask) -> list[CaseTask]:
        """The open tasks that end when this interrupts."""
        raise NotImplementedError

    def withdraw_boundary_events(self, my_task: CaseTask) -> None:
        """Leave the others alone: only the end of what they watch over withdraws them."""


class BoundaryNode(Watching, BoundaryEvent):  # type: ignore[misc]  # untyped
    """An event on the boundary of an activity."""

    def look(self, my_task: CaseTask, last: CaseTask | None) -> dict[str, Any] | None:
        """What an embedded sub-process has done so far is known to the event's branch."""
        for activity in my_task.parent.children:
            subprocess = my_task.workflow.top_workflow.subprocesses.get(activity.id)
            if subprocess is not None and activity.task_spec.shares_data and activity.open:
                return current_data(subprocess, last)
        return None

    def watched(self, my_task: CaseTask) -> list[CaseTask]:
        """The activity, and the other events on its boundary."""
        return [t for t in my_task.parent.children if t is not my_task and t.open]


class HandlerEventNode(Watching, IntermediateCatchEvent):  # type: ignore[misc]  # untyped
    """The start of an event sub-process: it waits for as long as its scope goes on."""

    watches_scope = True

    def look(self, my_task: CaseTask, last: CaseTask | None) -> dict[str, Any] | None:
        """It works on the data of its scope."""
        return current_data(my_task.workflow, last)

    def watched(self, my_task: CaseTask) -> list[CaseTask]:
        """Everything in the scope."""
        return [t for t in my_task.workflow.tasks.values() if t is not my_task and t.open]


class Throwing(Node):
    """Sends a message, or throws what somebody in this case may catch."""

    def _run_hook(self, my_task: CaseTask) -> bool:
        if self.element is not None and self.element.message:
            my_task.workflow.top_workflow.log.throw(my_task, self.element)
        return True

    def go_on(self, my_task: CaseTask) -> None:
        """Go on, unless what was thrown has interrupted the branch that threw it."""
        element = self.element
        alive = True
        if element is not None and element.event in ("error", "escalation"):
            alive = raising.rise(my_task, element)
        elif element is not None and element.event == "signal":
            alive = raising.broadcast(my_task, element)
        if alive:
            super().go_on(my_task)


class ThrowNode(Throwing, IntermediateThrowEvent):  # type: ignore[misc]  # untyped
    """An intermediate event that waits for nothing."""


class SendNode(Throwing, SendTask):  # type: ignore[misc]  # untyped
    """A task that sends a message."""


class EndNode(Throwing, EndEvent):  # type: ignore[misc]  # untyped
    """An end event; a terminating one ends its own process or sub-process at once."""

    def go_on(self, my_task: CaseTask) -> None:
        """End the branch, or with it the scope."""
        my_task.workflow.top_workflow.log.reached_end(self.element)
        if self.element is None or self.element.event != "terminate":
            super().go_on(my_task)
            return
        my_task.data = current_data(my_task.workflow, last=my_task)
        my_task.workflow.cancel_open()
        my_task.workflow._mark_complete(my_task)
