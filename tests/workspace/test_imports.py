"""Files on screen: sent, understood, said otherwise, imported, mended."""

from __future__ import annotations

import gzip
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from aloft.collect.files.limits import MIB
from aloft.collect.files.profile import profile
from aloft.collect.files.propose import Said, propose
from aloft.collect.files.tables import open_tables
from aloft.collect.models import Import, Quarantined, Source
from aloft.records.models import Person
from aloft.workspace import uploads
from tests.data_sets import data_set
from tests.workspace import factory

ACCOUNTS = (
    "account_id,name,country,since\na1,Acme,UK,2025-01-01\na2,Beta,DE,2025-02-01\na3,Gamma,US,2025-02-13\n"
)
USAGE = "account_id,day,events\na1,4/12/2025,3\na2,5/6/2025,1\na3,6/7/2025,2\n"
DAYS = "".join(f"a{day % 3 + 1},2025-06-{day:02d},{day}\n" for day in range(14, 25))
PROBE = f"account_id,day,events\n{DAYS}a3,2025-07-06,many\n"


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    settings.ALOFT_HOME = tmp_path
    return tmp_path


def sent(client: Client, follow: bool = True, **files: str | bytes) -> HttpResponse:
    named = [
        SimpleUploadedFile(f"{name}.csv", text.encode() if isinstance(text, str) else text)
        for name, text in files.items()
    ]
    return client.post(reverse("import_files"), {"files": named}, follow=follow)


def page(response: HttpResponse) -> str:
    return response.content.decode()


def where(response: Any) -> str:
    address: str = response.redirect_chain[-1][0]
    return address


def form(response: HttpResponse, **changed: str) -> dict[str, str]:
    """What the page's form would send."""
    context: Any = response.context
    said = {"source": "ours", "timezone": "UTC", "currency": "USD", "complete_to": ""}
    for table in context["tables"]:
        said |= {f"shown-{table.name}": table.role, f"role-{table.name}": table.role}
        for place, column in enumerate(table.columns):
            said[f"part-{table.name}-{place}"] = column.part
            if column.orders:
                said[f"order-{table.name}-{place}"] = ""
    return said | changed


def test_files_are_understood_and_nothing_is_stored_yet(mia: Client) -> None:
    answer = sent(mia, accounts=ACCOUNTS, usage=PROBE)
    assert "All 2 tables are understood" in page(answer)
    assert "“UK” as GB" in page(answer)
    assert "Import 15 rows" in page(answer)
    assert Import.objects.count() == 0


def test_an_import_is_told_with_counts_that_close(mia: Client, home: Path) -> None:
    answer = sent(mia, accounts=ACCOUNTS, usage=PROBE)
    done = mia.post(f"{where(answer)}store", form(answer), follow=True)
    assert "15 rows read = 14 stored + 0 updated + 0 duplicate + 1 quarantined" in page(done)
    assert "usage.csv, 13" in page(done)
    [row] = Quarantined.objects.all()
    assert (row.file, row.line, row.column) == ("usage.csv", 13, "events")
    assert list((home / "uploads").iterdir()) == []


def test_the_same_files_again_change_nothing(mia: Client) -> None:
    for _ in range(2):
        answer = sent(mia, accounts=ACCOUNTS)
        done = mia.post(f"{where(answer)}store", form(answer), follow=True)
    assert "3 rows read = 0 stored + 0 updated + 3 duplicate + 0 quarantined" in page(done)


def test_a_day_that_reads_two_ways_is_asked_about_before_anything_can_be_imported(mia: Client) -> None:
    answer = sent(mia, usage=USAGE)
    assert "1 question is open" in page(answer)
    assert "4/12/2025 is 4 December 2025" in page(answer)
    assert "Import 3 rows" not in page(answer)
    refused = mia.post(f"{where(answer)}store", form(answer), follow=True)
    assert (Import.objects.count(), "1 question is open" in page(refused)) == (0, True)
    settled = mia.post(where(answer), form(answer, **{"order-usage-1": "day_first"}), follow=True)
    assert "Import 3 rows" in page(settled)
    assert "4 Dec" in page(settled)


