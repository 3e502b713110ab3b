"""The engine's own commands: check and deploy diagrams, keep the database, work."""

from __future__ import annotations

import math
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import make_url, select
from sqlalchemy.orm import Session

from engine import (
    database,
    definitions,
    errors,
    lockfile,
    organisation,
    people,
    rehearsal,
    tokens,
)
from engine.database import Sessions
from engine.languages import Text
from engine.models import Group, Person
from engine.repairs import CONSENTS
from engine.review import review
from engine.worker import Worker


def url() -> str:
    """Where the database is: AGENCYFLOW_DATABASE_URL, by default a file in AGENCYFLOW_DATA."""
    place = Path(os.environ.get("AGENCYFLOW_DATA", "data")) / "agencyflow.db"
    return os.environ.get("AGENCYFLOW_DATABASE_URL") or f"sqlite:///{place.absolute()}"


@contextmanager
def alone(address: str) -> Iterator[None]:
    """Be the only process on a SQLite database; PostgreSQL serves many."""
    place = make_url(address)
    if place.get_backend_name() != "sqlite":
        yield
        return
    folder = Path(place.database or "data").parent
    try:
        with lockfile.held(folder):
            yield
    except lockfile.Held as held:
        raise click.ClickException(
            f"agencyflow already runs on {folder} (process {held.holder}). SQLite is for one process:"
            " stop that one, name another folder, or use PostgreSQL."
        ) from None


@contextmanager
def opened() -> Iterator[Sessions]:
    """Open the database, alone where it is for one process."""
    address = url()
    with alone(address):
        engine = database.connect(address)
        try:
            yield database.sessions(engine)
        finally:
            engine.dispose()


agree = click.option(
    "--agree",
    "consents",
    multiple=True,
    type=click.Choice(list(CONSENTS)),
    help="Agree to a repair that `check` asks about, by its code; may be given several times.",
)


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
@agree
def check(
    files: tuple[Path, ...],
    language: str,
    organisation_file: Path | None,
    consents: tuple[str, ...],
) -> None:
    """Say what is wrong with diagrams; exit with 1 when there are errors."""
    contents = {str(path): path.read_bytes() for path in _diagrams(files)}
    groups = organisation.group_ids(organisation_file) if organisation_file else None
    found = review(contents, groups=groups, consents=consents)
    for problem in found.problems:
        click.echo(problem.to(language))
    if found.is_refused:
        raise SystemExit(1)


