"""Who owns a moment: the role for the account's touch, and the person who is there to fill it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from aloft.engagement.model import Moment, Role, Touch

Holder = Mapping[str, tuple[int, str]]  # role -> the person whose book holds the account, and the book's name


@dataclass(frozen=True)
class Candidate:
    """Someone of our team, now. `away_until`: the last day of the leave they are on, if any."""

    person: int
    name: str
    role: str
    away_until: date | None = None
    backup: int | None = None
    load: int = 0  # open occurrences

    @property
    def away(self) -> bool:
        return self.away_until is not None


@dataclass(frozen=True)
class Resolved:
    """The owner. `person` None: automated, or nobody is there. `tell`: the role to be told of it, if any.

    `because` is a phrase for `why`: "holds the book Tier 1", "Cora is away until 14 Jan, Dev covers".
    `level` is the touch level by which the role was chosen.
    """

    person: int | None
    role: str
    because: str
    tell: str | None = None
    automated: bool = False
    level: Touch | None = None


def resolve(
    moment: Moment,
    roles: Mapping[str, Role],
    touch: tuple[Touch, ...],
    holder: Holder,
    people: Mapping[int, Candidate],
    *,
    keep: int | None = None,
) -> Resolved:
    """Who owns `moment` for an account with these touch levels, most personal first. See `resolve_role`."""
    chosen = _chosen(moment, touch)
    if chosen is None:
        return Resolved(None, "", f"no owner is named for {' or '.join(touch) or 'an account without'} touch")
    name, level = chosen
    return replace(resolve_role(roles[name], holder, people, keep=keep), level=level)


def resolve_role(
    role: Role, holder: Holder, people: Mapping[int, Candidate], *, keep: int | None = None
) -> Resolved:
    """Who fills `role` for an account: an owner, a participant, or whom an escalation goes to.

    An automated role is nobody. A pool takes the least loaded of those who are here. Otherwise it is the
    person whose book holds the account; on leave, their backup. When both are away, or no book holds the
    account, it is the least loaded of those who are here, and `reports_to` is told; as it is when nobody is
    left. Equal loads go by name. `keep` is the owner of an occurrence that is open: where the least loaded is
    asked for, they stay while they are here, so that deciding again moves nothing.
    """
    if role.automated:
        return Resolved(None, role.name, f"{role.name} is automated", automated=True)
    if role.pool:
        return _least_loaded(role, people.values(), keep, why="", tell=None)
    held_by, book = holder.get(role.name, (None, ""))
    person = people.get(held_by) if held_by is not None else None
    if person is None:
        return _least_loaded(
            role, people.values(), keep, why="no book holds the account", tell=role.reports_to
        )
    if not person.away:
        return Resolved(person.person, role.name, f"holds the book {book}")
    return _covered(role, person, people, keep)


def moves(current: int | None, resolved: Resolved, *, started: bool) -> bool:
    """Whether an occurrence changes hands: it follows a leave's start and end until it is started."""
    return not started and not resolved.automated and resolved.person not in (current, None)


def role_by_touch(moment: Moment, touch: tuple[Touch, ...]) -> str | None:
    """The role that owns a moment for an account with these touch levels, most personal first."""
    chosen = _chosen(moment, touch)
    return chosen[0] if chosen else None


def _chosen(moment: Moment, touch: tuple[Touch, ...]) -> tuple[str, Touch | None] | None:
    met = [level for level in touch if not moment.touch or level in moment.touch]
    for level in met:
        if level in moment.owners:
            return moment.owners[level], level
        if "*" in moment.owners:
            return moment.owners["*"], level
    return (moment.owners["*"], None) if "*" in moment.owners else None


def _covered(role: Role, person: Candidate, people: Mapping[int, Candidate], keep: int | None) -> Resolved:
    away = f"{person.name} is {_away(person)}"
    backup = people.get(person.backup) if person.backup is not None else None
    if backup is not None and not backup.away:
        return Resolved(backup.person, role.name, f"{away}, {backup.name} covers")
    why = f"{away}, so is {backup.name}" if backup else f"{away} without a backup"
    return _least_loaded(role, people.values(), keep, why=why, tell=role.reports_to)


def _least_loaded(
    role: Role, people: Iterable[Candidate], keep: int | None, *, why: str, tell: str | None
) -> Resolved:
    reason = f"{why}, " if why else ""
    holders = [person for person in people if person.role == role.name]
    here = [person for person in holders if not person.away]
    if not here:
        nobody = f"everyone who is {role.name} is away" if holders else f"nobody is {role.name}"
        return Resolved(None, role.name, reason + nobody, tell=role.reports_to)
    chosen = min(here, key=lambda person: (person.person != keep, person.load, person.name, person.person))
    if chosen.person == keep:
        return Resolved(chosen.person, role.name, f"{reason}{chosen.name} has it already", tell=tell)
    found = f"{chosen.name} has the least to do of {role.name}: {chosen.load} open"
    return Resolved(chosen.person, role.name, reason + found, tell=tell)


def _away(person: Candidate) -> str:
    until = person.away_until
    return f"away until {until.day} {until:%b}" if until else "away"
