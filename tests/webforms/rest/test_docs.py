"""What docs/programs.md tells programs to do is done, with curl, against a served application."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import database, definitions
from tests.browser.site import Site, serving
from tests.conftest import PROCESSES, ROOT

PAGE = (ROOT / "docs/programs.md").read_text(encoding="utf-8")


@pytest.fixture
def site(empty_database: Path, tmp_path: Path) -> Iterator[Site]:
    """The demo agency, served."""
    shutil.copy(empty_database, tmp_path / "agencyflow.db")
    with serving(tmp_path) as site:
        with database.writing(site.sessions) as session:
            definitions.deploy(session, None, definitions.files_in(PROCESSES))
        yield site


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl: Debian has it as `curl`")
def test_its_commands_work(site: Site) -> None:
    script = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL))
    script = script.replace("http://127.0.0.1:8000", site.address)
    # One answer a line, so that each can be read by itself.
    script = re.sub(r"^curl -s ", "curl -sw '\\\\n%{http_code}\\\\n' ", script, flags=re.MULTILINE)
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    answers, codes = lines[::2], lines[1::2]
    assert codes == ["200"] * 6 + ["400"] + ["200"] * 3 + ["204", "200"], ran.stdout
    told = [json.loads(answer) for answer in answers if answer]
    assert told[0] == {"version": "7.24.0"}
    assert "new_client" in {one["key"] for one in told[1]}
    assert told[3]["businessKey"] == "CRM-4711"
    assert told[6]["details"]
    assert told[-1]["deleteReason"] == "only a try"


def test_it_names_every_address_that_there_is() -> None:
    """A new address must be told of."""
    written = set(re.findall(r"/([a-z-]+)", PAGE))
    code = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "webforms/rest").glob("*.py")
    )
    served = {
        word
        for address in re.findall(r'blueprint\.\w+\("([^"]*)"', code)
        for word in re.findall(r"/([a-z-]+)", address)
    }
    served |= set(re.findall(r'url_prefix="/([a-z-]+)"', code))
    assert served - written == set()
