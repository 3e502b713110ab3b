"""The WTForms fields of a form: one answer each, read from the browser's text and explained."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wtforms import Field, ValidationError
from wtforms.fields.core import UnboundField

from engine import forms
from engine.errors import AgencyflowError
from engine.forms import FieldItem
from engine.languages import Text
from webforms import typed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import tzinfo

    from engine.forms import Allowed, Directory

#: Names that the pages send themselves; a field of that name is sent with a `_` behind it.
TAKEN = frozenset({"action", "csrf_token", "next", "request_key"})
UNSEEN = Text(
    "这一项因您的其他回答而出现，请看一下再提交。",
    "This has appeared because of your other answers. Have a look, then submit again.",
)
_ATTRIBUTES: dict[str, dict[str, str | int]] = {
    "email": {"inputmode": "email", "autocomplete": "off", "spellcheck": "false"},
    "long": {"inputmode": "numeric", "autocomplete": "off"},
    "double": {"inputmode": "decimal", "autocomplete": "off"},
    "money": {"inputmode": "decimal", "autocomplete": "off"},
    # Typed, because a native control speaks the browser's language; page.js offers a calendar.
    "date": {"inputmode": "numeric", "autocomplete": "off", "data-picker": "date"},
    "datetime": {"autocomplete": "off", "data-picker": "datetime-local"},
}
_PLACEHOLDERS = {
    "date": Text("年-月-日", "YYYY-MM-DD"),
    "datetime": Text("年-月-日 时:分", "YYYY-MM-DD HH:MM"),
}
#: A choice among so few that must be made is made with one click.
_FEW = 4
#: What is only read shares a line with its neighbour up to this length.
_SHORT = 40
_MOST_KEPT = 100
#: Documents have numbers below this, in every database.
_NUMBERS = 2**31


@dataclass(frozen=True)
class Reader:
    """Who reads and fills in the form, and what they may name in it."""

    language: str
    zone: tzinfo
    directory: Directory | None
    allowed: Allowed | None
    store_upload: Callable[[Any], Mapping[str, Any]] | None


class AnswerField(Field):
    """The answer to one field. Its `data` is the JSON value, or the text that was typed."""

    def __init__(self, *, item: FieldItem, reader: Reader, **given: Any) -> None:
        self.item = item
        self.reader = reader
        #: True when the person has not had this field before their eyes yet.
        self.unseen = False
        super().__init__(label=item.label.to(reader.language), **given)
        #: Where help and errors stand, for those who hear the page.
        self.help_id, self.errors_id = f"{self.id}-help", f"{self.id}-errors"
        self.help = item.help.to(reader.language)
        if item.required:
            self.flags.required = True

    @property
    def kind(self) -> str:
        """The type of the field, as drawn."""
        return self.item.type

    @property
    def is_wide(self) -> bool:
        """True when the field takes a whole line on a wide screen."""
        if self.item.readonly:
            return len(self.shown) > _SHORT or "\n" in self.shown
        return self.item.type in ("text", "checklist", "file")

    @property
    def as_radios(self) -> bool:
        """True when the choices are shown as radio buttons rather than as a list."""
        if self.item.type == "boolean":
            return self.item.required
        return self.item.type == "enum" and self.item.required and len(self.choices) <= _FEW

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What may be chosen: pairs of id and name."""
        language = self.reader.language
        if self.item.type == "boolean":
            return [("true", forms.YES.to(language)), ("false", forms.NO.to(language))]
        if self.item.type in ("user", "group") and not self.item.options:
            return sorted(
                ((number, name.to(language)) for number, name in self._named().items()),
                key=lambda choice: choice[1],
            )
        named = self._named() if self.item.type in ("user", "group") else {}
        return [
            (choice.id, (named.get(choice.id) or choice.name).to(language) or choice.id)
            for choice in self.item.choices
            if not named or choice.id in named
        ]

    @property
    def described_by(self) -> str:
        """The ids of what explains this field."""
        said = [(self.help_id, self.help), (self.errors_id, self.errors)]
        return " ".join(place for place, words in said if words)

    @property
    def shown(self) -> str:
        """The answer in words, for a form that is only read."""
        return forms.shown(self.item, self.data, self.reader.directory, self.reader.zone).to(
            self.reader.language
        )

    @property
    def attributes(self) -> dict[str, str | int]:
        """What an input says of itself, so that the right keyboard opens and slips are rare."""
        item, said = self.item, dict(_ATTRIBUTES.get(self.item.type, {}))
        if item.type in forms.values.WORDS:
            said["maxlength"] = item.maxlength
            if item.minlength:
                said["minlength"] = item.minlength
            if item.pattern:
                said["pattern"] = item.pattern
        if item.type in _PLACEHOLDERS:
            said["placeholder"] = _PLACEHOLDERS[item.type].to(self.reader.language)
        if item.type == "file":
            said |= {"accept": item.accept} if item.accept else {}
            said |= {"multiple": "multiple"} if item.multiple else {}
        return said

    def settle(self, cell: forms.Cell) -> None:
        """Take over the choices, the bounds and the case's own value as they stand now."""
        self.item = cell.field
        if cell.field.readonly:
            self.data = cell.value

    def is_chosen(self, choice: str) -> bool:
        """Tell whether one of the choices is the answer, or in it."""
        return choice in self.data if isinstance(self.data, list) else choice == self._value()

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read what was sent; nothing sent is an answer too."""
        self.data = typed.read(
            self.item, [sent for sent in valuelist if isinstance(sent, str)], self.reader.zone
        )

    def pre_validate(self, form: Any) -> None:
        """Say what is wrong with the answer, as the engine says it to everybody."""
        if self.item.readonly:
            return
        value = forms.values.tidy(self.item, self.data)
        wrong = forms.problem(self.item, value, self.reader.allowed)
        if wrong is None and self.unseen:
            wrong = UNSEEN
        if wrong is not None:
            raise ValidationError(wrong.to(self.reader.language))

    def explain(self, wrong: Text) -> None:
        """Show at this field what the engine found."""
        said = wrong.to(self.reader.language)
        if said not in self.errors:
            self.errors = [*self.errors, said]

    def _value(self) -> str:
        return typed.written(self.item, self.data, self.reader.zone)

    def _named(self) -> Mapping[str, Text]:
        directory = self.reader.directory
        if directory is None:
            return {}
        if self.item.type == "group":
            return directory.groups
        if not self.item.group:
            return directory.persons
        members = directory.members.get(self.item.group, ())
        return {m: directory.persons[m] for m in members if m in directory.persons}


class FileAnswer(AnswerField):
    """Files: those that were there stay when their box is ticked, new ones are stored at once."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Store the uploads and put them behind what was kept."""
        kept = [file for sent in valuelist[:_MOST_KEPT] if (file := kept_file(sent)) is not None]
        new = []
        for sent in valuelist[:_MOST_KEPT]:
            if isinstance(sent, str) or not getattr(sent, "filename", ""):
                continue
            if self.reader.store_upload is None:
                continue
            try:
                new.append(dict(self.reader.store_upload(sent)))
            except AgencyflowError as refused:
                self.data = kept
                raise ValueError(refused.text.to(self.reader.language)) from None
        # Where one file is asked for, a new one takes the place of the old.
        self.data = kept + new if self.item.multiple else (new or kept)

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Say at once what was wrong with an upload: it is gone at the next request."""
        super().process(formdata, data, extra_filters)
        self.errors = list(self.process_errors)

    @property
    def kept(self) -> list[dict[str, Any]]:
        """The files that are there already, each with what its box sends."""
        files = self.data if isinstance(self.data, list) else []
        return [
            {**file, "sent": json.dumps({key: file.get(key) for key in ("id", "name", "size")})}
            for file in files
            if isinstance(file, dict)
        ]


def kept_file(sent: Any) -> dict[str, Any] | None:
    """Read what the box of a file sends; None for what no box of ours sends."""
    if not isinstance(sent, str) or len(sent) > 2000:
        return None
    try:
        file = json.loads(sent)
    except (ValueError, RecursionError):
        return None
    if not isinstance(file, dict):
        return None
    number, name, size = file.get("id"), file.get("name"), file.get("size")
    if type(number) is not int or not 0 < number < _NUMBERS:
        return None
    if type(size) is not int or not 0 <= size <= forms.money.LIMIT:
        return None
    # JSON may spell half a letter, which no database keeps.
    if not isinstance(name, str) or name.encode(errors="ignore").decode() != name:
        return None
    return {"id": number, "name": name, "size": size}


def field_name(item: FieldItem) -> str:
    """Give the name that a field outside of rows is sent under."""
    return f"{item.id}_" if item.id in TAKEN else item.id


def unbound(item: FieldItem, reader: Reader, prefix: str = "") -> UnboundField[Any]:
    """Make the field of an item, for a form to bind; ids in the page never clash with others."""
    kind = FileAnswer if item.type == "file" else AnswerField
    name = item.id if prefix else field_name(item)
    return UnboundField(kind, item=item, reader=reader, name=name, id=f"answer-{prefix}{item.id}")


def fill(field: AnswerField, value: Any, formdata: Any, seen: Collection[str] | None) -> None:
    """Give a field what was sent, or `value` where nothing could be.

    `seen` are the names of the fields that the person had before their eyes; None when the
    sender does not say, as a program may not.
    """
    asked = formdata is not None and not field.item.readonly
    field.unseen = asked and seen is not None and field.name not in seen
    field.process(formdata if asked and not field.unseen else None, value)
