"""Opening an occurrence: its owner, its clocks, what it must achieve and what it rests on, in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from aloft.act.log import as_objects
from aloft.act.models import Due, DueKind, Occurrence, OccurrenceState, Verdict
from aloft.act.selectors import with_person
from aloft.act.states import check
from aloft.decide import escalation, priority
from aloft.decide.calendar import WorkCalendar
from aloft.decide.durations import add
from aloft.decide.merging import Near
from aloft.decide.owners import Resolved
from aloft.decide.recurrence import opens_at
from aloft.decide.values import Reason
from aloft.engagement.leaves import PRIORITIES
from aloft.engagement.model import Duration, Moment, ScheduleTrigger
from aloft.engine import experiments, grouping, merging, ownership, visiting, words
from aloft.engine.diary import Diary, open_diary, place
from aloft.engine.directory import Known
from aloft.engine.turn import Row, Turn
from aloft.measures.plans import rests_on_events
from aloft.records.models import Contact
from aloft.records.rows import batched, insert

AT_ONCE = 500


@dataclass(frozen=True)
class Candidate:
    """What a trigger proposes: it opens unless it has opened before, or joins the open one."""

    account: int
    moment: str
    anchor: str
    n: int
    at: datetime
    reason: Reason
    because: str
    due: datetime | None = None
    was: datetime | None = None
    """When it was due before it was put off."""
    anchored_at: datetime | None = None
    deadline_at: datetime | None = None
    event: Mapping[str, Any] | None = None
    actor: str = ""
    """The user who caused that event."""
    person: Contact | None = None
    """The contact that is this user."""
    joins: bool = False
    """Whether it is appended to an open occurrence of the moment, if there is one."""


@dataclass
class _Kept:
    """What openings leave behind, written together; before anything else is asked or said of one of their accounts."""

    accounts: set[int] = field(default_factory=set)
    verdicts: list[Verdict] = field(default_factory=list)
    dues: list[Due] = field(default_factory=list)

    def write(self) -> None:
        insert(self.verdicts)
        Due.objects.bulk_create(self.dues, batch_size=AT_ONCE)
        self.accounts, self.verdicts, self.dues = set(), [], []


def open_all(turn: Turn, candidates: Iterable[Candidate], rows: Mapping[int, Row]) -> None:
    """`rows` are the accounts' rows of a frame, by the store's number."""
    found = sorted(candidates, key=lambda one: (one.at, one.account, one.moment, one.anchor, one.n))
    asked = [(turn.directory[one.account].row, one.moment) for one in found]
    around = merging.look_around(turn, asked)
    moments = turn.program.model.moments
    diary = open_diary(turn, ((account, moments[name]) for account, name in asked))
    before, standing = _opened_before(asked)
    if len(found) > 1:
        turn.staff.look_up(turn.directory[one.account] for one in found)
    kept = _Kept()
    for candidate in found:
        known = turn.directory[candidate.account]
        if known.row in kept.accounts:
            kept.write()
        key = (known.row, candidate.moment, candidate.anchor, candidate.n)
        if key in before or (candidate.joins and key[:2] in standing and _joined(turn, candidate, known)):
            continue
        before.add(key)
        skips = turn.exceptions.skipped(known, turn.program.model.moments[candidate.moment])
        if skips:
            turn.say(
                "skipped", known, candidate.moment, candidate.anchor, candidate.n, [skips], at=candidate.at
            )
            continue
        row, moment = rows[candidate.account], moments[candidate.moment]
        held_out = experiments.refusal(turn, moment, known, row["_key"], candidate.at)
        if held_out is not None:
            reasons = [held_out, candidate.reason]
            turn.say(
                "suppressed", known, moment.name, candidate.anchor, candidate.n, reasons, at=candidate.at
            )
            continue
        _open(turn, candidate, known, row, around, diary, kept)
        standing.add(key[:2])
    kept.write()


def _of(known: Known, moment: str) -> Any:
    return Occurrence.objects.filter(account=known.row, moment=moment)


def _opened_before(asked: Sequence[tuple[int, str]]) -> tuple[set[merging.Key], set[tuple[int, str]]]:
    """What has opened at these accounts, of these moments: the keys of it; and of which something stands open there."""
    accounts, moments = sorted({account for account, _ in asked}), {moment for _, moment in asked}
    found: set[merging.Key] = set()
    standing: set[tuple[int, str]] = set()
    for some in batched(accounts, merging.AT_ONCE):
        rows = Occurrence.objects.filter(account__in=some, moment__in=moments)
        for account, moment, anchor, n, state in rows.values_list(
            "account", "moment", "anchor", "n", "state"
        ):
            found.add((account, moment, anchor, n))
            if state != OccurrenceState.CLOSED:
                standing.add((account, moment))
    return found, standing


def _joined(turn: Turn, candidate: Candidate, known: Known) -> bool:
    open_ones = _of(known, candidate.moment).exclude(state=OccurrenceState.CLOSED)
    if turn.program.model.moments[candidate.moment].per == "contact":
        open_ones = open_ones.filter(with_person(candidate.person, candidate.actor))
    standing = open_ones.order_by("opened_at").first()
    if standing is None:
        return False
    check(standing, "append")
    standing.rank = priority.raised(standing.rank)
    standing.save(update_fields=["rank"])
    turn.say(
        "appended", known, candidate.moment, standing.anchor, standing.n, [candidate.reason], standing.pk,
        candidate.at, joined=f"{candidate.anchor}:{candidate.n}", priority=PRIORITIES[standing.rank],
    )  # fmt: skip
    return True


def _open(
    turn: Turn,
    candidate: Candidate,
    known: Known,
    row: Row,
    around: merging.Surroundings,
    diary: Diary,
    kept: _Kept,
) -> None:
    model = turn.program.model
    moment = model.moments[candidate.moment]
    touch = tuple(row["_touch_set"] or ())
    deal = ownership.deal(turn, moment, row, known)
    owner = _owner(turn, deal.moment, touch, known, row)
    moment, met = visiting.held_at(turn, moment, row, owner.role)
    calendar = known.calendar(model.clock)
    due = candidate.due or _complete_by(turn, moment, candidate.at, owner, calendar)
    into = around.into(moment.name, known.row, due, calendar)
    if into is None and candidate.due is not None and not owner.automated:
        placed = _placed(turn, candidate, diary, moment, known, touch)
        if placed is None:
            return
        candidate, due = placed, placed.due or due
    session = grouping.session(turn, moment, owner, due)
    owner = session.owner
    base = candidate.due or candidate.at
    reasons = [
        *words.place_reasons(moment, row, turn),
        candidate.reason,
        *_person_reasons(moment, candidate),
        *met,
        *deal.reasons,
        *session.reasons(moment, due),
        _owner_reason(turn, owner, touch, deal.moment),
    ]
    occurrence = _occurrence(turn, candidate, known, moment, owner, reasons)
    occurrence.due_at, occurrence.outcome_until = due, add(base, moment.outcome.within, calendar)
    occurrence.opening = turn.frames.numbers(turn.program.moments[moment.name].opening, row["_key"])
    if into is not None:
        _close_absorbed(turn, occurrence, known, into, merging.reason(turn, moment.name, into, around))
        return
    occurrence.save()
    diary.enter(known.row, moment, occurrence)
    if not session.others:
        turn.staff.give(owner.person, known, candidate.at)
    turn.opened.add(candidate.account)
    turn.new.add(occurrence.pk)
    kept.accounts.add(known.row)
    kept.dues += _clocks(turn, occurrence, moment, base, owner, calendar)
    kept.verdicts.append(
        turn.verdict(
            "opened", known, moment.name, candidate.anchor, candidate.n, reasons, occurrence.pk, candidate.at,
            due=due.isoformat(), owner=turn.staff.name(owner.person) or owner.role, **deal.told,
        )
    )  # fmt: skip
    if owner.tell or known.row in around.untouched:
        kept.write()
    if owner.tell:
        _tell(turn, occurrence, owner, known)
    merging.take_in(turn, occurrence, known, around)
    around.untouched.add(known.row)


def _owner(turn: Turn, moment: Moment, touch: tuple[str, ...], known: Known, row: Row) -> Resolved:
    found = turn.staff.owner(moment, turn.program.model, touch, known, row["segment"] or "")
    return turn.exceptions.owner(known, moment.name, found)


def _occurrence(
    turn: Turn, candidate: Candidate, known: Known, moment: Moment, owner: Resolved, reasons: Sequence[Reason]
) -> Occurrence:
    """Not yet stored, and without the instants by which it is due and judged."""
    return Occurrence(
        account_id=known.row,
        contact=candidate.person if moment.per == "contact" else None,
        moment=moment.name,
        called=moment.name,
        anchor=candidate.anchor,
        n=candidate.n,
        model_version=turn.running.version,
        trigger=moment.trigger.kind,
        rank=priority.rank(priority.priority_of(moment)),
        title=moment.title,
        objective=moment.objective,
        expected=moment.outcome.expect.text,
        channel=moment.channel[0] if moment.channel else "",
        effort_minutes=minutes_of(moment.effort),
        group=moment.group,
        because=candidate.because[:500],
        evidence=as_objects(reasons),
        event=dict(candidate.event) if candidate.event is not None else None,
        actor=candidate.actor,
        actor_contact=candidate.person.external_id if candidate.person else "",
        owner_id=owner.person,
        role=owner.role,
        owned_because=_owned(turn, owner)[:300],
        opened_at=candidate.at,
        anchored_at=candidate.anchored_at,
        deadline_at=candidate.deadline_at,
    )


def _placed(
    turn: Turn, candidate: Candidate, diary: Diary, moment: Moment, known: Known, touch: tuple[str, ...]
) -> Candidate | None:
    """The candidate with the due instant that its meeting gets; None: it waits, or will never have room."""
    assert candidate.due is not None
    found = place(turn, diary, moment, known, candidate.due, touch)
    if found.due is not None:
        return candidate
    assert found.reason is not None
    if found.until is None:
        turn.say(
            "suppressed", known, moment.name, candidate.anchor, candidate.n, [found.reason], at=candidate.at
        )
        return None
    trigger, calendar = moment.trigger, known.calendar(turn.program.model.clock)
    lead = trigger.lead if isinstance(trigger, ScheduleTrigger) else None
    opens = max(opens_at(found.until, lead, None, calendar), candidate.at)
    was = candidate.was or candidate.due
    turn.say(
        "deferred", known, moment.name, candidate.anchor, candidate.n, [found.reason], at=candidate.at,
        until=found.until.isoformat(), was=was.isoformat(), opens=opens.isoformat(),
    )  # fmt: skip
    return replace(candidate, due=found.until) if opens <= candidate.at else None


def _close_absorbed(turn: Turn, occurrence: Occurrence, known: Known, into: Near, because: Reason) -> None:
    """It closes at the instant at which it would have opened, and nobody has to do anything."""
    occurrence.state, occurrence.closed_as = OccurrenceState.CLOSED, "absorbed"
    occurrence.closed_at = occurrence.opened_at
    occurrence.save()
    turn.say(
        "absorbed", known, occurrence.moment, occurrence.anchor, occurrence.n, [because], occurrence.pk,
        occurrence.opened_at, into=into.moment, due=occurrence.due_at.isoformat(),
    )  # fmt: skip


def _complete_by(
    turn: Turn, moment: Moment, opened: datetime, owner: Resolved, calendar: WorkCalendar
) -> datetime:
    """The opening + `complete_within` in the owner's calendar; without it the outcome's `within`."""
    if moment.complete_within is None:
        return add(opened, moment.outcome.within, calendar)
    return add(opened, moment.complete_within, turn.staff.calendar(owner.person))


def _clocks(
    turn: Turn,
    occurrence: Occurrence,
    moment: Moment,
    base: datetime,
    owner: Resolved,
    calendar: WorkCalendar,
) -> list[Due]:
    """Due rows of what follows an opening: the end of the outcome's window, and each escalation."""
    judged = occurrence.outcome_until
    if rests_on_events(turn.program.model, moment.outcome.expect):
        judged = add(judged, turn.program.model.clock.lateness, calendar)
    common = {"account_id": occurrence.account_id, "moment": moment.name, "anchor": occurrence.anchor}
    rows = [Due(at=judged, kind=DueKind.OUTCOME, occurrence=occurrence, **common)]
    return rows + [
        Due(at=step.at, kind=DueKind.ESCALATE, n=step.index + 1, occurrence=occurrence, **common)
        for step in escalation.instants(moment, base, turn.staff.calendar(owner.person))
    ]


