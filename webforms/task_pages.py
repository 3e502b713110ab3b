"""One task: read it, claim and release it, keep a draft, complete it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from engine import cases, errors, tasks
from engine.forms import form_of
from engine.languages import Text
from webforms import identity, languages, resending, returned
from webforms import session as database
from webforms.errors import sentence, status_of
from webforms.filled_form import FilledForm

if TYPE_CHECKING:
    from werkzeug import Response

    from engine.instances import Completed
    from engine.tasks import OpenTask

blueprint = Blueprint("tasks", __name__, url_prefix="/tasks")
#: Steps that are named after a task is done; more would be no help.
SHOWN_STEPS = 3


@blueprint.get("/<task_id>")
def show(task_id: str) -> str | tuple[str, int]:
    """Show a task with its form, its case's drawing and story."""
    try:
        task = tasks.opened(database.current(), identity.person(), task_id)
    except (errors.TaskGone, errors.TaskWithdrawn) as gone:
        return _gone(gone)
    return _page(task, _filled(task))


@blueprint.post("/<task_id>")
def answer(task_id: str) -> Response | str | tuple[str, int]:
    """Take what was typed: complete the task, keep a draft, or change the number of rows."""
    session, person = database.current(), identity.person()
    try:
        task = tasks.opened(session, person, task_id)
    except (errors.TaskGone, errors.TaskWithdrawn, errors.NotFound) as gone:
        return _again(task_id, gone)
    except errors.HeldByAnother as held:
        return _gone(held)
    filled = _filled(task, sent=True)
    action = request.form.get("action", "")
    if filled.rearranged:
        return _page(task, filled)
    if action == "draft":
        tasks.save_draft(session, person, task_id, filled.answers)
        flash(
            gettext("The draft is kept. Until you submit it or release the task, only you see it."),
            "success",
        )
        return redirect(url_for(".show", task_id=task_id), 303)
    if not filled.validate():
        return _page(task, filled), 422
    return _complete(task, filled)


def _complete(task: OpenTask, filled: FilledForm) -> Response | tuple[str, int]:
    session, person = database.current(), identity.person()
    try:
        with database.attempt() as session:
            done = tasks.complete(
                session, person, task.id, answers=filled.answers, request_key=_request_key()
            )
    except errors.InvalidAnswers as invalid:
        filled.explain(invalid.errors)
        return _page(task, filled), 422
    except (errors.TaskGone, errors.TaskWithdrawn) as gone:
        return _gone(gone, filled)
    except (errors.HeldByAnother, errors.NotAllowed, errors.ChangedMeanwhile) as refused:
        task = tasks.opened(session, person, task.id)
        return _page(task, filled, trouble=sentence(refused)), status_of(refused)
    return _onward(task.name, done)


def _onward(name: Text, done: Completed) -> Response:
    """Go to the person's next task in the case, else to the inbox."""
    if done.incident:
        flash(
            gettext(
                "Your answers are kept, but the procedure itself failed after this step. "
                "A manager sees the incident; you need not do anything."
            ),
            "danger",
        )
        return redirect(url_for("cases.show", number=done.number), 303)
    what = languages.say(name)
    if done.ended:
        flash(gettext("“%(task)s” is done, and with it the case.", task=what), "success")
    elif done.next_task_id:
        flash(
            gettext("“%(task)s” is done. This is your next one in the case.", task=what), "success"
        )
        return redirect(url_for(".show", task_id=done.next_task_id), 303)
    else:
        flash(_done(what, done.number), "success")
    return redirect(url_for("inbox.show"), 303)


def _done(what: str, number: str) -> str:
    """Say that a task is done, and what is open in the case now."""
    found = cases.opened(database.current(), identity.person(), number).open_tasks
    steps = {
        f"{languages.say(row.name)} → {languages.say(who)}" if who else languages.say(row.name)
        for row in found
        if not row.optional
        for who in [row.assignee_name or row.group_name]
    }
    words: str
    if 0 < len(steps) <= SHOWN_STEPS:
        now = gettext(", ").join(sorted(steps))
        words = gettext(
            "“%(task)s” is done. Open in the case now: %(steps)s.", task=what, steps=now
        )
    else:
        words = gettext("“%(task)s” is done.", task=what)
    return words


