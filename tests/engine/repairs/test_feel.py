"""FEEL in the evaluator's words: null is neither true nor false, and `not` knows it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import expressions
from engine.errors import ExpressionFailed
from engine.repairs import feel
from engine.repairs.tokens import Untranslatable


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('status = "open" and amount > 100', "status == 'open' and amount > 100"),
        ("not(approved)", "approved == false"),
        ("not(amount >= 3)", "amount < 3"),
        ("not(a or b)", "(a == false) and (b == false)"),
        ("a and (b or c)", "a and (b or c)"),
        ("x != null", "x != null"),
        ('if amount > 10 then "much" else "little"', "'much' if amount > 10 else 'little'"),
        ("amount in [1..5)", "1 <= amount and amount < 5"),
        ("amount between 1 and 5 and open", "1 <= amount and amount <= 5 and open"),
        ('status in ("a", "b")', "status in ['a', 'b']"),
        ("count(rows) = 0", "len(rows) == 0"),
        ("order.price * 2 - 1", "order.price * 2 - 1"),
    ],
)
def test_it_says_the_same(source: str, said: str) -> None:
    assert feel.translate(source) == said
    assert expressions.check(said) == []


@pytest.mark.parametrize(
    "source",
    [
        *("some x in xs satisfies x", "for x in xs return x", "rows[1]", "date(x)", "a = b = c"),
        *("'single'", "today() > x", "", "a and", "(a or b) = c", 'duration("P1D")', "a in b"),
    ],
)
def test_it_leaves_what_it_cannot_say(source: str) -> None:
    with pytest.raises(Untranslatable):
        feel.translate(source)


Tree = tuple[Any, ...]
BOOLEANS, NUMBERS = ("yes", "no", "open_"), ("n", "m")
LEVELS = {"or": 1, "and": 2, "compare": 3, "leaf": 9, "not": 9}

leaves = st.one_of(
    st.sampled_from(NUMBERS).map(lambda name: ("leaf", name)),
    st.integers(0, 4).map(lambda number: ("leaf", number)),
)
compared = st.one_of(
    st.tuples(
        st.just("compare"), st.sampled_from(["=", "!=", "<", ">", "<=", ">="]), leaves, leaves
    ),
    st.sampled_from(BOOLEANS).map(lambda name: ("leaf", name)),
)
conditions = st.recursive(
    compared,
    lambda inner: st.one_of(
        st.tuples(st.just("or"), inner, inner),
        st.tuples(st.just("and"), inner, inner),
        st.tuples(st.just("not"), inner),
    ),
    max_leaves=8,
)
data = st.fixed_dictionaries(
    {
        **dict.fromkeys(BOOLEANS, st.sampled_from([True, False, None])),
        **dict.fromkeys(NUMBERS, st.one_of(st.none(), st.integers(-2, 4))),
    }
)


def written(tree: Tree, above: int = 0) -> str:
    """Write an expression with no more brackets than FEEL needs."""
    kind = tree[0]
    if kind == "leaf":
        return str(tree[1])
    if kind == "not":
        return f"not({written(tree[1])})"
    level = LEVELS[kind]
    sign = tree[1] if kind == "compare" else kind
    left, right = tree[-2:]
    text = f"{written(left, level)} {sign} {written(right, level + 1)}"
    return f"({text})" if level < above else text


def meant(tree: Tree, values: dict[str, Any]) -> Any:
    """What FEEL makes of it, in three values."""
    kind = tree[0]
    if kind == "leaf":
        return values[tree[1]] if isinstance(tree[1], str) else tree[1]
    if kind == "not":
        inner = meant(tree[1], values)
        return None if inner is None else not inner
    left, right = meant(tree[-2], values), meant(tree[-1], values)
    if kind == "and":
        return False if False in (left, right) else None if None in (left, right) else True
    if kind == "or":
        return True if True in (left, right) else None if None in (left, right) else False
    if tree[1] in ("=", "!="):
        return (left == right) == (tree[1] == "=")
    if left is None or right is None:
        return None
    return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[tree[1]]


@given(conditions, data)
def test_it_is_true_exactly_where_feel_is_true(tree: Tree, values: dict[str, Any]) -> None:
    source = written(tree)
    said = feel.translate(source)
    assert expressions.check(said) == []
    try:
        here = bool(expressions.evaluate(said, values))
    except ExpressionFailed:
        assert None in (values["n"], values["m"])
    else:
        assert here == (meant(tree, values) is True), (source, said)
