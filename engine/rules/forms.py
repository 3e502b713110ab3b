"""Forms: fields of known types, with constraints and properties that mean something."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from engine.diagrams import FormField, Problem
from engine.forms import values
from engine.forms.form import TYPES
from engine.rules.names import only_shows, variable_of
from engine.rules.place import BY_PEOPLE, Place

FIELD_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\[\]\.[A-Za-z_][A-Za-z0-9_]*)?", re.ASCII)
#: Names that the engine, or expressions, keep for themselves.
RESERVED = frozenset({"typename", "case", "row", "row_index", "true", "false", "null"})
MEASURED = frozenset({"long", "double", "money", "date", "datetime"})
WORDS = frozenset({"string", "text", "email"})
CHOOSING = frozenset({"enum", "checklist"})
_SWITCH = ("required", "readonly")
_LENGTH = ("minlength", "maxlength")
#: Constraints, and for which types they mean something.
CONSTRAINTS = {
    "required": frozenset(TYPES),
    "readonly": frozenset(TYPES),
    "min": MEASURED,
    "max": MEASURED,
    "minlength": WORDS,
    "maxlength": WORDS,
    "pattern": WORDS,
}
#: Properties, and for which types they mean something.
PROPERTIES = {
    **dict.fromkeys(("label.en", "help", "help.en", "showIf"), frozenset(TYPES)),
    **dict.fromkeys(
        ("rows", "rows.label", "rows.label.en", "rows.min", "rows.max"), frozenset(TYPES)
    ),
    "accept": frozenset({"file"}),
    "multiple": frozenset({"file"}),
    "buttons": frozenset({"enum"}),
    "options": CHOOSING | {"user"},
    "group": frozenset({"user"}),
}
_CHOICE_ENGLISH = re.compile(r"value\.(?P<id>.+)\.en")
_ON_OFF = frozenset({"", "true", "false"})


def form_out_of_place(place: Place) -> Iterator[Problem]:
    """A form is shown where a person completes something, or starts a case by hand."""
    for element in place.elements():
        by_hand = element.kind == "startEvent" and not element.event
        in_process = element.scope_id == place.process.id
        if not element.fields or element.kind in BY_PEOPLE or (by_hand and in_process):
            continue
        yield place.error(
            "form_out_of_place",
            "这里的表单永远不会显示。请把它移到用户任务，或者流程的空白开始事件。",
            "The form here would never be shown. Move it to a user task or to the process's "
            "plain start event.",
            element,
        )


def field_id(place: Place) -> Iterator[Problem]:
    """A field's id is the name of a variable."""
    for field, say in _fields(place):
        parts = re.split(r"\[\]\.", field.id)
        if not FIELD_ID.fullmatch(field.id) or any(keyword.iskeyword(part) for part in parts):
            yield say(
                "field_id",
                f"字段编号“{field.id}”不能作变量名。请只用英文字母、数字和下划线，重复的行写成 rows[].name。",
                f'The field id "{field.id}" cannot name a variable. Use English letters, digits '
                "and underscores; repeated rows are written rows[].name.",
            )
        elif set(parts) & RESERVED:
            yield say(
                "reserved_name",
                f"字段编号“{field.id}”用了系统保留的名称。请换一个。",
                f'The field id "{field.id}" uses a name that is kept for the system. Choose '
                "another.",
            )


def duplicate_field(place: Place) -> Iterator[Problem]:
    """Each field of a form has its own id, and rows their own too."""
    for element in place.elements():
        groups = {field.id.partition("[")[0] for field in element.fields if "[" in field.id}
        seen: set[str] = set()
        for field in element.fields:
            if field.id in seen or field.id in groups:
                yield place.error(
                    "duplicate_field",
                    f"这个表单里字段编号“{field.id}”用了两次。请换一个。",
                    f'The field id "{field.id}" is used twice in this form. Choose another.',
                    element,
                    line=field.line,
                )
            seen.add(field.id)


