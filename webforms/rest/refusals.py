"""A request that cannot be done as it was sent."""

from __future__ import annotations

from engine.languages import Text


class Refused(Exception):
    """A request that cannot be done as it was sent; `text` says why, `kind` is Camunda's name."""

    def __init__(
        self, text: Text, *, status: int = 400, kind: str = "InvalidRequestException"
    ) -> None:
        self.text, self.status, self.kind = text, status, kind
        super().__init__(text.en)
