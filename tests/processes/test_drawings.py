"""The drawings open in any modeler, are laid out, and speak both languages."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from engine import diagrams

ROOT = Path(__file__).parents[2]
LOOK = ROOT.parent / "shared" / "tools" / "look_at_diagram"
FILES = sorted((ROOT / "processes").rglob("*.bpmn"))

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
#: What a reader can bear on one plane.
MOST_ELEMENTS = 25
SHAPES = ("Task", "Event", "Gateway", "task", "callActivity", "subProcess", "lane", "participant")
EDGES = ("sequenceFlow", "messageFlow")

drawing = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def kind(node: etree._Element) -> str:
    return str(etree.QName(node).localname)


def drawn(root: etree._Element, kinds: tuple[str, ...]) -> list[etree._Element]:
    """The elements of the model that a picture has to show."""
    return [node for node in root.iter(f"{BPMN}*") if kind(node).endswith(kinds)]


def english(node: etree._Element, name: str = "name.en") -> str:
    """An extension property of an element, mostly its English label."""
    found = node.findall(f"{BPMN}extensionElements/{CAMUNDA}properties/{CAMUNDA}property")
    return next((p.get("value", "") for p in found if p.get("name") == name), "")


@drawing
def test_it_is_read_without_a_problem(path: Path) -> None:
    diagram = diagrams.read(path.read_bytes(), file=path.name)
    assert list(diagram.problems) == []
    assert [process.id for process in diagram.processes] == [path.stem]
    assert diagram.processes[0].executable


@drawing
def test_it_names_everything_in_both_languages(path: Path) -> None:
    root = etree.parse(path).getroot()
    named = [node for node in drawn(root, SHAPES + EDGES + ("process",)) if node.get("name")]
    # A pool that shows a process bears the process's own name.
    named = [node for node in named if not node.get("processRef")]
    assert [node.get("id") for node in named if not english(node)] == []
    nameless = {"parallelGateway", "sequenceFlow", "participant"}
    silent = [node for node in drawn(root, SHAPES) if not node.get("name")]
    assert [n.get("id") for n in silent if kind(n) not in nameless and not is_merge(n)] == []


def is_merge(node: etree._Element) -> bool:
    """A gateway that only joins asks nothing, and events inside a sub-process may be plain."""
    if kind(node).endswith("Gateway"):
        return len(node.findall(f"{BPMN}outgoing")) < 2
    parent = node.getparent()
    return kind(node).endswith("Event") and parent is not None and kind(parent) == "subProcess"


@drawing
def test_it_explains_every_task_in_both_languages(path: Path) -> None:
    process = diagrams.read(path.read_bytes(), file=path.name).processes[0]
    assert process.help.zh
    assert process.help.en
    tasks = [e for e in process.elements.values() if e.kind in ("userTask", "manualTask", "task")]
    assert [task.id for task in tasks if not (task.help.zh and task.help.en)] == []
    fields = [(e.id, field) for e in process.elements.values() for field in e.fields]
    assert [(i, f.id) for i, f in fields if not (f.label.zh and f.label.en)] == []
    assert [(i, f.id) for i, f in fields if bool(f.help.zh) != bool(f.help.en)] == []
    choices = [(i, f.id, c) for i, f in fields for c in f.choices]
    assert [(i, f, c.id) for i, f, c in choices if not (c.name.zh and c.name.en)] == []


@drawing
def test_it_gives_every_task_a_due_date(path: Path) -> None:
    process = diagrams.read(path.read_bytes(), file=path.name).processes[0]
    tasks = [e for e in process.elements.values() if e.kind == "userTask"]
    late = [t.id for t in tasks if not t.due_date and t.properties.get("optional") != "true"]
    assert late == []


@drawing
def test_it_shows_every_shape_and_edge(path: Path) -> None:
    root = etree.parse(path).getroot()
    shown = {
        node.get("bpmnElement")
        for tag in ("BPMNShape", "BPMNEdge")
        for node in root.iter(f"{BPMNDI}{tag}")
    }
    assert [n.get("id") for n in drawn(root, SHAPES + EDGES) if n.get("id") not in shown] == []


@drawing
def test_it_keeps_a_plane_small_enough_to_read(path: Path) -> None:
    root = etree.parse(path).getroot()
    nodes = {n.get("id") for n in drawn(root, SHAPES) if kind(n) not in ("lane", "participant")}
    for plane in root.iter(f"{BPMNDI}BPMNPlane"):
        shapes = [s.get("bpmnElement") for s in plane.iter(f"{BPMNDI}BPMNShape")]
        assert len([shape for shape in shapes if shape in nodes]) <= MOST_ELEMENTS


def test_it_gives_a_sub_process_an_id_of_its_own_in_all_files() -> None:
    roots = [etree.parse(path).getroot() for path in FILES]
    ids = Counter(n.get("id") for root in roots for n in root.iter(f"{BPMN}subProcess"))
    assert [sub for sub, count in ids.items() if count > 1] == []


@drawing
def test_it_passes_the_check_of_its_looks(path: Path) -> None:
    if not LOOK.exists():
        pytest.skip(f"{LOOK} is not there: nobody judges the layout")
    command = [sys.executable, str(LOOK), "--check", str(path)]
    seen = subprocess.run(command, capture_output=True, text=True, check=False)
    assert seen.returncode == 0, seen.stdout + seen.stderr
