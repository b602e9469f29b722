"""Event-based moments, and those that somebody asks for by hand."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from aloft.act.models import Occurrence
from aloft.act.selectors import last_openings, with_person
from aloft.decide.durations import add
from aloft.decide.values import Input, Reason
from aloft.engagement.model import EventTrigger, ManualTrigger, Moment
from aloft.engine import persons, words
from aloft.engine.opening import Candidate, open_all
from aloft.engine.turn import Row, Turn
from aloft.facts.changes import ChangeRow
from aloft.measures.asides import FAMILIES
from aloft.measures.frame import Ask, aware
from aloft.measures.names import names_in
from aloft.measures.program import CompiledMoment
from aloft.records.models import Contact

BY_ITS_EVENT = "event:"
"""How an anchor begins that no property tells apart."""


@dataclass(frozen=True)
class Arrived:
    account: int
    name: str
    source: str
    message_id: str
    user: str | None
    occurred: datetime
    received: datetime
    properties: dict[str, Any]


Found = tuple[CompiledMoment, Arrived]
"""An event, and a moment that it calls for."""
_People = Mapping[tuple[int, str], Contact]
_Openings = Mapping[tuple[int, str], Occurrence]


def arrived(turn: Turn, moved: frozenset[int]) -> list[Found]:
    """The events of this turn that call for a moment, in the order in which they arrived.

    `moved` are earlier events that have only now found their account.
    """
    compiled = [one for one in turn.program.moments.values() if isinstance(one.moment.trigger, EventTrigger)]
    rows = _arrived(turn, compiled, moved) if compiled else []
    found = [(one, event) for i, one in enumerate(compiled) for event, opens in rows if opens[i]]
    return _at_tops(turn, found) if any(one.moment.per == "family" for one, _ in found) else found


def _at_tops(turn: Turn, found: Sequence[Found]) -> list[Found]:
    """What is `per: family` opens at the top of the account's tree."""
    tops: dict[int, int] = dict(turn.frames.connection.execute(FAMILIES).fetchall())
    raised = [
        (one, replace(event, account=tops.get(event.account, event.account)))
        if one.moment.per == "family"
        else (one, event)
        for one, event in found
    ]
    return [
        (one, event)
        for one, event in raised
        if event.account in turn.directory and turn.follows(event.account)
    ]


def questions(turn: Turn, found: Sequence[Found]) -> list[Ask]:
    """Each event is judged as its account stood when it arrived, with its own properties."""
    live = turn.running.version.live_from
    return [
        Ask(key, event.account, max(event.received, live), event=json.dumps(event.properties))
        for key, (_, event) in enumerate(found)
    ]


def read(turn: Turn, found: Sequence[Found]) -> None:
    """Open what the events that have `arrived` call for."""
    if not found:
        return
    turn.frames.ask(questions(turn, found))
    turn.frames.build()
    rows = turn.frames.rows(range(len(found)))
    compiled = dict.fromkeys(one.moment.name for one, _ in found)
    met = {
        key
        for name in compiled
        for key in turn.frames.true(turn.program.moments[name].narrows, _keys(found, name))
    }
    called = [_Called(one.moment, event, rows[key]) for key, (one, event) in enumerate(found) if key in met]
    for some in _apart(sorted(called, key=lambda one: one.event.received)):
        _open(turn, some)


class _Called(NamedTuple):
    """A moment that an event calls for where it is met; `row`: of the frame, as the event found it."""

    moment: Moment
    event: Arrived
    row: Row


def _apart(called: Iterable[_Called]) -> Iterator[list[_Called]]:
    """In their order, so many at a time that none rests on what another opens: each of another account."""
    some: dict[int, _Called] = {}
    for one in called:
        if one.event.account in some:
            yield list(some.values())
            some = {}
        some[one.event.account] = one
    if some:
        yield list(some.values())


def _keys(found: Sequence[Found], moment: str) -> list[int]:
    return [key for key, (one, _) in enumerate(found) if one.moment.name == moment]


