"""The demo's company is real: everything that it shows was decided by the engine, from facts that came before."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from aloft.act.models import Occurrence, Verdict
from aloft.act.selectors import open_for
from aloft.collect.inbox import Inbox
from aloft.collect.selectors import source_of_key
from aloft.demo.company import DRAFT, WRITE_KEY, seed_once
from aloft.demo.history import Span
from aloft.engine.models import Decided
from aloft.measures.models import AccountProjection
from aloft.records import audit
from aloft.records.models import Account, Change, Consent, ModelVersion, Person, RecordedFact
from tests.demo.seeding import Seeded, short

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 4, 10, 20, tzinfo=UTC)  # a Wednesday


def test_a_start_that_is_killed_leaves_no_half_a_company(seeded: Seeded) -> None:
    assert seeded.killed_with == 0
    assert Account.objects.count() == 60
    assert not (seeded.home / DRAFT).exists()


def test_two_companies_of_one_instant_come_to_the_same_decisions(tmp_path: Path) -> None:
    being_made = [short(tmp_path / seed, NOW, seed) for seed in ("1", "2")]
    decided = [json.loads(process.communicate()[0]) for process in being_made]
    assert len(decided[0]) > 20
    assert decided[0] == decided[1]


def test_every_occurrence_was_opened_by_the_engine_and_says_why(seeded: Seeded) -> None:
    occurrences = list(Occurrence.objects.all())
    assert len(occurrences) > 30
    for occurrence in occurrences:
        opened = occurrence.verdicts.filter(verdict="opened").exclude(reasons=[])
        assert [verdict.at for verdict in opened] == [occurrence.opened_at]
        assert opened[0].reasons == occurrence.evidence


def test_nothing_opened_before_the_model_was_live(seeded: Seeded) -> None:
    live_from = ModelVersion.objects.get().live_from
    assert timedelta(days=Span().live - 1) < seeded.now - live_from < timedelta(days=Span().live + 1)
    assert Verdict.objects.filter(at__lt=live_from).count() == 0
    assert Occurrence.objects.filter(opened_at__lt=live_from).count() == 0


def test_no_fact_and_no_decision_lies_ahead(seeded: Seeded) -> None:
    for rows, instant in (
        (Change, "at"),
        (RecordedFact, "occurred_at"),
        (Consent, "captured_at"),
        (Verdict, "at"),
        (Occurrence, "opened_at"),
    ):
        assert rows.objects.count() > 0
        assert rows.objects.filter(**{f"{instant}__gt": seeded.now}).count() == 0
    with duckdb.connect(str(seeded.home / "facts.duckdb"), read_only=True) as store:
        latest = store.execute("select max(occurred), max(received), count(*) from event").fetchone()
    assert latest is not None
    assert max(latest[:2]).replace(tzinfo=UTC) <= seeded.now
    assert latest[2] > 10_000


def test_all_that_came_is_decided(seeded: Seeded) -> None:
    decided = Decided.objects.get()
    inbox = Inbox(seeded.home / "inbox.sqlite3")
    assert (decided.at, decided.inbox) == (seeded.now, inbox.end())
    inbox.close()
    assert AccountProjection.objects.exclude(phase="").count() == 60


def test_moments_of_all_five_kinds_met_somebody(seeded: Seeded) -> None:
    kinds = set(Occurrence.objects.values_list("trigger", flat=True))
    assert kinds == {"schedule", "expect", "event", "when", "manual"}
    verdicts = set(Verdict.objects.values_list("verdict", flat=True))
    assert {"opened", "started", "met", "missed", "escalated", "satisfied", "done"} <= verdicts


@pytest.mark.parametrize("handle", ["cora", "dev", "ada", "otto", "mia"])
def test_everybody_who_owns_moments_has_some_to_do(seeded: Seeded, handle: str) -> None:
    assert open_for(Person.objects.get(handle=handle)).exists()


def test_some_of_it_is_late_and_the_manager_has_been_told(seeded: Seeded) -> None:
    late = open_for(Person.objects.get(handle="cora")).filter(due_at__lt=seeded.now)
    assert late.count() >= 3
    assert open_for(Person.objects.get(handle="mia")).filter(escalations__gt=0).exists()


def test_who_is_away_is_covered(seeded: Seeded) -> None:
    covered = Occurrence.objects.filter(owner__handle="dev", owned_because__contains="Dev Patel covers")
    assert covered.exists()


def test_the_audit_log_holds(seeded: Seeded) -> None:
    assert audit.verify() is None


def test_the_key_of_the_product_is_for_its_owner_alone(seeded: Seeded) -> None:
    path = seeded.home / WRITE_KEY
    assert path.stat().st_mode & 0o777 == 0o600
    assert source_of_key(path.read_text().strip()) == "product"


def test_a_company_that_is_there_is_left_alone_at_once(seeded: Seeded) -> None:
    began = time.process_time()
    seed_once(now=seeded.now, say=pytest.fail)
    assert time.process_time() - began < 0.05
