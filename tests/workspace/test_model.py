"""The model page: lanes with live counts, parts opened at their lines, versions, and publishing."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from aloft.engagement import not_run
from aloft.measures.models import AccountProjection
from aloft.records.models import AuditEntry, Change, ModelVersion, Person
from aloft.workspace.difference import difference
from tests.workspace import factory


def page(browser: Client, url: str = "/model/", **more: str) -> str:
    response = browser.get(url, more)
    assert response.status_code == 200
    return plain(response.content.decode())


def plain(html: str) -> str:
    """The words of a page, with single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.fixture
def two_accounts(owner: Person, now: datetime) -> None:
    """Cora's Halloway has one moment open; Bolt, of somebody else, has one too."""
    factory.version(now)
    halloway = factory.account("Halloway", now, held_by=owner)
    bolt = factory.account("Bolt", now, mrr="100")
    factory.occurrence(halloway, owner, now, due=timedelta(hours=1))
    factory.occurrence(bolt, None, now, due=timedelta(hours=1))
    factory.decided(now)
    factory.occurrence(halloway, owner, now, due=-timedelta(days=9), state="closed", outcome="met")
    factory.occurrence(halloway, owner, now, due=-timedelta(days=9), state="closed", outcome="missed")


@pytest.mark.usefixtures("two_accounts")
def test_lanes_tell_what_is_open_and_who_stands_where(mia: Client) -> None:
    told = page(mia)
    assert "2 moments reach 2 accounts" in told
    assert "Ongoing 2 accounts each" not in told
    assert "Ongoing 2 accounts" in told
    assert "Onboarding 0 accounts" in told
    assert "Tier 1 2 accounts 6,340 MRR High · 0 accounts High · 2 accounts" in told
    assert "Usage fell 2 open" in told
    assert "Check in 0 open" in told
    assert "Version 3 is live since 31 Jan" in told


@pytest.mark.usefixtures("two_accounts")
def test_who_holds_an_account_sees_the_counts_of_theirs_alone(cora: Client, olga: Client) -> None:
    assert "2 moments reach 1 account of yours" in page(cora)
    assert "Usage fell 1 open" in page(cora)
    opened = page(cora, element="moments.usage_fell")
    assert "Halloway" in opened
    assert "Bolt" not in opened
    assert "2 moments wait for accounts to follow it" in page(olga)
    assert "Halloway" not in page(olga, element="moments.usage_fell")


@pytest.mark.usefixtures("two_accounts")
def test_a_moment_opens_its_definition_with_its_lines_and_what_became_of_it(mia: Client) -> None:
    told = page(mia, element="moments.usage_fell")
    assert "2 open, 1 met, 1 missed" in told
    assert "Opens when sign_ins_28d < 799 has become true" in told
    assert "Owner csm Objective Find the cause while it is cheap to fix" in told
    assert "sign_ins_28d >= 1026 within 30 days of the opening" in told
    html = mia.get("/model/", {"element": "moments.usage_fell"}).content.decode()
    line = factory.DOCUMENT.splitlines().index("  usage_fell:") + 1
    assert f'start="{line}"' in html


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ("segments.tier_1", "Enters everybody whom no segment before it takes In onboarding high touch"),
        ("phases.onboarding", "Enters contract_start is not null Leaves sign_ins_28d >= 100"),
        ("metrics.sign_ins_28d", "Tells how often Signed In, over 28 days Read by Onboarding , Usage fell"),
        (
            "roles.csm",
            "Gives 24 hours a week for customers Costs 100 an hour Reports to manager Owns Usage fell",
        ),
        ("records.cause", "recorded fact"),
        ("clock", "section"),
    ],
)
@pytest.mark.usefixtures("two_accounts")
def test_every_part_opens(mia: Client, part: str, says: str) -> None:
    assert says in page(mia, element=part)


@pytest.mark.usefixtures("two_accounts")
def test_a_part_alone_answers_htmx_and_one_that_is_not_there_closes_the_panel(mia: Client) -> None:
    headers = {"HX-Request": "true", "HX-Target": "element"}
    alone = mia.get("/model/", {"element": "roles.csm"}, headers=headers).content.decode()
    assert alone.strip().startswith('<section class="panel dock" id="element"')
    closed = mia.get("/model/", {"element": "roles.nobody"}, headers=headers).content.decode()
    assert closed.strip() == '<section id="element" hidden></section>'


