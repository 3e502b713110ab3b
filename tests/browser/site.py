"""The real application, served: waitress, a SQLite file, the background thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import waitress
from waitress import wasyncore

from engine import database, messages, timers
from engine.database import Sessions
from engine.worker import Worker
from tests.drive import Drive
from webforms import create_app
from webforms.command import THREADS
from webforms.settings import MEGABYTE, Settings

#: Longest that background work may take. Well under the worker's own sweep, so that a wake-up
#: which never came is noticed.
PATIENCE = 20.0


class Site:
    """A running agencyflow, and a look into its database."""

    def __init__(self, address: str, sessions: Sessions) -> None:
        self.address = address
        self.sessions = sessions
        #: Reads what a test wants to compare the pages with; it plays nothing itself.
        self.records = Drive(sessions, deploy=False)

    def settle(self) -> None:
        """Wait until the background has nothing left to do."""
        end = time.monotonic() + PATIENCE
        while self._has_work():
            assert time.monotonic() < end, "the background did not do its work in time"
            time.sleep(0.02)

    def _has_work(self) -> bool:
        with database.reading(self.sessions) as session:
            return bool(messages.deliverable(session) or timers.due(session))


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    """Serve the database in a folder until the block ends, on a free port of this machine."""
    settings = Settings(data=folder, secret_key="a key for tests", demo=True, upload_limit=MEGABYTE)
    engine = database.connect(settings.url)
    sessions = database.sessions(engine)
    sessions.configure(info={"documents": str(folder / "documents")})
    app = create_app(settings, sessions)
    # A page that breaks, to see what people are shown then.
    app.add_url_rule("/broken", "broken", lambda: str(1 // 0))
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=THREADS, ident=None)
    worker = Worker(sessions)
    worker.start()
    thread = threading.Thread(target=server.run, name="tests-server")
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{server.effective_port}", sessions)
    finally:
        # In the server's own thread: nobody may close what it is just listening to.
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map, ignore_all=True))
        thread.join(10)
        server.task_dispatcher.shutdown()
        worker.stop()
        engine.dispose()
