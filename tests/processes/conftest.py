"""The agency with all its procedures deployed: made once, copied for each test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from engine import database, definitions
from engine.database import Sessions
from tests.conftest import PROCESSES, fresh_sessions
from tests.processes.account import STAGES, Account, played_to

POSTGRESQL = bool(os.environ.get("AGENCYFLOW_DATABASE_URL"))


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
        if POSTGRESQL:
            deploy(factory)
        yield factory


@pytest.fixture(scope="session")
def stages(
    deployed_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Path]:
    """Give the SQLite file of a client's case at a stage; each stage is played only once.

    Ask for it before the clock is set, or other tests begin in that time as well.
    """
    played: dict[str, Path] = {"": deployed_database}

    def file_at(stage: str) -> Path:
        if stage not in played:
            before, play = STAGES[stage]
            folder = tmp_path_factory.mktemp("stage")
            with fresh_sessions(file_at(before), folder) as factory:
                play(Account(factory))
            played[stage] = folder / "agencyflow.db"
        return played[stage]

    return file_at


@pytest.fixture
def account(
    stages: Callable[..., Path], deployed_database: Path, tmp_path: Path
) -> Iterator[Callable[[str], Account]]:
    """Give the account department's work at a stage, in a database of the test's own."""
    with ExitStack() as opened:

        def at(stage: str) -> Account:
            template = deployed_database if POSTGRESQL else stages(stage)
            made = Account(opened.enter_context(fresh_sessions(template, tmp_path)))
            if POSTGRESQL:
                deploy(made.sessions)
                for name in played_to(stage):
                    STAGES[name][1](made)
            return made

        yield at
