"""Who speaks: a token, or a login name with a password or a token, sent with every request."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import OrderedDict
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import current_app, g, request

from engine import clock, errors, people, tokens
from engine.database import reading, writing
from engine.languages import LANGUAGES, Text
from webforms import session as database
from webforms.rest.refusals import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask

    from engine.database import Sessions
    from engine.models import Person

#: For how long a password that was right need not be checked again.
REMEMBERED = timedelta(minutes=5)
_MOST = 1000
_WHO = Text(
    "请说明身份：发送访问令牌（Authorization: Bearer …），或用户名和密码（Basic）。",
    "Say who you are: send an access token (Authorization: Bearer …), or name and password (Basic).",
)
_NO_TOKEN = Text(
    "这个访问令牌不正确、已过期或已撤销。",
    "This access token is wrong, has expired or was revoked.",
)
_OWNERS_ONLY = Text(
    "只有流程负责人和管理员可以部署流程。", "only process owners and administrators deploy."
)


def init_app(app: Flask) -> None:
    """Let nobody in without a name."""
    app.extensions["agencyflow.verified"] = Verified()
    app.before_request(_admit)


class Verified:
    """Passwords that were right a moment ago, by a keyed hash: argon2 is slow on purpose.

    The hash covers what is stored of the password, so a changed password is not remembered.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._until: OrderedDict[bytes, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def knows(self, *parts: str) -> bool:
        """Tell whether these parts were right a moment ago."""
        with self._lock:
            until = self._until.get(self._mark(parts))
        return until is not None and until > clock.now()

    def learn(self, *parts: str) -> None:
        """Remember for a while that these parts are right."""
        with self._lock:
            self._until[self._mark(parts)] = clock.now() + REMEMBERED
            while len(self._until) > _MOST:
                self._until.popitem(last=False)

    def _mark(self, parts: tuple[str, ...]) -> bytes:
        said = "\x00".join(parts).encode(errors="replace")
        return hmac.digest(self._key, said, "sha256")


def _admit() -> None:
    # A browser asks what it may send before it sends who it is.
    if request.method == "OPTIONS":
        return
    found = _recognised()
    g.person_id, g.language = found.id, found.language


def _recognised() -> Person:
    """Give whoever speaks, or raise Refused, WrongPassword or TooManyTries."""
    given = request.authorization
    if given is not None and given.type == "bearer":
        return _by_token(given.token or "")
    login = given.get("username") if given is not None else None
    password = given.get("password") if given is not None else None
    if not login or password is None:
        raise Refused(_WHO, status=401, kind="AuthenticationException")
    if password.startswith(tokens.PREFIX):
        return _by_token(password, login)
    return _by_password(login.strip(), password[:1000])


def _by_token(text: str, login: str | None = None) -> Person:
    with reading(_sessions()) as session:
        token, person = tokens.recognised(session, text.strip()) or (None, None)
    if token is None or person is None or login not in (None, person.id) or not _is_welcome(person):
        raise Refused(_NO_TOKEN, status=401, kind="AuthenticationException")
    if tokens.is_news(token):
        with writing(_sessions()) as session:
            tokens.note_use(session, token.id)
    return person


def _by_password(login: str, password: str) -> Person:
    verified: Verified = current_app.extensions["agencyflow.verified"]
    with reading(_sessions()) as session:
        person = people.active(session, login) if login.isprintable() else None
        stored = person.password_hash if person else ""
        known = verified.knows(login, password, stored)
        right = known or people.recognised(session, login, password)
        counts = not right or (person is not None and _is_marked(person))
    if counts:
        _count(login, right=right)
    if person is None or not right or not _is_welcome(person):
        raise errors.WrongPassword
    if not known:
        verified.learn(login, password, stored)
    return person


def _is_marked(person: Person) -> bool:
    """Tell whether failed tries are held against somebody."""
    paused = person.locked_until is not None and person.locked_until > clock.now()
    return paused or person.failed_tries > 0


def _count(login: str, *, right: bool) -> None:
    """Count a failed try, or forget those before a good one; raise when it is no good."""
    refused: errors.AgencyflowError | None = None
    with writing(_sessions()) as session:
        try:
            people.sign_in(session, login, recognised=right)
        except (errors.WrongPassword, errors.TooManyTries) as error:
            refused = error  # the count is kept
    if refused is not None:
        raise refused


def _is_welcome(person: Person) -> bool:
    return not person.demo or bool(current_app.extensions["agencyflow.settings"].demo)


def _sessions() -> Sessions:
    sessions: Sessions = current_app.extensions["agencyflow.sessions"]
    return sessions


def person() -> Person:
    """Give the person who speaks."""
    found = people.active(database.current(), g.person_id)
    if found is None:
        raise errors.WrongPassword
    return found


def language() -> str:
    """Tell the language of whoever speaks; of strangers, what their request prefers."""
    known: str = g.get("language", "")
    return known or request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def say(words: Text) -> str:
    """Give words in the language of whoever speaks."""
    return words.to(language())


def require_owner() -> None:
    """Let only those on who may change procedures."""
    if not people.owns(people.groups(database.current(), person())):
        raise errors.NotAllowed(reason=_OWNERS_ONLY)
