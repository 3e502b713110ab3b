"""Every step of the manual has its place in the drawings."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from engine import diagrams
from tests.processes.trace import STEPS_OF_FILE

ROOT = Path(__file__).parents[2]
MANUAL = ROOT.parent / "shared" / "MANUAL.md"
FILES = sorted((ROOT / "processes").rglob("*.bpmn"))


def drawn_steps() -> dict[str, set[str]]:
    """Step of the manual to the stems of the files that carry it."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in FILES:
        for process in diagrams.read(path.read_bytes(), file=path.name).processes:
            for element in process.elements.values():
                for step in re.split(r"[\s,]+", element.properties.get("manual", "").strip()):
                    if step:
                        found[step].add(path.stem)
    return found


def test_it_names_every_drawing_in_the_table() -> None:
    assert {path.stem for path in FILES} == set(STEPS_OF_FILE)


def test_it_puts_every_step_into_one_file_only() -> None:
    listed = [step for steps in STEPS_OF_FILE.values() for step in steps]
    assert len(listed) == len(set(listed))


def test_it_finds_every_step_in_the_file_that_the_table_says() -> None:
    expected = {step: {file} for file, steps in STEPS_OF_FILE.items() for step in steps}
    assert drawn_steps() == expected


def test_it_leaves_out_no_step_of_the_manual() -> None:
    if not MANUAL.exists():
        pytest.skip(f"{MANUAL} is not there: the table is not compared with the manual's text")
    written = re.findall(r"^\| ([NECD]\d+) \|", MANUAL.read_text("utf-8"), re.MULTILINE)
    assert sorted(written) == sorted(step for steps in STEPS_OF_FILE.values() for step in steps)
