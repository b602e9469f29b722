"""The engine as a state machine, against an oracle that counts facts in a set: whatever happens to what was told, and
in whatever order, nothing is lost and nothing opens twice.

ALOFT_MACHINES and ALOFT_STEPS make it larger: so many runs, of at most so many steps each.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from aloft.act import texts
from aloft.act.models import Delivery, DueKind, Occurrence, Verdict
from aloft.act.outbox import claims
from aloft.collect.inbox import Entry
from aloft.engine.models import DataAlert
from aloft.measures.frame import Ask
from aloft.records import services
from aloft.records.models import Account
from aloft.revenue.lines import mrr_on
from tests.engine.test_same_decisions import Killed
from tests.engine.world import World, at

MACHINES = int(os.environ.get("ALOFT_MACHINES", "3"))
STEPS = int(os.environ.get("ALOFT_STEPS", "14"))
ZONES = {"acme": ("UTC", 0), "cord": ("Asia/Tokyo", 9)}
BEGINS = at("2026-01-05")
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)

MODEL = """
engagement_model: machine
title: Machine
clock: {timezone: account, home: {timezone: UTC, country: US}, holidays: none, lateness: 1d}
roles: {csm: {}}
metrics: {exports: {count: Report Exported, since: contract_start}}
phases: {ongoing: {enters: "contract_start is not null"}}
segments:
  large: {when: "mrr >= 5000", touch: high}
  small: {touch: low}
contact_policy: {consent: opt_out}
moments:
  ticket:
    event: Ticket Opened
    by: ticket_id
    owner: csm
    objective: OBJECTIVE
    outcome: {expect: contacted, within: 30d}
    steps: [{message: {template: we-saw, channel: email, to: champion, purpose: service}}]
  fan: {when: "exports >= 3", owner: csm, objective: Thank, outcome: {expect: contacted, within: 30d}}
  gate:
    expect: "exports >= 2"
    within: 4d
    of: contract_start
    owner: csm
    objective: Help
    outcome: {expect: contacted, within: 30d}
  review:
    schedule: every 1 w from contract_start at 10:00
    owner: csm
    objective: Look
    outcome: {expect: contacted, within: 30d}
