"""What changed about an event, an activity or a gateway: one teller for each field it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields as fields_of
from dataclasses import replace
from typing import Any

from engine.diagrams import CallMapping, Element, FormField, TimerDefinition
from engine.differences import activities, forms, properties, words
from engine.differences.forms import in_both
from engine.differences.sides import Side, Teller
from engine.differences.words import listed, same, told
from engine.languages import Text

YES = Text("是", "yes")
NO = Text("否", "no")
_KINDS_OF_TIME = {
    "timeDuration": Text("时长", "For how long"),
    "timeDate": Text("时间", "When"),
    "timeCycle": Text("周期", "How often"),
}
_EVENTS = {
    "message": Text("消息", "message"),
    "timer": Text("时间", "time"),
    "error": Text("错误", "error"),
    "escalation": Text("上报", "escalation"),
    "signal": Text("信号", "signal"),
    "link": Text("跳转", "link"),
    "terminate": Text("终止", "terminate"),
    "conditional": Text("条件", "condition"),
    "compensate": Text("补偿", "compensation"),
}
_SWITCHES = {
    "interrupting": (
        Text("发生时中断正在办理的工作", "Interrupts the work when it happens"),
        Text("发生时不中断正在办理的工作", "Does not interrupt the work when it happens"),
    ),
    "standard_loop": (
        Text("现在会循环办理", "Is repeated now"),
        Text("不再循环办理", "Is not repeated any more"),
    ),
    "triggered_by_event": (
        Text("现在由事件启动", "Is started by an event now"),
        Text("不再由事件启动", "Is not started by an event any more"),
    ),
}


def plain(value: Any) -> Any:
    """A record's value without the lines of the file in which its parts stand."""
    if isinstance(value, tuple):
        return tuple(plain(part) for part in value)
    if isinstance(value, FormField | CallMapping):
        return replace(value, line=0)
    return value


def changed_fields(old: Any, new: Any) -> set[str]:
    """Name the fields in which two records of one kind differ."""
    return {
        f.name
        for f in fields_of(old)
        if f.name != "line" and _differ(getattr(old, f.name), getattr(new, f.name))
    }


def _differ(old: Any, new: Any) -> bool:
    return bool(old != new and plain(old) != plain(new))


def blank(element: Element) -> Element:
    """An element of which nothing is said, to compare a new one with."""
    return Element(
        element.id, element.kind, element.process_id, element.scope_id, event=element.event
    )


