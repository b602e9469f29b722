"""What the fields of records may hold: each check returns the value to store, or raises Refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from aloft.records.models import Account, AccountStatus
from aloft.records.refusals import Refused
from aloft.records.relationships import SEPARATOR
from aloft.records.spelling import Scalar, spell

NAME = re.compile(r"[a-z][a-z0-9_]*")
LONGEST_FIELD = 1000


@cache
def zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def countries() -> frozenset[str]:
    """The codes of ISO 3166-1, two letters."""
    lines = (files("tzdata.zoneinfo") / "iso3166.tab").read_text("utf-8").splitlines()
    return frozenset(line[:2] for line in lines if not line.startswith("#"))


def text(field: str, value: object, longest: int, *, required: bool = False) -> str:
    """Trimmed; None is the empty text. What no database can keep, NUL and half characters, is refused."""
    if value is not None and not isinstance(value, str):
        raise Refused(field, f"{value!r} is not text", "Give text.")
    told = (value or "").strip()
    if required and not told:
        raise Refused(field, "it is empty", "Give at least one character.")
    if len(told) > longest:
        raise Refused(field, f"it has {len(told)} characters", f"Give at most {longest}.")
    if re.search("[\x00\ud800-\udfff]", told):
        raise Refused(field, "it holds a character that cannot be kept", "Leave it out.")
    return told


def account_id(field: str, value: object) -> str:
    """The id of a whole account, as it comes from outside."""
    told = text(field, value, 200, required=True)
    if SEPARATOR in told:
        raise Refused(field, "it is the id of a relationship", "Give that of the account, without a product.")
    return told


def whole(field: str, *accounts: Account) -> None:
    """Contracts, contacts and books are with whole accounts, and hold for their relationships."""
    part = next((account for account in accounts if account.whole_id), None)
    if part is not None:
        raise Refused(field, f"{part} is a relationship", "Give the account that it is a part of.")


def zone(field: str, value: object) -> str:
    told = text(field, value, 64)
    if told and told not in zones():
        near = get_close_matches(told, sorted(zones()), 1)
        hint = f"Did you mean {near[0]}?" if near else "Give a name such as Europe/Berlin."
        raise Refused(field, f"unknown time zone {told!r}", hint)
    return told


def country(field: str, value: object) -> str:
    told = text(field, value, 100).upper()
    if told and told not in countries():
        raise Refused(field, f"unknown country {told!r}", "Give the two letters of ISO 3166-1, such as DE.")
    return told


def choice(field: str, value: object, choices: list[str]) -> str:
    told = text(field, value, 100)
    if told and told not in choices:
        raise Refused(field, f"unknown value {told!r}", f"Give one of {', '.join(choices)}.")
    return told


def email(field: str, value: object) -> str:
    told = text(field, value, 254).lower()
    if told:
        try:
            validate_email(told)
        except ValidationError:
            raise Refused(field, f"{told!r} is not an e-mail address", "Give one such as a@b.com.") from None
    return told


def currency(field: str, value: object) -> str:
    told = text(field, value, 100, required=True)
    if not re.fullmatch("[A-Z]{3}", told):
        raise Refused(field, f"unknown currency {told!r}", "Give the three letters of ISO 4217, such as USD.")
    return told


def name(field: str, value: object, longest: int = 100) -> str:
    told = text(field, value, longest, required=True)
    if not NAME.fullmatch(told):
        raise Refused(field, f"{told!r} is not a name", "Give small letters, digits and _, such as no_show.")
    return told


def names(field: str, value: object) -> list[str]:
    """Each once, in the order of the alphabet; a text holds them between commas or spaces."""
    given = re.split(r"[,\s]+", value) if isinstance(value, str) else value
    if not isinstance(given, list | tuple):
        raise Refused(field, f"{value!r} is no list", "Give a list of names.")
    return sorted({name(field, one) for one in given if one != ""})


def languages(field: str, value: object) -> list[str]:
    """As `names`; each as two or three letters of ISO 639."""
    told = names(field, value.lower() if isinstance(value, str) else value)
    wrong = next((one for one in told if not re.fullmatch("[a-z]{2,3}", one)), None)
    if wrong:
        raise Refused(field, f"{wrong!r} is no language", "Give the letters of ISO 639, such as ja.")
    return told


def number(field: str, value: object, digits: int, places: int) -> Decimal:
    """Exact: a number with more decimal places than are kept is refused, not rounded."""
    try:
        told = Decimal(str(value))
        kept = told.quantize(Decimal(1).scaleb(-places)) + 0  # + 0: no negative zero
    except InvalidOperation:
        raise Refused(field, f"{value!r} is not a number", "Give a number such as 1250.00.") from None
    if not kept.is_finite():
        raise Refused(field, f"{value!r} is not a number", "Give a number such as 1250.00.")
    if kept != told:
        raise Refused(field, f"{value} has more than {places} decimal places", f"Round it to {places}.")
    if abs(kept) >= Decimal(10) ** (digits - places):
        raise Refused(field, f"{value} is too large", f"Give at most {digits - places} digits.")
    return kept


def span(field: str, first: date, last: date | None) -> None:
    """`last` is exclusive."""
    if last is not None and last <= first:
        raise Refused(field, f"{last} is not after {first}", "Give the first day no longer covered.")


def scalar(field: str, value: object) -> Scalar:
    """The value of a field that has no column of its own."""
    if isinstance(value, str):
        return text(field, value, LONGEST_FIELD)
    if isinstance(value, datetime) and value.tzinfo is None:
        raise Refused(field, f"{value} has no time zone", "Give an instant with its zone.")
    if value is None or isinstance(value, bool | int | Decimal | date):
        return _scalar(value)
    if isinstance(value, float) and isfinite(value):
        return value
    raise Refused(field, f"{value!r} cannot be kept", "Give text, a finite number, a date or true or false.")


def _scalar(value: object) -> Scalar:
    told: Scalar = spell(value)
    return told


ACCOUNT_COLUMNS: Mapping[str, Callable[[str, Any], str]] = {
    "name": lambda field, value: text(field, value, 200, required=True),
    "timezone": zone,
    "country": country,
    "subdivision": lambda field, value: text(field, value, 10),
    "city": lambda field, value: text(field, value, 100),
    "locale": lambda field, value: text(field, value, 20),
    "status": lambda field, value: choice(field, value, list(AccountStatus.values)),
}
