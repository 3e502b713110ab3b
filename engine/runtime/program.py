"""A compiled diagram, with all that it calls: what is stored once per version and never changes."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from lxml import etree
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask

from engine import diagrams
from engine.diagrams import Diagram, Element, Problem, Process
from engine.diagrams.sources import parse
from engine.errors import DiagramRefused
from engine.languages import Text
from engine.runtime.parser import CaseParser
from engine.runtime.prepare import prepare

_FORMAT = 1
log = logging.getLogger(__name__)


class Program:
    """What the runs of one version share; it is read by many and changed by nobody."""

    def __init__(self, source: bytes, process_id: str, files: Sequence[Mapping[str, str]]) -> None:
        #: From which `load` makes the same program again.
        self.source = source
        self.process_id = process_id
        #: The processes of this version, the called ones included, by id.
        self.processes: dict[str, Process] = {}
        self._elements: dict[tuple[str, str], Element] = {}
        self._flows: dict[tuple[str, str, str, str], str] = {}
        for file in files:
            self._read(diagrams.read(file["drawing"].encode(), file=file["name"]))
        self.process = self.processes[process_id]
        parser = CaseParser(self._elements)
        for file in files:
            parser.add(etree.fromstring(file["prepared"].encode()), file["name"])
        self.spec, self.subprocess_specs = _specs(parser, process_id)
        #: The scopes whose end events are ends of the case itself.
        self.top_scopes = {process_id} | _interrupting(self.process)

    def _read(self, diagram: Diagram) -> None:
        for process in diagram.processes:
            self.processes[process.id] = process
            for element in process.elements.values():
                self._elements[element.scope_id, element.id] = element
            for flow in process.flows.values():
                source, target = (
                    process.elements.get(flow.source),
                    process.elements.get(flow.target),
                )
                if source is not None and target is not None:
                    place = (source.scope_id, source.id, target.scope_id, target.id)
                    self._flows.setdefault(place, flow.id)

    def element(self, scope_id: str, element_id: str) -> Element:
        """Give an element of the drawing; ids are unique within a process or sub-process."""
        return self._elements[scope_id, element_id]

    def has(self, scope_id: str, element_id: str) -> bool:
        """Tell whether the drawing has an element."""
        return (scope_id, element_id) in self._elements

    def flow(self, target: Element, source: Element) -> str:
        """Give the id of the sequence flow from one element to another, "" if there is none."""
        place = (source.scope_id, source.id, target.scope_id, target.id)
        return self._flows.get(place, "")

    @property
    def start_events(self) -> list[Element]:
        """The start events of the process itself."""
        return [e for e in self.process.within(self.process_id) if e.kind == "startEvent"]


def _interrupting(process: Process) -> set[str]:
    """The event sub-processes of a process that end it when they end."""
    return {
        handler.id
        for handler in process.within(process.id)
        if handler.triggered_by_event
        for start in process.within(handler.id)
        if start.kind == "startEvent" and (start.interrupting or start.event == "error")
    }


def compile(process_id: str, files: Sequence[bytes], names: Sequence[str] = ()) -> Program:
    """Compile a process with everything that it calls, all of which must be in `files`.

    Raises `errors.DiagramRefused` for what would not run as BPMN says.
    """
    return _compiled(process_id, tuple(files), tuple(names) or ("",) * len(files))


@lru_cache(maxsize=64)
def _compiled(process_id: str, files: tuple[bytes, ...], listed: tuple[str, ...]) -> Program:
    drawn = [diagrams.read(xml, file=name) for xml, name in zip(files, listed, strict=True)]
    wanted = _reached(process_id, drawn)
    bundle = []
    for xml, diagram in zip(files, drawn, strict=True):
        processes = [process.id for process in diagram.processes if process.id in wanted]
        if processes:
            prepared = prepare(xml, diagram, processes)
            bundle.append(
                {
                    "name": diagram.file,
                    "drawing": _without_shapes(xml, diagram.file),
                    "prepared": prepared.decode(),
                }
            )
    source = orjson.dumps({"format": _FORMAT, "process": process_id, "files": bundle})
    return load(zlib.compress(source))


@lru_cache(maxsize=64)
def load(source: bytes) -> Program:
    """Make a program from what `Program.source` gave."""
    stored = orjson.loads(zlib.decompress(source))
    if stored["format"] != _FORMAT:
        raise ValueError(f"a program of format {stored['format']} cannot be loaded")
    return Program(source, stored["process"], stored["files"])


def _without_shapes(xml: bytes, file: str) -> str:
    """Give a drawing's meaning without where each shape stands, which is half of the bytes."""
    root = parse(xml, file=file)
    for node in list(root):
        if isinstance(node.tag, str) and etree.QName(node).localname == "BPMNDiagram":
            root.remove(node)
    return etree.tostring(root, encoding="unicode")


def _reached(process_id: str, drawn: Sequence[Diagram]) -> set[str]:
    known = {process.id: (process, diagram) for diagram in drawn for process in diagram.processes}
    wanted: set[str] = set()
    waiting: list[tuple[str, Element | None, str]] = [(process_id, None, "")]
    while waiting:
        name, caller, file = waiting.pop()
        if name in wanted:
            continue
        if name not in known:
            raise DiagramRefused([_unknown(name, caller, file)])
        wanted.add(name)
        process, diagram = known[name]
        waiting += [
            (element.called_element, element, diagram.file)
            for element in process.elements.values()
            if element.kind == "callActivity"
        ]
    return wanted


def _unknown(name: str, caller: Element | None, file: str) -> Problem:
    return Problem(
        "error",
        "unknown_process",
        Text(f"找不到流程 {name}。", f"There is no process {name}."),
        file=file,
        line=caller.line if caller else 0,
        element_id=caller.id if caller else "",
        label=caller.label if caller else "",
    )


def _specs(parser: CaseParser, process_id: str) -> tuple[Any, dict[str, Any]]:
    try:
        top = parser.get_spec(process_id)
        subprocesses: dict[str, Any] = {}
        waiting = [top]
        while waiting:
            for spec in waiting.pop().task_specs.values():
                if isinstance(spec, SubWorkflowTask) and spec.spec not in subprocesses:
                    subprocesses[spec.spec] = parser.get_spec(spec.spec)
                    waiting.append(subprocesses[spec.spec])
    except (ValidationException, RecursionError) as error:
        log.exception("the engine cannot read %s", process_id)
        raise DiagramRefused(
            [
                Problem(
                    "error",
                    "not_runnable",
                    Text("引擎无法执行这张图。", "The engine cannot run this diagram."),
                    file=getattr(error, "file_name", None) or "",
                    line=getattr(error, "line_number", None) or 0,
                )
            ]
        ) from error
    return top, subprocesses
