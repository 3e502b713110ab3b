"""What a drawing expects its data to look like, told from how it uses them: shapes, not values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.forms import FieldItem

_MOST_CONSTANTS = 20


@dataclass(eq=False)
class Shape:
    """What is known of one value: a record's keys, a list's items, what it is compared with.

    Two that turn out to be the same are joined, and know together what each knew.
    """

    keys: dict[str, Shape] = field(default_factory=dict)
    item: Shape | None = None
    #: What expressions compare the value with, or set it to.
    constants: list[Any] = field(default_factory=list)
    is_number: bool = False
    is_truth: bool = False
    is_person: bool = False
    #: It tells which message is for whom.
    is_key: bool = False
    #: The form field in which people type it.
    asked: FieldItem | None = None
    _joined: Shape | None = None

    def known(self) -> Shape:
        """Give the one shape that this one and all that are joined with it have become."""
        at = self
        while at._joined is not None:
            at = at._joined
        return at

    def key(self, name: str) -> Shape:
        """Give the shape under a key of the record."""
        return self.known().keys.setdefault(name, Shape())

    def items(self) -> Shape:
        """Give the shape of the list's items."""
        known = self.known()
        if known.item is None:
            known.item = Shape()
        return known.item

    def add(self, constant: Any) -> None:
        """Note what the value is compared with or set to; nothing and empty say nothing."""
        known = self.known()
        if isinstance(constant, bool):
            known.is_truth = True
        elif constant not in (None, "") and constant not in known.constants[:_MOST_CONSTANTS]:
            known.constants.append(constant)
            known.is_number = known.is_number or not isinstance(constant, str)

    def join(self, other: Shape) -> Shape:
        """Hold both for the same value from now on."""
        one, other = self.known(), other.known()
        if one is other:
            return one
        other._joined = one  # noqa: SLF001 - another of our own kind
        for constant in other.constants:
            one.add(constant)
        one.is_number |= other.is_number
        one.is_truth |= other.is_truth
        one.is_person |= other.is_person
        one.is_key |= other.is_key
        one.asked = one.asked or other.asked
        if other.item is not None:
            one.items().join(other.item)
        for name, shape in other.keys.items():
            one.key(name).join(shape)
        return one
