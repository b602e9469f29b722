"""Files that somebody has sent and not yet imported: in a folder of their own, under names of ours."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files import File

from aloft.collect.files.limits import UPLOAD
from aloft.collect.files.propose import Said
from aloft.collect.files.tables import tables_of
from aloft.collect.files.values import FileTable
from aloft.records.models import Person

KEPT = timedelta(days=7)
NOTE = "upload.json"
LONGEST_NAME = 120
LONGEST_SOURCE = 60


@dataclass(frozen=True)
class Source:
    """What is said of all of the files. `complete_to` is an ISO date, or empty where it is to be guessed."""

    name: str = ""
    timezone: str = "UTC"
    currency: str = "USD"
    complete_to: str = ""


@dataclass(frozen=True)
class Upload:
    """`files` are the names under which they were sent, by those under which they lie."""

    id: UUID
    person: str
    at: datetime
    files: Mapping[str, str]
    source: Source = Source()
    said: Mapping[str, Said] = field(default_factory=dict)
    takes: Mapping[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return uploads() / str(self.id)

    @property
    def names(self) -> list[str]:
        return list(self.files.values())

    def tables(self) -> list[FileTable]:
        """Unopenable where a file holds no table that can be read safely."""
        return [
            table
            for stored, name in self.files.items()
            for table in tables_of(self.folder / stored, UPLOAD, name)
        ]


def uploads() -> Path:
    folder: Path = settings.ALOFT_HOME / "uploads"
    return folder


def keep(sent: Sequence[File[bytes]], person: Person, at: datetime) -> Upload:
    names: list[str] = []
    for file in sent:
        names.append(free_name(plain_name(file.name or "file"), names))
    source = Source(name=source_name(names))
    upload = Upload(uuid4(), person.handle, at, {uuid4().hex: name for name in names}, source)
    upload.folder.mkdir(parents=True, mode=0o700)
    for file, stored in zip(sent, upload.files, strict=True):
        with (upload.folder / stored).open("wb") as kept:
            kept.writelines(file.chunks())
    note(upload)
    return upload


def source_name(names: Sequence[str]) -> str:
    """Of the files themselves, so that the same files again are the same source."""
    stems = ["_".join(re.findall(r"[A-Za-z0-9]+", name.partition(".")[0])) for name in names]
    return "_".join(dict.fromkeys(stem for stem in stems if stem))[:LONGEST_SOURCE] or "files"


def plain_name(name: str) -> str:
    """Only ever shown: without folders and without what does not print."""
    shown = "".join(each for each in Path(name.replace("\\", "/")).name if each.isprintable())
    return shown[-LONGEST_NAME:] or "file"


def free_name(name: str, taken: Sequence[str]) -> str:
    stem, dot, rest = name.partition(".")
    again = sum(each == name or each.startswith(f"{stem} (") for each in taken)
    return f"{stem} ({again + 1}){dot}{rest}" if name in taken else name


def note(upload: Upload) -> None:
    told: dict[str, Any] = {
        "person": upload.person,
        "at": upload.at.isoformat(),
        "files": dict(upload.files),
        "source": vars(upload.source),
        "said": {
            table: {"role": said.role, "parts": said.parts, "orders": said.orders}
            for table, said in upload.said.items()
        },
        "takes": dict(upload.takes),
    }
    (upload.folder / NOTE).write_text(json.dumps(told, default=dict))


def find(id: UUID, person: Person) -> Upload | None:  # noqa: A002
    """The person's own; what others have sent is as if it were not there."""
    try:
        told = json.loads((uploads() / str(id) / NOTE).read_text())
    except (OSError, ValueError):
        return None
    if told["person"] != person.handle:
        return None
    return Upload(
        id=id,
        person=told["person"],
        at=datetime.fromisoformat(told["at"]),
        files=told["files"],
        source=Source(**told["source"]),
        said={table: Said(**said) for table, said in told["said"].items()},
        takes=told["takes"],
    )


def of(person: Person) -> list[Upload]:
    """The newest first."""
    ids = [UUID(each.name) for each in uploads().glob("*-*-*-*-*")]
    found = [upload for upload in (find(id, person) for id in ids) if upload]  # noqa: A001
    return sorted(found, key=lambda upload: upload.at, reverse=True)


def settle(upload: Upload, **said: Any) -> Upload:
    settled = replace(upload, **said)
    note(settled)
    return settled


def discard(upload: Upload) -> None:
    shutil.rmtree(upload.folder, ignore_errors=True)


def forget_old(now: datetime) -> None:
    """What nobody came back to: files of customers are not kept for long without being used."""
    for folder in uploads().glob("*-*-*-*-*"):
        if datetime.fromtimestamp(folder.stat().st_mtime, now.tzinfo) < now - KEPT:
            shutil.rmtree(folder, ignore_errors=True)
