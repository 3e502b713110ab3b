"""What a program asks of a list: which rows, in which order, from which on, how many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

#: Gives the condition of one filter for its value.
Conditions = Mapping[str, Callable[[Any], ColumnElement[bool]]]
#: More rows than this are never given at once.
MOST = 10_000


@dataclass(frozen=True)
class Selection:
    """Filters by name, names to order by (True: downwards), and which part of the list."""

    filters: Mapping[str, Any] = field(default_factory=dict)
    order: Sequence[tuple[str, bool]] = ()
    first: int = 0
    most: int = MOST


def narrowed(
    query: Select[*tuple[Any, ...]], conditions: Conditions, selection: Selection
) -> Select[*tuple[Any, ...]]:
    """Keep the rows that every filter lets through."""
    return query.where(*(conditions[name](value) for name, value in selection.filters.items()))


def part(
    query: Select[*tuple[Any, ...]], columns: Mapping[str, Any], selection: Selection, *, last: Any
) -> Select[*tuple[Any, ...]]:
    """Order the rows and keep the part that was asked for; `last` decides between equals."""
    for name, downwards in selection.order:
        query = query.order_by(columns[name].desc() if downwards else columns[name].asc())
    most = max(0, min(selection.most, MOST))
    return query.order_by(last).offset(max(0, selection.first)).limit(most)


def count(session: Session, query: Select[*tuple[Any, ...]]) -> int:
    """Count the rows."""
    return session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def like(column: Any, pattern: str) -> ColumnElement[bool]:
    """Compare with a pattern in which `%` stands for any text; the case counts as LIKE has it."""
    condition: ColumnElement[bool] = column.like(pattern.replace("\\", "\\\\"), escape="\\")
    return condition
