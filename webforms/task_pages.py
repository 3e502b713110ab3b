"""One task: read it, claim and release it, keep a draft, complete it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError

from engine import cases, errors, tasks
from engine.forms import RowsItem
from engine.languages import Text
from webforms import identity, languages
from webforms import session as database
from webforms.errors import forged, sentence, status_of
from webforms.filled_form import FilledForm
from webforms.form_fields import SEEN

if TYPE_CHECKING:
    from werkzeug import Response

    from engine.instances import Completed
    from engine.tasks import OpenTask

blueprint = Blueprint("tasks", __name__, url_prefix="/tasks")

#: What a task's page sends beside the answers.
OWN = ("action", "csrf_token", "request_key")


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
        flash(gettext("The draft is kept. Only you see it until you submit."), "success")
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
    return _onward(task, done)


def _onward(task: OpenTask | None, done: Completed) -> Response:
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
    name = languages.say(task.name) if task else done.number
    if done.ended:
        flash(gettext("“%(task)s” is done, and with it the case.", task=name), "success")
    elif done.next_task_id:
        flash(
            gettext("“%(task)s” is done. This is your next one in the case.", task=name), "success"
        )
        return redirect(url_for(".show", task_id=done.next_task_id), 303)
    else:
        flash(gettext("“%(task)s” is done.", task=name), "success")
    return redirect(url_for("inbox.show"), 303)


def _again(task_id: str, gone: errors.AgencyflowError) -> Response | tuple[str, int]:
    """Give a repeated request its first answer; tell everybody else that the task is gone."""
    session, person = database.current(), identity.person()
    try:
        done = tasks.complete(session, person, task_id, answers={}, request_key=_request_key())
    except (errors.TaskGone, errors.TaskWithdrawn, errors.NotFound):
        return _gone(gone)
    return _onward(None, done)


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


@blueprint.errorhandler(CSRFError)
def _too_old(_error: CSRFError) -> Response | str | tuple[str, int]:
    """A form from before signing in again: nothing is done, nothing typed is lost."""
    database.discard()
    view_args: dict[str, Any] = request.view_args or {}
    if request.endpoint != "tasks.answer" or identity.person_or_none() is None:
        return forged()
    try:
        task = tasks.opened(database.current(), identity.person(), view_args["task_id"])
    except errors.AgencyflowError as gone:
        return _gone(gone)
    trouble = gettext(
        "You signed in again since this form was opened. Please check it and send it once more."
    )
    return _page(task, _filled(task, sent=True, store=False), trouble=trouble), 400


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
    case = cases.opened(database.current(), identity.person(), task.instance.number)
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
    typed = filled.typed if filled else _as_sent()
    return render_template("tasks/gone.html", message=sentence(error), typed=typed), status_of(
        error
    )


def _as_sent() -> list[tuple[Text, Text]]:
    """List what was sent for a task that is no longer open, under the labels it had."""
    task_id = (request.view_args or {}).get("task_id", "")
    form = tasks.form_once(database.current(), identity.person(), task_id)
    labels = {item.id: item.label for item in form.items}
    cells = {
        f"{item.id}.{cell.id}": cell.label
        for item in form.items
        if isinstance(item, RowsItem)
        for cell in item.fields
    }
    found = []
    for name, text in request.form.items(multi=True):
        if text.strip() and name not in (*OWN, SEEN):
            group, _, cell = name.partition("-")
            key = f"{group}.{cell.partition('-')[2]}" if cell else name
            found.append((cells.get(key) or labels.get(name) or Text(name), Text(text)))
    return found


def _request_key() -> str:
    """Give the key of the form that was sent, or a new one for the form that is shown."""
    return request.form.get("request_key", "")[:100] or uuid4().hex
