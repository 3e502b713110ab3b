"""Answers that a form accepts, made up: for rehearsals and for tests of whole procedures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from engine import clock
from engine.expressions import Context
from engine.forms.checking import problem
from engine.forms.form import FieldItem, Form
from engine.forms.sheet import Cell, Rows, lay, visible

WORDS = ("按客户要求办理", "面向年轻家庭", "周三上午到会议室", "样稿已送审", "以社交媒体为主")
#: Its number is one that no real document has.
FILE = {"id": 2_000_000_000, "name": "rehearsal.pdf", "size": 1}
#: What patterns in forms usually ask for.
_PATTERNED = (
    *("13800138000", "010-62345678", "100000", "20260304", "2026-03-04", "2026-0001"),
    *("A1", "ABC", "abc", "ABC-123", "ABC123", "A-1", "1", "12", "123", "1234", "12345"),
    *("123456", "1234567", "12345678", "123456789", "1234567890", "12.50", "甲", "示例公司"),
    *("https://example.com", "client@example.com", "110101199003078515", "91110000600007359X"),
)


@dataclass
class Pool:
    """What made-up answers may name: people of each group ("" for anybody), and a document."""

    people: Mapping[str, Sequence[str]] = field(default_factory=dict)
    document: Mapping[str, Any] | None = None
    #: Without it the answers are always the same: the first choice, one row, and so on.
    random: Random | None = None

    def pick(self, asked: FieldItem, options: Sequence[Any]) -> Any:
        """Choose one of several answers to a question."""
        return self.random.choice(list(options)) if self.random is not None else options[0]

    def decides(self, asked: FieldItem) -> bool:
        """Tell whether a question that has an answer already is answered anew."""
        return self.random is not None and asked.type == "boolean"

    def fills(self, asked: FieldItem) -> bool:
        """Tell whether a question that may stay open is answered."""
        return self.random is not None

    def typical(self, asked: FieldItem) -> Any:
        """Give an answer that matters to the procedure, or None for any answer."""
        return None


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
    #: Groups of rows that have all their rows, and cells that have their answer.
    done: set[str] = set()
    for _ in range(4):  # a condition may look at a field that was filled in just now
        before = len(given) + len(done)
        for part in lay(form, answers, data, context):
            if not part.shown or part.path in given:
                continue
            if isinstance(part, Rows):
                answers[part.path] = _rows(part, pool, done)
                continue
            given.add(part.path)
            if _asks(part, pool):
                answers[part.path] = made_up(part.field, pool)
        if len(given) + len(done) == before:
            break
    keep = visible(form, answers, data, context)
    return {key: value for key, value in answers.items() if key in keep}


def made_up(asked: FieldItem, pool: Pool) -> Any:
    """Make up an answer to one question."""
    if asked.type in ("enum", "checklist", "user"):
        return _choice(asked, pool)
    typical = pool.typical(asked)
    if typical is not None:
        return typical
    if asked.type in ("long", "double", "money"):
        return _number(asked, pool)
    if asked.type == "boolean":
        return pool.pick(asked, (False, True))
    if asked.type in ("date", "datetime"):
        return _day(asked, pool)
    if asked.type == "file":
        return [dict(pool.document or FILE)]
    if asked.type == "group":
        return next((group for group in pool.people if group), "group")
    return "client@example.com" if asked.type == "email" else _words(asked, pool)


def _asks(cell: Cell, pool: Pool) -> bool:
    if cell.field.readonly:
        return False
    if cell.value not in (None, "", []):
        return pool.decides(cell.field) or problem(cell.field, cell.value) is not None
    return cell.field.required or pool.fills(cell.field)


def _rows(part: Rows, pool: Pool, done: set[str]) -> list[dict[str, Any]]:
    item = part.item
    rows: list[dict[str, Any]] = []
    for row in part.rows:
        kept = {cell.field.id: cell.value for cell in row.cells if cell.shown}
        for cell in row.cells:
            if cell.shown and cell.path not in done:
                done.add(cell.path)
                if _asks(cell, pool):
                    kept[cell.field.id] = made_up(cell.field, pool)
        rows.append(kept if row.origin is None else {**kept, "_row": row.origin})
    least = max(item.least, 1)
    count = least if pool.random is None else pool.random.randint(least, least + 1)
    while part.path not in done and not item.fixed and len(rows) < min(count, item.most):
        asked = [f for f in item.fields if not f.readonly and not f.show_if]
        done |= {f"{part.path}[{len(rows)}].{f.id}" for f in asked}
        rows.append({f.id: made_up(f, pool) for f in asked})
    done.add(part.path)
    return rows


def _some(pool: Pool) -> int:
    return pool.random.randint(0, 3) if pool.random is not None else 1


def _choice(asked: FieldItem, pool: Pool) -> Any:
    options: Sequence[str] = [choice.id for choice in asked.choices]
    if asked.type == "user":
        options = options or pool.people.get(asked.group) or pool.people.get("") or ["somebody"]
    if not options:
        return [] if asked.type == "checklist" else ""
    picked = pool.pick(asked, options)
    return [picked] if asked.type == "checklist" else picked


def _number(asked: FieldItem, pool: Pool) -> Any:
    least = asked.least if isinstance(asked.least, (int, float)) else 0
    most = asked.most if isinstance(asked.most, (int, float)) else least + 10**9
    step = 100_000 if asked.type == "money" else 1
    value = min(most, least + step * _some(pool))
    return float(value) if asked.type == "double" else value


def _day(asked: FieldItem, pool: Pool) -> str:
    day = (clock.now() + timedelta(days=1 + _some(pool))).date().isoformat()
    moment = day if asked.type == "date" else f"{day}T10:00:00+08:00"
    least, most = asked.least, asked.most
    # ISO texts of one spelling are ordered as the days are; a moment's zone may differ by hours.
    if isinstance(least, str) and moment < least:
        moment = least
    return most if isinstance(most, str) and moment > most else moment


def _words(asked: FieldItem, pool: Pool) -> str:
    if asked.pattern:
        fitting = (text for text in _PATTERNED if re.fullmatch(asked.pattern, text))
        found = next((text for text in fitting if asked.minlength <= len(text)), "")
        return found[: asked.maxlength]
    words = WORDS[_some(pool)]
    if len(words) < asked.minlength:
        words *= -(-asked.minlength // len(words))
    return words[: asked.maxlength]
