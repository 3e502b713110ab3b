"""Forms that come too old or too large: nothing is done, and nothing that was typed is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import RequestEntityTooLarge

from webforms import identity
from webforms import session as database
from webforms.errors import forged, from_http

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Blueprint
    from flask.typing import ResponseReturnValue


def offer(blueprint: Blueprint, view: str, page: Callable[[str, int], tuple[str, int]]) -> None:
    """Have `view`'s form shown again by `page`, which is given what to say and the status."""
    endpoint = f"{blueprint.name}.{view}"

    @blueprint.errorhandler(CSRFError)
    def too_old(_error: CSRFError) -> ResponseReturnValue:
        if request.endpoint != endpoint or identity.person_or_none() is None:
            return forged()
        database.discard()
        trouble = gettext(
            "You signed in again since this form was opened. Please check it and send it once more."
        )
        return page(trouble, 400)

    @blueprint.errorhandler(RequestEntityTooLarge)
    def too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
        # Refused for its length it is still unread; refused for its many texts it is half read.
        unread = (request.content_length or 0) > current_app.config["MAX_CONTENT_LENGTH"]
        if request.endpoint != endpoint or identity.person_or_none() is None or not unread:
            return from_http(error)
        database.discard()
        request.max_content_length = request.content_length
        try:
            _ = request.form
        except RequestEntityTooLarge as hopeless:
            return from_http(hopeless)
        trouble = gettext(
            "What you sent is too large, so the new files are left out; all else is still here. "
            "Choose fewer or smaller files and send it once more."
        )
        return page(trouble, 413)
