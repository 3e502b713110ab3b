"""JSON Schema (Draft 2020-12) of a form, and the validators made from it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

from engine.forms import money, values
from engine.forms.form import FieldItem, Form, RowsItem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema.protocols import Validator

DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: A double beyond this is a slip of the finger, and no longer exact to the unit.
LARGEST = 1e15
MOST_FILES = 20
_NAME = 200
# Control characters and halves of a surrogate pair: no person types them, no database keeps them.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")

_WHOLE = {"type": "integer", "minimum": -money.LIMIT, "maximum": money.LIMIT}
_PLAIN: dict[str, dict[str, Any]] = {
    "string": {"type": "string", "format": "line"},
    "text": {"type": "string", "format": "text"},
    "email": {"type": "string", "format": "email"},
    "long": _WHOLE,
    "money": {**_WHOLE, "$comment": "in minor units"},
    "double": {"type": "number", "minimum": -LARGEST, "maximum": LARGEST},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "user": {"type": "string", "format": "line", "maxLength": _NAME},
    "group": {"type": "string", "format": "line", "maxLength": _NAME},
}

formats = FormatChecker(formats=())


@formats.checks("text")
def _is_text(value: object) -> bool:
    return not isinstance(value, str) or _UNWRITABLE.search(value) is None


@formats.checks("line")
def _is_line(value: object) -> bool:
    return not isinstance(value, str) or (_is_text(value) and "\n" not in value)


@formats.checks("email")
def _is_email(value: object) -> bool:
    return not isinstance(value, str) or (_is_line(value) and _MAIL.fullmatch(value) is not None)


@formats.checks("date")
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or values.is_date(value)


@formats.checks("date-time")
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or values.is_moment(value)


def _compared(value: object, bound: str) -> int:
    """-1, 0 or 1 as a date or moment stands to a bound of its kind; 0 for what is neither."""
    if values.is_date(value) and values.is_date(bound):
        return (str(value) > bound) - (str(value) < bound)
    if values.is_moment(value) and values.is_moment(bound):
        apart = datetime.fromisoformat(str(value)) - datetime.fromisoformat(bound)
        return (apart > timedelta()) - (apart < timedelta())
    return 0


def _not_before(
    _validator: Validator, least: str, value: object, _schema: Any
) -> Iterator[ValidationError]:
    if _compared(value, least) < 0:
        yield ValidationError("too early")


def _not_after(
    _validator: Validator, most: str, value: object, _schema: Any
) -> Iterator[ValidationError]:
    if _compared(value, most) > 0:
        yield ValidationError("too late")


#: `formatMinimum` and `formatMaximum` are the names that other JSON Schema tools use for these.
FormValidator = extend(  # type: ignore[no-untyped-call]  # jsonschema says nothing of it
    Draft202012Validator, {"formatMinimum": _not_before, "formatMaximum": _not_after}
)


def schema(form: Form) -> dict[str, Any]:
    """Describe the answers of a form to another program.

    What depends on other answers or on the case (conditions, choices, some bounds) cannot
    stand in it; `check` looks at these too.
    """
    return {
        "$schema": DIALECT,
        **_object((item.id, _item_schema(item), _is_needed(item)) for item in form.items),
    }


def field_schema(field: FieldItem) -> dict[str, Any]:
    """Describe a given, tidied answer to one field."""
    described = dict(_described(field))
    if field.type in ("date", "datetime"):
        low, high = "formatMinimum", "formatMaximum"
    else:
        low, high = "minimum", "maximum"
    if field.type in ("date", "datetime", "long", "double", "money"):
        if field.least is not None:
            described[low] = field.least
        if field.most is not None:
            described[high] = field.most
    if field.type in values.WORDS:
        described["maxLength"] = field.maxlength
        if field.minlength:
            described["minLength"] = field.minlength
        if field.pattern:
            # As in HTML, the whole text has to fit.
            described["pattern"] = f"^(?:{field.pattern})$"
    return described


@lru_cache(maxsize=4096)
def validator_of(field: FieldItem) -> Validator:
    """Give the validator of a given, tidied answer; fields that are alike share one."""
    validator: Validator = FormValidator(field_schema(field), format_checker=formats)
    return validator


def _described(field: FieldItem) -> dict[str, Any]:
    if field.type == "file":
        return _files(field)
    if field.type in ("enum", "checklist"):
        return _chosen(field)
    return _PLAIN[field.type]


def _chosen(field: FieldItem) -> dict[str, Any]:
    # Choices that come from an expression are looked up by `check`.
    one: dict[str, Any] = {"type": "string", "maxLength": _NAME}
    if field.choices and not field.options:
        one["enum"] = [choice.id for choice in field.choices]
    if field.type == "enum":
        return one
    return {"type": "array", "items": one, "uniqueItems": True, "maxItems": 1000}


def _files(field: FieldItem) -> dict[str, Any]:
    return {
        "type": "array",
        "maxItems": MOST_FILES if field.multiple else 1,
        "items": {
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"type": "integer", "minimum": 1},
                "name": {},
                "size": {},
            },
            "additionalProperties": False,
        },
    }


def _item_schema(item: FieldItem | RowsItem) -> dict[str, Any]:
    if isinstance(item, RowsItem):
        rows: dict[str, Any] = {
            "type": "array",
            "title": item.label.to("en"),
            "items": _object(
                (cell.id, _item_schema(cell), _is_needed(cell)) for cell in item.fields
            ),
        }
        if not item.fixed:
            rows |= {"minItems": item.least, "maxItems": item.most}
        return rows
    described: dict[str, Any] = {"title": item.label.to("en")}
    if item.help:
        described["description"] = item.help.to("en")
    if item.readonly:
        return {**described, "readOnly": True}
    if item.required and not item.show_if:
        given = field_schema(item)
        if item.type in values.LISTS:
            given["minItems"] = 1
        elif item.type in values.WORDS:
            given["minLength"] = max(1, item.minlength)
        return {**given, **described}
    empty: list[Any] = [None]
    if item.type in values.LISTS:
        empty.append([])
    elif item.type in values.TEXTS:
        empty.append("")
    return {**described, "anyOf": [field_schema(item), {"enum": empty}]}


def _is_needed(item: FieldItem | RowsItem) -> bool:
    if isinstance(item, RowsItem):
        return item.least > 0 and not item.show_if and not item.fixed
    return item.required and not item.readonly and not item.show_if


def _object(properties: Any) -> dict[str, Any]:
    listed = list(properties)
    return {
        "type": "object",
        "properties": {name: described for name, described, _ in listed},
        "required": [name for name, _, needed in listed if needed],
        "additionalProperties": False,
    }
