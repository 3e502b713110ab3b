"""Forms in the browser: made from a form's records for each request, read, checked, explained."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.i18n import DummyTranslations
from wtforms.meta import DefaultMeta

from engine import forms
from engine.forms import RowsItem
from webforms.answer_fields import AnswerField, Reader, fill, unbound
from webforms.answer_rows import RowsField

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from engine.expressions import Context
    from engine.forms import Allowed, Directory, Form
    from engine.languages import Text

#: The hidden input that says which fields the person had before their eyes.
SEEN = "_seen"
_CELL = re.compile(r"(\w+)(?:\[(\d+)\](?:\.(\w+))?)?")


class _Meta(DefaultMeta):
    """No second translation: every message is one of the engine's, in both languages."""

    def get_translations(self, form: BaseForm) -> DummyTranslations:
        """Have WTForms say nothing of its own."""
        return DummyTranslations()


_META = _Meta()


class AnswerForm(BaseForm):
    """A form as one person fills it in now: only what is shown, with what they typed."""

    def __init__(self, definition: Form, reader: Reader, blanks: Callable[[RowsItem], Any]) -> None:
        self.definition = definition
        #: True when rows were added or removed: show the form again, say nothing about errors.
        self.rearranged = False
        #: True when another answer may change what else is asked.
        self.reacts = definition.reacts
        self.language = reader.language
        unbound_fields = [
            (
                item.id,
                UnboundField(
                    RowsField, item=item, reader=reader, blank=blanks, id=f"answer-{item.id}"
                )
                if isinstance(item, RowsItem)
                else unbound(item, reader),
            )
            for item in definition.items
        ]
        super().__init__(unbound_fields, meta=_META)

    @property
    def fields(self) -> dict[str, AnswerField | RowsField]:
        """What is shown, by the id in the drawing."""
        return cast("dict[str, AnswerField | RowsField]", self._fields)

    @property
    def answers(self) -> dict[str, Any]:
        """The answers as the engine takes them; text that makes no sense is left as typed."""
        return {
            name: field.data
            for name, field in self.fields.items()
            if isinstance(field, RowsField) or not field.item.readonly
        }

    @property
    def by_button(self) -> AnswerField | None:
        """The choice whose values are the buttons that complete the task, if there is one."""
        for field in self.fields.values():
            if isinstance(field, AnswerField) and field.item.buttons and field.as_radios:
                return None if field.item.readonly else field
        return None

    @property
    def cells(self) -> Iterator[AnswerField]:
        """Every field that is shown, those in rows included."""
        for field in self.fields.values():
            if isinstance(field, RowsField):
                for row in field.rows:
                    yield from row.cells.values()
            else:
                yield field

    @property
    def seen(self) -> str:
        """What the hidden input sends, so that the next request knows what was shown."""
        return " ".join([*self._fields, *(field.name for field in self.cells)])

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Everything that is wrong, as pairs of the place and the words."""
        found = [("", str(words)) for words in self.form_errors]
        for field in self.fields.values():
            found += [(field.id, str(words)) for words in field.errors]
            if isinstance(field, RowsField):
                found += [
                    (cell.id, f"{field.label.text} {number} · {words}")
                    for number, row in enumerate(field.rows, 1)
                    for cell in row.cells.values()
                    for words in cell.errors
                ]
        return found

    def place(self, errors: Mapping[str, Text]) -> None:
        """Show what the engine found at the fields concerned, or above them all."""
        for path, wrong in errors.items():
            field = self._at(path)
            if field is None:
                self.form_errors.append(wrong.to(self.language))
            else:
                field.explain(wrong)

    def _at(self, path: str) -> AnswerField | RowsField | None:
        match = _CELL.fullmatch(path)
        field = self.fields.get(match[1]) if match else None
        if match is None or field is None or not match[2]:
            return field
        rows = field.rows if isinstance(field, RowsField) else []
        row = rows[int(match[2])] if int(match[2]) < len(rows) else None
        return row.cells.get(match[3], field) if row is not None and match[3] else field


def build(
    form: Form,
    *,
    language: str,
    values: Mapping[str, Any],
    data: Mapping[str, Any],
    context: Context | None = None,
    formdata: Any = None,
    directory: Directory | None = None,
    allowed: Allowed | None = None,
    store_upload: Callable[[Any], Mapping[str, Any]] | None = None,
    timezone: str = "Asia/Shanghai",
) -> AnswerForm:
    """Make the form for one request.

    Without `formdata` it shows `values` (what the engine shows first, or a draft). With it, it
    shows what was sent; `formdata` is werkzeug's CombinedMultiDict of files and form. Uploads
    are stored by `store_upload`, which gives a document's id, name and size, and stay over
    every later submission. `directory` names people and groups, `allowed` says who and what
    may be named.
    """
    reader = Reader(language, ZoneInfo(timezone), directory, allowed, store_upload)
    made = AnswerForm(form, reader, lambda item: forms.blank(item, data, context))
    # One hidden input names what was on the page; a program that sends none has seen it all.
    seen = None
    if formdata is not None and SEEN in formdata:
        seen = frozenset(formdata.get(SEEN, "").split())
    for field in made.fields.values():
        value = values.get(field.item.id)
        if isinstance(field, RowsField):
            field.fill(value, formdata, seen, len(forms.case_rows(field.item, data)))
            made.rearranged = made.rearranged or field.rearranged
        else:
            fill(field, value, formdata, seen)
    typed = {name: field.data for name, field in made.fields.items()}
    for part in forms.lay(form, typed, data, context):
        field = made.fields[part.path]
        if not part.shown:
            del made.fields[part.path]
        else:
            # `lay` gives the same kind of part in the same place.
            field.settle(part)  # type: ignore[arg-type]
    return made


def answers(made: AnswerForm) -> dict[str, Any]:
    """Give what was answered, as `engine.forms.check` and a draft take it."""
    return made.answers
