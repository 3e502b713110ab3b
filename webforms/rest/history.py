"""History: cases that run or ran, and the steps of one case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint

from engine import definitions
from engine.languages import Text
from engine.models import ACTIVE, CANCELLED
from engine.queries import activities
from engine.queries import cases as lists
from engine.queries.selection import Selection
from webforms import session as database
from webforms.rest import asking, authority, cases
from webforms.rest.asking import Filter
from webforms.rest.bodies import answer, moment
from webforms.rest.definitions import id_of, listed_id
from webforms.rest.refusals import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Response

    from engine.definitions import Drawing
    from engine.diagrams import Element
    from engine.queries.activities import Activity
    from engine.queries.cases import FoundCase

blueprint = Blueprint("history", __name__, url_prefix="/history")


CASE_FILTERS = {
    "processInstanceId": Filter("number", asking.text),
    "processInstanceIds": Filter("numbers", asking.texts),
    "processDefinitionId": Filter("definition", listed_id),
    "processDefinitionKey": Filter("key", asking.text),
    "processDefinitionKeyIn": Filter("keys", asking.texts),
    "processInstanceBusinessKey": Filter("business_key", asking.text),
    "processInstanceBusinessKeyIn": Filter("business_keys", asking.texts),
    "processInstanceBusinessKeyLike": Filter("business_key_like", asking.text),
    "unfinished": Filter("running", asking.only_yes),
    "active": Filter("running", asking.only_yes),
    "finished": Filter("running", asking.switch(False)),
    "completed": Filter("ended", asking.only_yes),
    "externallyTerminated": Filter("cancelled", asking.only_yes),
    "suspended": Filter("nothing", asking.only_yes),
    "startedBy": Filter("started_by", asking.text),
    "startedAfter": Filter("started_after", asking.moment),
    "startedBefore": Filter("started_before", asking.moment),
    "finishedAfter": Filter("ended_after", asking.moment),
    "finishedBefore": Filter("ended_before", asking.moment),
}
CASE_ORDERS = {
    "instanceId": "number",
    "definitionId": "definition",
    "definitionKey": "key",
    "businessKey": "business_key",
    "startTime": "started_at",
    "endTime": "ended_at",
}
STEP_FILTERS = {
    "processInstanceId": Filter("number", asking.text),
    "activityId": Filter("element", asking.text),
    "activityName": Filter("name", asking.text),
    "activityType": Filter("type", asking.text),
    "taskAssignee": Filter("person", asking.text),
    "finished": Filter("finished", asking.only_yes),
    "unfinished": Filter("unfinished", asking.only_yes),
    "canceled": Filter("cancelled", asking.only_yes),
    "startedAfter": Filter("started_after", asking.moment),
    "startedBefore": Filter("started_before", asking.moment),
    "finishedAfter": Filter("ended_after", asking.moment),
    "finishedBefore": Filter("ended_before", asking.moment),
}
STEP_ORDERS = {
    "startTime": "started_at",
    "endTime": "ended_at",
    "activityId": "element",
    "activityName": "name",
    "activityType": "type",
}
_ONE_CASE = Text("请用 processInstanceId 指明案件。", "Say of which case, by `processInstanceId`.")
#: What Camunda calls an event, by our kind and by what it waits for or sends.
_EVENTS = {
    "startEvent": ("startEvent", "{}StartEvent"),
    "endEvent": ("noneEndEvent", "{}EndEvent"),
    "intermediateThrowEvent": ("intermediateNoneThrowEvent", "intermediate{}Throw"),
    "intermediateCatchEvent": ("intermediateCatchEvent", "intermediate{}Catch"),
    "boundaryEvent": ("boundaryEvent", "boundary{}"),
}
_TIMERS = {
    "startEvent": "startTimerEvent",
    "intermediateCatchEvent": "intermediateTimer",
    "boundaryEvent": "boundaryTimer",
}


@blueprint.route("/process-instance", methods=["GET", "POST"])
def listed() -> Response:
    """List cases that run or ran."""
    selection = asking.selection(CASE_FILTERS, CASE_ORDERS)
    found = lists.found(database.current(), authority.person(), selection)
    return answer([_case(one) for one in found])


@blueprint.route("/process-instance/count", methods=["GET", "POST"])
def count() -> Response:
    """Count cases that run or ran."""
    selection = asking.selection(CASE_FILTERS, CASE_ORDERS, counting=True)
    return answer({"count": lists.counted(database.current(), authority.person(), selection)})


@blueprint.get("/process-instance/<number>")
def show(number: str) -> Response:
    """Give one case."""
    return answer(_case(cases.one(number)))


@blueprint.route("/activity-instance", methods=["GET", "POST"])
def steps() -> Response:
    """List the steps of one case."""
    selection = asking.selection(STEP_FILTERS, STEP_ORDERS)
    found = _steps(selection)
    for name, downwards in reversed(selection.order):
        found.sort(key=lambda one: _sortable(_ORDER[name](one)), reverse=downwards)
    return answer([told for _, told in found[selection.first :][: selection.most]])


@blueprint.route("/activity-instance/count", methods=["GET", "POST"])
def count_steps() -> Response:
    """Count the steps of one case."""
    return answer({"count": len(_steps(asking.selection(STEP_FILTERS, STEP_ORDERS)))})


_Step = tuple["Activity", dict[str, Any]]
_ORDER: Mapping[str, Callable[[_Step], Any]] = {
    "started_at": lambda one: one[0].started_at,
    "ended_at": lambda one: one[0].ended_at,
    "element": lambda one: one[0].element.id,
    "name": lambda one: one[1]["activityName"],
    "type": lambda one: one[1]["activityType"],
}
_KEEPS: Mapping[str, Callable[[_Step, Any], bool]] = {
    "element": lambda one, v: one[0].element.id == v,
    "name": lambda one, v: v in (one[0].element.name.zh, one[0].element.name.en),
    "type": lambda one, v: one[1]["activityType"] == v,
    "person": lambda one, v: one[0].person_id == v,
    "finished": lambda one, _: one[0].ended_at is not None,
    "unfinished": lambda one, _: one[0].ended_at is None,
    "cancelled": lambda one, _: one[0].cancelled,
    "started_after": lambda one, v: one[0].started_at >= v,
    "started_before": lambda one, v: one[0].started_at <= v,
    "ended_after": lambda one, v: one[0].ended_at is not None and one[0].ended_at >= v,
    "ended_before": lambda one, v: one[0].ended_at is not None and one[0].ended_at <= v,
}


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is None, value if value is not None else 0)


def _steps(selection: Selection) -> list[_Step]:
    filters = dict(selection.filters)
    number = filters.pop("number", None)
    if number is None:
        raise Refused(_ONE_CASE)
    session = database.current()
    wanted = Selection({"number": number})
    found = lists.found(session, authority.person(), wanted)
    if not found:
        return []
    instance = found[0].instance
    drawing = definitions.drawing(session, instance.definition_id)
    told = [(one, _step(one, number, drawing)) for one in activities.of_case(session, instance)]
    return [one for one in told if all(_KEEPS[name](one, value) for name, value in filters.items())]


def _case(found: FoundCase) -> dict[str, Any]:
    instance, definition = found.instance, found.definition
    state = {ACTIVE: "ACTIVE", CANCELLED: "EXTERNALLY_TERMINATED"}
    return {
        "id": instance.number,
        "rootProcessInstanceId": instance.number,
        "superProcessInstanceId": None,
        "superCaseInstanceId": None,
        "caseInstanceId": None,
        "processDefinitionName": authority.say(definition.name),
        "processDefinitionKey": definition.process_id,
        "processDefinitionVersion": definition.version,
        "processDefinitionId": id_of(definition),
        "businessKey": found.business_key,
        "startTime": moment(instance.started_at),
        "endTime": moment(instance.ended_at),
        "removalTime": None,
        "durationInMillis": _milliseconds(instance.started_at, instance.ended_at),
        "startUserId": instance.starter_id,
        "startActivityId": None,
        "deleteReason": instance.reason,
        "tenantId": None,
        "state": state.get(instance.status, "COMPLETED"),
    }


def _step(one: Activity, number: str, drawing: Drawing) -> dict[str, Any]:
    element = one.element
    session = database.current()
    definition = definitions.get(session, drawing.definition_ids[element.process_id])
    return {
        "id": one.id,
        "parentActivityInstanceId": number,
        "activityId": element.id,
        "activityName": authority.say(element.name) or None,
        "activityType": _type(element),
        "processDefinitionKey": element.process_id,
        "processDefinitionId": id_of(definition),
        "processInstanceId": number,
        "executionId": number,
        "taskId": one.task_id,
        "assignee": one.person_id,
        "calledProcessInstanceId": None,
        "calledCaseInstanceId": None,
        "startTime": moment(one.started_at),
        "endTime": moment(one.ended_at),
        "durationInMillis": _milliseconds(one.started_at, one.ended_at),
        "canceled": one.cancelled,
        "completeScope": element.kind == "endEvent",
        "tenantId": None,
        "removalTime": None,
        "rootProcessInstanceId": number,
    }


def _type(element: Element) -> str:
    if element.kind not in _EVENTS:
        return element.kind
    if element.event == "timer":
        return _TIMERS.get(element.kind, element.kind)
    plain, of_event = _EVENTS[element.kind]
    first = element.event if of_event.startswith("{}") else element.event.capitalize()
    return of_event.format(first) if element.event else plain


def _milliseconds(begin: datetime, end: datetime | None) -> int | None:
    return int((end - begin).total_seconds() * 1000) if end else None
