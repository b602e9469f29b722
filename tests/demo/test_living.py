"""The company lives on: each look tells what has happened since, once; the team works, but for who is there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.backends.db import SessionStore
from pytest_django.plugin import DjangoDbBlocker

from aloft.act.models import Verdict
from aloft.clock import SetClock
from aloft.demo.living import Living, catch_up, is_behind
from aloft.demo.northwind import Northwind
from aloft.demo.reached import Reached, note_reached, reached
from aloft.demo.team_at_work import Team, signed_in
from aloft.demo.truth import read_company
from aloft.engine.models import Decided
from aloft.records.models import Person
from tests.demo.conftest import reading
from tests.demo.seeding import Seeded

pytestmark = pytest.mark.slow


@pytest.fixture
def home(seeded: Seeded, tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    """A copy of the company, which may live on."""
    copied = shutil.copytree(seeded.home, tmp_path / "home", ignore=shutil.ignore_patterns("*.sock"))
    with django_db_blocker.unblock(), reading(copied / "aloft.sqlite3"):
        yield copied


def company(home: Path) -> Northwind:
    found = read_company(home)
    assert found is not None
    return found


def working_noon(after: datetime) -> datetime:
    """Of the first Tuesday that is over a day away."""
    day = after.date() + timedelta(days=2)
    while day.weekday() != 1:
        day += timedelta(days=1)
    return datetime.combine(day, time(12), after.tzinfo)


def test_a_look_tells_what_has_happened_since_and_the_next_what_comes_then(
    home: Path, seeded: Seeded
) -> None:
    clock = SetClock(working_noon(seeded.now))
    living = Living(home, company(home), clock)
    assert living.look() > 20
    end = living.inbox.end()
    assert living.look() == 0
    clock.instant += timedelta(hours=1)
    assert living.look() > 0
    assert living.inbox.end() > end
    assert reached(home) == Reached(clock.instant, clock.instant)
    living.inbox.close()


def test_what_is_told_again_counts_once(home: Path, seeded: Seeded) -> None:
    living = Living(home, company(home), SetClock(working_noon(seeded.now)))
    before = reached(home)
    assert living.look() > 0
    end = living.inbox.end()
    note_reached(home, before)
    assert living.look() > 0
    assert living.inbox.end() == end
    living.inbox.close()


def test_at_night_nobody_works_and_nothing_of_it_is_lost(home: Path, seeded: Seeded) -> None:
    clock = SetClock(working_noon(seeded.now) - timedelta(hours=10))
    living = Living(home, company(home), clock)
    before = reached(home).worked
    living.look()
    assert reached(home) == Reached(clock.instant, before)
    living.inbox.close()


def test_who_is_signed_in_is_not_simulated(home: Path, seeded: Seeded) -> None:
    cora = Person.objects.get(handle="cora")
    session = SessionStore()
    session["_auth_user_id"] = str(cora.user_id)
    now = working_noon(seeded.now)
    session.set_expiry(now + timedelta(days=1))
    session.save()
    assert signed_in(now) == {"cora"}
    before = Verdict.objects.filter(details__by="cora").count()
    everybody = Verdict.objects.count()
    Team(company(home).first_day, absent=signed_in(now)).work(reached(home).worked, now)
    assert Verdict.objects.filter(details__by="cora").count() == before
    assert Verdict.objects.count() > everybody


def test_after_a_stop_the_time_in_between_is_lived_through(home: Path, seeded: Seeded) -> None:
    later = seeded.now + timedelta(days=1, hours=2)
    assert not is_behind(home, seeded.now + timedelta(hours=5))
    assert is_behind(home, later)
    catch_up(home, later, lambda _share: None)
    assert not is_behind(home, later)
    assert Decided.objects.get().at == later
