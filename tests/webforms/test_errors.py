"""Pages for what goes wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from engine import database, errors
from engine.database import Sessions
from engine.languages import Text
from engine.models import Comment, Person
from tests.webforms.conftest import Browser
from webforms import session as own_session
from webforms.errors import STATUS, status_of

SignedIn = Callable[[str], Browser]

RAISED = {
    "NotFound": errors.NotFound(),
    "NotAllowed": errors.NotAllowed(reason=Text("不行", "no")),
    "TaskGone": errors.TaskGone(who=Text("甲", "A"), when="2026-01-01"),
    "TaskWithdrawn": errors.TaskWithdrawn(),
    "HeldByAnother": errors.HeldByAnother(who=Text("甲", "A")),
    "ChangedMeanwhile": errors.ChangedMeanwhile(),
    "CaseOver": errors.CaseOver(),
    "ReasonMissing": errors.ReasonMissing(),
    "InvalidAnswers": errors.InvalidAnswers({"x": Text("错", "wrong")}),
    "TooLarge": errors.TooLarge(name="a", limit=50),
    "TooManyTries": errors.TooManyTries(minutes=10),
    "StepFailed": errors.StepFailed(label="x", element_id="x", reason="x"),
}


@pytest.fixture
def raising(app: Flask) -> Flask:
    """The application with pages that fail."""

    def fail(name: str) -> str:
        if name == "Unexpected":
            raise RuntimeError("secret detail")
        if name == "Overtaken":
            raise IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed"))
        if name == "Stale":
            raise StaleDataError("UPDATE statement on table 'draft' matched 0 rows")
        if name == "Busy":
            raise OperationalError("BEGIN", {}, Exception("database is locked"))
        raise RAISED[name]

    app.add_url_rule("/fail/<name>", "fail", fail)
    return app


@pytest.mark.parametrize("name", sorted(RAISED))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_has_a_page_with_the_right_status(
    raising: Flask, signed_in: SignedIn, name: str, language: str
) -> None:
    browser = signed_in("ae")
    browser.post("/language", {"language": language})
    answer = browser.get(f"/fail/{name}")
    error = RAISED[name]
    assert answer.status_code == status_of(error)
    assert str(escape(error.text.to(language)))[:12] in answer.text
    assert "安晓彤" in answer.text or "An Xiaotong" in answer.text


def test_it_says_nothing_of_the_inside(raising: Flask, signed_in: SignedIn) -> None:
    answer = signed_in("ae").get("/fail/Unexpected")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "系统出错了" in answer.text
    assert "Something broke" in answer.text
    busy = signed_in("ae").get("/fail/Busy")
    assert busy.status_code == 503
    assert "locked" not in busy.text


@pytest.mark.parametrize("name", ["Overtaken", "Stale"])
def test_it_says_who_may_try_again_that_somebody_was_faster(
    raising: Flask, signed_in: SignedIn, name: str
) -> None:
    answer = signed_in("ae").get(f"/fail/{name}")
    assert answer.status_code == 409
    assert "请再试一次" in answer.text
    assert "constraint" not in answer.text
    assert "draft" not in answer.text


def test_it_knows_the_status_of_every_error_of_the_catalogue() -> None:
    inside = {errors.StepFailed, errors.ExpressionFailed}
    for error in vars(errors).values():
        if isinstance(error, type) and issubclass(error, errors.AgencyflowError):
            assert error in STATUS or error in inside or error is errors.AgencyflowError


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("DELETE", "/cases/", 405),
        ("PUT", "/", 405),
        ("GET", "/tasks/x/claim", 405),
    ],
)
def test_it_explains_wrong_addresses(
    signed_in: SignedIn, method: str, path: str, status: int
) -> None:
    browser = signed_in("ae")
    headers = {"X-CSRFToken": browser.token()}
    answer = browser.client.open(path, method=method, headers=headers)
    assert answer.status_code == status
    assert "<html" in answer.text


def test_it_rolls_back_what_a_failing_view_did(
    app: Flask, signed_in: SignedIn, sessions: Sessions
) -> None:
    def write_and_fail() -> str:
        own_session.current().get_one(Person, "ae").name_zh = "改了"
        own_session.current().flush()
        raise errors.NotAllowed(reason="x")

    def write() -> str:
        own_session.current().get_one(Person, "as").name_zh = "改了"
        return "written"

    app.add_url_rule("/fail", "fail_late", write_and_fail, methods=["POST"])
    app.add_url_rule("/write", "write", write, methods=["POST"])
    assert signed_in("ae").post("/fail").status_code == 403
    assert signed_in("ae").post("/write").status_code == 200
    with database.reading(sessions) as session:
        assert session.get_one(Person, "ae").name_zh == "安晓彤"
        assert session.get_one(Person, "as").name_zh == "改了"
        assert session.scalars(select(Comment)).all() == []
