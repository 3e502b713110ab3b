"""Deploying what was repaired: the drawing stays as it was sent, the case runs as agreed."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import cases, database, definitions, drafts, errors, repairs, versions
from engine.cli import cli
from engine.database import Sessions
from engine.models import Definition, Person
from tests.conftest import PROCESSES
from tests.engine.agency import Agency
from tests.engine.rules.drawings import END, START, element, file_of, flows, process

#: As a stranger draws: not executable, nobody named, a gateway without conditions.
STRANGE = file_of(
    process(
        START,
        element("task", "work", name="做事"),
        element("exclusiveGateway", "which", name="同意吗"),
        element("task", "again", name="再做"),
        END,
        flows("begin>work work>which which>done which>again again>which"),
        executable="false",
    )
)
NEEDED = ["not_executable", "person_chooses", "starter_does_it"]


def deploy(sessions: Sessions, consents: Collection[str], xml: bytes = STRANGE) -> Definition:
    with database.writing(sessions) as session:
        owner = session.get_one(Person, "owner")
        done = definitions.deploy(session, owner, {"sample.bpmn": xml}, consents=consents)
    return (done.new + done.unchanged)[0]


def test_it_is_refused_until_all_is_agreed_to(sessions: Sessions) -> None:
    with pytest.raises(errors.DiagramRefused) as refused:
        deploy(sessions, ["not_executable", "starter_does_it"])
    asked = {problem.consent for problem in refused.value.problems if problem.is_error}
    assert asked == {"person_chooses"}
    with database.reading(sessions) as session:
        assert definitions.listed(session) == []


def test_it_keeps_the_drawing_as_it_was_sent_and_what_was_agreed_to(sessions: Sessions) -> None:
    made = deploy(sessions, repairs.CONSENTS)
    with database.reading(sessions) as session:
        assert definitions.xml(session, made.id) == STRANGE
        assert definitions.get(session, made.id).consents == NEEDED
    assert deploy(sessions, NEEDED).id == made.id, "the same drawing is no new version"


def test_a_case_runs_as_agreed(sessions: Sessions) -> None:
    deploy(sessions, NEEDED)
    agency = Agency(sessions)
    number = agency.begin("owner", "sample")
    agency.do("owner", number, "work")
    agency.do("owner", number, "which", way_at_which="which_to_again")
    agency.do("owner", number, "again")
    with database.reading(sessions) as session:
        page = cases.opened(session, session.get_one(Person, "owner"), number)
        (diagram,) = page.diagrams
    assert set(diagram.here) == {"which"}, "the drawing shows where the case stands"
    agency.do("owner", number, "which", way_at_which="which_to_done")
    assert agency.case(number).status == "ended"


def test_what_it_calls_may_have_been_repaired_too(sessions: Sessions) -> None:
    deploy(sessions, NEEDED)
    caller = file_of(
        process(
            START,
            element("callActivity", "call", calledElement="sample"),
            END,
            flows("begin>call call>done"),
            process_id="caller",
        )
    )
    with database.writing(sessions) as session:
        definitions.deploy(session, None, {"caller.bpmn": caller})
        found = definitions.drawing(session, definitions.current(session, "caller").id)
    chooser = found.element("sample", "which")
    assert chooser is not None
    assert chooser.kind == "userTask"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with the organisation in it, and the strange drawing beside it."""
    monkeypatch.setenv("AGENCYFLOW_DATABASE_URL", f"sqlite:///{tmp_path / 'agencyflow.db'}")
    database.upgrade(f"sqlite:///{tmp_path / 'agencyflow.db'}")
    runner = CliRunner()
    assert runner.invoke(cli, ["organisation", str(PROCESSES / "organisation.toml")]).exit_code == 0
    (tmp_path / "sample.bpmn").write_bytes(STRANGE)
    return tmp_path


def test_the_command_asks_and_takes_consent(folder: Path) -> None:
    file = str(folder / "sample.bpmn")
    runner = CliRunner()
    refused = runner.invoke(cli, ["deploy", file, "--language", "en"])
    assert refused.exit_code == 1
    assert "which (同意吗): The gateway has no conditions" in refused.stderr
    agreed = [word for code in NEEDED for word in ("--agree", code)]
    done = runner.invoke(cli, ["deploy", file, "--language", "en", *agreed])
    assert done.exit_code == 0
    assert "sample: version 1" in done.stdout


def test_the_command_prints_file_line_element_message(folder: Path) -> None:
    file = folder / "sample.bpmn"
    found = CliRunner().invoke(cli, ["check", str(file), "--language", "en"])
    assert found.exit_code == 1
    line = next(n for n, text in enumerate(STRANGE.decode().splitlines(), 1) if "which" in text)
    assert f"{file}:{line}: which (同意吗): The gateway has no conditions" in found.stdout
    agreed = [word for code in NEEDED for word in ("--agree", code)]
    assert CliRunner().invoke(cli, ["check", str(file), *agreed]).exit_code == 0


def test_what_was_agreed_to_once_is_not_asked_again_when_it_is_brought_back(
    sessions: Sessions,
) -> None:
    deploy(sessions, NEEDED)
    deploy(sessions, NEEDED, STRANGE.replace("再做".encode(), "重做".encode()))
    with database.writing(sessions) as session:
        owner = session.get_one(Person, "owner")
        (made,) = versions.roll_back(session, owner, "sample", 1).new
    assert (made.version, made.consents) == (3, NEEDED)


def test_the_modeler_hands_on_what_its_owner_agrees_to(sessions: Sessions) -> None:
    with database.writing(sessions) as session:
        owner = session.get_one(Person, "owner")
        with pytest.raises(errors.DiagramRefused):
            drafts.deploy(session, owner, "sample", STRANGE, revision=0)
        made = drafts.deploy(session, owner, "sample", STRANGE, revision=0, consents=NEEDED)
    assert made.definition.consents == NEEDED


def test_the_command_leaves_out_no_file_whose_name_another_has(folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "sample.bpmn").write_bytes(STRANGE)
    files = [str(folder / "sample.bpmn"), str(folder / "elsewhere" / "sample.bpmn")]
    found = CliRunner().invoke(cli, ["deploy", *files, "--language", "en"])
    assert found.exit_code == 1
    assert "has a process of this id already" in found.stderr
