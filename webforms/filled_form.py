"""A form with what was typed in it: built, read and explained by `form_fields`, files stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.expressions import Context
    from engine.forms import Form
    from engine.languages import Text


class FilledForm:
    """One rendering of a form, or one submission of it."""

    def __init__(
        self,
        form: Form,
        *,
        values: dict[str, Any],
        data: dict[str, Any],
        context: Context,
        instance_id: int | None = None,
        sent: bool = False,
        store: bool = True,
    ) -> None:
        self.sent = sent
        self.reshaped = False
        self.answers: dict[str, Any] = {}
        self.trouble = ""
        self.typed: list[tuple[str, str]] = []
        self.shown: dict[str, Any] = {"form": None}

    def validate(self) -> bool:
        return True

    def add(self, errors: Mapping[str, Text]) -> None:
        pass