def _person_reasons(moment: Moment, candidate: Candidate) -> list[Reason]:
    """For whom of the customer's people it is, where there is one for each."""
    if moment.per != "contact":
        return []
    found = str(candidate.person) if candidate.person else "nobody among the contacts of the account"
    if candidate.person is None and candidate.actor:
        found = f"{candidate.actor}, who is {found}"
    return [Reason("per", candidate.person is not None or None, "one for each contact", found, moment.line)]


def _owned(turn: Turn, owner: Resolved) -> str:
    level = f" for {owner.level} touch" if owner.level else ""
    return f"as {owner.role}{level}: {owner.because}"


def _owner_reason(turn: Turn, owner: Resolved, touch: tuple[str, ...], moment: Moment) -> Reason:
    says = ", ".join(f"{level}: {role}" if level != "*" else role for level, role in moment.owners.items())
    found = turn.staff.name(owner.person) or ("automated" if owner.automated else "nobody")
    return Reason(
        "owner",
        owner.person is not None or owner.automated,
        says,
        f"{found}, {_owned(turn, owner)}",
        moment.line,
    )


def _tell(turn: Turn, occurrence: Occurrence, owner: Resolved, known: Known) -> None:
    """Nobody is there as planned: the role that the owner's reports to is told."""
    told = turn.staff.filling(owner.tell or "", turn.program.model, known)
    occurrence.escalated_to_id = told.person
    occurrence.save(update_fields=["escalated_to"])
    name = turn.staff.name(told.person) or told.role
    reason = Reason("owner", None, f"reports to {owner.tell}", f"{name} is told: {owner.because}")
    turn.say(
        "reassigned",
        known,
        occurrence.moment,
        occurrence.anchor,
        occurrence.n,
        [reason],
        occurrence.pk,
        to=name,
    )


def minutes_of(effort: Duration | None) -> int:
    """A day of work has eight hours; 0 where the model gives no effort."""
    if effort is None:
        return 0
    units = {
        "min": timedelta(minutes=1),
        "h": timedelta(hours=1),
        "bh": timedelta(hours=1),
        "bd": timedelta(hours=8),
    }
    return int(units.get(effort.unit, timedelta(hours=8)) * effort.number / timedelta(minutes=1))
