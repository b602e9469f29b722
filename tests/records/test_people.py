from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from aloft.records.models import Account, Holding, Leave, Person
from aloft.records.selectors import on_leave, people_at
from aloft.records.services import Refused, create_user_for, set_book, set_person, take_leave
from tests.conftest import NOW
from tests.records.conftest import written

pytestmark = pytest.mark.django_db


def test_a_person_is_a_row_an_audit_entry_and_a_change() -> None:
    with written() as told:
        for _ in range(2):
            person = set_person(
                handle="cora", name="Cora", role="csm", hours_per_week=24, actor="mia", at=NOW
            )

    assert (person.name, person.role, person.hours_per_week) == ("Cora", "csm", Decimal(24))
    assert told.audit == [("mia", "person.set", f"person:{person.pk}")]
    assert told.changes == [("staff.set", "", {"person": "cora"})]


def test_a_person_keeps_what_is_not_given(owner: Person, colleague: Person) -> None:
    with written() as told:
        set_person(handle="cora", backup=colleague, actor="mia", at=NOW)

    owner.refresh_from_db()
    assert (owner.name, owner.backup) == ("Cora Jensen", colleague)
    assert told.payloads == [{"before": {"backup": None}, "after": {"backup": "dev"}}]


def test_what_a_person_knows_speaks_and_serves_is_kept_in_order_and_told_once(owner: Person) -> None:
    with written() as told:
        set_person(handle="cora", skills="sso, migration,sso", languages="JA en", actor="mia", at=NOW)
        set_person(handle="cora", skills=["migration", "sso"], segments=[], actor="mia", at=NOW)

    owner.refresh_from_db()
    assert (owner.skills, owner.languages, owner.segments) == (["migration", "sso"], ["en", "ja"], [])
    assert told.payloads == [
        {
            "before": {"skills": [], "languages": []},
            "after": {"skills": ["migration", "sso"], "languages": ["en", "ja"]},
        }
    ]
    assert told.changes == [("staff.set", "", {"person": "cora"})]


def test_wrong_people_are_refused(owner: Person) -> None:
    with written() as told:
        with pytest.raises(Refused, match="role: it is missing"):
            set_person(handle="new", name="New", actor="mia", at=NOW)
        with pytest.raises(Refused, match="backup: nobody stands in for themselves"):
            set_person(handle="cora", backup=owner, actor="mia", at=NOW)
        with pytest.raises(Refused, match=r"hours_per_week: 169\.00 is not within a week"):
            set_person(handle="cora", hours_per_week=169, actor="mia", at=NOW)
        with pytest.raises(Refused, match="timezone: unknown time zone"):
            set_person(handle="cora", timezone="CEST", actor="mia", at=NOW)
        with pytest.raises(Refused, match="languages: 'english' is no language"):
            set_person(handle="cora", languages="english", actor="mia", at=NOW)
        with pytest.raises(Refused, match=r"skills: 'C\+\+' is not a name"):
            set_person(handle="cora", skills=["C++"], actor="mia", at=NOW)

    assert told.audit == []
    assert Person.objects.count() == 1


def test_holdings_follow_a_persons_role(owner: Person, account: Account) -> None:
    set_book(person=owner, name="Mine", accounts=[account], actor="mia", at=NOW)
    set_person(handle="cora", role="onboarding", actor="mia", at=NOW)

    assert list(Holding.objects.values_list("role", flat=True)) == ["onboarding"]


def test_leave_includes_both_days_in_the_persons_zone(owner: Person) -> None:
    set_person(handle="cora", timezone="Asia/Tokyo", actor="mia", at=NOW)
    with written() as told:
        for _ in range(2):
            take_leave(
                person=owner,
                first_day=date(2026, 3, 3),
                last_day=date(2026, 3, 4),
                actor="cora",
                at=NOW,
            )

    assert told.audit == [("cora", "leave.taken", f"person:{owner.pk}")]
    assert on_leave(datetime(2026, 3, 2, 14, 59, tzinfo=UTC)) == set()
    assert on_leave(datetime(2026, 3, 2, 15, 0, tzinfo=UTC)) == {owner.pk}  # 3 March, 00:00 in Tokyo
    assert on_leave(datetime(2026, 3, 4, 14, 59, tzinfo=UTC)) == {owner.pk}
    assert on_leave(datetime(2026, 3, 4, 15, 0, tzinfo=UTC)) == set()


def test_a_person_without_a_zone_is_at_home(owner: Person, colleague: Person) -> None:
    day = date(2026, 3, 3)
    take_leave(person=owner, first_day=day, last_day=day, actor="cora", at=NOW)
    evening = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)

    assert on_leave(evening) == set()
    assert on_leave(evening, home="Europe/Berlin") == {owner.pk}
    assert {person.handle: person.on_leave for person in people_at(evening, home="Europe/Berlin")} == {
        "cora": True,
        "dev": False,
    }


def test_leave_that_ends_before_it_starts_is_refused(owner: Person) -> None:
    with written() as told, pytest.raises(Refused, match="last_day: 2026-03-02 is before 2026-03-03"):
        take_leave(person=owner, first_day=date(2026, 3, 3), last_day=date(2026, 3, 2), actor="cora", at=NOW)

    assert told.audit == []
    assert not Leave.objects.exists()


def test_a_user_signs_in_with_the_persons_email(owner: Person) -> None:
    with written() as told:
        user = create_user_for(person=owner, password="a good long one", actor="mia", at=NOW)

    assert (user.email, user.check_password("a good long one")) == ("cora@aloft.example", True)
    assert user.password.startswith("argon2$argon2id$")
    assert Person.objects.get(handle="cora").user == user
    assert told.audit == [("mia", "sign_in.set", f"person:{owner.pk}")]
    assert told.payloads == [{"created": True, "password": True}]


def test_a_user_without_a_password_cannot_use_one(owner: Person) -> None:
    user = create_user_for(person=owner, actor="mia", at=NOW)
    with written() as told:
        again = create_user_for(person=owner, actor="mia", at=NOW)

    assert (again, user.has_usable_password()) == (user, False)
    assert told.audit == []


def test_a_weak_password_an_email_in_use_and_none_are_refused(owner: Person, colleague: Person) -> None:
    create_user_for(person=owner, actor="mia", at=NOW)
    with pytest.raises(Refused, match="password: it is too weak"):
        create_user_for(person=colleague, password="password", actor="mia", at=NOW)
    with pytest.raises(Refused, match="password: it is longer than 128 characters"):
        create_user_for(person=colleague, password="x" * 129, actor="mia", at=NOW)
    set_person(handle="dev", email="cora@aloft.example", actor="mia", at=NOW)
    with pytest.raises(Refused, match="email: somebody else signs in with it"):
        create_user_for(person=colleague, actor="mia", at=NOW)
    set_person(handle="dev", email="", actor="mia", at=NOW)
    with pytest.raises(Refused, match="email: dev has none"):
        create_user_for(person=colleague, actor="mia", at=NOW)

    assert User.objects.count() == 1


def test_a_new_email_is_signed_in_with(owner: Person) -> None:
    create_user_for(person=owner, actor="mia", at=NOW)
    set_person(handle="cora", email="c@aloft.example", actor="mia", at=NOW)

    assert User.objects.get().email == "c@aloft.example"
