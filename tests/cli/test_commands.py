"""The command line as its user meets it: by what it prints, and its exit code."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from aloft.act import texts
from aloft.act.models import Text
from aloft.cli.commands import app
from aloft.engagement import not_run
from aloft.engagement.load import load
from aloft.records.models import Account, AuditEntry, ModelVersion, Person
from tests.conftest import NOW

EXAMPLE = str(Path(__file__).parents[2] / "docs/examples/first-model.yaml")


@pytest.fixture
def home(db: None, tmp_path: Path, settings: Any) -> Path:
    settings.ALOFT_HOME = tmp_path
    return tmp_path


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_a_good_model_has_nothing_to_mend(home: Path) -> None:
    told = call("validate", EXAMPLE)
    assert (told.exit_code, told.stdout) == (
        0,
        f"{EXAMPLE}:44:1: moments: tech touch needs content: "
        "give these steps, or write their templates: usage_low\n"
        f"{EXAMPLE}: Northwind Ledger - three tiers, two phases. "
        "2 phases, 3 segments, 6 moments: nothing to mend.\n"
        "No approved text yet, so nobody gets them: usage_low. Write them under Templates.\n",
    )


def test_all_that_is_wrong_with_a_model_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    model = tmp_path / "acme.yaml"
    text = Path(EXAMPLE).read_text()
    model.write_text(
        text.replace("owner: onboarding\n", "owner: onbording\n").replace("within: 4w  ", "within: 4x  ")
    )
    told = call("validate", str(model))
    assert told.exit_code == 1
    lines = told.stderr.splitlines()
    assert lines[0].endswith("moments.kickoff.owner: unknown role 'onbording' (did you mean 'onboarding'?)")
    assert ": moments.adoption_gate.within: " in lines[1]
    assert len(lines) == 2


def test_the_touch_of_a_kind_of_customer_is_chosen_with_its_reasons_and_a_preset() -> None:
    told = call(
        "choose", "--acv", "6000", "--accounts", "800", "--onboarding", "4,3,3,3,3,3.2", "--ongoing", ".6"
    )
    remedies = (
        "  Under-served: they need more than they pay for. Either ask for paid onboarding, change the price, "
        "take them in groups, bring in a partner, or simplify the product."
    )
    assert (told.exit_code, told.stdout.splitlines()) == (
        0,
        [
            "Onboarding: low touch, because a complexity of 0.80 and -0.033 for the price ask for high, "
            "and 6,000 a year affords low.",
            remedies,
            "Ongoing: tech touch, because a complexity of 0.60 and -0.033 for the price ask for low, "
            "and 6,000 a year affords tech.",
            remedies,
            "More than 500 customers: automate what everybody gets, whatever the touch.",
            "Begin with: aloft init --preset low-low",
        ],
    )


def test_what_a_level_more_would_keep_is_weighed_and_told() -> None:
    told = call("choose", "--acv", "150000", "--accounts", "20", "--onboarding", ".2", "--ongoing", ".2")
    assert told.stdout.splitlines()[1:] == [
        "Ongoing: high touch, because a complexity of 0.20 and +0.176 for the price ask for low, "
        "150,000 a year affords high, and a level more keeps 13,800 and costs 5,500 a year.",
        "Fewer than 50 customers: high touch for all, until it is clear who is worth it.",
        "Begin with: aloft init --preset high-touch-first",
    ]


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("much", "neither a number from 0 to 1 nor answers"),
        ("5,1", "within 0 and 4"),
        ("2", "within 0 and 1"),
    ],
)
def test_a_complexity_that_is_none_is_refused(said: str, says: str) -> None:
    told = call("choose", "--acv", "100", "--accounts", "20", "--onboarding", said, "--ongoing", ".2")
    assert told.exit_code == 1
    assert says in told.stderr


def test_a_person_is_set_up_and_given_again_keeps_what_is_not_told(home: Path) -> None:
    who = (
        "person",
        "cora",
        "--name",
        "Cora",
        "--email",
        "cora@aloft.example",
        "--password",
        "a good long one",
    )
    assert call(*who, "--skills", "sso,migration", "--languages", "en", "--hours", "24").exit_code == 0
    told = call(*who, "--segments", "tier_1")
    assert (told.exit_code, told.stdout) == (0, "Cora can sign in with cora@aloft.example.\n")
    cora = Person.objects.get(handle="cora")
    assert (cora.skills, cora.languages, cora.segments) == (["migration", "sso"], ["en"], ["tier_1"])
    assert cora.hours_per_week == 24


def test_a_language_that_is_none_is_refused_where_it_is_told(home: Path) -> None:
    who = (
        "person",
        "cora",
        "--name",
        "Cora",
        "--email",
        "cora@aloft.example",
        "--password",
        "a good long one",
    )
    told = call(*who, "--languages", "english")
    assert told.exit_code == 1
    assert "languages: 'english' is no language" in told.stderr


def test_a_published_model_is_live_and_audited(home: Path) -> None:
    told = call("apply", EXAMPLE)
    assert told.exit_code == 0, told.stderr
    assert told.stdout.startswith("first_model, version 1, is live from 2")
    assert ModelVersion.objects.get().version == 1
    assert AuditEntry.objects.filter(action="model.published").count() == 1


@pytest.fixture
def half_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A model that asks for something that this version does not run."""
    monkeypatch.setattr(not_run, "NAMES", {"customers": "it is unknown"})
    model = tmp_path / "half.yaml"
    model.write_text(Path(EXAMPLE).read_text().replace('"mrr >= 1700"', '"mrr >= 1700 or customers < 9"'))
    return str(model)


