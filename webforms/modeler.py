"""The modeler: owners draw a procedure's next version, have it checked, keep it as a draft, deploy it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext
from werkzeug.routing import BuildError

from engine import definitions, diagrams, drafts, errors, people, versions
from engine.languages import Text
from engine.models import Definition, Draft, Person
from engine.repairs import CONSENTS
from webforms import identity, languages
from webforms import session as database
from webforms.errors import sentence, status_of
from webforms.security import CONTENT_POLICY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from engine.diagrams import Problem

blueprint = Blueprint("modeler", __name__, url_prefix="/processes")

#: What simulating a token paints stands in attributes; nothing else on the page is less strict.
POLICY = f"{CONTENT_POLICY}; style-src-attr 'unsafe-inline'"
#: A drawing may be as large as `engine.diagrams` reads, whatever the limit for uploads.
LARGEST = diagrams.MAX_BYTES + 64 * 1024
LONGEST_NOTE = 2000


@blueprint.before_request
def _owners_only() -> None:
    if not identity.owns():
        raise errors.NotFound
    request.max_content_length = max(current_app.config["MAX_CONTENT_LENGTH"], LARGEST)


@blueprint.get("/<process_id>/edit")
def edit(process_id: str) -> Response:
    """Open the draft if there is one, else the current version, or any version that is named."""
    session = database.current()
    draft = drafts.of(session, process_id)
    version = request.args.get("version", type=int)
    definition = _definition(process_id, version, draft)
    shows_draft = draft is not None and version is None
    notice = _draft_words(draft) if draft is not None and not shows_draft else ""
    drawing_url = (
        url_for(".drawing", process_id=process_id)
        if shows_draft
        else url_for("processes.drawing", definition_id=definition.id if definition else 0)
    )
    studio = {
        "revision": draft.revision if draft is not None else 0,
        "definition": definition.id if definition else None,
        "replaces": notice,
        "seen": (_origin(draft) if shows_draft else None) or _newest(process_id),
        "file": _file_name(process_id, definition, draft),
        "language": languages.current(),
        "groups": [
            {"value": group, "label": name.to(languages.current())}
            for group, name in people.directory(session).groups.items()
        ],
        "urls": {
            "drawing": drawing_url,
            "edit": url_for(".edit", process_id=process_id),
            "check": url_for(".check", process_id=process_id),
            "preview": url_for("previews.show", process_id=process_id),
            "save": url_for(".save", process_id=process_id),
            "discard": url_for(".discard", process_id=process_id),
            "deploy": url_for(".deploy", process_id=process_id),
            "rehearse": _elsewhere("rehearse", process_id),
        },
        "words": {
            "offline": gettext("The server cannot be reached. Nothing was saved; try again."),
            "unreadable": gettext("This is not a BPMN drawing that can be shown."),
            "lose": gettext("Your changes are not saved. Open the file and lose them?"),
            "discard": gettext("Throw the draft away? The deployed versions stay."),
        },
    }
    page = make_response(
        render_template(
            "modeler/edit.html",
            name=_name(process_id, definition, draft),
            state=_draft_words(draft) if shows_draft else _version_words(definition),
            notice=notice,
            studio=studio,
            callers=versions.callers(session, process_id),
            versions_url=_elsewhere("versions", process_id),
        )
    )
    page.headers["Content-Security-Policy"] = POLICY
    return page


@blueprint.get("/<process_id>/draft.bpmn")
def drawing(process_id: str) -> Response:
    """Send the draft's drawing."""
    response = Response(drafts.xml(database.current(), process_id), mimetype="application/xml")
    # An id may be Chinese, which a header spells in its own way.
    name = quote(f"{process_id}.bpmn", safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@blueprint.post("/<process_id>/draft")
def save(process_id: str) -> ResponseReturnValue:
    """Keep what is drawn as the draft."""
    try:
        with database.attempt() as session:
            draft = drafts.save(
                session,
                identity.person(),
                process_id,
                request.get_data(),
                revision=_revision(),
                definition_id=_begun_from(process_id),
            )
    except errors.AgencyflowError as refused:
        return _refusal(refused, process_id)
    return jsonify(revision=draft.revision, said=_draft_words(draft))


@blueprint.post("/<process_id>/draft/discard")
def discard(process_id: str) -> ResponseReturnValue:
    """Throw the draft away."""
    session = database.current()
    try:
        drafts.discard(session, process_id, revision=_revision())
    except errors.AgencyflowError as refused:
        return _refusal(refused, process_id)
    flash(gettext("The draft is thrown away."), "success")
    known = any(d.process_id == process_id for d in definitions.listed(session))
    after = url_for("processes.show", process_id=process_id) if known else None
    return jsonify(next=after or url_for("processes.listed"))


@blueprint.post("/<process_id>/check")
def check(process_id: str) -> Response:
    """Say what is wrong with what is drawn, by element."""
    found = drafts.check(database.current(), process_id, request.get_data())
    return jsonify(problems=_told(found))


@blueprint.post("/<process_id>/deploy")
def deploy(process_id: str) -> ResponseReturnValue:
    """Make the next version of what is drawn."""
    try:
        with database.attempt() as session:
            released = drafts.deploy(
                session,
                identity.person(),
                process_id,
                request.get_data(),
                revision=_revision(),
                note=request.args.get("note", "").strip()[:LONGEST_NOTE],
                redeploy=request.args.getlist("redeploy"),
                consents=request.args.getlist("consent"),
                seen=request.args.get("seen", type=int),
            )
    except errors.AgencyflowError as refused:
        return _refusal(refused, process_id)
    html = render_template(
        "modeler/_deployed.html",
        released=released,
        others=[d for d in released.deployed.new if d is not released.definition],
        versions_url=_elsewhere("versions", process_id),
        move_url=_elsewhere("move", process_id),
    )
    return jsonify(
        html=html,
        said=_version_words(released.definition),
        definition=released.definition.id,
        seen=released.definition.version,
    )


@blueprint.route("/new-procedure", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Ask what a new procedure is called, or for its file, and make its draft."""
    if request.method != "POST":
        return _new_page()
    try:
        with database.attempt():
            draft = _begun(identity.person())
    except errors.DiagramRefused as refused:
        first = next(iter(refused.problems), None)
        said = first.text.to(languages.current()) if first else sentence(refused)
        return _new_page(said), status_of(refused)
    except (errors.ProcedureExists, errors.ProcedureIdRefused, errors.NameMissing) as refused:
        return _new_page(sentence(refused)), status_of(refused)
    return redirect(url_for(".edit", process_id=draft.process_id), 303)


def _begun(person: Person) -> Draft:
    session, typed = database.current(), request.form
    if typed.get("action") == "file":
        upload = request.files.get("drawing")
        return drafts.bring(session, person, upload.stream.read() if upload else b"")
    name = Text(typed.get("name_zh", "").strip()[:100], typed.get("name_en", "").strip()[:100])
    if not (name.zh and name.en):
        raise errors.NameMissing
    process_id = typed.get("process_id", "").strip()
    return drafts.begin(session, person, process_id, name, typed.get("group", ""))


def _new_page(trouble: str = "") -> str:
    fields = ("name_zh", "name_en", "process_id", "group")
    return render_template(
        "modeler/new.html",
        trouble=trouble,
        typed={name: request.form.get(name, "") for name in fields},
        groups=people.directory(database.current()).groups,
    )


def _definition(process_id: str, version: int | None, draft: Draft | None) -> Definition | None:
    """The version that is shown, or that the draft was begun from."""
    session = database.current()
    if version is not None:
        return versions.numbered(session, process_id, version)
    if draft is not None:
        return session.get(Definition, draft.definition_id) if draft.definition_id else None
    return versions.newest(session, process_id)


def _newest(process_id: str) -> int:
    """The number of the newest version, whether in force or retired; 0 when there is none."""
    try:
        return versions.newest(database.current(), process_id).version
    except errors.NotFound:
        return 0


def _origin(draft: Draft | None) -> int | None:
    """The number of the version that a draft was begun from: what was deployed since, it lacks."""
    if draft is None or draft.definition_id is None:
        return None
    return definitions.get(database.current(), draft.definition_id).version


def _begun_from(process_id: str) -> int | None:
    number = request.args.get("definition", type=int)
    found = database.current().get(Definition, number) if number and number < 2**31 else None
    return found.id if found is not None and found.process_id == process_id else None


def _revision() -> int:
    return request.args.get("revision", 0, type=int)


def _name(process_id: str, definition: Definition | None, draft: Draft | None) -> Text:
    """The procedure's name, as the draft has it when nothing is deployed."""
    if definition is not None:
        return definition.name
    if draft is not None:
        for process in diagrams.read(draft.xml).processes:
            if process.id == process_id and process.name:
                return process.name
    return Text(process_id)


def _file_name(process_id: str, definition: Definition | None, draft: Draft | None) -> str:
    file = draft.file if draft is not None else definition.file if definition else ""
    return file.rpartition("/")[2] or f"{process_id}.bpmn"


def _draft_words(draft: Draft | None) -> str:
    if draft is None:
        return ""
    who = database.current().get(Person, draft.saved_by)
    words: str = gettext(
        "Draft, saved by %(who)s on %(moment)s",
        who=languages.say(who.name if who else draft.saved_by),
        moment=languages.moment(draft.saved_at),
    )
    return words


def _version_words(definition: Definition | None) -> str:
    if definition is None:
        return ""
    words: str = gettext("Version %(version)s", version=definition.version)
    return words


def _elsewhere(page: str, process_id: str) -> str:
    """The address of a page of this procedure, if there is such a page."""
    address = f"/processes/{process_id}/{page}"
    adapter = current_app.create_url_adapter(request)
    try:
        return address if adapter and adapter.test(address, "GET") else ""
    except BuildError:
        return ""


def _told(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    language = languages.current()
    return [
        {
            "severity": problem.severity,
            "code": problem.code,
            "text": problem.text.to(language),
            "element": problem.element_id,
            "label": problem.label or problem.element_id,
            "line": problem.line,
            "consent": problem.consent,
            "agree": CONSENTS[problem.consent].text.to(language) if problem.consent else "",
        }
        for problem in sorted(problems, key=lambda one: not one.is_error)
    ]


def _refusal(refused: errors.AgencyflowError, process_id: str) -> tuple[Response, int]:
    """Say in JSON what was refused; of a draft in the way also which revision it has now."""
    more: dict[str, Any] = {}
    if isinstance(refused, errors.DraftChanged):
        more["revision"] = refused.details["revision"]
    elif isinstance(refused, errors.DraftGone):
        more["revision"] = 0
    elif isinstance(refused, errors.DeployedMeanwhile):
        more["seen"] = refused.details["version"]
    elif isinstance(refused, errors.DiagramRefused):
        more["problems"] = _told(refused.problems)
    said = sentence(refused)
    database.discard()
    return jsonify(error=said, **more), status_of(refused)
