"""How often? Step 7 of domain.md 3.7: so many approaches of a contact within any so long a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from aloft.decide.calendar import WorkCalendar
from aloft.decide.durations import add
from aloft.decide.policy.channels import is_of
from aloft.decide.policy.values import Approach, Past, Standing
from aloft.engagement.policy import ContactCap

UNANSWERED = 2
"""So many marketing messages in a row without an answer double the gap to the next."""


def caps_on(one: Approach, standing: Standing, caps: Iterable[ContactCap]) -> list[ContactCap]:
    """Those that count approaches of this kind; the gap is doubled for who does not answer."""
    met = [cap for cap in caps if _counts(cap, one.channel, one.purpose, standing.persona)]
    if one.purpose != "marketing" or not is_silent(standing.past):
        return met
    return [replace(cap, per=replace(cap.per, number=2 * cap.per.number)) for cap in met]


def _counts(cap: ContactCap, channel: str, purpose: str, persona: str) -> bool:
    return (
        isinstance(cap.most, int)
        and is_of(channel, cap.channel)
        and cap.purpose in (None, purpose)
        and cap.persona in (None, persona)
    )


def is_silent(past: Iterable[Past]) -> bool:
    """Whether the last marketing messages have gone unanswered."""
    told = sorted((one for one in past if one.purpose == "marketing"), key=lambda one: one.at)
    last = [one.answered for one in told if one.answered is not None][-UNANSWERED:]
    return len(last) == UNANSWERED and not any(last)


def under(cap: ContactCap, past: Iterable[Past]) -> list[Past]:
    """The approaches that a cap counts, by instant. They are the contact's, so its persona is met already."""
    found = [one for one in past if is_of(one.channel, cap.channel) and cap.purpose in (None, one.purpose)]
    return sorted(found, key=lambda one: one.at)


def fits(at: datetime, cap: ContactCap, counted: Sequence[Past], calendar: WorkCalendar) -> bool:
    """Whether one more at `at` leaves every window of `per` with at most `most`; later ones may be placed already."""
    most, end = cap.most, add(at, cap.per, calendar)
    assert isinstance(most, int)
    ends = [(one.at, add(one.at, cap.per, calendar)) for one in counted] + [(at, end)]
    looked_at = [instant for instant, _ in ends if at <= instant < end]
    return all(sum(begun <= x < over for begun, over in ends) <= most for x in looked_at)


def chances(cap: ContactCap, counted: Iterable[Past], calendar: WorkCalendar) -> list[datetime]:
    """The instants at which one of the counted leaves the window: before them nothing gets better."""
    return [add(one.at, cap.per, calendar) for one in counted]
