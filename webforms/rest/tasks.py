"""Tasks: listed with Camunda's filters, claimed, given back, completed as their form is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, request

from engine import errors, tasks
from engine.languages import Text
from engine.queries import tasks as lists
from engine.queries.selection import Selection
from webforms import session as database
from webforms.rest import asking, authority, bodies, cases, values
from webforms.rest.asking import Filter
from webforms.rest.bodies import answer, moment, nothing
from webforms.rest.definitions import id_of, identified
from webforms.rest.errors import failed
from webforms.rest.refusals import Refused

if TYPE_CHECKING:
    from flask import Response

    from engine.queries.tasks import FoundTask

blueprint = Blueprint("tasks", __name__, url_prefix="/task")


def _drawn_in(sent: Any) -> tuple[str, list[int]]:
    try:
        return lists.drawn_in(database.current(), identified(asking.text(sent)))
    except errors.NotFound:
        return "", []


FILTERS = {
    "taskId": Filter("id", asking.text),
    "taskIdIn": Filter("ids", asking.texts),
    "processInstanceId": Filter("number", asking.text),
    "processInstanceIdIn": Filter("numbers", asking.texts),
    "processInstanceBusinessKey": Filter("business_key", asking.text),
    "processInstanceBusinessKeyIn": Filter("business_keys", asking.texts),
    "processInstanceBusinessKeyLike": Filter("business_key_like", asking.text),
    "processDefinitionId": Filter("definitions", _drawn_in),
    "processDefinitionKey": Filter("key", asking.text),
    "processDefinitionKeyIn": Filter("keys", asking.texts),
    "taskDefinitionKey": Filter("element", asking.text),
    "taskDefinitionKeyIn": Filter("elements", asking.texts),
    "taskDefinitionKeyLike": Filter("element_like", asking.text),
    "name": Filter("name", asking.text),
    "nameLike": Filter("name_like", asking.text),
    "assignee": Filter("assignee", asking.text),
    "assigneeIn": Filter("assignees", asking.texts),
    "assigneeLike": Filter("assignee_like", asking.text),
    "assigned": Filter("held", asking.only_yes),
    "unassigned": Filter("held", asking.switch(False)),
    "candidateGroup": Filter("group", asking.text),
    "candidateGroups": Filter("groups", asking.texts),
    "candidateUser": Filter("candidate", asking.text),
    "includeAssignedTasks": Filter("include_assigned", asking.yes),
    "priority": Filter("priority", asking.whole),
    "maxPriority": Filter("most_priority", asking.whole),
    "minPriority": Filter("least_priority", asking.whole),
    "dueDate": Filter("due", asking.moment),
    "dueBefore": Filter("due_before", asking.moment),
    "dueAfter": Filter("due_after", asking.moment),
    "withoutDueDate": Filter("not_due", asking.only_yes),
    "followUpDate": Filter("follow_up", asking.moment),
    "followUpBefore": Filter("follow_up_before", asking.moment),
    "followUpAfter": Filter("follow_up_after", asking.moment),
    "createdOn": Filter("opened", asking.moment),
    "createdBefore": Filter("opened_before", asking.moment),
    "createdAfter": Filter("opened_after", asking.moment),
    # No task is ever suspended.
    "active": Filter("nothing", asking.switch(False)),
    "suspended": Filter("nothing", asking.only_yes),
}
ORDERS = {
    "id": "id",
    "instanceId": "number",
    "name": "name",
    "assignee": "assignee",
    "priority": "priority",
    "dueDate": "due_at",
    "followUpDate": "follow_up_at",
    "created": "opened_at",
}
_OFFERED = ("group", "groups", "candidate")
_YOURSELF = Text(
    "令牌只能为其本人领取任务。", "a program claims tasks only for whom it speaks for."
)
_FAILED = Text(
    "您的内容已保存，但这一步之后流程本身执行失败，已通知经理。",
    "The answers are kept, but the procedure itself failed after this step. A manager sees the "
    "incident.",
)


@blueprint.route("", methods=["GET", "POST"])
def listed() -> Response:
    """List open tasks."""
    selection = _selection()
    found = lists.found(database.current(), authority.person(), selection)
    return answer([_described(one) for one in found])


@blueprint.route("/count", methods=["GET", "POST"])
def count() -> Response:
    """Count open tasks."""
    selection = _selection(counting=True)
    return answer({"count": lists.counted(database.current(), authority.person(), selection)})


def _selection(*, counting: bool = False) -> Selection:
    asked = asking.selection(FILTERS, ORDERS, counting=counting)
    filters = dict(asked.filters)
    offered = [name for name in _OFFERED if name in filters]
    if filters.pop("include_assigned", False):
        if not offered:
            raise Refused(
                Text(
                    "includeAssignedTasks 只能与 candidateGroup、candidateGroups 或 candidateUser 一起使用。",
                    "includeAssignedTasks goes with candidateGroup, candidateGroups or candidateUser.",
                )
            )
        for name in offered:
            filters[f"{name}_also_held"] = filters.pop(name)
    return Selection(filters, asked.order, asked.first, asked.most)


@blueprint.get("/<task_id>")
def show(task_id: str) -> Response:
    """Give one open task."""
    found = lists.found(database.current(), authority.person(), Selection({"id": task_id}))
    if not found:
        # Says also who completed it, to whoever may know.
        tasks.opened(database.current(), authority.person(), task_id)
        raise errors.NotFound
    return answer(_described(found[0]))


@blueprint.get("/<task_id>/form-variables")
def form(task_id: str) -> Response:
    """Give the fields of a task's form, filled in as far as the case and the draft go."""
    wanted = request.args.get("variableNames")
    for name in request.args:
        if name not in ("variableNames", "deserializeValues"):
            asking.refuse(name)
    opened = tasks.opened(database.current(), authority.person(), task_id)
    found = values.form_variables(opened.form, opened.values)
    if wanted is not None:
        names = {one.strip() for one in wanted.split(",")}
        found = {name: one for name, one in found.items() if name in names}
    return answer(found)


