"""Deployments: what Camunda Modeler's Deploy button sends, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, request

from engine import definitions, errors
from engine.diagrams import Problem
from engine.languages import Text
from engine.queries import procedures
from engine.queries.selection import Selection
from webforms import session as database
from webforms.rest import asking, authority
from webforms.rest.asking import Filter
from webforms.rest.bodies import answer, moment, self_link
from webforms.rest.definitions import described
from webforms.rest.errors import reports
from webforms.rest.refusals import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response

    from engine.models import Definition, Deployment

blueprint = Blueprint("deployments", __name__, url_prefix="/deployment")

FILTERS = {
    "id": Filter("id", asking.whole),
    "name": Filter("name", asking.text),
    "nameLike": Filter("name_like", asking.text),
    "source": Filter("source", asking.text),
    "after": Filter("after", asking.moment),
    "before": Filter("before", asking.moment),
}
ORDERS = {"id": "id", "name": "name", "deploymentTime": "deployed_at"}
#: What a deployment may say beside its files; what it asks for is done, or it is refused.
_SAID = frozenset(
    {
        "deployment-name",
        "deployment-source",
        "enable-duplicate-filtering",
        "deploy-changed-only",
        "deployment-activation-time",
        "tenant-id",
        # Ours: codes of the repairs to which whoever deploys agrees, separated by commas.
        "agree",
    }
)
_NO_FILES = Text("没有发送任何文件。", "No file was sent.")
_TWICE = Text("有两个文件同名：{name}。", "Two files have the same name: {name}.")
_NOT_A_DIAGRAM = Text(
    "这里只能部署 BPMN 流程图（.bpmn）。表单请画在流程图的任务里，判断请写成条件。",
    "Only BPMN diagrams (.bpmn) are deployed here. Draw forms in the diagram's tasks, and write "
    "decisions as conditions.",
)
_ENDINGS = (".bpmn", ".bpmn20.xml", ".xml")


@blueprint.get("")
def listed() -> Response:
    """List deployments; also how Camunda Modeler asks whether this is a Camunda at all."""
    selection = asking.selection(FILTERS, ORDERS)
    found = procedures.deployments(database.current(), selection)
    return answer([_described(one) for one in found])


@blueprint.get("/count")
def count() -> Response:
    """Count deployments."""
    selection = asking.selection(FILTERS, ORDERS, counting=True)
    return answer({"count": procedures.count_deployments(database.current(), selection)})


@blueprint.get("/<int(max=2147483647):deployment_id>")
def show(deployment_id: int) -> Response:
    """Give one deployment."""
    found = procedures.deployments(database.current(), Selection({"id": deployment_id}))
    if not found:
        raise errors.NotFound
    return answer(_described(found[0]))


@blueprint.post("/create")
def create() -> Response:
    """Deploy the files that were sent: all of them or, when one has an error, none."""
    authority.require_owner()
    session = database.current()
    name = request.form.get("deployment-name", "")
    source = request.form.get("deployment-source", "")
    agreed = {code.strip() for code in request.form.get("agree", "").split(",")}
    done = definitions.deploy(
        session,
        authority.person(),
        _files(),
        note=name,
        name=name,
        source=source,
        consents=agreed,
    )
    # A modeler that has none stored starts by the id that it finds here, changed or not; the
    # first is what it keeps, so that is one which can be started.
    found = sorted([*done.new, *done.unchanged], key=lambda d: d.starter_group is None)
    made = _deployment(found)
    return answer(
        {
            **(_described(made) if made else _nameless(found)),
            "deployedProcessDefinitions": {one["id"]: one for one in map(described, found)},
            "deployedCaseDefinitions": None,
            "deployedDecisionDefinitions": None,
            "deployedDecisionRequirementsDefinitions": None,
            # Ours: what was understood, and what should be changed.
            "warnings": reports(done.warnings),
        }
    )


def _files() -> dict[str, bytes]:
    """Read the files of the request: every part that has a file's name is one."""
    for name in request.form:
        if name not in _SAID:
            raise Refused(
                Text(f"不认识的内容：{name[:60]}。", f"This part is not known: {name[:60]}.")
            )
    if request.form.get("deployment-activation-time"):
        raise Refused(Text("不能延后部署。", "A deployment cannot be put off to a later time."))
    if request.form.get("tenant-id"):
        raise Refused(Text("这里没有租户（tenant）。", "There are no tenants here."))
    files: dict[str, bytes] = {}
    for _, upload in request.files.items(multi=True):
        name = (upload.filename or "").replace("\\", "/").rsplit("/", 1)[-1]
        if not name:
            continue
        if name in files:
            raise errors.DiagramRefused([_problem(name, "file_twice", _filled(_TWICE, name))])
        files[name] = upload.read()
    others = [name for name in files if not name.lower().endswith(_ENDINGS)]
    if others:
        raise errors.DiagramRefused([_problem(n, "not_a_diagram", _NOT_A_DIAGRAM) for n in others])
    if not files:
        raise Refused(_NO_FILES)
    return files


def _problem(file: str, code: str, text: Text) -> Problem:
    # It is the file as a whole that is refused.
    return Problem("error", code, text, file=file, line=1)


def _filled(text: Text, name: str) -> Text:
    return Text(text.zh.format(name=name), text.en.format(name=name))


def _deployment(found: Sequence[Definition]) -> Deployment | None:
    """Give the newest deployment of these versions; the first ones of a database have none."""
    ids = [d.deployment_id for d in found if d.deployment_id is not None]
    if not ids:
        return None
    return procedures.deployments(database.current(), Selection({"id": max(ids)}))[0]


def _described(one: Deployment) -> dict[str, Any]:
    return {
        "links": self_link(f"deployment/{one.id}"),
        "id": str(one.id),
        "name": one.name or None,
        "source": one.source or None,
        "deploymentTime": moment(one.deployed_at),
        "tenantId": None,
    }


def _nameless(found: Sequence[Definition]) -> dict[str, Any]:
    at = max(d.deployed_at for d in found) if found else None
    return {
        "links": [],
        "id": "0",
        "name": None,
        "source": None,
        "deploymentTime": moment(at),
        "tenantId": None,
    }
