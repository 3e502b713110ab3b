"""`agencyflow run`: prepares everything, is alone on its data, serves this machine only in demo mode."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from engine import database, definitions, lockfile, versions
from engine.cli import cli
from engine.models import Definition, Person
from tests.conftest import PROCESSES
from webforms import command
from webforms.settings import Settings

ACCOUNTS = ("ae", "as", "ad", "ph", "ch", "ex1", "ex2", "adm", "con", "owner", "manager", "admin")


@pytest.fixture(autouse=True)
def _told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever database the other tests run on, these start with the defaults."""
    for name in [name for name in os.environ if name.startswith("AGENCYFLOW_")]:
        monkeypatch.delenv(name)


@contextmanager
def running(data: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """Serve on a free port; give the process, its address and what it said until then."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from webforms.command import main; main()",
            *("run", "--port", "0", "--data", str(data), *options),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"},
    )
    assert process.stdout is not None
    try:
        said, address = "", ""
        for line in process.stdout:
            said += line
            if found := re.search(r"http://\S+", line):
                address = found[0]
            if line.startswith("  admin "):
                break
        assert address, said
        yield process, address, said
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def test_it_serves_a_fresh_folder_and_says_where_and_as_whom(tmp_path: Path) -> None:
    with running(tmp_path / "data") as (process, address, said):
        assert "new_client" in said
        for account in ACCOUNTS:
            assert re.search(rf"^  {account} ", said, re.MULTILINE), account
        assert urllib.request.urlopen(f"{address}/health", timeout=10).read() == b"ok\n"
        with pytest.raises(lockfile.Held, match=str(process.pid)), lockfile.held(tmp_path / "data"):
            pass
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    with lockfile.held(tmp_path / "data"):
        pass


def test_it_refuses_what_is_too_large_with_a_page_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENCYFLOW_UPLOAD_MB", "1")
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    with running(tmp_path / "data") as (_process, address, _said):
        flood = urllib.request.Request(f"{address}/sign-in", b"x" * 6 * 1024 * 1024, kind)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(flood, timeout=30)
        with refused.value as answer:
            assert answer.code == 413
            assert "发送的内容太大" in answer.read().decode()


def test_it_refuses_other_hosts_in_demo_mode(tmp_path: Path) -> None:
    options = ["run", "--host", "0.0.0.0", "--data", str(tmp_path)]  # noqa: S104 - to be refused
    result = CliRunner().invoke(cli, options)
    assert result.exit_code == 2
    assert "--no-demo" in result.output


def test_it_refuses_a_second_process_on_the_same_folder(tmp_path: Path) -> None:
    with lockfile.held(tmp_path):
        result = CliRunner().invoke(cli, ["run", "--data", str(tmp_path), "--port", "0"])
    assert result.exit_code == 1
    assert str(os.getpid()) in result.output


def test_it_deploys_only_what_was_never_deployed(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, demo=True)
    versions = []
    for _start in range(2):
        sessions = command.prepare(settings, PROCESSES)
        with database.reading(sessions) as session:
            versions.append(sorted(session.scalars(select(Definition.id))))
        sessions.kw["bind"].dispose()
    assert versions[0]
    assert versions[0] == versions[1]


def test_it_leaves_alone_what_owners_changed_or_retired(tmp_path: Path) -> None:
    """An upgrade brings new files; it once deployed every other file over the owners' work too."""
    data, processes = tmp_path / "data", tmp_path / "processes"
    data.mkdir()
    shutil.copytree(PROCESSES, processes)
    settings = Settings(data=data, demo=True)
    sessions = command.prepare(settings, processes)
    own = (processes / "new_client.bpmn").read_bytes().replace("发现".encode(), "找到".encode())
    with database.writing(sessions) as session:
        owner = session.get_one(Person, "owner")
        definitions.deploy(session, owner, {"new_client.bpmn": own})
        versions.retire(session, owner, "creative_direction")
    sessions.kw["bind"].dispose()
    part = processes / "shared" / "research.bpmn"
    part.write_bytes(part.read_bytes().replace("调研".encode(), "研究".encode()))
    sessions = command.prepare(settings, processes)
    with database.reading(sessions) as session:
        assert definitions.current(session, "research").version == 2
        caller = definitions.current(session, "campaign_planning")
        assert caller.pins["research"] == definitions.current(session, "research").id
        changed = definitions.current(session, "new_client")
        assert definitions.xml(session, changed.id) == own
        assert [d.process_id for d in versions.retired(session)] == ["creative_direction"]
    sessions.kw["bind"].dispose()
