"""Given answers as a person reads them: labels, names, amounts, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import durations
from engine.forms import FieldItem, Form, RowsItem, money
from engine.languages import Text
from engine.people import Directory

YES, NO = Text("是", "yes"), Text("否", "no")


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
    if field.type == "file":
        files = [f for f in value if isinstance(f, dict)] if isinstance(value, list) else []
        names = tuple((int(f["id"]), str(f["name"])) for f in files if "id" in f)
        both = "、".join(name for _, name in names)
        return Answer(label, Text(both, both.replace("、", ", ")), names)
    return Answer(label, _said(field, value, directory))


def _said(field: FieldItem, value: Any, directory: Directory) -> Text:
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, list):
        parts = [_said(field, part, directory) for part in value]
        return Text("、".join(p.to("zh") for p in parts), ", ".join(p.to("en") for p in parts))
    if field.type == "money" and isinstance(value, int):
        return Text(f"¥ {money.show(value)}", f"¥ {money.show(value)}")
    if field.type == "user":
        return directory.persons.get(str(value), Text(str(value)))
    if field.type == "group":
        return directory.groups.get(str(value), Text(str(value)))
    if field.type == "datetime":
        return _moment(str(value))
    for choice in field.choices:
        if choice.id == value:
            return choice.name
    return Text(str(value), str(value))


def _moment(value: str) -> Text:
    try:
        local = datetime.fromisoformat(value).astimezone(durations.zone())
    except ValueError:
        return Text(value, value)
    written = local.strftime("%Y-%m-%d %H:%M")
    return Text(written, written)
