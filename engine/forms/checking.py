"""Check answers, whoever sends them: a page, another program, a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from engine.errors import InvalidAnswers
from engine.forms import values, words
from engine.forms.form import FieldItem, Form, RowsItem
from engine.forms.json_schema import validator_of
from engine.forms.sheet import ORIGIN, Cell, Rows, lay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.expressions import Context
    from engine.languages import Text

#: What one submission may hold: values of any depth, and characters in all of them.
MOST_VALUES = 20_000
MOST_CHARACTERS = 1_000_000
_MOST_UNKNOWN = 20
_SHORT = 60


class Allowed(Protocol):
    """Whom and what a person may name in a form of a case."""

    def is_user(self, person_id: str, group_id: str = "") -> bool:
        """Tell whether there is such an active person, in `group_id` when one is given."""
        ...

    def is_group(self, group_id: str) -> bool:
        """Tell whether there is such a group."""
        ...

    def document(self, document_id: int) -> Mapping[str, Any] | None:
        """Describe a document (id, name, size) that may be named here."""
        ...


def check(
    form: Form,
    answers: object,
    *,
    data: Mapping[str, Any],
    context: Context | None = None,
    allowed: Allowed | None = None,
) -> dict[str, Any]:
    """Give the clean answers of a form: every field of it, and nothing else.

    Raises InvalidAnswers, and only that, with what is wrong at which path. A key that the form
    does not have is reported, so that a misspelt one is not lost in silence. What is submitted
    for a hidden field is ignored and its answer is null; for a read-only field it is ignored
    and the case's value stays. Rows that are fixed or have a read-only cell keep the other
    keys of the row of the case that they continue: the row at the same index, or the one that
    their key `_row` names. `allowed` None takes people, groups and documents as they are.
    """
    if not isinstance(answers, dict):
        raise InvalidAnswers({"": words.NO_ANSWERS})
    if _is_too_much(answers):
        raise InvalidAnswers({"": words.TOO_MUCH})
    found = _unknown(form, answers)
    clean: dict[str, Any] = {}
    for part in lay(form, answers, data, context):
        if isinstance(part, Rows):
            clean[part.path] = _checked_rows(part, found, allowed)
        else:
            clean[part.path] = _checked(part, found, allowed)
    if found:
        raise InvalidAnswers(found)
    return clean


def problem(field: FieldItem, value: Any, allowed: Allowed | None = None) -> Text | None:
    """Say what is wrong with a tidied answer to a field whose expressions are worked out."""
    if values.is_nothing(value):
        return words.missing(field) if field.required else None
    if not validator_of(field).is_valid(value):
        return words.wrong(field, value)
    return None if _is_allowed(field, value, allowed) else words.wrong(field)


def rows_problem(rows: Rows) -> Text | None:
    """Say what is wrong with a group of rows as a whole."""
    count = len(rows.rows)
    if not rows.whole:
        return words.wrong_rows(rows.item, rows.item.least)
    if not rows.item.fixed and not rows.item.least <= count <= rows.item.most:
        return words.wrong_rows(rows.item, count)
    return None


def _checked_rows(rows: Rows, found: dict[str, Text], allowed: Allowed | None) -> Any:
    if not rows.shown:
        return None
    wrong = rows_problem(rows)
    if wrong is not None:
        found[rows.path] = wrong
    kept = rows.item.keeps
    return [
        {
            **(row.base if kept else {}),
            **{cell.field.id: _checked(cell, found, allowed) for cell in row.cells},
        }
        for row in rows.rows
    ]


def _checked(cell: Cell, found: dict[str, Text], allowed: Allowed | None) -> Any:
    if cell.field.readonly:
        return cell.value
    if not cell.shown:
        return None
    wrong = problem(cell.field, cell.value, allowed)
    if wrong is not None:
        found[cell.path] = wrong
        return None
    if cell.field.type == "file" and allowed is not None:
        # Name and size are what is stored, not what was sent.
        return [dict(allowed.document(file["id"]) or file) for file in cell.value]
    return cell.value


def _is_allowed(field: FieldItem, value: Any, allowed: Allowed | None) -> bool:
    """Look at what a schema cannot know: choices that were worked out, people, documents."""
    if field.options:
        offered = {choice.id for choice in field.choices}
        if not offered.issuperset(value if isinstance(value, list) else [value]):
            return False
    elif field.type in ("enum", "checklist") and not field.choices:
        return False
    if allowed is None:
        return True
    match field.type:
        case "user":
            return allowed.is_user(value, field.group)
        case "group":
            return allowed.is_group(value)
        case "file":
            return all(allowed.document(file["id"]) is not None for file in value)
    return True


def _unknown(form: Form, answers: dict[Any, Any]) -> dict[str, Text]:
    """Report the keys that the form does not have, as far as they can be told to a person."""
    found: dict[str, Text] = {}
    items = {item.id: item for item in form.items}
    for key, value in answers.items():
        item = items.get(key) if isinstance(key, str) else None
        if item is None:
            found[_tellable(key)] = words.UNKNOWN
        elif isinstance(item, RowsItem) and isinstance(value, list):
            cells = {field.id for field in item.fields} | {ORIGIN}
            for index, row in enumerate(value):
                for cell in row if isinstance(row, dict) else ():
                    if cell not in cells:
                        found[f"{item.id}[{index}].{_tellable(cell)}"] = words.UNKNOWN
        if len(found) >= _MOST_UNKNOWN:
            break
    return found


def _tellable(key: object) -> str:
    written = key if isinstance(key, str) else type(key).__name__
    return "".join(sign if sign.isprintable() else "?" for sign in written[:_SHORT])


def _is_too_much(answers: dict[Any, Any]) -> bool:
    """Tell whether a submission is too large to look at, without going deep into it."""
    todo: list[Any] = [answers]
    count = characters = 0
    while todo:
        value = todo.pop()
        count += 1
        if isinstance(value, str):
            characters += len(value)
        elif isinstance(value, dict):
            count += len(value)
            todo.extend(value.values())
            characters += sum(len(key) for key in value if isinstance(key, str))
        elif isinstance(value, list):
            count += len(value)
            todo.extend(value)
        if count > MOST_VALUES or characters > MOST_CHARACTERS:
            return True
    return False
