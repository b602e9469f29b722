"""Whom to invite: the guests of what has opened, chosen by persona, and again when the people there change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aloft.act import sessions
from aloft.act.log import as_objects
from aloft.act.models import Occurrence
from aloft.decide.values import Reason
from aloft.engagement.playbook import Who
from aloft.engine.audience import Reached, Reaching, in_words
from aloft.engine.directory import Known
from aloft.engine.turn import Turn
from aloft.engine.versions import Running
from aloft.records.rows import batched

PATH = "with"


@dataclass(frozen=True)
class Invitation:
    occurrence: Occurrence
    running: Running
    known: Known
    readers: Who
    path: str = PATH


def invite(turn: Turn) -> None:
    """The guests of what this turn has opened, and of what stands where it edited people."""
    new = sorted(turn.new)
    for some in batched(new):
        rows = Occurrence.objects.filter(pk__in=some, state__in=sessions.UNDONE)
        _choose(turn, rows.order_by("pk"), opening=True)
    edited = [turn.directory[one].row for one in turn.edited if one in turn.directory]
    if edited:
        standing = Occurrence.objects.filter(account__in=edited, state__in=sessions.UNDONE)
        _choose(turn, standing.exclude(pk__in=new).order_by("pk"), opening=False)


def _choose(turn: Turn, rows: Iterable[Occurrence], *, opening: bool) -> None:
    asked = [one for row in rows if (one := _invitation(turn, row)) is not None]
    if not asked:
        return
    reaching, changed = Reaching(turn, asked), list[Occurrence]()
    for one in asked:
        reached = reaching.guests(one)
        guests = [_guest(contact.external_id, str(contact), contact.persona) for contact in reached.contacts]
        if opening or guests != one.occurrence.guests:
            _keep(turn, one, reached, guests)
            changed.append(one.occurrence)
    Occurrence.objects.bulk_update(changed, ["guests", "evidence"], batch_size=200)


def _invitation(turn: Turn, row: Occurrence) -> Invitation | None:
    running = turn.versions.get(row.model_version_id)
    guests = running.program.model.moments[row.called].guests
    known = turn.directory.of_row(row.account_id)
    return Invitation(row, running, known, guests) if guests is not None and known is not None else None


def _guest(contact: str, name: str, persona: str) -> Mapping[str, str]:
    return {"contact": contact, "name": name, "persona": persona}


def _keep(turn: Turn, one: Invitation, reached: Reached, guests: Sequence[Mapping[str, str]]) -> None:
    """Nobody to invite: it is said, and the occurrence stays with its owner."""
    row = one.occurrence
    found = ", ".join(guest["name"] for guest in guests) or reached.lacking
    line = one.running.program.model.moments[row.called].line
    reason = Reason(
        "with", bool(guests), f"invites {in_words(one.readers).replace(' or ', ' and ')}", found, line
    )
    row.guests = list(guests)
    row.evidence = [*(told for told in row.evidence if told["rule"] != "with"), *as_objects([reason])]
    if not guests:
        turn.say("blocked", one.known, row.moment, row.anchor, row.n, [reason], row.pk, by=one.running)
