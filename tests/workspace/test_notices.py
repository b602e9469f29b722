"""The bell: what came to a person by another's hand, read marks of their own, and late sources for who sees all."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from aloft.act.models import Occurrence
from aloft.engine.models import DataAlert
from aloft.records.models import Person
from aloft.workspace.models import Seen
from aloft.workspace.notices import fresh_for, told_to
from tests.workspace import factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def usage_fell(owner: Person, now: datetime) -> Occurrence:
    return factory.occurrence(
        factory.account("Brackwater Foods", now, held_by=owner), owner, now, due=timedelta(hours=2)
    )


def titles(person: Person, now: datetime) -> list[str]:
    return [notice.title for notice in told_to(person, now, {}).notices]


def test_what_opens_for_one_and_is_escalated_to_another_is_told_to_each(
    owner: Person, colleague: Person, manager: Person, usage_fell: Occurrence, now: datetime
) -> None:
    usage_fell.escalated_to = manager
    usage_fell.save()
    factory.verdict(usage_fell, "escalated", now)
    assert titles(owner, now) == ["Usage fell opened for you"]
    assert titles(manager, now) == ["Usage fell was escalated to you"]
    assert titles(colleague, now) == []


def test_what_one_did_oneself_is_no_notice(owner: Person, usage_fell: Occurrence, now: datetime) -> None:
    factory.verdict(usage_fell, "opened", now, details={"by": "cora", "note": "reopened"})
    factory.verdict(usage_fell, "reassigned", now, details={"by": "cora", "note": "taken back"})
    factory.verdict(usage_fell, "opened", now - timedelta(days=15))
    assert titles(owner, now) == ["Usage fell opened for you"]


def test_read_marks_are_each_person_s_and_what_comes_later_is_new(
    cora: Client, mia: Client, owner: Person, manager: Person, usage_fell: Occurrence, now: datetime
) -> None:
    DataAlert.objects.create(source="helpdesk", since=now - timedelta(hours=3), mark=now)
    assert (fresh_for(owner, now), fresh_for(manager, now)) == (1, 1)
    assert 'aria-label="Notices, 1 new"' in cora.get("/").content.decode()
    assert "1 notice is new" in cora.get("/notices/").content.decode()
    cora.post("/notices/read")
    assert (fresh_for(owner, now), fresh_for(manager, now)) == (0, 1)
    assert 'aria-label="Notices"' in cora.get("/").content.decode()
    assert "helpdesk is late" in mia.get("/notices/", headers={"HX-Request": "true"}).content.decode()
    factory.verdict(usage_fell, "opened", now - timedelta(hours=1))  # an engine that catches up
    assert fresh_for(owner, now) == 1


def test_the_tour_comes_once(cora: Client, owner: Person, now: datetime) -> None:
    assert " data-now" in cora.get("/").content.decode()
    assert cora.post("/tour").status_code == 302
    assert Seen.objects.get(person=owner).toured_at == now
    page = cora.get("/").content.decode()
    assert 'id="tour"' in page
    assert " data-now" not in page
