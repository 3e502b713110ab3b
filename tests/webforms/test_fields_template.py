"""The markup of a form: labelled, explained, escaped, in one language at a time."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, g, render_template
from lxml import html

from engine.forms import Form
from tests.engine.drawn_forms import FINE, drawn, form
from tests.webforms.test_form_fields import build
from webforms.form_fields import AnswerForm

HAN = range(0x4E00, 0xA000)
WITH_ROWS: Form = form(
    *(drawn(kind, kind, label="名", label_en=kind, help="说明", help_en="Help") for kind in FINE),
    drawn("seen", readonly="", label="名", label_en="Seen"),
    drawn("yes", "boolean", required="", label="名", label_en="Yes?"),
    drawn("must", "enum", required="", label="名", label_en="Must"),
    *(
        drawn(
            f"orders[].{kind}",
            kind,
            label="名",
            label_en=kind,
            required="",
            rows_label="单",
            rows_label_en="Order",
        )
        for kind in ("string", "text", "date", "file", "checklist")
    ),
    drawn("orders[].note", showIf="string == 'x'", label="名", label_en="Note"),
)
ROWS = {"orders": [{"string": "a"}, {"string": "x"}]}


def page(app: Flask, made: AnswerForm | None, language: str = "zh", **given: Any) -> Any:
    """The fields as they are put on a page."""
    with app.test_request_context():
        g.language = language
        return html.fromstring(render_template("_fields.html", form=made, **given))


@pytest.fixture(params=["zh", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def wrong(language: str) -> AnswerForm:
    """A form with something wrong nearly everywhere."""
    sent = dict.fromkeys(FINE, "\x00") | {"orders-0-string": "", "orders-3-string": "x"}
    made = build(WITH_ROWS, sent, language=language, data=ROWS)
    assert not made.validate()
    return made


def test_every_control_has_a_label(app: Flask, wrong: AnswerForm, language: str) -> None:
    found = page(app, wrong, language)
    labels = {label.get("for") for label in found.iter("label")}
    controls = [
        control
        for control in found.xpath("//input | //select | //textarea")
        if control.get("type") != "hidden"
    ]
    assert len(controls) > 30
    for control in controls:
        within = next(control.iterancestors("label"), None)
        assert within is not None or control.get("id") in labels, html.tostring(control)
    for group in found.iter("fieldset"):
        assert group.find("legend").text_content().strip()


def test_help_and_errors_are_tied_to_their_control(app: Flask, wrong: AnswerForm) -> None:
    found = page(app, wrong)
    ids = [element.get("id") for element in found.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in found.xpath("//*[@aria-describedby]"):
        assert set(element.get("aria-describedby").split()) <= set(ids)
    for element in found.xpath("//*[@aria-invalid]"):
        assert f"{element.get('id')}-errors" in element.get("aria-describedby")
    links = [link.get("href") for link in found.xpath("//*[@id='problems']//a")]
    assert len(links) == len(wrong.problems) > 10
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_it_speaks_one_language(app: Flask, wrong: AnswerForm, language: str) -> None:
    found = page(app, wrong, language)
    for choice in found.xpath("//option | //span"):
        choice.text = ""
    words = found.text_content() + " ".join(found.xpath("//@aria-label | //@placeholder"))
    if language == "en":
        assert not [sign for sign in words if ord(sign) in HAN]
    else:
        assert not any(word in words for word in ("Choose", "Add", "Remove", "Fill in", "must be"))


def test_read_only_has_nothing_to_fill_in(app: Flask) -> None:
    found = page(app, build(form(drawn("no", readonly="")), data={"no": "2026-0012"}))
    assert "2026-0012" in found.text_content()
    assert found.xpath("//input[@name='no']") == []


def test_buttons_of_rows_need_no_valid_form_and_no_script(app: Flask) -> None:
    found = page(app, build(WITH_ROWS, data=ROWS))
    names = [b.get("name") for b in found.xpath("//button[@formnovalidate]")]
    assert names == ["remove:orders:0", "remove:orders:1", "add:orders"]
    # Enter presses the first button of a form, so that one has to be the submit button.
    assert found.xpath("(//button)[1]/@name") == ["action"]
    assert found.xpath("//@onclick | //@style | //script") == []


def test_fields_are_asked_for_again_only_where_an_answer_changes_them(app: Flask) -> None:
    asked = form(drawn("a", "boolean"), drawn("b", showIf="a"))
    assert page(app, build(asked), refresh_url="/again").get("hx-post") == "/again"
    assert page(app, build(form(drawn("a"))), refresh_url="/again").get("hx-post") is None
    assert page(app, build(asked)).get("hx-post") is None


def test_what_people_and_drawings_write_is_escaped(app: Flask) -> None:
    bad = '"><script>alert(1)</script>'
    asked = form(
        drawn("a", label=bad, help=bad),
        drawn("b", "text"),
        drawn("c", "file"),
        drawn("d", readonly=""),
        drawn("r[].x", rows_label=bad),
    )
    kept = [{"id": 1, "name": bad, "size": 1}]
    made = build(asked, data={"a": bad, "b": bad, "c": kept, "d": bad, "r": [{"x": bad}]})
    found = page(app, made, refresh_url="/fields")
    assert found.xpath("//script") == []
    assert found.xpath("//input[@name='a']/@value") == [bad]


def test_a_text_keeps_its_first_empty_line(app: Flask) -> None:
    made = build(form(drawn("b", "text")), draft={"b": "\n\nx"})
    assert page(app, made).xpath("//textarea")[0].text.endswith("\n\nx")


def test_a_step_may_ask_for_nothing(app: Flask) -> None:
    assert "确认" in page(app, build(form())).text_content()
    assert page(app, None).get("id") == "fields"
