"""Django's database: a SQLite file in the home, or PostgreSQL where an address names one."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

SCHEMES = ("postgresql", "postgres")


class UnknownDatabase(ValueError):
    """The address names no database that Aloft runs on."""


def database(address: str, home: Path) -> dict[str, Any]:
    """`address`: "postgresql://USER:PASSWORD@HOST:PORT/NAME", or nothing. A socket's folder is a HOST of %2Fs."""
    return postgresql(of_home(address, home)) if address else sqlite(home / "aloft.sqlite3")


def of_home(text: str, home: Path) -> str:
    """With a digest of the folder for `{home}`: several deployments on one server."""
    return text.replace("{home}", blake2b(str(home).encode(), digest_size=6).hexdigest())


def sqlite(file: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # NORMAL loses acknowledged work at a power cut.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA secure_delete=ON",
        },
    }


def postgresql(address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    name = parts.path.removeprefix("/")
    if parts.scheme not in SCHEMES or not name:
        raise UnknownDatabase("ALOFT_DATABASE reads postgresql://USER:PASSWORD@HOST:PORT/NAME, or is not set")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(name),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
    }
