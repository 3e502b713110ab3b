"""Rehearse a drawing in memory: nothing is stored, nobody is bothered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from engine import diagrams, errors, forms, runtime
from engine.expressions import Context
from engine.forms import Pool
from engine.languages import Text
from engine.runtime import Run, Waiting

_OUT_OF_STEPS = Text("步数用完时仍未结束。", "It had not ended when the steps were used up.")
_NOTHING_WAITS = Text(
    "流程没有结束，但也没有任何事情在等待。", "It has not ended, and nothing is waited for."
)


@dataclass
class Rehearsal:
    """What came of a rehearsal; `reached` are element ids in the order they were reached."""

    ended: bool = False
    reached: list[str] = field(default_factory=list)
    #: The element at which it stopped, when it did not end.
    stopped_at: str = ""
    reason: Text = field(default_factory=Text)


def rehearse(
    xml: bytes,
    *,
    answers: Mapping[str, Mapping[str, Any]] | None = None,
    steps: int = 200,
    random: Random | None = None,
    called: Sequence[bytes] = (),
) -> Rehearsal:
    """Run a drawing step by step and tell how far it came.

    `answers` gives what to answer at an element, by its id; the rest is made up, with `random`
    each time differently. Messages come when they are waited for, timers go off at once.
    `called` are the drawings that this one calls. Raises DiagramRefused.
    """
    drawn = diagrams.read(xml)
    process = next((p for p in drawn.processes if p.executable), None)
    if process is None:
        return Rehearsal(reason=Text("没有可执行的流程。", "There is no executable process."))
    program = runtime.compile(process.id, [xml, *called])
    rehearsal = Rehearsal()
    pool = Pool(random=random)
    try:
        run = _begun(program, answers or {}, pool)
        _note(rehearsal, run)
        for _ in range(steps):
            waiting = run.waiting()
            if run.ended or not waiting:
                break
            one = random.choice(waiting) if random is not None else waiting[0]
            rehearsal.stopped_at = one.element.id
            _do(run, one, answers or {}, pool)
            _note(rehearsal, run)
    except errors.StepFailed as failure:
        rehearsal.stopped_at = str(failure.details.get("element_id", rehearsal.stopped_at))
        rehearsal.reason = failure.text
        return rehearsal
    except errors.InvalidAnswers as invalid:
        said = invalid.errors.values()
        rehearsal.reason = Text("；".join(t.zh for t in said), "; ".join(t.en for t in said))
        return rehearsal
    rehearsal.ended = run.ended
    if run.ended:
        rehearsal.stopped_at = ""
    else:
        rehearsal.reason = _OUT_OF_STEPS if run.waiting() else _NOTHING_WAITS
    return rehearsal


def _context(_scope: str = "") -> Context:
    case = {"number": "0000-0001", "title": "", "starter": "somebody"}
    return Context(
        case=case, functions={"completed_by": lambda _id: "somebody", "person_name": str}
    )


def _begun(program: runtime.Program, answers: Mapping[str, Mapping[str, Any]], pool: Pool) -> Run:
    """Start by hand where that can be done, else by the first message that starts it."""
    by_hand = [e for e in program.start_events if not e.event]
    if by_hand or not program.start_events:
        element = by_hand[0] if by_hand else None
        data = _answered(element, {}, answers, pool) if element is not None else {}
        return Run.start(program, data=data, context_of=_context)
    element = program.start_events[0]
    payload = dict(answers.get(element.id) or _payload(element))
    return Run.start_by_message(program, element.id, payload, _context)


def _do(run: Run, waiting: Waiting, answers: Mapping[str, Mapping[str, Any]], pool: Pool) -> None:
    element = waiting.element
    if waiting.kind == "timer":
        run.fire(waiting.task_id, element_id=element.id)
    elif waiting.kind == "message":
        payload = dict(answers.get(element.id) or _payload(element))
        run.deliver(waiting.task_id, payload, element_id=element.id)
    else:
        run.complete(waiting.task_id, _answered(element, waiting.data, answers, pool))


def _answered(
    element: diagrams.Element,
    data: Mapping[str, Any],
    answers: Mapping[str, Mapping[str, Any]],
    pool: Pool,
) -> dict[str, Any]:
    form = forms.form_of(element)
    context = _context()
    first = forms.initial(form, data, context)
    given = forms.example(form, first, data, context, pool=pool, wanted=answers.get(element.id, {}))
    return forms.check(form, given, data=data, context=context)


def _payload(element: diagrams.Element) -> dict[str, Any]:
    """Make up a message from the fields that its catcher declares to receive."""
    names = element.properties.get("fields", "").split(",")
    return {name.strip(): "" for name in names if name.strip()}


def _note(rehearsal: Rehearsal, run: Run) -> None:
    for step in run.take_steps():
        if step.kind == "entered":
            rehearsal.reached.append(step.element.id)
