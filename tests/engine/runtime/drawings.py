"""Small diagrams, written as text, and ways to play them to their end."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

from engine import runtime
from engine.runtime import Program, Run, Waiting

_DEFINITIONS = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="t">{}</definitions>'
)
_COUNTER = iter(range(10**9))
#: What is declared beside a process: how it is referred to, and the attributes with its name.
_DECLARED = {
    "message": ("messageRef", "m", ("name",)),
    "signal": ("signalRef", "s", ("name",)),
    "error": ("errorRef", "e", ("name", "errorCode")),
    "escalation": ("escalationRef", "x", ("name", "escalationCode")),
}


def flow(source: str, target: str, condition: str = "", name: str = "") -> str:
    """A sequence flow."""
    inner = f"<conditionExpression>{_escaped(condition)}</conditionExpression>" if condition else ""
    name = name or f"{source}_to_{target}"
    return f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def flows(*ways: str) -> str:
    """Sequence flows along ways such as "start a b end"."""
    pairs = [pair for way in ways for pair in zip(way.split(), way.split()[1:], strict=False)]
    return "".join(flow(source, target) for source, target in dict.fromkeys(pairs))


def node(tag: str, node_id: str, inner: str = "", **attributes: str) -> str:
    """A flow node; properties go into `inner` by `properties`."""
    named = "".join(
        f' {key.replace("camunda_", "camunda:")}="{_escaped(value)}"'
        for key, value in attributes.items()
    )
    return f'<{tag} id="{node_id}"{named}>{inner}</{tag}>'


def nodes(tag: str, ids: str) -> str:
    """Several plain nodes of one kind."""
    return "".join(node(tag, node_id) for node_id in ids.split())


def properties(**values: str) -> str:
    """Extension properties, for a node's inside."""
    listed = "".join(
        f'<camunda:property name="{name}" value="{_escaped(value)}"/>'
        for name, value in values.items()
    )
    return (
        f"<extensionElements><camunda:properties>{listed}</camunda:properties></extensionElements>"
    )


def extensions(*parts: str) -> str:
    """Extension elements as they stand."""
    return f"<extensionElements>{''.join(parts)}</extensionElements>"


def mapping(kind: str, **values: str) -> str:
    """A camunda:inputOutput with parameters of one kind, for `extensions`."""
    listed = "".join(
        f'<camunda:{kind}Parameter name="{name}">{_escaped(value)}</camunda:{kind}Parameter>'
        for name, value in values.items()
    )
    return f"<camunda:inputOutput>{listed}</camunda:inputOutput>"


def message(name: str) -> str:
    """A message event definition."""
    return f'<messageEventDefinition messageRef="m_{name}"/>'


def signal(name: str) -> str:
    """A signal event definition."""
    return f'<signalEventDefinition signalRef="s_{name}"/>'


def error(code: str = "") -> str:
    """An error event definition; without a code it is any error."""
    return f'<errorEventDefinition errorRef="e_{code}"/>' if code else "<errorEventDefinition/>"


def escalation(code: str = "") -> str:
    """An escalation event definition; without a code it is any escalation."""
    referred = f' escalationRef="x_{code}"' if code else ""
    return f"<escalationEventDefinition{referred}/>"


def link(name: str) -> str:
    """A link event definition."""
    return f'<linkEventDefinition name="{name}"/>'


def timer(kind: str, text: str) -> str:
    """A timer event definition."""
    return f"<timerEventDefinition><{kind}>{_escaped(text)}</{kind}></timerEventDefinition>"


def loop(collection: str, item: str, *, sequential: bool = False, until: str = "") -> str:
    """Multi-instance characteristics."""
    condition = f"<completionCondition>{_escaped(until)}</completionCondition>" if until else ""
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}" '
        f'camunda:collection="{_escaped(collection)}" camunda:elementVariable="{item}">'
        f"{condition}</multiInstanceLoopCharacteristics>"
    )