@pytest.mark.usefixtures("two_accounts")
def test_many_accounts_cost_no_more_queries(
    mia: Client, now: datetime, django_assert_max_num_queries: type
) -> None:
    for n in range(30):
        factory.account(f"More {n}", now)
    with django_assert_max_num_queries(29):
        mia.get("/model/", {"element": "moments.usage_fell"})


def test_profiles_of_health_tell_whom_they_score_and_by_what(mia: Client, now: datetime) -> None:
    usage = "usage: {weight: 1, score: sign_ins_28d, anchors: {0: 0, 9: 100}}"
    profiles = f"starting: {{when: \"phase = 'onboarding'\", {usage}}}, in_use: {{{usage}}}"
    published(f"{factory.DOCUMENT}health: {{profiles: {{{profiles}}}}}\n", 1, now)
    told = page(mia, element="health.profiles")
    assert "Starting scores phase = 'onboarding' Starting by usage" in told
    assert "In use scores everybody whom no profile before it takes In use by usage" in told
    assert 'name="profile" value="starting"' in mia.get("/accounts/").content.decode()


def test_what_this_version_does_not_run_is_told_at_its_line(
    mia: Client, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(not_run, "KEYS", {"moments.*.group": "each account has its own"})
    document = factory.DOCUMENT.replace("    channel: call\n", "    channel: call\n    group: true\n", 1)
    published(document, 1, now)
    told = page(mia, element="moments.usage_fell")
    assert "1 part of it is not run yet" in told
    line = document.splitlines().index("    group: true") + 1
    assert f"acme.yaml:{line}:5 moments.usage_fell.group: 'group' is not run by this version yet" in told
    assert "has notes" in mia.get("/model/").content.decode()


def test_a_document_that_this_release_cannot_read_shows_its_problems(mia: Client, now: datetime) -> None:
    published(factory.DOCUMENT.replace("owner: csm", "owner: cms"), 1, now)
    told = page(mia)
    assert "Version 1 of acme cannot be read by this release: 2 problems" in told
    assert "moments.usage_fell.owner: unknown role 'cms' (did you mean 'csm'?)" in told


def test_without_a_model_the_page_says_how_to_begin(mia: Client, olga: Client) -> None:
    assert "No engagement model is published yet" in page(mia)
    assert "Publish a model" in page(mia)
    assert "Publish a model" not in page(olga)


def test_several_models_stand_in_tabs(mia: Client, now: datetime) -> None:
    factory.version(now)
    published(factory.DOCUMENT.replace("engagement_model: acme", "engagement_model: japan"), 1, now, "japan")
    followers = factory.account("Kaze", now)
    AccountProjection.objects.filter(account=followers).update(model="japan", mrr=Decimal(7))
    assert "Acme 0 Japan 1" in page(mia)
    assert "2 moments wait for accounts" in page(mia, model="acme")
    assert "2 moments reach 1 account" in page(mia, model="japan")


def published(document: str, version: int, at: datetime, name: str = "acme") -> ModelVersion:
    return ModelVersion.objects.create(
        name=name, version=version, document=document, digest=f"{version}", live_from=at,
        published_at=at, published_by="mia",
    )  # fmt: skip


def test_versions_are_listed_with_their_state_and_compared(mia: Client, now: datetime) -> None:
    published(factory.DOCUMENT, 1, now - timedelta(days=9))
    published(factory.DOCUMENT.replace("799", "700"), 2, now - timedelta(days=1))
    published(factory.DOCUMENT.replace("799", "600"), 3, now + timedelta(days=1))
    told = page(mia)
    assert "3 tomorrow 10:00 mia, tomorrow 10:00 waits" in told
    assert "2 yesterday 10:00 mia, yesterday 10:00 not taken up" in told
    assert "1 21 Feb, 10:00 mia, 21 Feb, 10:00 earlier" in told
    assert "Version 2 differs from version 1 in 1 part: Usage fell" in page(mia, "/model/acme/2/")
    compared = page(mia, "/model/acme/3/", against="1")
    assert "1 line came, 1 went" in compared
    assert mia.get("/model/acme/9/").status_code == 404
    assert mia.get("/model/acme/1/model.yaml").content.decode() == factory.DOCUMENT


def test_a_difference_shows_changes_under_the_part_they_are_in() -> None:
    found = difference("roles:\n  a: {rate: 1}\n  b: {rate: 2}\n", "roles:\n  a: {rate: 1}\n  b: {rate: 3}\n")
    assert [
        (line.tone, line.number, "".join(piece.text for piece in line.pieces)) for line in found.lines
    ] == [
        ("hunk", None, "roles.b"),
        ("", 1, "roles:"),
        ("", 2, "  a: {rate: 1}"),
        ("del", 3, "  b: {rate: 2}"),
        ("add", 3, "  b: {rate: 3}"),
    ]
    assert (found.added, found.removed, found.parts) == (1, 1, ("roles.b",))


def send(browser: Client, document: str, **more: object) -> tuple[int, str]:
    response = browser.post("/model/publish", {"document": document, **more}, follow=True)
    return response.status_code, plain(response.content.decode())


def test_a_text_with_problems_is_not_published_and_keeps_what_was_written(mia: Client) -> None:
    bad = factory.DOCUMENT.replace("owner: csm", "owner: cms")
    status, told = send(mia, bad, act="publish")
    assert status == 422
    assert "2 problems stop publishing" in told
    line = bad.splitlines().index("    owner: cms") + 1
    assert f"model.yaml:{line}:12 moments.usage_fell.owner: unknown role 'cms'" in told
    assert bad.splitlines()[0] in told
    assert not ModelVersion.objects.exists()
    assert not Change.objects.filter(kind="model.published").exists()


def test_a_text_is_looked_at_first_and_published_when_it_is_said_so(mia: Client, now: datetime) -> None:
    status, told = send(mia, factory.DOCUMENT)
    assert status == 200
    assert "Acme: 2 moments, 1 segment, 2 phases, nothing to mend" in told
    assert "Publish version 1" in told
    assert not ModelVersion.objects.exists()
    _, told = send(mia, factory.DOCUMENT.replace("\n", "\r\n"), act="publish")
    version = ModelVersion.objects.get()
    assert (version.name, version.version, version.document) == ("acme", 1, factory.DOCUMENT)
    assert (version.published_by, version.live_from) == ("mia", now)
    assert "Published version 1 of acme" in told
    assert AuditEntry.objects.filter(action="model.published", actor="mia").count() == 1


def test_what_is_in_force_is_compared_and_not_published_twice(mia: Client) -> None:
    send(mia, factory.DOCUMENT, act="publish")
    _, told = send(mia, factory.DOCUMENT, act="publish")
    assert "Version 1 of acme says exactly this already" in told
    _, told = send(mia, factory.DOCUMENT.replace("799", "700"))
    assert "1 line comes, 1 goes" in told
    assert "Publish version 2" in told
    assert ModelVersion.objects.count() == 1


def test_a_model_of_another_name_says_that_it_stands_beside(mia: Client, now: datetime) -> None:
    factory.version(now)
    _, told = send(mia, factory.DOCUMENT.replace("engagement_model: acme", "engagement_model: ours"))
    assert (
        "It is the first version of ours , beside acme. Accounts that follow one of those stay with it, "
        in told
    )


def test_a_file_may_be_sent_and_extend_a_preset(mia: Client) -> None:
    text = b"engagement_model: ours\ntitle: Ours\nextends: two-phase\n"
    _, told = send(mia, "", file=SimpleUploadedFile("ours.yaml", text), act="publish")
    assert "Published version 1 of ours" in told
    assert "moments:" in ModelVersion.objects.get().document


def test_who_does_not_see_everything_may_not_publish(cora: Client) -> None:
    assert send(cora, factory.DOCUMENT, act="publish")[0] == 404
    assert not ModelVersion.objects.exists()
