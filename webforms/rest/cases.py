"""Process instances: cases under way, their data, and their end by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, request

from engine import errors, instances
from engine.languages import Text
from engine.models import ACTIVE
from engine.queries import cases
from engine.queries.selection import Selection
from webforms import session as database
from webforms.rest import asking, authority, values
from webforms.rest.asking import Filter
from webforms.rest.bodies import answer, nothing, self_link
from webforms.rest.definitions import id_of, listed_id

if TYPE_CHECKING:
    from flask import Response

    from engine.models import Instance
    from engine.queries.cases import FoundCase

blueprint = Blueprint("cases", __name__, url_prefix="/process-instance")

FILTERS = {
    "processInstanceIds": Filter("numbers", asking.texts),
    "processDefinitionId": Filter("definition", listed_id),
    "processDefinitionKey": Filter("key", asking.text),
    "processDefinitionKeyIn": Filter("keys", asking.texts),
    "businessKey": Filter("business_key", asking.text),
    "businessKeyLike": Filter("business_key_like", asking.text),
    "active": Filter("running", asking.only_yes),
    # Nothing is ever suspended here.
    "suspended": Filter("nothing", asking.only_yes),
}
ORDERS = {
    "instanceId": "number",
    "definitionId": "definition",
    "definitionKey": "key",
    "businessKey": "business_key",
}
_BY_PROGRAM = Text("由程序取消", "cancelled by a program")
#: What Camunda lets a deletion say; there is nothing here that these could skip.
_SWITCHES = frozenset(
    {"skipCustomListeners", "skipIoMappings", "skipSubprocesses", "failIfNotExists"}
)


@blueprint.route("", methods=["GET", "POST"])
def listed() -> Response:
    """List cases under way."""
    selection = asking.selection(FILTERS, ORDERS)
    found = cases.found(database.current(), authority.person(), _running(selection))
    return answer([described(one) for one in found])


@blueprint.route("/count", methods=["GET", "POST"])
def count() -> Response:
    """Count cases under way."""
    selection = asking.selection(FILTERS, ORDERS, counting=True)
    found = cases.counted(database.current(), authority.person(), _running(selection))
    return answer({"count": found})


@blueprint.get("/<number>")
def show(number: str) -> Response:
    """Give one case under way."""
    return answer(described(one(number, running=True)))


@blueprint.delete("/<number>")
def cancel(number: str) -> Response:
    """Cancel a case, with the reason that was given."""
    for name in request.args:
        if name not in _SWITCHES and name != "deleteReason":
            asking.refuse(name)
    one(number, running=True)
    reason = request.args.get("deleteReason", "").strip() or _BY_PROGRAM.both
    instances.cancel(database.current(), authority.person(), number, reason=reason)
    return nothing()


@blueprint.get("/<number>/variables")
def all_variables(number: str) -> Response:
    """Give the data of a case under way."""
    return answer(variables(one(number, running=True).instance))


@blueprint.get("/<number>/variables/<name>")
def variable(number: str, name: str) -> Response:
    """Give one value of a case under way."""
    found = variables(one(number, running=True).instance).get(name)
    if found is None:
        raise errors.NotFound
    return answer(found)


def one(number: str, *, running: bool = False) -> FoundCase:
    """Give a case that whoever speaks may see, or raise NotFound."""
    wanted: dict[str, Any] = {"number": number}
    if running:
        wanted["running"] = True
    found = cases.found(database.current(), authority.person(), Selection(wanted))
    if not found:
        raise errors.NotFound
    return found[0]


def variables(instance: Instance) -> dict[str, Any]:
    """Give the data of a case as typed variables; one that is over has none any more."""
    if instance.status != ACTIVE:
        return {}
    found = cases.variables(database.current(), instance)
    return {name: values.typed(value) for name, value in found.items()}


def described(found: FoundCase) -> dict[str, Any]:
    """Give a case as Camunda describes a process instance; its id is the case's number."""
    instance = found.instance
    return {
        "links": self_link(f"process-instance/{instance.number}"),
        "id": instance.number,
        "definitionId": id_of(found.definition),
        "definitionKey": found.definition.process_id,
        "businessKey": found.business_key,
        "caseInstanceId": None,
        "ended": instance.status != ACTIVE,
        "suspended": False,
        "tenantId": None,
    }


def _running(selection: Selection) -> Selection:
    filters = {"running": True, **selection.filters}
    return Selection(filters, selection.order, selection.first, selection.most)
