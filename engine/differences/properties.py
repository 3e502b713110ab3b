"""The dialect's properties, in words. One that is not here is told by its own name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from engine.differences import words
from engine.differences.words import same, told
from engine.languages import Text

#: What each is called. Where an element, a field, a lane and the process share a name, it means
#: the same.
NAMES = {
    "name.en": Text("英文名称", "English label"),
    "documentation.en": Text("英文说明", "English help"),
    "manual": Text("对应的手册步骤", "Step of the manual"),
    "distinctFrom": Text("不得与此步骤同一人办理", "Nobody may do it who did"),
    "optional": Text("可以不办", "May be left open"),
    "detail": Text("列表中的补充说明", "What lists say beside its name"),
    "submit": Text("提交按钮", "Button"),
    "submit.en": Text("提交按钮（英文）", "Button (English)"),
    "correlationKey": Text("消息的关联键", "Key of the message"),
    "payload": Text("消息内容", "What the message says"),
    "variable": Text("消息内容存入的变量", "Variable that takes the message"),
    "fields": Text("预期收到的内容", "What is expected of the message"),
    "timeToLive": Text("消息有效期", "How long the message is kept"),
    "ifExpired": Text("消息无人接收时", "If nobody takes the message"),
    "resultList": Text("汇总结果的列表", "List of the results"),
    "resultItem": Text("每一次的结果", "Result of each run"),
    "cancelsStarted": Text("到此取消它发起的案件", "Cancels the cases that it started"),
    "sticky": Text("下一项任务先给上次办理的人", "Next task is offered to who did the last one"),
    "case.title": Text("案件标题", "Title of a case"),
    "case.fields": Text("列表显示的案件信息", "What lists of cases show"),
    "cancelledBy": Text("使案件取消的消息", "Message that cancels the case"),
    "label.en": Text("英文标签", "English label"),
    "help": Text("提示", "Help"),
    "help.en": Text("英文提示", "English help"),
    "showIf": Text("仅在此时显示", "Shown only if"),
    "options": Text("选项取自", "Choices taken from"),
    "accept": Text("接受的文件类型", "Kinds of file"),
    "multiple": Text("可传多个文件", "Several files"),
    "group": Text("只限小组", "Only members of"),
    "buttons": Text("选项即提交按钮", "Its choices are the buttons"),
    "widget": Text("显示方式", "Shown as"),
    "rows": Text("行", "Rows"),
    "rows.label": Text("表格标题", "Heading of the rows"),
    "rows.label.en": Text("表格标题（英文）", "Heading of the rows (English)"),
    "rows.min": Text("最少行数", "Fewest rows"),
    "rows.max": Text("最多行数", "Most rows"),
}
_LENGTHS = frozenset({"timeToLive"})


def name_of(key: str) -> Text:
    """Say what a property is called."""
    return NAMES.get(key) or Text(f"属性“{key}”", f"Property “{key}”")


def changes(
    before: Mapping[str, str],
    after: Mapping[str, str],
    *,
    said: frozenset[str] = frozenset(),
    name: Callable[[str, str], Text] | None = None,
) -> Iterator[Text]:
    """Tell the properties that differ, but for those that are `said` elsewhere.

    `name` gives the words for a value that is the id of something.
    """
    for key in dict.fromkeys([*before, *after]):
        if key in said or before.get(key) == after.get(key):
            continue
        yield told(
            name_of(key), _value(key, before.get(key), name), _value(key, after.get(key), name)
        )


def _value(key: str, value: str | None, name: Callable[[str, str], Text] | None) -> Text:
    if value is None:
        return Text()
    if value == "":
        return Text("（空）", "(empty)")
    if key in _LENGTHS:
        return words.length(value)
    return name(key, value) if name else same(value)
