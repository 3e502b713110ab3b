"""What changed about a call, about the values that are set, and about what is done several times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.diagrams import CallMapping, Element, MultiInstance
from engine.differences import properties
from engine.differences.sides import Side, Teller
from engine.differences.words import listed, same, told
from engine.languages import Text


def mappings(about: Text, name: str) -> Teller:
    """Tell what a call gives to the called procedure, or takes from it."""

    def tell(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
        before = [_mapping(m) for m in getattr(old, name)]
        after = [_mapping(m) for m in getattr(new, name)]
        yield from _listing(about, before, after)

    return tell


def _mapping(mapping: CallMapping) -> Text:
    if mapping.all_variables:
        return Text("全部数据", "all data")
    if mapping.business_key:
        return Text(f"业务键 {mapping.business_key}", f"business key {mapping.business_key}")
    return same(f"{mapping.source or mapping.source_expression} → {mapping.target}")


def _listing(about: Text, before: list[Text], after: list[Text]) -> Iterator[Text]:
    """Tell what a list lost and gained, or else that its order is another."""
    gone = [part for part in before if part not in after]
    come = [part for part in after if part not in before]
    for part in come:
        yield told(about, Text(), part)
    for part in gone:
        yield told(about, part, Text())
    if not gone and not come:
        yield told(about, listed(before), listed(after))


def parameters(about: Text, name: str) -> Teller:
    """Tell the values that are set when a step begins, or when it is done."""

    def tell(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
        before: Mapping[str, str] = dict(getattr(old, name))
        after: Mapping[str, str] = dict(getattr(new, name))
        any_told = False
        for key in dict.fromkeys([*before, *after]):
            if before.get(key) != after.get(key):
                any_told = True
                named = Text(f"{about.zh} {key}", f"{about.en} {key}")
                yield told(named, _set(before.get(key)), _set(after.get(key)))
        if not any_told:
            pairs = [[same(f"{k} = {v}") for k, v in getattr(e, name)] for e in (old, new)]
            yield told(about, listed(pairs[0]), listed(pairs[1]))

    return tell


def _set(value: str | None) -> Text:
    return Text() if value is None else same(value) if value else Text("（空）", "(empty)")


SEVERAL = {
    "collection": Text("每一项各办一次，取自", "Done once for each of"),
    "element_variable": Text("每一项的名称", "Name of the item"),
    "result_list": properties.NAMES["resultList"],
    "result_item": properties.NAMES["resultItem"],
    "completion_condition": Text("提前完成的条件", "Done early when"),
    "cardinality": Text("次数", "How many times"),
}


def several(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
    """Tell how often an activity is done, and for what."""
    before, after = old.multi_instance, new.multi_instance
    if before is None or after is None:
        yield (
            Text("现在要办多次", "Is done several times now")
            if after
            else Text("现在只办一次", "Is done once only now")
        )
    empty = MultiInstance(sequential=False)
    before, after = before or empty, after or empty
    if before.sequential != after.sequential:
        yield (
            Text("现在逐个办理", "One after the other now")
            if after.sequential
            else Text("现在同时办理", "All at the same time now")
        )
    for name, about in SEVERAL.items():
        one, other = getattr(before, name), getattr(after, name)
        if one != other:
            yield told(about, same(one), same(other))
