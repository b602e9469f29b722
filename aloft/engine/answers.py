"""Events that ask for an answer, and the events that give it: `expect: {event, by}`, `of: {event, by}`.

The anchor of an occurrence is what both name (`ticket:t1`): the first event that asks by that name counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa

from aloft.decide.durations import subtract
from aloft.decide.values import Reason
from aloft.engagement.model import AnswerTrigger, Duration, EventRef, Moment
from aloft.engagement.words import events
from aloft.engine import words
from aloft.engine.anchors import Anchored
from aloft.engine.turn import Turn
from aloft.measures.compile import EVENT, property_text, sql
from aloft.measures.frame import aware, naive
from aloft.measures.groups import texts

LONGEST = 300
"""Characters of an anchor."""
SLACK = timedelta(days=7)
"""Business time counts forth and back by other days."""


@dataclass(frozen=True)
class Span:
    """What asks at an account, from its instant until the answer comes too late."""

    account: int
    anchor: str
    opens: datetime
    closes: datetime


def asked(turn: Turn, moment: Moment, accounts: Collection[int]) -> Mapping[int, Sequence[Anchored]]:
    """What asks for an answer at these accounts: what it names, and when; nothing whose time was over before the
    model was live."""
    trigger = moment.trigger
    if not isinstance(trigger, AnswerTrigger) or not accounts:
        return {}
    rows = turn.frames.connection.execute(
        f"""select account, anchor, min(occurred) from ({_events(trigger, trigger.of)})
        where account in (select unnest($accounts)) and occurred >= $since group by all order by all""",
        {"accounts": sorted(accounts), "since": naive(_since(turn, moment, trigger.within, accounts))},
    ).fetchall()
    found: dict[int, list[Anchored]] = {}
    for account, anchor, occurred in rows:
        at = aware(occurred)
        assert at is not None
        found.setdefault(account, []).append(Anchored(anchor, at))
    return found


def _since(turn: Turn, moment: Moment, within: Duration, accounts: Collection[int]) -> datetime:
    clock = turn.program.model.clock
    live = min(
        subtract(turn.live_from(account, moment.name), within, turn.directory[account].calendar(clock))
        for account in accounts
    )
    return live - SLACK


def answered(turn: Turn, moment: Moment, spans: Sequence[Span]) -> list[bool]:
    """Of each whether the answer came in its time, by all that is known."""
    trigger = moment.trigger
    assert isinstance(trigger, AnswerTrigger)
    run = turn.frames.connection
    run.register("spans", _table(spans))
    found = run.execute(
        f"""select distinct s.number from spans s join ({_events(trigger, trigger.expect)}) e
        on e.account = s.account and e.anchor = s.anchor and e.occurred >= s.opens and e.occurred < s.closes"""
    ).fetchall()
    run.unregister("spans")
    given = {number for (number,) in found}
    return [number in given for number in range(len(spans))]


def asking(turn: Turn) -> set[int]:
    """The accounts at which something has asked since the positions before the turn."""
    names = [
        f"({_those(moment.trigger.of)})"
        for moment in turn.program.model.moments.values()
        if isinstance(moment.trigger, AnswerTrigger)
    ]
    if not names:
        return set()
    rows = turn.frames.connection.execute(
        f"""select distinct e.account from event e join event_name n on n.id = e.name
        where e.account is not null and ({" or ".join(names)})
          and (e.stream in (0, 2) and e.seq > $inbox or e.stream in (1, 3) and e.seq > $changes)""",
        {"inbox": turn.before[0], "changes": turn.before[1]},
    ).fetchall()
    return {account for (account,) in rows if account in turn.directory}


def written(trigger: AnswerTrigger) -> str:
    """`Ticket Solved within 2d of Ticket Opened`."""
    answer, question = events(trigger.expect.events), events(trigger.of.events)
    return f"{answer} with the same {trigger.expect.by} within {trigger.within} of {question}"


def reason(moment: Moment, span: Span, held: bool | None) -> Reason:
    trigger = moment.trigger
    assert isinstance(trigger, AnswerTrigger)
    answer = events(trigger.expect.events)
    came = {True: f"{answer} came in time", False: f"no {answer}", None: f"no {answer} yet"}[held]
    name, _, value = span.anchor.partition(":")
    found = f"{name} {value}: {events(trigger.of.events)} {words.instant(span.opens)}, and {came}"
    return Reason("expect", held, written(trigger), found, moment.line)


def _events(trigger: AnswerTrigger, ref: EventRef) -> str:
    """SQL of these events: account, anchor, occurred; without those that name nothing."""
    anchor = f"left({texts([trigger.of.by + ':'])} || {property_text(ref.by)}, {LONGEST})"
    return (
        f"select e.account, {anchor} as anchor, e.occurred from event e join event_name n on n.id = e.name "
        f"where {_those(ref)} and {property_text(ref.by)} is not null"
    )


def _those(ref: EventRef) -> str:
    tests = [f"n.name in ({texts(ref.events)})"] if ref.events else ["true"]
    tests += [f"({sql(ref.where.expression, EVENT)}) is true"] if ref.where else []
    return " and ".join(tests)


def _table(spans: Iterable[Span]) -> pa.Table:
    rows = [(n, s.account, s.anchor, naive(s.opens), naive(s.closes)) for n, s in enumerate(spans)]
    columns = zip(*rows, strict=True) if rows else [()] * len(_SPANS.names)
    return pa.table([list(column) for column in columns], schema=_SPANS)


_SPANS = pa.schema(
    [
        ("number", pa.int64()),
        ("account", pa.int32()),
        ("anchor", pa.string()),
        ("opens", pa.timestamp("us")),
        ("closes", pa.timestamp("us")),
    ]
)
