"""Forms: which answers are good, and what is said about those that are not."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import forms
from engine.forms import money
from tests.engine.drawn_forms import FINE, FLAWED, check, drawn, errors_of, form


@pytest.mark.parametrize(("kind", "value"), [(k, v) for k, vs in FLAWED.items() for v in vs])
def test_it_refuses_an_answer_of_the_wrong_kind(kind: str, value: Any) -> None:
    errors = errors_of(form(drawn("a", kind, label="甲", label_en="A")), {"a": value})
    assert errors.keys() == {"a"}
    assert errors["a"].zh.startswith("“甲”须为")
    assert errors["a"].en.startswith("“A” must be")


@pytest.mark.parametrize(
    ("kind", "value", "kept"), [(k, v, r) for k, vs in FINE.items() for v, r in vs]
)
def test_it_keeps_a_good_answer_in_one_spelling(kind: str, value: Any, kept: Any) -> None:
    answer = check(form(drawn("a", kind)), {"a": value})["a"]
    assert answer == kept
    assert type(answer) is type(kept)


@pytest.mark.parametrize("kind", sorted(FINE))
def test_it_asks_for_a_required_answer(kind: str) -> None:
    asked = form(drawn("a", kind, required="true", label="甲"))
    for silence in (
        ({}, {"a": None}, {"a": ""}) if kind in ("string", "date") else ({}, {"a": None})
    ):
        assert errors_of(asked, silence)["a"].zh.startswith("请")
    value, kept = FINE[kind][0]
    assert check(asked, {"a": value})["a"] == kept


def test_it_takes_no_for_an_answer() -> None:
    asked = form(drawn("notarise", "boolean", required=""))
    assert check(asked, {"notarise": False}) == {"notarise": False}
    assert check(form(drawn("n", "long", required="")), {"n": 0}) == {"n": 0}


def test_it_says_what_a_good_answer_is() -> None:
    asked = form(
        drawn("budget", "money", min="0", label="预算", label_en="Budget"),
        drawn("score", "long", min="1", max="5", label="评分", label_en="Score"),
        drawn("due", "date", min="2026-01-01", label="期限", label_en="Due"),
        drawn("name", maxlength="4", label="名称", label_en="Name"),
    )
    wrong = {"budget": -1, "score": 6, "due": "2025-12-31", "name": "12345"}
    assert {path: (text.zh, text.en) for path, text in errors_of(asked, wrong).items()} == {
        "budget": (
            "“预算”须为不小于 0 的金额（最多两位小数，如 12,345.67）。",
            "“Budget” must be an amount of at least 0 (at most two decimals, such as 12,345.67).",
        ),
        "score": ("“评分”须为 1 到 5 之间的整数。", "“Score” must be a whole number from 1 to 5."),
        "due": (
            "“期限”须为不早于 2026-01-01 的日期（如 2026-01-31）。",
            "“Due” must be a date, such as 2026-01-31, not before 2026-01-01.",
        ),
        "name": (
            "“名称”须为不超过 4 个字的一行文字。",
            "“Name” must be one line of at most 4 characters.",
        ),
    }


def test_it_bounds_money_in_the_units_that_people_type() -> None:
    asked = form(drawn("budget", "money", min="0.01", max="1,000.50"))
    assert check(asked, {"budget": 100_050}) == {"budget": 100_050}
    assert errors_of(asked, {"budget": 100_051})["budget"].zh.startswith(
        "“budget”须为 0.01 到 1,000.50"
    )


def test_it_bounds_by_expressions_over_answers_and_case() -> None:
    asked = form(
        drawn("starts", "date"),
        drawn("ends", "date", min="${starts}"),
        drawn("spent", "money", max="${order.budget}"),
    )
    data = {"order": {"budget": 500}}
    good = {"starts": "2026-01-02", "ends": "2026-01-02", "spent": 500}
    assert check(asked, good, data) == good
    assert errors_of(asked, good | {"ends": "2026-01-01"}, data).keys() == {"ends"}
    assert errors_of(asked, good | {"spent": 501}, data).keys() == {"spent"}


def test_a_pattern_has_to_fit_the_whole_text() -> None:
    asked = form(drawn("no", pattern="[A-Z]|[0-9]{2}"))
    assert check(asked, {"no": "42"}) == {"no": "42"}
    assert errors_of(asked, {"no": "A42"}).keys() == {"no"}


def test_choices_may_come_from_the_case() -> None:
    asked = form(
        drawn("pick", "enum", options="each(people, 'row.id')"),
        drawn("marks", "checklist", options="[{'id': 'x', 'name': '叉', 'name_en': 'Cross'}]"),
        drawn("who", "user", options="['alice', 'charlie']"),
    )
    data = {"people": [{"id": "p1"}, {"id": "p2"}]}
    good = {"pick": "p2", "marks": ["x"], "who": "alice"}
    assert check(asked, good, data) == good
    assert errors_of(asked, {"pick": "p3", "marks": ["y"], "who": "bob"}, data).keys() == set(good)
    assert errors_of(asked, good | {"who": "charlie"}, data).keys() == {"who"}  # has left
    assert errors_of(asked, good, {}).keys() == {"pick"}  # no such list in this case


def test_a_user_belongs_to_the_group_asked_for() -> None:
    asked = form(drawn("who", "user", group="sales"))
    assert check(asked, {"who": "bob"}) == {"who": "bob"}
    assert "小组" in errors_of(asked, {"who": "alice"})["who"].zh


def test_the_group_may_come_from_the_case() -> None:
    asked = form(drawn("who", "user", group="${department}"))
    assert check(asked, {"who": "bob"}, {"department": "sales"}) == {"who": "bob"}
    assert errors_of(asked, {"who": "alice"}, {"department": "sales"}).keys() == {"who"}


def test_a_bound_without_an_offset_is_in_the_time_of_the_agency() -> None:
    asked = form(drawn("at", "datetime", min="2026-01-01T09:00", label="时间"))
    check(asked, {"at": "2026-01-01T01:00Z"})
    wrong = errors_of(asked, {"at": "2026-01-01T00:59Z"})["at"].zh
    assert wrong.startswith("“时间”须为不早于 2026-01-01 09:00 的日期和时间")


def test_several_files_only_where_the_drawing_says_so() -> None:
    files = [{"id": 1}, {"id": 2}, {"id": 1}]
    assert len(check(form(drawn("a", "file", multiple="true")), {"a": files})["a"]) == 2
    assert errors_of(form(drawn("a", "file")), {"a": files}).keys() == {"a"}


def test_it_says_answers_in_words() -> None:
    asked = form(
        drawn("budget", "money", label="预算"),
        drawn("mark", "enum", label="评价"),
        drawn("at", "datetime", label="时间"),
        drawn("r[].ok", "boolean", label="通过", rows_label="行"),
        drawn("hidden"),
    )
    values = {
        "budget": 123456,
        "mark": "good",
        "at": "2026-01-01T04:00:00+00:00",
        "r": [{"ok": True}],
        "hidden": None,
    }
    assert [(label.zh, value.zh) for label, value in forms.listed(asked, values)] == [
        *(
            ("预算", "1,234.56 元"),
            ("评价", "好"),
            ("时间", "2026-01-01 12:00"),
            ("行 1 · 通过", "是"),
        ),
    ]


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        *(("12,345.67", 1234567), ("0.1", 10), ("-5", -500), ("１２，３４５．６", 1234560)),
        *(("¥ 3.50", 350), ("100元", 10000), ("-0.05", -5), ("90071992547409.91", money.LIMIT)),
        *(("1200万", 1_200_000_000), ("1.5亿元", 15_000_000_000)),
    ],
)
def test_money_is_read_without_rounding(written: str, amount: int) -> None:
    assert money.parse(written) == amount
    assert money.parse(money.show(amount)) == amount


@pytest.mark.parametrize(
    "written",
    ["", "1.005", "0.0000001万", "万", "1,23", "1e3", "٣", "--1", "1.", ".5", "NaN", "9" * 99],
)
def test_it_reads_no_money_into_anything_else(written: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(written) + "$"):
        money.parse(written)


@given(st.integers(-money.LIMIT, money.LIMIT))
@settings(max_examples=50, deadline=None)
def test_money_comes_back_as_it_was_shown(amount: int) -> None:
    assert money.parse(money.show(amount)) == amount
