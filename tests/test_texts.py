"""What README and docs/ say is so: links lead somewhere, settings exist and are described."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from engine.expressions.functions import FUNCTIONS
from engine.forms.form import TYPES
from engine.rules import forms, vocabulary
from tests.conftest import PROCESSES, ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_setting_is_described_and_every_described_setting_exists() -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for package in ("engine", "webforms")
        for path in (ROOT / package).rglob("*.py")
    )
    pattern = r"\bAGENCYFLOW_[A-Z]+(?:_[A-Z]+)*\b"
    described = set(re.findall(pattern, (ROOT / "docs/operators.md").read_text(encoding="utf-8")))
    assert described == set(re.findall(pattern, code))


def test_the_readme_names_every_demo_account() -> None:
    organisation = tomllib.loads((PROCESSES / "organisation.toml").read_text(encoding="utf-8"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = "".join(line for line in readme.splitlines() if line.startswith("|"))
    assert [p["id"] for p in organisation["person"] if f"`{p['id']}`" not in table] == []


def test_the_dialect_is_described_word_for_word() -> None:
    page = (ROOT / "docs/owners.md").read_text(encoding="utf-8")
    written = set(re.findall(r"[A-Za-z_.]+", " ".join(re.findall(r"`([^`]+)`", page))))
    words = {
        *vocabulary.ON_ELEMENTS,
        *(vocabulary.ON_PROCESSES | vocabulary.ON_LANES | vocabulary.ON_FLOWS),
        *forms.PROPERTIES,
        *forms.CONSTRAINTS,
        *TYPES,
        *FUNCTIONS,
    }
    assert sorted(words - written) == []
