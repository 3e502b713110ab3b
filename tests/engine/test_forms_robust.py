"""Forms: whatever is sent, nothing breaks, nothing undeclared gets in, and it is quick."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine import forms
from engine.errors import InvalidAnswers
from engine.forms import Form
from tests.engine.drawn_forms import FINE, check, drawn, errors_of, form


def test_it_reports_what_the_form_does_not_have() -> None:
    asked = form(drawn("a"), drawn("rows[].b"))
    errors = errors_of(asked, {"a": "", "A": 1, "x\x00\n": 2, "rows": [{"b": "", "c": 1}]})
    assert errors.keys() == {"A", "x??", "rows[0].c"}


@pytest.mark.parametrize("sent", [None, [], "a", 5, [{"a": 1}]])
def test_it_refuses_what_is_no_set_of_answers(sent: Any) -> None:
    assert errors_of(form(drawn("a")), sent).keys() == {""}


def test_it_refuses_too_much() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    for much in (deep, ["x"] * 30_000, "x" * 1_000_001, {str(n): 1 for n in range(30_000)}):
        assert errors_of(form(drawn("a")), {"a": much}).keys() == {""}


def every_type(required: bool = False) -> Form:
    said = {"required": ""} if required else {}
    return form(
        *(drawn(kind, kind, **said) for kind in FINE),
        *(drawn(f"rows[].{kind}", kind, **said) for kind in FINE),
    )


@pytest.mark.parametrize("required", [True, False])
def test_its_json_schema_is_one_and_accepts_what_check_gives(required: bool) -> None:
    asked = every_type(required)
    described = forms.schema(asked)
    Draft202012Validator.check_schema(described)
    validator = Draft202012Validator(described)
    answers = {kind: values[0][1] for kind, values in FINE.items()}
    clean = check(asked, {**answers, "rows": [answers]})
    assert validator.is_valid(clean)
    assert validator.is_valid({}) is not required
    assert not validator.is_valid({**clean, "undeclared": 1})


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=5)
    | st.sampled_from(["good", "alice", "2026-01-01", "2026-01-01T00:00:00+08:00", "a@b.cn", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "size", "_row", *FINE]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["rows", "other", *FINE]), anything) | anything)
@settings(max_examples=150, deadline=None)
def test_it_raises_nothing_but_invalid_answers_and_lets_nothing_undeclared_in(sent: Any) -> None:
    asked = every_type()
    try:
        clean = check(asked, sent)
    except InvalidAnswers as error:
        refused = error.errors
    else:
        refused = {}
    assert all(text.zh and text.en for text in refused.values())
    if refused:
        return
    assert clean.keys() == {"rows", *FINE}
    assert all(row.keys() == FINE.keys() for row in clean["rows"])
    assert check(asked, clean) == clean  # what is clean stays so


def test_it_is_quick() -> None:
    asked = form(
        drawn("name", required=""),
        drawn("budget", "money", min="0"),
        drawn("day", "date"),
        drawn("ok", "enum"),
    )
    answers = {"name": "Li", "budget": 5, "day": "2026-01-01", "ok": "good"}
    check(asked, answers)
    best = min(_seconds(asked, answers) for _ in range(20))
    assert best < 0.001  # a third of a tenth of this on an idle machine


def _seconds(asked: Form, answers: dict[str, Any]) -> float:
    begun = time.process_time()
    for _ in range(10):
        check(asked, answers)
    return (time.process_time() - begun) / 10
