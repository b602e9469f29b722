"""The contact policy (domain.md 3.7): one function through which every message to a contact passes, in this order.

1 law and consent, 2 suppression, 3 holdout, 4 quiet hours and holidays, which give the slot, 5 arbitration among all
that want the slot, 6 merging, 7 caps and pressure, in rank order. Pure: whoever calls it reads what stands, and keeps
what it answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from aloft.decide.policy.caps import caps_on, chances, fits, under
from aloft.decide.policy.consent import refusal
from aloft.decide.policy.hours import slot
from aloft.decide.policy.pressure import MOST, eased, pressure
from aloft.decide.policy.values import Approach, Passage, Past, Standing
from aloft.decide.priority import rank
from aloft.decide.values import Input, Reason
from aloft.engagement.leaves import CRITICAL
from aloft.engagement.policy import ContactCap, ContactPolicy

AT_MOST = 1000
"""So many instants are tried for one message; whatever fits in none of them ends before."""


def judge(
    approaches: Iterable[Approach], standings: Mapping[int, Standing], policy: ContactPolicy
) -> dict[int, Passage]:
    """What becomes of each approach, by its key; their order does not matter. `standings` by contact."""
    by_contact: defaultdict[int, list[Approach]] = defaultdict(list)
    for one in approaches:
        by_contact[one.contact].append(one)
    found: dict[int, Passage] = {}
    for contact, wanted in by_contact.items():
        found |= _of_contact(wanted, standings[contact], policy)
    return found


def _of_contact(wanted: Iterable[Approach], standing: Standing, policy: ContactPolicy) -> dict[int, Passage]:
    found: dict[int, Passage] = {}
    placed: list[tuple[Approach, datetime]] = []
    for one in sorted(wanted, key=_order):
        refused = refusal(one, standing, one.at) or one.withheld
        if refused is not None:
            found[one.key] = Passage("suppressed", refused)
            continue
        first = _slot(one, standing, policy)
        twin = _twin(one, first, placed, standing)
        if twin is not None:
            found[one.key] = _merged(one, twin)
            continue
        found[one.key] = passage = _placed(one, first, standing, policy)
        if passage.way != "suppressed":
            at = passage.until or one.at
            placed.append((one, at))
            standing = replace(standing, past=(*standing.past, Past(at, one.channel, one.purpose)))
    return found


def _order(one: Approach) -> tuple[int, datetime, datetime, int]:
    """Arbitration: by priority, then the earliest due."""
    return rank(one.priority), one.due, one.at, one.key


def _slot(one: Approach, standing: Standing, policy: ContactPolicy) -> datetime:
    if one.priority in CRITICAL:
        return one.at
    return slot(one.at, policy.quiet_hours, standing.calendar)


def _twin(
    one: Approach, first: datetime, placed: Sequence[tuple[Approach, datetime]], standing: Standing
) -> Approach | None:
    """One that says the same to the same contact by the same channel on the same local day."""
    day = standing.calendar.local_date
    same = [other for other, at in placed if _says(other) == _says(one) and day(at) == day(first)]
    return same[0] if same and one.kind else None


def _says(one: Approach) -> tuple[str, str]:
    return one.kind, one.channel


def _merged(one: Approach, twin: Approach) -> Passage:
    found = f"{one.kind} reaches them that day already"
    return Passage("merged", Reason("merge", True, "nothing is said twice in one slot", found), into=twin.key)


def _placed(one: Approach, first: datetime, standing: Standing, policy: ContactPolicy) -> Passage:
    reason = _quiet(one, first, standing, policy) if first > one.at else None
    at = first
    if one.priority not in CRITICAL:
        at, pressing = _room(one, first, standing, policy)
        reason = pressing or reason
    if at >= one.ends:
        assert reason is not None or one.ends <= one.at
        return Passage("suppressed", _too_late(one, reason))
    return Passage("held", reason, until=at) if at > one.at else Passage("passes")


def _room(
    one: Approach, first: datetime, standing: Standing, policy: ContactPolicy
) -> tuple[datetime, Reason | None]:
    """The first slot in which no cap is exceeded and the pressure is low, and what stood in the way of an earlier."""
    caps = [(cap, under(cap, standing.past)) for cap in caps_on(one, standing, policy.caps)]
    at, because = first, None
    for _ in range(AT_MOST):
        if at >= one.ends:
            break
        full = next((pair for pair in caps if not fits(at, *pair, standing.calendar)), None)
        if full is not None:
            later = [chance for chance in chances(*full, standing.calendar) if chance > at]
            because = because or _full(*full, standing)
            at = min(later)
        elif one.purpose == "marketing" and pressure(standing.past, at) > MOST:
            because = because or _pressed(standing, at)
            at = eased(standing.past, at)
        else:
            return at, because
        at = slot(at, policy.quiet_hours, standing.calendar)
    return max(at, one.ends), because


def _quiet(one: Approach, first: datetime, standing: Standing, policy: ContactPolicy) -> Reason:
    quiet = policy.quiet_hours
    assert quiet is not None
    zone, local = standing.calendar.zone, standing.calendar.local(one.at)
    says = f"nothing from {quiet.start:%H:%M} to {quiet.end:%H:%M} and on days that are not worked, in {zone}"
    found = (
        f"it is {local:%a %Y-%m-%d %H:%M} there; the first instant that passes is {_told(first, standing)}"
    )
    return Reason("quiet_hours", False, says, found)


def _full(cap: ContactCap, counted: Sequence[Past], standing: Standing) -> Reason:
    what = " ".join(part for part in (cap.persona, cap.purpose, cap.channel) if part) or "approaches"
    read = tuple(Input(past.channel, past.purpose, past.at) for past in counted[-5:])
    told = ", ".join(_told(past.at, standing) for past in counted[-3:])
    return Reason(
        "cap", False, f"at most {cap.most} {what} per {cap.per}", f"{standing.name}: {told}", inputs=read
    )


def _pressed(standing: Standing, at: datetime) -> Reason:
    found = f"{standing.name}: {pressure(standing.past, at):.1f}"
    return Reason("pressure", False, f"a pressure of at most {MOST:g}, halving in 7 days", found)


def _too_late(one: Approach, reason: Reason | None) -> Reason:
    ends = f"it is of no use after {one.ends:%Y-%m-%d %H:%M} UTC"
    if reason is None:
        return Reason("window", False, "it leaves while it is of use", ends)
    return replace(reason, found=f"{reason.found}; {ends}")


def _told(at: datetime, standing: Standing) -> str:
    return f"{standing.calendar.local(at):%a %Y-%m-%d %H:%M}"
