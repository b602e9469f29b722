"""Non-events: what was expected within a time, and did not happen.

Armed until the deadline, pending until late data has had its time, then opened; satisfied at any instant at
which it turns out to have been true before the deadline, and retracted if that is learned after the opening.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain

from aloft.act.log import verdict_of
from aloft.act.models import Due, DueKind, Occurrence, OccurrenceState, Verdict
from aloft.act.states import check
from aloft.decide.values import Reason
from aloft.engagement.model import AnswerTrigger, ExpectTrigger
from aloft.engine import answers, words
from aloft.engine.directory import Known
from aloft.engine.opening import Candidate, open_all
from aloft.engine.turn import Row, Turn
from aloft.facts.completeness import ON_ITS_WAY, sources_of
from aloft.measures.frame import Ask
from aloft.measures.names import metrics_behind
from aloft.records.rows import among, batched, insert, told

LOOK_AGAIN = timedelta(days=1)


def questions(turn: Turn, accounts: Iterable[int]) -> list[Ask]:
    """What `satisfied` and `retract` ask about these accounts."""
    rows = _rows(turn, accounts)
    due = [*_armed(rows), *(_as_due(one) for one in _opened(turn, rows))]
    return [question(one, rows[one.account_id], turn.at) for one in due if one.moment in turn.program.moments]


def question(due: Due, account: int, at: datetime) -> Ask:
    """As of the deadline, or of now while that lies ahead, with all that is known now."""
    return Ask(0, account, min(at, _deadline(due) - datetime.resolution))


def _rows(turn: Turn, accounts: Iterable[int]) -> dict[int, int]:
    """The store's numbers by rows."""
    return {turn.directory[account].row: account for account in accounts if account in turn.directory}


def _armed(rows: Iterable[int]) -> list[Due]:
    found = (
        Due.objects.filter(account__in=among(some), kind=DueKind.DEADLINE) for some in batched(list(rows))
    )
    return list(chain.from_iterable(found))


def satisfied(turn: Turn, accounts: Iterable[int]) -> None:
    """Of what is armed or pending at these accounts: what has turned out true."""
    rows = _rows(turn, accounts)
    _satisfied(turn, _armed(rows), rows)


