"""What went wrong, as JSON in Camunda's shape: `type`, `message`, `code`, and `details`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from engine import errors
from webforms import session as database
from webforms.errors import HTTP_WORDS, OTHERWISE, OVERTAKEN, status_of
from webforms.rest import authority
from webforms.rest.bodies import answer
from webforms.rest.refusals import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask, Response

    from engine.diagrams import Problem

log = logging.getLogger(__name__)

#: What Camunda Modeler looks for at the begin of a message, to say that the diagram is at fault.
PARSING = "ENGINE-09005 Could not parse BPMN process."

#: The names of Camunda's exceptions, where it has one for the same thing.
TYPES: dict[type[errors.AgencyflowError], str] = {
    errors.NotAllowed: "AuthorizationException",
    errors.WrongPassword: "AuthenticationException",
    errors.TooManyTries: "AuthenticationException",
    errors.HeldByAnother: "TaskAlreadyClaimedException",
    errors.ChangedMeanwhile: "OptimisticLockingException",
    errors.StepFailed: "ProcessEngineException",
    errors.NobodyWaits: "MismatchingMessageCorrelationException",
    errors.MessageRefused: "MismatchingMessageCorrelationException",
}
#: Where a program's status differs from a page's.
STATUS: dict[type[errors.AgencyflowError], int] = {
    errors.InvalidAnswers: 400,
    errors.DiagramRefused: 400,
    errors.ReasonMissing: 400,
    errors.NobodyWaits: 400,
    errors.MessageRefused: 400,
    # Camunda Modeler takes any other status for a wrong address.
    errors.TooManyTries: 401,
}


def init_app(app: Flask) -> None:
    """Give every error its answer."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(errors.AgencyflowError, _explained)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(IntegrityError, _overtaken)
    app.register_error_handler(StaleDataError, _overtaken)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(Exception, _unexpected)


def failed(status: int, kind: str, message: str, **more: Any) -> Response:
    """Give the answer to a request that failed."""
    response = answer({"type": kind, "message": message, "code": 0, **more}, status)
    if status == 401:
        # Not "Basic": a browser would ask for a password, keep it, and send it for other sites.
        response.headers["WWW-Authenticate"] = 'Bearer realm="agencyflow"'
    return response


def _refused(error: Refused) -> Response:
    said = error.text.to(authority.language())
    database.discard()
    return failed(error.status, error.kind, said)


def _explained(error: errors.AgencyflowError) -> Response:
    language = authority.language()
    database.discard()
    if isinstance(error, errors.DiagramRefused):
        return _unparsed(error.problems, language)
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 0)
    status = status or status_of(error)
    if status == 500:
        log.error("unexpected: %s", error, exc_info=error)
    kind = next((TYPES[kind] for kind in type(error).__mro__ if kind in TYPES), "RestException")
    message = error.text.to(language)
    if isinstance(error, errors.InvalidAnswers):
        found = {path: text.to(language) for path, text in error.errors.items()}
        listed = " ".join(f"{path or '?'}: {said}" for path, said in found.items())
        return failed(status, "InvalidRequestException", f"{message} {listed}", details=found)
    return failed(status, kind, message)


def _unparsed(problems: Sequence[Problem], language: str) -> Response:
    """Say of each file what keeps it from being deployed, and what should be changed besides."""
    lines = [f"* {problem.to(language)}" for problem in problems if problem.is_error]
    said = "\n".join([PARSING, *lines])
    return failed(400, "ParseException", said, details=reports(problems, language))


def reports(
    problems: Sequence[Problem], language: str = ""
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Give the problems of each file, errors apart from warnings."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for problem in problems:
        report = found.setdefault(problem.file, {"errors": [], "warnings": []})
        kind = "errors" if problem.is_error else "warnings"
        report[kind].append(_told(problem, language or authority.language()))
    return found


def _told(problem: Problem, language: str) -> dict[str, Any]:
    ids = [problem.element_id] if problem.element_id else []
    return {
        "message": problem.text.to(language),
        "line": problem.line,
        "column": 0,
        "mainElementId": ids[0] if ids else None,
        "elementIds": ids,
    }


def _from_http(error: HTTPException) -> Response:
    status = error.code or 500
    language = authority.language()
    database.discard()
    said = HTTP_WORDS.get(status, OTHERWISE).to(language)
    response = failed(status, "NotFoundException" if status == 404 else "RestException", said)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _busy(error: OperationalError) -> Response:
    log.error("the database refused: %s", error, exc_info=error)
    database.discard()
    said = HTTP_WORDS[503].to(authority.language())
    return failed(503, "RestException", said)


def _overtaken(error: Exception) -> Response:
    """Two wrote the same at once, such as the next version of one procedure: one of them did."""
    log.warning("overtaken: %s", error)
    database.discard()
    return failed(409, "OptimisticLockingException", authority.say(OVERTAKEN))


def _unexpected(error: Exception) -> Response:
    log.error("unexpected: %s", error, exc_info=error)
    language = authority.language()
    database.discard()
    return failed(500, "RestException", HTTP_WORDS[500].to(language))
