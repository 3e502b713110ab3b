"""Forms: what is shown first, what is hidden, what may only be read, and repeated rows."""

from __future__ import annotations

from engine import forms
from engine.forms import FieldItem, RowsItem
from engine.languages import Text
from tests.engine.drawn_forms import FINE, check, drawn, errors_of, form


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
    assert errors_of(asked, {})["r"].zh == "“行”至少要有 1 行。"
    assert errors_of(asked, {"r": [{}, {}, {}]})["r"].zh == "“行”最多 2 行。"
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
    assert errors_of(asked, {"r": [{}, {}, {}]}, data)["r"].zh == "“r”的行数不能改变。"
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


def test_records_are_plain() -> None:
    assert form(drawn("a")).items == (FieldItem(id="a", type="string", label=Text("a")),)
    (rows,) = form(drawn("r[].a", rows="fixed")).items
    assert isinstance(rows, RowsItem)
    assert rows.fixed
