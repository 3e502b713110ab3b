"""What changed about the ways from one element to another."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagrams import Flow
from engine.differences import properties
from engine.differences.elements import changed_fields
from engine.differences.forms import in_both
from engine.differences.sides import Side
from engine.differences.words import same, told
from engine.languages import Text

#: Every field of a flow; what is not told here says where it is.
FIELDS = {
    "id": "another id with the same ends is the same way",
    "source": "",
    "target": "",
    "name": "",
    "condition": "",
    "has_condition": "",
    "condition_language": "",
    "properties": "",
    "scope_id": "follows from its ends",
    "line": "",
}


def changes(old: Flow, new: Flow, was: Side, now: Side) -> Iterator[Text]:
    """Tell what differs about a way, where it leads included."""
    changed = changed_fields(old, new)
    if "source" in changed and not _is_new(new.source, was, now):
        name, before = now.name(new.source), was.name(old.source)
        yield Text(
            f"现在从{name.to('zh')}出发（原来从{before.to('zh')}）",
            f"Comes from {name.to('en')} now (before: {before.to('en')})",
        )
    if "target" in changed and not _is_new(new.target, was, now):
        name, before = now.name(new.target), was.name(old.target)
        yield Text(
            f"现在走向{name.to('zh')}（原来走向{before.to('zh')}）",
            f"Leads to {name.to('en')} now (before: {before.to('en')})",
        )
    yield from in_both(Text("名称", "Label"), old.name, new.name)
    if {"condition", "has_condition"} & changed:
        yield told(Text("条件", "Condition"), _condition(old), _condition(new))
    if "condition_language" in changed:
        about = Text("条件的语言", "Language of the condition")
        yield told(about, same(old.condition_language), same(new.condition_language))
    said = frozenset({"name.en"}) if old.name.en != new.name.en else frozenset()
    yield from properties.changes(old.properties, new.properties, said=said)


def _is_new(element_id: str, was: Side, now: Side) -> bool:
    """A new element says itself between which others it stands."""
    return element_id in now.elements and element_id not in was.elements


def _condition(flow: Flow) -> Text:
    if not flow.has_condition:
        return Text()
    return same(flow.condition) if flow.condition else Text("（空）", "(empty)")


def stated(flow: Flow) -> Text:
    """Say in brackets when a way is taken, if it has a label or a condition."""
    zh, en = [], []
    if flow.name:
        zh.append(f"“{flow.name.to('zh')}”")
        en.append(f"“{flow.name.to('en')}”")
    if flow.has_condition:
        zh.append(f"条件：{flow.condition}")
        en.append(f"if {flow.condition}")
    return Text(f"（{'，'.join(zh)}）", f" ({', '.join(en)})") if zh else Text()


def place(element_id: str, side: Side, *, gone: bool = False) -> Iterator[Text]:
    """Say between which others a new or a removed element stands."""
    element = side.elements[element_id]
    before = [_end(f, side.flows[f].source, side, "") for f in element.incoming]
    after = [_end(f, side.flows[f].target, side, element.default) for f in element.outgoing]
    if before:
        zh, en = _joined(before)
        yield Text(
            f"{'原来' if gone else ''}在{zh}之后", f"{'Came' if gone else 'Comes'} after {en}"
        )
    if after:
        zh, en = _joined(after)
        yield Text(
            f"{'原来' if gone else '之后'}走向{zh}", f"{'Went' if gone else 'Goes'} on to {en}"
        )


def _end(flow_id: str, element_id: str, side: Side, default: str) -> tuple[str, str]:
    name, more = side.name(element_id), stated(side.flows[flow_id])
    zh, en = name.to("zh") + more.to("zh"), name.to("en") + more.to("en")
    return (f"{zh}（其余情况）", f"{en} (otherwise)") if flow_id == default else (zh, en)


def _joined(ends: list[tuple[str, str]]) -> tuple[str, str]:
    return "、".join(zh for zh, _ in ends), ", ".join(en for _, en in ends)
