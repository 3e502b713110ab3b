"""Who plays in a rehearsal: the agency's people, or one made-up person for each group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.languages import Text


@dataclass(frozen=True)
class Cast:
    """The active people by group, and their names; without any, each group is a person."""

    members: Mapping[str, Sequence[str]] = field(default_factory=dict)
    names: Mapping[str, Text] = field(default_factory=dict)

    def one_of(self, groups: Sequence[str], apart: str = "") -> str:
        """Give somebody of the first group that has anybody, somebody else than `apart` if can be."""
        for group in groups:
            members = self.members.get(group, ())
            for person in members:
                if person != apart:
                    return person
            if members:
                return members[0]
        return groups[0] if groups else "somebody"

    def name(self, person_id: str) -> str:
        """Give a person's name in both languages, as expressions know it."""
        name = self.names.get(person_id)
        return f"{name.zh} {name.en}" if name is not None else person_id
