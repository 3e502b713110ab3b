"""A set of files: each has a process that runs, and no two have the same."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagrams import Problem
from engine.languages import Text
from engine.rules.place import World, problem, running
from engine.rules.vocabulary import foreign_engine


def as_read(world: World) -> Iterator[Problem]:
    """What the reader saw: ids and properties that stand there twice."""
    for diagram in world.diagrams:
        yield from diagram.problems


def no_process(world: World) -> Iterator[Problem]:
    """A file holds a process."""
    for diagram in world.diagrams:
        if not diagram.processes:
            yield Problem(
                "error",
                "no_process",
                Text(
                    "文件里没有流程。请画一个流程再部署。",
                    "There is no process in the file. Draw one.",
                ),
                file=diagram.file,
                line=1,
            )


def several_processes(world: World) -> Iterator[Problem]:
    """One executable process in one file, so that changing one makes no version of another."""
    for diagram in world.diagrams:
        for process in running(diagram)[1:]:
            yield problem(
                "warning",
                "several_processes",
                diagram.file,
                process,
                "一个文件里有几个可执行的流程；改动其中一个，其他也会有新版本。请各放一个文件。",
                "The file has several executable processes; changing one makes new versions of "
                "all. Give each a file of its own.",
            )


def not_run(world: World) -> Iterator[Problem]:
    """A process beside the executable one is a picture only."""
    for diagram in world.diagrams:
        meant = running(diagram)
        for process in diagram.processes:
            if process not in meant and process.elements:
                yield problem(
                    "warning",
                    "not_run",
                    diagram.file,
                    process,
                    "这个流程不可执行，只作为图画显示。要执行它，请放到自己的文件里并勾选“可执行”。",
                    "This process is not executable and is only a picture. To run it, give it a "
                    'file of its own and tick "Executable".',
                )


def same_process(world: World) -> Iterator[Problem]:
    """Two files cannot hold the same process."""
    seen: dict[str, str] = {}
    for diagram in world.diagrams:
        for process in running(diagram):
            if process.id in seen and process.id:
                yield problem(
                    "error",
                    "same_process",
                    diagram.file,
                    process,
                    f"文件 {seen[process.id]} 里已有编号为 {process.id} 的流程。请换一个编号。",
                    f"The file {seen[process.id]} has a process of this id already. "
                    "Choose another id.",
                )
            seen.setdefault(process.id, diagram.file)


def other_engines(world: World) -> Iterator[Problem]:
    """Extensions of other engines are not read."""
    for diagram in world.diagrams:
        yield from foreign_engine(diagram)


def manual_in_two_files(world: World) -> Iterator[Problem]:
    """A step of the written manual is drawn in one file, so that a change of it is made once."""
    seen: dict[str, str] = {}
    for diagram in world.diagrams:
        steps = [
            (step, element)
            for process in running(diagram)
            for element in process.elements.values()
            for step in element.properties.get("manual", "").split()
        ]
        for step, element in steps:
            if seen.get(step, diagram.file) != diagram.file:
                yield problem(
                    "warning",
                    "manual_in_two_files",
                    diagram.file,
                    element,
                    f"手册的 {step} 已经画在文件 {seen[step]} 里。请只画在一个文件里，另一处调用它。",
                    f"Step {step} of the manual is drawn in the file {seen[step]} already. Draw it "
                    "in one file, and call it from the other.",
                )
        for step, _ in steps:
            seen.setdefault(step, diagram.file)


RULES = (
    as_read,
    no_process,
    several_processes,
    not_run,
    same_process,
    manual_in_two_files,
    other_engines,
)