def field_type(place: Place) -> Iterator[Problem]:
    """A type that is known here."""
    for field, say in _fields(place):
        if field.type not in TYPES:
            yield say(
                "field_type",
                f"字段 {field.id} 的类型“{field.type}”不认识。可用：{'、'.join(TYPES)}。",
                f'The field {field.id} has the unknown type "{field.type}". '
                f"Use one of {', '.join(TYPES)}.",
            )


def constraint_name(place: Place) -> Iterator[Problem]:
    """A constraint that is known, on a type that it can constrain."""
    for field, say in _fields(place):
        for name in field.constraints:
            if name not in CONSTRAINTS:
                zh, en = (
                    f"不认识。可用：{'、'.join(CONSTRAINTS)}",
                    f"is unknown. Use {', '.join(CONSTRAINTS)}",
                )
            elif field.type in TYPES and field.type not in CONSTRAINTS[name]:
                zh, en = (
                    f"对类型 {field.type} 没有意义，请删除",
                    f"means nothing for the type {field.type}. Delete it",
                )
            else:
                continue
            yield say(
                "constraint_name",
                f"字段 {field.id} 的约束“{name}”{zh}。",
                f'The constraint "{name}" of the field {field.id} {en}.',
            )


def constraint_value(place: Place) -> Iterator[Problem]:
    """A constraint's value can be read."""
    for field, say in _fields(place):
        for name, config in field.constraints.items():
            if name in CONSTRAINTS and not _readable(field, name, config.strip()):
                yield say(
                    "constraint_value",
                    f"字段 {field.id} 的约束 {name} 的值“{config}”读不懂。请改正。",
                    f'The value "{config}" of the constraint {name} of the field {field.id} '
                    "cannot be read. Correct it.",
                )


def empty_range(place: Place) -> Iterator[Problem]:
    """What is at least this is not at most less."""
    for field, say in _fields(place):
        for low, high in (("min", "max"), ("minlength", "maxlength")):
            least = _number(field, low)
            most = _number(field, high)
            if least is not None and most is not None and least > most:
                yield say(
                    "empty_range",
                    f"字段 {field.id} 的 {low} 大于 {high}，没有值能填。请改正。",
                    f"{low} of the field {field.id} is larger than {high}; nothing could be "
                    "filled in. Correct it.",
                )


def _number(field: FormField, name: str) -> Any:
    config = field.constraints.get(name, "").strip()
    if not config or not _readable(field, name, config) or "${" in config:
        return None
    return int(config) if name in _LENGTH else values.literal(field.type, config)


def shows_nothing(place: Place) -> Iterator[Problem]:
    """A field that can only be read shows what some other step has set."""
    known = place.world.variables.get(place.process.id)
    for field, say in _fields(place, place.warning):
        if known is None or field.default or not only_shows(field):
            continue
        if variable_of(field) not in known:
            yield say(
                "shows_nothing",
                f"只读字段 {field.id} 没有任何步骤写入，永远是空的。请改正编号，或写默认值。",
                f"The read-only field {field.id} is set by no step and stays empty. Correct its "
                "id, or give it a default.",
            )


def _readable(field: FormField, name: str, config: str) -> bool:
    if name in _SWITCH:
        return config in _ON_OFF
    if name in _LENGTH:
        return config.isascii() and config.isdigit()
    if name == "pattern":
        return bool(config) and _is_pattern(config)
    return "${" in config or (bool(config) and _is_literal(field.type, config))


def _is_pattern(config: str) -> bool:
    try:
        re.compile(config)
    except re.error:
        return False
    return True


def _is_literal(kind: str, written: str) -> bool:
    found = values.literal(kind, written)
    if kind == "date":
        return re.fullmatch(r"\d{4}-\d\d-\d\d", written, re.ASCII) is not None
    if kind == "datetime":
        return re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", written, re.ASCII) is not None
    return found is not None


