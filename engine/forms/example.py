"""Answers that a form accepts, made up: for rehearsals and for tests of whole procedures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from engine import clock
from engine.expressions import Context
from engine.forms.form import FieldItem, Form
from engine.forms.sheet import Cell, Rows, lay, visible

WORDS = ("按客户要求办理", "面向年轻家庭", "周三上午到会议室", "样稿已送审", "以社交媒体为主")
FILE = {"id": 1, "name": "rehearsal.pdf", "size": 1}


@dataclass(frozen=True)
class Pool:
    """What made-up answers may name: people of each group ("" for anybody), and a document."""

    people: Mapping[str, Sequence[str]] = field(default_factory=dict)
    document: Mapping[str, Any] | None = None
    #: Without it the answers are always the same: the first choice, one row, and so on.
    random: Random | None = None


def example(
    form: Form,
    values: Mapping[str, Any],
    data: Mapping[str, Any],
    context: Context | None = None,
    *,
    pool: Pool | None = None,
    wanted: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Give answers that the form accepts; `wanted` ones stand, the rest is made up.

    What the form shows first (`values`) stays, unless it is a decision and there is chance.
    """
    pool = pool or Pool()
    answers = {**values, **(wanted or {})}
    given = set(wanted or ())
    grown: set[str] = set()
    for _ in range(4):  # a condition may look at a field that was filled in just now
        for part in lay(form, answers, data, context):
            if not part.shown or part.path in given:
                continue
            if isinstance(part, Rows):
                answers[part.path] = _rows(part, pool, grow=part.path not in grown)
                grown.add(part.path)
                continue
            given.add(part.path)
            if _asks(part, pool):
                answers[part.path] = _value(part.field, pool)
    keep = visible(form, answers, data, context)
    return {key: value for key, value in answers.items() if key in keep}


def _asks(cell: Cell, pool: Pool) -> bool:
    if cell.field.readonly:
        return False
    empty = cell.value in (None, "", [])
    if pool.random is not None and cell.field.type == "boolean":
        return True
    return empty and (cell.field.required or pool.random is not None)


def _rows(part: Rows, pool: Pool, *, grow: bool) -> list[dict[str, Any]]:
    item = part.item
    rows: list[dict[str, Any]] = []
    for row in part.rows:
        kept = {cell.field.id: cell.value for cell in row.cells if cell.shown}
        for cell in row.cells:
            if cell.shown and _asks(cell, pool):
                kept[cell.field.id] = _value(cell.field, pool)
        rows.append(kept if row.origin is None else {**kept, "_row": row.origin})
    least = max(item.least, 1)
    count = least if pool.random is None else pool.random.randint(least, least + 1)
    while grow and not item.fixed and len(rows) < count:
        asked = [f for f in item.fields if not f.readonly and not f.show_if]
        rows.append({f.id: _value(f, pool) for f in asked})
    return rows


def _value(asked: FieldItem, pool: Pool) -> Any:
    if asked.type in ("enum", "checklist", "user"):
        return _choice(asked, pool)
    if asked.type in ("long", "double", "money"):
        return _number(asked, pool)
    day = (clock.now() + timedelta(days=1 + _some(pool))).date().isoformat()
    return {
        "boolean": pool.random is not None and pool.random.random() < 0.5,
        "date": day,
        "datetime": f"{day}T10:00:00+08:00",
        "email": "client@example.com",
        "group": next((group for group in pool.people if group), "group"),
        "file": [dict(pool.document or FILE)],
    }.get(asked.type, WORDS[_some(pool)][: asked.maxlength])


def _some(pool: Pool) -> int:
    return pool.random.randint(0, 3) if pool.random is not None else 1


def _choice(asked: FieldItem, pool: Pool) -> Any:
    options: Sequence[str] = [choice.id for choice in asked.choices]
    if asked.type == "user":
        options = pool.people.get(asked.group) or pool.people.get("") or ["somebody"]
    if not options:
        return [] if asked.type == "checklist" else ""
    picked = pool.random.choice(list(options)) if pool.random is not None else options[0]
    return [picked] if asked.type == "checklist" else picked


def _number(asked: FieldItem, pool: Pool) -> Any:
    least = asked.least if isinstance(asked.least, int) else 0
    most = asked.most if isinstance(asked.most, int) else least + 10**9
    step = 100_000 if asked.type == "money" else 1
    value = min(most, least + step * _some(pool))
    return float(value) if asked.type == "double" else value
