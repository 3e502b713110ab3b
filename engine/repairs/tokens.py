"""Reading expressions of other engines: words, numbers, texts and signs, one after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: How tightly the parts of a translated expression hold together.
CHOICE, OR, AND, NOT, COMPARISON, SUM, PRODUCT, SIGN, ATOM = range(9)
#: More levels of brackets than a person writes.
MAX_DEPTH = 30

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>\d+(?:\.\d+)?)(?!\w|\.\d)
      | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<name>[^\W\d]\w*)
      | (?P<sign>&&|\|\||[=!<>]=|\.\.|[-+*/%()\[\].,?:!<>=])
    )""",
    re.VERBOSE,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class Untranslatable(ValueError):
    """An expression says something that the one evaluator has no words for."""


@dataclass(frozen=True)
class Said:
    """A translated part; `denied` is its opposite where that is not simply `not`.

    `logic` marks what `and` and `or` made: with a value missing, what it is compared with
    could come out differently here.
    """

    text: str
    level: int
    denied: str = ""
    logic: bool = False

    def at(self, level: int) -> str:
        """The text, in brackets where it would otherwise fall apart."""
        return self.text if self.level >= level else f"({self.text})"


@dataclass(frozen=True)
class Token:
    """One word or sign; `kind` is number, text, name, sign or end."""

    kind: str
    text: str


class Cursor:
    """Where a parser stands in an expression."""

    def __init__(self, source: str) -> None:
        self._tokens = _tokens(source)
        self._position = 0
        self._depth = 0

    @property
    def now(self) -> Token:
        """The token that comes next."""
        return self._tokens[self._position]

    def take(self) -> Token:
        """Give the next token and go past it."""
        token = self.now
        if token.kind != "end":
            self._position += 1
        return token

    def found(self, *texts: str) -> str:
        """Go past a sign or a word if it is one of these; give it, or nothing."""
        if self.now.kind in ("sign", "name") and self.now.text in texts:
            return self.take().text
        return ""

    def need(self, text: str) -> None:
        """Go past a sign or word that has to be there."""
        if not self.found(text):
            raise Untranslatable

    def deeper(self) -> None:
        """Count a level of brackets."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Untranslatable

    def higher(self) -> None:
        """Leave a level of brackets."""
        self._depth -= 1

    def finish(self) -> None:
        """Nothing is left over."""
        if self.now.kind != "end":
            raise Untranslatable


def literal(token: str) -> str:
    """A text in quotes as the evaluator writes it."""
    return repr(_ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), token[1:-1]))


def _tokens(source: str) -> list[Token]:
    found: list[Token] = []
    position = 0
    source = source.rstrip()
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None or match.lastgroup is None:
            raise Untranslatable
        found.append(Token(match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return [*found, Token("end", "")]
