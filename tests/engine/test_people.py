"""People: who signs in, who belongs where, who sees which case."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from sqlalchemy import update

from engine import clock, database, errors, organisation, people
from engine.database import Sessions
from engine.languages import Text
from engine.models import Group, Person
from engine.organisation import DEMO_PASSWORD
from tests.conftest import PROCESSES
from tests.engine.agency import MORNING, Agency, pass_time
from tests.engine.drawings import draw

TWO = draw(
    "two",
    """
    start begin lane=account_executive
    user work lane=executor
    user check lane=planning_head
    end done
    begin > work > check > done
    """,
)


@pytest.fixture
def quick(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> Sessions:
    """Everybody has their demo password still, but it is checked in no time."""
    monkeypatch.setattr(people, "_hasher", PasswordHasher(1, 8, 1))
    monkeypatch.setattr(people, "_nobody", people.hashed("nobody"))
    with database.writing(sessions) as session:
        session.execute(update(Person).values(password_hash=people.hashed(DEMO_PASSWORD)))
    return sessions


def sign_in(sessions: Sessions, login: str, password: str) -> Person:
    """Sign in as the pages do: what the try counts is kept."""
    failed: errors.AgencyflowError | None = None
    with database.reading(sessions) as session:
        known = people.recognised(session, login, password)
    with database.writing(sessions) as session:
        try:
            return people.sign_in(session, login, recognised=known)
        except errors.AgencyflowError as error:
            failed = error
    raise failed


def test_it_signs_in_with_the_right_password_only(quick: Sessions) -> None:
    assert sign_in(quick, "ae", DEMO_PASSWORD).name.zh == "安晓彤"
    for login, password in (
        ("ae", "wrong"),
        ("ae", ""),
        ("nobody", DEMO_PASSWORD),
        ("", ""),
        ("AE", DEMO_PASSWORD),
        ("ae\x00", DEMO_PASSWORD),
        ("ae", "\ud800"),
        ("x" * 1000, "y" * 1000),
    ):
        with pytest.raises(errors.WrongPassword):
            sign_in(quick, login, password)


def test_it_pauses_after_ten_failures_and_counts_anew_after_success(quick: Sessions) -> None:
    clock.set(MORNING)
    for _ in range(9):
        with pytest.raises(errors.WrongPassword):
            sign_in(quick, "ae", "wrong")
    sign_in(quick, "ae", DEMO_PASSWORD)
    for _ in range(10):
        with pytest.raises(errors.WrongPassword):
            sign_in(quick, "ae", "wrong")
    with pytest.raises(errors.TooManyTries, match="Wait 10 minutes"):
        sign_in(quick, "ae", DEMO_PASSWORD)
    assert sign_in(quick, "as", DEMO_PASSWORD), "others are not concerned"
    pass_time(minutes=9)
    with pytest.raises(errors.TooManyTries):
        sign_in(quick, "ae", DEMO_PASSWORD)
    pass_time(minutes=2)
    assert sign_in(quick, "ae", DEMO_PASSWORD).id == "ae"


def test_it_lets_no_try_in_that_was_under_way_when_the_account_began_to_pause(
    quick: Sessions,
) -> None:
    clock.set(MORNING)
    with database.reading(quick) as session:
        assert people.recognised(session, "ae", DEMO_PASSWORD)
    for _ in range(10):
        with pytest.raises(errors.WrongPassword):
            sign_in(quick, "ae", "wrong")
    with database.writing(quick) as session, pytest.raises(errors.TooManyTries):
        people.sign_in(session, "ae", recognised=True)


def test_it_knows_nobody_who_has_left(sessions: Sessions) -> None:
    agency = Agency(sessions)
    agency.leave("ae")
    with pytest.raises(errors.WrongPassword):
        sign_in(sessions, "ae", DEMO_PASSWORD)
    with database.reading(sessions) as session:
        assert people.active(session, "ae") is None
        assert people.active(session, "as") is not None
        assert people.members(session, {"account_executive"}) == set()
        assert "ae" not in people.directory(session).persons


def test_it_enrols_and_changes_people(sessions: Sessions) -> None:
    with database.writing(sessions) as session:
        people.enrol(session, "new", Text("新人", "New"), groups=["executor"], password="one")
        people.enrol(
            session, "new", Text("新人", "Newer"), groups=["administration"], password="two"
        )
    with pytest.raises(errors.WrongPassword):
        sign_in(sessions, "new", "one")
    person = sign_in(sessions, "new", "two")
    assert (person.name.en, person.demo) == ("Newer", False)
    assert person.password_hash.startswith("$argon2")
    with database.reading(sessions) as session:
        assert people.groups(session, person) == {"administration"}


def test_it_remembers_the_language_that_somebody_chose(sessions: Sessions) -> None:
    with database.writing(sessions) as session:
        person = session.get_one(Person, "ae")
        for language, kept in (("en", "en"), ("fr", "en"), ("zh", "zh")):
            people.speak(person, language)
            assert person.language == kept


def test_it_supervises_at_any_remove_even_in_a_circle(sessions: Sessions) -> None:
    with database.writing(sessions) as session:
        assert people.supervised(session, {"account_director"}) == {
            "account_supervisor",
            "account_executive",
        }
        assert people.supervised(session, {"executor"}) == set()
        session.get_one(Group, "account_director").supervised_by = "account_executive"
        session.flush()
        assert "account_director" in people.supervised(session, {"account_executive"})


def test_it_shows_a_case_to_those_who_have_a_part_in_it(sessions: Sessions) -> None:
    agency = Agency(sessions, TWO)
    number = agency.begin("ae", "two")
    everybody = ("ae", "as", "ad", "ph", "ch", "ex1", "ex2", "adm", "con", "owner", "manager")

    def seeing() -> set[str]:
        return {who for who in (*everybody, "admin") if agency.may_see(who, number)}

    above = {"ae", "as", "ad", "manager", "admin"}
    assert seeing() == above | {"ex1", "ex2"}, "the starter, those above, whoever may claim"
    task_id = agency.claim("ex1", number, "work")
    assert seeing() == above | {"ex1"}, "what one holds is nobody else's affair"
    agency.finish("ex1", task_id)
    assert seeing() == above | {"ex1", "ph"}, "whoever held a task remembers it"
    agency.do("ph", number, "check")
    assert seeing() == above | {"ex1", "ph"}, "also when it is over"
    for who in set(everybody) - seeing():
        with pytest.raises(errors.NotFound):
            agency.page(who, number)


def test_it_shows_supervisors_what_their_people_hold(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        draw(
            "below",
            """
            start begin lane=executor
            user work lane=account_executive
            user other lane=administration
            end done
            begin > work > other > done
            """,
        ),
    )
    number = agency.begin("ex1", "below")
    assert all(agency.may_see(who, number) for who in ("ae", "as", "ad")), "they may claim it"
    agency.do("ae", number, "work")
    assert all(agency.may_see(who, number) for who in ("ae", "as", "ad")), "one did it"
    assert not agency.may_see("ph", number)
    with agency.acting("as") as (session, person):
        assert not people.oversees(people.groups(session, person))


def test_it_lists_the_demo_accounts_with_their_groups(sessions: Sessions) -> None:
    assert (PROCESSES / "organisation.toml").exists()
    with database.reading(sessions) as session:
        accounts = {p.id: [g.en for g in groups] for p, groups in people.demo_accounts(session)}
    assert accounts["ex1"] == ["Executors"]
    assert len(accounts) == 12


def test_it_lists_the_demo_accounts_in_the_order_of_the_file(sessions: Sessions) -> None:
    with database.reading(sessions) as session:
        found = [person.id for person, _ in people.demo_accounts(session)]
    assert found == organisation.demo_ids(PROCESSES / "organisation.toml")
