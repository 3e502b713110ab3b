"""Forms in the browser: what is shown, what typed text means, what survives a failed submit."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage, MultiDict

from engine import forms
from engine.errors import TooLarge
from engine.expressions import Context
from engine.forms import Form
from engine.languages import Text
from tests.engine.drawn_forms import drawn, form
from webforms import form_fields
from webforms.answer_fields import UNSEEN
from webforms.form_fields import AnswerForm

DIRECTORY = SimpleNamespace(
    persons={"alice": Text("爱丽丝", "Alice"), "bob": Text("鲍勃", "Bob")},
    groups={"sales": Text("销售", "Sales")},
    members={"sales": {"bob"}},
)


def build(asked: Form, sent: Any = None, **given: Any) -> AnswerForm:
    data = given.pop("data", {})
    values = forms.initial(asked, data) | given.pop("draft", {})
    formdata = None if sent is None else MultiDict(sent)
    return form_fields.build(
        asked,
        language=given.pop("language", "zh"),
        values=values,
        data=data,
        context=Context(),
        formdata=formdata,
        directory=DIRECTORY,
        **given,
    )


def browser(made: AnswerForm) -> list[tuple[str, str]]:
    """What a browser sends back for a form as it is shown."""
    sent = [(form_fields.SEEN, made.seen)]
    for field in made.fields.values():
        if field.kind == "rows" and not field.item.fixed:
            sent += [(r.origin_name, "" if r.origin is None else str(r.origin)) for r in field.rows]
    for cell in made.cells:
        if cell.item.readonly:
            continue
        if cell.kind == "file":
            sent += [(cell.name, file["sent"]) for file in cell.kept]
        elif cell.kind == "checklist":
            sent += [(cell.name, part) for part in cell.data]
        elif cell.kind != "boolean" or (cell.data is not None and (cell.as_radios or cell.data)):
            sent.append((cell.name, cell._value()))
    return sent


@pytest.mark.parametrize(
    ("kind", "typed", "answer"),
    [
        ("money", "12,345.67", 1234567),
        ("money", " １２３．４ ", 12340),
        ("money", "1.005", "1.005"),
        ("long", "1,000", 1000),
        ("long", "－5", -5),
        ("long", "1.5", "1.5"),
        ("long", "9" * 5000, "9" * 5000),
        ("double", "1e3", 1000.0),
        ("double", "nan", "nan"),
        ("date", "2026-1-5", "2026-01-05"),
        ("date", "2026年1月5日", "2026-01-05"),
        ("date", "20260105", "2026-01-05"),
        ("date", "2026/13/05", "2026/13/05"),
        ("date", "5.1.2026", "5.1.2026"),
        ("datetime", "2026-01-05 9:30", "2026-01-05T09:30:00+08:00"),
        ("datetime", "2026-01-05T09:30", "2026-01-05T09:30:00+08:00"),
        ("datetime", "2026年1月5日 9点30分", "2026-01-05T09:30:00+08:00"),
        ("datetime", "2026-01-05", "2026-01-05"),
        ("string", "  x ", "x"),
        ("text", "a\r\nb", "a\r\nb"),
        ("boolean", "true", True),
        ("boolean", "maybe", "maybe"),
        ("enum", "", ""),
        ("string", "", ""),
    ],
)
def test_it_reads_what_people_type(kind: str, typed: str, answer: Any) -> None:
    made = build(form(drawn("a", kind)), {"a": typed})
    assert made.answers == {"a": answer}


def test_a_moment_is_read_in_the_zone_of_the_agency() -> None:
    asked = form(drawn("at", "datetime"))
    made = build(asked, {"at": "2026-07-01 09:00"}, timezone="Europe/Berlin")
    assert made.answers == {"at": "2026-07-01T09:00:00+02:00"}
    shown = build(asked, data={"at": "2026-07-01T07:00:00+00:00"}, timezone="Europe/Berlin")
    assert shown.fields["at"]._value() == "2026-07-01 09:00"


def test_it_explains_in_the_language_of_the_reader() -> None:
    asked = form(drawn("budget", "money", min="0", label="预算", label_en="Budget"))
    for language, words in (
        ("zh", "“预算”须为不小于 0 的金额（最多两位小数，如 12,345.67）。"),
        (
            "en",
            "“Budget” must be an amount of at least 0 (at most two decimals, such as 12,345.67).",
        ),
    ):
        for typed in ("abc", "-1", "1.005"):
            made = build(asked, {"budget": typed}, language=language)
            assert not made.validate()
            assert made.problems == [("answer-budget", words)]
            assert made.fields["budget"]._value() in (typed, "-1.00")


def test_it_never_shares_anything_between_requests() -> None:
    asked = form(drawn("a", required="true"))
    first, second = build(asked, {"a": ""}), build(asked, {"a": "x"})
    assert not first.validate()
    assert second.validate()
    assert not second.problems


def test_it_shows_what_appears_before_it_takes_the_form() -> None:
    asked = form(
        drawn("urgent", "boolean"),
        drawn("why", showIf="urgent", default="usual"),
        drawn("n", "long"),
    )
    page = build(asked)
    assert list(page.fields) == ["urgent", "n"]
    ticked = [*browser(page), ("urgent", "true")]
    again = build(asked, ticked)
    assert list(again.fields) == ["urgent", "why", "n"]
    assert again.fields["why"]._value() == "usual"
    assert not again.validate()
    assert again.fields["why"].errors == [UNSEEN.zh]
    last = build(asked, browser(again))
    assert last.validate()
    assert last.answers == {"urgent": True, "why": "usual", "n": None}


def test_read_only_is_shown_as_text_and_never_read() -> None:
    asked = form(drawn("who", "user", readonly=""), drawn("note"))
    made = build(asked, {"who": "bob", "note": "x"}, data={"who": "alice"})
    assert made.fields["who"].shown == "爱丽丝"
    assert made.answers == {"note": "x"}
    assert made.validate()


def test_it_offers_people_groups_and_worked_out_choices() -> None:
    asked = form(
        drawn("who", "user"),
        drawn("seller", "user", group="sales"),
        drawn("group", "group"),
        drawn("pick", "enum", options="[{'id': 'a', 'name': '甲', 'name_en': 'A'}]"),
        drawn("lead", "user", options="['bob', 'gone']"),
    )
    made = build(asked, language="en")
    assert {name: field.choices for name, field in made.fields.items()} == {
        "who": [("alice", "Alice"), ("bob", "Bob")],
        "seller": [("bob", "Bob")],
        "group": [("sales", "Sales")],
        "pick": [("a", "A")],
        "lead": [("bob", "Bob")],
    }


def test_rows_are_added_and_removed_by_buttons() -> None:
    asked = form(drawn("orders[].what", default="film"), drawn("orders[].budget", "money"))
    first = build(asked, [*browser(build(asked)), ("add:orders", "1")])
    assert first.rearranged
    assert first.answers == {"orders": [{"what": "film", "budget": None}]}
    assert first.fields["orders"].rows[0].is_new
    second = build(asked, [*browser(first), ("add:orders", "1")])
    typed = [(n, "poster" if n == "orders-1-what" else v) for n, v in browser(second)]
    third = build(asked, [*typed, ("remove:orders:0", "1")])
    assert third.rearranged
    assert third.answers == {"orders": [{"what": "poster", "budget": None}]}
    done = build(asked, browser(third))
    assert not done.rearranged
    assert done.validate()
    assert done.answers == third.answers


def test_removing_a_row_leaves_the_others_with_their_own_case_rows() -> None:
    asked = form(drawn("r[].no", readonly=""), drawn("r[].x"))
    data = {"r": [{"no": "1"}, {"no": "2"}]}
    page = build(asked, data=data)
    made = build(asked, [*browser(page), ("remove:r:0", "1")], data=data)
    assert [row.cells["no"].shown for row in made.fields["r"].rows] == ["2"]
    assert made.answers == {"r": [{"x": "", "_row": 1}]}
    assert forms.check(asked, made.answers, data=data) == {"r": [{"no": "2", "x": ""}]}


def test_fixed_rows_are_as_many_as_the_case_has() -> None:
    asked = form(drawn("r[].no", readonly=""), drawn("r[].ok", "boolean", rows="fixed"))
    data = {"r": [{"no": "1"}, {"no": "2"}]}
    forged = {"r-0-ok": "true", "r-7-ok": "true", "add:r": "1", "remove:r:0": "1"}
    made = build(asked, forged, data=data)
    assert made.answers == {"r": [{"ok": True}, {"ok": False}]}
    assert not made.fields["r"].may_add
    assert made.validate()


def test_a_condition_hides_cells_of_its_own_row_only() -> None:
    asked = form(
        drawn("r[].kind", "enum"),
        drawn("r[].why", required="", showIf="kind == 'bad'", label="原因"),
    )
    made = build(asked, {"r-0-kind": "good", "r-1-kind": "bad"})
    assert [list(row.cells) for row in made.fields["r"].rows] == [["kind"], ["kind", "why"]]
    assert not made.validate()
    assert made.problems == [("answer-r-1-why", "r 2 · 请填写“原因”。")]


def uploads() -> tuple[list[str], Any]:
    names: list[str] = []

    def store(upload: FileStorage) -> dict[str, Any]:
        if upload.filename == "huge":
            raise TooLarge(name="huge", limit=50)
        names.append(upload.filename or "")
        return {"id": len(names), "name": upload.filename, "size": 3}

    return names, store


def upload(name: str) -> FileStorage:
    return FileStorage(io.BytesIO(b"abc"), filename=name)


def test_uploads_are_stored_once_and_survive_a_failed_submit() -> None:
    asked = form(drawn("files", "file", multiple="true", required=""), drawn("name", required=""))
    names, store = uploads()
    first = build(
        asked,
        [
            ("files", upload("a.pdf")),
            ("files", upload("b.pdf")),
            ("files", upload("")),
            ("name", ""),
        ],
        store_upload=store,
    )
    assert not first.validate()
    again = [(n, "x" if n == "name" else v) for n, v in browser(first)]
    second = build(asked, again, store_upload=store)
    assert second.validate()
    assert [file["name"] for file in second.answers["files"]] == ["a.pdf", "b.pdf"]
    assert names == ["a.pdf", "b.pdf"]


def test_a_new_file_takes_the_place_of_the_one() -> None:
    asked = form(drawn("file", "file"))
    _, store = uploads()
    kept = json.dumps({"id": 9, "name": "old.pdf", "size": 1})
    assert build(asked, {"file": kept}, store_upload=store).answers["file"][0]["id"] == 9
    made = build(asked, [("file", kept), ("file", upload("new.pdf"))], store_upload=store)
    assert made.answers["file"] == [{"id": 1, "name": "new.pdf", "size": 3}]


def test_a_file_that_is_too_large_is_explained_at_its_field() -> None:
    _, store = uploads()
    made = build(form(drawn("f", "file")), [("f", upload("huge"))], store_upload=store)
    assert made.problems  # also when the fields are only shown again
    assert not made.validate()
    assert "50 MB" in made.problems[0][1]


@pytest.mark.parametrize("junk", ["{", "[" * 3000, '"x"', "[]", '{"id": "1"}', '{"id": 1e999}'])
def test_a_forged_file_is_no_file(junk: str) -> None:
    made = build(form(drawn("f", "file")), {"f": junk})
    assert not made.validate() or made.answers == {"f": []}


def test_a_draft_shows_what_was_typed_even_when_it_makes_no_sense() -> None:
    asked = form(drawn("day", "date"), drawn("r[].n", "long"))
    draft = build(asked, {"day": "next week", "r-0-n": "three"}).answers
    assert draft == {"day": "next week", "r": [{"n": "three"}]}
    made = build(asked, draft=draft)
    assert made.fields["day"]._value() == "next week"
    assert made.fields["r"].rows[0].cells["n"]._value() == "three"


def test_it_places_what_the_engine_found() -> None:
    asked = form(drawn("a"), drawn("r[].x"))
    made = build(asked, {"a": "", "r-3-x": ""})
    made.place(
        {
            "a": Text("甲"),
            "r[0].x": Text("乙"),
            "r": Text("丙"),
            "r[9].x": Text("丁"),
            "nowhere": Text("戊"),
            "": Text("己"),
        }
    )
    assert made.problems == [
        ("", "戊"),
        ("", "己"),
        ("answer-a", "甲"),
        ("answer-r", "丙"),
        ("answer-r", "丁"),
        ("answer-r-3-x", "r 1 · 乙"),
    ]


def test_a_field_may_be_called_like_something_that_the_page_sends() -> None:
    made = build(form(drawn("action"), drawn("r[].next")), {"action_": "x", "r-0-next": "y"})
    assert made.answers == {"action": "x", "r": [{"next": "y"}]}
