"""What a page keeps of a walk: what was done so far, signed for one person and one procedure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from engine.rehearsal import Act

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Characters that the state of a walk may have; a walk of several hundred steps has fewer.
LONGEST = 400_000


class Foreign(Exception):
    """This is no state of a walk that was given to this person for this procedure."""


@dataclass(frozen=True)
class Came:
    """A walk as its page brought it back."""

    seed: int
    digest: str
    acts: list[Act]


def written(person_id: str, process_id: str, seed: int, digest: str, acts: Sequence[Act]) -> str:
    """Write the state of a walk, compressed and signed."""
    plain = [person_id, process_id, seed, digest, [act.plain() for act in acts]]
    text = _serializer().dumps(plain)
    return text if isinstance(text, str) else text.decode()


def read(token: str, person_id: str, process_id: str) -> Came:
    """Read what `written` gave to this person for this procedure; else raise Foreign."""
    if not fits(token):
        raise Foreign
    try:
        owner, process, seed, digest, acts = _serializer().loads(token)
    except BadData:
        raise Foreign from None
    if (owner, process) != (person_id, process_id):
        raise Foreign
    return Came(seed, digest, [Act(*act) for act in acts])


def fits(token: str) -> bool:
    """Tell whether the state of a walk is short enough to travel."""
    return len(token) <= LONGEST


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="rehearsal")
