"""Answers in words: in a history, in a list, where a form may only be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from engine import durations
from engine.forms import money, values
from engine.forms.form import FieldItem, Form, RowsItem
from engine.languages import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import tzinfo

NOTHING = Text("—", "—")
YES, NO = Text("是", "Yes"), Text("否", "No")


class Directory(Protocol):
    """Names of people and groups, and who belongs where."""

    @property
    def persons(self) -> Mapping[str, Text]:
        """The active people's names by their ids."""
        ...

    @property
    def groups(self) -> Mapping[str, Text]:
        """The groups' names by their ids."""
        ...

    @property
    def members(self) -> Mapping[str, Collection[str]]:
        """The ids of the active people of each group."""
        ...


def shown(
    field: FieldItem, value: Any, directory: Directory | None = None, zone: tzinfo | None = None
) -> Text:
    """Say a value in words; one of an unexpected kind is shown as it is."""
    if values.is_nothing(value):
        return NOTHING
    match field.type, value:
        case "boolean", bool():
            return YES if value else NO
        case "money", int():
            return Text(f"{money.show(value)} 元", f"{money.show(value)} yuan")
        case "long", int():
            return Text(f"{value:,}")
        case "double", int() | float():
            return Text(f"{value:,.15g}")
        case "datetime", str() if values.is_moment(value):
            local = values.local(value).astimezone(zone or durations.zone())
            return Text(f"{local:%Y-%m-%d %H:%M}")
        case (("enum" | "user" | "group"), str()):
            return _named(field, value, directory)
        case "checklist", list():
            names = [_named(field, str(part), directory) for part in value]
            return _joined(names)
        case "file", list():
            return _joined([Text(_file_name(file)) for file in value])
    return Text(str(value))


def answered(form: Form, answers: Mapping[str, Any]) -> Iterator[tuple[Text, FieldItem, Any]]:
    """Lay out the answers of a form: label, field and value of each, cells of rows too.

    What was hidden, and is nothing, is left out. A cell is called after its row: "group 2 · cell".
    """
    for item in form.items:
        value = answers.get(item.id)
        if isinstance(item, FieldItem):
            if value is not None:
                yield item.label, item, value
            continue
        for number, row in enumerate(value if isinstance(value, list) else [], 1):
            for cell in item.fields if isinstance(row, dict) else ():
                if row.get(cell.id) is not None:
                    yield _in_row(item, number, cell), cell, row[cell.id]


def listed(
    form: Form,
    answers: Mapping[str, Any],
    directory: Directory | None = None,
    zone: tzinfo | None = None,
) -> list[tuple[Text, Text]]:
    """Say the answers of a form as pairs of label and value; what was hidden is left out."""
    return [
        (label, shown(field, value, directory, zone))
        for label, field, value in answered(form, answers)
    ]


def _in_row(item: RowsItem, number: int, cell: FieldItem) -> Text:
    return Text(
        f"{item.label.to('zh')} {number} · {cell.label.to('zh')}",
        f"{item.label.to('en')} {number} · {cell.label.to('en')}",
    )


def _named(field: FieldItem, value: str, directory: Directory | None) -> Text:
    for choice in field.choices:
        if choice.id == value:
            return choice.name or Text(value)
    if directory is not None and field.type in ("user", "group"):
        names = directory.persons if field.type == "user" else directory.groups
        return names.get(value) or Text(value)
    return Text(value)


def _file_name(file: Any) -> str:
    return str(file.get("name", "")) if isinstance(file, dict) else str(file)


def _joined(parts: list[Text]) -> Text:
    return Text(
        "、".join(part.to("zh") for part in parts), ", ".join(part.to("en") for part in parts)
    )
