"""Starting cases: by the id of a version or by the key of a procedure, checked as its form is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint

from engine import casefields, contexts, definitions, errors, forms, instances, misstarts, people
from engine.languages import Text
from webforms import session as database
from webforms.rest import authority, bodies, cases, values
from webforms.rest.definitions import by_id, by_key
from webforms.rest.errors import failed
from webforms.rest.refusals import Refused

if TYPE_CHECKING:
    from flask import Response

    from engine.models import Definition

blueprint = Blueprint("starts", __name__, url_prefix="/process-definition")

_OLD = Text(
    "这个版本已不再发起新案件：该流程有了更新的版本，或已停用。",
    "No case starts on this version any more: the procedure has a newer one, or is retired.",
)
_NOT_YOURS = Text(
    "只有流程图中起点所在泳道的成员可以发起这个流程。",
    "only members of the lane at the diagram's start may start this procedure.",
)
_FAILED = Text(
    "流程中有一步执行失败，已通知经理。", "A step of the procedure failed; a manager has been told."
)


@blueprint.post("/<definition_id>/start")
@blueprint.post("/<definition_id>/submit-form")
def start(definition_id: str) -> Response:
    """Start a case on a version."""
    return _start(by_id(definition_id))


@blueprint.post("/key/<key>/start")
@blueprint.post("/key/<key>/submit-form")
def start_newest(key: str) -> Response:
    """Start a case of a procedure."""
    return _start(by_key(key))


def _start(definition: Definition) -> Response:
    session, person = database.current(), authority.person()
    body = bodies.said({"businessKey", "variables", "withVariablesInReturn"})
    business_key = _business_key(body)
    if not definition.current:
        raise Refused(_OLD)
    if definition.starter_group not in people.groups(session, person):
        # Everybody may read which procedures there are: nothing is given away.
        raise errors.NotAllowed(reason=_NOT_YOURS)
    form = definitions.form_at_start(session, definition)
    shown = forms.initial(form, {}, contexts.case_context(session, None))
    answers = values.answers(form, body.get("variables"), shown)
    try:
        with database.attempt() as session:
            done = instances.start(
                session, person, definition, answers=answers, request_key=bodies.request_key()
            )
    except errors.StepFailed as failure:
        misstarts.keep(session, person, definition, failure, answers=answers)
        return failed(500, "ProcessEngineException", authority.say(_FAILED))
    instance = instances.opened(session, person, done.number)
    if business_key:
        casefields.keep_business_key(session, instance.id, business_key)
    found: dict[str, Any] = cases.described(cases.one(done.number))
    if body.get("withVariablesInReturn") is True:
        found["variables"] = cases.variables(instance)
    return bodies.answer(found)


def _business_key(body: dict[str, Any]) -> str:
    key = body.get("businessKey")
    if key is None:
        return ""
    if not isinstance(key, str) or len(key.strip()) > casefields.LONGEST_KEY:
        longest = casefields.LONGEST_KEY
        raise Refused(
            Text(
                f"businessKey 应当是不超过 {longest} 个字符的文字。",
                f"`businessKey` is to be a text of up to {longest} characters.",
            )
        )
    return key.strip()
