"""Figures of moving: 200 cases of the largest of the four procedures, as the background does it."""

from __future__ import annotations

import re
import time
from pathlib import Path

from sqlalchemy import func, select

from engine import database, definitions, instances, migration, organisation, worker
from engine.models import MOVED, MovedCase, Person
from tests.conftest import PROCESSES

CASES = 200
PROCESS, FILE = "new_client", "new_client.bpmn"


def _labelled(xml: bytes, label: str) -> bytes:
    """Give every task of a person another label."""
    return re.sub(rb'(<bpmn:userTask [^>]*name=")', rb"\1" + label.encode(), xml)


def moves(folder: Path) -> dict[str, float]:
    """Move running cases to a version with other labels; the cases of the first order warm up."""
    url = f"sqlite:///{folder / 'moves'}.db"
    database.upgrade(url)
    sessions = database.sessions(database.connect(url))
    files = definitions.files_in(PROCESSES)
    with database.writing(sessions) as session:
        organisation.load(session, PROCESSES / "organisation.toml", demo=True)
        definitions.deploy(session, None, files)
    for _ in range(CASES):
        with database.writing(sessions) as session:
            person = session.get_one(Person, "ae")
            definition = definitions.current(session, PROCESS)
            answers = {"client_name": "示例茶饮", "source": "referral", "industry": "饮料"}
            instances.start(session, person, definition, answers=answers)
    spent = 0.0
    for label in ("甲", "乙"):
        changed = {**files, FILE: _labelled(files[FILE], label)}
        with database.writing(sessions) as session:
            definitions.deploy(session, None, changed)
            to = definitions.current(session, PROCESS)
            owner = session.get_one(Person, "owner")
            move = migration.order(session, owner, to, migration.numbers(session, to)).id
        begun = time.perf_counter()
        worker.work_all(sessions)
        spent = time.perf_counter() - begun
        with database.reading(sessions) as session:
            query = select(func.count()).where(MovedCase.move_id == move)
            assert session.scalar(query.where(MovedCase.status == MOVED)) == CASES
    sessions.kw["bind"].dispose()
    return {"migrate_cases_per_s": CASES / spent}
