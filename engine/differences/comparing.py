"""Two drawings, compared element by element."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from engine import diagrams
from engine.diagrams import Element, Flow, Lane, Process
from engine.differences import elements, facts, flows, forms, layout, properties
from engine.differences.elements import changed_fields
from engine.differences.facts import Thing
from engine.differences.records import (
    ADDED,
    CHANGED,
    MOVED,
    REMOVED,
    Comparison,
    Difference,
    Names,
)
from engine.differences.sides import Side
from engine.differences.words import as_new, quoted, same, sort_of, told
from engine.languages import Text

#: Fields of a process and of a lane that are told here; the rest is told on its own.
OF_PROCESSES = frozenset({"name", "help", "executable", "properties", "version_tag"})
OF_LANES = frozenset({"name", "properties"})
#: What is drawn apart from the flow of work comes after it.
_LAST = 1_000_000.0


def compare(old: bytes, new: bytes, *, names: Names | None = None) -> Comparison:
    """Tell everything that differs between two drawings, down to where things stand.

    Raises DiagramRefused when one of them cannot be read.
    """
    return _Comparing(old, new, names or Names()).comparison()


class _Comparing:
    """The two drawings side by side, while they are compared."""

    def __init__(self, old: bytes, new: bytes, names: Names) -> None:
        self.was = Side(diagrams.read(old), names)
        self.now = Side(diagrams.read(new), names)
        self.old_things = facts.things_of(old)
        self.new_things = facts.things_of(new)
        self.old_shapes = layout.shapes_of(old)
        self.new_shapes = layout.shapes_of(new)
        self.renamed = _same_ways(self.was, self.now)
        self.before = {new: old for old, new in self.renamed.items()}

    def comparison(self) -> Comparison:
        """Put everything that differs into order."""
        found = {d.element_id: d for d in self._told() if d.sentences}
        shown = [d for d in self._drawn() if d.element_id not in found]
        return Comparison(tuple(sorted([*found.values(), *shown], key=self._rank)))

    def _rank(self, difference: Difference) -> tuple[bool, float]:
        moved = difference.kind == MOVED
        id_ = difference.element_id
        if id_ in self.now.processes or id_ in self.was.processes:
            return moved, -2.0
        if id_ in self.now.lanes or id_ in self.was.lanes:
            return moved, -1.0
        flow = self.now.flows.get(id_) or self.was.flows.get(id_)
        if flow is not None:
            return moved, self._rank_of(flow.source) + 0.5
        return moved, self._rank_of(id_)

    def _rank_of(self, element_id: str) -> float:
        if element_id in self.now.ranks:
            return float(self.now.ranks[element_id])
        element = self.was.elements.get(element_id)
        if element is None:
            return _LAST
        # What is gone stands where its neighbour is.
        for flow_id in element.incoming:
            rank = self.now.ranks.get(self.was.flows[flow_id].source)
            if rank is not None:
                return rank + 0.25
        return _LAST / 2

    def _told(self) -> Iterator[Difference]:
        for id_ in dict.fromkeys([*self.old_things, *self.new_things]):
            if id_ in self.before:
                continue
            old = self.old_things.get(id_)
            new = self.new_things.get(self.renamed.get(id_, id_))
            if old is None and new is not None:
                yield from self._alone(new, self.now, ADDED)
            elif new is None and old is not None:
                yield from self._alone(old, self.was, REMOVED)
            elif old is not None and new is not None:
                yield self._difference(new.id, CHANGED, self.now, new, self._changes(old, new))

    def _difference(
        self, id_: str, kind: str, side: Side, thing: Thing, sentences: Iterable[Text]
    ) -> Difference:
        element = side.elements.get(id_)
        if element is not None:
            return Difference(
                id_, kind, sort_of(element.kind, element.event), side.name(id_), tuple(sentences)
            )
        flow = side.flows.get(id_)
        name = side.way(flow) if flow else quoted(self._name(thing, side))
        return Difference(id_, kind, sort_of(thing.kind), name, tuple(sentences))

    def _name(self, thing: Thing, side: Side) -> Text:
        if thing.id in side.processes:
            return side.processes[thing.id].name or same(thing.id)
        return side.lane(thing.id) if thing.id in side.lanes else thing.name or same(thing.id)

    def _changes(self, old: Thing, new: Thing) -> Iterator[Text]:
        """Tell what differs in the records, then what else differs in the XML."""
        changed: set[str] = set()
        sentences: list[Text] = []
        for before, after in self._records(old.id, new.id):
            changed |= changed_fields(before, after)
            sentences += self._record(before, after)
        yield from sentences
        yield from facts.untold(old, new, changed)

    def _records(self, old_id: str, new_id: str) -> Iterator[tuple[object, object]]:
        for kind in ("processes", "lanes", "elements", "flows"):
            before, after = getattr(self.was, kind), getattr(self.now, kind)
            if old_id in before and new_id in after:
                yield before[old_id], after[new_id]

    def _record(self, before: object, after: object) -> Iterator[Text]:
        if isinstance(before, Element) and isinstance(after, Element):
            yield from elements.changes(before, after, self.was, self.now)
        elif isinstance(before, Flow) and isinstance(after, Flow):
            yield from flows.changes(before, after, self.was, self.now)
        elif isinstance(before, Process | Lane) and isinstance(after, Process | Lane):
            yield from _named(before, after)

    def _alone(self, thing: Thing, side: Side, kind: str) -> Iterator[Difference]:
        """Tell what only one of the drawings has."""
        other = self.was if kind == ADDED else self.now
        flow = side.flows.get(thing.id)
        if flow is not None:
            # The way to or from a new element is told there.
            if flow.source in other.elements and flow.target in other.elements:
                said = flows.stated(flow)
                yield self._difference(thing.id, kind, side, thing, [_way(kind, said)])
            return
        yield self._difference(thing.id, kind, side, thing, self._alone_said(thing, side, kind))

    def _alone_said(self, thing: Thing, side: Side, kind: str) -> Iterator[Text]:
        element = side.elements.get(thing.id)
        if element is None:
            yield Text("新增", "New") if kind == ADDED else Text("删除", "Removed")
            return
        before = replace(elements.blank(element), name=element.name, process_id=element.process_id)
        said = [as_new(s) for s in elements.changes(before, element, side, side)]
        if kind == REMOVED:
            yield Text("删除", "Removed")
            yield from flows.place(thing.id, side, gone=True)
            return
        yield from flows.place(thing.id, side)
        if element.scope_id in side.elements:
            inside = side.name(element.scope_id)
            yield Text(f"位于{inside.to('zh')}之中", f"Lies in {inside.to('en')}")
        yield from said
        if not (element.incoming or element.outgoing or said):
            yield Text("新增", "New")

    def _drawn(self) -> Iterator[Difference]:
        """Tell what only the drawing shows, of everything that both drawings have."""
        for id_, new in self.new_things.items():
            old_id = self.before.get(id_, id_)
            if old_id not in self.old_things or self._follows(id_):
                continue
            old_shape, new_shape = self.old_shapes.get(old_id), self.new_shapes.get(id_)
            said = list(layout.changes(old_shape, new_shape))
            if said:
                yield self._difference(id_, MOVED, self.now, new, said)

    def _follows(self, id_: str) -> bool:
        """Tell whether a line is drawn differently because one of its ends is elsewhere."""
        flow = self.now.flows.get(id_)
        return flow is not None and any(
            self.old_shapes.get(end) != self.new_shapes.get(end)
            for end in (flow.source, flow.target)
        )


def _way(kind: str, said: Text) -> Text:
    if kind == ADDED:
        return Text(f"新增的走向{said.zh}", f"New way{said.en}")
    return Text(f"删除的走向{said.zh}", f"This way is gone{said.en}")


def _named(before: Process | Lane, after: Process | Lane) -> Iterator[Text]:
    """Tell what differs about a process or a lane itself."""
    yield from forms.in_both(Text("名称", "Label"), before.name, after.name)
    said = {"name.en"} if before.name.en != after.name.en else set()
    if isinstance(before, Process) and isinstance(after, Process):
        yield from forms.in_both(Text("说明", "Help"), before.help, after.help)
        said |= {"documentation.en"} if before.help.en != after.help.en else set()
        if before.executable != after.executable:
            yield (
                Text("现在标为可执行", "Is marked as executable now")
                if after.executable
                else Text("不再标为可执行", "Is not marked as executable any more")
            )
        if before.version_tag != after.version_tag:
            about = Text("版本标记", "Version tag")
            yield told(about, same(before.version_tag), same(after.version_tag))
    yield from properties.changes(before.properties, after.properties, said=frozenset(said))


def _same_ways(was: Side, now: Side) -> dict[str, str]:
    """Pair flows that a tool gave another id: the same ends, and no other way between them."""
    gone = _by_ends(was, now)
    come = _by_ends(now, was)
    return {
        ids[0]: come[ends][0]
        for ends, ids in gone.items()
        if len(ids) == 1 and len(come.get(ends, [])) == 1
    }


def _by_ends(side: Side, other: Side) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for flow in side.flows.values():
        if flow.id not in other.flows:
            found.setdefault((flow.source, flow.target), []).append(flow.id)
    return found