def _diagrams(paths: tuple[Path, ...]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.bpmn")) if path.is_dir() else [path]
    return found


def _by_name(paths: list[Path]) -> dict[str, bytes]:
    """Read files by their names; of several with one name, the later ones by their paths."""
    found: dict[str, bytes] = {}
    for path in paths:
        found[str(path) if path.name in found else path.name] = path.read_bytes()
    return found


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--called",
    type=click.Path(exists=True, path_type=Path),
    help="File or folder of the diagrams that this one calls.",
)
@click.option("--times", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def rehearse(file: Path, called: Path | None, times: int, language: str) -> None:
    """Walk through a diagram at random, storing nothing, and say how it went."""
    xml = file.read_bytes()
    others = [p.read_bytes() for p in _diagrams((called,)) if p != file] if called else []
    try:
        stage = rehearsal.prepare(xml, others, file=str(file))
    except errors.DiagramRefused as refused:
        for problem in refused.problems:
            click.echo(problem.to(language), err=True)
        raise SystemExit(1) from None
    for problem in stage.understood:
        click.echo(problem.to(language))
    found = rehearsal.survey_of(stage, runs=times, patience=math.inf)
    click.echo(f"{found.ended} of {found.runs} walks ended, after {found.average_steps:.0f} steps")
    for end in found.ends:
        click.echo(f"{end.count} reached {end.element.id} ({end.element.name.to(language)})")
    for element in found.never:
        click.echo(f"never reached: {element.id} ({element.name.to(language)})")
    for place in found.stuck:
        click.echo(f"{place.count} stopped at {place.element_id}: {place.reason.to(language)}")
    if found.unfinished:
        click.echo(f"{found.unfinished} were still under way when their steps were used up")


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--note", default="", help="What changed; kept with the version.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@agree
def deploy(files: tuple[Path, ...], note: str, language: str, consents: tuple[str, ...]) -> None:
    """Deploy diagrams as one set: all of them, or none when one has an error."""
    contents = _by_name(_diagrams(files))
    try:
        with opened() as sessions, database.writing(sessions) as session:
            done = definitions.deploy(session, None, contents, note=note, consents=consents)
            for problem in done.warnings:
                if problem.consent:
                    click.echo(problem.to(language))
            for definition in done.new:
                click.echo(f"{definition.process_id}: version {definition.version}")
            for definition in done.unchanged:
                click.echo(f"{definition.process_id}: unchanged")
    except errors.DiagramRefused as refused:
        for problem in refused.problems:
            click.echo(problem.to(language), err=True)
        raise SystemExit(1) from None


@cli.command()
def upgrade() -> None:
    """Bring the database to the newest schema."""
    with alone(url()):
        database.upgrade(url())


@cli.command(name="organisation")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load_organisation(path: Path) -> None:
    """Make the groups of organisation.toml; demo accounts are left out."""
    with opened() as sessions, database.writing(sessions) as session:
        organisation.load(session, path, demo=False)
        click.echo(f"{len(list(session.scalars(select(Group.id))))} groups")


@cli.command()
@click.argument("login")
@click.option("--name", required=True, help="Name in Chinese, or the only one.")
@click.option("--name-en", default="", help="Name in English.")
@click.option("--group", "groups", multiple=True, help="Id of a group; may be given several times.")
@click.password_option(help="Asked for when it is not given.")
def person(login: str, name: str, name_en: str, groups: tuple[str, ...], password: str) -> None:
    """Enrol somebody, or change their name, groups and password."""
    with opened() as sessions, database.writing(sessions) as session:
        unknown = sorted(set(groups) - set(session.scalars(select(Group.id))))
        if unknown:
            raise click.UsageError(f"There is no group {', '.join(unknown)}.")
        people.enrol(session, login, Text(name, name_en), groups=groups, password=password)
        click.echo(f"{login}: {', '.join(groups) or 'in no group'}")


@cli.group()
def token() -> None:
    """Access tokens: what programs send instead of a password."""


@token.command(name="new")
@click.argument("login")
@click.option("--name", required=True, help="Which program uses it.")
@click.option(
    "--days",
    type=click.IntRange(1, tokens.LONGEST_LIFE),
    default=365,
    show_default=True,
    help="How long it is good for.",
)
def new_token(login: str, name: str, days: int) -> None:
    """Make a token for somebody, and say it this once."""
    with opened() as sessions, database.writing(sessions) as session:
        made, text = tokens.issue(session, _known(session, login), name, days=days)
        click.echo(f"{made.id}: good until {made.expires_at:%Y-%m-%d}. It is not shown again:")
        click.echo(text)


@token.command(name="list")
@click.argument("login")
def list_tokens(login: str) -> None:
    """List somebody's tokens."""
    with opened() as sessions, database.reading(sessions) as session:
        for one in tokens.listed(session, _known(session, login)):
            used = f"{one.used_at:%Y-%m-%d}" if one.used_at else "never"
            until = f"{one.expires_at:%Y-%m-%d}" if one.expires_at else "for good"
            click.echo(f"{one.id}: {one.name}, until {until}, last used {used}")


@token.command(name="revoke")
@click.argument("login")
@click.argument("token_id", type=int)
def revoke_token(login: str, token_id: int) -> None:
    """Take one of somebody's tokens out of use at once."""
    with opened() as sessions, database.writing(sessions) as session:
        try:
            tokens.revoke(session, _known(session, login), token_id)
        except errors.NotFound:
            raise click.UsageError(f"{login} has no token {token_id}.") from None


def _known(session: Session, login: str) -> Person:
    found = people.active(session, login)
    if found is None:
        raise click.UsageError(f"There is nobody {login}.")
    return found


@cli.command()
def work() -> None:
    """Deliver messages and fire timers, as a process of its own (PostgreSQL)."""
    stopped = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: stopped.set())
    with opened() as sessions:
        worker = Worker(sessions)
        worker.start()
        stopped.wait()
        worker.stop()
