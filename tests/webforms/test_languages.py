"""Which language a page speaks, and how it says moments."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask

import webforms
from engine import clock, database
from engine.database import Sessions
from engine.models import Person
from tests.webforms.conftest import Browser
from webforms import languages

CATALOGUE = Path(webforms.__file__).parent / "translations" / "zh" / "LC_MESSAGES"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2)}


def test_it_has_chinese_for_every_english_text() -> None:
    catalogue = read_po(BytesIO((CATALOGUE / "messages.po").read_bytes()))
    used = {
        message if isinstance(message, str) else message[0]
        for _file, _line, message, _comments, _context in extract_from_dir(
            Path(webforms.__file__).parent, METHODS, keywords=KEYWORDS
        )
    }
    missing = {text for text in used if text not in catalogue or not catalogue[text].string}
    assert missing == set()
    known = {m.id if isinstance(m.id, str) else m.id[0] for m in catalogue if m.id}
    assert known - used == set(), "texts that no page uses any more"


def test_it_has_compiled_what_the_catalogue_says() -> None:
    source = read_po(BytesIO((CATALOGUE / "messages.po").read_bytes()))
    compiled = read_mo(BytesIO((CATALOGUE / "messages.mo").read_bytes()))
    assert _said(source) == _said(compiled)


def _said(catalogue: Catalog) -> dict[str, tuple[str, ...]]:
    return {
        m.id if isinstance(m.id, str) else m.id[0]: (m.string,)
        if isinstance(m.string, str)
        else tuple(m.string)
        for m in catalogue
        if m.id
    }


@pytest.mark.parametrize(
    ("accepted", "lang"), [("en-GB,en;q=0.9", "en"), ("zh-CN", "zh-CN"), ("fr", "zh-CN")]
)
def test_it_speaks_the_language_of_the_browser_to_strangers(
    browser: Browser, accepted: str, lang: str
) -> None:
    page = browser.get("/sign-in", headers={"Accept-Language": accepted})
    assert f'<html lang="{lang}">' in page.text


def test_it_remembers_the_language_of_a_person(browser: Browser, sessions: Sessions) -> None:
    browser.sign_in("ae")
    answer = browser.post("/language", {"language": "en", "next": "/cases/?page=2"})
    assert (answer.status_code, answer.location) == (303, "/cases/?page=2")
    assert ">Procedures<" in browser.get("/").text
    with database.reading(sessions) as session:
        assert session.get_one(Person, "ae").language == "en"


def test_it_remembers_the_language_of_a_browser_before_signing_in(browser: Browser) -> None:
    browser.post("/language", {"language": "en"})
    assert '<html lang="en">' in browser.get("/sign-in").text
    browser.post("/language", {"language": "tlh"})
    assert '<html lang="en">' in browser.get("/sign-in").text


NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai


@pytest.mark.parametrize(
    ("after", "zh", "en", "tone"),
    [
        (timedelta(days=-2), "逾期 2 天", "2 days overdue", "red"),
        (timedelta(hours=-3), "逾期 3 小时", "3 hours overdue", "red"),
        (timedelta(minutes=-5), "刚刚逾期", "just overdue", "red"),
        (timedelta(hours=8), "今天 18:00", "today 18:00", "orange"),
        (timedelta(hours=15), "明天", "tomorrow", "yellow"),
        (timedelta(days=3), "3 天后", "in 3 days", "grey"),
        (timedelta(days=20), "3月24日", "24 Mar", "grey"),
        (timedelta(days=400), "2027年4月8日", "8 Apr 2027", "grey"),
    ],
)
def test_it_says_due_times_in_words_and_tone(
    app: Flask, after: timedelta, zh: str, en: str, tone: str
) -> None:
    clock.set(NOW)
    for language, words in (("zh", zh), ("en", en)):
        with app.test_request_context(headers={"Accept-Language": language}):
            due = languages.due(NOW + after)
            assert due is not None
            assert (due.words, due.tone) == (words, tone)


def test_it_writes_moments_in_the_agency_s_time(app: Flask) -> None:
    clock.set(NOW)
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        assert languages.moment(NOW) == "2026年3月4日 10:00"
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert languages.moment(NOW) == "4 Mar 2026, 10:00"


def test_it_needs_no_compiling_to_import() -> None:
    """Importing the package alone must not touch the environment's database."""
    done = subprocess.run(
        [sys.executable, "-c", "import webforms"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
