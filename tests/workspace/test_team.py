"""The people of the team on screen: who they are, and what is told of them, by themselves or by a manager."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from html import unescape

from django.test import Client
from django.urls import reverse

from aloft.records.models import AuditEntry, Leave, Person
from aloft.records.services import set_person, take_leave
from tests.workspace import factory


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def page(client: Client) -> str:
    return plain(client.get(reverse("team")).content.decode())


SAID = {
    "hours_per_week": "20",
    "skills": "sso, migration",
    "languages": "en ja",
    "segments": "tier_1",
    "backup": "",
    "first_day": "",
    "last_day": "",
}


def test_the_team_is_told_with_what_they_know_and_when_they_are_away(
    cora: Client, owner: Person, colleague: Person, now: datetime
) -> None:
    set_person(
        handle="cora", skills="sso", languages="en", segments="tier_1", hours_per_week=24, backup=colleague,
        actor="mia", at=now,
    )  # fmt: skip
    today = now.date()
    take_leave(person=owner, first_day=today, last_day=today.replace(day=today.day + 1), actor="mia", at=now)
    told = page(cora)
    away = f"{today.day} {today:%b} to {today.day + 1} {today:%b %Y}"
    assert f"Cora Jensen Csm 24 Sso en Tier 1 {away}; Dev Patel covers" in told
    assert "1 away" in told


def test_a_person_tells_what_they_know_and_when_they_are_away(cora: Client, owner: Person) -> None:
    url = reverse("member", args=["cora"])
    said = {**SAID, "first_day": "2030-01-02", "last_day": "2030-01-05"}
    told = plain(cora.post(url, said, follow=True).content.decode())
    assert "Kept what is told of Cora Jensen" in told
    assert "Migration, sso en, ja Tier 1 2 Jan to 5 Jan 2030" in told
    owner.refresh_from_db()
    assert (owner.skills, owner.languages, owner.segments) == (["migration", "sso"], ["en", "ja"], ["tier_1"])
    assert owner.hours_per_week == Decimal(20)
    leave = Leave.objects.get()
    assert (leave.first_day, leave.last_day) == (date(2030, 1, 2), date(2030, 1, 5))
    entries = AuditEntry.objects.filter(action__in=["person.set", "leave.taken"]).order_by("id")
    assert [(entry.actor, entry.action) for entry in entries][-2:] == [
        ("cora", "person.set"),
        ("cora", "leave.taken"),
    ]


def test_what_cannot_be_is_said_at_its_field_and_nothing_is_kept(cora: Client, owner: Person) -> None:
    url = reverse("member", args=["cora"])
    for field, value, says in (
        ("languages", "english", "'english' is no language. Give the letters of ISO 639, such as ja."),
        ("skills", "C++", "'C++' is not a name."),
        ("hours_per_week", "200", "200.00 is not within a week."),
        ("last_day", "2030-01-05", "Give the first day away."),
    ):
        answer = cora.post(url, {**SAID, field: value})
        assert answer.status_code == 422
        assert says in plain(answer.content.decode())
    owner.refresh_from_db()
    assert owner.skills == []
    assert not Leave.objects.exists()


def test_a_leave_that_ends_before_it_begins_keeps_nothing_else_either(cora: Client, owner: Person) -> None:
    said = {**SAID, "first_day": "2030-01-05", "last_day": "2030-01-02"}
    answer = cora.post(reverse("member", args=["cora"]), said)
    assert "2030-01-02 is before 2030-01-05" in plain(answer.content.decode())
    owner.refresh_from_db()
    assert owner.skills == []


def test_others_are_for_who_sees_everything_to_tell_of(
    cora: Client, mia: Client, owner: Person, colleague: Person
) -> None:
    url = reverse("member", args=[colleague.handle])
    assert cora.get(url).status_code == 404
    assert url not in cora.get(reverse("team")).content.decode()
    assert mia.post(url, SAID).status_code == 302
    colleague.refresh_from_db()
    assert colleague.skills == ["migration", "sso"]


def test_the_model_leads_to_the_team(cora: Client, now: datetime) -> None:
    factory.version(now)
    assert reverse("team") in cora.get("/model/").content.decode()
