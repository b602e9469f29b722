"""Meetings that nobody came to: two in a row halve the cadence, and their owner asks why (domain.md 3.7, T44)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from aloft.act.models import Due, Occurrence
from aloft.decide.values import Reason
from aloft.engagement.model import Every, Moment, ScheduleTrigger
from aloft.engine import words
from aloft.engine.merging import GONE
from aloft.engine.turn import Turn
from aloft.records.models import RecordedFact

Key = tuple[int, str, int]
"""Account, anchor and n, of one moment."""


def passed_over(turn: Turn, moment: Moment, due: Sequence[Due]) -> set[int]:
    """Of these due rows of a recurring moment, the keys of those that an absent customer is spared; it is said."""
    policy = turn.program.model.contact_policy
    trigger = moment.trigger
    recurs = isinstance(trigger, ScheduleTrigger) and isinstance(trigger.schedule, Every)
    if not recurs or policy is None or policy.missed is None:
        return set()
    held = _held(moment.name, {row.account_id for row in due})
    missed = _missed(one for rows in held.values() for one in rows)
    spared = set()
    for row in due:
        last = [one for one in held[row.account_id] if one.anchor == row.anchor][: policy.missed]
        absent = len(last) == policy.missed and all(_key(one) in missed for one in last)
        if absent and last[0].n == row.n - 1:
            spared.add(row.pk)
            _say(turn, moment, row, last, missed, policy.missed)
    return spared


def _held(moment: str, accounts: Collection[int]) -> defaultdict[int, list[Occurrence]]:
    """By account, what took place or was to; the latest first."""
    rows = Occurrence.objects.filter(moment=moment, account__in=accounts).exclude(closed_as__in=GONE)
    found: defaultdict[int, list[Occurrence]] = defaultdict(list)
    for one in rows.order_by("-due_at", "-id"):
        found[one.account_id].append(one)
    return found


def _key(one: Occurrence) -> Key:
    return one.account_id, one.anchor, one.n


def _missed(occurrences: Iterable[Occurrence]) -> dict[Key, datetime]:
    """Those at which somebody was noted as absent, and nobody as there; when."""
    standing = list(occurrences)
    facts = RecordedFact.objects.filter(
        account__in={one.account_id for one in standing},
        moment__in={one.called for one in standing},
        fact__in=("no_show", "attended"),
        withdrawn_at=None,
    )
    told: defaultdict[str, dict[Key, datetime]] = defaultdict(dict)
    for fact, account, anchor, n, at in facts.values_list("fact", "account", "anchor", "n", "occurred_at"):
        told[fact][account, anchor, n] = at
    return {key: at for key, at in told["no_show"].items() if key not in told["attended"]}


def _say(
    turn: Turn, moment: Moment, row: Due, last: Sequence[Occurrence], missed: dict[Key, datetime], most: int
) -> None:
    known = turn.directory.of_row(row.account_id)
    assert known is not None
    days = " and ".join(words.instant(missed[_key(one)]) for one in reversed(last))
    says = f"{most} meetings missed in a row halve the cadence"
    reason = Reason("missed", False, says, f"nobody came on {days}", moment.line)
    turn.say("skipped", known, moment.name, row.anchor, row.n, [reason])
    asks = Reason(
        "missed", None, says, f"nobody came on {days}: ask why; the next one is left out", moment.line
    )
    newest = last[0]
    turn.say("warned", known, moment.name, newest.anchor, newest.n, [asks], newest.pk)
