"""Which variables a process has: everything that a form, mapping, message or call sets."""

from __future__ import annotations

from collections.abc import Mapping

from engine.diagrams import CallMapping, Element, FormField, Process

#: The variables of each process; None when they cannot be told.
Variables = Mapping[str, set[str] | None]


def set_by(element: Element) -> set[str]:
    """The variables that one element sets by itself."""
    found = asked_by(element)
    found |= {name for name, _ in (*element.input_parameters, *element.output_parameters)}
    found |= {mapping.target for mapping in element.call_out}
    found |= {element.properties.get("variable", "").strip(), element.code_variable}
    if element.multi_instance is not None:
        several = element.multi_instance
        found |= {several.element_variable, several.result_list, several.result_item}
    return found - {""}


def results_of(element: Element) -> set[str]:
    """The variables that an element changes when it is completed."""
    found = {variable_of(field) for field in element.fields if not only_shows(field)}
    found |= {name for name, _ in element.output_parameters}
    found |= targets(element.call_out) | {element.code_variable}
    found.add(element.properties.get("variable", "").strip())
    if element.multi_instance is not None:
        found = {element.multi_instance.result_list}
    return found - {""}


def asked_by(element: Element) -> set[str]:
    """The variables that a form asks for; what it only shows has been set elsewhere."""
    return {
        variable_of(field) for field in element.fields if not only_shows(field) or field.default
    }


def variable_of(field: FormField) -> str:
    """The variable that a field fills: its own, or that of its rows."""
    return field.id.partition("[")[0].partition(".")[0]


def only_shows(field: FormField) -> bool:
    """Whether a field cannot be answered, only read."""
    return field.constraints.get("readonly", "false") != "false"


def set_by_process(processes: Mapping[str, Process]) -> dict[str, set[str] | None]:
    """The variables of each process; None when they cannot be told.

    They cannot when a process is called by nobody that is known here, yet cannot be started by
    itself either: its caller may come later.
    """
    found = {
        process_id: {name for e in process.elements.values() for name in set_by(e)}
        for process_id, process in processes.items()
    }
    called = {e.called_element for p in processes.values() for e in p.elements.values()}
    changed = True
    while changed:
        changed = False
        for process in processes.values():
            for call in process.elements.values():
                if call.called_element in found:
                    changed |= _pass(found, process.id, call)
    return {
        name: found[name] if name in called or _starts_itself(process) else None
        for name, process in processes.items()
    }


def _pass(found: dict[str, set[str]], caller: str, call: Element) -> bool:
    """Hand names down into a called process and up out of it; tell whether any was new."""
    before = len(found[caller]), len(found[call.called_element])
    everything = not call.call_in and not call.call_out
    if everything or any(mapping.all_variables for mapping in call.call_in):
        found[call.called_element] |= found[caller]
    found[call.called_element] |= targets(call.call_in)
    if everything or any(mapping.all_variables for mapping in call.call_out):
        found[caller] |= found[call.called_element]
    return before != (len(found[caller]), len(found[call.called_element]))


def targets(mappings: tuple[CallMapping, ...]) -> set[str]:
    """The variables that mappings of a call activity write."""
    return {mapping.target for mapping in mappings if mapping.target}


def _starts_itself(process: Process) -> bool:
    """Whether a message starts a process, or a person of a lane does."""
    return any(
        element.event in ("message", "signal") or element.lane or element.fields
        for element in process.within(process.id)
        if element.kind == "startEvent"
    )


def set_inside(
    processes: Mapping[str, Process], process: Process, outer: Element
) -> tuple[set[str], bool]:
    """The variables that an activity, or what lies in it, sets, and whether all are known."""
    inside = {outer.id}
    found = set_by_parts(outer)
    for element in process.elements.values():
        if element.scope_id in inside:
            inside.add(element.id)
            found |= set_by(element)
    known = True
    for call in (process.elements[element_id] for element_id in inside):
        if _gives_all(call):
            known = known and call.called_element in processes
            found |= _set_below(processes, call.called_element, set())
    return found, known


def _gives_all(call: Element) -> bool:
    """Whether a call activity takes over all the variables of what it calls."""
    if not call.called_element:
        return False
    nothing_said = not call.call_in and not call.call_out
    return nothing_said or any(mapping.all_variables for mapping in call.call_out)


def _set_below(processes: Mapping[str, Process], process_id: str, seen: set[str]) -> set[str]:
    """What a called process sets by itself and by those that it calls in turn."""
    if process_id in seen or process_id not in processes:
        return set()
    seen.add(process_id)
    found: set[str] = set()
    for element in processes[process_id].elements.values():
        found |= set_by(element)
        if _gives_all(element):
            found |= _set_below(processes, element.called_element, seen)
    return found


def set_by_parts(element: Element) -> set[str]:
    """What an activity sets, leaving out what its own multi-instance takes away again."""
    names = asked_by(element)
    names |= {name for name, _ in (*element.input_parameters, *element.output_parameters)}
    return (names | targets(element.call_out) | {element.properties.get("variable", "")}) - {""}
