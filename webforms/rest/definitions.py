"""Process definitions: versions of procedures, which every member of the agency may read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint

from engine import contexts, definitions, errors, forms, people
from engine.languages import Text
from engine.queries import procedures
from engine.queries.selection import Selection
from webforms import session as database
from webforms.rest import asking, authority, values
from webforms.rest.asking import Filter
from webforms.rest.bodies import answer
from webforms.rest.refusals import Refused

if TYPE_CHECKING:
    from flask import Response

    from engine.models import Definition

blueprint = Blueprint("definitions", __name__, url_prefix="/process-definition")


def identified(definition_id: str) -> int:
    """Read a definition's id, `key:version:number`; of one that nothing has, say so."""
    number = definition_id.rpartition(":")[2]
    if not (number.isascii() and number.isdigit() and len(number) < 11) or int(number) >= 2**31:
        raise errors.NotFound
    found = definitions.get(database.current(), int(number))
    if id_of(found) != definition_id:
        raise errors.NotFound
    return found.id


def id_of(definition: Definition) -> str:
    """Write a definition's id as Camunda does."""
    return f"{definition.process_id}:{definition.version}:{definition.id}"


def listed_id(sent: Any) -> int:
    """Read an id as a filter: one that nothing has finds nothing."""
    try:
        return identified(asking.text(sent))
    except errors.NotFound:
        return 0


def listed_ids(sent: Any) -> list[int]:
    return [listed_id(one) for one in asking.texts(sent)]


def _by(sent: Any) -> set[str]:
    """Give the groups of whoever asks what they may start; of nobody else."""
    if asking.text(sent) != authority.person().id:
        raise Refused(
            Text("只能查询您自己可以发起的流程。", "You can ask only what you may start yourself.")
        )
    return people.groups(database.current(), authority.person())


FILTERS = {
    "processDefinitionId": Filter("id", listed_id),
    "processDefinitionIdIn": Filter("ids", listed_ids),
    "key": Filter("key", asking.text),
    "keysIn": Filter("keys", asking.texts),
    "keyLike": Filter("key_like", asking.text),
    "name": Filter("name", asking.text),
    "nameLike": Filter("name_like", asking.text),
    "version": Filter("version", asking.whole),
    "latestVersion": Filter("newest", asking.only_yes),
    "active": Filter("current", asking.only_yes),
    "suspended": Filter("current", asking.switch(False)),
    "deploymentId": Filter("deployment", asking.whole),
    "resourceName": Filter("file", asking.text),
    "resourceNameLike": Filter("file_like", asking.text),
    "startableBy": Filter("starters", _by),
}
ORDERS = {
    "id": "id",
    "key": "key",
    "name": "name",
    "version": "version",
    "deploymentId": "deployment",
    "deployTime": "deployed_at",
}


@blueprint.get("")
def listed() -> Response:
    """List versions of procedures."""
    selection = asking.selection(FILTERS, ORDERS)
    found = procedures.versions(database.current(), selection)
    return answer([described(one) for one in found])


@blueprint.get("/count")
def count() -> Response:
    """Count versions of procedures."""
    selection = asking.selection(FILTERS, ORDERS, counting=True)
    return answer({"count": procedures.count_versions(database.current(), selection)})


@blueprint.get("/<definition_id>")
def show(definition_id: str) -> Response:
    """Give one version."""
    return answer(described(by_id(definition_id)))


@blueprint.get("/key/<key>")
def show_newest(key: str) -> Response:
    """Give the newest version of a procedure."""
    return answer(described(by_key(key)))


@blueprint.get("/<definition_id>/xml")
def drawing(definition_id: str) -> Response:
    """Give the drawing of a version."""
    return _drawing(by_id(definition_id))


@blueprint.get("/key/<key>/xml")
def newest_drawing(key: str) -> Response:
    """Give the drawing of the newest version of a procedure."""
    return _drawing(by_key(key))


@blueprint.get("/<definition_id>/form-variables")
def form(definition_id: str) -> Response:
    """Give the fields of the form that starts a case, as they are before anybody fills them in."""
    return _form(by_id(definition_id))


@blueprint.get("/key/<key>/form-variables")
def newest_form(key: str) -> Response:
    """Give the same of the newest version."""
    return _form(by_key(key))


def by_id(definition_id: str) -> Definition:
    """Give a version by its id, or raise NotFound."""
    return definitions.get(database.current(), identified(definition_id))


def by_key(key: str) -> Definition:
    """Give the newest version of a procedure, retired or not, or raise NotFound."""
    selection = Selection({"key": key, "newest": True})
    found = procedures.versions(database.current(), selection)
    if not found:
        raise errors.NotFound
    return found[0]


def described(definition: Definition) -> dict[str, Any]:
    """Give a version as Camunda describes it; `suspended` means that no case starts on it."""
    process = definitions.drawing(database.current(), definition.id).process
    deployment = definition.deployment_id
    return {
        "id": id_of(definition),
        "key": definition.process_id,
        "category": None,
        "description": authority.say(process.help) or None,
        "name": authority.say(definition.name),
        "version": definition.version,
        "resource": definition.file,
        "deploymentId": str(deployment) if deployment is not None else None,
        "diagram": None,
        "suspended": not definition.current,
        "tenantId": None,
        "versionTag": None,
        "historyTimeToLive": None,
        "startableInTasklist": definition.current and definition.starter_group is not None,
    }


def _drawing(definition: Definition) -> Response:
    xml = definitions.xml(database.current(), definition.id)
    return answer({"id": id_of(definition), "bpmn20Xml": values.xml_text(xml)})


def _form(definition: Definition) -> Response:
    session = database.current()
    asked = definitions.form_at_start(session, definition)
    return answer(
        values.form_variables(asked, forms.initial(asked, {}, contexts.case_context(session, None)))
    )