def test_what_a_person_says_counts(mia: Client) -> None:
    answer = sent(mia, log="who,moment,n\nx,2025-01-01,1\ny,2025-01-02,2\nx,2025-01-03,2\n")
    assert "None of these tables is understood yet" in page(answer)
    first = mia.post(where(answer), form(answer, **{"role-log": "events"}), follow=True)
    assert "no column tells whose its rows are" in page(first)
    said = {"part-log-0": "account", "part-log-1": "at", "part-log-2": "times"}
    second = mia.post(where(answer), form(first, **said), follow=True)
    assert "Import 3 rows" in page(second)
    done = mia.post(f"{where(answer)}store", form(second), follow=True)
    assert "3 rows read = 3 stored" in page(done)


def test_a_table_can_be_left_out(mia: Client) -> None:
    answer = sent(mia, accounts=ACCOUNTS, usage=PROBE)
    left = mia.post(where(answer), form(answer, **{"role-usage": "out"}), follow=True)
    assert "1 of 2 tables is understood" in page(left)
    assert "Import 3 rows" in page(left)


def test_a_mended_row_is_taken_in_by_a_replay(mia: Client) -> None:
    answer = sent(mia, accounts=ACCOUNTS, usage=PROBE)
    mia.post(f"{where(answer)}store", form(answer))
    [row] = Quarantined.objects.all()
    mended = mia.post(reverse("mend", args=[row.pk]), {"cell-2": "7"}, follow=True)
    assert "Mended: usage.csv, line 13" in page(mended)
    replayed = mia.post(reverse("replay", args=[row.of_id]), follow=True)
    assert "Replayed: 1 row taken in, 0 left in quarantine" in page(replayed)
    assert "Every row was used" in page(replayed)
    assert Quarantined.objects.count() == 0


def test_the_quarantine_is_saved_without_formulas(mia: Client) -> None:
    answer = sent(mia, accounts=ACCOUNTS, usage=PROBE.replace("many", "=cmd()"))
    mia.post(f"{where(answer)}store", form(answer))
    saved = mia.get(reverse("quarantine", args=[Import.objects.get().pk]))
    assert saved["Content-Disposition"].startswith("attachment")
    assert "'=cmd()" in saved.content.decode("utf-8-sig")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "t.csv: it is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "neither text nor a workbook nor Parquet"),
        (gzip.compress(b"a,b\n" + b"1,2\n" * (25 * MIB), mtime=0), "more than 100 times its size"),
        (b"a,b\n" + b"1,2\n" * (3 * MIB), "10 MiB at most"),
    ],
    ids=["empty", "picture", "bomb", "large"],
)
def test_what_cannot_be_read_safely_is_refused_and_not_kept(
    mia: Client, home: Path, content: bytes, says: str
) -> None:
    answer = sent(mia, t=content)
    assert answer.status_code == 422
    assert says in page(answer)
    assert not (home / "uploads").exists() or list((home / "uploads").iterdir()) == []


def test_files_lie_under_names_of_ours_and_are_shown_under_theirs(mia: Client, home: Path) -> None:
    answer = mia.post(
        reverse("import_files"),
        {"files": SimpleUploadedFile('..\\x/"><b>evil.csv', ACCOUNTS.encode())},
        follow=True,
    )
    [folder] = (home / "uploads").iterdir()
    assert sorted(len(each.name) for each in folder.iterdir()) == [11, 32]
    assert folder.stat().st_mode & 0o77 == 0
    assert "<b>evil" not in page(answer)
    assert "evil.csv" in page(answer)


def test_the_files_of_another_are_not_there(mia: Client, manager: Person) -> None:
    answer = sent(mia, accounts=ACCOUNTS)
    other = Person.objects.get(pk=manager.pk)
    upload = uploads.of(other)[0]
    other.handle = "somebody_else"
    assert uploads.find(upload.id, other) is None
    assert uploads.of(other) == []
    assert where(answer)


def test_files_that_nobody_comes_back_to_are_forgotten(mia: Client, manager: Person) -> None:
    sent(mia, accounts=ACCOUNTS)
    upload = uploads.of(manager)[0]
    uploads.forget_old(upload.at)
    assert uploads.of(manager) == [upload]
    uploads.forget_old(upload.at + uploads.KEPT * 100)
    assert uploads.of(manager) == []


def test_thrown_away_is_thrown_away(mia: Client, home: Path) -> None:
    answer = sent(mia, accounts=ACCOUNTS)
    gone = mia.post(f"{where(answer)}discard", follow=True)
    assert "Thrown away: accounts.csv" in page(gone)
    assert list((home / "uploads").iterdir()) == []


