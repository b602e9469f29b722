"""What changed since yesterday, the hours of the week, and what comes next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from aloft.act.models import Due
from aloft.engine.models import DataAlert, Decided
from aloft.engine.scoring import write
from aloft.measures.models import AccountHealth, AccountProjection
from aloft.records.models import Account, Change, Person
from aloft.workspace.next_in_line import next_in_line
from aloft.workspace.reader import Reader
from aloft.workspace.since import since_yesterday
from aloft.workspace.week import MyWeek, my_week
from tests.workspace import factory

pytestmark = pytest.mark.django_db


def told(person: Person, now: datetime) -> list[str]:
    return [f"{news.saying}: {news.because}" for news in since_yesterday(Reader(person, now, UTC), {})]


def week(person: Person, now: datetime) -> MyWeek:
    found = my_week(Reader(person, now, UTC), list(Person.objects.all()))
    assert found is not None
    return found


def read(account: Account, at: datetime, score: float, band: str) -> None:
    """As a daily reading leaves it."""
    write([AccountHealth(account=account, day=at.date(), at=at, score=score, band=band, coverage=1)])


def test_a_band_that_turned_is_told_and_one_that_stands_is_not(
    owner: Person, colleague: Person, now: datetime
) -> None:
    brackwater = factory.account("Brackwater Foods", now, held_by=owner)
    halloway = factory.account("Halloway Freight", now, held_by=owner)
    for account in (brackwater, halloway):
        read(account, now - timedelta(days=1), 72, "green")
    read(brackwater, now - timedelta(hours=1), 67, "yellow")
    read(halloway, now - timedelta(hours=1), 71, "green")
    assert told(owner, now) == ["Brackwater Foods turned yellow: 72 → 67, green before"]
    assert told(colleague, now) == []


def test_a_band_that_turned_is_told_for_a_day_however_often_it_is_read(owner: Person, now: datetime) -> None:
    account = factory.account("Brackwater Foods", now, held_by=owner)
    read(account, now - timedelta(days=2), 72, "green")
    for hours in (26, 26, 2):
        read(account, now - timedelta(hours=hours), 66, "yellow")
    assert told(owner, now) == []
    assert told(owner, now - timedelta(hours=3)) == ["Brackwater Foods turned yellow: 72 → 66, green before"]


def test_entering_a_phase_and_changing_the_segment_are_told(owner: Person, now: datetime) -> None:
    for name in ("Brackwater Foods", "Halloway Freight", "Redfern Castings"):
        factory.account(name, now, held_by=owner)
    rows = AccountProjection.objects.filter
    entered, changed = now - timedelta(hours=5), now - timedelta(hours=2)
    rows(account__name="Brackwater Foods").update(phase_since=entered, segment_since=entered)
    rows(account__name="Halloway Freight").update(segment_since=changed)
    assert told(owner, now) == [
        "Halloway Freight is in tier 1 now: high touch",
        "Brackwater Foods entered ongoing: in tier 1",
    ]


def test_a_late_source_is_told_to_who_sees_everything(owner: Person, manager: Person, now: datetime) -> None:
    DataAlert.objects.create(source="helpdesk", since=now - timedelta(hours=3), mark=now)
    assert told(manager, now) == ["helpdesk fell late: what depends on it waits, and opens nothing"]
    assert told(owner, now) == []


def test_the_list_is_cut_and_opens_whole(cora: Client, owner: Person, now: datetime) -> None:
    account = factory.account("Brackwater Foods", now, held_by=owner)
    for _ in range(11):
        factory.occurrence(account, owner, now, due=timedelta(days=9))
    page = cora.get("/").content.decode()
    assert '<a class="xs" href="/?news=all">All 11</a>' in page
    assert page.count("Usage fell opened</a>") == 8
    assert cora.get("/?news=all").content.decode().count("Usage fell opened</a>") == 11


def test_the_hours_of_the_week_are_what_is_booked_and_done_against_what_can_be_given(
    owner: Person, now: datetime
) -> None:
    """Monday 09:00, 24 hours a week: 4.8 a day. Late 2 h and today 3 h: Monday 5, 0.2 over; done 1 h on it."""
    factory.version(now)
    rich = factory.account("Brackwater Foods", now, held_by=owner)
    poor = factory.account("Velo Norte", now, held_by=owner, mrr="2110")
    factory.occurrence(rich, owner, now, due=-timedelta(days=2), effort_minutes=120)
    factory.occurrence(poor, owner, now, due=timedelta(hours=5), effort_minutes=120)
    factory.occurrence(rich, owner, now, due=timedelta(days=2), effort_minutes=150)
    factory.occurrence(rich, owner, now, due=timedelta(days=8), effort_minutes=600)
    done = {"state": "done", "done_at": now - timedelta(hours=1)}
    factory.occurrence(rich, owner, now, due=timedelta(hours=1), effort_minutes=60, **done)
    found = week(owner, now)
    assert found.picture.label == (
        "Hours booked: Monday 5, Tuesday 0, Wednesday 2.5, Thursday 0, Friday 0; 4.8 a day can be given"
    )
    assert found.note == "7.5 of 24 h"
    assert found.advice == (
        "Monday is 0.2 h over the 4.8 h you can give. "
        "Velo Norte brings the least of that day: snooze it, or hand it over."
    )
    assert [bar.css for bar in found.picture.days[0].bars] == ["f3", "f1", "over"]
    assert [(day.foot, day.tone) for day in found.picture.days[:3]] == [
        (75, "strong"),
        (76.0, "strong"),
        (75, "in"),
    ]


def test_without_hours_said_the_week_has_no_limit_and_no_advice(owner: Person, now: datetime) -> None:
    found = week(owner, now)
    assert (found.note, found.picture.limit, found.advice) == ("0 h", None, "")


def test_next_in_line_is_what_opens_soon_by_mrr_per_hour(
    owner: Person, colleague: Person, now: datetime
) -> None:
    """Two hours each, of 2,000 and 2,900 MRR; the third opens after more than two weeks."""
    version = factory.version(now)
    version.document = version.document.replace("    objective: Find", "    effort: 2h\n    objective: Find")
    version.save()
    for name, mrr, days in (("Zephyr Mills", "2000", 3), ("Pinecrest", "2900", 5), ("Far", "9000", 20)):
        account = factory.account(name, now, held_by=owner, mrr=mrr)
        at = now + timedelta(days=days)
        Due.objects.create(at=at, account=account, kind="open", moment="usage_fell", anchor="a")
    mine = next_in_line(Reader(owner, now, UTC))
    assert [(one.account, one.title, one.worth) for one in mine] == [
        ("Pinecrest", "Usage fell", 1450),
        ("Zephyr Mills", "Usage fell", 1000),
    ]
    assert next_in_line(Reader(colleague, now, UTC)) == []


def test_an_engine_that_leaves_edits_unread_is_told_and_the_list_stands(
    cora: Client, owner: Person, now: datetime
) -> None:
    factory.occurrence(
        factory.account("Brackwater Foods", now, held_by=owner), owner, now, due=timedelta(hours=2)
    )
    last = Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    factory.decided(now)
    Decided.objects.update(changes=last)
    says = "The engine is busy, or does not run."
    assert says not in cora.get("/").content.decode()
    Change.objects.create(at=now - timedelta(seconds=30), kind="staff.set", data={})
    assert says not in cora.get("/").content.decode()
    Change.objects.create(at=now - timedelta(minutes=3), kind="staff.set", data={})
    page = cora.get("/").content.decode()
    assert says in page
    assert "Start the call" in page


def test_a_touch_can_be_logged_where_the_account_is_read(cora: Client, owner: Person, now: datetime) -> None:
    account = factory.account("Brackwater Foods", now, held_by=owner)
    page = cora.get(f"/accounts/{account.public_id}/").content.decode()
    assert f'hx-get="/accounts/{account.public_id}/touch?page=account"' in page
    assert f'id="act-{account.public_id}"' in page
