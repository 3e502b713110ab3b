"""A person's access tokens: what their programs sign in with. Made here, shown once, revoked here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from engine import tokens
from webforms import addresses, identity
from webforms import session as database

if TYPE_CHECKING:
    from werkzeug import Response

blueprint = Blueprint("tokens", __name__, url_prefix="/tokens")

#: For how many days a token may be asked.
LIVES = (30, 90, 365)
USUAL_LIFE = 90


@blueprint.get("/")
def listed() -> str:
    """List one's own tokens."""
    return _page()


@blueprint.post("/")
def make() -> str | tuple[str, int]:
    """Make a token; the answer is the only page that ever shows it."""
    name = request.form.get("name", "").strip()
    if not name or len(name) > tokens.LONGEST_NAME:
        longest = tokens.LONGEST_NAME
        problem = gettext("Say what it is for, in up to %(longest)s characters.", longest=longest)
        return _page(name=name, problem=problem), 422
    days = request.form.get("days", type=int)
    _, text = tokens.issue(
        database.current(),
        identity.person(),
        name,
        days=days if days in LIVES else USUAL_LIFE,
    )
    return _page(text=text)


@blueprint.post("/<int(max=2147483647):token_id>/revoke")
def revoke(token_id: int) -> Response:
    """Take a token out of use."""
    tokens.revoke(database.current(), identity.person(), token_id)
    flash(gettext("The token is revoked: nothing can be done with it any more."), "success")
    return redirect(url_for(".listed"), 303)


def _page(*, name: str = "", problem: str = "", text: str = "") -> str:
    found = tokens.listed(database.current(), identity.person())
    return render_template(
        "tokens/listed.html",
        tokens=[(token, tokens.is_over(token)) for token in found],
        lives=LIVES,
        usual_life=USUAL_LIFE,
        name=name,
        problem=problem,
        text=text,
        address=f"{addresses.home()}engine-rest",
    )
