"""Small drawings for the rules: XML of an element, and flows written as `a>b`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from engine import rules
from engine.diagrams import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.diagrams import Problem, Process

GROUPS = frozenset({"staff", "heads"})
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="house">\n'
)
START = '<bpmn:startEvent id="begin"/>'
END = '<bpmn:endEvent id="done"/>'
MESSAGES = (
    '<bpmn:message id="message_asked" name="asked"/>\n'
    '<bpmn:message id="message_stopped" name="stopped"/>\n'
    '<bpmn:message id="message_unnamed"/>\n'
    '<bpmn:signal id="signal_rung" name="rung"/><bpmn:signal id="signal_unnamed"/>\n'
    '<bpmn:signal id="signal_worked_out" name="${bell}"/>\n'
    '<bpmn:error id="error_broken" name="Broken" errorCode="broken"/>\n'
    '<bpmn:error id="error_other" errorCode="other"/>\n'
    '<bpmn:error id="error_worked_out" errorCode="${code}"/>\n'
    '<bpmn:escalation id="escalation_late" escalationCode="late"/>\n'
)


def element(
    kind: str,
    element_id: str,
    *inside: str,
    properties: Mapping[str, str] | None = None,
    **said: str,
) -> str:
    """Draw an element; `camunda_x` becomes `camunda:x`, `properties` its extension."""
    attributes = "".join(
        f" {name.replace('camunda_', 'camunda:')}={quoteattr(value)}"
        for name, value in said.items()
    )
    extended = [part for part in inside if part.startswith("<camunda:")]
    if properties:
        extended.append(_properties(properties))
    parts = [part for part in inside if not part.startswith("<camunda:")]
    if extended:
        parts.insert(0, f"<bpmn:extensionElements>{''.join(extended)}</bpmn:extensionElements>")
    return f'<bpmn:{kind} id="{element_id}"{attributes}>{"".join(parts)}</bpmn:{kind}>'


def task(
    element_id: str = "work", *inside: str, properties: Mapping[str, str] | None = None, **said: str
) -> str:
    """Draw a user task of the staff."""
    said.setdefault("camunda_candidateGroups", "staff")
    said.setdefault("name", "做事")
    help_text = "<bpmn:documentation>说明</bpmn:documentation>"
    english = {"name.en": "Do it", "documentation.en": "Help"}
    return element(
        "userTask",
        element_id,
        help_text,
        *inside,
        properties={**english, **(properties or {})},
        **said,
    )


def form(*fields: str) -> str:
    """Draw a form of `field`s."""
    return f"<camunda:formData>{''.join(fields)}</camunda:formData>"


def field(
    field_id: str = "answer",
    kind: str = "string",
    *,
    default: str = "",
    choices: tuple[str, ...] = (),
    properties: Mapping[str, str] | None = None,
    **constraints: str,
) -> str:
    """Draw a form field with its constraints."""
    values = "".join(f'<camunda:value id="{choice}" name="1"/>' for choice in choices)
    limits = "".join(
        f"<camunda:constraint name={quoteattr(name)} config={quoteattr(config)}/>"
        for name, config in constraints.items()
    )
    said = f" defaultValue={quoteattr(default)}" if default else ""
    given = "".join(
        f"<camunda:property id={quoteattr(name)} value={quoteattr(value)}/>"
        for name, value in (properties or {}).items()
    )
    return (
        f'<camunda:formField id="{field_id}" type="{kind}" label="1"{said}>'
        f"<camunda:properties>{given}</camunda:properties>"
        f"<camunda:validation>{limits}</camunda:validation>{values}</camunda:formField>"
    )


def mapping(**values: str) -> str:
    """Draw output parameters."""
    parameters = "".join(
        f'<camunda:outputParameter name="{name}">{value}</camunda:outputParameter>'
        for name, value in values.items()
    )
    return f"<camunda:inputOutput>{parameters}</camunda:inputOutput>"


def event(kind: str, **said: str) -> str:
    """Draw an event's definition; a message is `asked`, an error `broken`, ... unless given."""
    given = {
        "message": ("messageRef", "message_asked"),
        "signal": ("signalRef", "signal_rung"),
        "error": ("errorRef", "error_broken"),
        "escalation": ("escalationRef", "escalation_late"),
        "link": ("name", "onward"),
    }
    if kind in given:
        said.setdefault(*given[kind])
    attributes = "".join(f' {name}="{value}"' for name, value in said.items())
    return f"<bpmn:{kind}EventDefinition{attributes}/>"


def timer(text: str, kind: str = "timeDuration") -> str:
    """Draw a timer's definition."""
    return (
        f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"
    )


def caught(element_id: str = "wait", *, key: str = "case.number", **said: str) -> str:
    """Draw a catching message event with its key."""
    return element(
        "intermediateCatchEvent",
        element_id,
        event("message"),
        properties={"correlationKey": key},
        **said,
    )


def several(collection: str = "rows", item: str = "one") -> str:
    """Draw the mark of an activity that runs once for each item."""
    return (
        f'<bpmn:multiInstanceLoopCharacteristics camunda:collection="{collection}" '
        f'camunda:elementVariable="{item}"/>'
    )


def flows(text: str, conditions: Mapping[str, str] | None = None) -> str:
    """Draw flows from `a>b b>c`; the flow `a>b` has the id `a_to_b`."""
    drawn = []
    for pair in text.split():
        source, _, target = pair.partition(">")
        condition = (conditions or {}).get(pair)
        inside = (
            f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition}'
            "</bpmn:conditionExpression>"
            if condition is not None
            else ""
        )
        drawn.append(
            f'<bpmn:sequenceFlow id="{source}_to_{target}" sourceRef="{source}" '
            f'targetRef="{target}">{inside}</bpmn:sequenceFlow>'
        )
    return "\n".join(drawn)


def process(
    *parts: str,
    process_id: str = "sample",
    executable: str = "true",
    properties: Mapping[str, str] | None = None,
) -> str:
    """Draw a process with these parts in it."""
    given = {"name.en": "Sample", **(properties or {})}
    return (
        f'<bpmn:process id="{process_id}" name="样例" isExecutable="{executable}">'
        f"<bpmn:extensionElements>{_properties(given)}</bpmn:extensionElements>\n"
        + "\n".join(parts)
        + "\n</bpmn:process>\n"
    )


def one_step(*parts: str, between: str = "work", **said: str) -> str:
    """Draw begin, one step, done; `parts` hold the step and whatever belongs to it."""
    return process(START, *parts, END, flows(f"begin>{between} {between}>done"), **said)  # type: ignore[arg-type]


def file_of(*processes: str) -> bytes:
    """Put processes into a file with a few messages."""
    return (HEAD + MESSAGES + "".join(processes) + "</bpmn:definitions>").encode()


def problems(
    *files: str | bytes, known: Mapping[str, Process] | None = None, name: str = "sample.bpmn"
) -> list[Problem]:
    """Check files that are deployed together."""
    drawn = [
        read(
            one if isinstance(one, bytes) else file_of(one),
            file=name if position == 0 else f"other_{position}.bpmn",
        )
        for position, one in enumerate(files)
    ]
    return rules.check(drawn, groups=GROUPS, known=known)


def codes(*files: str | bytes) -> set[str]:
    """The codes of what is found in files that are deployed together."""
    return {problem.code for problem in problems(*files)}


def _properties(properties: Mapping[str, str]) -> str:
    given = "".join(
        f"<camunda:property name={quoteattr(name)} value={quoteattr(value)}/>"
        for name, value in properties.items()
    )
    return f"<camunda:properties>{given}</camunda:properties>"
