"""Documents: kept by their content, and reached only through a case or by whoever sent them."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from engine import database, documents, errors
from engine.database import Sessions
from engine.models import Document, Person
from tests.engine.agency import Agency
from tests.engine.drawings import draw

FILES = draw(
    "files",
    """
    start begin lane=executor fields="brief:file"
    user work lane=executor fields="draft:file note:string"
    user check lane=account_executive fields="draft:file"
    end done
    begin > work > check > done
    """,
)


@pytest.fixture
def agency(sessions: Sessions) -> Agency:
    return Agency(sessions, FILES)


def stored(agency: Agency, name: str, *, who: str = "ex1", content: bytes = b"x") -> Document:
    with agency.acting(who) as (session, person):
        return documents.store(
            session, person, BytesIO(content), name=name, media_type="text/plain"
        )


def opens(agency: Agency, who: str, document_id: int) -> bool:
    with database.reading(agency.sessions) as session:
        try:
            _, path = documents.opened(session, session.get_one(Person, who), document_id)
        except errors.NotFound:
            return False
        return path.is_file()


def contents(agency: Agency) -> list[Path]:
    with database.reading(agency.sessions) as session:
        return [p for p in documents.folder(session).rglob("*") if p.is_file()]


def test_it_is_kept_once_under_the_hash_of_its_content(agency: Agency) -> None:
    first = stored(agency, "一.txt", content=b"same")
    second = stored(agency, "二.txt", who="ae", content=b"same")
    assert first.id != second.id
    assert first.sha256 == second.sha256 == hashlib.sha256(b"same").hexdigest()
    (path,) = contents(agency)
    assert path.name == first.sha256
    assert path.read_bytes() == b"same"
    assert (first.size, first.name, first.media_type) == (4, "一.txt", "text/plain")
    assert stored(agency, "empty", content=b"").size == 0


def test_it_is_refused_when_it_is_too_large_and_leaves_nothing(agency: Agency) -> None:
    with (
        pytest.raises(errors.TooLarge, match=r"big\.bin is larger than the 1 MB") as refused,
        agency.acting("ex1") as (session, person),
    ):
        documents.store(
            session,
            person,
            BytesIO(b"x" * (2**20 + 1)),
            name="big.bin",
            media_type="",
            limit=2**20,
        )
    assert "超过了允许的 1 MB" in refused.value.text.zh
    assert contents(agency) == []
    with agency.acting("ex1") as (session, person):
        kept = documents.store(
            session, person, BytesIO(b"x" * 2**20), name="a", media_type="", limit=2**20
        )
    assert kept.size == 2**20


def test_it_leaves_nothing_when_the_upload_breaks_off(agency: Agency) -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ConnectionResetError

    with (
        pytest.raises(ConnectionResetError),
        agency.acting("ex1") as (session, person),
    ):
        documents.store(session, person, Broken(), name="a", media_type="")
    assert contents(agency) == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ae\\提案.pdf", "提案.pdf"),
        ("/", "file"),
        ("", "file"),
        ("..", "file"),
        ("a/..", "file"),
        (".", "file"),
        ("a\r\nX-Header: b.txt", "aX-Header: b.txt"),
        ("a\x00.txt", "a.txt"),
        ("half \ud800.txt", "half .txt"),
        ("长" * 400 + ".pdf", "长" * 296 + ".pdf"),
    ],
)
def test_it_keeps_a_name_without_a_path(agency: Agency, sent: str, kept: str) -> None:
    assert stored(agency, sent).name == kept


def test_it_is_reached_by_whoever_sent_it_and_through_its_case(agency: Agency) -> None:
    file = agency.attached("ex1")
    assert opens(agency, "ex1", file["id"])
    for who in ("ex2", "ae", "manager", "admin"):
        assert not opens(agency, who, file["id"]), "it belongs to no case yet"
    number = agency.begin("ex1", "files", brief=[file])
    assert [d.id for d in agency.page("ex1", number).documents] == [file["id"]]
    for who in ("ex1", "ex2", "manager"):
        assert opens(agency, who, file["id"])
    for who in ("ae", "ph", "owner"):
        assert not opens(agency, who, file["id"])
    assert not opens(agency, "manager", 10**6)
    assert not opens(agency, "manager", -1)


def test_it_cannot_be_named_by_somebody_who_does_not_have_it(agency: Agency) -> None:
    secret = agency.attached("ph", b"secret")
    number = agency.begin("ex1", "files", brief=[])
    for named in (secret, {**secret, "name": "mine.txt"}, {"id": secret["id"]}, secret["id"]):
        with pytest.raises(errors.InvalidAnswers):
            agency.do("ex1", number, "work", draft=[named])
        with pytest.raises(errors.InvalidAnswers):
            agency.begin("ex1", "files", brief=[named])
    assert not opens(agency, "ex1", secret["id"])


def test_it_is_described_by_what_is_known_of_it_not_by_the_form(agency: Agency) -> None:
    file = agency.attached("ex1")
    number = agency.begin("ex1", "files", brief=[{**file, "name": "other.exe", "size": 1}])
    assert agency.data(number)["brief"] == [file]


def test_it_may_be_named_again_by_the_next_person_of_its_case(agency: Agency) -> None:
    file = agency.attached("ex1")
    number = agency.begin("ex1", "files", brief=[])
    agency.do("ex1", number, "work", draft=[file])
    agency.do("ae", number, "check", draft=[file])
    assert agency.case(number).status == "ended"
    assert opens(agency, "ae", file["id"])
    other = agency.begin("ex1", "files", brief=[])
    with pytest.raises(errors.InvalidAnswers):
        agency.do("ex2", other, "work", draft=[file])


def test_it_is_found_in_values_however_deep() -> None:
    file: dict[str, Any] = {"id": 3, "name": "a", "size": 1}
    assert documents.named_in({"a": [{"b": [file, {**file, "id": 4}]}], "c": "x"}) == {3, 4}
    assert documents.named_in([{"id": 3}, {**file, "more": 1}, {**file, "id": "3"}, None]) == set()
