"""Activities that run once for each item of a list."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagrams import Element, Problem
from engine.rules.names import set_by, set_inside
from engine.rules.place import Place


def without_collection(place: Place) -> Iterator[Problem]:
    """It is told which list it runs over and what one item is called."""
    for element in _several(place):
        several = element.multi_instance
        if several is None or (several.collection and several.element_variable):
            continue
        yield place.error(
            "without_collection",
            "多实例没有列表。请写上 camunda:collection（列表）和 camunda:elementVariable（其中一项的名称）。",
            "The multi-instance has no list. Give camunda:collection (the list) and "
            "camunda:elementVariable (what one item is called).",
            element,
        )


def without_results(place: Place) -> Iterator[Problem]:
    """Without a list for the results they would be mixed, or lost."""
    for element in _several(place):
        several = element.multi_instance
        if several is not None and not (several.result_list and several.result_item):
            yield place.error(
                "without_results",
                "多实例没有结果列表，结果会混在一起。请加扩展属性 resultList 和 resultItem。",
                "The multi-instance has no list for its results, which would be mixed. Add the "
                "extension properties resultList and resultItem.",
                element,
            )


def result_never_set(place: Place) -> Iterator[Problem]:
    """Something inside gives the result of one run."""
    for element in _several(place):
        several = element.multi_instance
        if several is None or several.result_item in ("", several.element_variable):
            continue
        inside, known = set_inside(place.world.processes, place.process, element)
        if known and several.result_item not in inside:
            yield place.error(
                "result_never_set",
                f"里面没有任何表单、映射或消息写入 {several.result_item}。请写入它，或者修改 resultItem。",
                f"No form, mapping or message inside sets {several.result_item}. Set it, or "
                "change resultItem.",
                element,
            )


def item_hides_variable(place: Place) -> Iterator[Problem]:
    """The item's variable goes when the run ends, and takes another of its name with it."""
    for element in _several(place):
        several = element.multi_instance
        if several is None:
            continue
        outside = {
            name
            for other in place.elements()
            if other.id != element.id
            and not _lies_in(place, other, element)
            and other.multi_instance is None
            for name in set_by(other)
        }
        for name in {several.element_variable, several.result_item} - {""}:
            if name in outside:
                yield place.error(
                    "item_hides_variable",
                    f"{name} 也是流程里另一个变量的名称，会被多实例清掉。请换一个名称。",
                    f"{name} is also the name of another variable of the case, which the "
                    "multi-instance would take away. Choose another name.",
                    element,
                )
        if several.result_list and several.result_list == several.element_variable:
            yield place.error(
                "item_hides_variable",
                "resultList 不能与 elementVariable 同名。请换一个名称。",
                "resultList cannot have the name of elementVariable. Choose another name.",
                element,
            )


def _lies_in(place: Place, element: Element, outer: Element) -> bool:
    scope = place.process.elements.get(element.scope_id)
    while scope is not None:
        if scope.id == outer.id:
            return True
        scope = place.process.elements.get(scope.scope_id)
    return element.attached_to == outer.id


def _several(place: Place) -> Iterator[Element]:
    return (element for element in place.elements() if element.multi_instance is not None)


RULES = (without_collection, without_results, result_never_set, item_hides_variable)
