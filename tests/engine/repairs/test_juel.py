"""JUEL in the evaluator's words: never another truth value than in a Java engine."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import expressions
from engine.errors import ExpressionFailed
from engine.repairs import juel
from engine.repairs.tokens import Untranslatable


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("!approved", "not approved"),
        ("!approved && amount gt 100", "not approved and amount > 100"),
        ("a || b && !c", "a or b and not c"),
        ("(a || b) && c", "(a or b) and c"),
        ("status eq 'open'", "status == 'open'"),
        ('status ne "it\'s"', 'status != "it\'s"'),
        ("empty items", "items in [null, '', [], {}]"),
        ("not empty items", "not items in [null, '', [], {}]"),
        ("amount > 10 ? 'much' : 'little'", "'much' if amount > 10 else 'little'"),
        ("execution.getVariable('amount') >= 3", "value('amount') >= 3"),
        ("customer.name == null", "customer.name == null"),
        ("rows[0].price * 2 div 3", "rows[0].price * 2 / 3"),
        ("list.size() > 2 and list.contains('x')", "len(list) > 2 and 'x' in list"),
        ("status.equals('done')", "status == 'done'"),
        ("-a - -1", "-a - -1"),
        ("a - (b - c)", "a - (b - c)"),
        ("客户 == '示例'", "客户 == '示例'"),
        ("!a == b", "(not a) == b"),
    ],
)
def test_it_says_the_same(source: str, said: str) -> None:
    assert juel.translate(source) == said
    assert expressions.check(said) == []


@pytest.mark.parametrize(
    "source",
    [
        *(
            "bean.check(x)",
            "a % 2",
            "x instanceof String",
            "S(x).prop('a')",
            "a b",
            "(a",
            "a ==",
            "",
        ),
        *(
            "empty",
            "lambda",
            "a.class",
            "execution.id",
            "'open",
            "a; b",
            "not",
            "f(x)",
            "1 < x ? 2",
        ),
        *("(a || b) == c", "date.getTime()", "execution.getVariable(x)", "${a}", "(" * 60 + "a"),
    ],
)
def test_it_leaves_what_it_cannot_say(source: str) -> None:
    with pytest.raises(Untranslatable):
        juel.translate(source)


# What JUEL's own rules make of an expression of which every value has the kind it should have.

BOOLEANS, NUMBERS, TEXTS = ("yes", "no", "open_"), ("n", "m"), ("s", "t")
LEVELS = {"?": 0, "or": 1, "and": 2, "eq": 3, "order": 4, "+": 5, "*": 6, "not": 7, "leaf": 8}
SPELLINGS = {
    "or": ["||", "or"],
    "and": ["&&", "and"],
    "==": ["==", "eq"],
    "!=": ["!=", "ne"],
    "<": ["<", "lt"],
    ">": [">", "gt"],
    "<=": ["<=", "le"],
    ">=": [">=", "ge"],
}
Tree = tuple[Any, ...]

numbers = st.recursive(
    st.one_of(
        st.sampled_from(NUMBERS).map(lambda name: ("leaf", name, name)),
        st.integers(0, 5).map(lambda number: ("leaf", str(number), number)),
    ),
    lambda inner: st.tuples(st.sampled_from("+-"), inner, inner).map(lambda t: ("+", *t)),
    max_leaves=3,
)
texts = st.one_of(
    st.sampled_from(TEXTS).map(lambda name: ("leaf", name, name)),
    st.sampled_from(["''", "'a'", '"b"']).map(lambda text: ("leaf", text, ("text", text[1:-1]))),
)
compared = st.one_of(
    st.tuples(st.sampled_from(["<", ">", "<=", ">="]), numbers, numbers).map(
        lambda t: ("order", *t)
    ),
    st.tuples(st.sampled_from(["==", "!="]), numbers, numbers).map(lambda t: ("eq", *t)),
    st.tuples(st.sampled_from(["==", "!="]), texts, texts).map(lambda t: ("eq", *t)),
    st.sampled_from(TEXTS).map(lambda name: ("empty", ("leaf", name, name))),
    st.sampled_from(BOOLEANS).map(lambda name: ("leaf", name, name)),
)
conditions = st.recursive(
    compared,
    lambda inner: st.one_of(
        st.tuples(st.just("or"), inner, inner),
        st.tuples(st.just("and"), inner, inner),
        st.tuples(st.just("not"), inner),
        st.tuples(st.just("?"), inner, inner, inner),
    ),
    max_leaves=8,
)
data = st.fixed_dictionaries(
    {
        **dict.fromkeys(BOOLEANS, st.sampled_from([True, False, None])),
        **dict.fromkeys(NUMBERS, st.one_of(st.none(), st.integers(-3, 5))),
        **dict.fromkeys(TEXTS, st.sampled_from([None, "", "a", "b"])),
    }
)


def written(tree: Tree, draw: st.DrawFn, above: int = 0) -> str:
    """Write an expression with no more brackets than JUEL needs, in one of its spellings."""
    kind = tree[0]
    if kind == "leaf":
        return str(tree[1])
    level = LEVELS["not" if kind == "empty" else kind]
    if kind in ("not", "empty"):
        sign = "empty " if kind == "empty" else draw(st.sampled_from(["!", "not "]))
        text = sign + written(tree[1], draw, level)
    elif kind == "?":
        parts = [written(tree[1], draw, 1), *(written(part, draw) for part in tree[2:])]
        text = "{} ? {} : {}".format(*parts)
    else:
        sign = kind if kind in ("or", "and") else tree[1]
        left, right = tree[-2:]
        sign = draw(st.sampled_from(SPELLINGS.get(sign, [sign])))
        text = f"{written(left, draw, level)} {sign} {written(right, draw, level + 1)}"
    return f"({text})" if level < above else text


def meant(tree: Tree, values: dict[str, Any]) -> Any:
    """What JUEL makes of it: null counts as false, as no text, as 0; no order holds with null."""
    kind = tree[0]
    if kind == "leaf":
        leaf = tree[2]
        if isinstance(leaf, tuple):
            return leaf[1]
        return values[leaf] if isinstance(leaf, str) else leaf
    if kind == "not":
        return not meant(tree[1], values)
    if kind == "empty":
        return meant(tree[1], values) in (None, "")
    if kind == "or":
        return bool(meant(tree[1], values)) or bool(meant(tree[2], values))
    if kind == "and":
        return bool(meant(tree[1], values)) and bool(meant(tree[2], values))
    if kind == "?":
        return meant(tree[2] if meant(tree[1], values) else tree[3], values)
    return of_two(kind, tree[1], meant(tree[2], values), meant(tree[3], values))


def of_two(kind: str, sign: str, left: Any, right: Any) -> Any:
    """What a sign between two values makes of them."""
    if kind == "+":
        return (left or 0) + (right or 0) if sign == "+" else (left or 0) - (right or 0)
    if kind == "eq":
        return (left == right) == (sign == "==")
    if left is None or right is None:
        return sign in ("<=", ">=") and left == right
    return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[sign]


@st.composite
def sources(draw: st.DrawFn) -> tuple[Tree, str]:
    tree = draw(conditions)
    return tree, written(tree, draw)


@given(sources(), data)
def test_it_never_comes_to_another_truth_value(
    drawn: tuple[Tree, str], values: dict[str, Any]
) -> None:
    tree, source = drawn
    said = juel.translate(source)
    assert expressions.check(said) == []
    try:
        here = bool(expressions.evaluate(said, values))
    except ExpressionFailed:
        # Where JUEL takes a missing number for none, the case stops here and says so.
        assert None in (values["n"], values["m"])
    else:
        assert here == bool(meant(tree, values)), (source, said)
