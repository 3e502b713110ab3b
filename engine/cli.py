"""The engine's own commands: check and deploy diagrams, keep the database, work."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import click
from sqlalchemy import select

from engine import database, definitions, diagrams, errors, organisation, rules
from engine.diagrams import Diagram, Problem
from engine.models import Group
from engine.worker import Worker

DEFAULT_URL = "sqlite:///data/agencyflow.db"


def url() -> str:
    """Where the database is: AGENCYFLOW_DATABASE_URL, by default a file in ./data."""
    return os.environ.get("AGENCYFLOW_DATABASE_URL", DEFAULT_URL)


@click.group()
def cli() -> None:
    """Run an agency's procedures from their diagrams."""


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option(
    "--organisation",
    "organisation_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="organisation.toml with the groups that lanes name.",
)
def check(files: tuple[Path, ...], language: str, organisation_file: Path | None) -> None:
    """Say what is wrong with diagrams; exit with 1 when there are errors."""
    drawn: list[Diagram] = []
    problems: list[Problem] = []
    for path in _diagrams(files):
        try:
            drawn.append(diagrams.read(path.read_bytes(), file=str(path)))
        except errors.DiagramRefused as refused:
            problems += refused.problems
    groups = organisation.group_ids(organisation_file) if organisation_file else None
    problems += rules.check(drawn, groups=groups if groups is not None else _lanes(drawn))
    for problem in problems:
        click.echo(problem.to(language))
    if any(problem.is_error for problem in problems):
        raise SystemExit(1)


def _diagrams(paths: tuple[Path, ...]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.bpmn")) if path.is_dir() else [path]
    return found


def _lanes(drawn: list[Diagram]) -> set[str]:
    """Without an organisation every lane is taken to name a group."""
    return {lane for d in drawn for p in d.processes for lane in p.lanes}


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--note", default="", help="What changed; kept with the version.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def deploy(files: tuple[Path, ...], note: str, language: str) -> None:
    """Deploy diagrams as one set: all of them, or none when one has an error."""
    sessions = database.sessions(database.connect(url()))
    contents = {path.name: path.read_bytes() for path in _diagrams(files)}
    try:
        with database.writing(sessions) as session:
            done = definitions.deploy(session, None, contents, note=note)
            for definition in done.new:
                click.echo(f"{definition.process_id}: version {definition.version}")
            for process_id in done.unchanged:
                click.echo(f"{process_id}: unchanged")
    except errors.DiagramRefused as refused:
        for problem in refused.problems:
            click.echo(problem.to(language), err=True)
        raise SystemExit(1) from None


@cli.command()
def upgrade() -> None:
    """Bring the database to the newest schema."""
    database.upgrade(url())


@cli.command(name="organisation")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load_organisation(path: Path) -> None:
    """Make the groups of organisation.toml; demo accounts are left out."""
    sessions = database.sessions(database.connect(url()))
    with database.writing(sessions) as session:
        organisation.load(session, path, demo=False)
        click.echo(f"{len(list(session.scalars(select(Group.id))))} groups")


@cli.command()
def work() -> None:
    """Deliver messages and fire timers, as a process of its own (PostgreSQL)."""
    worker = Worker(database.sessions(database.connect(url())))
    stopped = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: stopped.set())
    worker.start()
    stopped.wait()
    worker.stop()
