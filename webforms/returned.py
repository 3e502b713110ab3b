"""What a request brought that nothing can be done with: listed, for its sender to copy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import request
from werkzeug.exceptions import HTTPException

from engine import durations, forms
from engine.forms import FieldItem, RowsItem
from engine.languages import Text
from webforms import typed
from webforms.answer_fields import field_name, kept_file
from webforms.filled_form import Names
from webforms.form_fields import SEEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.forms import Form

#: What our pages send beside what people type.
OWN = frozenset({"action", "csrf_token", "next", "request_key", SEEN})
#: Forms with much to type; a password is never shown again.
_PARTS = frozenset({"tasks", "start", "cases"})
_CELL = re.compile(r"(\w+)-(\d{1,4})-(\w+)", re.ASCII)


def texts() -> list[tuple[Text, Text]]:
    """List the texts that were sent, numbered; it asks nothing of the database."""
    # What another site sends in somebody's name is not theirs.
    if request.blueprint not in _PARTS or request.headers.get("Sec-Fetch-Site") == "cross-site":
        return []
    try:
        sent = list(request.form.items(multi=True))
    except HTTPException:  # too large to be read at all
        return []
    found = [text for name, text in sent if text.strip() and not _is_own(name)]
    return [(Text(str(number)), Text(text)) for number, text in enumerate(found, 1)]


def in_words(form: Form) -> list[tuple[Text, Text]]:
    """List what was sent for the fields of a form, under their labels and as the case would."""
    names, zone = Names(), durations.zone()
    found = []
    for name, label, field in _asked(form):
        given = request.form.getlist(name)
        value: Any = [file for text in given if (file := kept_file(text))]
        if field.type != "file":
            value = typed.read(field, given, zone)
        if given and not forms.values.is_nothing(value):
            found.append((label, forms.shown(field, value, names, zone)))
    return found


def _is_own(name: str) -> bool:
    """Tell whether this is a button, or what a page keeps in mind of its rows."""
    return name in OWN or ":" in name or name.endswith(f"-{forms.ORIGIN}")


def _asked(form: Form) -> Iterator[tuple[str, Text, FieldItem]]:
    """Give the fields that may have been sent, by name, with their labels."""
    for item in form.items:
        if isinstance(item, RowsItem):
            yield from _cells(item)
        elif not item.readonly:
            yield field_name(item), item.label, item


def _cells(item: RowsItem) -> Iterator[tuple[str, Text, FieldItem]]:
    matches = [match for name in request.form if (match := _CELL.fullmatch(name))]
    numbers = sorted({int(match[2]) for match in matches if match[1] == item.id})
    for place, number in enumerate(numbers, 1):
        for field in item.fields:
            if not field.readonly:
                label = Text(
                    f"{item.label.to('zh')} {place} · {field.label.to('zh')}",
                    f"{item.label.to('en')} {place} · {field.label.to('en')}",
                )
                yield f"{item.id}-{number}-{field.id}", label, field
