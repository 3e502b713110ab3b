"""Fill in a form as a person would: every required field, with values that fit the field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any

from engine import clock, forms
from engine.expressions import Context
from engine.forms import Cell, FieldItem, Form, Rows

#: Who may be named in a field for a person; with a group, one of its members.
PEOPLE = {"": ["ae", "ex1", "ex2"], "executor": ["ex1", "ex2"]}
WORDS = ["按客户要求办理", "面向年轻家庭", "周三上午到会议室", "样稿已送审", "以社交媒体为主"]


def filled(
    form: Form,
    values: Mapping[str, Any],
    data: Mapping[str, Any],
    context: Context,
    *,
    random: Random | None = None,
    document: Mapping[str, Any] | None = None,
    wanted: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Give answers that the form accepts; `wanted` ones come first, the rest is made up.

    Without `random` the answers are always the same: the first choice, one row, and so on.
    """
    answers = {**values, **(wanted or {})}
    given = set(wanted or ())
    grown: set[str] = set()
    for _ in range(4):  # a condition may look at a field that was filled in just now
        for part in forms.lay(form, answers, data, context):
            if not part.shown or part.path in given:
                continue
            if isinstance(part, Rows):
                answers[part.path] = _rows(part, random, document, grow=part.path not in grown)
                grown.add(part.path)
                continue
            given.add(part.path)
            if _asks(part, random):
                answers[part.path] = _value(part.field, random, document)
    keep = forms.visible(form, answers, data, context)
    return {key: value for key, value in answers.items() if key in keep}


def _asks(cell: Cell, random: Random | None) -> bool:
    if cell.field.readonly:
        return False
    empty = cell.value in (None, "", [])
    if random is not None and cell.field.type in ("enum", "boolean"):
        return empty or cell.field.type == "boolean"
    return empty and (cell.field.required or random is not None)


def _rows(
    part: Rows, random: Random | None, document: Mapping[str, Any] | None, *, grow: bool
) -> list[dict[str, Any]]:
    item = part.item
    rows = []
    for row in part.rows:
        kept = {cell.field.id: cell.value for cell in row.cells if cell.shown}
        for cell in row.cells:
            if cell.shown and _asks(cell, random):
                kept[cell.field.id] = _value(cell.field, random, document)
        origin = {} if row.origin is None else {"_row": row.origin}
        rows.append({**kept, **origin})
    least = max(item.least, 1)
    count = least if random is None else random.randint(least, least + 1)
    while grow and not item.fixed and len(rows) < count:
        made = {
            field.id: _value(field, random, document)
            for field in item.fields
            if not field.readonly and not field.show_if
        }
        rows.append(made)
    return rows


def _value(field: FieldItem, random: Random | None, document: Mapping[str, Any] | None) -> Any:
    if field.type in ("enum", "checklist", "user"):
        return _choice(field, random)
    if field.type in ("long", "double", "money"):
        return _number(field, random)
    day = (clock.now() + timedelta(days=1 + _some(random))).date().isoformat()
    return {
        "boolean": random is not None and random.random() < 0.5,
        "date": day,
        "datetime": f"{day}T10:00:00+08:00",
        "email": "client@example.com",
        "group": "executor",
        "file": [dict(document)] if document else [],
    }.get(field.type, WORDS[_some(random)][: field.maxlength])


def _some(random: Random | None) -> int:
    return random.randint(0, 3) if random is not None else 1


def _choice(field: FieldItem, random: Random | None) -> Any:
    options = [choice.id for choice in field.choices]
    if field.type == "user":
        options = PEOPLE.get(field.group, PEOPLE[""])
    picked = random.choice(options) if random is not None else options[0]
    return [picked] if field.type == "checklist" else picked


def _number(field: FieldItem, random: Random | None) -> Any:
    least = field.least if isinstance(field.least, int) else 0
    most = field.most if isinstance(field.most, int) else least + 10**9
    step = 100_000 if field.type == "money" else 1
    value = min(most, least + step * _some(random))
    return float(value) if field.type == "double" else value
