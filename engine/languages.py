"""Words in the two languages that people read: Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Text:
    """A piece of text in both languages; one that is missing is stood in for by the other."""

    zh: str = ""
    en: str = ""

    def to(self, language: str) -> str:
        """Give the text in `language` ("zh" or "en")."""
        return (self.en or self.zh) if language == "en" else (self.zh or self.en)

    @property
    def both(self) -> str:
        """Both languages in one line, for what is kept as one text and read by all."""
        return self.zh if self.en in ("", self.zh) else f"{self.zh} / {self.en}".strip(" /")

    def __bool__(self) -> bool:
        """A text is true when it says something in either language."""
        return bool(self.zh or self.en)
