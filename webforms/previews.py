"""The form of one element of a drawing that is not deployed, as staff would see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flask_babel
from flask import Blueprint, g, render_template, request

from engine import definitions, diagrams, errors, forms, successors, tasks
from engine.definitions import Drawing
from engine.expressions import Context
from engine.forms import Pool, form_of
from engine.languages import LANGUAGES, Text
from webforms import identity
from webforms import session as database
from webforms.filled_form import FilledForm, Names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.diagrams import Element, Process

blueprint = Blueprint("previews", __name__, url_prefix="/processes")

#: The part of the request that holds the drawing; no field of a form is called so.
DRAWING = "_drawing"


@blueprint.post("/<process_id>/preview")
def show(process_id: str) -> str | tuple[dict[str, str], int]:
    """Render the form; with `sent` as it answers to what was typed into it."""
    if not identity.owns():
        raise errors.NotFound
    language = request.args.get("language", "")
    if language in LANGUAGES:
        g.language = language
        flask_babel.refresh()
    upload = request.files.get(DRAWING)
    try:
        process, element = _found(
            process_id, request.args.get("element", ""), upload.stream.read() if upload else b""
        )
    except (errors.DiagramRefused, errors.NotFound):
        return {
            "error": flask_babel.gettext("The form can be shown once the drawing can be read.")
        }, 422
    return _rendered(process, element)


def _found(process_id: str, element_id: str, xml: bytes) -> tuple[Process, Element]:
    for process in diagrams.read(xml).processes:
        if process.id == process_id and element_id in process.elements:
            return process, process.elements[element_id]
    raise errors.NotFound


def _rendered(process: Process, element: Element) -> str:
    starts = element.kind == "startEvent"
    data = {} if starts else _sample(process, element)
    context = _context(process, starts=starts)
    form = form_of(element)
    sent = "sent" in request.args
    filled = FilledForm(
        form,
        values={} if starts else forms.initial(form, data, context),
        data=data,
        context=context,
        sent=sent,
        store=False,
        refresh_url="",
    )
    if sent and not filled.rearranged and request.form.get("action") != "draft":
        filled.validate()
    properties = element.properties
    shown = filled.shown
    return render_template(
        "modeler/_preview.html",
        starts=starts,
        procedure=process.name,
        name=element.name or Text(element.id),
        optional=element.optional,
        help=element.help or (process.help if starts else Text()),
        submit=Text(properties.get("submit", ""), properties.get("submit.en", "")),
        steps=successors.next_steps(database.current(), _drawing(process), element),
        sampled=bool(data),
        hidden=[
            (getattr(item, "label", Text(item.id)), item.show_if)
            for item in form.items
            if item.id not in shown["form"].fields
        ],
        **shown,
    )


def _drawing(process: Process) -> Drawing:
    """The drawing with those that it calls, as far as they are deployed."""
    session = database.current()
    known = {
        d.process_id: definitions.drawing(session, d.id).process
        for d in definitions.listed(session)
    }
    return Drawing(process, {**known, process.id: process}, {})


def _sample(process: Process, element: Element) -> dict[str, Any]:
    """A case's data by the time it comes here: made-up answers to the other forms."""
    names = Names()
    members = {group: sorted(ids) for group, ids in names.members.items()}
    pool = Pool(people={"": sorted(names.persons), **members})
    context = _context(process)
    data: dict[str, Any] = {}
    for other in process.elements.values():
        if other is element or not other.fields:
            continue
        form = form_of(other)
        first = forms.initial(form, data, context)
        data |= forms.example(form, first, data, context, pool=pool)
    return {name: _without_files(value) for name, value in data.items()}


def _without_files(value: Any) -> Any:
    """There is no file behind a made-up one, so that none is shown."""
    if isinstance(value, list):
        kept = [one for one in value if not (isinstance(one, dict) and {"id", "size"} <= set(one))]
        return [_without_files(one) for one in kept]
    if isinstance(value, dict):
        return {name: _without_files(one) for name, one in value.items()}
    return value


def _context(process: Process, *, starts: bool = False) -> Context:
    at_start = tasks.context_at_start(database.current())
    if starts:
        return at_start
    person = identity.person().id
    case: Mapping[str, Any] = {
        "number": "2026-0001",
        "title": process.name.to("zh"),
        "starter": person,
    }
    functions = {**at_start.functions, "completed_by": lambda _id: person}
    return Context(case=dict(case), functions=functions)