def _arrived(
    turn: Turn, compiled: Sequence[CompiledMoment], moved: frozenset[int]
) -> list[tuple[Arrived, Sequence[bool]]]:
    """Each event with, for each of the moments, whether it is one that opens it."""
    names = [_trigger(one.moment).events for one in compiled]
    opens = ", ".join(
        f"(list_contains($names_{i}, n.name) and ({one.where or 'true'})) is true"
        for i, one in enumerate(compiled)
    )
    come = "e.stream in (0, 2) and e.seq > $inbox", "e.stream in (1, 3) and e.seq > $changes"
    found = "e.stream in (0, 2) and e.seq in (select unnest($moved))"
    wanted = " union all ".join(
        f"select e.* from event e where {one} and e.received >= $live and e.account is not null "
        "and e.name in (select id from event_name where name in (select unnest($names)))"
        for one in ((*come, found) if moved else come)
    )
    rows = turn.frames.connection.execute(
        f"""with e as materialized ({wanted})
        select e.account, n.name, e.source, e.message_id, e.app_user, e.occurred, e.received, e.properties, {opens}
        from e join event_name n on n.id = e.name order by e.received, e.stream, e.seq""",
        {
            "names": sorted({name for given in names for name in given}),
            **{f"names_{i}": list(given) for i, given in enumerate(names)},
            "live": turn.running.version.live_from.replace(tzinfo=None),
            "inbox": turn.before[0],
            "changes": turn.before[1],
            **({"moved": sorted(moved)} if moved else {}),
        },
    ).fetchall()
    ours = [one for one in rows if one[0] in turn.directory and turn.follows(one[0]) and any(one[8:])]
    users = _users(turn, {one[4] for one in ours if one[4] is not None})
    return [
        (
            Arrived(
                account,
                name,
                source,
                message,
                users.get(user),
                _at(occurred),
                _at(received),
                json.loads(properties or "{}"),
            ),
            opens,
        )
        for account, name, source, message, user, occurred, received, properties, *opens in ours
    ]


def _users(turn: Turn, numbers: Collection[int]) -> dict[int, str]:
    """What users are called outside, by the store's numbers: named one by one, few are found without reading all."""
    if not numbers:
        return {}
    among = ", ".join(map(str, sorted(numbers)))
    found = turn.frames.connection.execute(f"select id, external from app_user where id in ({among})")
    return dict(found.fetchall())


def _at(instant: datetime) -> datetime:
    at = aware(instant)
    assert at is not None
    return at


def _trigger(moment: Moment) -> EventTrigger:
    assert isinstance(moment.trigger, EventTrigger)
    return moment.trigger


def _open(turn: Turn, called: Sequence[_Called]) -> None:
    """What events of as many accounts call for."""
    who = persons.of_users((turn.directory[one.event.account], one.event.user) for one in called)
    last = _last_openings(turn, called)
    candidates = [candidate for one in called if (candidate := _candidate(turn, one, who, last)) is not None]
    open_all(turn, candidates, {one.event.account: one.row for one in called})


def _candidate(turn: Turn, one: _Called, who: _People, last: _Openings) -> Candidate | None:
    """None where nothing opens, which is said."""
    moment, event, _ = one
    trigger, known = _trigger(moment), turn.directory[event.account]
    person = who.get((known.customer, event.user or ""))
    calendar = known.calendar(turn.program.model.clock)
    at = max(event.received, turn.running.version.live_from)
    reason, anchor = _reason(moment, trigger, event), anchor_of(moment, event)
    if add(event.occurred, moment.outcome.within, calendar) < at:
        turn.say("skipped", known, moment.name, anchor, 1, [_too_late(reason, event)], at=at)
        return None
    if _cools(turn, one, person, last, at):
        turn.say("suppressed", known, moment.name, anchor, 1, [_cooling(trigger)], at=at)
        return None
    return Candidate(
        event.account, moment.name, anchor, 1, at, reason, _because(trigger, event),
        event=event.properties, actor=event.user or "", person=person, joins=trigger.by is None,
    )  # fmt: skip


