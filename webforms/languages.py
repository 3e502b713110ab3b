"""Which language a person reads, and how words, numbers and moments look in it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from babel.dates import format_date, format_datetime
from flask import Blueprint, current_app, g, redirect, request, session
from flask_babel import Babel, gettext, ngettext

from engine import clock, durations, people
from engine.languages import LANGUAGES, Text
from webforms import identity

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug import Response

blueprint = Blueprint("languages", __name__)

#: The names of the languages, each in itself, and what `lang` says of it.
NAMES = {"zh": "中文", "en": "English"}
CODES = {"zh": "zh-CN", "en": "en"}
_MOMENT = {"zh": "y年M月d日 HH:mm", "en": "d MMM y, HH:mm"}
_DAY = {"zh": "y年M月d日", "en": "d MMM y"}
_DAY_OF_THIS_YEAR = {"zh": "M月d日", "en": "d MMM"}


def init_app(app: Flask) -> None:
    """Choose the language of each request, and let templates speak it."""
    Babel(
        app,
        default_locale="zh",
        default_translation_directories="translations",
        locale_selector=current,
    )
    app.register_blueprint(blueprint)
    app.jinja_env.filters.update(say=say, moment=moment, day=day, due=due, filesize=filesize)
    app.jinja_env.globals.update(
        language=current, here=here, language_names=NAMES, language_codes=CODES
    )


def current() -> str:
    """Tell this request's language: the person's own, else the session's, else the browser's."""
    if "language" not in g:
        person = identity.person_or_none()
        chosen = person.language if person else session.get("language")
        if chosen not in LANGUAGES:
            chosen = request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
        g.language = chosen
    language: str = g.language
    return language


@blueprint.post("/language")
def switch() -> Response:
    """Change the language: for good when signed in, else for this browser."""
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        session["language"] = chosen
        person = identity.person_or_none()
        if person:
            people.speak(person, chosen)
    return redirect(identity.own_path(request.form.get("next")), 303)


def here() -> str:
    """Give the address that shows this page again, for whoever changes the language on it."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    adapter = current_app.create_url_adapter(request)
    return request.path if adapter and adapter.test(request.path, "GET") else "/"


def say(words: Text | str | None) -> str:
    """Give words in the reader's language."""
    if words is None:
        return ""
    return words.to(current()) if isinstance(words, Text) else str(words)


def local(at: datetime) -> datetime:
    """Give a moment in the agency's time zone."""
    return at.astimezone(durations.zone())


def moment(at: datetime | None) -> str:
    """Write a moment, to the minute."""
    if at is None:
        return ""
    return format_datetime(local(at), _MOMENT[current()], locale=current())


def day(at: datetime | date | None) -> str:
    """Write a day; the year only when it is not this one."""
    if at is None:
        return ""
    on = local(at).date() if isinstance(at, datetime) else at
    this_year = on.year == local(clock.now()).year
    pattern = (_DAY_OF_THIS_YEAR if this_year else _DAY)[current()]
    return format_date(on, pattern, locale=current())


class Due(NamedTuple):
    """How a due time is shown: in words, in a tone, and in full."""

    words: str
    tone: str
    full: str
    machine: str


def due(at: datetime | None) -> Due | None:
    """Say how a due time stands to now; words and colour say the same."""
    if at is None:
        return None
    now = clock.now()
    days = (local(at).date() - local(now).date()).days
    if at < now:
        words, tone = _overdue(now - at, -days), "red"
    elif days == 0:
        words, tone = gettext("today %(time)s", time=local(at).strftime("%H:%M")), "orange"
    elif days == 1:
        words, tone = gettext("tomorrow"), "yellow"
    elif days <= 7:
        words, tone = ngettext("in %(num)d day", "in %(num)d days", days), "grey"
    else:
        words, tone = day(at), "grey"
    return Due(words, tone, moment(at), at.astimezone(UTC).isoformat())


def _overdue(late: timedelta, days: int) -> str:
    hours = int(late.total_seconds() // 3600)
    words: str
    if days:
        words = ngettext("%(num)d day overdue", "%(num)d days overdue", days)
    elif hours:
        words = ngettext("%(num)d hour overdue", "%(num)d hours overdue", hours)
    else:
        words = gettext("just overdue")
    return words


def filesize(size: int) -> str:
    """Write a size in bytes as people say it."""
    amount = float(size)
    for unit in ("B", "KB", "MB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GB"
