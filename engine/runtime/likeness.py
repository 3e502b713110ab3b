"""Whether a task of one drawing can go on as a task of another: what kind of element it is."""

from __future__ import annotations

from typing import Any

from engine.languages import Text
from engine.runtime.activities import CallNode, MultiInstanceNode
from engine.runtime.specs import OutsideTask


def difference(old: Any, before: Any, new: Any, there: Any) -> Text | None:
    """Say what keeps a task from going on as one of the other drawing, if anything.

    `old` and `new` are the scopes' specs, in which `before` and `there` stand.
    """
    named = (before.element.name or Text(before.element.id)) if before.element else Text()
    zh, en = named.to("zh"), named.to("en")
    if isinstance(before, MultiInstanceNode) != isinstance(there, MultiInstanceNode):
        return Text(
            f"“{zh}”是否对列表逐项执行，在新图里变了。",
            f"Whether “{en}” is done once per item of a list has changed.",
        )
    if isinstance(before, MultiInstanceNode):
        inner = old.task_specs[before.task_spec], new.task_specs[there.task_spec]
        return _of_loops(before, there, named) or difference(old, inner[0], new, inner[1])
    if type(before) is not type(there) or _by_whom(before) != _by_whom(there):
        return Text(f"“{zh}”在新图里成了另一种元素。", f"“{en}” is another kind of element now.")
    if isinstance(before, CallNode) and before.spec != there.spec:
        return Text(f"“{zh}”现在调用另一张流程图。", f"“{en}” calls another procedure now.")
    return None


def _of_loops(before: MultiInstanceNode, there: MultiInstanceNode, named: Text) -> Text | None:
    zh, en = named.to("zh"), named.to("en")
    one, other = before.loop, there.loop
    if one.sequential != other.sequential:
        return Text(
            f"“{zh}”是同时进行还是逐项进行，在新图里变了。",
            f"Whether “{en}” is done at once or one after the other has changed.",
        )
    if one.element_variable != other.element_variable:
        return Text(
            f"“{zh}”里每一项的变量名变了。",
            f"The variable that holds the item of “{en}” has another name.",
        )
    lists = (one.collection, one.cardinality), (other.collection, other.cardinality)
    if one.sequential and lists[0] != lists[1]:
        return Text(
            f"“{zh}”逐项进行到一半，而它的列表换了。",
            f"“{en}” is in the middle of its list, which is another one now.",
        )
    return None


def _by_whom(spec: Any) -> str:
    """Who completes a task without a form: a worker or a person."""
    if not isinstance(spec, OutsideTask) or spec.element is None:
        return ""
    return "worker" if spec.element.kind in ("serviceTask", "sendTask") else "person"
