"""Signing in and out, and the gate: without signing in there are only the few public pages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    current_app,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import Unauthorized

from engine import errors, organisation, people
from engine.database import reading
from webforms import session as database

if TYPE_CHECKING:
    from flask import Flask
    from flask.sessions import SessionMixin
    from werkzeug import Response

    from engine.models import Person

blueprint = Blueprint("identity", __name__)
csrf = CSRFProtect()
logins = LoginManager()

#: Everything else needs a person.
PUBLIC = frozenset(
    {"identity.sign_in", "languages.switch", "assets.show", "health", "manage.webapps"}
)
STAY = timedelta(hours=12)


class Visitor(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """A person, as Flask-Login wants to see them."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.id = person.id


#: Their answers never change and are kept by browsers. A page asks for them late: a cookie sent
#: with one could bring a session back that has ended since.
KEPT = frozenset({"assets.show", "processes.drawing"})


class Cookies(SecureCookieSessionInterface):
    """Signed cookies; what browsers keep carries none."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie with pages only."""
        if request.endpoint not in KEPT:
            super().save_session(app, session, response)  # type: ignore[arg-type]


def init_app(app: Flask) -> None:
    """Close every page to strangers, and every form to other sites."""
    settings = app.extensions["agencyflow.settings"]
    app.config.update(
        PERMANENT_SESSION_LIFETIME=STAY,
        SESSION_COOKIE_NAME="agencyflow",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=not settings.loopback,
        WTF_CSRF_TIME_LIMIT=None,  # a form may stay open as long as the session lives
        WTF_CSRF_SSL_STRICT=not settings.loopback,
    )
    app.session_interface = Cookies()
    logins.init_app(app)
    app.before_request(_gate)
    csrf.init_app(app)
    app.register_blueprint(blueprint)
    app.jinja_env.globals["me"] = person_or_none
    app.jinja_env.globals["oversees"] = oversees
    app.jinja_env.globals["owns"] = owns


@logins.user_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
def _load(person_id: str) -> Visitor | None:
    person = people.active(database.current(), person_id)
    return Visitor(person) if person else None


def _gate() -> Response | None:
    if request.endpoint in PUBLIC or current_user.is_authenticated:
        return None
    if request.method in ("GET", "HEAD"):
        here = request.full_path.rstrip("?")
        return redirect(url_for("identity.sign_in", next=None if here == "/" else here))
    raise Unauthorized


def person_or_none() -> Person | None:
    """Give the person who is signed in, if anybody is."""
    found: Person | None = getattr(current_user, "person", None)
    return found


def person() -> Person:
    """Give the person who is signed in; behind the gate somebody always is."""
    found = person_or_none()
    if found is None:
        raise Unauthorized
    return found


def oversees() -> bool:
    """Tell whether whoever is signed in may settle incidents, and so read what they say."""
    return people.oversees(people.groups(database.current(), person()))


def owns() -> bool:
    """Tell whether whoever is signed in may change procedures."""
    return people.owns(people.groups(database.current(), person()))


def own_path(address: str | None) -> str:
    """Give `address` when it is a path of this site, else the front page."""
    home = url_for("inbox.show")
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return home
    if any(ord(letter) < 32 or letter == "\\" for letter in address):
        return home
    parts = urlsplit(address)
    return home if parts.scheme or parts.netloc else address


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response | str | tuple[str, int]:
    """Ask for name and password, and let in who knows them."""
    goal = own_path(request.values.get("next"))
    if request.method != "POST":
        return redirect(goal) if current_user.is_authenticated else _sign_in_page(goal)
    login, password = request.form.get("login", ""), request.form.get("password", "")
    try:
        found = _found(login.strip(), password[:1000])
    except errors.WrongPassword as error:
        return _sign_in_page(goal, error), 401
    except errors.TooManyTries as error:
        return _sign_in_page(goal, error), 429
    if found.demo and not current_app.extensions["agencyflow.settings"].demo:
        return _sign_in_page(goal, errors.WrongPassword()), 401
    session.clear()  # nothing that was planted before signing in lives on
    session.permanent = True
    login_user(Visitor(found))
    return redirect(goal, 303)


def _found(login: str, password: str) -> Person:
    # A password takes long to check: nobody else who writes waits for that.
    with reading(current_app.extensions["agencyflow.sessions"]) as session:
        known = people.recognised(session, login, password)
    return people.sign_in(database.current(), login, recognised=known)


def _sign_in_page(goal: str, error: errors.AgencyflowError | None = None) -> str:
    demo = current_app.extensions["agencyflow.settings"].demo
    return render_template(
        "identity/sign_in.html",
        goal=goal,
        error=error,
        login=request.form.get("login", ""),
        accounts=people.demo_accounts(database.current()) if demo else [],
        demo_password=organisation.DEMO_PASSWORD if demo else "",
    )


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """Leave."""
    logout_user()
    session.clear()
    return redirect(url_for("identity.sign_in"), 303)
