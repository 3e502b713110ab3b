"""The agency with all its procedures deployed: made once, copied for each test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import database, definitions
from engine.database import Sessions
from tests.conftest import PROCESSES, fresh_sessions


def deploy(sessions: Sessions) -> None:
    with database.writing(sessions) as session:
        definitions.deploy(session, None, definitions.files_in(PROCESSES))


@pytest.fixture(scope="session")
def deployed_database(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the demo organisation and every procedure."""
    path = tmp_path_factory.mktemp("deployed") / "template.db"
    shutil.copy(empty_database, path)
    engine = database.connect(f"sqlite:///{path}")
    deploy(database.sessions(engine))
    engine.dispose()
    return path


@pytest.fixture
def agency(deployed_database: Path, tmp_path: Path) -> Iterator[Sessions]:
    """The factory of sessions on a database of its own in which everything is deployed."""
    with fresh_sessions(deployed_database, tmp_path) as factory:
        if os.environ.get("AGENCYFLOW_DATABASE_URL"):
            deploy(factory)
        yield factory
