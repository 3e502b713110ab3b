"""Given answers as a person reads them: labels, names, amounts, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine import forms
from engine.forms import FieldItem, Form, RowsItem
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
    found: list[Answer] = []
    for item in form.items:
        value = given.get(item.id)
        if value in (None, "", []):
            continue
        if isinstance(item, RowsItem):
            found += _rows(item, value, directory)
        else:
            found.append(_answer(item, value, directory, item.label))
    return found


def _rows(item: RowsItem, rows: Any, directory: Directory) -> list[Answer]:
    found = []
    for place, row in enumerate(rows if isinstance(rows, list) else [], start=1):
        for cell in item.fields:
            value = row.get(cell.id) if isinstance(row, dict) else None
            if value in (None, "", []):
                continue
            label = Text(
                f"{item.label.to('zh')} {place} · {cell.label.to('zh')}",
                f"{item.label.to('en')} {place} · {cell.label.to('en')}",
            )
            found.append(_answer(cell, value, directory, label))
    return found


def _answer(field: FieldItem, value: Any, directory: Directory, label: Text) -> Answer:
    files = value if field.type == "file" and isinstance(value, list) else []
    documents = tuple((int(f["id"]), str(f["name"])) for f in files if isinstance(f, dict))
    return Answer(label, forms.shown(field, value, directory), documents)
