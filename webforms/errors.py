"""Turns what went wrong into a page: the right status, a clear sentence, a way on."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from flask import render_template
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from engine import errors
from engine.languages import Text
from webforms import languages, returned
from webforms import session as database

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)

STATUS: dict[type[errors.AgencyflowError], int] = {
    errors.NotFound: 404,
    errors.NotAllowed: 403,
    errors.WrongPassword: 401,
    errors.TooManyTries: 429,
    errors.TaskGone: 409,
    errors.TaskWithdrawn: 409,
    errors.HeldByAnother: 409,
    errors.ChangedMeanwhile: 409,
    errors.CaseOver: 409,
    errors.AlreadyCurrent: 409,
    errors.StillCalled: 409,
    errors.CallsRetired: 409,
    errors.ReasonMissing: 422,
    errors.InvalidAnswers: 422,
    errors.TooLarge: 413,
    errors.DiagramRefused: 422,
    errors.DraftChanged: 409,
    errors.DraftGone: 409,
    errors.DeployedMeanwhile: 409,
    errors.ProcedureExists: 409,
    errors.ProcedureIdRefused: 422,
    errors.NameMissing: 422,
    errors.WrongProcedure: 422,
    errors.NothingToMove: 422,
    errors.MovedOn: 409,
    errors.NobodyWaits: 409,
    errors.MessageRefused: 409,
}


def init_app(app: Flask) -> None:
    """Give every error its page."""
    app.register_error_handler(errors.AgencyflowError, explained)
    app.register_error_handler(CSRFError, forged)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(IntegrityError, _overtaken)
    app.register_error_handler(StaleDataError, _overtaken)
    app.register_error_handler(HTTPException, from_http)
    app.register_error_handler(Exception, _unexpected)


def status_of(error: errors.AgencyflowError) -> int:
    """Tell the HTTP status that an error of the engine means."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def sentence(error: errors.AgencyflowError) -> str:
    """Say what went wrong in the reader's language, with moments in the agency's time."""
    moments = {k: v for k, v in error.details.items() if isinstance(v, datetime)}
    if not moments:
        return error.text.to(languages.current())
    shown: dict[str, object] = {k: languages.moment(v) for k, v in moments.items()}
    return type(error)(**(error.details | shown)).text.to(languages.current())


def page(status: int, message: str, **more: object) -> tuple[str, int]:
    """Render an error page; what was typed is on it, to copy."""
    typed = returned.texts()
    return render_template(
        "error.html", status=status, message=message, typed=typed, **more
    ), status


def explained(error: errors.AgencyflowError) -> tuple[str, int]:
    """Explain what the engine refused."""
    status = status_of(error)
    if status == 500:
        log.error("unexpected: %s", error, exc_info=error)
    message = sentence(error)
    database.discard()
    return page(status, message)


def from_http(error: HTTPException) -> tuple[str, int] | HTTPException:
    """Explain a refusal."""
    status = error.code or 500
    if status < 400:
        return error
    database.discard()
    return page(status, HTTP_WORDS.get(status, OTHERWISE).to(languages.current()))


def forged(_error: CSRFError | None = None) -> tuple[str, int]:
    """Refuse a form without its token."""
    database.discard()
    return page(
        400,
        gettext(
            "This form is too old, or came from another site. Go back, reload and send it again."
        ),
    )


def _busy(error: OperationalError) -> tuple[str, int]:
    log.error("the database refused: %s", error, exc_info=error)
    database.discard()
    return _bare(503, HTTP_WORDS[503])


def _overtaken(error: Exception) -> tuple[str, int]:
    """Two wrote the same at once, such as the next version of one procedure: one of them did."""
    log.warning("overtaken: %s", error)
    database.discard()
    return page(409, OVERTAKEN.to(languages.current()))


def _unexpected(error: Exception) -> tuple[str, int]:
    log.error("unexpected: %s", error, exc_info=error)
    database.discard()
    return _bare(500, HTTP_WORDS[500])


def _bare(status: int, message: Text) -> tuple[str, int]:
    """Render a page that asks nothing of the database, in both languages."""
    typed = returned.texts()
    return render_template("error_bare.html", status=status, message=message, typed=typed), status


OVERTAKEN = Text(
    "同一时刻有人更改了同样的内容。没有保存任何内容，请再试一次。",
    "Somebody else changed the same at the same moment. Nothing was saved; try again.",
)
OTHERWISE = Text("这个请求无法处理。", "This request cannot be handled.")
HTTP_WORDS = {
    400: Text("这个请求不完整或有误。", "This request is incomplete or wrong."),
    401: Text(
        "您的登录已过期。请在新窗口中登录，然后返回这一页重新提交，您填写的内容还在。",
        "You are signed out. Sign in in a new window, then come back to this page and send it again: what you typed is still there.",
    ),
    403: Text("您没有权限这样做。", "You may not do this."),
    404: Text(
        "这里没有内容，或者您无权查看。", "There is nothing here, or nothing that you may see."
    ),
    405: Text("这个地址不支持这种操作。", "This address does not do that."),
    413: Text("发送的内容太大。", "What you sent is too large."),
    422: Text("有些内容需要再看一下。", "Some answers need another look."),
    429: Text("请求太多，请稍后再试。", "Too many requests. Try again later."),
    500: Text(
        "系统出错了，没有保存任何内容。问题已记录，请稍后再试。",
        "Something broke on our side. Nothing was saved; the fault has been logged. Try again later.",
    ),
    503: Text(
        "系统正忙，没有保存任何内容。请稍后再试。",
        "The system is busy. Nothing was saved; try again in a moment.",
    ),
}
