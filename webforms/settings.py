"""What the web application is told from outside: the environment, or whoever starts it."""

from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where things are and what is allowed; every value has a default that serves one person."""

    data: Path = Path("data")
    #: Empty: a SQLite database in the data folder.
    database_url: str = ""
    secret_key: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    #: Demo accounts may sign in with the password that everybody knows.
    demo: bool = False
    host: str = "127.0.0.1"
    upload_limit: int = 50 * MEGABYTE

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read AGENCYFLOW_DATABASE_URL, _SECRET_KEY, _DATA, _DEMO, _HOST, _UPLOAD_MB."""
        data = Path(environ.get("AGENCYFLOW_DATA", "data"))
        return cls(
            data=data,
            database_url=environ.get("AGENCYFLOW_DATABASE_URL", ""),
            secret_key=environ.get("AGENCYFLOW_SECRET_KEY", "") or kept_secret(data),
            demo=environ.get("AGENCYFLOW_DEMO", "") in ("1", "true", "yes"),
            host=environ.get("AGENCYFLOW_HOST", "127.0.0.1"),
            upload_limit=int(environ.get("AGENCYFLOW_UPLOAD_MB", "50")) * MEGABYTE,
        )

    @property
    def url(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite:///{(self.data / 'agencyflow.db').absolute()}"

    @property
    def loopback(self) -> bool:
        """True when nobody else on the network can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def kept_secret(data: Path) -> str:
    """Give the key that signs sessions; made once, so that a restart signs nobody out."""
    place = data / "secret_key"
    if place.exists():
        return place.read_text(encoding="ascii").strip()
    data.mkdir(parents=True, exist_ok=True)
    key = secrets.token_urlsafe(32)
    try:
        with open(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(key)
    except FileExistsError:  # another process was first
        return place.read_text(encoding="ascii").strip()
    return key
