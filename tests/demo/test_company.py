"""The demo's company is real: everything that it shows was decided by the engine, from facts that came before."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from pytest_django.fixtures import Settings

from aloft.act.models import Occurrence, Verdict
from aloft.collect.inbox import Inbox
from aloft.collect.place import inbox_of
from aloft.collect.selectors import source_of_key
from aloft.demo.company import DRAFT, WRITE_KEY, seed_once
from aloft.demo.northwind import Northwind, Span
from aloft.demo.reached import reached
from aloft.demo.truth import TRUTH, read_company
from aloft.engine.explained import of_occurrence
from aloft.engine.models import DataAlert, Decided
from aloft.measures.models import AccountProjection
from aloft.records import audit
from aloft.records.models import Account, Change, ModelVersion, RecordedFact
from tests.demo.seeding import WHOLE, Seeded, short

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 4, 10, 20, tzinfo=UTC)  # a Wednesday


def truth(seeded: Seeded) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((seeded.home / TRUTH).read_text())["customers"]
    return found


def test_a_start_that_is_killed_leaves_no_half_a_company(seeded: Seeded) -> None:
    assert seeded.killed_with == 0
    assert Account.objects.count() == WHOLE["size"] * 113 // 100
    assert not (seeded.home / DRAFT).exists()


def test_two_companies_of_one_instant_come_to_the_same_decisions(tmp_path: Path) -> None:
    being_made = [short(tmp_path / seed, NOW, seed) for seed in ("1", "2")]
    decided = [json.loads(process.communicate()[0]) for process in being_made]
    assert len(decided[0]) > 2
    assert decided[0] == decided[1]


CAME = ("opened", "absorbed")
"""As an occurrence comes to be, a larger one that is due close to it may take it in."""


def test_every_occurrence_came_by_the_engine_and_says_why(seeded: Seeded) -> None:
    occurrences = list(Occurrence.objects.all())
    assert len(occurrences) > 10
    for occurrence in occurrences:
        came = occurrence.verdicts.filter(verdict__in=CAME).exclude(reasons=[]).first()
        assert came is not None
        assert came.at == occurrence.opened_at
        assert came.verdict == "absorbed" or came.reasons == occurrence.evidence


def test_nothing_opened_before_the_model_was_live(seeded: Seeded) -> None:
    live_from = ModelVersion.objects.get().live_from
    assert timedelta(days=WHOLE["live"] - 1) < seeded.now - live_from < timedelta(days=WHOLE["live"] + 1)
    assert Verdict.objects.filter(at__lt=live_from).count() == 0
    assert Occurrence.objects.filter(opened_at__lt=live_from).count() == 0


def test_no_fact_and_no_decision_lies_ahead(seeded: Seeded) -> None:
    for rows, instant in (
        (Change, "at"),
        (RecordedFact, "occurred_at"),
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
    inbox = Inbox(inbox_of(seeded.home))
    assert (decided.at, decided.inbox) == (seeded.now, inbox.end())
    inbox.close()
    assert AccountProjection.objects.exclude(phase="").count() == WHOLE["size"]
    assert reached(seeded.home).told == seeded.now


def test_no_source_seems_late(seeded: Seeded) -> None:
    assert list(DataAlert.objects.filter(ended_at=None)) == []


def test_who_has_left_meets_no_moment(seeded: Seeded) -> None:
    gone = [
        row["account"]
        for row in truth(seeded)
        if row["leaves"] and row["leaves"] < str(seeded.now.date() - timedelta(days=WHOLE["live"]))
    ]
    assert len(gone) > 20
    assert Occurrence.objects.filter(account__external_id__in=gone).count() == 0


def test_the_truth_lies_beside_the_company(seeded: Seeded) -> None:
    known = {row["account"] for row in truth(seeded)}
    assert set(Account.objects.values_list("external_id", flat=True)) <= known
    assert all(bool(row["leaves"]) == bool(row["because"]) for row in truth(seeded))
    assert read_company(seeded.home) == Northwind(seeded.now.date(), Span(**WHOLE))


def test_moments_of_several_kinds_met_somebody(seeded: Seeded) -> None:
    kinds = set(Occurrence.objects.values_list("trigger", flat=True))
    assert {"schedule", "event", "manual"} <= kinds
    verdicts = set(Verdict.objects.values_list("verdict", flat=True))
    assert {"opened", "started", "met", "satisfied"} <= verdicts


def test_who_is_away_is_covered(seeded: Seeded) -> None:
    assert not Occurrence.objects.filter(owner__handle="ada", state="open").exists()
    assert Occurrence.objects.filter(owner__handle="dev").exists()


def test_why_answers_for_every_occurrence(seeded: Seeded) -> None:
    for one in Occurrence.objects.select_related("account", "owner", "model_version"):
        told = of_occurrence(one)
        assert re.match(f"“{re.escape(one.title)}” (opened|was absorbed)", told.headline)
        assert told.reasons
        assert told.place.startswith("northwind.yaml, line ")


def test_the_audit_log_holds(seeded: Seeded) -> None:
    assert audit.verify() is None


def test_the_key_of_the_product_is_for_its_owner_alone(seeded: Seeded) -> None:
    path = seeded.home / WRITE_KEY
    assert path.stat().st_mode & 0o777 == 0o600
    assert source_of_key(path.read_text().strip()) == "product"


def test_a_company_that_is_there_is_left_alone_at_once(seeded: Seeded, settings: Settings) -> None:
    settings.ALOFT_HOME = seeded.home
    began = time.process_time()
    seed_once(now=seeded.now + timedelta(hours=1), say=pytest.fail)
    assert time.process_time() - began < 0.05
