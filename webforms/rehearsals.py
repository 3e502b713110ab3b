"""Rehearsing: owners walk through a drawing with its real forms, or have it played at random.

Nothing is stored. Where a walk is travels with its page: what was done so far, signed, so that
nobody else's and nothing invented is taken for it, and done again at each request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext

from engine import errors, rehearsal
from engine.languages import Text
from webforms import identity, walks
from webforms import session as database
from webforms.errors import sentence
from webforms.filled_form import FilledForm
from webforms.plays import Played, played, refusals

if TYPE_CHECKING:
    from engine.rehearsal import Spot, Walk

blueprint = Blueprint("rehearsals", __name__, url_prefix="/processes")

#: What the page sends of its own; no field of a drawing can have such a name.
STATE, PLACE, OPEN, NONCE = "walk:state", "walk:place", "walk:open", "walk:nonce"
RUNS = 100


@blueprint.before_request
def _owners_only() -> None:
    if not identity.owns():
        raise errors.NotFound


@blueprint.get("/<process_id>/rehearse")
def show(process_id: str) -> str | tuple[str, int]:
    """Begin a walk: the draft if there is one, else the current version, or a version named."""
    try:
        one = played(process_id, request.args.get("version", type=int))
    except errors.DiagramRefused as refused:
        return refusals(process_id, refused)
    return _page(one, one.walk())


@blueprint.post("/<process_id>/rehearse")
def go_on(process_id: str) -> str | tuple[str, int]:
    """Do what was asked: complete a step, fill in its form, open another one, go back."""
    try:
        one = played(process_id, request.args.get("version", type=int))
    except errors.DiagramRefused as refused:
        return refusals(process_id, refused)
    try:
        walk, notice = _came_back(one)
    except walks.Foreign:
        trouble = gettext(
            "This rehearsal was changed on its way, or it is not yours. It begins anew here."
        )
        return _page(one, one.walk(), trouble=trouble), 400
    action = request.form.get("action", "")
    if request.form.get(OPEN):
        return _page(one, walk, place=request.form[OPEN], notice=notice)
    if action in ("undo", "again"):
        return _page(one, _back(one, walk, action), notice=notice)
    return _answered(one, walk, action, notice)


def _answered(one: Played, walk: Walk, action: str, notice: str) -> str | tuple[str, int]:
    spot = _spot(walk, request.form.get(PLACE, ""))
    if spot is None or spot.key != request.form.get(PLACE, ""):
        return _page(one, walk, notice=notice)
    filled = _filled(one, spot, sent=True)
    if action == "fill":
        nonce = request.form.get(NONCE, 0, type=int) + 1
        values = walk.made_up(spot, {}, nonce)
        filled = _filled(one, spot, values=values)
        return _page(one, walk, spot=spot, filled=filled, nonce=nonce, notice=notice)
    if filled.rearranged or action != "complete":
        return _page(one, walk, spot=spot, filled=filled, notice=notice)
    if not filled.validate():
        return _page(one, walk, spot=spot, filled=filled, notice=notice), 422
    acts = list(walk.acts)
    try:
        walk.act(spot.key, filled.answers)
    except errors.InvalidAnswers as invalid:
        filled.explain(invalid.errors)
        return _page(one, walk, spot=spot, filled=filled, notice=notice), 422
    except errors.StepFailed as failure:
        walk = one.walk(acts)
        trouble = sentence(failure)
        failed = str(failure.details.get("element_id", ""))
        return _page(one, walk, spot=spot, filled=filled, trouble=trouble, failed=failed), 422
    if not walks.fits(one.signed(walk)):
        trouble = gettext("This rehearsal has become too long to go on. Start over.")
        walk = one.walk(acts)
        return _page(one, walk, spot=spot, filled=filled, trouble=trouble), 413
    return _page(one, walk, notice=notice)


@blueprint.post("/<process_id>/rehearse/fields")
def fields(process_id: str) -> str | tuple[str, int]:
    """Render the fields again, as the other answers now ask for them."""
    try:
        one = played(process_id, request.args.get("version", type=int))
        walk, _ = _came_back(one)
    except (errors.DiagramRefused, walks.Foreign):
        return "", 204  # the page stays as it is; sending the form will say what happened
    spot = _spot(walk, request.form.get(PLACE, ""))
    if spot is None:
        return "", 204
    return render_template("_fields.html", **_filled(one, spot, sent=True).shown)


@blueprint.get("/<process_id>/rehearse/survey")
def survey(process_id: str) -> str | tuple[str, int]:
    """Play the drawing at random, many times, and report."""
    try:
        one = played(process_id, request.args.get("version", type=int))
    except errors.DiagramRefused as refused:
        return refusals(process_id, refused)
    seed = request.args.get("seed", 0, type=int) % 1_000_000
    found = rehearsal.survey_of(one.stage, runs=RUNS, seed=seed, cast=one.cast)
    state = {
        "visited": [*found.reached, *sorted(found.flows)],
        "never": [element.id for element in found.never],
        "failed": [p.element_id for p in found.stuck if p.process_id == one.stage.process.id],
    }
    return render_template(
        "rehearsals/survey.html", one=one, found=found, state=state, seed=seed, asked=RUNS
    )


def _came_back(one: Played) -> tuple[Walk, str]:
    """Walk again as far as the page had come; say so when the drawing no longer lets it."""
    token = request.form.get(STATE, "")
    came = walks.read(token, identity.person().id, one.process_id)
    walk = one.walk(came.acts, came.seed)
    if len(walk.acts) < len(came.acts):
        notice = gettext(
            "The drawing has changed since. Your rehearsal was done again as far as it now goes."
        )
    elif came.digest != one.digest:
        notice = gettext("The drawing has changed since. Your rehearsal goes on with the new one.")
    else:
        notice = ""
    return walk, notice


def _back(one: Played, walk: Walk, action: str) -> Walk:
    """Give the walk without its last step, or from its beginning with other made-up values."""
    if action == "again":
        return one.walk((), walk.seed + 1)
    return one.walk(walk.acts[:-1], walk.seed)


def _spot(walk: Walk, place: str) -> Spot | None:
    spots = walk.spots()
    return next((spot for spot in spots if spot.key == place), spots[0] if spots else None)


def _filled(
    one: Played, spot: Spot, *, sent: bool = False, values: dict[str, Any] | None = None
) -> FilledForm:
    return FilledForm(
        spot.form,
        values=spot.values if values is None else values,
        data=spot.data,
        context=spot.context,
        sent=sent,
        playing=True,
        refresh_url=url_for(".fields", **one.address),
    )


def _page(
    one: Played,
    walk: Walk,
    *,
    place: str = "",
    spot: Spot | None = None,
    filled: FilledForm | None = None,
    trouble: str = "",
    notice: str = "",
    failed: str = "",
    nonce: int = 0,
) -> str:
    spot = spot or _spot(walk, place)
    if spot is not None and filled is None:
        filled = _filled(one, spot)
    shown = filled.shown if filled is not None else {"form": None, "refresh_url": ""}
    return render_template(
        "rehearsals/walk.html",
        one=one,
        walk=walk,
        spot=spot,
        spots=walk.spots(),
        given=one.given(walk),
        drawings=one.drawings(walk, spot, failed),
        state=one.signed(walk),
        trouble=trouble,
        notice=notice,
        nonce=nonce,
        names={"state": STATE, "place": PLACE, "open": OPEN, "nonce": NONCE},
        submit=_submit(spot),
        session=database.current(),
        **shown,
    )


def _submit(spot: Spot | None) -> Text:
    """What the drawing says on the button."""
    properties = spot.element.properties if spot is not None else {}
    return Text(properties.get("submit", ""), properties.get("submit.en", ""))
