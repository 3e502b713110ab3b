"""A form as one person sees it now: what is shown, what may be chosen, which rows there are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine import expressions
from engine.diagrams import Choice
from engine.errors import ExpressionFailed
from engine.forms import values
from engine.forms.form import FieldItem, Form, RowsItem
from engine.languages import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.expressions import Context

#: In a submitted row, which row of the case it continues; never kept.
ORIGIN = "_row"
_MOST_CHOICES = 1000


@dataclass
class Cell:
    """One field in its place. `field` has its expressions worked out; `value` is tidied."""

    path: str
    field: FieldItem
    value: Any
    shown: bool


@dataclass
class Row:
    """One row of a group; `base` is the row of the case that it continues."""

    cells: list[Cell]
    base: Mapping[str, Any]
    origin: int | None


@dataclass
class Rows:
    """A group of rows in its place. `whole` is false when the answer is no list of rows."""

    path: str
    item: RowsItem
    shown: bool
    rows: list[Row]
    whole: bool = True


def lay(
    form: Form, answers: Mapping[str, Any], data: Mapping[str, Any], context: Context | None = None
) -> list[Cell | Rows]:
    """Lay the answers out on the form, as far as they go.

    Conditions are looked at in the order of the drawing: a field that is hidden is null to
    those below it. A condition that cannot be worked out, say because it compares an answer
    that is not there yet, hides its field.
    """
    names: dict[str, Any] = dict(data)
    laid: list[Cell | Rows] = [
        _rows(item, answers, data, context)
        if isinstance(item, RowsItem)
        else Cell(item.id, item, _value(item, answers, data, data, context), shown=True)
        for item in form.items
    ]
    for part in laid:
        names[part.path] = _known(part)
    for part in laid:
        item = part.item if isinstance(part, Rows) else part.field
        part.shown = not item.show_if or _holds(item.show_if, names, context)
        if not part.shown:
            names[part.path] = None
        elif isinstance(part, Cell):
            part.field = settled(part.field, names, context)
        elif any(field.reacts for field in part.item.fields):
            for row in part.rows:
                _settle_row(row, names, context)
            names[part.path] = _known(part)
    return laid


def visible(
    form: Form, answers: Mapping[str, Any], data: Mapping[str, Any], context: Context | None = None
) -> set[str]:
    """Tell the paths of what is shown, such as `reason` or `orders[0].budget`."""
    found = set()
    for part in lay(form, answers, data, context):
        if not part.shown:
            continue
        found.add(part.path)
        if isinstance(part, Rows):
            found |= {cell.path for row in part.rows for cell in row.cells if cell.shown}
    return found


def initial(form: Form, data: Mapping[str, Any], context: Context | None = None) -> dict[str, Any]:
    """Give the answers that a form shows first: the case's own values, else the defaults."""
    found: dict[str, Any] = {}
    for item in form.items:
        if isinstance(item, FieldItem):
            found[item.id] = _first(item, data, data, context)
            continue
        there = case_rows(item, data)
        rows = [_first_row(item, index, row, data, context) for index, row in enumerate(there)]
        while not item.fixed and len(rows) < item.least:
            rows.append(blank(item, data, context))
        found[item.id] = rows
    return found


def blank(
    item: RowsItem, data: Mapping[str, Any], context: Context | None = None
) -> dict[str, Any]:
    """Give a new row of a group, with its defaults."""
    return {field.id: _default(field, data, context) for field in item.fields}


