"""When a moment of a draft would be due next, at an account that it meets: how a schedule reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from aloft.decide.calendar import WorkCalendar, for_account, zone_named
from aloft.decide.recurrence import next_after
from aloft.engagement.model import Model, Moment, OnDate, ScheduleTrigger
from aloft.engagement.words import anchor_words
from aloft.engine import client
from aloft.measures.models import AccountProjection
from aloft.records.models import Account
from aloft.ui import words
from aloft.workspace import selectors
from aloft.workspace.reader import Reader

LOOKED_AT, SHOWN = 50, 3


def upcoming(reader: Reader, model: Model, moment: Moment) -> str:
    """“At Kestrel Works it would be due 3 Dec, 10:00, ...”: the next three instants at the largest account that the
    reader sees and the moment meets, in that account's zone.

    Empty for what opens by no schedule, where it meets nobody, and while the engine is busy.
    """
    trigger = moment.trigger
    account = _sample(reader, model, moment)
    if not isinstance(trigger, ScheduleTrigger) or account is None:
        return ""
    calendar = for_account(model.clock, account.timezone, account.country, account.subdivision or None)
    try:
        anchor = _anchor(trigger, account)
        found = list(_ahead(trigger, anchor, calendar, reader.now))
    except LookupError:
        return ""
    if found:
        zone = zone_named(calendar.zone)
        told = "; ".join(words.instant(at, reader.now, zone) for at in found)
        return f"At {account.name} it would be due next: {told} ({calendar.zone})."
    if anchor is None and not isinstance(trigger.schedule, OnDate):
        return f"At {account.name} it would not be due: nobody knows {anchor_words(trigger.schedule.anchor)} there."
    return f"At {account.name} nothing of it lies ahead."


def _sample(reader: Reader, model: Model, moment: Moment) -> Account | None:
    found = AccountProjection.objects.filter(model=model.name).select_related("account")
    for field, names in (("phase", moment.phases), ("segment", moment.segments)):
        found = found.filter(**{f"{field}__in": names}) if names else found
    seen = selectors.seen_by(reader.person, found).order_by("-mrr", "pk")[:LOOKED_AT]
    met = (one.account for one in seen if not moment.touch or set(moment.touch) & set(one.touch))
    return next(met, None)


def _anchor(trigger: ScheduleTrigger, account: Account) -> datetime | None:
    """None where the account has none. Raises LookupError where nobody can say."""
    schedule = trigger.schedule
    if isinstance(schedule, OnDate) or schedule.anchor.date is not None:
        return None
    answer = client.ask("anchor", account=account.external_id, name=schedule.anchor.name or "phase_start")
    if answer is None or "at" not in answer:
        raise LookupError(schedule.anchor)
    return datetime.fromisoformat(answer["at"]) if answer["at"] else None


def _ahead(
    trigger: ScheduleTrigger, anchor: datetime | None, calendar: WorkCalendar, now: datetime
) -> Iterator[datetime]:
    at = now
    for _ in range(SHOWN):
        found = next_after(trigger.schedule, anchor, calendar, trigger.roll, at)
        if found is None:
            return
        yield (at := found.at)
