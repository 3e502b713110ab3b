"""How a change is put into words, in both languages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.languages import Text

NOTHING = Text()

#: Longer texts are shown around what changed in them only.
LONG, AROUND = 160, 40
_LENGTH = re.compile(r"P(?=.)((?:\d+[YMWD])*)(?:T((?:\d+(?:\.\d+)?[HMS])+))?")
_PART = re.compile(r"(\d+(?:\.\d+)?)([YMWDHS])")
_DAYS = {
    "Y": ("年", "year"),
    "M": ("个月", "month"),
    "W": ("周", "week"),
    "D": ("天", "day"),
}
_HOURS = {"H": ("小时", "hour"), "M": ("分钟", "minute"), "S": ("秒", "second")}


def same(words: str) -> Text:
    """Give what is not language, such as an expression: the same in both."""
    return Text(words, words)


def quoted(words: Text) -> Text:
    """Put a name between quotation marks."""
    return Text(f"“{words.to('zh')}”", f"“{words.to('en')}”")


def listed(parts: list[Text]) -> Text:
    """Put several into one."""
    return Text("、".join(p.to("zh") for p in parts), ", ".join(p.to("en") for p in parts))


@dataclass(frozen=True)
class Told(Text):
    """A sentence about a value, with what it is made of."""

    about: Text = NOTHING
    value: Text = NOTHING


def told(about: Text, before: Text, after: Text) -> Told:
    """Say what something was and is now; an empty one is none."""
    zh, en = about.to("zh"), about.to("en")
    if not before:
        said = f"{zh}：{_mark(after, 'zh')}（新增）", f"{en}: {_mark(after, 'en')} (new)"
    elif not after:
        said = (
            f"{zh}：不再有（原为{_mark(before, 'zh')}）",
            f"{en}: none any more (was {_mark(before, 'en')})",
        )
    else:
        old_zh, new_zh = clipped(before.to("zh"), after.to("zh"))
        old_en, new_en = clipped(before.to("en"), after.to("en"))
        said = (
            f"{zh}：原为“{old_zh}”，现为“{new_zh}”",
            f"{en}: was “{old_en}”, now “{new_en}”",
        )
    return Told(*said, about, after)


def as_new(sentence: Text) -> Text:
    """Say a value of what is new altogether without saying that the value is."""
    if not isinstance(sentence, Told):
        return sentence
    zh, en = _mark(sentence.value, "zh"), _mark(sentence.value, "en")
    return Text(f"{sentence.about.to('zh')}：{zh}", f"{sentence.about.to('en')}: {en}")


def _mark(words: Text, language: str) -> str:
    return f"“{words.to(language)}”"


def clipped(before: str, after: str) -> tuple[str, str]:
    """Leave out what is the same at both ends of two long texts."""
    if max(len(before), len(after)) <= LONG:
        return before, after
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    start = max(0, head - AROUND)
    stop = max(0, tail - AROUND)
    return _cut(before, start, stop), _cut(after, start, stop)


def _common(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _cut(text: str, start: int, stop: int) -> str:
    middle = text[start : len(text) - stop]
    return f"{'…' if start else ''}{middle}{'…' if stop else ''}"


def length(text: str) -> Text:
    """Say an ISO 8601 duration in words; anything else stays as it is."""
    match = _LENGTH.fullmatch(text.strip())
    if match is None:
        return same(text)
    parts = [(n, _DAYS[unit]) for n, unit in _PART.findall(match[1] or "")]
    parts += [(n, _HOURS[unit]) for n, unit in _PART.findall(match[2] or "")]
    return Text(
        "".join(f"{n} {zh}" for n, (zh, _) in parts),
        " ".join(f"{n} {en}{'' if n == '1' else 's'}" for n, (_, en) in parts),
    )


#: BPMN's kinds, as people say them; `kind:event` where the event makes the difference.
SORTS = {
    "process": Text("流程", "procedure"),
    "lane": Text("泳道", "lane"),
    "sequenceFlow": Text("走向", "way"),
    "task": Text("任务", "task"),
    "userTask": Text("任务", "task"),
    "manualTask": Text("线下任务", "task outside the system"),
    "serviceTask": Text("自动步骤", "automatic step"),
    "sendTask": Text("发出消息", "message sent"),
    "receiveTask": Text("等候消息", "wait for a message"),
    "scriptTask": Text("脚本", "script"),
    "businessRuleTask": Text("规则", "rule"),
    "callActivity": Text("调用的流程", "called procedure"),
    "subProcess": Text("子流程", "sub-process"),
    "startEvent": Text("开始", "start"),
    "startEvent:message": Text("消息开始", "start by message"),
    "startEvent:timer": Text("定时开始", "start by time"),
    "endEvent": Text("结束", "end"),
    "endEvent:message": Text("结束并发出消息", "end that sends a message"),
    "intermediateThrowEvent": Text("事件", "event"),
    "intermediateThrowEvent:message": Text("发出消息", "message sent"),
    "intermediateCatchEvent": Text("等候", "wait"),
    "intermediateCatchEvent:message": Text("等候消息", "wait for a message"),
    "intermediateCatchEvent:timer": Text("等候时间", "wait for a time"),
    "boundaryEvent": Text("附加事件", "attached event"),
    "boundaryEvent:message": Text("附加的消息事件", "attached wait for a message"),
    "boundaryEvent:timer": Text("附加的时限", "attached time limit"),
    "exclusiveGateway": Text("判断", "decision"),
    "inclusiveGateway": Text("多选判断", "decision for several ways"),
    "parallelGateway": Text("并行", "parallel ways"),
    "eventBasedGateway": Text("等候先到者", "wait for whichever comes first"),
    "participant": Text("泳池", "pool"),
    "messageFlow": Text("消息线", "message line"),
    "textAnnotation": Text("注释", "note in the drawing"),
    "association": Text("连线", "dotted line"),
    "group": Text("框", "frame"),
    "dataObjectReference": Text("数据", "data object"),
    "dataStoreReference": Text("数据存储", "data store"),
    "message": Text("消息", "message"),
    "error": Text("错误", "error"),
    "signal": Text("信号", "signal"),
    "escalation": Text("上报", "escalation"),
}


def sort_of(kind: str, event: str = "") -> Text:
    """Say what sort of thing a BPMN tag is."""
    return SORTS.get(f"{kind}:{event}") or SORTS.get(kind) or same(kind)
