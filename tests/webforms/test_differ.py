"""What the library that compares two drawings gives, pinned: one of its answers is the wrong way round."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from tests.webforms.test_assets import FRONTEND

COMPARED = """
import { BpmnModdle } from "bpmn-moddle";
import { diff } from "bpmn-js-differ";
const drawing = (tasks) => `<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  id="file" targetNamespace="t"><bpmn:process id="p">${tasks}</bpmn:process></bpmn:definitions>`;
const moddle = new BpmnModdle();
const old = await moddle.fromXML(drawing('<bpmn:task id="a" name="old"/><bpmn:task id="gone"/>'));
const now = await moddle.fromXML(drawing('<bpmn:task id="a" name="now"/><bpmn:task id="new"/>'));
const found = diff(old.rootElement, now.rootElement);
console.log(JSON.stringify({
  added: Object.keys(found._added), removed: Object.keys(found._removed), name: found._changed.a.attrs.name,
}));
"""


def test_it_knows_new_from_old_but_not_in_the_values() -> None:
    """Our pages tell values in words of our own; if this changes, they need no change."""
    if not shutil.which("node") or not (FRONTEND / "node_modules" / "bpmn-js-differ").exists():
        pytest.skip("needs Node 20 and the front end's packages: make assets")
    answer = subprocess.run(
        ["node", "--input-type=module", "--eval", COMPARED],
        cwd=FRONTEND,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(answer.stdout) == {
        "added": ["new"],
        "removed": ["gone"],
        "name": {"oldValue": "now", "newValue": "old"},
    }