def _again(task_id: str, gone: errors.AgencyflowError) -> Response | tuple[str, int]:
    """Give a repeated request its first answer; tell everybody else that the task is gone."""
    session, person = database.current(), identity.person()
    try:
        done = tasks.complete(session, person, task_id, answers={}, request_key=_request_key())
    except (errors.TaskGone, errors.TaskWithdrawn, errors.NotFound):
        return _gone(gone)
    step = tasks.drawn(session, task_id)
    return _onward(step.name if step else Text(), done)


@blueprint.post("/<task_id>/fields")
def fields(task_id: str) -> str | tuple[str, int]:
    """Render the fields again, as the other answers now ask for them."""
    try:
        task = tasks.opened(database.current(), identity.person(), task_id)
    except (errors.TaskGone, errors.TaskWithdrawn):
        return "", 204  # the page stays as it is; sending the form will say what happened
    return render_template("_fields.html", **_filled(task, sent=True).shown)


@blueprint.post("/<task_id>/claim")
def claim(task_id: str) -> Response:
    """Take a task of one's groups."""
    tasks.claim(database.current(), identity.person(), task_id)
    flash(gettext("The task is in your hands."), "success")
    return redirect(url_for(".show", task_id=task_id), 303)


@blueprint.post("/<task_id>/release")
def release(task_id: str) -> Response:
    """Give a task back to its group."""
    tasks.release(database.current(), identity.person(), task_id)
    flash(gettext("The task is back with its group."), "success")
    return redirect(url_for("inbox.show"), 303)


def _sent_again(trouble: str, status: int) -> tuple[str, int]:
    """Show the form with what was typed in it; nothing is done, and no upload is stored."""
    task_id: str = (request.view_args or {})["task_id"]
    try:
        task = tasks.opened(database.current(), identity.person(), task_id)
    except errors.AgencyflowError as gone:
        return _gone(gone)
    return _page(task, _filled(task, sent=True, store=False), trouble=trouble), status


resending.offer(blueprint, "answer", _sent_again)


def _filled(task: OpenTask, *, sent: bool = False, store: bool = True) -> FilledForm:
    return FilledForm(
        task.form,
        values=task.values,
        data=task.data,
        context=task.context,
        instance_id=task.instance_id,
        sent=sent,
        store=store,
        refresh_url=url_for(".fields", task_id=task.id) if task.may_complete else "",
    )


def _page(task: OpenTask, filled: FilledForm, *, trouble: str = "") -> str:
    case = cases.around(database.current(), identity.person(), task)
    return render_template(
        "tasks/show.html",
        task=task,
        case=case,
        drawing=_drawing(task, case),
        trouble=trouble,
        form_changed=filled.sent,
        request_key=_request_key(),
        **filled.shown,
    )


def _drawing(task: OpenTask, case: Any) -> dict[str, Any] | None:
    """Find the drawing that the task stands on, with the path so far."""
    for one in case.diagrams:
        if one.process_id == task.process_id:
            state = {
                "here": one.here,
                "visited": one.visited,
                "failed": one.failed,
                "focus": task.element.id,
            }
            return {"definition_id": one.definition_id, "name": one.name, "state": state}
    return None


def _gone(error: errors.AgencyflowError, filled: FilledForm | None = None) -> tuple[str, int]:
    typed = filled.typed if filled else _as_sent(error)
    return render_template("tasks/gone.html", message=sentence(error), typed=typed), status_of(
        error
    )


def _as_sent(error: errors.AgencyflowError) -> list[tuple[Text, Text]]:
    """List what was sent for a task that is no longer open; under labels if one may know of it."""
    if isinstance(error, errors.NotFound):
        return returned.texts()
    step = tasks.drawn(database.current(), (request.view_args or {})["task_id"])
    return returned.in_words(form_of(step)) if step else returned.texts()


def _request_key() -> str:
    """Give the key of the form that was sent, or a new one for the form that is shown."""
    return request.form.get("request_key", "")[:100] or uuid4().hex
