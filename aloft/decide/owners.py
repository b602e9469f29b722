"""Who owns a moment: the role for the account's touch, and the person who is there to fill it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aloft.decide.choosing import NOTHING, Asked, Candidate, choose
from aloft.engagement.model import Moment, Role, Touch

Holder = Mapping[str, tuple[int, str]]  # role -> the person whose book holds the account, and the book's name


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
    asked: Asked = NOTHING,
) -> Resolved:
    """Who owns `moment` for an account with these touch levels, most personal first. See `resolve_role`."""
    chosen = _chosen(moment, touch)
    if chosen is None:
        return Resolved(None, "", f"no owner is named for {' or '.join(touch) or 'an account without'} touch")
    name, level = chosen
    return replace(resolve_role(roles[name], holder, people, keep=keep, asked=asked), level=level)


def resolve_role(
    role: Role,
    holder: Holder,
    people: Mapping[int, Candidate],
    *,
    keep: int | None = None,
    asked: Asked = NOTHING,
) -> Resolved:
    """Who fills `role` for an account: an owner, a participant, or whom an escalation goes to.

    An automated role is nobody. In a pool it is one of those who are here, as the role chooses and what is `asked`
    allows. Otherwise it is the person whose book holds the account, whatever is asked; on leave, their backup.
    When both are away, or no book holds the account, it is one of those who are here, and `reports_to` is told; as
    it is when nobody is left, or nobody has what is asked. `keep` is the owner of an occurrence that is open: where
    one of several is chosen, they stay while they are here, so that deciding again moves nothing.
    """
    if role.automated:
        return Resolved(None, role.name, f"{role.name} is automated", automated=True)
    if role.pool:
        return _one_of(role, people, keep, asked)
    held_by, book = holder.get(role.name, (None, ""))
    person = people.get(held_by) if held_by is not None else None
    if person is None:
        return _one_of(role, people, keep, asked, why="no book holds the account")
    if not person.away:
        return Resolved(person.person, role.name, f"holds the book {book}")
    return _covered(role, person, people, keep, asked)


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


def _covered(
    role: Role, person: Candidate, people: Mapping[int, Candidate], keep: int | None, asked: Asked
) -> Resolved:
    away = f"{person.name} is {_away(person)}"
    backup = people.get(person.backup) if person.backup is not None else None
    if backup is not None and not backup.away:
        return Resolved(backup.person, role.name, f"{away}, {backup.name} covers")
    why = f"{away}, so is {backup.name}" if backup else f"{away} without a backup"
    return _one_of(role, people, keep, asked, why=why)


def _one_of(
    role: Role, people: Mapping[int, Candidate], keep: int | None, asked: Asked, *, why: str = ""
) -> Resolved:
    """`why`: what should have been otherwise, and is told."""
    reason = f"{why}, " if why else ""
    holders = [person for person in people.values() if person.role == role.name]
    here = [person for person in holders if not person.away]
    if not here:
        nobody = f"everyone who is {role.name} is away" if holders else f"nobody is {role.name}"
        return Resolved(None, role.name, reason + nobody, tell=role.reports_to)
    kept = next((person for person in here if person.person == keep), None)
    if kept:
        told = role.reports_to if why else None
        return Resolved(kept.person, role.name, f"{reason}{kept.name} has it already", tell=told)
    chosen = choose(role, here, asked)
    told = role.reports_to if why or chosen.lacking else None
    return Resolved(chosen.person, role.name, reason + chosen.because, tell=told)


def _away(person: Candidate) -> str:
    until = person.away_until
    return f"away until {until.day} {until:%b}" if until else "away"
