"""The `agencyflow` command: the engine's own commands, and `run`, which serves everything."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from unicodedata import east_asian_width

import click
import waitress
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import database, definitions, errors, organisation, people
from engine.cli import alone, cli
from engine.database import Sessions
from engine.models import Definition
from engine.worker import Worker
from webforms import create_app
from webforms.settings import Settings

#: The diagrams lie beside the packages, in a checkout as in an installation.
PROCESSES = Path(__file__).resolve().parent.parent / "processes"
#: What the versions list says of these diagrams, in both languages: a note has one text.
SHIPPED = "随 agencyflow 安装 · Comes with agencyflow"
#: Requests that are answered at the same time.
THREADS = 8


@cli.command()
@click.option("--host", envvar="AGENCYFLOW_HOST", default="127.0.0.1", show_default=True)
@click.option(
    "--port",
    envvar="AGENCYFLOW_PORT",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
)
@click.option(
    "--demo/--no-demo",
    envvar="AGENCYFLOW_DEMO",
    default=True,
    show_default=True,
    help="Demo accounts with a password that everybody knows; for this machine only.",
)
@click.option(
    "--data",
    envvar="AGENCYFLOW_DATA",
    type=click.Path(file_okay=False, path_type=Path),
    default="data",
    show_default=True,
    help="Folder of the SQLite database and of the documents.",
)
@click.option(
    "--processes",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=PROCESSES,
    help="Folder of the diagrams and of organisation.toml.",
)
def run(host: str, port: int, demo: bool, data: Path, processes: Path) -> None:
    """Prepare the database, deploy the diagrams and serve the pages."""
    settings = Settings.from_environment(
        os.environ
        | {
            "AGENCYFLOW_HOST": host,
            "AGENCYFLOW_DATA": str(data),
            "AGENCYFLOW_DEMO": "yes" if demo else "no",
        }
    )
    if demo and not settings.loopback:
        raise click.UsageError(
            f"In demo mode everybody knows the passwords, so it serves this machine only, not {host}."
            " Use --no-demo to serve others."
        )
    with alone(settings.url):
        sessions = prepare(settings, processes)
        serve(settings, sessions, port, organisation.demo_ids(processes / "organisation.toml"))


def prepare(settings: Settings, processes: Path) -> Sessions:
    """Bring database, organisation and diagrams up to date."""
    try:
        database.upgrade(settings.url)
        sessions = database.sessions(database.connect(settings.url))
    except database.OldSqlite as old:
        raise click.ClickException(
            f"{old} Install pysqlite3 for this Python, use a newer one, or set"
            " AGENCYFLOW_DATABASE_URL to a PostgreSQL."
        ) from None
    with database.writing(sessions) as session:
        organisation.load(session, processes / "organisation.toml", demo=settings.demo)
        files = definitions.files_in(processes)
        if news := _news(session.scalars(select(Definition.xml)), files):
            in_use = set(session.scalars(select(Definition.xml).where(Definition.current)))
            files = {n: xml for n, xml in files.items() if n in news or xml in in_use}
            deployed = _deployed(session, files)
            click.echo(f"Deployed {', '.join(d.process_id for d in deployed.new)}.")
    return sessions


def _news(known: Iterable[bytes], files: Mapping[str, bytes]) -> list[str]:
    """Name the files that were never deployed in these bytes.

    What a process owner deployed over them stays, until a file itself brings something new; so
    does what was retired. Files as they are in use go along, to call what is new.
    """
    before = set(known)
    return [name for name, xml in files.items() if xml not in before]


def _deployed(session: Session, files: Mapping[str, bytes]) -> definitions.Deployed:
    try:
        return definitions.deploy(session, None, files, note=SHIPPED)
    except errors.DiagramRefused as refused:
        for problem in refused.problems:
            click.echo(str(problem), err=True)
        raise click.ClickException(str(refused)) from None


def serve(settings: Settings, sessions: Sessions, port: int, accounts: Sequence[str]) -> None:
    """Answer requests and do the work in the background, until told to stop."""
    app = create_app(settings, sessions)
    try:
        server = waitress.create_server(
            app,
            host=settings.host,
            port=port,
            threads=THREADS,
            ident=None,
            # What is only somewhat too large is refused by a page of ours, with all that was typed.
            max_request_body_size=4 * app.config["MAX_CONTENT_LENGTH"],
        )
    except OSError as problem:
        if problem.errno != errno.EADDRINUSE:
            raise
        raise click.ClickException(
            f"Port {port} is taken. Choose another: agencyflow run --port {port + 1}"
        ) from None
    welcome(settings, sessions, server.effective_port, accounts)
    worker = Worker(sessions)
    worker.start()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.run()
    finally:
        worker.stop()
        server.close()


def welcome(settings: Settings, sessions: Sessions, port: int, accounts: Sequence[str]) -> None:
    """Say where to go and, in demo mode, as whom: those of `accounts`."""
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    click.echo(f"\nagencyflow serves on http://{shown}:{port}  (stop it with Ctrl-C)\n")
    if not settings.demo:
        return
    with database.reading(sessions) as session:
        rows = [
            (person.id, person.name.zh, person.name.en, "; ".join(f"{g.zh} {g.en}" for g in groups))
            for person, groups in people.demo_accounts(session)
            if person.id in accounts
        ]
    widths = [max(_width(row[column]) for row in rows) for column in range(3)]
    click.echo(f"Demo accounts, each with the password {organisation.DEMO_PASSWORD!r}:\n")
    for row in rows:
        cells = [
            text + " " * (wide - _width(text)) for text, wide in zip(row, widths, strict=False)
        ]
        click.echo("  " + "  ".join([*cells, row[3]]))
    click.echo("")


def _width(text: str) -> int:
    """Count columns on a terminal, where a Chinese character takes two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def main() -> None:
    """Run the command line."""
    cli()