@blueprint.get("/<task_id>/variables")
def variables(task_id: str) -> Response:
    """Give the data of the case as the task sees them."""
    opened = tasks.opened(database.current(), authority.person(), task_id)
    return answer({name: values.typed(value) for name, value in opened.data.items()})


@blueprint.post("/<task_id>/claim")
def claim(task_id: str) -> Response:
    """Take a task, for whom the program speaks for."""
    person = authority.person()
    if bodies.said({"userId"}).get("userId") not in (None, person.id):
        raise errors.NotAllowed(reason=_YOURSELF)
    tasks.claim(database.current(), person, task_id)
    return nothing()


@blueprint.post("/<task_id>/unclaim")
def unclaim(task_id: str) -> Response:
    """Give a task back to its group."""
    bodies.said(set())
    tasks.release(database.current(), authority.person(), task_id)
    return nothing()


@blueprint.post("/<task_id>/complete")
@blueprint.post("/<task_id>/submit-form")
def complete(task_id: str) -> Response:
    """Complete a task; fields that are not sent stay as its form shows them."""
    session, person = database.current(), authority.person()
    body = bodies.said({"variables", "withVariablesInReturn"})
    key = bodies.request_key()
    try:
        opened = tasks.opened(session, person, task_id)
    except (errors.TaskGone, errors.TaskWithdrawn, errors.NotFound):
        # The same request again gets its first answer.
        done = tasks.complete(session, person, task_id, answers={}, request_key=key)
    else:
        answers = values.answers(opened.form, body.get("variables"), opened.values)
        done = tasks.complete(session, person, task_id, answers=answers, request_key=key)
    if done.incident:
        return failed(500, "ProcessEngineException", authority.say(_FAILED))
    if body.get("withVariablesInReturn") is True:
        return answer(cases.variables(cases.one(done.number).instance))
    return nothing()


def _described(found: FoundTask) -> dict[str, Any]:
    task, element = found.task, found.element
    return {
        "id": task.id,
        "name": authority.say(task.name),
        "assignee": task.assignee_id,
        "created": moment(task.opened_at),
        "lastUpdated": None,
        "due": moment(task.due_at),
        "followUp": moment(task.follow_up_at),
        "delegationState": None,
        "description": (authority.say(element.help) or None) if element else None,
        "executionId": task.scope or found.number,
        "owner": None,
        "parentTaskId": None,
        "priority": task.priority,
        "processDefinitionId": id_of(found.definition),
        "processInstanceId": found.number,
        "taskDefinitionKey": task.element_id,
        "caseExecutionId": None,
        "caseInstanceId": None,
        "caseDefinitionId": None,
        "suspended": False,
        "formKey": None,
        "camundaFormRef": None,
        "tenantId": None,
    }