"""


@dataclass(frozen=True)
class Told:
    """An event as it was sent. `received` is the stamp that the inbox gave it."""

    entry: Entry
    received: datetime


@dataclass
class Oracle:
    """What is so, by arithmetic alone. `waiting` is logged and not known yet; `seen` are ids."""

    waiting: list[Told] = field(default_factory=list)
    known: dict[str, Entry] = field(default_factory=dict)
    mrr: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ZONES, 3000))
    edits: list[tuple[datetime, str, int]] = field(default_factory=list)
    reached: datetime = BEGINS

    def evaluate(self, now: datetime) -> None:
        self.known |= {one.entry.message_id: one.entry for one in self.waiting if one.received <= now}
        self.waiting = [one for one in self.waiting if one.received > now]
        while self.edits and self.edits[0][0] <= now:
            _, account, mrr = self.edits.pop(0)
            self.mrr[account] = mrr
        self.reached = max(self.reached, now)

    def events(self, account: str, name: str) -> list[Entry]:
        return [one for one in self.known.values() if (one.account, one.name) == (account, name)]

    def tickets(self, account: str) -> set[str]:
        return {f"ticket_id:{one.user}" for one in self.events(account, "Ticket Opened")}

    def reviews(self, account: str) -> int:
        first = BEGINS + WEEK + timedelta(hours=10 - ZONES[account][1])
        return 0 if self.reached < first else 1 + (self.reached - first) // WEEK

    def deadline(self, account: str) -> datetime:
        return BEGINS + 4 * DAY - timedelta(hours=ZONES[account][1])

    def passed_the_gate(self, account: str) -> bool:
        in_time = [
            one for one in self.events(account, "Report Exported") if one.occurred < self.deadline(account)
        ]
        return len(in_time) >= 2


class Machine(RuleBasedStateMachine):
    accounts = st.sampled_from(sorted(ZONES))

    @initialize()
    def begin(self) -> None:
        self.home = Path(tempfile.mkdtemp())
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.world = World(self.home, start="2026-01-06")
        self.oracle, self.sent, self.claimed = Oracle(reached=at("2026-01-06")), [], Counter[int]()
        self.editions, self.edited, self.stamp = 0, BEGINS, BEGINS
        for name, (zone, _) in ZONES.items():
            account = self.world.account(name, "2026-01-01", timezone=zone, country="US")
            self.world.contract(name, "2026-01-01", "2026-01-05", "3000")
            services.set_contact(
                external_id=f"ann-{name}", account=account, name="Ann", persona="champion",
                email=f"ann@{name}.example", actor="ops", at=at("2026-01-01"),
            )  # fmt: skip
        text = texts.write(name="we-saw", language="en", subject="Hi", body="Hi", actor="ops", at=BEGINS)
        texts.approve(text=text, actor="ops", at=BEGINS)
        self.world.publish(MODEL, "2026-01-01")
        self.world.engine.sends = True
        self.world.engine.run(self.now)

    @property
    def now(self) -> datetime:
        return self.world.clock.instant

    @rule(
        account=accounts,
        names=st.lists(
            st.sampled_from(["Report Exported", "Report Exported", "Ticket Opened"]), min_size=1, max_size=4
        ),
        late=st.integers(0, 60),
        ticket=st.sampled_from(["T1", "T2", "T3"]),
        backwards=st.booleans(),
    )
    def ingest(self, account: str, names: list[str], late: int, ticket: str, backwards: bool) -> None:
        """Some facts, up to 60 hours old, in either order."""
        happened = max(self.now - timedelta(hours=late), BEGINS)
        made = [
            self.world.entry(
                account,
                name,
                f"{happened + timedelta(seconds=n):%Y-%m-%d %H:%M:%S}",
                ticket,
                ticket_id=ticket,
            )
            for n, name in enumerate(names)
        ]
        for entry in reversed(made) if backwards else made:
            self.send(entry)

    def send(self, entry: Entry) -> None:
        self.world.engine.inbox.append([entry], received=self.now)
        # The inbox stamps what it was sent never backwards, and has looked at the clock for duplicates too.
        self.stamp = max(self.now, self.stamp)
        if entry.message_id not in {one.entry.message_id for one in self.sent}:
            self.sent.append(Told(entry, self.stamp))
            self.oracle.waiting.append(self.sent[-1])

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 99))
    def duplicate(self, which: int) -> None:
        self.send(self.sent[which % len(self.sent)].entry)

    @rule(account=accounts, mrr=st.sampled_from([3000, 4000, 6000]))
    def amend(self, account: str, mrr: int) -> None:
        self.world.contract(account, self.edited_at(), "2026-01-05", str(mrr))
        self.oracle.edits.append((self.edited, account, mrr))

    def edited_at(self) -> str:
        """Edits are told in the order of their instants, also once the clock has gone back."""
        self.edited = max(self.now, self.edited)
        return f"{self.edited:%Y-%m-%d %H:%M:%S}"

    @rule()
    def publish(self) -> None:
        """Another version: what is open keeps the one that made it, and nothing opens again."""
        self.editions += 1
        self.world.publish(MODEL.replace("OBJECTIVE", f"Edition {self.editions}"), self.edited_at())

    @rule(hours=st.integers(1, 80))
    def later(self, hours: int) -> None:
        self.world.clock.instant += timedelta(hours=hours)

    @rule(hours=st.integers(1, 30))
    def clock_goes_back(self, hours: int) -> None:
        self.world.clock.instant = max(self.now - timedelta(hours=hours), at("2026-01-06"))

    @rule()
    def restart(self) -> None:
        self.world.restart()
        self.world.engine.sends = True

    @rule()
    def crash_once_drained(self) -> None:
        def end(*_: object, **__: object) -> None:
            raise Killed

        with patch("aloft.engine.accounts.observe", end), suppress(Killed):
            self.world.engine.run(self.now)
        # Where no fact was due it ran through, whatever the clock says afterwards.
        self.oracle.reached = max(self.oracle.reached, self.world.engine.at)
        self.restart()

    @rule()
    def lose_the_store(self) -> None:
        """A restore: the facts are made anew from the log."""
        self.world.engine.close()
        (self.home / "facts.duckdb").unlink()
        (self.home / "facts.duckdb.wal").unlink(missing_ok=True)
        self.world.restart()
        self.world.engine.sends = True

    @rule()
    def two_workers(self) -> None:
        """Each takes what is next, turn by turn, until nothing is left."""
        at_once = [worker for worker in ("one", "two") for _ in range(len(self.sent) + 1)]
        for worker in at_once:
            delivery = claims.claim("email", by=worker, at=self.now)
            if delivery is not None and claims.hand_over(delivery, by=worker, at=self.now):
                self.claimed[delivery.pk] += 1
                claims.sent(delivery, by=worker, at=self.now, answer="ok")

    @rule()
    def evaluate(self) -> None:
        self.world.engine.run(self.now)
        self.oracle.evaluate(self.now)
        self.compare()

    def compare(self) -> None:
        for account in ZONES:
            row = Account.objects.get(external_id=account)
            self.facts_and_measures(account)
            assert self.anchors(row, "ticket") == self.oracle.tickets(account)
            assert len(self.anchors(row, "fan")) == (len(self.oracle.events(account, "Report Exported")) >= 3)
            assert Occurrence.objects.filter(account=row, moment="review").count() == self.oracle.reviews(
                account
            )
            self.gate(row, account)
        self.nothing_twice()

    def facts_and_measures(self, account: str) -> None:
        engine = self.world.engine
        exported = len(self.oracle.events(account, "Report Exported"))
        known = engine.directory.find(account)
        assert known is not None
        counted = engine.store.run(
            "select count(*) from event where account = ? and stream = 0", [known.store]
        )
        assert counted == [(sum(one.account == account for one in self.oracle.known.values()),)]
        turn = engine.looking(engine.at, known.store)
        assert turn is not None
        turn.frames.ask([Ask(0, known.store, engine.at)])
        turn.frames.build()
        assert turn.frames.rows([0])[0]["exports"] == exported
        paid = {one.account: one.mrr for one in mrr_on(engine.store, engine.at.date())}
        assert paid[account] == self.oracle.mrr[account]
        assert self.world.stands(account).segment == (
            "large" if self.oracle.mrr[account] >= 5000 else "small"
        )

    def anchors(self, row: Account, moment: str) -> set[str]:
        return set(Occurrence.objects.filter(account=row, moment=moment).values_list("anchor", flat=True))

    def gate(self, row: Account, account: str) -> None:
        """Occurrences differ at most by retracted ones: a fact that comes late takes back what it would have spared."""
        if DataAlert.objects.exists():
            return
        standing = Occurrence.objects.filter(account=row, moment="gate").exclude(closed_as="retracted")
        judged = self.oracle.reached >= self.oracle.deadline(account) + DAY
        assert standing.count() == (judged and not self.oracle.passed_the_gate(account))

    def nothing_twice(self) -> None:
        opened = Verdict.objects.filter(verdict="opened").values_list("account", "moment", "anchor", "n")
        assert len(set(opened)) == len(opened) == Occurrence.objects.count()
        assert all(times == 1 for times in self.claimed.values())
        tickets = Occurrence.objects.filter(moment="ticket").count()
        assert Delivery.objects.count() <= tickets
        assert not Occurrence.objects.exclude(dues__kind=DueKind.OUTCOME).exclude(state="closed").exists()

    def teardown(self) -> None:
        try:
            self.evaluate()
        finally:
            self.world.close()
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)
            shutil.rmtree(self.home)


@pytest.mark.slow
def test_whatever_happens_equals_what_a_set_of_facts_says(db: None) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Machine,
        settings=settings(
            max_examples=MACHINES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
