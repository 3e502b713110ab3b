"""A form with what was typed in it: the request's side of `form_fields`; uploads are stored."""

from __future__ import annotations

from functools import cached_property
from os import SEEK_END
from typing import TYPE_CHECKING, Any
from zlib import crc32

from flask import current_app, request
from werkzeug.datastructures import CombinedMultiDict

from engine import documents, durations, forms, people
from engine.directory import Usable
from webforms import form_fields, identity, languages
from webforms import session as database

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from werkzeug.datastructures import FileStorage

    from engine.expressions import Context
    from engine.languages import Text


#: Documents of rehearsals have numbers from here on; no real one ever has.
IMAGINED = 2_000_000_000


class FilledForm:
    """One rendering of a form, or one submission of it."""

    def __init__(
        self,
        definition: forms.Form,
        *,
        values: Mapping[str, Any],
        data: Mapping[str, Any],
        context: Context,
        instance_id: int | None = None,
        sent: bool = False,
        store: bool = True,
        playing: bool = False,
        refresh_url: str = "",
    ) -> None:
        """Make it for one request; `playing` keeps no upload and takes any document."""
        self._definition = definition
        self._refresh_url = refresh_url
        #: True when this is what somebody typed.
        self.sent = sent
        self._names = Names()
        self._form = form_fields.build(
            definition,
            language=languages.current(),
            values=values,
            data=data,
            context=context,
            formdata=CombinedMultiDict([request.files, request.form]) if sent else None,
            directory=self._names,
            allowed=_Played() if playing else _usable(instance_id),
            store_upload=imagined if playing else (_store if store else None),
            timezone=str(durations.zone()),
        )

    @property
    def rearranged(self) -> bool:
        """True when rows were added or removed, or the fields shall only be shown anew."""
        return self._form.rearranged or request.form.get("action") == "refresh"

    @property
    def answers(self) -> dict[str, Any]:
        """The answers, as the engine takes them."""
        return form_fields.answers(self._form)

    @property
    def typed(self) -> list[tuple[Text, Text]]:
        """The answers in words, for somebody who has to copy them."""
        return forms.listed(self._definition, self.answers, self._names, durations.zone())

    @property
    def shown(self) -> dict[str, Any]:
        """What the template of the fields needs."""
        return {"form": self._form, "refresh_url": self._refresh_url}

    def validate(self) -> bool:
        """Check what was typed; what is wrong is said at its field."""
        return bool(self._form.validate())

    def explain(self, errors: Mapping[str, Text]) -> None:
        """Show what the engine found wrong, at the fields concerned."""
        self._form.place(errors)


class _Played(Usable):
    """Whom one may name in a rehearsal: as ever, but any document."""

    def __init__(self) -> None:
        super().__init__(database.current(), identity.person(), None)

    def document(self, document_id: int) -> dict[str, object]:
        """Know nothing of a document but that it may be named: what was sent stands."""
        return {}


def _usable(instance_id: int | None) -> Usable:
    return Usable(database.current(), identity.person(), instance_id)


def imagined(upload: FileStorage) -> dict[str, Any]:
    """Describe an upload as if it were kept; nothing of it is."""
    name = (upload.filename or "")[:300]
    size = upload.stream.seek(0, SEEK_END)
    return {"id": IMAGINED + crc32(name.encode()) % 100_000_000, "name": name, "size": size}


class Names:
    """Names of people and groups; looked up only for a form that asks for some."""

    @cached_property
    def _directory(self) -> people.Directory:
        return people.directory(database.current())

    @property
    def persons(self) -> Mapping[str, Text]:
        """The active people's names by their ids."""
        return self._directory.persons

    @property
    def groups(self) -> Mapping[str, Text]:
        """The groups' names by their ids."""
        return self._directory.groups

    @property
    def members(self) -> Mapping[str, Collection[str]]:
        """The ids of the active people of each group."""
        return self._directory.members


def _store(upload: FileStorage) -> dict[str, Any]:
    """Keep an uploaded file, and describe it as a case does."""
    kept = documents.store(
        database.current(),
        identity.person(),
        upload.stream,
        name=upload.filename or "",
        media_type=upload.mimetype or "application/octet-stream",
        limit=current_app.extensions["agencyflow.settings"].upload_limit,
    )
    return {"id": kept.id, "name": kept.name, "size": kept.size}
