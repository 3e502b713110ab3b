"""Forms: what is asked, what is shown first, what is accepted, and what is said when it is not."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine import forms
from engine.diagrams import Choice, Element, FormField
from engine.errors import InvalidAnswers
from engine.expressions import Context
from engine.forms import FieldItem, Form, RowsItem, money
from engine.languages import Text

STARS = (Choice("good", Text("好", "Good")), Choice("bad", Text("差", "Bad")))
FLAWED = {
    "long": ["5", 5.5, True, 2**70, 10**4000, float("nan"), [], {}, "NaN"],
    "money": ["1.00", 0.5, False, 2**60, float("inf"), [[]]],
    "double": ["1", True, float("nan"), float("-inf"), 1e300, 10**400],
    "boolean": ["true", 1, 0, []],
    "string": [5, ["x"], {"a": 1}, "a\x00b", "\ud800", "x" * 501, "two\nlines"],
    "text": [5, "a\x00b", "\udfff", "x" * 20_001],
    "email": ["nobody", "a@b", "a b@c.de", "a@b.c\x00d", 7],
    "date": ["2026-02-30", "26-01-01", "2026-01-01T00:00:00+08:00", "٢٠٢٦-01-01", 20260101],
    "datetime": [
        "2026-01-01",
        "2026-01-01T10:00:00",
        "2026-01-01T25:00:00Z",
        5,
        "0001-01-01T00:00Z",
    ],
    "enum": ["best", 1, ["good"]],
    "checklist": ["good", ["good", "best"], [1], [["good"]], {"good": True}],
    "user": ["charlie", 5, ["alice"]],
    "group": ["nobody", {}],
    "file": [
        [{"id": 99}],
        [{"id": "1"}],
        [1],
        "1",
        [{"id": True}],
        [{"id": 1}, {"id": 2}],
        {"id": 1},
    ],
}
FINE = {
    "long": [(5, 5), (-3, -3), (7.0, 7), (0, 0)],
    "money": [(123, 123), (-1, -1)],
    "double": [(1, 1.0), (0.5, 0.5)],
    "boolean": [(True, True), (False, False), (None, False)],
    "string": [("  client ", "client"), ("", ""), (None, "")],
    "text": [("a\r\nb", "a\nb"), (None, "")],
    "email": [("a@b.cn", "a@b.cn"), ("", "")],
    "date": [("2026-01-31", "2026-01-31"), ("", None), (None, None)],
    "datetime": [("2026-01-31T10:30Z", "2026-01-31T10:30:00+00:00"), (None, None)],
    "enum": [("good", "good"), ("", ""), (None, "")],
    "checklist": [(["bad", "bad"], ["bad"]), ([], []), (None, [])],
    "user": [("alice", "alice"), (None, "")],
    "group": [("sales", "sales")],
    "file": [([{"id": 1, "name": "forged", "size": 0}], [{"id": 1, "name": "1.pdf", "size": 10}])],
}


class Usable:
    """Alice and Bob are here, Bob sells; documents 1 and 2 may be named; Charlie has left."""

    def is_user(self, person_id: str, group_id: str = "") -> bool:
        return person_id in ({"bob"} if group_id == "sales" else {"alice", "bob"})

    def is_group(self, group_id: str) -> bool:
        return group_id == "sales"

    def document(self, document_id: int) -> dict[str, Any] | None:
        known = document_id in (1, 2)
        return {"id": document_id, "name": f"{document_id}.pdf", "size": 10} if known else None


def drawn(id: str, type: str = "string", /, *, default: str = "", **said: Any) -> FormField:
    """A field as a drawing has it; constraints are `required="true"`, the rest properties."""
    constraints = ("required", "readonly", "min", "max", "minlength", "maxlength", "pattern")
    return FormField(
        id=id,
        type=type,
        label=Text(said.pop("label", id), said.pop("label_en", "")),
        help=Text(said.pop("help", ""), said.pop("help_en", "")),
        default=default,
        choices=STARS if type in ("enum", "checklist") and "options" not in said else (),
        constraints={name: said.pop(name) for name in constraints if name in said},
        properties={name.replace("_", "."): value for name, value in said.items()},
    )


def form(*fields: FormField) -> Form:
    return forms.form_of(
        Element(id="task", kind="userTask", process_id="p", scope_id="p", fields=fields)
    )


def check(asked: Form, answers: Any, data: dict[str, Any] | None = None) -> dict[str, Any]:
    return forms.check(asked, answers, data=data or {}, context=Context(), allowed=Usable())


def errors_of(asked: Form, answers: Any, data: dict[str, Any] | None = None) -> dict[str, Text]:
    with pytest.raises(InvalidAnswers) as caught:
        check(asked, answers, data)
    return caught.value.errors


@pytest.mark.parametrize(("kind", "value"), [(k, v) for k, vs in FLAWED.items() for v in vs])
def test_it_refuses_an_answer_of_the_wrong_kind(kind: str, value: Any) -> None:
    errors = errors_of(form(drawn("a", kind, label="甲", label_en="A")), {"a": value})
    assert errors.keys() == {"a"}
    assert errors["a"].zh.startswith("甲须为")
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
            "预算须为不小于 0 的金额（最多两位小数，如 12,345.67）。",
            "“Budget” must be an amount of at least 0 (at most two decimals, such as 12,345.67).",
        ),
        "score": ("评分须为1 到 5 之间的整数。", "“Score” must be a whole number from 1 to 5."),
        "due": (
            "期限须为不早于 2026-01-01 的日期（如 2026-01-31）。",
            "“Due” must be a date, such as 2026-01-31, not before 2026-01-01.",
        ),
        "name": (
            "名称须为不超过 4 个字的一行文字。",
            "“Name” must be one line of at most 4 characters.",
        ),
    }


def test_it_bounds_money_in_the_units_that_people_type() -> None:
    asked = form(drawn("budget", "money", min="0.01", max="1,000.50"))
    assert check(asked, {"budget": 100_050}) == {"budget": 100_050}
    assert errors_of(asked, {"budget": 100_051})["budget"].zh.startswith(
        "budget须为0.01 到 1,000.50"
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


def test_a_hidden_field_is_null_and_may_not_be_smuggled_in() -> None:
    asked = form(drawn("urgent", "boolean"), drawn("reason", "text", showIf="urgent", required=""))
    assert check(asked, {"urgent": False, "reason": "smuggled"}) == {
        "urgent": False,
        "reason": None,
    }
    assert errors_of(asked, {"urgent": True}).keys() == {"reason"}
    assert forms.visible(asked, {"urgent": True}, {}) == {"urgent", "reason"}
    assert asked.reacts


def test_a_condition_sees_answers_before_case_data_and_hidden_ones_as_null() -> None:
    asked = form(
        drawn("kind", "enum"),
        drawn("why", showIf="kind == 'bad'"),
        drawn("more", showIf="why == 'other'"),
        drawn("vip", showIf="client.vip"),
    )
    data = {"kind": "bad", "why": "other", "client": {"vip": True}}
    assert forms.visible(asked, {"kind": "good", "why": "other"}, data) == {"kind", "vip"}
    assert forms.visible(asked, {"kind": "bad", "why": "other"}, {}) == {"kind", "why", "more"}


def test_a_condition_that_cannot_be_worked_out_hides_its_field() -> None:
    asked = form(drawn("budget", "money"), drawn("sign", showIf="budget > 100"))
    assert forms.visible(asked, {}, {}) == {"budget"}
    assert forms.visible(asked, {"budget": "junk"}, {}) == {"budget"}
    assert forms.visible(asked, {"budget": 101}, {}) == {"budget", "sign"}


def test_read_only_keeps_the_value_of_the_case() -> None:
    asked = form(drawn("no", readonly="true"), drawn("new", readonly="", default="${no + '-1'}"))
    assert check(asked, {"no": "forged", "new": "forged"}, {"no": "7"}) == {"no": "7", "new": "7-1"}


def test_a_hidden_read_only_field_leaves_the_case_as_it_is() -> None:
    asked = form(drawn("no", readonly="", showIf="false"))
    assert check(asked, {}, {"no": "7"}) == {"no": "7"}


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


def test_several_files_only_where_the_drawing_says_so() -> None:
    files = [{"id": 1}, {"id": 2}, {"id": 1}]
    assert len(check(form(drawn("a", "file", multiple="true")), {"a": files})["a"]) == 2
    assert errors_of(form(drawn("a", "file")), {"a": files}).keys() == {"a"}


def test_rows_share_a_prefix_and_keep_their_place() -> None:
    asked = form(
        drawn("before"),
        drawn("orders[].what", required="true", rows_label="工作单", rows_label_en="Orders"),
        drawn("after"),
        drawn("orders[].budget", "money", min="0"),
    )
    assert [item.id for item in asked.items] == ["before", "orders", "after"]
    good = [{"what": "film", "budget": 100}, {"what": "poster", "budget": None}]
    assert check(asked, {"orders": good})["orders"] == good
    bad = [{"what": "", "budget": -1}, {"budget": "1"}]
    assert errors_of(asked, {"orders": bad}).keys() == {
        *("orders[0].what", "orders[0].budget", "orders[1].what", "orders[1].budget"),
    }


def test_it_counts_rows() -> None:
    asked = form(drawn("r[].x", rows_min="1", rows_max="2", rows_label="行"))
    assert errors_of(asked, {})["r"].zh == "行至少要有 1 行。"
    assert errors_of(asked, {"r": [{}, {}, {}]})["r"].zh == "行最多 2 行。"
    assert errors_of(asked, {"r": {"x": 1}}).keys() == {"r"}
    assert errors_of(asked, {"r": [1]}).keys() == {"r"}
    assert forms.initial(asked, {})["r"] == [{"x": ""}]
    assert errors_of(form(drawn("r[].x")), {"r": [{}] * 201}).keys() == {"r"}


def test_a_condition_in_a_row_looks_at_its_row_first() -> None:
    asked = form(
        drawn("r[].kind", "enum"),
        drawn("r[].why", required="", showIf="kind == 'bad'"),
        drawn("kind"),
    )
    rows = [{"kind": "good", "why": "smuggled"}, {"kind": "bad", "why": "late"}]
    clean = check(asked, {"r": rows, "kind": "bad"})
    assert clean["r"] == [{"kind": "good", "why": None}, {"kind": "bad", "why": "late"}]
    assert errors_of(asked, {"r": [{"kind": "bad"}]}).keys() == {"r[0].why"}


def test_one_condition_on_all_cells_hides_the_group() -> None:
    asked = form(
        drawn("go", "boolean"),
        drawn("r[].x", required="", showIf="go", rows_min="1"),
        drawn("r[].y", showIf="go"),
    )
    assert check(asked, {"go": False}) == {"go": False, "r": None}
    assert errors_of(asked, {"go": True}).keys() == {"r"}


def test_fixed_rows_keep_their_number_and_what_the_form_does_not_show() -> None:
    asked = form(drawn("r[].no", readonly=""), drawn("r[].done", "boolean", rows="fixed"))
    data = {"r": [{"no": "1", "secret": "a"}, {"no": "2", "secret": "b"}]}
    clean = check(asked, {"r": [{"done": True, "no": "forged"}, {"done": False}]}, data)
    assert clean["r"] == [
        {"no": "1", "secret": "a", "done": True},
        {"no": "2", "secret": "b", "done": False},
    ]
    assert errors_of(asked, {"r": [{"done": True}]}, data).keys() == {"r"}
    assert errors_of(asked, {"r": [{}, {}, {}]}, data)["r"].zh == "r的行数不能改变。"
    assert check(asked, {}, data)["r"][1] == {"no": "2", "secret": "b", "done": False}


def test_rows_with_a_read_only_cell_follow_the_row_that_they_continue() -> None:
    asked = form(drawn("r[].no", readonly=""), drawn("r[].what"))
    data = {"r": [{"no": "1", "k": "a"}, {"no": "2", "k": "b"}]}
    first = forms.initial(asked, data)["r"]
    assert first == [{"no": "1", "what": "", "_row": 0}, {"no": "2", "what": "", "_row": 1}]
    removed_and_added = [first[1], {"what": "new"}, {"what": "twice", "_row": 1}]
    assert check(asked, {"r": removed_and_added}, data)["r"] == [
        {"no": "2", "k": "b", "what": ""},
        {"no": "", "what": "new"},
        {"no": "", "what": "twice"},
    ]
    by_index = check(asked, {"r": [{"what": "x"}]}, data)["r"]
    assert by_index == [{"no": "1", "k": "a", "what": "x"}]


def test_it_shows_the_value_of_the_case_first_and_else_the_default() -> None:
    asked = form(
        drawn("name", default="nobody"),
        drawn("budget", "money", default="1,000"),
        drawn("spent", "money", default="${order.budget}"),
        drawn("agreed", "boolean", default="true"),
        drawn("day", "date", default="${days_from_now(0)}"),
        drawn("n", "long", default="junk"),
        drawn("marks", "checklist", default="good, bad"),
        drawn("broken", default="${nothing.here}"),
    )
    first = forms.initial(asked, {"name": "Li", "order": {"budget": 5}})
    assert len(first.pop("day")) == 10
    assert first == {
        "name": "Li",
        "budget": 100_000,
        "spent": 5,
        "agreed": True,
        "n": None,
        "marks": ["good", "bad"],
        "broken": "",
    }


def test_what_it_shows_first_is_accepted_as_an_answer() -> None:
    asked = form(
        *(drawn(kind, kind) for kind in FINE), drawn("r[].x"), drawn("r[].no", readonly="")
    )
    data = {"r": [{"x": "1", "no": "1"}]}
    assert check(asked, forms.initial(asked, data), data)["r"] == data["r"]


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
            ("预算", "1,234.56"),
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
    ],
)
def test_money_is_read_without_rounding(written: str, amount: int) -> None:
    assert money.parse(written) == amount
    assert money.parse(money.show(amount)) == amount


@pytest.mark.parametrize(
    "written", ["", "1.005", "1,23", "1e3", "٣", "--1", "1.", ".5", "NaN", "9" * 99]
)
def test_it_reads_no_money_into_anything_else(written: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(written) + "$"):
        money.parse(written)


@given(st.integers(-money.LIMIT, money.LIMIT))
@settings(max_examples=50, deadline=None)
def test_money_comes_back_as_it_was_shown(amount: int) -> None:
    assert money.parse(money.show(amount)) == amount


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


def test_records_are_plain() -> None:
    assert form(drawn("a")).items == (FieldItem(id="a", type="string", label=Text("a")),)
    (rows,) = form(drawn("r[].a", rows="fixed")).items
    assert isinstance(rows, RowsItem)
    assert rows.fixed
