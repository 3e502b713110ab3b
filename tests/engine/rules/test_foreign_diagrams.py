"""Files that other tools drew: each is let through or refused in plain words, and none surprises."""

from __future__ import annotations

import random
import re
from contextlib import suppress
from copy import deepcopy
from pathlib import Path

import pytest
from lxml import etree

from engine import rules
from engine.diagrams import Problem, read
from engine.errors import DiagramRefused

FOLDER = Path(__file__).parents[3].parent / "shared" / "diagrams"
FILES = sorted(FOLDER.rglob("*.bpmn")) + sorted(FOLDER.rglob("*.dmn"))
_CHINESE = re.compile("[\u3400-\u9fff]")
_OF_PYTHON = re.compile(r"Traceback|NoneType|object at 0x|Exception|\w+Error\b")


def found_in(path: Path) -> list[Problem]:
    """Read and check one file, as at a deploy where every lane and group is known."""
    try:
        diagram = read(path.read_bytes(), file=path.name)
    except DiagramRefused as refusal:
        return refusal.problems
    elements = [e for process in diagram.processes for e in process.elements.values()]
    groups = {lane for process in diagram.processes for lane in process.lanes}
    groups |= {group for element in elements for group in element.candidate_groups}
    return rules.check([diagram], groups=groups)


@pytest.mark.skipif(not FILES, reason=f"there are no diagrams of other tools in {FOLDER}")
def test_each_is_let_through_or_refused_in_plain_words():
    assert len(FILES) > 250
    let_through = []
    for path in FILES:
        found = found_in(path)
        if not any(problem.is_error for problem in found):
            let_through.append(path.name)
        for problem in found:
            assert problem.line > 0, (path, problem)
            assert problem.file == path.name
            assert _CHINESE.search(problem.text.zh), (path, problem)
            assert problem.text.en, (path, problem)
            assert not _OF_PYTHON.search(problem.text.en.partition('"')[0]), (path, problem)
    # Most were drawn to be looked at. These were drawn to be run, and are.
    assert let_through


@pytest.mark.skipif(not FILES, reason=f"there are no diagrams of other tools in {FOLDER}")
def test_a_diagram_that_was_damaged_gives_problems_and_no_exception():
    chance = random.Random(11)
    for path in chance.sample(FILES, 25):
        tree = etree.fromstring(path.read_bytes(), etree.XMLParser(recover=True))
        for _ in range(6):
            damage(tree, chance)
        with suppress(DiagramRefused):
            rules.check([read(etree.tostring(tree), file=path.name)], groups=set())


def damage(tree: etree._Element, chance: random.Random) -> None:
    """Take away, change or double something of a drawing."""
    node = chance.choice(list(tree.iter(etree.Element))[1:] or [tree])
    above = node.getparent()
    what = chance.randrange(4)
    if what == 0 and above is not None:
        above.remove(node)
    elif what == 1 and node.attrib:
        node.attrib.pop(chance.choice(list(node.attrib)))
    elif what == 2 and node.attrib:
        node.set(chance.choice(list(node.attrib)), chance.choice(["", "x", "${", "true", "a b"]))
    elif above is not None:
        above.append(deepcopy(node))