def test_what_is_wrong_about_the_source_is_said_at_its_field(mia: Client) -> None:
    answer = sent(mia, accounts=ACCOUNTS)
    wrong = mia.post(where(answer), form(answer, timezone="Mars/Olympus", currency="euro"))
    assert wrong.status_code == 422
    assert "A time zone such as Europe/Berlin" in page(wrong)
    assert "Three letters" in page(wrong)


def test_the_mapping_can_be_saved_as_a_document(mia: Client) -> None:
    answer = sent(mia, accounts=ACCOUNTS)
    saved = mia.get(f"{where(answer)}mapping.yaml")
    assert saved["Content-Disposition"] == 'attachment; filename="accounts.yaml"'
    assert "kind: account" in saved.content.decode()


def test_nothing_is_sent_or_stored_from_a_page_that_is_not_ours(mia: Client, manager: Person) -> None:
    sent(mia, accounts=ACCOUNTS)
    upload = uploads.of(manager)[0]
    stranger = factory.sign_in(Client(enforce_csrf_checks=True), manager)
    for name in ("import_mapping", "import_store", "import_discard"):
        assert stranger.post(reverse(name, args=[upload.id])).status_code == 403
    assert stranger.post(reverse("import_files")).status_code == 403
    assert uploads.of(manager) == [upload]


def test_a_table_of_very_many_columns_can_be_said(mia: Client) -> None:
    names = [f"c{place}" for place in range(480)]
    head = ",".join(["account_id", "day", *names])
    rows = "".join(",".join(["a", f"2025-01-{day:02d}", *names]) + "\n" for day in range(1, 20))
    answer = sent(mia, one=f"{head}\n{rows}", two=f"{head}\n{rows}", three=f"{head}\n{rows}")
    assert mia.post(where(answer), form(answer)).status_code == 302


def test_operations_may_import_and_others_find_nothing(
    mia: Client, cora: Client, outsider: Person, olga: Client
) -> None:
    for address in (reverse("import_files"), reverse("imports")):
        assert (mia.get(address).status_code, cora.get(address).status_code) == (200, 404)
    outsider.role = "operations"
    outsider.save()
    assert olga.get(reverse("imports")).status_code == 200
    assert "Data" in page(olga.get("/"))
    assert "/data/imports" not in page(cora.get("/"))


def test_files_that_are_known_ask_only_what_their_sources_disagree_about(mia: Client) -> None:
    folder = data_set("ravenstack")
    files: dict[str, str | bytes] = {each.stem: each.read_bytes() for each in sorted(folder.glob("*.csv"))}
    answer = sent(mia, **files)
    assert "RavenStack: these files are known" in page(answer)
    assert "Data by River @ Rivalytics" in page(answer)
    chosen = mia.post(
        where(answer), {"take-churn": "accounts", "timezone": "UTC", "currency": "USD"}, follow=True
    )
    [choice] = chosen.context["choices"]
    assert [option.value for option in choice.options if option.selected] == ["accounts"]


@pytest.mark.parametrize(
    "name", ["ravenstack", "saas-sim-crm5", "client-onboarding-ibm", "servicenow-incidents-uci-sample"]
)
def test_a_form_that_nobody_changed_says_what_was_proposed(name: str) -> None:
    profiles = [profile(table) for table in open_tables(data_set(name))]
    proposal = propose(profiles)
    said = {one.table: Said("out") for one in proposal.left_out}
    for one in proposal.proposed:
        columns = one.draft.profile.columns.values()
        said[one.name] = Said(one.role, {column.name: one.draft.part_of(column) for column in columns})
    assert propose(profiles, said).mapping == proposal.mapping


def test_a_report_says_when_what_was_put_aside_is_kept_no_more(mia: Client, now: datetime) -> None:
    row = factory.kept_aside("billing", now - timedelta(days=91))
    run = row.of
    row.delete()
    address = reverse("import_report", args=[run.pk])
    assert "Every row was used." in mia.get(address).content.decode()
    Source.objects.create(name="billing", kept_days=90, created_at=now)
    told = mia.get(address).content.decode()
    assert "Nothing is kept any more: billing keeps what comes for 90 days." in told
    assert "Every row was used." not in told
