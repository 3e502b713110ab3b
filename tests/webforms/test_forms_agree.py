"""The page and the engine read one definition: whatever is drawn and sent, they agree."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from engine import forms
from engine.diagrams import Element, FormField
from engine.errors import InvalidAnswers
from engine.expressions import Context
from engine.forms import FieldItem, Form, RowsItem
from engine.languages import Text
from tests.engine.drawn_forms import FINE, Usable, drawn
from tests.webforms.test_form_fields import DIRECTORY
from webforms import form_fields

KINDS = sorted(FINE)
CONDITIONS = ["", "", "f0 == 'good'", "f0", "f1 > 5", "not f2", "len(rows) > 1", "vip", "c0 == 'x'"]
DATA = {
    "vip": True,
    "f1": 7,
    "f0": "from the case",
    "rows": [{"c0": "x", "kept": "1"}, {"c0": "y", "kept": "2"}],
    "people": ["alice", "bob"],
}
TYPED = st.one_of(
    st.sampled_from(
        [
            *(
                "",
                " ",
                "good",
                "bad",
                "x",
                "5",
                "-3",
                "12,345.67",
                "1.005",
                "１２",
                "true",
                "false",
            ),
            *("2026-01-31", "2026/1/31", "2026-02-30", "2026-01-31 9:30", "2026-01-31T10:00:00Z"),
            *(
                "alice",
                "charlie",
                "sales",
                "a@b.cn",
                "nobody",
                "a\x00b",
                "\ud800",
                "a\r\nb",
                "x" * 600,
            ),
            *("1e3", "nan", "9" * 30, "-0.01", "90071992547409.92", "NaN", "null", "[]"),
            *(json.dumps({"id": n, "name": "n", "size": 1}) for n in (1, 2, 99)),
        ]
    ),
    st.text(max_size=4),
)


@st.composite
def fields(draw: st.DrawFn, name: str) -> FormField:
    """A field as somebody may draw it."""
    kind = draw(st.sampled_from(KINDS))
    said: dict[str, Any] = {}
    for flag in ("required", "readonly", "multiple"):
        if draw(st.integers(0, 3)) == 0:
            said[flag] = "true"
    if draw(st.booleans()):
        said["showIf"] = draw(st.sampled_from(CONDITIONS))
    if kind in ("long", "double", "money") and draw(st.booleans()):
        said["min"] = draw(st.sampled_from(["0", "5", "${f1}", "junk"]))
        said["max"] = draw(st.sampled_from(["10", "12345.67", "${f1}"]))
    if kind in ("date", "datetime") and draw(st.booleans()):
        said["min"] = draw(st.sampled_from(["2026-01-31", "${f0}", "2026-01-31T00:00:00+08:00"]))
    if kind in ("string", "text", "email") and draw(st.booleans()):
        said["maxlength"] = draw(st.sampled_from(["1", "3", "1000"]))
        said["minlength"] = draw(st.sampled_from(["0", "2"]))
        said["pattern"] = draw(st.sampled_from(["", "[a-z]*", "good|bad", "("]))
    if kind in ("enum", "checklist", "user") and draw(st.integers(0, 3)) == 0:
        said["options"] = draw(st.sampled_from(["people", "['good', 'x']", "nothing", "[f0]"]))
    if kind == "user" and draw(st.booleans()):
        said["group"] = "sales"
    return drawn(name, kind, **said)


@st.composite
def drawn_forms(draw: st.DrawFn) -> Form:
    """A form as somebody may draw it, some with a group of rows."""
    asked = [draw(fields(f"f{n}")) for n in range(draw(st.integers(1, 3)))]
    rows = {"rows": "fixed"} if draw(st.integers(0, 2)) == 0 else {}
    rows["rows.min"] = draw(st.sampled_from(["0", "1", "2"]))
    for n in range(draw(st.integers(0, 2))):
        cell = draw(fields(f"rows[].c{n}"))
        asked.append(replace(cell, properties={**cell.properties, **rows}))
    element = Element(id="t", kind="userTask", process_id="p", scope_id="p", fields=tuple(asked))
    return forms.form_of(element)


@st.composite
def submissions(draw: st.DrawFn, asked: Form) -> MultiDict[str, str]:
    """What a browser, or somebody with bad intentions, may send for a form."""
    sent: list[tuple[str, str]] = []

    def some(name: str, item: FieldItem) -> None:
        most = 3 if item.type in ("checklist", "file") else 1
        sent.extend((name, value) for value in draw(st.lists(TYPED, max_size=most)))

    for item in asked.items:
        if isinstance(item, FieldItem):
            some(item.id, item)
            continue
        for index in draw(st.lists(st.integers(0, 3), unique=True, max_size=3)):
            sent.append(
                (f"{item.id}-{index}-_row", draw(st.sampled_from(["", "0", "1", "7", "x"])))
            )
            for cell in item.fields:
                some(f"{item.id}-{index}-{cell.id}", cell)
    return MultiDict(sent)


def engine_says(asked: Form, answers: dict[str, Any]) -> tuple[dict[str, Text], dict[str, Any]]:
    """What is wrong with answers, and what they are when nothing is."""
    try:
        return {}, forms.check(asked, answers, data=DATA, context=Context(), allowed=Usable())
    except InvalidAnswers as refused:
        return refused.errors, {}


def told(asked: Form, given: dict[str, Any]) -> dict[str, Any]:
    """The answers without what only says which row is continued, and what a page does not send."""
    kept = {}
    for item in asked.items:
        if isinstance(item, RowsItem):
            ids = [field.id for field in item.fields if not field.readonly]
            rows = given.get(item.id)
            kept[item.id] = rows and [
                {i: row[i] for i in ids if row.get(i) is not None} for row in rows
            ]
        elif not item.readonly:
            kept[item.id] = given.get(item.id)
    return {name: value for name, value in kept.items() if value not in (None, [])}


@given(st.data())
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_page_and_the_engine_agree(data: st.DataObject) -> None:
    asked = data.draw(drawn_forms())
    sent = data.draw(submissions(asked))
    page = form_fields.build(
        asked,
        language="zh",
        values=forms.initial(asked, DATA, Context()),
        data=DATA,
        context=Context(),
        formdata=sent,
        directory=DIRECTORY,
        allowed=Usable(),
    )
    answers = page.answers
    accepted = page.validate()
    refused, clean = engine_says(asked, answers)
    assert accepted is not bool(refused), (refused, page.problems)
    if refused:
        before = page.problems
        page.place(refused)
        assert page.problems == before  # the same is said, in the same places
        return
    assert told(asked, clean) == told(asked, tidied(asked, answers))
    assert clean.keys() == {item.id for item in asked.items}
    # What is accepted is offered for a change as it is, and accepted again.
    again = {item.id: clean[item.id] for item in asked.items if clean[item.id] is not None}
    assert forms.initial(asked, DATA | again, Context()).keys() == clean.keys()


def tidied(asked: Form, answers: dict[str, Any]) -> dict[str, Any]:
    """The answers with texts trimmed and files named as they are stored: what `check` may change."""

    def one(item: FieldItem, value: Any) -> Any:
        value = forms.values.tidy(item, value)
        return [Usable().document(f["id"]) for f in value] if item.type == "file" else value

    found: dict[str, Any] = {}
    for item in asked.items:
        if isinstance(item, FieldItem):
            found[item.id] = one(item, answers[item.id]) if item.id in answers else None
        elif item.id in answers:
            found[item.id] = [
                {f.id: one(f, row[f.id]) for f in item.fields if f.id in row}
                for row in answers[item.id]
            ]
    return found


def by_hand(kind: str, typed: str) -> Any:
    """Read the plain spellings again, in other words than the page does."""
    if kind == "money":
        try:
            amount = Decimal(typed.replace(",", "")) * 100
        except InvalidOperation:
            return None
        return int(amount)
    if kind == "long":
        return int(typed)
    if kind == "datetime":
        local = datetime.strptime(typed, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo("Asia/Shanghai"))
        return local.isoformat()
    return typed.strip()


AMOUNTS = st.builds("{:,}.{:02}".format, st.integers(-(10**11), 10**11), st.integers(0, 99))
MOMENTS = st.datetimes(datetime(1991, 1, 1), datetime(2199, 1, 1)).map("{:%Y-%m-%d %H:%M}".format)  # noqa: DTZ001 - typed without
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@given(
    st.one_of(
        st.tuples(st.just("money"), AMOUNTS),
        st.tuples(st.just("long"), st.integers(-(2**53) + 1, 2**53 - 1).map(str)),
        st.tuples(st.just("datetime"), MOMENTS),
        st.tuples(st.just("date"), st.dates(datetime(1900, 1, 1).date()).map(str)),  # noqa: DTZ001
        st.tuples(st.just("string"), WORDS),
    )
)
@settings(max_examples=150, deadline=None)
def test_what_is_typed_is_what_the_case_gets(pair: tuple[str, str]) -> None:
    kind, typed = pair
    element = Element(
        id="t", kind="userTask", process_id="p", scope_id="p", fields=(drawn("a", kind),)
    )
    asked = forms.form_of(element)
    page = form_fields.build(
        asked, language="en", values={}, data={}, formdata=MultiDict({"a": typed})
    )
    if kind == "date" and typed >= "2200":
        assert not page.validate()
        return
    assert page.validate(), page.problems
    clean = forms.check(asked, page.answers, data={})
    assert clean == {"a": by_hand(kind, typed)}
    # And what the case has is shown so that it comes back unchanged.
    shown = form_fields.build(asked, language="en", values=clean, data={}).fields["a"]._value()
    back = form_fields.build(
        asked, language="en", values={}, data={}, formdata=MultiDict({"a": shown})
    )
    assert forms.check(asked, back.answers, data={}) == clean
