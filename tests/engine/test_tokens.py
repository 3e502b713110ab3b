"""Access tokens: made, recognised, over, revoked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import clock, database, errors, tokens
from engine.database import Sessions
from engine.models import Person, Token


def test_it_recognises_a_token_and_keeps_only_its_hash(sessions: Sessions) -> None:
    with database.writing(sessions) as session:
        token, text = tokens.issue(session, session.get_one(Person, "ae"), " CRM ", days=30)
        assert text.startswith(tokens.PREFIX)
        assert text not in str({c.name: getattr(token, c.name) for c in Token.__table__.columns})
    with database.reading(sessions) as session:
        found = tokens.recognised(session, text)
        assert found is not None
        assert (found[0].name, found[1].id) == ("CRM", "ae")
        assert tokens.recognised(session, text[:-1]) is None
        assert tokens.recognised(session, "") is None
        assert tokens.recognised(session, "\udc80") is None


def test_it_is_good_until_its_last_day_and_no_longer(sessions: Sessions) -> None:
    with database.writing(sessions) as session:
        _, text = tokens.issue(session, session.get_one(Person, "ae"), "CRM", days=30)
    begin = clock.now()
    clock.set(begin + timedelta(days=29))
    with database.reading(sessions) as session:
        assert tokens.recognised(session, text) is not None
        clock.set(begin + timedelta(days=30, seconds=1))
        assert tokens.recognised(session, text) is None
        assert tokens.is_over(tokens.listed(session, session.get_one(Person, "ae"))[0])


def test_it_leaves_with_its_owner(sessions: Sessions) -> None:
    with database.writing(sessions) as session:
        person = session.get_one(Person, "ae")
        _, text = tokens.issue(session, person, "CRM", days=30)
        person.active = False
        session.flush()
        assert tokens.recognised(session, text) is None


def test_it_is_revoked_by_its_owner_and_by_nobody_else(sessions: Sessions) -> None:
    with database.writing(sessions) as session:
        owner, other = session.get_one(Person, "ae"), session.get_one(Person, "admin")
        token, text = tokens.issue(session, owner, "CRM", days=30)
        with pytest.raises(errors.NotFound):
            tokens.revoke(session, other, token.id)
        assert tokens.recognised(session, text) is not None
        tokens.revoke(session, owner, token.id)
        assert tokens.recognised(session, text) is None
        with pytest.raises(errors.NotFound):
            tokens.revoke(session, owner, token.id)


def test_it_notes_its_use_once_an_hour(sessions: Sessions) -> None:
    with database.writing(sessions) as session:
        token, _ = tokens.issue(session, session.get_one(Person, "ae"), "CRM", days=30)
        assert tokens.is_news(token)
        tokens.note_use(session, token.id)
        assert not tokens.is_news(token)
        clock.set(clock.now() + timedelta(hours=1))
        assert tokens.is_news(token)
