"""The form that an element draws, as records: single fields and repeated rows."""

from __future__ import annotations

import re
import weakref
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine import expressions
from engine.diagrams import Choice
from engine.errors import ExpressionFailed
from engine.forms import values
from engine.languages import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.diagrams import Element, FormField

TYPES = (
    *("string", "text", "long", "double", "money", "boolean", "date", "datetime"),
    *("enum", "checklist", "email", "user", "group", "file"),
)
#: More rows than this are refused, whatever the drawing says.
MOST_ROWS = 200
#: Characters that a text may have when the drawing does not say.
LENGTHS = {"text": 20_000, "email": 254}
LENGTH = 500
NO_HELP = Text()
_COUNT = re.compile(r"\d{1,9}", re.ASCII)
_REPEATED = re.compile(r"(\w+)\[\]\.(\w+)")


#: The forms made so far, each as long as its element lives.
_made: dict[int, tuple[weakref.ref[Element], Form]] = {}


@dataclass(frozen=True)
class FieldItem:
    """One question of a form. `id` is its key among the answers, or within its row."""

    id: str
    type: str
    label: Text
    help: Text = NO_HELP
    default: str = ""
    choices: tuple[Choice, ...] = ()
    required: bool = False
    readonly: bool = False
    #: Bounds as a case stores them (money in minor units); None when there is none.
    least: Any = None
    most: Any = None
    #: Bounds that are expressions, worked out when the form is shown or checked.
    least_from: str = ""
    most_from: str = ""
    minlength: int = 0
    maxlength: int = LENGTH
    pattern: str = ""
    show_if: str = ""
    options: str = ""
    group: str = ""
    accept: str = ""
    multiple: bool = False
    #: A required choice whose values are the buttons that complete the task.
    buttons: bool = False

    @property
    def reacts(self) -> bool:
        """True when what this field is depends on other answers or on the case."""
        bounded = self.least_from or self.most_from
        return bool(self.show_if or self.options or bounded or "${" in self.group)


@dataclass(frozen=True)
class RowsItem:
    """A group of fields that is repeated: its answer is a list of rows."""

    id: str
    label: Text
    fields: tuple[FieldItem, ...]
    fixed: bool = False
    least: int = 0
    most: int = MOST_ROWS
    show_if: str = ""

    @cached_property
    def keeps(self) -> bool:
        """True when a row continues a row of the case and keeps what else that row holds."""
        return self.fixed or any(field.readonly for field in self.fields)


@dataclass(frozen=True)
class Form:
    """All that one task or start event asks for, in the order of the drawing."""

    items: tuple[FieldItem | RowsItem, ...] = ()

    @cached_property
    def reacts(self) -> bool:
        """True when an answer may change what else the form asks."""
        return any(
            any(field.reacts for field in item.fields)
            if isinstance(item, RowsItem)
            else item.reacts
            for item in self.items
        )


def form_of(element: Element) -> Form:
    """Give the form that `element` draws; without fields it is empty.

    Fields whose ids share `items[].` become one group, where the first of them stands. What
    the rules refuse at deploy (an unknown type, an unreadable bound) is treated as not drawn.
    """
    # An element holds dicts and so cannot be a key itself; a definition's elements live long.
    number = id(element)
    kept = _made.get(number)
    if kept is not None and kept[0]() is element:
        return kept[1]
    form = _form(element)
    _made[number] = (weakref.ref(element, lambda _: _made.pop(number, None)), form)
    return form


def _form(element: Element) -> Form:
    groups: dict[str, list[FormField]] = {}
    order: list[FormField | str] = []
    for drawn in element.fields:
        match = _REPEATED.fullmatch(drawn.id)
        if match is None:
            order.append(drawn)
            continue
        if match[1] not in groups:
            order.append(match[1])
        groups.setdefault(match[1], []).append(drawn)
    return Form(
        tuple(
            _rows(entry, groups[entry]) if isinstance(entry, str) else _field(entry, entry.id)
            for entry in order
        )
    )


def _rows(group_id: str, drawn: list[FormField]) -> RowsItem:
    fields = tuple(_field(field, field.id.partition("[].")[2]) for field in drawn)
    said: dict[str, str] = {}
    for field in drawn:
        for name, value in field.properties.items():
            if name == "rows" or name.startswith("rows."):
                said.setdefault(name, value)
    shared = _shared_condition(fields)
    if shared:
        fields = tuple(replace(field, show_if="") for field in fields)
    most = min(_whole(said.get("rows.max"), MOST_ROWS), MOST_ROWS)
    return RowsItem(
        id=group_id,
        label=Text(said.get("rows.label", ""), said.get("rows.label.en", "")) or Text(group_id),
        fields=fields,
        fixed=said.get("rows", "").strip() == "fixed",
        least=min(_whole(said.get("rows.min"), 0), most),
        most=most,
        show_if=shared,
    )


def _shared_condition(fields: tuple[FieldItem, ...]) -> str:
    """The condition of the whole group: all cells have it and it looks at none of them."""
    conditions = {field.show_if for field in fields}
    if len(conditions) != 1:
        return ""
    (condition,) = conditions
    if not condition:
        return ""
    try:
        looks_at = expressions.names(condition)
    except ExpressionFailed:  # refused at deploy; here it is merely no shared condition
        return ""
    return "" if looks_at & {field.id for field in fields} else condition


def _field(drawn: FormField, key: str) -> FieldItem:
    kind = drawn.type if drawn.type in TYPES else "string"
    said = {name: (value or "").strip() for name, value in drawn.constraints.items()}
    least, least_from = _bound(kind, said.get("min", ""))
    most, most_from = _bound(kind, said.get("max", ""))
    properties = drawn.properties
    return FieldItem(
        id=key,
        type=kind,
        label=drawn.label or Text(key),
        help=drawn.help,
        default=drawn.default or "",
        choices=drawn.choices,
        required=_is_on(said, "required"),
        readonly=_is_on(said, "readonly"),
        least=least,
        most=most,
        least_from=least_from,
        most_from=most_from,
        minlength=_whole(said.get("minlength"), 0),
        maxlength=_whole(said.get("maxlength"), LENGTHS.get(kind, LENGTH)),
        pattern=_pattern(said.get("pattern", "")),
        show_if=properties.get("showIf", "").strip(),
        options=properties.get("options", "").strip(),
        group=properties.get("group", "").strip(),
        accept=properties.get("accept", "").strip(),
        multiple=_is_on(properties, "multiple"),
        buttons=kind == "enum" and _is_on(properties, "buttons"),
    )


def _is_on(said: Mapping[str, str], name: str) -> bool:
    # In Camunda a constraint without a config is on.
    return name in said and (said[name] or "").strip().lower() not in ("false", "no", "0")


def _whole(written: str | None, otherwise: int) -> int:
    written = (written or "").strip()
    return int(written) if _COUNT.fullmatch(written) else otherwise


def _bound(kind: str, written: str) -> tuple[Any, str]:
    if "${" in written:
        return None, written
    return (values.bound(kind, values.literal(kind, written)), "") if written else (None, "")


def _pattern(written: str) -> str:
    try:
        re.compile(written)
    except re.error:
        return ""
    return written