def satisfied_of_all(turn: Turn) -> None:
    """The same of all who follow the model, in the frame of them that stands: it says how each is now.

    Only what should have come by now, and answers, are asked apart.
    """
    rows, moments = _rows(turn, turn.everybody()), turn.program.model.moments
    standing = Due.objects.filter(kind=DueKind.DEADLINE)
    ahead: defaultdict[str, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    apart: list[int] = []
    for pk, row, moment, details in told(standing, ["pk", "account_id", "moment", "details"]):
        if row not in rows or moment not in moments:
            continue
        deadline = datetime.fromisoformat(json.loads(details)["deadline"])
        if deadline > turn.at and isinstance(moments[moment].trigger, ExpectTrigger):
            ahead[moment][rows[row]].append(pk)
        else:
            apart.append(pk)
    _satisfy_now(turn, ahead, rows)
    _satisfied(turn, _of(apart), rows)


def _satisfy_now(turn: Turn, ahead: Mapping[str, Mapping[int, Sequence[int]]], rows: dict[int, int]) -> None:
    """`ahead`: the keys of due rows, by moment and account of the frame."""
    true: list[int] = []
    for moment, accounts in ahead.items():
        condition = turn.program.moments[moment].condition or "null"
        true += [pk for account in turn.frames.true(condition, accounts) for pk in accounts[account]]
    due = _of(sorted(true))
    frame = turn.frames.rows({rows[one.account_id] for one in due})
    _satisfy(turn, [(one, frame[rows[one.account_id]]) for one in due])


def _of(keys: list[int]) -> list[Due]:
    return list(
        chain.from_iterable(Due.objects.filter(pk__in=among(some)).order_by("pk") for some in batched(keys))
    )


def answered_at_once(turn: Turn, accounts: Iterable[int]) -> None:
    """Of what has only now asked for an answer: what was given one by facts of the same turn."""
    asking = [
        name for name, one in turn.program.model.moments.items() if isinstance(one.trigger, AnswerTrigger)
    ]
    rows = _rows(turn, accounts) if asking else {}
    _satisfied(turn, [due for due in _armed(rows) if due.moment in asking], rows)


def _satisfied(turn: Turn, armed: list[Due], rows: dict[int, int]) -> None:
    due, values = _values(turn, armed, rows)
    true = [key for key in range(len(due)) if values[key] is True]
    frame = turn.frames.rows(true)
    _satisfy(turn, [(due[key], frame[key]) for key in true])


def deadlines(turn: Turn, due: Sequence[Due]) -> None:
    """The deadline and its lateness have passed: true, it is satisfied; false, it opens; unknown, it waits."""
    rows = {one.account_id: known.store for one in due if (known := turn.directory.of_row(one.account_id))}
    opening: list[tuple[Candidate, Row]] = []
    for one, row, value in _judged(turn, _in_order(turn, due), rows):
        behind = _behind(turn, one)
        if value is True:
            _satisfy(turn, [(one, row)])
        elif behind or value is None:
            _block(turn, one, row, behind)
        else:
            Due.objects.filter(pk=one.pk).delete()
            compiled = turn.program.moments[one.moment]
            if turn.frames.true(compiled.narrows, [row["_key"]]):
                opening.append((_candidate(turn, one, row), row))
            else:
                reasons = words.place_reasons(compiled.moment, row, turn)
                turn.say("skipped", turn.directory[row["_account"]], one.moment, one.anchor, one.n, reasons)
    for candidate, row in opening:
        open_all(turn, [candidate], {candidate.account: row})


def _in_order(turn: Turn, due: Sequence[Due]) -> list[Due]:
    """One that stands and one that was made anew come in the same order: who opens first may get another owner."""
    places = {name: place for place, name in enumerate(turn.program.moments)}
    return sorted(
        due,
        key=lambda one: (one.at, places.get(one.moment, len(places)), one.account_id, one.anchor, one.n),
    )


def _judged(turn: Turn, due: list[Due], rows: dict[int, int]) -> list[tuple[Due, Row, bool | None]]:
    """Of what is due at accounts that the turn's model knows, with the row of the frame that is judged."""
    due, values = _values(turn, due, rows)
    frame = turn.frames.rows(values)
    return [(one, frame[key], values[key]) for key, one in enumerate(due)]


def _values(turn: Turn, due: list[Due], rows: dict[int, int]) -> tuple[list[Due], dict[int, bool | None]]:
    """The same without the rows, for they are wide: what is due, and by its place what is known of it."""
    due = [one for one in due if one.moment in turn.program.moments and one.account_id in rows]
    asks = [replace(question(one, rows[one.account_id], turn.at), key=key) for key, one in enumerate(due)]
    if not asks:
        return [], {}
    turn.frames.ask(asks)
    turn.frames.build()
    keys: defaultdict[str, list[int]] = defaultdict(list)
    for key, one in enumerate(due):
        keys[one.moment].append(key)
    values: dict[int, bool | None] = {}
    for name, ours in keys.items():
        values |= judged(turn, name, {key: (due[key], rows[due[key].account_id]) for key in ours})
    return due, values


def judged(turn: Turn, moment: str, due: Mapping[int, tuple[Due, int]]) -> dict[int, bool | None]:
    """By key of the frame: whether what these due rows of a moment, each with its account, wait for came in time."""
    compiled = turn.program.moments[moment]
    if not isinstance(compiled.moment.trigger, AnswerTrigger):
        return turn.frames.judged(compiled.condition or "null", due)
    spans = [_span(turn, one, account) for one, account in due.values()]
    return dict(zip(due, answers.answered(turn, compiled.moment, spans), strict=True))


def _span(turn: Turn, due: Due, account: int) -> answers.Span:
    closes = min(_deadline(due), turn.read_at + datetime.resolution)
    return answers.Span(account, due.anchor, datetime.fromisoformat(due.details["anchor"]), closes)


def _deadline(due: Due) -> datetime:
    return datetime.fromisoformat(due.details["deadline"])


def _behind(turn: Turn, due: Due) -> list[str]:
    """The sources that the expectation's events come from and that are not complete to its deadline."""
    model, trigger = turn.program.model, _trigger(turn, due)
    if isinstance(trigger, AnswerTrigger):
        needed = set(sources_of(trigger.expect.events, model.sources))
    else:
        read = metrics_behind(trigger.condition.expression, model)
        needed = {source for metric in read for source in sources_of(metric.events, model.sources)}
    return sorted(source for source in needed if turn.watch.mark(source, turn.at) < _deadline(due))


def _trigger(turn: Turn, due: Due) -> ExpectTrigger | AnswerTrigger:
    trigger = turn.program.model.moments[due.moment].trigger
    assert isinstance(trigger, ExpectTrigger | AnswerTrigger)
    return trigger


def _reason(turn: Turn, due: Due, row: Row, held: bool | None) -> Reason:
    trigger = _trigger(turn, due)
    if isinstance(trigger, AnswerTrigger):
        moment = turn.program.model.moments[due.moment]
        reason = answers.reason(moment, _span(turn, due, row["_account"]), held)
    else:
        reason = words.rule_reason("expect", trigger.condition, row, turn, held)
        reason = replace(reason, says=f"{trigger.condition.text} within {trigger.within} of {trigger.of}")
    over = turn.at >= _deadline(due)
    found = f"{reason.found}; the deadline was {words.instant(_deadline(due))}" if over else reason.found
    return replace(reason, found=found)


def _satisfy(turn: Turn, true: Sequence[tuple[Due, Row]]) -> None:
    """All at once: as a model goes live there are many."""
    verdicts = [
        verdict_of(
            "satisfied",
            at=turn.at,
            account=due.account_id,
            moment=due.moment,
            anchor=due.anchor,
            n=due.n,
            version=turn.running.version.pk,
            reasons=[_reason(turn, due, row, True)],
        )
        for due, row in true
    ]
    insert(verdicts)
    for some in batched([due.pk for due, _ in true]):
        Due.objects.filter(pk__in=among(some)).delete()


def _block(turn: Turn, due: Due, row: Row, behind: list[str]) -> None:
    """Unknown opens nothing and satisfies nothing: it is looked at again, and says so once.

    A source that is on time, and only not yet through the deadline, is waited for without a word.
    """
    known = turn.directory[row["_account"]]
    waits = _deadline(due) + ON_ITS_WAY
    on_time = turn.at < waits and behind and not set(behind) & turn.watch.behind.keys()
    if not on_time:
        _say_blocked(turn, known, due, row, behind)
    details = due.details if on_time else {**due.details, "blocked": behind}
    at = waits if on_time else turn.at + LOOK_AGAIN
    again = Due(at=at, kind=due.kind, details=details, account_id=known.row)
    again.moment, again.anchor, again.n = due.moment, due.anchor, due.n
    Due.objects.filter(pk=due.pk).delete()
    again.save()


def _say_blocked(turn: Turn, known: Known, due: Due, row: Row, behind: list[str]) -> None:
    key = {"account": known.row, "moment": due.moment, "anchor": due.anchor, "n": due.n}
    if Verdict.objects.filter(verdict="blocked", **key).exists():
        return
    reasons = [_reason(turn, due, row, None)]
    for source in behind:
        mark = turn.watch.mark(source, turn.at)
        says = f"complete to the deadline, {words.instant(_deadline(due))}"
        found = f"{source} is complete to {words.instant(mark)} only"
        reasons.append(Reason("data", None, says, found))
    turn.say("blocked", known, due.moment, due.anchor, due.n, reasons)


def _candidate(turn: Turn, due: Due, row: Row) -> Candidate:
    reason, trigger, deadline = _reason(turn, due, row, False), _trigger(turn, due), _deadline(due)
    if isinstance(trigger, AnswerTrigger):
        because, expected = reason.found, answers.written(trigger)
    else:
        because, expected = (
            f"{words.read_out(reason.inputs)} by {words.instant(deadline)}",
            trigger.condition.text,
        )
    return Candidate(
        row["_account"], due.moment, due.anchor, due.n, turn.at, reason, f"{because}: expected {expected}",
        anchored_at=datetime.fromisoformat(due.details["anchor"]), deadline_at=deadline,
    )  # fmt: skip


def retract(turn: Turn, accounts: Iterable[int]) -> None:
    """Late facts show that an expectation was met in time: its occurrence is taken back, and kept."""
    rows = _rows(turn, accounts)
    opened = _opened(turn, rows)
    for occurrence, (one, row, value) in zip(
        opened, _judged(turn, [_as_due(one) for one in opened], rows), strict=True
    ):
        if value is True:
            _retract(turn, occurrence, _reason(turn, one, row, True))


def _opened(turn: Turn, rows: Iterable[int]) -> list[Occurrence]:
    """Of expectations that were not met, and not closed since."""
    standing = Occurrence.objects.filter(
        account__in=among(list(rows)), trigger__in=("expect", "answer"), deadline_at__isnull=False
    )
    return [
        one for one in standing.exclude(state=OccurrenceState.CLOSED) if one.moment in turn.program.moments
    ]


def _as_due(one: Occurrence) -> Due:
    """The due row that opened it."""
    assert one.deadline_at is not None
    details = {"deadline": one.deadline_at.isoformat()}
    if one.anchored_at is not None:
        details["anchor"] = one.anchored_at.isoformat()
    return Due(account_id=one.account_id, moment=one.moment, anchor=one.anchor, n=one.n, details=details)


def _retract(turn: Turn, occurrence: Occurrence, reason: Reason) -> None:
    occurrence.state = check(occurrence, "retract")
    occurrence.closed_as, occurrence.closed_at = "retracted", turn.at
    occurrence.save(update_fields=["state", "closed_as", "closed_at"])
    occurrence.dues.all().delete()
    known = turn.directory.of_row(occurrence.account_id)
    assert known is not None
    turn.say("retracted", known, occurrence.moment, occurrence.anchor, occurrence.n, [reason], occurrence.pk)
