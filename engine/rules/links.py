"""Links: a flow that was cut in two, so that each throwing one has one place to go to."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagrams import Problem
from engine.rules.place import Place


def link_alone(place: Place) -> Iterator[Problem]:
    """Where a link leads to, or where it comes from, is on the same plane, once."""
    for _, members in place.scopes():
        links = [element for element in members if element.event == "link" and element.code]
        for element in links:
            named = [other for other in links if other.code == element.code]
            catching = [other for other in named if other.kind == "intermediateCatchEvent"]
            if element.kind == "intermediateThrowEvent" and not catching:
                yield place.error(
                    "link_alone",
                    f"没有名为“{element.code}”的链接捕获事件，到这里就断了。请在同一层画一个，或者直接连线。",
                    f'No link of the name "{element.code}" is caught on this plane, so the path '
                    "breaks off here. Draw the catching one, or the flow itself.",
                    element,
                )
            elif element in catching[1:]:
                yield place.error(
                    "link_twice",
                    f"链接“{element.code}”在 {catching[0].id} 已经捕获。请只保留一个，或者换一个名称。",
                    f'The link "{element.code}" is caught at {catching[0].id} already. Keep one, '
                    "or choose another name.",
                    element,
                )
            elif element in catching and len(named) == len(catching):
                yield place.error(
                    "link_alone",
                    f"没有名为“{element.code}”的链接抛出事件，永远到不了这里。请画一个，或者删除它。",
                    f'No link of the name "{element.code}" is thrown on this plane, so this is '
                    "never reached. Draw the throwing one, or delete this.",
                    element,
                )


def link_with_flow(place: Place) -> Iterator[Problem]:
    """What stands for a flow has none of its own on that side."""
    for element in place.elements("intermediateThrowEvent", "intermediateCatchEvent"):
        if element.event != "link":
            continue
        throws = element.kind == "intermediateThrowEvent"
        if element.outgoing if throws else element.incoming:
            yield place.error(
                "link_with_flow",
                "抛出的链接后面、捕获的链接前面不能有连线。请删除这条连线。",
                "No flow leaves a throwing link or enters a catching one. Delete the flow.",
                element,
            )


RULES = (link_alone, link_with_flow)
