"""What an upload means, as far as it is understood: by a mapping that ships, or by a proposal and what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from aloft.collect.files.mapping import Mapping
from aloft.collect.files.matching import match, recognise
from aloft.collect.files.profile import profile
from aloft.collect.files.propose import Proposal, propose
from aloft.collect.files.staging import Misread, Undecided
from aloft.collect.files.values import FileTable
from aloft.engine.importing import Asked, NotImported
from aloft.engine.previewing import Preview, preview
from aloft.workspace.uploads import Upload


@dataclass(frozen=True)
class Reading:
    """`proposal` is None for files that a shipped mapping knows. `problem` says why nothing can be imported yet."""

    upload: Upload
    tables: tuple[FileTable, ...]
    mapping: Mapping
    proposal: Proposal | None
    preview: Preview | None = None
    problem: str = ""

    @property
    def asked(self) -> Asked:
        return Asked(match(self.mapping, self.tables), self.mapping)

    @property
    def open_questions(self) -> int:
        return len(self.proposal.questions) if self.proposal else 0


def read(upload: Upload) -> Reading:
    """Reads all of the files. Unopenable where one holds no table."""
    tables = tuple(upload.tables())
    known = recognise(tables)
    if known:
        choices = {
            name: choice.model_copy(update={"take": upload.takes.get(name, choice.take)})
            for name, choice in known.choices.items()
        }
        return Reading(upload, tables, known.model_copy(update={"choices": choices}), None)
    proposal = propose([profile(table) for table in tables], upload.said)
    return Reading(upload, tables, of_source(proposal.mapping, upload), proposal)


def of_source(mapping: Mapping, upload: Upload) -> Mapping:
    source = upload.source
    complete_to = date.fromisoformat(source.complete_to) if source.complete_to else mapping.complete_to
    told = {"timezone": source.timezone, "currency": source.currency, "complete_to": complete_to}
    return mapping.model_copy(update={**told, "mapping": source.name or mapping.mapping})


def with_preview(reading: Reading, home: Path, now: datetime) -> Reading:
    """With the rows as they would be stored; or with the reason why they cannot be."""
    if not reading.mapping.tables or reading.open_questions:
        return reading
    try:
        found = preview(home, reading.asked, now)
    except (Undecided, Misread, NotImported) as error:
        return Reading(reading.upload, reading.tables, reading.mapping, reading.proposal, None, str(error))
    return Reading(reading.upload, reading.tables, reading.mapping, reading.proposal, found)