def changes(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
    """Tell every field that differs."""
    changed = changed_fields(old, new)
    for name, teller in TELLERS.items():
        if name in changed and teller is not None:
            yield from teller(old, new, was, now)


def _worded(about: Text, name: str, shown: Callable[[str], Text] = same) -> Teller:
    def tell(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
        before, after = getattr(old, name), getattr(new, name)
        yield told(about, shown(before) if before else Text(), shown(after) if after else Text())

    return tell


def _switch(name: str) -> Teller:
    def tell(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
        yield _SWITCHES[name][0 if getattr(new, name) else 1]

    return tell


def _kind(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
    before, after = words.sort_of(old.kind, old.event), words.sort_of(new.kind, new.event)
    if before == after:
        before, after = same(old.kind), same(new.kind)
    yield told(Text("种类", "Kind"), before, after)


def _process(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
    about = Text("所属流程", "Belongs to the procedure")
    yield told(about, was.name(old.process_id), now.name(new.process_id))


def _scope(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
    yield told(Text("位于", "Lies in"), was.name(old.scope_id), now.name(new.scope_id))


def _name(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
    yield from in_both(Text("名称", "Label"), old.name, new.name)


def _help(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
    yield from in_both(Text("说明", "Help"), old.help, new.help)


def _lane(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
    before, after = was.lane(old.lane), now.lane(new.lane)
    if before == after:
        before, after = _with_id(before, old.lane), _with_id(after, new.lane)
    yield told(Text("由谁办理", "Done by"), before, after)


def _with_id(name: Text, id_: str) -> Text:
    return Text(f"{name.to('zh')}（{id_}）", f"{name.to('en')} ({id_})") if id_ else name


def _groups(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
    def named(ids: Sequence[str], side: Side) -> Text:
        return listed([side.names.groups.get(i) or same(i) for i in ids]) if ids else Text()

    about = Text("可认领的小组", "Groups that may claim it")
    yield told(about, named(old.candidate_groups, was), named(new.candidate_groups, now))


def _users(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
    about = Text("可认领的人", "People who may claim it")
    yield told(about, same(", ".join(old.candidate_users)), same(", ".join(new.candidate_users)))


def _properties(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
    said = set()
    if old.name.en != new.name.en:
        said.add("name.en")
    if old.help.en != new.help.en:
        said.add("documentation.en")
    if old.multi_instance and new.multi_instance:
        for key, name in (("resultList", "result_list"), ("resultItem", "result_item")):
            if getattr(old.multi_instance, name) != getattr(new.multi_instance, name):
                said.add(key)

    def named(key: str, value: str) -> Text:
        if key == "distinctFrom":
            side = now if value in now.elements else was
            return (
                side.elements[value].name or same(value) if value in side.elements else same(value)
            )
        if value == "true":
            return YES
        return NO if value == "false" else same(value)

    yield from properties.changes(old.properties, new.properties, said=frozenset(said), name=named)


def _form(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
    yield from forms.changes(old.fields, new.fields)


def _event(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
    before, after = old.event, new.event
    yield told(
        Text("事件", "Event"),
        _EVENTS.get(before) or same(before),
        _EVENTS.get(after) or same(after),
    )


def _timer(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
    before, after = old.timer, new.timer
    if before and (after is None or before.kind != after.kind):
        yield told(_KINDS_OF_TIME[before.kind], _time(before), Text())
        before = None
    if after:
        yield told(_KINDS_OF_TIME[after.kind], _time(before), _time(after))


def _time(timer: TimerDefinition | None) -> Text:
    if timer is None:
        return Text()
    return words.length(timer.text) if timer.text else Text("（空）", "(empty)")


def _attached(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
    before = was.name(old.attached_to) if old.attached_to else Text()
    after = now.name(new.attached_to) if new.attached_to else Text()
    yield told(Text("附在", "Attached to"), _bare(before), _bare(after))


def _bare(name: Text) -> Text:
    return Text(name.zh.strip("“”"), name.en.strip("“”"))


def _called(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
    def named(process_id: str, side: Side) -> Text:
        known = side.names.procedures.get(process_id)
        return (known or same(process_id)) if process_id else Text()

    before, after = named(old.called_element, was), named(new.called_element, now)
    if before == after:
        before, after = _with_id(before, old.called_element), _with_id(after, new.called_element)
    yield told(Text("调用的流程", "Calls the procedure"), before, after)


def _default(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
    before, after = _goal(old.default, was), _goal(new.default, now)
    if before != after:
        yield told(Text("其余情况走向", "Otherwise goes on to"), _bare(before), _bare(after))
    elif old.default not in now.flows or new.default not in was.flows:
        return  # the same way under another id
    else:
        yield told(Text("其余情况走向", "Otherwise takes"), same(old.default), same(new.default))


def _goal(flow_id: str, side: Side) -> Text:
    flow = side.flows.get(flow_id)
    return side.name(flow.target) if flow else same(flow_id)


def _order(old: Element, new: Element, was: Side, now: Side) -> Iterator[Text]:
    """The first way whose condition holds is taken, so their order matters."""
    before = [f for f in old.outgoing if f in new.outgoing]
    after = [f for f in new.outgoing if f in old.outgoing]
    if before != after and any(now.flows[f].has_condition for f in after):
        ways = listed([now.name(now.flows[f].target) for f in after])
        yield Text(
            f"条件现在按此顺序判断：{ways.zh}", f"The ways are tried in this order now: {ways.en}"
        )


#: Every field of an element. None: what changes in it is told elsewhere, as the remark says.
TELLERS: dict[str, Teller | None] = {
    "id": None,  # another id is another element
    "kind": _kind,
    "process_id": _process,
    "scope_id": _scope,
    "name": _name,
    "lane": _lane,
    "assignee": _worded(Text("指定办理人", "Given to"), "assignee"),
    "candidate_groups": _groups,
    "candidate_users": _users,
    "due_date": _worded(Text("期限", "Due"), "due_date", words.length),
    "follow_up_date": _worded(Text("跟进时间", "Follow-up"), "follow_up_date", words.length),
    "priority": _worded(Text("优先级", "Priority"), "priority"),
    "event": _event,
    "message": _worded(Text("消息", "Message"), "message"),
    "timer": _timer,
    "code": _worded(Text("代码", "Code"), "code"),
    "code_variable": _worded(
        Text("代码存入的变量", "Variable that takes the code"), "code_variable"
    ),
    "attached_to": _attached,
    "interrupting": _switch("interrupting"),
    "called_element": _called,
    "call_in": activities.mappings(
        Text("交给被调用的流程", "Given to the called procedure"), "call_in"
    ),
    "call_out": activities.mappings(Text("从被调用的流程取回", "Taken back from it"), "call_out"),
    "input_parameters": activities.parameters(
        Text("开始时设定", "Set when it begins:"), "input_parameters"
    ),
    "output_parameters": activities.parameters(
        Text("完成时设定", "Set when it is done:"), "output_parameters"
    ),
    "multi_instance": activities.several,
    "standard_loop": _switch("standard_loop"),
    "triggered_by_event": _switch("triggered_by_event"),
    "topic": _worded(Text("系统外的工作", "Work outside"), "topic"),
    "default": _default,
    "fields": _form,
    "help": _help,
    "properties": _properties,
    "incoming": None,  # the flows tell
    "outgoing": _order,
    "attributes": None,  # what is in none of the fields above, `facts` finds in the XML
    "extensions": None,
    "parts": None,
    "line": None,
}
