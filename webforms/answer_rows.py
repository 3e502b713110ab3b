"""Repeated rows in the browser: added and removed with plain buttons, with or without scripts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from wtforms import Field
from wtforms.form import BaseForm

from engine import forms
from engine.forms import RowsItem
from webforms.answer_fields import UNSEEN, AnswerField, Reader, fill, unbound

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from engine.languages import Text

_INDEX = re.compile(r"0|[1-9]\d{0,3}", re.ASCII)


class AnswerRow(BaseForm):
    """One row: the fields of its cells, and the row of the case that it continues."""

    def __init__(self, item: RowsItem, reader: Reader, name: str, index: int, meta: Any) -> None:
        self.origin: int | None = None
        #: True when the person has just asked for this row.
        self.is_new = False
        self.index = index
        prefix = f"{name}-{index}-"
        self.origin_name = prefix + forms.ORIGIN
        super().__init__(
            [(field.id, unbound(field, reader, prefix)) for field in item.fields], prefix, meta
        )

    @property
    def cells(self) -> dict[str, AnswerField]:
        """The fields of the cells that are shown."""
        return cast("dict[str, AnswerField]", self._fields)

    @property
    def answer(self) -> dict[str, Any]:
        """The row as the engine takes it."""
        given = {
            field.item.id: field.data for field in self.cells.values() if not field.item.readonly
        }
        return given if self.origin is None else {**given, forms.ORIGIN: self.origin}


class RowsField(Field):
    """A group of repeated rows. Its `data` is the list of rows."""

    def __init__(
        self, *, item: RowsItem, reader: Reader, blank: Callable[[RowsItem], Any], **given: Any
    ) -> None:
        self.item = item
        self.reader = reader
        self.rows: list[AnswerRow] = []
        self.rearranged = False
        #: True when the person has not had this group before their eyes yet.
        self.unseen = False
        self._blank = blank
        super().__init__(label=item.label.to(reader.language), **given)
        self.errors_id = f"{self.id}-errors"

    @property
    def kind(self) -> str:
        """Tell templates that this is a group of rows."""
        return "rows"

    @property
    def data(self) -> Any:
        """The rows as the engine takes them."""
        return [row.answer for row in self.rows]

    @data.setter
    def data(self, _value: Any) -> None:
        # WTForms wants to put something here; rows are only made by `fill`.
        pass

    @property
    def may_add(self) -> bool:
        """Tell whether another row may be added."""
        return not self.item.fixed and len(self.rows) < self.item.most

    @property
    def may_remove(self) -> bool:
        """Tell whether a row may be removed."""
        return not self.item.fixed and len(self.rows) > self.item.least

    def fill(self, value: Any, formdata: Any, seen: Collection[str] | None, case_rows: int) -> None:
        """Make the rows: from what was sent, or else from `value`."""
        shown = value if isinstance(value, list) else []
        self.unseen = formdata is not None and seen is not None and self.name not in seen
        sent = None if self.unseen else formdata
        if self.item.fixed:
            shown = [*shown[:case_rows], *({} for _ in shown[case_rows:]), *([{}] * case_rows)]
            shown = shown[:case_rows]
        if sent is None or self.item.fixed:
            for index, row in enumerate(shown):
                self._add(index, row, sent, seen)
        else:
            self._read(sent, seen)

    def settle(self, part: forms.Rows) -> None:
        """Leave out the cells that are hidden, and take over what the others became."""
        for row, laid in zip(self.rows, part.rows, strict=True):
            for cell in laid.cells:
                if cell.shown:
                    row.cells[cell.field.id].settle(cell)
                else:
                    del row[cell.field.id]
        self._laid = part

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Check every row, and how many there are."""
        wrong = forms.rows_problem(self._laid)
        if wrong is None and self.unseen:
            wrong = UNSEEN
        self.errors = [wrong.to(self.reader.language)] if wrong is not None else []
        fine = [row.validate() for row in self.rows]
        return wrong is None and all(fine)

    def explain(self, wrong: Text) -> None:
        """Show at this group what the engine found."""
        said = wrong.to(self.reader.language)
        if said not in self.errors:
            self.errors = [*self.errors, said]

    def _read(self, formdata: Any, seen: Collection[str] | None) -> None:
        """Read the rows that were sent; each keeps its number, so numbers may have gaps."""
        begin = f"{self.name}-"
        numbers = {
            name[len(begin) :].partition("-")[0] for name in formdata if name.startswith(begin)
        }
        indices = sorted(int(number) for number in numbers if _INDEX.fullmatch(number))
        for index in indices[: forms.MOST_ROWS + 1]:
            if f"remove:{self.name}:{index}" in formdata:
                self.rearranged = True
                if len(indices) > self.item.least:
                    continue
            self._add(index, {}, formdata, seen)
        if f"add:{self.name}" in formdata:
            self.rearranged = True
            if self.may_add:
                number = indices[-1] + 1 if indices else 0
                self._add(number, self._blank(self.item), None, None).is_new = True

    def _add(
        self, index: int, value: Any, formdata: Any, seen: Collection[str] | None
    ) -> AnswerRow:
        value = value if isinstance(value, dict) else {}
        row = AnswerRow(self.item, self.reader, self.name, index, self.meta)
        if self.item.keeps and not self.item.fixed:
            row.origin = _number(
                value.get(forms.ORIGIN) if formdata is None else formdata.get(row.origin_name)
            )
        for field in row.cells.values():
            fill(field, value.get(field.item.id), formdata, seen)
        self.rows.append(row)
        return row


def _number(written: Any) -> int | None:
    if isinstance(written, str) and _INDEX.fullmatch(written):
        return int(written)
    return written if type(written) is int else None
