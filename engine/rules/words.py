"""Words and ids: in both languages, readable, and not in the way of the engine's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.diagrams import Element, Problem, Process
from engine.rules.place import BY_PEOPLE, Place

_LETTER = re.compile(r"[A-Za-z\u3400-\u9fff]")
_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)
_MANUAL = re.compile(r"[A-Z]\d+( [A-Z]\d+)*", re.ASCII)
_GENERATED = re.compile(r"(Start|End|Root|.*\.(EndJoin|BoundaryEvent(Split|Join)))")


def generated_name(place: Place) -> Iterator[Problem]:
    """Ids that the engine makes up itself."""
    for element in place.elements():
        if _GENERATED.fullmatch(element.id):
            yield place.error(
                "generated_name",
                f"编号 {element.id} 是系统保留的。请换一个，例如 {element.kind.lower()}_1。",
                f"The id {element.id} is kept for the engine. Choose another.",
                element,
            )


def readable_id(place: Place) -> Iterator[Problem]:
    """Ids are seen in histories and addresses, and are frozen at the first deploy."""
    found = [
        element.id
        for element in place.elements()
        if not _SNAKE.fullmatch(element.id) and not _GENERATED.fullmatch(element.id)
    ]
    if found:
        listed = ", ".join(found[:5]) + (", …" if len(found) > 5 else "")
        yield place.warning(
            "readable_id",
            f"编号首次部署后就不能改了。请换成易读的英文小写，例如 review_request：{listed}",
            f"Ids are frozen at the first deploy. Use readable English, such as review_request, "
            f"instead of {listed}",
        )


def process_id(place: Place) -> Iterator[Problem]:
    """A file is found by the id of its process."""
    stem = place.file.replace("\\", "/").rpartition("/")[2].removesuffix(".bpmn")
    if stem and place.process.id and stem != place.process.id:
        yield place.warning(
            "file_name",
            f"文件名与流程编号 {place.process.id} 不同。请把文件命名为 {place.process.id}.bpmn。",
            f"The file's name differs from the process's id. Name it {place.process.id}.bpmn.",
        )


def language(place: Place) -> Iterator[Problem]:
    """What people read is there in both languages."""
    process = place.process
    named: list[Process | Element] = [process, *(e for e in place.elements() if _is_shown(e))]
    for holder in named:
        if _is_half(holder.name.zh, holder.name.en):
            yield place.warning(
                "language",
                "名称只有一种语言。中文写在名称里，英文写在扩展属性 name.en 里。",
                "The name is in one language only. Chinese is the name, English the extension "
                "property name.en.",
                holder,
            )
        if _is_half(holder.help.zh, holder.help.en):
            yield place.warning(
                "language",
                "说明只有一种语言。英文请写在扩展属性 documentation.en 里。",
                "The documentation is in one language only. English is the extension property "
                "documentation.en.",
                holder,
            )
    for flow in process.flows.values():
        if _is_half(flow.name.zh, flow.name.en):
            yield place.warning(
                "language",
                "连线的名称只有一种语言。英文请写在扩展属性 name.en 里。",
                "The flow's name is in one language only. English is the extension property "
                "name.en.",
                flow,
            )
    for element in place.elements():
        yield from _half_forms(place, element)


def _half_forms(place: Place, element: Element) -> Iterator[Problem]:
    for field in element.fields:
        texts = [(field.label.zh, field.label.en), (field.help.zh, field.help.en)]
        texts += [(choice.name.zh, choice.name.en) for choice in field.choices]
        texts.append(
            (field.properties.get("rows.label", ""), field.properties.get("rows.label.en", ""))
        )
        if any(_is_half(zh, en) for zh, en in texts):
            yield place.warning(
                "language",
                f"字段 {field.id} 的文字只有一种语言。英文请写在属性 label.en、help.en、value.<编号>.en 里。",
                f"Words of the field {field.id} are in one language only. English is the "
                "properties label.en, help.en, value.<id>.en.",
                element,
                line=field.line,
            )
    submit = element.properties.get("submit", ""), element.properties.get("submit.en", "")
    if _is_half(*submit):
        yield place.warning(
            "language",
            "按钮文字 submit 只有一种语言。英文请写在 submit.en 里。",
            "The button's text is in one language only: submit is Chinese, submit.en English.",
            element,
        )


def _is_half(zh: str, en: str) -> bool:
    """Whether words are given in one language only; a text without letters is in every one."""
    if not _LETTER.search(zh) and not _LETTER.search(en):
        return False
    return not (zh and en)


def _is_shown(element: Element) -> bool:
    return bool(element.name) or element.kind in BY_PEOPLE


def unnamed(place: Place) -> Iterator[Problem]:
    """A task has a name, or its person reads an id."""
    for element in place.elements(*BY_PEOPLE):
        if not element.name:
            yield place.warning(
                "unnamed",
                "任务没有名称。请写上名称，例如“审核草案”。",
                'The task has no name. Give it one, such as "Review the draft".',
                element,
            )


def undocumented(place: Place) -> Iterator[Problem]:
    """What to do is said above the form."""
    for element in place.elements("userTask"):
        if not element.help:
            yield place.warning(
                "undocumented",
                "任务没有说明。请在 documentation 里写明要做什么。",
                "The task has no documentation. Say in it what is to be done.",
                element,
            )


def manual(place: Place) -> Iterator[Problem]:
    """The steps of the written manual that an element carries."""
    for element in place.elements():
        text = element.properties.get("manual")
        if text is not None and not _MANUAL.fullmatch(text):
            yield place.error(
                "manual",
                f"manual “{text}”的写法不对。请写成 A1，多个用一个空格隔开，例如 A1 B2。",
                f'manual "{text}" is not well written. Write A1, or several with one blank '
                "between, such as A1 B2.",
                element,
            )


RULES = (
    generated_name,
    readable_id,
    process_id,
    language,
    unnamed,
    undocumented,
    manual,
)
