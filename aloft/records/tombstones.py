"""Who was erased, as keyed digests alone: lets a late message be known as theirs, and a backup be erased again.

One file under ALOFT_HOME, apart from the databases: it is what must outlive them.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aloft.disk import settle, write_private

FILE = "tombstones.json"


@dataclass(frozen=True)
class Tombstones:
    """`digests`: of the ids of people and accounts, and of e-mail addresses, whatever their case."""

    pepper: str
    digests: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.digests)

    def knows(self, told: str) -> bool:
        return bool(self.digests) and bool(told) and self.digest(told) in self.digests

    def digest(self, told: str) -> str:
        text = told.strip().lower().encode("utf-8", "surrogatepass")
        return hmac.digest(self.pepper.encode(), text, "sha256").hex()


def read(home: Path) -> Tombstones:
    """Nobody is known where there is no file."""
    path = home / FILE
    if not path.exists():
        return Tombstones(secrets.token_hex(32), frozenset())
    told = json.loads(path.read_text("utf-8"))
    return Tombstones(told["pepper"], frozenset(one["digest"] for one in told["erased"]))


def add(home: Path, ids: Iterable[str], at: datetime) -> None:
    """Durable as it returns: what is erased must stay known before it goes."""
    standing = read(home)
    path = home / FILE
    erased = json.loads(path.read_text("utf-8"))["erased"] if path.exists() else []
    fresh = {standing.digest(one) for one in ids if one} - standing.digests
    erased += [{"digest": digest, "at": at.isoformat()} for digest in sorted(fresh)]
    write(path, json.dumps({"pepper": standing.pepper, "erased": erased}, indent=1))


def join(home: Path, file: Path) -> None:
    """Know whom `file` knows too. ValueError where it is none, or of another deployment."""
    told = json.loads(file.read_text("utf-8"))
    path = home / FILE
    own = json.loads(path.read_text("utf-8")) if path.exists() else {"pepper": told["pepper"], "erased": []}
    if own["pepper"] != told["pepper"]:
        raise ValueError(f"{file} is of another deployment")
    known = {one["digest"] for one in own["erased"]}
    own["erased"] += [one for one in told["erased"] if one["digest"] not in known]
    write(path, json.dumps(own, indent=1))


def write(path: Path, text: str) -> None:
    """Whole or not at all."""
    draft = path.with_suffix(".tmp")
    write_private(draft, text)
    settle(draft, path)