def test_what_is_not_run_is_noted_at_its_place(home: Path, half_run: str) -> None:
    told = call("validate", half_run)
    assert told.exit_code == 0
    assert told.stdout.splitlines()[0] == (
        f"{half_run}:41:34: segments.tier_2.when: 'customers' is not run by this version yet: it is unknown"
    )


def test_a_model_that_runs_in_part_is_published_and_what_does_not_run_is_told(
    home: Path, half_run: str
) -> None:
    told = call("apply", half_run)
    assert told.exit_code == 0
    assert "is not run by this version yet" in told.stderr
    assert ModelVersion.objects.get().version == 1


def test_a_model_that_runs_in_part_is_refused_where_the_whole_is_asked_for(home: Path, half_run: str) -> None:
    told = call("apply", half_run, "--whole")
    assert told.exit_code == 1
    assert "is not run by this version yet" in told.stderr
    assert told.stderr.splitlines()[-1] == (
        "Take these out, or publish what runs of the model without --whole."
    )
    assert not ModelVersion.objects.exists()


def test_a_published_model_holds_all_that_it_inherits(home: Path, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(Path(EXAMPLE).read_text())
    own = tmp_path / "own.yaml"
    own.write_text("extends: base\nengagement_model: own\nmoments: {usage_low: null}\n")
    told = call("apply", str(own))
    assert told.exit_code == 0, told.stderr
    version = ModelVersion.objects.get()
    (tmp_path / "base.yaml").unlink()
    held = load(version.document, "own.yaml")
    assert (version.name, version.bases) == ("own", ["first_model"])
    assert "kickoff" in held.moments
    assert "usage_low" not in held.moments


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    model = tmp_path / "bytes.yaml"
    model.write_bytes(b"title: \xff\n")
    told = call("validate", str(model))
    assert (told.exit_code, told.stderr) == (1, f"{model}: a model is text in UTF-8, and byte 7 is none\n")


def test_a_start_is_written_once_and_can_be_validated(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    assert call("init", str(file)).stdout == f"{file} is written. Change it, then: aloft validate {file}\n"
    assert call("validate", str(file)).exit_code == 0
    file.write_text("mine")
    told = call("init", str(file))
    assert (told.exit_code, told.stderr) == (1, f"{file} is there already: choose another name, or --force\n")
    assert file.read_text() == "mine"
    assert call("init", str(file), "--preset", "two-phase", "--force").exit_code == 0
    assert file.read_text().startswith("# Two phases")


def test_what_a_preset_says_comes_in_as_drafts_that_nobody_gets_before_they_are_approved(
    home: Path, tmp_path: Path
) -> None:
    model = tmp_path / "ours.yaml"
    call("init", str(model), "--preset", "two-phase")
    assert "adoption_gate, quick_win_overdue" in (before := call("validate", str(model)).stdout)
    assert "Write them under Templates." in before
    told = call("apply", str(model))
    listed = "access_confirmed, adoption_gate, quick_win_overdue, product_release, mediocre_survey, "
    listed += "usage_decrease, promoter, usage_increase"
    assert f"nobody gets them: {listed}. Read and approve the drafts under Templates." in told.stderr
    assert Text.objects.filter(approved_at=None).count() == 8
    for draft in Text.objects.all():
        texts.approve(text=draft, actor="mia", at=NOW)
    assert "No approved text" not in call("validate", str(model)).stdout
    call("apply", str(model))
    assert Text.objects.count() == 8


def test_a_text_of_ones_own_is_there_before_what_ships(home: Path, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/promoter.de.liquid").write_text("Subject: Danke\n\nHallo\n")
    model = tmp_path / "ours.yaml"
    call("init", str(model))
    assert "promoter" not in call("validate", str(model)).stdout
    call("apply", str(model))
    assert [one.subject for one in Text.objects.filter(name="promoter")] == ["Danke"]
    assert Text.objects.count() == 8


def test_the_schema_is_printed_for_editors() -> None:
    assert json.loads(call("schema").stdout)["title"] == "Engagement model"


def test_the_presets_are_listed_and_others_refused(tmp_path: Path) -> None:
    listed = call("init", "--list").stdout.splitlines()
    assert listed[-1] == "two-phase: Two phases - onboarding and ongoing use"
    assert [line.partition(":")[0] for line in listed] == sorted(line.partition(":")[0] for line in listed)
    told = call("init", str(tmp_path / "x.yaml"), "--preset", "two-fase")
    assert (told.exit_code, told.stderr) == (1, "unknown preset 'two-fase' (did you mean 'two-phase'?)\n")
    assert not (tmp_path / "x.yaml").exists()


def test_the_same_model_again_is_no_new_version(home: Path) -> None:
    call("apply", EXAMPLE)
    call("apply", EXAMPLE)
    assert ModelVersion.objects.count() == 1


def test_the_clock_does_not_move_ahead_of_now(home: Path) -> None:
    told = call("run", "--until", "2999-01-01")
    assert (told.exit_code, told.stderr) == (1, "2999-01-01 lies ahead: the clock moves to now at most\n")


def test_a_date_that_is_none_is_refused(home: Path) -> None:
    told = call("run", "--until", "tomorrow")
    assert (told.exit_code, told.stderr) == (
        1,
        "'tomorrow' is no date: write 2026-01-31, or 2026-01-31T09:00Z\n",
    )


def test_why_of_an_account_that_nobody_knows(home: Path) -> None:
    told = call("why", "nobody")
    assert (told.exit_code, told.stderr) == (1, "no account has the external id 'nobody'\n")


def test_why_of_a_product_that_the_account_does_not_have(home: Path) -> None:
    acme = Account.objects.create(external_id="acme", name="Acme", created_at=NOW)
    Account.objects.create(
        external_id="acme-ledger", name="Acme - Ledger", whole=acme, product="Ledger", created_at=NOW
    )
    told = call("why", "acme", "--product", "Books")
    assert (told.exit_code, told.stderr) == (
        1,
        "'acme' has no relationship by the product 'Books': its products are Ledger\n",
    )


def test_a_source_shows_its_key_once_and_its_name_is_its_own(home: Path) -> None:
    assert call("source", "product").stdout.startswith("wk_")
    again = call("source", "product")
    assert again.exit_code == 1
    assert again.stderr


def test_a_second_model_is_published_beside_the_first(home: Path, tmp_path: Path) -> None:
    call("apply", EXAMPLE)
    other = tmp_path / "other.yaml"
    other.write_text(
        Path(EXAMPLE).read_text().replace("engagement_model: first_model", "engagement_model: other")
    )
    told = call("apply", str(other))
    assert told.exit_code == 0
    versions = ModelVersion.objects.order_by("name").values_list("name", "version")
    assert list(versions) == [("first_model", 1), ("other", 1)]


@pytest.fixture
def two_versions(home: Path, tmp_path: Path) -> Path:
    """The second asks less of tier 1, and calls the kickoff otherwise."""
    call("apply", EXAMPLE)
    changed = Path(EXAMPLE).read_text().replace('when: "mrr >= 5000"', 'when: "mrr >= 4800"')
    changed = changed.replace("  kickoff:", "  first_meeting:\n    was: kickoff").replace(
        "kickoff.done", "first_meeting.done"
    )
    (tmp_path / "second.yaml").write_text(changed)
    told = call("apply", str(tmp_path / "second.yaml"))
    assert told.exit_code == 0, told.stderr
    return tmp_path


def test_a_rollback_tells_what_follows_and_publishes_nothing_unasked(two_versions: Path) -> None:
    told = call("rollback")
    assert told.exit_code == 1
    assert told.stdout.splitlines() == [
        "Version 1 of first_model comes back, as version 3, in place of version 2:",
        "  moments.kickoff comes",
        "  moments.first_meeting goes",
        "  segments.tier_1 changes",
        "  nothing is open",
    ]
    assert "Nothing has changed" in told.stderr
    assert ModelVersion.objects.count() == 2


def test_a_rollback_is_a_further_version_that_knows_what_moments_were_called_meanwhile(
    two_versions: Path,
) -> None:
    told = call("rollback", "first_model", "--to", "1", "--yes")
    assert told.exit_code == 0, told.stderr
    first, _, third = ModelVersion.objects.order_by("version")
    assert (third.version, third.restores) == (3, 1)
    assert set(third.document.splitlines()) - set(first.document.splitlines()) == {"    was: first_meeting"}
    assert load(third.document, "x").moments["kickoff"].was == "first_meeting"
    assert AuditEntry.objects.filter(action="model.published").count() == 3


def test_a_model_is_retired_and_brought_back(two_versions: Path) -> None:
    told = call("retire", "first_model", "--yes")
    assert told.exit_code == 0, told.stderr
    assert "first_model goes out of force, as version 3" in told.stdout
    third = ModelVersion.objects.get(version=3)
    assert load(third.document, "x").applies_to.text == "false"  # type: ignore[union-attr]
    back = call("rollback", "--yes")
    assert back.exit_code == 0, back.stderr
    assert ModelVersion.objects.get(version=4).restores == 2


def test_a_version_or_model_that_is_not_there_is_named_with_those_that_are(two_versions: Path) -> None:
    assert "no earlier version 9: there is 1" in call("rollback", "--to", "9").stderr
    assert "no model is called 'acme': there is first_model" in call("rollback", "acme").stderr


def test_the_demo_is_refused_where_records_are_on_postgresql(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aloft.demo.company.connection", SimpleNamespace(vendor="postgresql"))
    told = call("demo", "--no-open")
    assert told.exit_code == 1
    assert told.stderr == "✗ the demo keeps its records in a file: start it without ALOFT_DATABASE\n"
