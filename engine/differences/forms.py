"""What changed in a form, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from engine.diagrams import Choice, FormField
from engine.differences import properties
from engine.differences.words import listed, quoted, same, told
from engine.languages import Text

TYPES = {
    "string": Text("一行文字", "one line of text"),
    "text": Text("多行文字", "longer text"),
    "email": Text("电子邮件", "e-mail address"),
    "long": Text("整数", "whole number"),
    "double": Text("数字", "number"),
    "money": Text("金额", "amount of money"),
    "boolean": Text("是否", "yes or no"),
    "date": Text("日期", "date"),
    "datetime": Text("日期和时间", "date and time"),
    "enum": Text("单选", "one choice"),
    "checklist": Text("多选", "several choices"),
    "user": Text("人员", "person"),
    "group": Text("小组", "group"),
    "file": Text("文件", "file"),
}
CONSTRAINTS = {
    "min": Text("最小值", "Least"),
    "max": Text("最大值", "Most"),
    "minlength": Text("最少字数", "Fewest characters"),
    "maxlength": Text("最多字数", "Most characters"),
    "pattern": Text("格式", "Format"),
}
#: (set now, not set any more)
SWITCHES = {
    "required": (
        Text("现在必填", "must be filled in now"),
        Text("不再必填", "may be left empty now"),
    ),
    "readonly": (
        Text("现在只读", "is read-only now"),
        Text("现在可以填写", "can be filled in now"),
    ),
}
FIELDS = ("id", "type", "label", "help", "default", "choices", "constraints", "properties", "line")


def name_of(field: FormField) -> Text:
    """Call a field by its label, else by its id."""
    return quoted(field.label or same(field.id))


def type_of(field: FormField) -> Text:
    """Say what a field asks for."""
    return TYPES.get(field.type) or same(field.type or "?")


def changes(before: Sequence[FormField], after: Sequence[FormField]) -> Iterator[Text]:
    """Tell the fields that are new, gone, different, or elsewhere in the form."""
    old, new = {f.id: f for f in before}, {f.id: f for f in after}
    for field in after:
        if field.id not in old:
            yield added(field)
    for field in before:
        if field.id not in new:
            name = name_of(field)
            yield Text(f"删除表单栏位{name.zh}", f"Field {name.en} is gone")
    for field in after:
        if field.id in old:
            name = name_of(field)
            for said in _changed(old[field.id], field):
                yield Text(
                    f"栏位{name.to('zh')}{_gap(said.zh)}{said.zh}",
                    f"Field {name.to('en')}: {said.en}",
                )
    yield from _moved(
        [f.id for f in before if f.id in new], [f.id for f in after if f.id in old], new
    )


def _gap(words: str) -> str:
    return "" if words.startswith(("现在", "不再")) else "："


def added(field: FormField) -> Text:
    """Tell a new field with all that it asks."""
    name, kind = name_of(field), type_of(field)
    more = list(_details(field))
    zh = "，".join([kind.to("zh"), *(m.to("zh") for m in more)])
    en = ", ".join([kind.to("en"), *(m.to("en") for m in more)])
    return Text(f"新表单栏位{name.to('zh')}（{zh}）", f"New field {name.to('en')} ({en})")


def _details(field: FormField) -> Iterator[Text]:
    if "required" in field.constraints:
        yield Text("必填", "required")
    if "readonly" in field.constraints:
        yield Text("只读", "read-only")
    for key, value in field.constraints.items():
        if key not in SWITCHES:
            yield _said(CONSTRAINTS.get(key) or same(key), value)
    if field.choices:
        offered = listed([c.name or same(c.id) for c in field.choices])
        yield Text(f"选项：{offered.zh}", f"choices: {offered.en}")
    if field.default:
        yield _said(Text("默认值", "filled in with"), field.default)
    for key, value in field.properties.items():
        if not _is_word(key):
            yield _said(properties.name_of(key), value)
    if field.help:
        yield Text(f"提示：{field.help.to('zh')}", f"help: {field.help.to('en')}")


def _said(about: Text, value: str) -> Text:
    return Text(f"{about.zh}：{value}", f"{about.en[:1].lower()}{about.en[1:]}: {value}")


def _is_word(key: str) -> bool:
    """A property that is a label's or a help's other language."""
    return key in ("label.en", "help", "help.en") or (
        key.startswith("value.") and key.endswith(".en")
    )


def _changed(old: FormField, new: FormField) -> Iterator[Text]:
    if old.type != new.type:
        yield told(Text("类型", "Type"), type_of(old), type_of(new))
    yield from in_both(Text("标签", "Label"), old.label, new.label)
    yield from in_both(Text("提示", "Help"), old.help, new.help)
    if old.default != new.default:
        yield told(Text("默认值", "Filled in with"), same(old.default), same(new.default))
    yield from _choices(old.choices, new.choices)
    yield from _constraints(old.constraints, new.constraints)
    said = {"label.en"} if old.label.en != new.label.en else set()
    said |= {"help"} if old.help.zh != new.help.zh else set()
    said |= {"help.en"} if old.help.en != new.help.en else set()
    if old.choices != new.choices:
        said |= {f"value.{c.id}.en" for c in (*old.choices, *new.choices)}
    yield from properties.changes(old.properties, new.properties, said=frozenset(said))


def in_both(about: Text, before: Text, after: Text) -> Iterator[Text]:
    """Tell words that differ, in the language in which they do."""
    if before.zh != after.zh:
        yield told(about, same(before.zh), same(after.zh))
    if before.en != after.en:
        english = Text(f"{about.zh}（英文）", f"{about.en} (English)")
        yield told(english, same(before.en), same(after.en))


def _choices(before: Sequence[Choice], after: Sequence[Choice]) -> Iterator[Text]:
    old, new = {c.id: c for c in before}, {c.id: c for c in after}
    for choice in after:
        name = choice.name or same(choice.id)
        if choice.id not in old:
            yield told(Text("选项", "Choice"), Text(), name)
        else:
            about = Text(f"选项 {choice.id}", f"Choice {choice.id}")
            yield from in_both(about, old[choice.id].name, choice.name)
    for choice in before:
        if choice.id not in new:
            yield told(Text("选项", "Choice"), choice.name or same(choice.id), Text())
    was, now = [i for i in old if i in new], [i for i in new if i in old]
    if was != now:
        order = listed([new[i].name or same(i) for i in new])
        yield Text(f"选项的顺序现为：{order.zh}", f"Choices now in this order: {order.en}")


def _constraints(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Text]:
    for key in dict.fromkeys([*before, *after]):
        if before.get(key) == after.get(key):
            continue
        if key in SWITCHES and (key in before) != (key in after):
            yield SWITCHES[key][0 if key in after else 1]
            continue
        about = CONSTRAINTS.get(key) or Text(f"约束“{key}”", f"Constraint “{key}”")
        yield told(about, _shown(before.get(key)), _shown(after.get(key)))


def _shown(value: str | None) -> Text:
    return Text() if value is None else same(value) if value else Text("（空）", "(empty)")


def _moved(
    before: Sequence[str], after: Sequence[str], fields: Mapping[str, FormField]
) -> Iterator[Text]:
    """Tell the fields that stand elsewhere: as few as explain the new order."""
    if list(before) == list(after):
        return
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    stayed = {before[m.a + i] for m in matcher.get_matching_blocks() for i in range(m.size)}
    for i, field_id in enumerate(after):
        if field_id in stayed:
            continue
        name = name_of(fields[field_id])
        if i == 0:
            yield Text(f"栏位{name.zh}移到最前", f"Field {name.en} comes first now")
        else:
            other = name_of(fields[after[i - 1]])
            yield Text(
                f"栏位{name.to('zh')}移到{other.to('zh')}之后",
                f"Field {name.to('en')} comes after {other.to('en')} now",
            )