def case_rows(item: RowsItem, data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give the rows that the case has for this group."""
    rows = data.get(item.id)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def settled(
    field: FieldItem, names: Mapping[str, Any], context: Context | None = None
) -> FieldItem:
    """Work out the choices and bounds that a field takes from expressions."""
    if not (field.options or field.least_from or field.most_from or "${" in field.group):
        return field
    changes: dict[str, Any] = {}
    if "${" in field.group:
        changes["group"] = str(_worked_out(field.group, names, context) or "nobody")
    if field.options:
        offered = _worked_out(field.options, names, context)
        changes["choices"] = tuple(_choices(offered if isinstance(offered, list) else []))
    if field.least_from:
        bound = _worked_out(field.least_from, names, context)
        changes["least"] = values.bound(field.type, bound)
    if field.most_from:
        bound = _worked_out(field.most_from, names, context)
        changes["most"] = values.bound(field.type, bound)
    return replace(field, **changes)


def _rows(
    item: RowsItem, answers: Mapping[str, Any], data: Mapping[str, Any], context: Context | None
) -> Rows:
    given = answers.get(item.id)
    sent = given if isinstance(given, list) and all(isinstance(row, dict) for row in given) else []
    whole = given is None or sent is given
    there = case_rows(item, data)
    if item.fixed:
        whole = whole and (given is None or len(sent) == len(there))
        sent = [*sent[: len(there)], *({} for _ in there[len(sent) :])]
    named = any(ORIGIN in row for row in sent)
    rows, taken = [], set()
    for index, answered in enumerate(sent):
        origin = index if item.fixed or not named else answered.get(ORIGIN)
        if not item.keeps or type(origin) is not int or not 0 <= origin < len(there):
            origin = None
        if origin in taken:  # a row of the case is continued once
            origin = None
        base: Mapping[str, Any] = {} if origin is None else there[origin]
        if origin is not None:
            taken.add(origin)
        cells = [
            Cell(
                f"{item.id}[{index}].{field.id}",
                field,
                _value(
                    field, answered, base, {**data, **base} if field.readonly else data, context
                ),
                shown=True,
            )
            for field in item.fields
        ]
        rows.append(Row(cells, base, origin))
    return Rows(item.id, item, shown=True, rows=rows, whole=whole)


def _settle_row(row: Row, names: Mapping[str, Any], context: Context | None) -> None:
    own = {**names, **row.base}
    own |= {cell.field.id: values.known(cell.value) for cell in row.cells}
    for cell in row.cells:
        condition = cell.field.show_if
        cell.shown = not condition or _holds(condition, own, context)
        if cell.shown:
            cell.field = settled(cell.field, own, context)
        else:
            own[cell.field.id] = None


def _known(part: Cell | Rows) -> Any:
    """What expressions see of a part."""
    if isinstance(part, Cell):
        return values.known(part.value)
    return [
        {
            **row.base,
            **{c.field.id: values.known(c.value) if c.shown else None for c in row.cells},
        }
        for row in part.rows
    ]


def _value(
    field: FieldItem,
    answered: Mapping[str, Any],
    own: Mapping[str, Any],
    names: Mapping[str, Any],
    context: Context | None,
) -> Any:
    """The value of a field: of a read-only one the case's, whatever was submitted."""
    if not field.readonly:
        return values.tidy(field, answered.get(field.id))
    kept = own.get(field.id)
    return _default(field, names, context) if kept is None else kept


def _first(
    field: FieldItem, own: Mapping[str, Any], data: Mapping[str, Any], context: Context | None
) -> Any:
    value = own.get(field.id)
    if value is None:
        return _default(field, data, context)
    if field.readonly:
        return value
    value = values.tidy(field, value)
    return values.nothing(field) if value is values.WRONG else value


def _first_row(
    item: RowsItem,
    index: int,
    row: Mapping[str, Any],
    data: Mapping[str, Any],
    context: Context | None,
) -> dict[str, Any]:
    first = {field.id: _first(field, row, {**data, **row}, context) for field in item.fields}
    if item.keeps and not item.fixed:
        first[ORIGIN] = index
    return first


def _default(field: FieldItem, names: Mapping[str, Any], context: Context | None) -> Any:
    if not field.default:
        return values.nothing(field)
    if expressions.is_expression(field.default):
        try:
            value = expressions.value_of(field.default, names, context)
        except ExpressionFailed:
            value = None
    else:
        value = values.literal(field.type, field.default)
    value = values.tidy(field, value)
    return values.nothing(field) if value is values.WRONG else value


def _holds(condition: str, names: Mapping[str, Any], context: Context | None) -> bool:
    return bool(_worked_out(condition, names, context))


def _worked_out(expression: str, names: Mapping[str, Any], context: Context | None) -> Any:
    try:
        return expressions.evaluate(expression, names, context)
    except ExpressionFailed:
        return None


def _choices(offered: list[Any]) -> list[Choice]:
    found: dict[str, Choice] = {}
    for entry in offered[:_MOST_CHOICES]:
        if isinstance(entry, dict):
            number, name = str(entry.get("id", "")), entry.get("name")
            words = Text(str(name or number), str(entry.get("name_en") or ""))
        else:
            number, words = str(entry), Text(str(entry))
        if number:
            found.setdefault(number, Choice(number, words))
    return list(found.values())
