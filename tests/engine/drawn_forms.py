"""Forms to test with: drawn in one line, checked in another; good and bad answers of each type."""

from __future__ import annotations

from typing import Any

import pytest

from engine import forms
from engine.diagrams import Choice, Element, FormField
from engine.errors import InvalidAnswers
from engine.expressions import Context
from engine.forms import Form
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