def field_default(place: Place) -> Iterator[Problem]:
    """What a field starts with fits its type."""
    for field, say in _fields(place):
        if not field.default or "${" in field.default:
            continue
        ids = {choice.id for choice in field.choices}
        wrong = not _is_literal(field.type, field.default)
        if field.type == "enum" and ids:
            wrong = field.default not in ids
        if field.type == "checklist" and ids:
            wrong = not set(values.literal("checklist", field.default)) <= ids
        if wrong:
            yield say(
                "field_default",
                f"字段 {field.id} 的默认值“{field.default}”与类型 {field.type} 不符。请改正。",
                f'The default "{field.default}" of the field {field.id} does not fit its type '
                f"{field.type}. Correct it.",
            )


def field_property(place: Place) -> Iterator[Problem]:
    """A property that is known, on a type that it means something for."""
    for field, say in _fields(place):
        ids = {choice.id for choice in field.choices}
        for name, value in field.properties.items():
            match = _CHOICE_ENGLISH.fullmatch(name)
            if match is not None and match["id"] in ids:
                continue
            known = name in PROPERTIES and (
                field.type not in TYPES or field.type in PROPERTIES[name]
            )
            if name.startswith("rows"):
                known = known and "[]." in field.id and (name != "rows" or value == "fixed")
                if name in ("rows.min", "rows.max"):
                    known = known and value.strip().isascii() and value.strip().isdigit()
            if name in ("multiple", "buttons"):
                known = known and value in _ON_OFF
            if name == "buttons":
                # What no button chooses would have to be chosen in another way as well.
                known = known and "required" in field.constraints and "[]." not in field.id
            if not known:
                yield say(
                    "field_property",
                    f"字段 {field.id} 的属性“{name} = {value}”在这里没有作用。请改正或删除。",
                    f'The property "{name} = {value}" of the field {field.id} has no effect. '
                    "Correct or delete it.",
                )


def no_choices(place: Place) -> Iterator[Problem]:
    """There is something to choose from, and each choice has its own id."""
    for field, say in _fields(place):
        if field.type not in CHOOSING:
            if field.choices:
                yield say(
                    "choices_out_of_place",
                    f"字段 {field.id} 的类型是 {field.type}，不能有选项。请改成 enum 或 checklist。",
                    f"The field {field.id} of type {field.type} has choices. Make it an enum or "
                    "a checklist.",
                )
            continue
        ids = [choice.id for choice in field.choices]
        if not ids and not field.properties.get("options"):
            yield say(
                "no_choices",
                f"字段 {field.id} 没有选项。请加上选项，或者写属性 options。",
                f"The field {field.id} has nothing to choose from. Add values, or the property "
                "options.",
            )
        if "" in ids or len(set(ids)) < len(ids):
            yield say(
                "choice_id",
                f"字段 {field.id} 的选项编号有空的或重复的。请改正。",
                f"A choice of the field {field.id} has no id, or one that is used twice. "
                "Correct it.",
            )


def field_group(place: Place) -> Iterator[Problem]:
    """A field that offers the members of a group names one that exists."""
    for field, say in _fields(place):
        group = field.properties.get("group", "").strip()
        if group and "${" not in group and group not in place.world.groups:
            yield say(
                "field_group",
                f"字段 {field.id} 的组“{group}”不存在。请改正，或者先建立这个组。",
                f'There is no group "{group}" for the field {field.id}. Correct it, or make the '
                "group first.",
            )


def _fields(
    place: Place, report: Callable[..., Problem] | None = None
) -> Iterator[tuple[FormField, Callable[[str, str, str], Problem]]]:
    """Every field, and how to say what is wrong with it: at its element and on its line."""
    for element in place.elements():
        for field in element.fields:
            yield field, partial(report or place.error, at=element, line=field.line)


RULES = (
    form_out_of_place,
    field_id,
    duplicate_field,
    field_type,
    constraint_name,
    constraint_value,
    empty_range,
    shows_nothing,
    field_default,
    field_property,
    no_choices,
    field_group,
)
