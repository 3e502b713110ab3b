"""Messages sent by a program, to the one case that waits for them. Administrators only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint

from engine import messages
from engine.languages import Text
from webforms import session as database
from webforms.rest import authority, bodies, cases, values
from webforms.rest.refusals import Refused

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("messages", __name__, url_prefix="/message")

_SAID = {
    "messageName",
    "businessKey",
    "correlationKeys",
    "processVariables",
    "resultEnabled",
    "variablesInResultEnabled",
}
_NAME = Text("缺少 messageName。", "`messageName` is missing.")
_KEY = Text(
    "这里按名称和一个关联键投递消息：请在 correlationKeys 中给出一个值，或给出 businessKey。",
    "A message is delivered by its name and one key: give one value in `correlationKeys`, or "
    "`businessKey`.",
)


@blueprint.post("")
def correlate() -> Response:
    """Deliver a message to the case that waits for its name and key, or start one by it."""
    body = bodies.said(_SAID)
    name = body.get("messageName")
    if not isinstance(name, str) or not name.strip():
        raise Refused(_NAME)
    payload = values.payload(body.get("processVariables"))
    instance = messages.correlate(
        database.current(), authority.person(), name.strip(), _key(body), payload
    )
    if body.get("resultEnabled") is not True:
        return bodies.nothing()
    result: dict[str, Any] = {
        "resultType": "ProcessDefinition" if instance.start_key == _key(body) else "Execution",
        "processInstance": cases.described(cases.one(instance.number)),
        "execution": None,
        "variables": None,
    }
    if body.get("variablesInResultEnabled") is True:
        result["variables"] = cases.variables(instance)
    return bodies.answer([result])


def _key(body: dict[str, Any]) -> str:
    """Read the one key of the message, as a text."""
    given = values.payload(body.get("correlationKeys"))
    if body.get("businessKey") is not None:
        given["businessKey"] = body["businessKey"]
    if len(given) != 1:
        raise Refused(_KEY)
    (key,) = given.values()
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise Refused(_KEY)
    return str(key)
