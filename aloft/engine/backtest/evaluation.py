"""One evaluation a day: what a model would have opened, read over a scratch store that is rolled from day to day.

Rules are read by the same SQL as live, positions are moved and conditions turned by the same code. What lives in
Django's database while Aloft runs is in memory here (`kept`), and everything is decided at the daily reading, by the
facts of the day: an opening by the calendar or by an event keeps its own instant, the others are of the reading.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from aloft.act.models import Due, DueKind
from aloft.decide.durations import add
from aloft.decide.owners import role_by_touch
from aloft.engagement.model import (
    AnswerTrigger,
    EventTrigger,
    ExpectTrigger,
    Moment,
    ScheduleTrigger,
    WhenTrigger,
)
from aloft.engine import answers, conditions, daily, events, expectations, planning, positions
from aloft.engine.backtest.expected import Expected
from aloft.engine.backtest.frame import Stands, expecting, stands_of, stirred
from aloft.engine.backtest.kept import Bandwidth, Kept, Place, Waiting, of_user
from aloft.engine.backtest.tape import Tape
from aloft.engine.backtest.values import Opened
from aloft.engine.directory import RolledDirectory
from aloft.engine.mirror import Mirror, Position, SpellState
from aloft.engine.sources import SourceWatch
from aloft.engine.staff import Staff
from aloft.engine.timeline import EPOCH, next_midnight
from aloft.engine.turn import Row, Turn
from aloft.engine.versions import Running, Versions
from aloft.facts import relationships
from aloft.facts.compact import compact
from aloft.facts.store import FactStore
from aloft.measures.names import anchor_moments
from aloft.measures.program import CompiledMoment, Program

Proposed = tuple[Place, str, int, datetime, datetime | None]
"""A moment at an account, its anchor and n, when it opens, and when it is due where the calendar says."""


class Evaluation:
    def __init__(self, store: FactStore, tape: Tape, running: Running) -> None:
        self.store, self.tape, self.running = store, tape, running
        self.opened: list[Opened] = []
        self.directory = RolledDirectory(store)
        self.mirror = Mirror(store, self.directory)
        self._watch = SourceWatch(store)
        self._versions = Versions(store, self._watch.behind)
        self._versions.hold(running)
        self._staff = Staff(running.version.live_from, running.program.model.clock)
        self._at_deadlines = running.frames.of(expecting(running.program.model))
        self._kept, self._bandwidth = Kept(), Bandwidth()
        self._openings, self._holds, self._expected = Waiting(), Waiting(), Expected(self._kept)
        self._finishing: list[tuple[datetime, int]] = []
        self._moved: dict[int, Position] = {}
        self._stands: Stands | None = None
        self._read_at: dict[str, datetime] = {}
        self._before: dict[str, tuple[int, int]] = {}

    @property
    def _program(self) -> Program:
        return self.running.program

    def go_live(self, at: datetime) -> None:
        """Everybody is read; nothing is opened for the time before."""
        if self._program.model.unit == "relationship":
            relationships.keep(self.store)
        self._roll(at)
        for zone in self._zones():
            self._read_at[zone], self._before[zone] = at, self._position()
        turn = self._turn(at, everyone=True)
        turn.ask()
        positions.move(turn, self._note)
        self._judge_everybody(turn)
        self._plan(turn, turn.rows(stirred(turn) | set(self.directory.all())))
        self._read_conditions(turn, frozenset(self.directory.all()))
        self._open_by_calendar(turn, frozenset(self.directory.all()))
        self._finish(turn)

    def next_reading(self) -> tuple[datetime, tuple[str, ...]]:
        """The next local midnight of anybody, and whose it is. Accounts that are new wait for their first."""
        ahead = {
            zone: next_midnight(zone, self._read_at.get(zone, self.running.version.live_from))
            for zone in self._zones() or {self.store.home_zone}
        }
        at = min(ahead.values())
        return at, tuple(sorted(zone for zone, instant in ahead.items() if instant == at))

    def read(self, at: datetime, zones: tuple[str, ...]) -> None:
        """The day that has just ended, for the accounts of these zones."""
        self._roll(at)
        before = [self._before.get(zone, (0, 0)) for zone in zones]
        turn = self._turn(at, zones=zones, before=min(before))
        for zone in zones:
            self._read_at[zone], self._before[zone] = at, self._position()
        turn.ask()
        asked = frozenset(account for account in turn.frames.accounts() if account in self.directory)
        found = [one for one in events.arrived(turn, frozenset()) if one[1].account in asked]
        met = self._places(turn, found)
        self._expected.satisfy(turn, asked)
        self._judge_everybody(turn)
        positions.move(turn, self._note)
        self._plan(turn, turn.rows(((turn.moved | answers.asking(turn)) & asked) | stirred(turn)))
        self._read_conditions(turn, asked)
        self._open_by_calendar(turn, asked)
        self._open_by_events(turn, found, met)
        self._finish(turn)
        self._judge_deadlines(turn, asked)
        compact(self.store)

    def _turn(
        self,
        at: datetime,
        *,
        zones: tuple[str, ...] = (),
        everyone: bool = False,
        before: tuple[int, int] = (0, 0),
    ) -> Turn:
        self._moved.clear()
        self._stands = None
        return Turn(
            at,
            self.running,
            self.directory,
            self.mirror,
            self._staff,
            self._versions,
            self._watch,
            zones=zones,
            everyone=everyone,
            before=before,
        )

    def _roll(self, at: datetime) -> None:
        for step in self.tape.roll(self.store, at):
            self.directory.refresh(step.described)

    def _position(self) -> tuple[int, int]:
        drained = self.store.positions()
        return drained.inbox, drained.changes

    def _zones(self) -> set[str]:
        return {
            zone or self.store.home_zone for (zone,) in self.store.run("select distinct zone from account")
        }

    def _judge_everybody(self, turn: Turn) -> None:
        found = daily.judge(turn, self._bandwidth)
        if found is not None and found.scored is not None:
            self._bandwidth.keep(found.scored)

    def _note(self, _turn: Turn, moved: Sequence[Position]) -> None:
        self._moved |= {one.account: one for one in moved}

    def _plan(self, turn: Turn, rows: Mapping[int, Row], only: Collection[str] | None = None) -> None:
        if not rows:
            return
        planned: set[Place] = set()
        for subject, ahead in planning.moments_ahead(turn, rows, self._kept.history(), only):
            place = (subject.known.store, subject.moment.name)
            planned.add(place)
            for anchor, passed_over in ahead.passed_over:
                self._kept.resolve(place, anchor.name, passed_over.n)
            self._wait(turn, place, [row.as_due() for row in ahead.due])
        for name, moment in turn.program.model.moments.items():
            if only is None or name in only:
                self._drop(moment, [account for account in rows if (account, name) not in planned])

    def _wait(self, turn: Turn, place: Place, due: Sequence[Due]) -> None:
        """What was due when nobody knew of it opens now."""
        opening = [row for row in due if row.kind == DueKind.OPEN]
        for row in opening:
            row.at = max(row.at, turn.at)
        self._openings.replace(place, opening)
        self._expected.replace(place, [row for row in due if row.kind == DueKind.DEADLINE])

    def _drop(self, moment: Moment, accounts: Iterable[int]) -> None:
        if isinstance(moment.trigger, ScheduleTrigger | ExpectTrigger | AnswerTrigger):
            for account in accounts:
                self._openings.drop((account, moment.name))
                self._expected.drop((account, moment.name))

    def _open_by_calendar(self, turn: Turn, asked: frozenset[int]) -> None:
        """What comes after something that opens may be due the same day."""
        while due := self._openings.due(turn.at, asked):
            by_moment: defaultdict[str, list[tuple[Place, Due]]] = defaultdict(list)
            for place, row in due:
                by_moment[place[1]].append((place, row))
            proposed = {
                name: [
                    (place, row.anchor, row.n, row.at, datetime.fromisoformat(row.details["due"]))
                    for place, row in ours
                ]
                for name, ours in by_moment.items()
            }
            self._open_where_met(turn, proposed)
            rows = turn.rows({place[0] for place, _ in due})
            for name, ours in by_moment.items():
                self._plan(turn, {place[0]: rows[place[0]] for place, _ in ours if place[0] in rows}, [name])

    def _open_where_met(self, turn: Turn, proposed: Mapping[str, Sequence[Proposed]]) -> None:
        """By moment; whom they meet is read of all at once."""
        moments = turn.program.moments
        narrows = {name: moments[name].narrows for name, ours in proposed.items() if ours}
        met = turn.frames.each(narrows, {place[0] for ours in proposed.values() for place, *_ in ours})
        for name, accounts in met.items():
            those = set(accounts)
            for place, anchor, n, _, _ in proposed[name]:
                self._kept.resolve(place, anchor, n)
            self._open(turn, moments[name].moment, [one for one in proposed[name] if one[0][0] in those])

    def _read_conditions(self, turn: Turn, asked: frozenset[int]) -> None:
        held = defaultdict[str, dict[int, Due]](dict)
        for place, row in self._holds.due(turn.at, asked):
            held[place[1]][place[0]] = row
        states: list[SpellState] = []
        ready: dict[str, list[Proposed]] = {}
        turned = conditions.turned_of(turn)
        for name, ours in turned.items():
            ready[name] = self._turn_spells(turn, turn.program.moments[name], ours, states)
        self.mirror.turn(states)
        for name, lasting in self._lasting(turn, held).items():
            ready[name] += [
                ((one, name), "condition", held[name][one].n, held[name][one].at, None) for one in lasting
            ]
        self._open_where_met(turn, ready)

    def _lasting(self, turn: Turn, held: Mapping[str, Mapping[int, Due]]) -> dict[str, list[int]]:
        """By moment, those whose spell was to last until now, and does."""
        moments = turn.program.moments
        true = {name: f"({moments[name].place}) and ({moments[name].condition})" for name in held}
        found = turn.frames.each(true, {one for ours in held.values() for one in ours})
        return {name: [one for one in accounts if one in held[name]] for name, accounts in found.items()}

    def _turn_spells(
        self,
        turn: Turn,
        compiled: CompiledMoment,
        turned: Sequence[conditions.Turned],
        states: list[SpellState],
    ) -> list[Proposed]:
        """What opens at once; `states` takes what is to be kept."""
        name, trigger = compiled.moment.name, compiled.moment.trigger
        assert isinstance(trigger, WhenTrigger)
        ready: list[Proposed] = []
        for one in turned:
            if one.account not in self.directory:
                continue
            n = one.n + one.true
            states.append(SpellState(one.account, name, one.true, turn.at, n))
            place = (one.account, name)
            calendar = self.directory[one.account].calendar(turn.program.model.clock)
            at = conditions.opens(turn, trigger, calendar, self._kept.last.get(place))
            if not one.true:
                self._holds.drop(place)
            elif at <= turn.at:
                ready.append((place, "condition", n, turn.at, None))
            else:
                self._holds.replace(place, [Due(at=at, n=n)])
        return ready

    def _places(self, turn: Turn, found: Sequence[events.Found]) -> dict[str, set[int]]:
        """By moment, the accounts of these events that it meets as the frame stands."""
        moments = {compiled.moment.name: compiled for compiled, _ in found}
        places = {name: compiled.place for name, compiled in moments.items()}
        told = turn.frames.each(places, {event.account for _, event in found})
        return {name: set(accounts) for name, accounts in told.items()}

    def _open_by_events(
        self, turn: Turn, found: Sequence[events.Found], before: Mapping[str, set[int]]
    ) -> None:
        """Each as its account stood when it arrived: before or after what moved it that day."""
        after, conditional = self._places(turn, found), self._conditions_of(turn, found)
        for number, (compiled, event) in enumerate(found):
            moved = self._moved.get(event.account)
            early = moved is not None and moved.phase_start is not None and event.received < moved.phase_start
            name = compiled.moment.name
            if event.account in (before if early else after)[name] and conditional.get(number, True):
                self._open_by_event(turn, compiled.moment, event)

    def _conditions_of(self, turn: Turn, found: Sequence[events.Found]) -> dict[int, bool]:
        """Whether the `if` of the moment holds, by the place of the event in `found`, where it has one."""
        asking = {i: one for i, one in enumerate(found) if one[0].moment.condition is not None}
        if not asking:
            return {}
        asks = {i: ask for i, ask in enumerate(events.questions(turn, found)) if i in asking}
        turn.frames.ask(asks.values())
        turn.frames.build()
        true = {
            name: set(turn.frames.true(self._program.moments[name].narrows))
            for name in {one.moment.name for one, _ in asking.values()}
        }
        turn.ask()
        return {i: i in true[one.moment.name] for i, (one, _) in asking.items()}

    def _open_by_event(self, turn: Turn, moment: Moment, event: events.Arrived) -> None:
        trigger = moment.trigger
        assert isinstance(trigger, EventTrigger)
        place, anchor = (event.account, moment.name), events.anchor_of(moment, event)
        calendar = self.directory[event.account].calendar(turn.program.model.clock)
        user = event.user or "" if moment.per == "contact" else ""
        last = self._kept.last.get(of_user(place, user))
        cools = trigger.cooldown and last and add(last, trigger.cooldown, calendar) > event.received
        too_late = add(event.occurred, moment.outcome.within, calendar) < event.received
        if not cools and not too_late and (*place, anchor, 1) not in self._kept.keys:
            self._open(turn, moment, [(place, anchor, 1, event.received, None)], user=user)

    def _judge_deadlines(self, turn: Turn, asked: frozenset[int]) -> None:
        """As of each deadline, with all that is known now. Another frame stands afterwards, of what is read here."""
        due = self._expected.due(turn.at, asked)
        if not due:
            return
        asks = [
            replace(expectations.question(row, place[0], turn.at), key=key)
            for key, (place, row) in enumerate(due)
        ]
        self._at_deadlines.ask(asks)
        self._at_deadlines.build()
        self._stands = None
        for name in {place[1] for place, _ in due}:
            compiled = turn.program.moments[name]
            keys = [key for key, (place, _) in enumerate(due) if place[1] == name]
            values = expectations.judged(turn, name, {key: (due[key][1], due[key][0][0]) for key in keys})
            met = set(turn.frames.true(compiled.narrows, keys))
            for key in keys:
                place, row = due[key]
                if values[key] is None:
                    self._expected.look_again(place, row, turn.at)
                    continue
                self._expected.settle(place, row)
                if values[key] is False and key in met:
                    self._open(turn, compiled.moment, [(place, row.anchor, row.n, row.at, None)], key)

    def _open(
        self,
        turn: Turn,
        moment: Moment,
        proposed: Sequence[Proposed],
        key: int | None = None,
        user: str = "",
    ) -> None:
        """`key`: of the frame's row, where that is not the account's number. `user`: for whom of the account."""
        if not proposed:
            return
        trigger, model = moment.trigger, turn.program.model
        joins = isinstance(trigger, WhenTrigger) or (isinstance(trigger, EventTrigger) and trigger.by is None)
        stands = self._stands = self._stands or stands_of(turn)
        for place, anchor, n, at, due in sorted(proposed, key=lambda one: (one[3], one[0])):
            known = self.directory[place[0]]
            calendar = known.calendar(model.clock)
            mrr, touch, segment = stands[place[0] if key is None else key]
            if joins and self._kept.joins(of_user(place, user), at):
                self._kept.resolve(place, anchor, n)
                continue
            until = due or add(at, moment.complete_within or moment.outcome.within, calendar)
            self._kept.open(place, anchor, n, at, until, scheduled=isinstance(trigger, ScheduleTrigger))
            self._kept.open_for(of_user(place, user), at, until)
            heapq.heappush(self._finishing, (max(until, at), place[0]))
            turn.opened.add(place[0])
            role = role_by_touch(moment, tuple(touch or ()))
            self.opened.append(
                Opened(
                    known.external,
                    moment.name,
                    anchor,
                    n,
                    at,
                    calendar.local_date(at),
                    trigger.kind,
                    role or "",
                    None if mrr is None else float(mrr),
                    segment,
                )
            )

    def _finish(self, turn: Turn) -> None:
        """Other moments' instants as the next reading finds them: done as they are due."""
        named = set(anchor_moments(self.running.frames.names, self._program.model))
        changed = set(turn.opened)
        while self._finishing and self._finishing[0][0] <= turn.at:
            changed.add(heapq.heappop(self._finishing)[1])
        if not named or not changed:
            return
        told = [
            (account, name, opened, due, due if due <= turn.at else None, "", None)
            for account in changed
            for name in named
            for opened, due in [self._kept.told.get((account, name), (EPOCH, EPOCH))]
            if opened > EPOCH
        ]
        self.mirror.happened(told, self._kept.times, sorted(changed))
