"""Where a rule looks: one process of one file, among all the processes that it can meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from engine.diagrams import Diagram, Element, Flow, Lane, Problem, Process
from engine.languages import Text
from engine.rules.names import Variables, set_by_process

TASKS = frozenset(
    {
        *("task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask"),
        *("scriptTask", "businessRuleTask"),
    }
)
SUB_PROCESSES = frozenset({"subProcess", "adHocSubProcess", "transaction"})
ACTIVITIES = TASKS | SUB_PROCESSES | {"callActivity"}
GATEWAYS = frozenset(
    {
        *("exclusiveGateway", "inclusiveGateway", "parallelGateway"),
        *("complexGateway", "eventBasedGateway"),
    }
)
CATCHES = frozenset({"intermediateCatchEvent", "boundaryEvent", "startEvent"})
THROWS = frozenset({"intermediateThrowEvent", "endEvent"})
#: What a person completes in a form; an abstract task is run as a manual one.
BY_PEOPLE = frozenset({"userTask", "manualTask", "task"})


@dataclass(frozen=True)
class World:
    """All that a set of diagrams can name: its own processes, deployed ones, and groups."""

    diagrams: tuple[Diagram, ...]
    groups: frozenset[str]
    known: Mapping[str, Process]

    @cached_property
    def processes(self) -> dict[str, Process]:
        """Processes by their id; one of the set goes before a deployed one."""
        drawn = {process.id: process for one in self.diagrams for process in running(one)}
        return {**self.known, **drawn}

    @cached_property
    def variables(self) -> Variables:
        """The names of the variables of each process."""
        return set_by_process(self.processes)

    def callers(self, process_id: str) -> Iterator[tuple[Process, Element]]:
        """The call activities, anywhere, that call a process."""
        for process in self.processes.values():
            for element in process.elements.values():
                if element.called_element == process_id:
                    yield process, element


@dataclass(frozen=True)
class Place:
    """What one rule is given to look at, and how it says what it finds."""

    file: str
    process: Process
    world: World

    def elements(self, *kinds: str) -> Iterator[Element]:
        """The elements of these kinds, or all, in the order in which they are drawn."""
        for element in self.process.elements.values():
            if not kinds or element.kind in kinds:
                yield element

    def scopes(self) -> Iterator[tuple[str, list[Element]]]:
        """The process and each of its sub-processes, with the elements directly in it."""
        yield self.process.id, self.process.within(self.process.id)
        for element in self.elements(*SUB_PROCESSES):
            yield element.id, self.process.within(element.id)

    def error(
        self,
        code: str,
        zh: str,
        en: str,
        at: Element | Flow | Lane | Process | None = None,
        *,
        line: int = 0,
    ) -> Problem:
        """What keeps the diagram from being deployed."""
        return problem("error", code, self.file, at or self.process, zh, en, line=line)

    def warning(
        self,
        code: str,
        zh: str,
        en: str,
        at: Element | Flow | Lane | Process | None = None,
        *,
        line: int = 0,
    ) -> Problem:
        """What should be changed, but runs."""
        return problem("warning", code, self.file, at or self.process, zh, en, line=line)


def running(diagram: Diagram) -> list[Process]:
    """The processes of a file that are meant to run: the executable ones, or all if none is."""
    executable = [process for process in diagram.processes if process.executable]
    return executable or list(diagram.processes)


def problem(
    severity: str,
    code: str,
    file: str,
    at: Element | Flow | Lane | Process,
    zh: str,
    en: str,
    *,
    line: int = 0,
) -> Problem:
    """Name the place beside the words."""
    label = at.name.zh or at.name.en
    return Problem(
        severity,
        code,
        Text(zh, en),
        file=file,
        line=line or at.line,
        element_id=at.id,
        label=label,
    )
