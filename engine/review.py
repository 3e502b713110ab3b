"""What a set of drawings says, what was understood of it, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from engine import errors, repairs, rules
from engine.diagrams import Diagram, Problem, Process
from engine.repairs import Repaired
from engine.runtime.xsd import offences


@dataclass(frozen=True)
class Review:
    """Files as they were understood, by name, and what is to be said about them."""

    repaired: Mapping[str, Repaired]
    problems: list[Problem]

    @property
    def is_refused(self) -> bool:
        """Whether something has to be changed, or agreed to, first."""
        return any(problem.is_error for problem in self.problems)

    @property
    def processes(self) -> dict[str, tuple[str, Process]]:
        """The processes that run, by id, with the name of their file."""
        return {p.id: (d.file, p) for d in self._diagrams() for p in d.processes if p.executable}

    def consents(self, file: str, given: Collection[str]) -> list[str]:
        """Of the codes that were agreed to, those without which a file could not be deployed."""
        return [code for code in self.repaired[file].needed() if code in given]

    def _diagrams(self) -> list[Diagram]:
        return [one.diagram for one in self.repaired.values()]


def review(
    files: Mapping[str, bytes],
    *,
    groups: AbstractSet[str] | None = None,
    known: Mapping[str, Process] | None = None,
    consents: Collection[str] = (),
) -> Review:
    """Read, repair and check files that are deployed together.

    `groups` are the groups there are; without them, whatever the files name is taken to be one.
    `known` are processes that the files may call. `consents` are the codes of the repairs to
    which the owner agrees: those that need consent and have none are errors.
    """
    repaired: dict[str, Repaired] = {}
    problems: list[Problem] = []
    for name, xml in files.items():
        try:
            repaired[name] = repairs.understand(xml, file=name)
            problems += offences(xml, file=name)
        except errors.DiagramRefused as refused:
            problems += refused.problems
    drawn = [one.diagram for one in repaired.values()]
    others = {name: p for name, p in (known or {}).items() if name not in _ids(drawn)}
    settled = {(one.diagram.file, *place) for one in repaired.values() for place in one.settled()}
    made = {(one.diagram.file, element_id) for one in repaired.values() for element_id in one.made}
    problems += [
        problem
        for problem in rules.check(
            drawn, groups=_named(drawn) if groups is None else groups, known=others
        )
        if (problem.file, problem.element_id, problem.code) not in settled
        # Nobody drew what a repair puts in, and nobody can give it another id or a help text.
        and (problem.is_error or (problem.file, problem.element_id) not in made)
    ]
    for one in repaired.values():
        problems += one.problems(consents)
    named = (_with_element(problem, repaired.get(problem.file)) for problem in problems)
    return Review(repaired, _sorted(_once(named)))


def _with_element(problem: Problem, repaired: Repaired | None) -> Problem:
    """What has no id of its own is told of the process that it stands in."""
    if problem.element_id or repaired is None:
        return problem
    around = [p for p in repaired.diagram.processes if p.id and p.line <= problem.line]
    if not around:
        return problem
    return replace(problem, element_id=around[-1].id, label=problem.label or around[-1].name.zh)


def _ids(drawn: list[Diagram]) -> set[str]:
    return {process.id for one in drawn for process in one.processes}


def _named(drawn: list[Diagram]) -> set[str]:
    """Without an organisation, every lane and every group that is named is taken to exist."""
    processes = [process for one in drawn for process in one.processes]
    groups = {lane for process in processes for lane in process.lanes}
    return groups | {
        group
        for process in processes
        for element in process.elements.values()
        for group in element.candidate_groups
    }


def _once(found: Iterator[Problem]) -> Iterator[Problem]:
    """Leave out what the schema says of a place where a rule says something that helps."""
    problems = list(dict.fromkeys(found))
    told = {(p.file, p.line) for p in problems if p.code != "schema"}
    for problem in problems:
        if problem.code != "schema" or (problem.file, problem.line) not in told:
            yield problem


def _sorted(problems: Iterator[Problem]) -> list[Problem]:
    return sorted(
        problems, key=lambda p: (p.file, p.line, p.severity, p.element_id, p.code, p.text.en)
    )


def placed(refused: errors.DiagramRefused, diagram: Diagram) -> errors.DiagramRefused:
    """Say where in the file that was sent the elements are that the runtime refuses."""
    elements = {e.id: e for process in diagram.processes for e in process.elements.values()}
    problems: list[Problem] = []
    for problem in refused.problems:
        element = elements.get(problem.element_id)
        at = element or next((p for p in diagram.processes if p.executable), None)
        problems.append(
            replace(
                problem,
                file=diagram.file,
                line=at.line if at else problem.line or 1,
                element_id=at.id if at else problem.element_id,
            )
        )
    return errors.DiagramRefused(problems)
