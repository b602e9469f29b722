"""Health, signals and what people say, on the page of an account; sources that are late, on Today."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from aloft.engine.models import DataAlert
from aloft.measures.models import AccountHealth, HealthDay, Signal
from aloft.records.models import Account, AuditEntry, Person, Pulse
from aloft.workspace.since import turned
from tests.workspace import factory

pytestmark = pytest.mark.django_db


def dimension(name: str, score: float | None, share: float, points: float) -> dict[str, object]:
    return {"name": name, "says": f"{name}_28d", "value": 1, "score": score, "weight": 0.5, "share": share,
            "points": points, "age": 0}  # fmt: skip


@pytest.fixture
def account(owner: Person, now: datetime) -> Account:
    return factory.account("Brackwater Foods", now, held_by=owner)


def scored(account: Account, now: datetime, score: float | None, **more: object) -> AccountHealth:
    told = {
        "day": now.date(), "at": now, "score": score, "band": "yellow" if score else "grey", "coverage": 0.85,
        "trend": -1.25, "dimensions": [dimension("usage", 52, 0.6, -4.8), dimension("value", 88, 0.4, 4.2)],
    }  # fmt: skip
    return AccountHealth.objects.create(account=account, **{**told, **more})


def page_of(browser: Client, account: Account) -> str:
    return browser.get(f"/accounts/{account.public_id}/").content.decode()


def test_a_score_is_shown_with_its_band_its_trend_and_what_drives_it(
    cora: Client, account: Account, now: datetime
) -> None:
    scored(account, now, 67.4)
    for days, score in ((2, 50), (1, 60), (0, 67.4)):
        HealthDay.objects.create(
            account=account, day=now.date() - timedelta(days=days), score=score, band="yellow", coverage=0.85
        )
    page = page_of(cora, account)
    assert "Why 67" in page
    assert '<span class="health yellow">67 yellow</span>' in page
    assert "-1.2 points a week" in page or "-1.3 points a week" in page
    assert "Usage holds it 4.8 points below the middle of its segment; Value lifts it by 4.2 points." in page
    assert 'd="M0.0 20.0 L120.0 16.0 L240.0 13.0"' in page


def test_grey_says_what_is_not_available_and_gives_no_number(
    cora: Client, account: Account, now: datetime
) -> None:
    scored(account, now, None, coverage=0.5, trend=None, dimensions=[dimension("usage", None, 0, 0)])
    page = page_of(cora, account)
    assert "Too little is known for a score: 50% of its weight. Not available: usage." in page
    assert '<span class="health grey">no data</span>' in page


def test_without_any_health_the_page_says_so(cora: Client, account: Account) -> None:
    assert "Not available: the engagement model scores nothing here" in page_of(cora, account)


def test_raised_signals_stand_with_their_evidence_and_cleared_ones_do_not(
    cora: Client, account: Account, now: datetime
) -> None:
    for days, raised, says in ((3, True, "old words"), (0, True, "Signed In: 35 in the last week")):
        Signal.objects.create(
            account=account, detector="declined('Signed In', 0.3)", key="k", at=now, raised=raised, says=says,
            day=now.date() - timedelta(days=days), flapping=0.25,
        )  # fmt: skip
    Signal.objects.create(
        account=account, detector="silent('Signed In')", key="s", at=now, raised=False, says="not any more",
        day=now.date(),
    )  # fmt: skip
    page = page_of(cora, account).partition(">Signals")[2].partition("</section>")[0]
    assert (
        "Signed In: 35 in the last week. It comes and goes: it changed at 25 % of the last readings." in page
    )
    assert "old words" not in page
    assert "not any more" not in page


def test_what_a_person_says_is_kept_beside_the_score_with_the_reason(
    cora: Client, owner: Person, account: Account, now: datetime
) -> None:
    kept = scored(account, now, 80.0)
    answer = cora.post(
        f"/accounts/{account.public_id}/pulse", {"score": "2", "reason": "Their champion left"}
    )
    assert answer.status_code == 302
    pulse = Pulse.objects.get()
    assert (pulse.person, pulse.score, pulse.reason, pulse.given_at) == (owner, 2, "Their champion left", now)
    assert AuditEntry.objects.get(action="pulse.given").actor == owner.handle
    kept.refresh_from_db()
    assert kept.score == 80.0
    page = page_of(cora, account)
    assert "2 of 6, at risk" in page
    assert "Their champion left" in page


def test_a_judgement_without_a_reason_is_not_kept(cora: Client, account: Account) -> None:
    answer = cora.post(f"/accounts/{account.public_id}/pulse", {"score": "2", "reason": " "})
    assert answer.status_code == 422
    assert "Say why: it is kept with your judgement." in answer.content.decode()
    assert not Pulse.objects.exists()


def test_a_late_source_is_told_to_who_sees_everything_until_it_returns(
    cora: Client, mia: Client, now: datetime
) -> None:
    alert = DataAlert.objects.create(source="helpdesk", since=now, mark=now, last=now, usual_seconds=7_200)
    page = mia.get("/").content.decode()
    assert "<b>helpdesk is late.</b> Nothing has arrived since" in page
    assert "something usually comes within 2 h" in page
    assert "helpdesk is late" not in cora.get("/").content.decode()
    alert.ended_at = now
    alert.save()
    assert "helpdesk is late" not in mia.get("/").content.decode()


def test_a_score_says_by_which_profile_and_draws_no_line_from_one_to_the_next(
    cora: Client, account: Account, now: datetime
) -> None:
    since = now.date() - timedelta(days=1)
    kept = scored(
        account, now, 67.4, profile="in_use", profile_since=since, turned_at=now, was="green", score_was=90
    )
    days = ((3, 50, "starting"), (2, 60, "starting"), (1, 70, "in_use"), (0, 67.4, "in_use"))
    for ago, score, profile in days:
        day = now.date() - timedelta(days=ago)
        told = {"score": score, "band": "yellow", "coverage": 1, "profile": profile}
        HealthDay.objects.create(account=account, day=day, **told)
    page = page_of(cora, account)
    assert f"Scored as in use since {since:%-d %b %Y}" in page
    assert 'd="M0.0 20.0 L80.0 16.0M160.0 12.0 L240.0 13.0"' in page
    assert "Health stays yellow" in page
    assert "At 70. Scored as in use" in page
    assert f"90 → 67, green before. Scored as in use since {since:%-d %b %Y}" in [
        news.because for news in turned(kept.account.projection.owner, now)
    ]


def test_an_account_that_no_profile_takes_is_grey_and_told_so(
    cora: Client, account: Account, now: datetime
) -> None:
    scored(account, now, None, profile="-", coverage=0, trend=None, dimensions=[])
    page = page_of(cora, account)
    assert "No profile of health takes it, so it has no score." in page
    assert "Scored as" not in page
