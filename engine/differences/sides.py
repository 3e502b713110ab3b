"""One of the two drawings that are compared, and what its parts are called."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from engine.diagrams import Diagram, Element, Flow, Lane, Process
from engine.differences.records import Names
from engine.differences.words import quoted, same, sort_of
from engine.languages import Text


@dataclass(frozen=True)
class Side:
    """A drawing, by the ids of what is in it."""

    diagram: Diagram
    names: Names

    @cached_property
    def processes(self) -> dict[str, Process]:
        """The procedures of the file."""
        return {p.id: p for p in self.diagram.processes}

    @cached_property
    def elements(self) -> dict[str, Element]:
        """Every event, activity and gateway."""
        return {e.id: e for p in self.diagram.processes for e in p.elements.values()}

    @cached_property
    def flows(self) -> dict[str, Flow]:
        """Every way from one element to another."""
        return {f.id: f for p in self.diagram.processes for f in p.flows.values()}

    @cached_property
    def lanes(self) -> dict[str, Lane]:
        """Every lane."""
        return {lane.id: lane for p in self.diagram.processes for lane in p.lanes.values()}

    def name(self, element_id: str) -> Text:
        """Call an element by its label between quotation marks, or by what it stands behind."""
        element = self.elements.get(element_id)
        if element is None:
            known = self.processes.get(element_id)
            return quoted(known.name or same(element_id)) if known else quoted(same(element_id))
        if element.name:
            return quoted(element.name)
        sort = sort_of(element.kind, element.event)
        if element.attached_to in self.elements:
            host = self.name(element.attached_to)
            return Text(f"{host.to('zh')}上{sort.zh}", f"the {sort.en} on {host.to('en')}")
        before = self._named_before(element)
        if before is None:
            return Text(f"{sort.zh}", f"the {sort.en}")
        name = quoted(before.name)
        return Text(f"{name.to('zh')}之后的{sort.zh}", f"the {sort.en} after {name.to('en')}")

    def _named_before(self, element: Element) -> Element | None:
        todo, seen = deque([element]), {element.id}
        while todo:
            here = todo.popleft()
            if here.name:
                return here
            for flow_id in here.incoming:
                source = self.elements.get(self.flows[flow_id].source)
                if source is not None and source.id not in seen:
                    seen.add(source.id)
                    todo.append(source)
        return None

    def way(self, flow: Flow) -> Text:
        """Call a flow by its two ends."""
        source, target = self.name(flow.source), self.name(flow.target)
        return Text(
            f"{source.to('zh')} → {target.to('zh')}", f"{source.to('en')} → {target.to('en')}"
        )

    def lane(self, lane_id: str) -> Text:
        """Call a lane by its label, else by the group that it names."""
        if not lane_id:
            return Text()
        lane = self.lanes.get(lane_id)
        return (lane.name if lane else None) or self.names.groups.get(lane_id) or same(lane_id)

    @cached_property
    def ranks(self) -> dict[str, int]:
        """The order in which the work flows, from the starts on; an inner one follows its outer."""
        found: dict[str, int] = {}
        for process in self.diagram.processes:
            self._rank(process, process.id, found)
            for element_id in process.elements:
                found.setdefault(element_id, len(found))
        return found

    def _rank(self, process: Process, scope_id: str, found: dict[str, int]) -> None:
        inside = process.within(scope_id)
        hosts = [e for e in inside if not e.incoming and not e.attached_to]
        todo = deque(hosts or inside[:1])
        while todo:
            here = todo.popleft()
            if here.id in found:
                continue
            found[here.id] = len(found)
            self._rank(process, here.id, found)
            todo.extend(e for e in inside if e.attached_to == here.id)
            for flow_id in here.outgoing:
                target = process.elements.get(process.flows[flow_id].target)
                if target is not None:
                    todo.append(target)


#: Tells a field that differs: the element before and now, and the drawings they are in.
Teller = Callable[[Element, Element, Side, Side], Iterator[Text]]
