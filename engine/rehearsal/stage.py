"""What is rehearsed: a drawing that passed its check, with all that it calls, compiled once."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from engine import diagrams, errors, repairs, runtime
from engine.diagrams import Diagram, Element, Problem, Process
from engine.languages import Text
from engine.rehearsal.expectations import Expectations
from engine.repairs import CONSENTS
from engine.review import placed, review
from engine.runtime import Program

#: What a case may start with, beside a person.
_STARTING = ("message", "signal")


@dataclass
class Stage:
    """A process ready to be played, among the other processes that are known."""

    process: Process
    program: Program
    processes: dict[str, Process]
    #: What the drawing leaves open, and how it was understood.
    understood: list[Problem] = field(default_factory=list)
    #: The ids of elements that are played but not drawn.
    made: frozenset[str] = frozenset()

    @cached_property
    def expectations(self) -> Expectations:
        """What the processes expect of each other."""
        return Expectations(self.processes)

    @cached_property
    def starts(self) -> list[Element]:
        """The start events by which a case may begin: by hand, then by a message."""
        events = self.program.start_events
        by_hand = [event for event in events if not event.event]
        return by_hand[:1] + [event for event in events if event.event in _STARTING]

    @cached_property
    def ends(self) -> list[Element]:
        """The end events of the process itself."""
        found = self.process.elements.values()
        return [e for e in found if e.kind == "endEvent" and e.scope_id in self.program.top_scopes]

    def element(self, process_id: str, element_id: str) -> Element | None:
        """Find an element by the process and the id that it has in the drawing."""
        process = self.processes.get(process_id)
        return process.elements.get(element_id) if process is not None else None


def prepare(
    xml: bytes,
    called: Sequence[bytes] = (),
    *,
    process_id: str = "",
    groups: AbstractSet[str] | None = None,
    file: str = "",
) -> Stage:
    """Check a drawing and compile it; `called` are the others that are known, callers included.

    `process_id` names one of several processes in the file; `groups` are the agency's, else
    every group that a drawing names is taken to exist. What may be repaired with an owner's
    consent is played as if they had given it. Raises DiagramRefused.
    """
    return _prepared(xml, tuple(called), process_id, groups and frozenset(groups), file)


# A walk asks for the same stage at every step.
@lru_cache(maxsize=16)
def _prepared(
    xml: bytes,
    called: tuple[bytes, ...],
    process_id: str,
    groups: frozenset[str] | None,
    file: str,
) -> Stage:
    own = {process.id for process in diagrams.read(xml, file=file).processes}
    others = [repairs.understand(source) for source in called]
    # The drawing itself may be among those known, as it was before it was changed.
    others = [one for one in others if own.isdisjoint(p.id for p in one.diagram.processes)]
    known = {p.id: p for one in others for p in one.diagram.processes if p.executable}
    found = review({file: xml}, groups=groups, known=known, consents=CONSENTS)
    if found.is_refused:
        raise errors.DiagramRefused(found.problems)
    repaired = found.repaired[file]
    process = _wanted(repaired.diagram, process_id)
    try:
        program = runtime.compile(process.id, [repaired.xml, *(one.xml for one in others)])
    except errors.DiagramRefused as refused:
        raise placed(refused, repaired.diagram) from refused
    everybody = {**known, **{p.id: p for p in repaired.diagram.processes if p.executable}}
    noted = list(repaired.problems(CONSENTS))
    return Stage(process, program, {**everybody, **program.processes}, noted, repaired.made)


def _wanted(drawn: Diagram, process_id: str) -> Process:
    runs = [process for process in drawn.processes if process.executable]
    for process in runs:
        if process_id in ("", process.id):
            return process
    words = Text(
        "图里没有可执行的流程。请在流程的属性里勾选“可执行”（isExecutable）。",
        "There is no executable process in the drawing. Tick “Executable” (isExecutable) among "
        "the process' properties.",
    )
    at = drawn.processes[0] if drawn.processes else None
    raise errors.DiagramRefused(
        [
            Problem(
                "error",
                "not_executable",
                words,
                file=drawn.file,
                line=at.line if at else 0,
                element_id=at.id if at else "",
            )
        ]
    )
