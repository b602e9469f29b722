"""Due rows: for each account and moment the next instant at which the engine must look again.

They are made anew where an account's facts or position have changed what they rest on, or the model has; what they
rest on is checked once more when they fire.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from aloft.act.due import DueRow, renew
from aloft.act.log import verdict_of
from aloft.act.models import Due, DueKind, Verdict
from aloft.decide.recurrence import Due as Instant
from aloft.decide.values import Reason
from aloft.engagement.model import Moment, ScheduleTrigger
from aloft.engagement.words import schedule
from aloft.engine import dating, experiments, pauses, words
from aloft.engine.absences import passed_over
from aloft.engine.anchors import BEGINS, ENDS, Anchored
from aloft.engine.dating import EVER, Ahead, History, Subject
from aloft.engine.diary import Deferral, deferrals
from aloft.engine.directory import Known
from aloft.engine.ground import Ground, asked_of, places, read
from aloft.engine.opening import Candidate, open_all
from aloft.engine.planned import FAR, PLANNED, RESOLVED, last_due
from aloft.engine.turn import Row, Turn
from aloft.measures.frame import aware
from aloft.records.rows import among, batched, insert

_ACCOUNT = attrgetter("account_id")


def plan(turn: Turn, accounts: Iterable[int]) -> None:
    """Make the due rows of these accounts anew, unless they stand (`planned`)."""
    asked = [account for account in accounts if account in turn.directory]
    if not asked:
        return
    ground, plans = read(turn, asked), turn.running.plans
    said = {turn.directory[account].row: one for account, one in ground.said.items()}
    standing = plans.standing(turn.at, said)
    changed = {row: one for row, one in said.items() if row not in standing}
    partly, moments = plans.but_for(turn.at, changed, ground.layout)
    anew: dict[int, Row] = {}
    some: dict[int, Row] = {}
    for account, row in ground.rows.items():
        known = turn.directory[account].row
        if known not in standing:
            (some if known in partly else anew)[account] = row
    if anew:
        made = _plan(turn, anew, ground)
        told = {row: one for row, one in changed.items() if row not in partly}
        plans.keep(told, ground.layout, made.rows, made.until)
    if some:
        made = _plan(turn, some, ground, moments) if moments else _NOTHING
        told = {row: said[row] for row in partly - made.skipped}
        plans.keep_partly(told, ground.layout, made.more, made.until)


@dataclass(frozen=True)
class _Made:
    """By row of the account: how many due rows were planned, how many more there are than before, and when what is
    next passes. `skipped`: where something is passed over."""

    rows: Counter[int]
    more: Counter[int]
    until: Mapping[int, datetime]
    skipped: Set[int]


_NOTHING = _Made(Counter(), Counter(), {}, frozenset())


def _plan(turn: Turn, rows: Mapping[int, Row], ground: Ground, only: Collection[str] | None = None) -> _Made:
    """`only`: the moments whose due rows are made anew; None: all, and those of the dates of contracts."""
    known = {account: turn.directory[account] for account in rows}
    ours = [one.row for one in known.values()]
    planned: list[DueRow] = []
    if only is None:
        planned += [
            due for account, row in rows.items() for due in _dates_ahead(known[account], row, turn.at)
        ]
    until: dict[int, datetime] = {}
    skipped: list[Verdict] = []
    met = {
        name: [one for one in found if one in rows]
        for name, found in ground.met.items()
        if only is None or name in only
    }
    dated = rows if only is None else {one: rows[one] for found in met.values() for one in found}
    marks = any(ground.unmet.values()) or any(ground.held_out.values())
    for subject, found in dating.ahead(turn, dated, history_of(ours, only=only), met, ground.asked):
        if found.passed_over:
            skipped += [_skipped(turn, subject, *one) for one in found.passed_over]
        planned += _absorbing_nothing(turn, subject, found.due, ground) if marks else found.due
        row = subject.of.known.row
        if found.until < until.get(row, FAR):
            until[row] = found.until
    more = _renew(ours, planned, turn.at, only)
    insert(skipped)
    return _Made(Counter(one.account_id for one in planned), more, until, {one.account_id for one in skipped})


def forget_others(planned: Collection[int]) -> None:
    """Nothing is due by a schedule or an expectation but at these accounts, by their rows."""
    made = Due.objects.filter(kind__in=(DueKind.OPEN, DueKind.DEADLINE, DueKind.WARN))
    there = made.order_by().values_list("account", flat=True).distinct()
    for some in batched(set(there).difference(planned)):
        made.filter(account__in=among(some)).delete()


def _renew(
    accounts: Sequence[int], planned: Iterable[DueRow], at: datetime, only: Collection[str] | None
) -> Counter[int]:
    """Put these into the place of what was planned at the accounts, by their rows; as many at a time as may be."""
    more: Counter[int] = Counter()
    by_account = sorted(planned, key=_ACCOUNT)
    for some in batched(sorted(accounts)):
        first = bisect_left(by_account, some[0], key=_ACCOUNT)
        end = bisect_right(by_account, some[-1], key=_ACCOUNT)
        standing = Due.objects.filter(account__in=among(some), kind__in=(*PLANNED, DueKind.WARN))
        if only is not None:
            standing = standing.filter(moment__in=only)
        more.update(renew(standing, by_account[first:end], at))
    return more


def _absorbing_nothing(
    turn: Turn, subject: Subject, due: Sequence[DueRow], ground: Ground
) -> Sequence[DueRow]:
    """The rows, marked where they will probably not open: those absorb nothing meanwhile."""
    account, name = subject.known.store, subject.moment.name
    if account in ground.unmet.get(name, ()):
        return [_unmet(row) for row in due]
    if account in ground.held_out.get(name, ()):
        calendar = subject.of.calendar
        return [_unmet(row) if experiments.is_running(turn, name, calendar, row) else row for row in due]
    return due


def _unmet(row: DueRow) -> DueRow:
    return row._replace(details={**row.details, "unmet": True})


def moments_ahead(
    turn: Turn, rows: Mapping[int, Row], history: History, only: Collection[str] | None = None
) -> Iterator[tuple[Subject, Ahead]]:
    """What the schedules and expectations that meet these accounts say, by subject; nothing is written."""
    met = turn.frames.each(places(turn, only), rows)
    yield from dating.ahead(turn, rows, history, met, asked_of(turn, met))


def fire(turn: Turn, due: Sequence[Due]) -> None:
    """Due rows of kind OPEN: the moment opens where its `if` holds now; else it is passed over, for good."""
    for compiled in turn.program.moments.values():
        ours = [row for row in due if row.moment == compiled.moment.name]
        stores = [known.store for row in ours if (known := turn.directory.of_row(row.account_id))]
        if stores:
            met = set(turn.meets(compiled, stores))
            rows = turn.rows(stores)
            ready = [row for row in ours if _store(turn, row) in met]
            spared = passed_over(turn, compiled.moment, ready)
            wanted = [row for row in ready if row.pk not in spared]
            still = {row.pk for row in wanted if _waits(turn, compiled.moment, row, rows[_store(turn, row)])}
            open_all(
                turn, [_candidate(turn, compiled.moment, row) for row in wanted if row.pk not in still], rows
            )
            for row in ours:
                if _store(turn, row) not in met:
                    _not_met(turn, compiled.moment, row, rows[_store(turn, row)])


def _waits(turn: Turn, moment: Moment, due: Due, row: Row) -> bool:
    """Whether the account is paused: it opens once that is over, which `_open_row` sees to."""
    pause = pauses.paused(row)
    if pause is None:
        return False
    known = turn.directory[_store(turn, due)]
    was = datetime.fromisoformat(due.details["due"])
    calendar = known.calendar(turn.program.model.clock)
    told = [pauses.reason(pause)]
    if pause.resumes is None:
        turn.say("deferred", known, moment.name, due.anchor, due.n, told, was=was.isoformat())
    else:
        until = max(was, pauses.first_working(pause.resumes, was, calendar)).isoformat()
        turn.say("deferred", known, moment.name, due.anchor, due.n, told, was=was.isoformat(), until=until)
    return True


def _store(turn: Turn, due: Due) -> int:
    known = turn.directory.of_row(due.account_id)
    assert known is not None
    return known.store


def _candidate(turn: Turn, moment: Moment, due: Due) -> Candidate:
    at, anchor = (datetime.fromisoformat(due.details[name]) for name in ("due", "anchor"))
    written = _written(moment)
    was = datetime.fromisoformat(due.details["was"]) if "was" in due.details else None
    put_off = f", put off from {words.instant(was)}" if was else ""
    found = f"due {words.instant(at)}{put_off}; counted from {words.instant(anchor)}"
    reason = Reason("schedule", True, written, found, moment.line)
    because = f"{_in_words(moment)}: due {words.instant(at)}"
    return Candidate(
        _store(turn, due),
        moment.name,
        due.anchor,
        due.n,
        turn.at,
        reason,
        because,
        due=at,
        was=was,
        anchored_at=anchor,
    )


def _not_met(turn: Turn, moment: Moment, due: Due, row: Row) -> None:
    known = turn.directory[_store(turn, due)]
    key = {"account": known.row, "moment": due.moment, "anchor": due.anchor, "n": due.n}
    if not Verdict.objects.filter(verdict__in=RESOLVED, **key).exists():
        turn.say("skipped", known, due.moment, due.anchor, due.n, words.place_reasons(moment, row, turn))


def _written(moment: Moment) -> str:
    return moment.trigger.text if isinstance(moment.trigger, ScheduleTrigger) else ""


def _in_words(moment: Moment) -> str:
    said = schedule(moment.trigger.schedule) if isinstance(moment.trigger, ScheduleTrigger) else ""
    return f"{said[:1].upper()}{said[1:]}"


def history_of(
    accounts: Sequence[int], at: datetime = EVER[1], only: Collection[str] | None = None
) -> History:
    """Of what was decided up to `at`, on some moments or all."""
    keys: set[tuple[int, str, str, int]] = set()
    put_off: dict[tuple[int, str, str, int], Deferral] = {}
    for some in batched(accounts):
        until = Verdict.objects.filter(account__in=among(some), at__lte=at)
        if only is not None:
            until = until.filter(moment__in=only)
        resolved = until.filter(verdict__in=RESOLVED)
        keys.update(resolved.values_list("account", "moment", "anchor", "n"))
        waits = until.filter(verdict="deferred", details__has_key="opens").order_by("at", "id")
        told = waits.values_list("account", "moment", "anchor", "n", "details", "occurrence")
        # Asked of the database, it would look through all verdicts without an occurrence.
        put_off |= deferrals(one[:5] for one in told if one[5] is None)
    return History(keys, last_due(accounts, at), put_off)


def _dates_ahead(known: Known, row: Row, now: datetime) -> list[DueRow]:
    """Dates in the account's life at which its status, and so its phase, may change by themselves."""
    instants = {at for name in BEGINS | ENDS if (at := aware(row[name])) is not None and at > now}
    return [DueRow(at, known.row, DueKind.PHASE, "", "", n, {}) for n, at in enumerate(sorted(instants), 1)]


def _skipped(turn: Turn, subject: Subject, anchor: Anchored, one: Instant) -> Verdict:
    found = f"due {words.instant(one.at)}, past when it became known; only the latest opens"
    reason = Reason("schedule", False, _written(subject.moment), found, subject.moment.line)
    return verdict_of(
        "skipped", at=turn.at, account=subject.known.row, moment=subject.moment.name, anchor=anchor.name, n=one.n,
        version=turn.running.version.pk, reasons=[reason],
    )  # fmt: skip