def process(process_id: str, *parts: str) -> bytes:
    """A file with one process; messages and the like are declared as they are used."""
    inner = "".join(parts)
    declared = "".join(
        node(tag, f"{prefix}_{name}", **dict.fromkeys(said, name))
        for tag, (reference, prefix, said) in _DECLARED.items()
        for name in dict.fromkeys(re.findall(f'{reference}="{prefix}_([^"]+)"', inner))
    )
    body = f'<process id="{process_id}" isExecutable="true">{inner}</process>'
    return _DEFINITIONS.format(declared + body).encode()


def program(*files: bytes) -> Program:
    """Compile the first file's process with the others."""
    found = re.search(rb'<process id="([^"]+)"', files[0])
    assert found
    return runtime.compile(found[1].decode(), files)


class Player:
    """Plays a case to its end, saved and restored after every step."""

    def __init__(
        self,
        program: Program,
        start: Callable[[], Run] | None = None,
        *,
        reparsed: bool = False,
        pruned: bool = True,
        **data: Any,
    ) -> None:
        self.program = program
        #: Whether to parse the spec anew now and then, as another process would.
        self.reparsed = reparsed
        self.kept = 0
        self.pruned = pruned
        self.steps: list[tuple[str, str]] = []
        self.thrown: list[Any] = []
        self.run = start() if start else Run.start(program, data=data, pruned=pruned)
        self.keep()

    def keep(self) -> None:
        """Collect what the step said, then save and restore."""
        self.steps += [(step.kind, step.element.id) for step in self.run.take_steps()]
        self.thrown += self.run.take_thrown()
        self.kept += 1
        if self.reparsed and self.kept % 4 == 1:
            self.program = runtime.load.__wrapped__(self.program.source)
        self.run = Run.restore(self.program, self.run.dump(), pruned=self.pruned)

    def waiting(self, *ids: str) -> list[Waiting]:
        """What waits, of these elements or of all."""
        return [w for w in self.run.waiting() if not ids or w.element.id in ids]

    def open(self) -> list[str]:
        """The ids of the elements that wait, sorted."""
        return sorted(w.element.id for w in self.run.waiting())

    def one(self, element_id: str, **data: Any) -> Waiting:
        """The waiting element with this id, and with these data if there are several."""
        found = [
            w
            for w in self.waiting(element_id)
            if all(w.data.get(name) == value for name, value in data.items())
        ]
        assert len(found) == 1, (element_id, data, self.open())
        return found[0]

    def do(self, element_id: str, **values: Any) -> None:
        """Complete a task."""
        self.complete(self.one(element_id), **values)

    def complete(self, waiting: Waiting, **values: Any) -> None:
        """Complete a waiting task."""
        self.run.complete(waiting.task_id, values)
        self.keep()

    def deliver(self, waiting: Waiting, payload: Any) -> None:
        """Deliver a message."""
        self.run.deliver(waiting.task_id, payload, element_id=waiting.element.id)
        self.keep()

    def fire(self, waiting: Waiting) -> None:
        """Let a timer go off."""
        self.run.fire(waiting.task_id, element_id=waiting.element.id)
        self.keep()

    def play(
        self,
        choose: random.Random,
        answer: Callable[[Waiting], dict[str, Any]] = lambda waiting: {},
        *,
        most: int = 300,
    ) -> None:
        """Complete tasks in random order until nothing is left for people to do."""
        for _ in range(most):
            tasks = [w for w in self.waiting() if w.kind in ("user", "external")]
            if not tasks:
                return
            chosen = choose.choice(tasks)
            self.complete(chosen, **answer(chosen))
        raise AssertionError(f"still open after {most} steps: {self.open()}")

    def order(self, *kinds: str) -> list[str]:
        """The elements in the order in which they were entered, or left in one of these ways."""
        return [name for kind, name in self.steps if kind in (kinds or ("entered",))]

    def all_left(self) -> bool:
        """Whether everything that was entered was completed or cancelled."""
        entered = sum(kind == "entered" for kind, _ in self.steps)
        return entered == sum(kind in ("completed", "cancelled") for kind, _ in self.steps)

    def count(self, kind: str, element_id: str) -> int:
        """How often a step was taken."""
        return self.steps.count((kind, element_id))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
