"""Every problem that a rule can report has a good and a bad drawing, and speaks plainly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import engine.rules
from engine.diagrams import reader
from tests.engine.rules import (
    test_events,
    test_flows,
    test_forms,
    test_structure,
    test_words,
    test_work,
)
from tests.engine.rules.drawings import problems

ALL = {
    code: cases
    for module in (test_structure, test_flows, test_events, test_work, test_forms, test_words)
    for code, cases in module.CASES.items()
}
_REPORTED = re.compile(
    r"""(?:(?:\.error|\.warning|say)\(|[Pp]roblem\(\s*"(?:error|warning)",)\s*"([a-z_]+)"|"(timer_cron)" if"""
)


def test_every_problem_is_shown_by_drawings():
    folder = Path(str(engine.rules.__file__)).parent
    sources = [*folder.glob("*.py"), Path(str(reader.__file__))]
    reported = {
        match[1] or match[2]
        for source in sources
        for match in _REPORTED.finditer(source.read_text(encoding="utf-8"))
    }
    assert len(reported) > 80
    assert reported - ALL.keys() == set()


def test_every_rule_says_what_it_is_for():
    assert [rule.__name__ for rule in engine.rules.RULES if not rule.__doc__] == []


@pytest.mark.parametrize("code", ALL)
def test_a_problem_has_a_line_and_words_in_both_languages(code):
    bad = ALL[code][0]
    for problem in problems(*([bad] if isinstance(bad, (str, bytes)) else bad)):
        assert problem.file.endswith(".bpmn")
        assert problem.line > 0
        assert re.search("[\u4e00-\u9fff]", problem.text.zh)
        assert not re.search(
            "[\u4e00-\u9fff]", problem.text.en.replace("做事", "").replace("名称", "")
        )
        assert "Error" not in problem.text.en
        assert "object at" not in problem.text.en
