"""What would come next by the new drawing: each thing that waits is done once, on a copy."""

from __future__ import annotations

from typing import Any

from engine import errors, forms
from engine.diagrams import Element
from engine.expressions import Context
from engine.languages import Text
from engine.runtime import ContextOf, Obstacle, Program, Run, Waiting


def tried(
    old: tuple[Program, bytes], new: tuple[Program, bytes], context_of: ContextOf
) -> list[Obstacle]:
    """Do everything that waits in a moved case once; tell where it would stop.

    Where made-up answers stop the old drawing as well, they prove nothing.
    """
    found = []
    seen: set[tuple[str, str]] = set()
    for waiting in Run.restore(*new, context_of).waiting():
        place = (waiting.element.process_id, waiting.element.id)
        if place in seen:
            continue
        seen.add(place)
        failure = _failure(new, waiting, context_of)
        if failure is not None and not _stops_anyway(old, waiting, context_of):
            found.append(_told(waiting.element, failure))
    return found


def _failure(
    at: tuple[Program, bytes], waiting: Waiting, context_of: ContextOf
) -> errors.AgencyflowError | None:
    try:
        _do(Run.restore(*at, context_of), waiting, context_of(waiting.scope))
    except (errors.StepFailed, errors.ExpressionFailed) as failure:
        return failure
    except errors.InvalidAnswers:
        return None
    return None


def _stops_anyway(at: tuple[Program, bytes], waiting: Waiting, context_of: ContextOf) -> bool:
    for same in Run.restore(*at, context_of).waiting():
        if same.task_id == waiting.task_id and same.kind == waiting.kind:
            return _failure(at, same, context_of) is not None
    # A message that only the new drawing waits for: what it will bring is not known.
    return waiting.kind == "message"


def _do(run: Run, waiting: Waiting, context: Context) -> None:
    element = waiting.element
    if waiting.kind == "timer":
        run.fire(waiting.task_id, element_id=element.id)
    elif waiting.kind == "message":
        names = element.properties.get("fields", "").split(",")
        payload = {name.strip(): "" for name in names if name.strip()}
        run.deliver(waiting.task_id, payload, element_id=element.id)
    else:
        run.complete(waiting.task_id, _answers(element, waiting.data, context))


def _answers(element: Element, data: dict[str, Any], context: Context) -> dict[str, Any]:
    form = forms.form_of(element)
    if not form.items:
        return {}
    first = forms.initial(form, data, context)
    given = forms.example(form, first, data, context)
    return forms.check(form, given, data=data, context=context)


def _told(element: Element, failure: errors.AgencyflowError) -> Obstacle:
    reason = failure.text
    said = element.name or Text(element.id)
    return Obstacle(
        "would_stop",
        Text(
            f"做完“{said.to('zh')}”之后，案件会停住：{reason.zh}",
            f"After “{said.to('en')}” the case would stop: {reason.en}",
        ),
        element,
    )
