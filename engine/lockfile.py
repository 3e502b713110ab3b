"""Holds the data folder for one process: SQLite and the background thread are for one alone.

The operating system lets go of the lock when the process ends, however it ends.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

NAME = "agencyflow.lock"


class Held(Exception):
    """Another process works in this data folder."""

    def __init__(self, place: Path, holder: str) -> None:
        self.place, self.holder = place, holder
        super().__init__(f"{place} is held by process {holder or 'unknown'}")


@contextmanager
def held(data: Path) -> Iterator[None]:
    """Keep every other process out of the data folder, or raise Held."""
    data.mkdir(parents=True, exist_ok=True)
    place = data / NAME
    with place.open("a+b") as file:
        try:
            _lock(file)
        except OSError:
            file.seek(0)
            raise Held(place, file.read(20).decode("ascii", "replace").strip()) from None
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        yield


def _lock(file: BinaryIO) -> None:
    if sys.platform == "win32":
        # Far behind the process id, which stays readable for whoever comes second.
        file.seek(1024)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        file.seek(0)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