def anchor_of(moment: Moment, event: Arrived) -> str:
    """What the event is about; where there is one for each contact, also for whom of them."""
    by = _trigger(moment).by
    if by is not None and by in event.properties:
        whose = persons.mark(event.user) if moment.per == "contact" else ""
        return f"{by}:{event.properties[by]}"[: 300 - len(whose)] + whose
    return f"{BY_ITS_EVENT}{event.source}:{event.message_id}"[:300]


def _last_openings(turn: Turn, called: Sequence[_Called]) -> _Openings:
    """Of moments that cool down; of those that there is one of for each contact, whoever it was for."""
    cooling = [one for one in called if _trigger(one.moment).cooldown is not None]
    if not cooling:
        return {}
    rows = [turn.directory[one.event.account].row for one in cooling]
    return last_openings(rows, {one.moment.name for one in cooling})


def _cools(turn: Turn, one: _Called, person: Contact | None, last: _Openings, at: datetime) -> bool:
    moment, event, _ = one
    cooldown, known = _trigger(moment).cooldown, turn.directory[event.account]
    if cooldown is None:
        return False
    if moment.per == "contact":
        last = last_openings([known.row], [moment.name], with_person(person, event.user or ""))
    opened = last.get((known.row, moment.name))
    calendar = known.calendar(turn.program.model.clock)
    return opened is not None and add(opened.opened_at, cooldown, calendar) > at


def _said(trigger: EventTrigger, event: Arrived) -> dict[str, str]:
    """The properties that the rule reads, and the one that keeps events apart."""
    read = names_in(trigger.where.expression) if trigger.where else []
    names = dict.fromkeys([*read, *([trigger.by] if trigger.by else [])])
    return {name: words.plain(event.properties.get(name)) for name in names}


def _because(trigger: EventTrigger, event: Arrived) -> str:
    said = ", ".join(f"{name} {value}" for name, value in _said(trigger, event).items())
    who = f" by {event.user}" if event.user else ""
    return f"{event.name}{who}, {words.instant(event.occurred)}" + (f": {said}" if said else "")


def _reason(moment: Moment, trigger: EventTrigger, event: Arrived) -> Reason:
    rule = trigger.where
    says = " or ".join(trigger.events) + (f" where {rule.text}" if rule else "")
    read = tuple(
        Input(f"event.{name}", value, event.occurred, event.received, event.source)
        for name, value in _said(trigger, event).items()
    )
    return Reason("event", True, says, _because(trigger, event), rule.line if rule else moment.line, read)


def _too_late(reason: Reason, event: Arrived) -> Reason:
    happened, arrived = words.instant(event.occurred), words.instant(event.received)
    found = f"it happened {happened} and arrived {arrived}: too late to act on"
    return Reason("event", False, reason.says, found, reason.line, reason.inputs)


def _cooling(trigger: EventTrigger) -> Reason:
    return Reason("cooldown", False, f"cooldown {trigger.cooldown}", "the last one opened within it")


def open_by_hand(turn: Turn, changes: Sequence[ChangeRow]) -> None:
    """Open the `manual` moments that people asked for."""
    asked = [c for c in changes if c.kind == "occurrence.acted" and c.data["act"] == "open"]
    for change in asked:
        known = turn.directory.find(change.account)
        moment = turn.program.model.moments.get(change.data["moment"])
        if known is None or moment is None or not isinstance(moment.trigger, ManualTrigger):
            continue
        if not turn.follows(known.store):
            continue
        turn.frames.ask([Ask(0, known.store, turn.at)])
        turn.frames.build()
        row = turn.frames.rows([0])[0]
        who = change.data["anchor"].removeprefix("by:")
        reason = Reason("manual", True, "a person says so", f"asked for by {who}", moment.line)
        anchor = f"manual:{change.seq}"
        candidate = Candidate(known.store, moment.name, anchor, 1, change.at, reason, f"Asked for by {who}")
        if turn.frames.true(turn.program.moments[moment.name].narrows):
            open_all(turn, [candidate], {known.store: row})
        else:
            reasons = words.place_reasons(moment, row, turn)
            turn.say("skipped", known, moment.name, anchor, 1, reasons)
