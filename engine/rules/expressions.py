"""Expressions: each one in a drawing can be read, and uses names that something sets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine import expressions
from engine.diagrams import Element, Flow, FormField, Problem
from engine.errors import ExpressionFailed
from engine.expressions.parsing import pieces
from engine.languages import Text
from engine.rules.place import Place

#: How Java's and other engines' expressions are told, and what is written here instead.
_ELSEWHERE = re.compile(r"&&|\|\||!(?!=)|\b(empty|eq|ne|gt|lt|execution|task)\b")
_OTHER_SPELLING = (
    "这里写 and、or、not、==、!=、<、>。",
    " Here one writes and, or, not, ==, !=, < and >.",
)
#: What a completion condition is told beside the data.
_COUNTS = frozenset({"nrOfInstances", "nrOfCompletedInstances", "nrOfActiveInstances"})


@dataclass(frozen=True)
class Written:
    """One expression of a drawing: where it stands, and how its text is meant.

    `bare` text is an expression with or without `${}`; other text is one only inside `${}`.
    A case stops at a `decisive` one whose names nobody sets.
    """

    where: Text
    text: str
    at: Element | Flow | None
    bare: bool = False
    decisive: bool = False
    row: frozenset[str] = frozenset()
    line: int = 0

    def parts(self) -> list[str]:
        """The expressions in the text."""
        if self.bare:
            return [self.text]
        return [piece for marked, piece in pieces(self.text.strip()) if marked]


def unreadable(place: Place) -> Iterator[Problem]:
    """Every expression can be parsed and stays within the limits."""
    for written in _all(place):
        for reason in _troubles(written):
            zh, en = _OTHER_SPELLING if _ELSEWHERE.search(written.text) else ("", "")
            yield place.error(
                "expression",
                f"{written.where.zh}“{written.text}”读不懂：{reason.zh}{zh}",
                f'{written.where.en} "{written.text}" cannot be read: {reason.en}{en}',
                written.at,
                line=written.line,
            )


def unknown_name(place: Place) -> Iterator[Problem]:
    """An expression uses names that some form, mapping, message or call sets."""
    known = place.world.variables.get(place.process.id)
    if known is None:
        return
    for written in _all(place):
        if _troubles(written):
            continue
        used = {name for part in written.parts() for name in expressions.names(part)}
        for name in sorted(used - known - written.row):
            say = place.error if written.decisive else place.warning
            yield say(
                "unknown_name",
                f"{written.where.zh}“{written.text}”用到 {name}，但没有任何表单、映射或消息写入它。"
                f"请改正名称，或用 value('{name}', …)。",
                f'{written.where.en} "{written.text}" uses {name}, which no form, mapping or '
                f"message sets. Correct the name, or use value('{name}', …).",
                written.at,
                line=written.line,
            )


def case_fields(place: Place) -> Iterator[Problem]:
    """The fields that lists show are variables of the case."""
    known = place.world.variables.get(place.process.id)
    for name in place.process.properties.get("case.fields", "").split(","):
        if known is not None and name.strip() and name.strip() not in known:
            yield place.error(
                "case_fields",
                f"case.fields 里的“{name.strip()}”没有任何表单、映射或消息写入。请改正。",
                f'"{name.strip()}" in case.fields is set by no form, mapping or message. '
                "Correct it.",
            )


def _troubles(written: Written) -> list[Text]:
    try:
        parts = written.parts()
    except ExpressionFailed as failure:
        return [failure.details["reason"]]
    return [reason for part in parts for reason in expressions.check(part)]


def _all(place: Place) -> Iterator[Written]:
    title = place.process.properties.get("case.title", "")
    if title:
        yield Written(Text("case.title ", "case.title"), title, None, bare=True)
    for flow in place.process.flows.values():
        if flow.condition and not flow.condition_language:
            yield Written(
                Text("条件", "The condition"), flow.condition, flow, bare=True, decisive=True
            )
    for element in place.elements():
        yield from _of_attributes(element)
        yield from _of_properties(element)
        yield from _of_mappings(element)
        yield from _of_multi_instance(element)
        for field in element.fields:
            yield from _of_field(element, field)


def _of_attributes(element: Element) -> Iterator[Written]:
    timer = element.timer.text if element.timer is not None else ""
    for zh, en, text in (
        ("处理人", "The assignee", element.assignee),
        ("截止时间", "The due date", element.due_date),
        ("跟进时间", "The follow-up date", element.follow_up_date),
        ("优先级", "The priority", element.priority),
        ("定时", "The timer", timer),
        ("信号", "The signal", element.code if element.event == "signal" else ""),
        *(("候选组", "The candidate groups", group) for group in element.candidate_groups),
    ):
        if text:
            yield Written(Text(zh, en), text, element)


def _of_properties(element: Element) -> Iterator[Written]:
    for name in ("correlationKey", "payload"):
        text = element.properties.get(name, "")
        if text:
            yield Written(
                Text(f"{name} ", name), text, element, bare=True, decisive=name != "payload"
            )
    detail = element.properties.get("detail", "")
    if detail:
        yield Written(Text("detail ", "detail"), detail, element)


def _of_mappings(element: Element) -> Iterator[Written]:
    for name, text in element.input_parameters:
        yield Written(Text(f"输入 {name} ", f"The input {name}"), text, element)
    for name, text in element.output_parameters:
        yield Written(Text(f"输出 {name} ", f"The output {name}"), text, element)
    for mapping in (*element.call_in, *element.call_out):
        if mapping.source_expression:
            yield Written(
                Text("来源表达式", "The source expression"),
                mapping.source_expression,
                # What a called diagram gives back is worked out on its variables.
                element,
                row=frozenset() if mapping in element.call_in else _Everything(),
                line=mapping.line,
            )


def _of_multi_instance(element: Element) -> Iterator[Written]:
    several = element.multi_instance
    if several is None:
        return
    if several.collection:
        yield Written(
            Text("列表", "The collection"), several.collection, element, bare=True, decisive=True
        )
    if several.completion_condition:
        yield Written(
            Text("完成条件", "The completion condition"),
            several.completion_condition,
            element,
            bare=True,
            decisive=True,
            row=_COUNTS,
        )


def _of_field(element: Element, field: FormField) -> Iterator[Written]:
    group = field.id.partition("[].")[0] if "[]." in field.id else ""
    cells = frozenset(
        other.id.partition("[].")[2]
        for other in element.fields
        if group and other.id.startswith(f"{group}[].")
    )
    for name in ("showIf", "options"):
        text = field.properties.get(name, "")
        if text:
            yield Written(
                Text(f"字段 {field.id} 的 {name} ", f"{name} of the field {field.id}"),
                text,
                element,
                bare=True,
                decisive=True,
                row=cells,
                line=field.line,
            )
    for name, text in (("defaultValue", field.default), *field.constraints.items()):
        if "${" in text and name != "pattern":
            yield Written(
                Text(f"字段 {field.id} 的 {name} ", f"{name} of the field {field.id}"),
                text,
                element,
                row=cells,
                line=field.line,
            )


class _Everything(frozenset[str]):
    """Stands for names that cannot be told here."""

    def __rsub__(self, other: object) -> frozenset[str]:
        return frozenset()


RULES = (unreadable, unknown_name, case_fields)
