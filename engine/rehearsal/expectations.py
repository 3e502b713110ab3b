"""What the diagrams of one rehearsal expect of each other: variables, messages, what is handed over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from engine import forms
from engine.diagrams import CallMapping, Element, Process
from engine.forms import FieldItem, RowsItem
from engine.rehearsal.reading import Reader
from engine.rehearsal.shapes import Shape


class Expectations:
    """The shapes of all variables and messages of some processes, joined where they meet."""

    def __init__(self, processes: Mapping[str, Process]) -> None:
        self._processes = processes
        self._variables: dict[str, dict[str, Shape]] = defaultdict(dict)
        self._messages: dict[str, Shape] = {}
        #: Form fields by their id, for values of which nothing but the name is known.
        self.asked: dict[str, FieldItem] = {}
        self._set = {name: _set_by(process) for name, process in processes.items()}
        self._readers = {name: self._reader(name) for name in processes}
        for process in processes.values():
            self._read_process(process)
        self._link_calls()

    def variable(self, process_id: str, name: str) -> Shape:
        """Give the shape of a process' variable."""
        return self._variables[process_id].setdefault(name, Shape())

    def payload(self, element: Element) -> Shape:
        """Give the shape of the message that an element catches."""
        name = element.properties.get("variable", "").strip()
        if name:
            return self.variable(element.process_id, name)
        return self._messages.setdefault(element.message, Shape())

    def handed_over(self, process: Process) -> dict[str, Shape]:
        """Give the variables that a called process is given, as its callers say or as it needs."""
        callers = self._callers(process.id)
        if not callers and not self._is_only_called(process):
            return {}
        if callers:
            names = self._passed_on(process.id, set())
        else:
            names = self._needed(process.id, set()) - self._set[process.id]
        return {name: self.variable(process.id, name) for name in sorted(names) if name}

    def _callers(self, process_id: str) -> list[tuple[str, Element]]:
        return [
            (caller.id, call)
            for caller in self._processes.values()
            for call in caller.elements.values()
            if call.called_element == process_id
        ]

    def _passed_on(self, process_id: str, seen: set[str]) -> set[str]:
        """Name what the callers of a process give it, of all that it needs."""
        if process_id in seen:
            return set()
        seen.add(process_id)
        found: set[str] = set()
        for caller, call in self._callers(process_id):
            found |= {mapping.target for mapping in call.call_in}
            if _hands_all(call, call.call_in):
                known = self._set[caller] | self._passed_on(caller, seen)
                found |= known & self._needed(process_id, set())
        return found

    def _needed(self, process_id: str, seen: set[str]) -> set[str]:
        """Name what a process reads, also in what it calls with all its data."""
        if process_id in seen or process_id not in self._processes:
            return set()
        seen.add(process_id)
        found = set(self._readers[process_id].needed)
        for element in self._processes[process_id].elements.values():
            if not element.called_element:
                continue
            found |= {mapping.source for mapping in element.call_in if mapping.source}
            if _hands_all(element, element.call_in):
                found |= self._needed(element.called_element, seen)
        return found

    def _is_only_called(self, process: Process) -> bool:
        starts = [e for e in process.within(process.id) if e.kind == "startEvent"]
        return not any(e.event or e.lane or e.fields for e in starts)

    def _reader(self, process_id: str) -> Reader:
        known = self._set[process_id] | {
            mapping.target
            for caller in self._processes.values()
            for call in caller.elements.values()
            if call.called_element == process_id
            for mapping in call.call_in
        }
        return Reader(lambda name: self.variable(process_id, name), known.__contains__)

    def _read_process(self, process: Process) -> None:
        reader = self._readers[process.id]
        for flow in process.flows.values():
            if flow.condition.strip():
                reader.condition(flow.condition)
        for element in process.elements.values():
            for text in _texts(element):
                reader.text(text)
            for name, text in (*element.input_parameters, *element.output_parameters):
                self.variable(process.id, name).join(reader.text(text))
            if element.assignee:
                reader.text(element.assignee).known().is_person = True
            self._read_message(process, element, reader)
            self._read_several(process, element, reader)
            self._read_form(process, element, reader)

    def _read_message(self, process: Process, element: Element, reader: Reader) -> None:
        if not element.message:
            return
        key = element.properties.get("correlationKey", "")
        if key.strip():
            reader.expression(key).known().is_key = True
        sent = element.properties.get("payload", "")
        shape = self._messages.setdefault(element.message, Shape())
        if sent.strip():
            shape.join(reader.expression(sent))
        name = element.properties.get("variable", "").strip()
        if name:
            self.variable(process.id, name).join(shape)
            for expected in element.properties.get("fields", "").split(","):
                if expected.strip():
                    self.variable(process.id, name).key(expected.strip())

    def _read_several(self, process: Process, element: Element, reader: Reader) -> None:
        several = element.multi_instance
        if several is None:
            return
        if several.collection.strip():
            items = reader.expression(several.collection).items()
            if several.element_variable:
                self.variable(process.id, several.element_variable).join(items)
        if several.result_list and several.result_item:
            results = self.variable(process.id, several.result_list).items()
            results.join(self.variable(process.id, several.result_item))
        if several.completion_condition.strip():
            reader.condition(several.completion_condition)

    def _read_form(self, process: Process, element: Element, reader: Reader) -> None:
        for item in forms.form_of(element).items:
            shape = self.variable(process.id, item.id)
            if not isinstance(item, RowsItem):
                self._note(shape, item)
                continue
            for field in item.fields:
                self._note(shape.items().key(field.id), field)
        for drawn in element.fields:
            if drawn.properties.get("options", "").strip():
                reader.expression(drawn.properties["options"])
            if "[]." not in drawn.id and drawn.properties.get("showIf", "").strip():
                reader.condition(drawn.properties["showIf"])
            if "${" in drawn.default:
                self.variable(process.id, drawn.id).join(reader.text(drawn.default))

    def _note(self, shape: Shape, field: FieldItem) -> None:
        """Remember how people are asked for a value; a field that is only read says less."""
        known = shape.known()
        if known.asked is None or (known.asked.readonly and not field.readonly):
            known.asked = field
        if field.id not in self.asked or self.asked[field.id].readonly:
            self.asked[field.id] = field

    def _link_calls(self) -> None:
        """Join the variables of calls; what one call makes known, another may hand further."""
        calls = [
            (process, element)
            for process in self._processes.values()
            for element in process.elements.values()
            if element.called_element in self._processes
        ]
        for _ in calls:
            before = sum(map(len, self._variables.values()))
            for process, element in calls:
                self._read_call(process, element)
            if sum(map(len, self._variables.values())) == before:
                break

    def _read_call(self, caller: Process, call: Element) -> None:
        called = call.called_element
        self._hand(caller.id, called, call.call_in)
        self._hand(called, caller.id, call.call_out)
        if _hands_all(call, call.call_in) or _hands_all(call, call.call_out):
            for name in list(self._variables[called]):
                self.variable(caller.id, name).join(self.variable(called, name))

    def _hand(self, giver: str, taker: str, mappings: tuple[CallMapping, ...]) -> None:
        for mapping in mappings:
            if mapping.source_expression:
                shape = self._readers[giver].text(mapping.source_expression)
                if "${" not in mapping.source_expression:
                    shape = self._readers[giver].expression(mapping.source_expression)
            else:
                shape = self.variable(giver, mapping.source)
            if mapping.target:
                self.variable(taker, mapping.target).join(shape)


def _hands_all(call: Element, mappings: tuple[CallMapping, ...]) -> bool:
    """Tell whether a call hands over everything; so does one that says nothing at all."""
    nothing_said = not call.call_in and not call.call_out
    return nothing_said or any(mapping.all_variables for mapping in mappings)


def _texts(element: Element) -> Iterator[str]:
    yield from (*element.candidate_groups, element.due_date, element.follow_up_date)
    yield from (element.priority, element.properties.get("detail", ""))
    if element.timer is not None:
        yield element.timer.text


def _set_by(process: Process) -> set[str]:
    """Tell what a process sets by itself: answers, values, messages, results."""
    found: set[str] = set()
    for element in process.elements.values():
        for item in forms.form_of(element).items:
            if isinstance(item, RowsItem) or not item.readonly:
                found.add(item.id)
        found |= {name for name, _ in (*element.input_parameters, *element.output_parameters)}
        found |= {mapping.target for mapping in element.call_out}
        found.add(element.properties.get("variable", "").strip())
        if element.multi_instance is not None:
            several = element.multi_instance
            found |= {several.element_variable, several.result_list, several.result_item}
    return found - {""}
