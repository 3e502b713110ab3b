"""Values made up from shapes: messages of the other side, and what a caller hands over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine import forms
from engine.diagrams import Choice, Element, Process
from engine.forms import FieldItem, Form, Pool
from engine.languages import Text
from engine.rehearsal.expectations import Expectations
from engine.rehearsal.shapes import Shape

#: Records in records in records: deeper nobody looks, and joined shapes may go in circles.
_DEEPEST = 6
_NUMBER = "2026-0001"
_OTHER = Choice("other", Text("其他", "other"))


class Inventor:
    """Makes values up, by chance when its pool has any."""

    def __init__(self, expectations: Expectations, pool: Pool) -> None:
        self._expectations, self._pool = expectations, pool

    def payload(self, element: Element) -> Any:
        """Make up the message that an element waits for: what it declares, if it declares any."""
        made = self._value(self._expectations.payload(element), "", keyed=True)
        declared = _declared(element)
        if not declared or not isinstance(made, dict):
            return made
        return {name: made.get(name) for name in declared}

    def handed_over(self, process: Process) -> dict[str, Any]:
        """Make up what a called process is given."""
        given = self._expectations.handed_over(process)
        return {name: self._value(shape, name) for name, shape in given.items()}

    def form(self, element: Element) -> Form:
        """Give a form for the message that an element waits for: its plain values."""
        known = self._expectations.payload(element).known()
        names = _declared(element) or list(known.keys)
        items = [self._item(known.key(name), name) for name in names]
        return Form(tuple(item for item in items if item is not None))

    def filled(self, element: Element, answers: Mapping[str, Any]) -> Any:
        """Give a whole message of which the plain values were answered."""
        payload = self.payload(element)
        return {**payload, **answers} if isinstance(payload, dict) else payload

    def _value(
        self, shape: Shape, name: str, *, index: int = 0, depth: int = 0, keyed: bool = False
    ) -> Any:
        known = shape.known()
        if depth > _DEEPEST:
            return None
        if known.item is not None and known.asked is None:
            return self._rows(known, name, depth)
        if (known.keys or keyed) and known.asked is None:
            return {
                key: self._value(inner, key, index=index, depth=depth + 1)
                for key, inner in known.keys.items()
            }
        item = self._field(known, name)
        numbers = [n for n in known.constants if isinstance(n, int)]
        if item.type in ("long", "money") and numbers and self._pool.random is not None:
            return max(0, self._pool.pick(item, [n + by for n in numbers for by in (-1, 0, 1)]))
        if item.type == "long":
            return index + 1
        if known.is_key:
            return f"{_NUMBER}-{index + 1}"
        return forms.made_up(item, self._pool)

    def _rows(self, known: Shape, name: str, depth: int) -> list[Any]:
        inner = known.items()
        count = 1 if self._pool.random is None else self._pool.random.randint(1, 2)
        return [self._value(inner, name, index=i, depth=depth + 1) for i in range(count)]

    def _item(self, shape: Shape, name: str) -> FieldItem | None:
        known = shape.known()
        if known.asked is None and (known.item is not None or known.keys):
            return None
        return self._field(known, name)

    def _field(self, known: Shape, name: str) -> FieldItem:
        """Give the question whose answer such a value would be."""
        asked = known.asked or (None if known.constants else self._expectations.asked.get(name))
        if asked is not None:
            fitting = asked.choices or asked.type not in ("enum", "checklist")
            kind = asked.type if fitting else "string"
            plain = FieldItem(name, kind, asked.label, choices=asked.choices, group=asked.group)
            bounded = replace(plain, least=asked.least, most=asked.most, accept=asked.accept)
            return replace(bounded, multiple=asked.multiple) if "${" not in asked.group else plain
        words = [text for text in known.constants if isinstance(text, str)]
        if words:
            choices = [Choice(word, Text(word)) for word in words]
            # What is compared with one word only may be anything else as well.
            choices += [_OTHER] if len(words) == 1 else []
            return FieldItem(name, "enum", Text(name), choices=tuple(choices))
        kind = "user" if known.is_person else "boolean" if known.is_truth else "string"
        return FieldItem(name, "long" if known.is_number else kind, Text(name))


def _declared(element: Element) -> list[str]:
    names = element.properties.get("fields", "").split(",")
    return [name.strip() for name in names if name.strip()]
