"""The page of one's access tokens: made, shown once, revoked."""

from __future__ import annotations

import re
from collections.abc import Callable

from click.testing import CliRunner

from engine import clock, database, tokens
from engine.cli import cli
from engine.database import Sessions
from tests.webforms.conftest import Browser

TEXT = re.compile(r'value="(agf_[^"]+)"')


def test_it_shows_a_token_once(signed_in: Callable[[str], Browser], sessions: Sessions) -> None:
    browser = signed_in("owner")
    made = browser.post("/tokens/", {"name": "Camunda Modeler", "days": "30"})
    found = TEXT.search(made.text)
    assert found, made.text
    with database.reading(sessions) as session:
        known = tokens.recognised(session, found[1])
        assert known is not None
        token, person = known
        assert (token.name, person.id) == ("Camunda Modeler", "owner")
        assert token.expires_at is not None
        assert (token.expires_at - clock.now()).days in (29, 30)
    later = browser.get("/tokens/").text
    assert "Camunda Modeler" in later
    assert found[1] not in later
    assert "Camunda Modeler</span>" not in signed_in("ae").get("/tokens/").text


def test_it_revokes_a_token(signed_in: Callable[[str], Browser], sessions: Sessions) -> None:
    browser = signed_in("ae")
    found = TEXT.search(browser.post("/tokens/", {"name": "CRM"}).text)
    assert found
    assert browser.post("/tokens/1/revoke", follow_redirects=True).status_code == 200
    with database.reading(sessions) as session:
        assert tokens.recognised(session, found[1]) is None


def test_it_wants_a_name(signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("ae")
    for name in ("", "  ", "x" * 201):
        assert browser.post("/tokens/", {"name": name}).status_code == 422
    assert "agf_" not in browser.get("/tokens/").text
    assert browser.post("/tokens/", {"name": "x", "days": "99999"}).status_code == 200
    assert browser.post("/tokens/", {"name": "x", "days": "soon"}).status_code == 200


def test_the_command_makes_lists_and_revokes_tokens(sessions: Sessions) -> None:
    address = str(sessions.kw["bind"].url.render_as_string(hide_password=False))
    runner = CliRunner(env={"AGENCYFLOW_DATABASE_URL": address})
    made = runner.invoke(cli, ["token", "new", "ae", "--name", "CRM", "--days", "7"])
    assert made.exit_code == 0, made.output
    text = made.output.split()[-1]
    with database.reading(sessions) as session:
        assert tokens.recognised(session, text) is not None
    listed = runner.invoke(cli, ["token", "list", "ae"]).output
    assert "1: CRM" in listed
    assert text not in listed
    assert runner.invoke(cli, ["token", "revoke", "ph", "1"]).exit_code == 2
    assert runner.invoke(cli, ["token", "revoke", "ae", "1"]).exit_code == 0
    with database.reading(sessions) as session:
        assert tokens.recognised(session, text) is None
    assert runner.invoke(cli, ["token", "new", "nobody", "--name", "x"]).exit_code == 2
