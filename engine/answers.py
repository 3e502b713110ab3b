"""Given answers as a person reads them: labels, names, amounts, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine import forms
from engine.forms import FieldItem, Form
from engine.forms.display import answered
from engine.languages import Text
from engine.people import Directory


@dataclass(frozen=True)
class Answer:
    """One answered question; `documents` are (id, name) pairs to link to."""

    label: Text
    value: Text
    documents: tuple[tuple[int, str], ...] = ()


def shown(form: Form, given: dict[str, Any], directory: Directory) -> list[Answer]:
    """Give the answers of one form in the order of its fields; empty ones are left out."""
    return [
        _answer(field, value, directory, label)
        for label, field, value in answered(form, given)
        if value not in ("", [])
    ]


def _answer(field: FieldItem, value: Any, directory: Directory, label: Text) -> Answer:
    files = value if field.type == "file" and isinstance(value, list) else []
    documents = tuple((int(f["id"]), str(f["name"])) for f in files if isinstance(f, dict))
    return Answer(label, forms.shown(field, value, directory), documents)
