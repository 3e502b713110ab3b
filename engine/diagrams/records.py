"""What a diagram says, as frozen records. Words a person reads are `Text` in both languages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.languages import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTHING = Text()
#: Before a signal's name, where it is kept beside messages' names.
SIGNAL = "signal:"


@dataclass(frozen=True)
class Problem:
    """Something in a diagram that must (error) or should (warning) be changed."""

    severity: str
    code: str
    text: Text
    file: str = ""
    line: int = 0
    element_id: str = ""
    label: str = ""
    #: The code by which an owner may agree to the repair that this problem asks about.
    consent: str = ""

    @property
    def message(self) -> Text:
        """What is wrong and what to do, in both languages."""
        return self.text

    @property
    def is_error(self) -> bool:
        """An error keeps the diagram from being deployed; a warning does not."""
        return self.severity == "error"

    def to(self, language: str) -> str:
        """Give the whole line, place first, in `language`, as commands and programs are told it."""
        place = f"{self.file}:{self.line}"
        if self.element_id:
            named = f" ({self.label})" if self.label else ""
            place = f"{place}: {self.element_id}{named}"
        how = f" [--agree {self.consent}]" if self.consent and self.is_error else ""
        return f"{place}: {self.text.to(language)}{how}"

    def __str__(self) -> str:
        return self.to("en")


@dataclass(frozen=True)
class Extension:
    """An element of the `camunda:` dialect as it stands in the drawing, such as a listener."""

    name: str
    line: int
    attributes: Mapping[str, str] = field(default_factory=dict)
    parent: str = ""


@dataclass(frozen=True)
class Choice:
    """One value that an enum or a checklist offers."""

    id: str
    name: Text


@dataclass(frozen=True)
class FormField:
    """One field of a form, as drawn; `engine.forms` gives it its behaviour."""

    id: str
    type: str
    label: Text = NOTHING
    help: Text = NOTHING
    default: str = ""
    choices: tuple[Choice, ...] = ()
    constraints: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True)
class TimerDefinition:
    """When a timer fires: `kind` is timeDuration, timeDate or timeCycle, `text` as drawn."""

    kind: str
    text: str


@dataclass(frozen=True)
class CallMapping:
    """One `camunda:in` or `camunda:out`: a variable or an expression goes to `target`."""

    source: str = ""
    source_expression: str = ""
    target: str = ""
    all_variables: bool = False
    business_key: str = ""
    line: int = 0


@dataclass(frozen=True)
class MultiInstance:
    """An activity that runs once for each item of a list."""

    sequential: bool
    collection: str = ""
    element_variable: str = ""
    result_list: str = ""
    result_item: str = ""
    completion_condition: str = ""
    cardinality: str = ""


@dataclass(frozen=True)
class Flow:
    """A sequence flow. `has_condition` is true even when the condition drawn is empty."""

    id: str
    source: str
    target: str
    name: Text = NOTHING
    condition: str = ""
    has_condition: bool = False
    condition_language: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    scope_id: str = ""
    line: int = 0


@dataclass(frozen=True)
class Lane:
    """A lane; its id names the group of people who do the work in it."""

    id: str
    name: Text = NOTHING
    properties: Mapping[str, str] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True)
class Element:
    """A flow node: an event, an activity or a gateway; `kind` is its BPMN tag.

    `scope_id` is the sub-process that it lies in, else the process. `lane` is the innermost
    lane, inherited from the sub-process or from the activity that a boundary event sits on.
    `code` is what an event is matched by: a link's or signal's name, an error's or escalation's
    code, "" for any; `code_variable` takes the code that was caught.
    `attributes` holds the rest as drawn: BPMN's by their name, Camunda's as `camunda:name`;
    `parts` the BPMN tags directly inside it.
    """

    id: str
    kind: str
    process_id: str
    scope_id: str
    name: Text = NOTHING
    help: Text = NOTHING
    lane: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[FormField, ...] = ()
    assignee: str = ""
    candidate_groups: tuple[str, ...] = ()
    candidate_users: tuple[str, ...] = ()
    due_date: str = ""
    follow_up_date: str = ""
    priority: str = ""
    message: str = ""
    event: str = ""
    code: str = ""
    code_variable: str = ""
    timer: TimerDefinition | None = None
    attached_to: str = ""
    interrupting: bool = True
    called_element: str = ""
    call_in: tuple[CallMapping, ...] = ()
    call_out: tuple[CallMapping, ...] = ()
    input_parameters: tuple[tuple[str, str], ...] = ()
    output_parameters: tuple[tuple[str, str], ...] = ()
    multi_instance: MultiInstance | None = None
    standard_loop: bool = False
    triggered_by_event: bool = False
    default: str = ""
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    topic: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    extensions: tuple[Extension, ...] = ()
    parts: tuple[str, ...] = ()
    line: int = 0

    @property
    def optional(self) -> bool:
        """The task may be left open; it never blocks the case by itself."""
        return self.properties.get("optional") == "true"

    @property
    def label(self) -> str:
        """What to call the element in a sentence: its name, else its id."""
        return self.name.zh or self.name.en or self.id


@dataclass(frozen=True)
class Process:
    """One process of a file, with everything in it, sub-processes' contents included."""

    id: str
    name: Text = NOTHING
    help: Text = NOTHING
    executable: bool = False
    line: int = 0
    properties: Mapping[str, str] = field(default_factory=dict)
    elements: Mapping[str, Element] = field(default_factory=dict)
    flows: Mapping[str, Flow] = field(default_factory=dict)
    lanes: Mapping[str, Lane] = field(default_factory=dict)
    version_tag: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    extensions: tuple[Extension, ...] = ()
    parts: tuple[str, ...] = ()

    def within(self, scope_id: str) -> list[Element]:
        """The elements that lie directly in a sub-process or, by its own id, in the process."""
        return [element for element in self.elements.values() if element.scope_id == scope_id]

    def link_from(self, element: Element) -> Element | None:
        """The link event at which a throwing one goes on."""
        if element.event != "link" or element.kind != "intermediateThrowEvent":
            return None
        return next(
            (
                other
                for other in self.within(element.scope_id)
                if other.event == "link"
                and other.code == element.code
                and other.kind == "intermediateCatchEvent"
            ),
            None,
        )

    def outgoing(self, element: Element) -> list[Flow]:
        """The flows that leave an element, in the order in which they are drawn."""
        return [self.flows[flow_id] for flow_id in element.outgoing]

    def incoming(self, element: Element) -> list[Flow]:
        """The flows that enter an element, in the order in which they are drawn."""
        return [self.flows[flow_id] for flow_id in element.incoming]


@dataclass(frozen=True)
class Diagram:
    """One file. `problems` are those that only the XML shows, such as an id used twice.

    `foreign` gives the extension namespaces of other tools with the first line of each.
    """

    file: str
    processes: tuple[Process, ...] = ()
    messages: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    foreign: Mapping[str, int] = field(default_factory=dict)
