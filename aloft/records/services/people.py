from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from aloft.records import audit
from aloft.records import fields as check
from aloft.records.changes import StaffSet, log_change
from aloft.records.models import Holding, Leave, Person
from aloft.records.refusals import Refused
from aloft.records.services.editing import Difference, assign, editing, note
from aloft.records.services.passwords import check_password


class PersonFields(TypedDict, total=False):
    """Only those given are set; a new person needs a name and a role."""

    name: str
    role: str
    email: str
    hours_per_week: Decimal | int | float | str | None
    timezone: str
    country: str
    backup: Person | None
    skills: list[str] | str
    languages: list[str] | str
    segments: list[str] | str
    sees_everything: bool


READ: Mapping[str, Callable[[str, Any], Any]] = {
    "name": lambda field, value: check.text(field, value, 200, required=True),
    "role": lambda field, value: check.text(field, value, 50, required=True),
    "email": check.email,
    "hours_per_week": lambda field, value: None if value is None else check.number(field, value, 5, 2),
    "timezone": check.zone,
    "country": check.country,
    "backup": lambda _field, value: value,
    "skills": check.names,
    "languages": check.languages,
    "segments": check.names,
    "sees_everything": lambda _field, value: bool(value),
}


def set_person(*, handle: str, actor: str, at: datetime, **fields: Unpack[PersonFields]) -> Person:
    """Create the person, or set what differs. Their holdings and their sign-in follow. Raises Refused."""
    handle = check.text("handle", handle, 50, required=True)
    values: dict[str, Any] = {name: READ[name](name, value) for name, value in fields.items()}
    with editing():
        person = Person.objects.filter(handle=handle).first() or Person(handle=handle)
        _check_person(person, values)
        difference = assign(person, values)
        if difference:
            person.save()
            _follow(person, difference)
            note(actor=actor, action="person.set", subject=person, difference=difference, at=at)
            log_change(StaffSet(person=person.handle), at=at)
        return person


def _check_person(person: Person, values: dict[str, Any]) -> None:
    for name in ("name", "role"):
        if person._state.adding and name not in values:
            raise Refused(name, "it is missing", "A new person needs one.")
    hours = values.get("hours_per_week")
    if hours is not None and not 0 <= hours <= 168:
        raise Refused("hours_per_week", f"{hours} is not within a week", "Give 0 to 168, or none.")
    backup = values.get("backup")
    if backup is not None and backup.handle == person.handle:
        raise Refused("backup", "nobody stands in for themselves", "Give another person.")


def _follow(person: Person, difference: Difference) -> None:
    if "role" in difference.after:
        Holding.objects.filter(person=person).update(role=person.role)
    if "email" in difference.after and person.user:
        _free_email(person.email, person)
        User.objects.filter(pk=person.user.pk).update(email=person.email)


def take_leave(*, person: Person, first_day: date, last_day: date, actor: str, at: datetime) -> Leave:
    """Both days are included, in the person's zone. Raises Refused."""
    if last_day < first_day:
        raise Refused("last_day", f"{last_day} is before {first_day}", "Give the last day away.")
    with editing():
        leave, created = Leave.objects.get_or_create(person=person, first_day=first_day, last_day=last_day)
        if created:
            difference = Difference({}, {"first_day": first_day, "last_day": last_day})
            note(actor=actor, action="leave.taken", subject=person, difference=difference, at=at)
            log_change(StaffSet(person=person.handle), at=at)
        return leave


def create_user_for(*, person: Person, actor: str, at: datetime, password: str | None = None) -> User:
    """The person's sign-in, by their e-mail; given again, it sets the password.

    Without a password nobody can sign in with one. Raises Refused.
    """
    with editing():
        person.refresh_from_db()
        new = person.user is None
        user = person.user or _new_user(person)
        if password is not None:
            check_password(password, user)
            user.set_password(password)
        elif new:
            user.set_unusable_password()
        if new or password is not None:
            user.save()
            Person.objects.filter(pk=person.pk).update(user=user)
            person.user = user
            told = {"created": new, "password": password is not None}
            audit.record(
                actor=actor, action="sign_in.set", subject=f"person:{person.pk}", payload=told, at=at
            )
        return user


def _new_user(person: Person) -> User:
    _free_email(person.email, person)
    return User(username=person.handle, email=person.email)


def _free_email(email: str, person: Person) -> None:
    if not email:
        raise Refused("email", f"{person.handle} has none", "Set it first: it is what they sign in with.")
    if get_user_model().objects.filter(email=email).exclude(pk=person.user_id or 0).exists():
        raise Refused("email", "somebody else signs in with it", "Give another one.")
