"""Every address, asked by everybody, by GET and by POST: what may be answered stands in a table."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from aloft import clock
from aloft.act.models import Occurrence
from aloft.records.models import Account, Goal, Person, RecordedFact, SuccessPlan
from tests.workspace import factory

OK, LED, HIDDEN, NOT_SO = 200, 302, 404, 405
CAST = ("nobody", "owner", "outsider", "manager")


@dataclass(frozen=True)
class Expected:
    """The status for each of the cast: nobody (signed out), owner, outsider, manager."""

    get: tuple[int, int, int, int]
    post: tuple[int, int, int, int]


EVERYBODY_POSTS_IN_VAIN = (NOT_SO, NOT_SO, NOT_SO, NOT_SO)
A_PAGE = Expected((LED, OK, OK, OK), (LED, NOT_SO, NOT_SO, NOT_SO))
A_PAGE_ABOUT_AN_ACCOUNT = Expected((LED, OK, HIDDEN, OK), (LED, NOT_SO, NOT_SO, NOT_SO))
AN_ACT = Expected((LED, NOT_SO, NOT_SO, NOT_SO), (LED, LED, HIDDEN, LED))
AN_ACT_WITH_A_FORM = Expected((LED, OK, HIDDEN, OK), (LED, LED, HIDDEN, LED))

MATRIX = {
    "healthz": Expected((OK, OK, OK, OK), EVERYBODY_POSTS_IN_VAIN),
    "account_login": Expected((OK, LED, LED, LED), (OK, LED, LED, LED)),
    "account_logout": Expected((NOT_SO, NOT_SO, NOT_SO, NOT_SO), (LED, LED, LED, LED)),
    "sign_in_as": Expected((HIDDEN, HIDDEN, HIDDEN, HIDDEN), (HIDDEN, HIDDEN, HIDDEN, HIDDEN)),
    "today": A_PAGE,
    "accounts": A_PAGE,
    "account": A_PAGE_ABOUT_AN_ACCOUNT,
    "why": A_PAGE_ABOUT_AN_ACCOUNT,
    "open_by_hand": AN_ACT,
    "start": AN_ACT,
    "done": AN_ACT,
    "reopen": AN_ACT,
    "withdraw": AN_ACT,
    "record": AN_ACT_WITH_A_FORM,
    "snooze": AN_ACT_WITH_A_FORM,
    "skip": AN_ACT_WITH_A_FORM,
}


@dataclass(frozen=True)
class World:
    """One account with everything that can hang on it, each text with a canary in it."""

    account: Account
    occurrence: Occurrence
    fact: RecordedFact
    canary: str

    def url(self, name: str) -> str:
        arguments = {
            "sign_in_as": ["cora"],
            "account": [self.account.public_id],
            "open_by_hand": [self.account.public_id, "check_in"],
            "withdraw": [self.fact.pk],
        }
        of_the_moment = name in {"why", "start", "done", "reopen", "record", "snooze", "skip"}
        return reverse(name, args=[self.occurrence.public_id] if of_the_moment else arguments.get(name))

    def said(self, name: str) -> dict[str, Any]:
        return {
            "record": {"fact": "contacted"},
            "snooze": {"until": "2026-03-05", "reason": "A fair"},
            "skip": {"reason": "Not needed"},
        }.get(name, {})


@pytest.fixture
def world(owner: Person, now: datetime, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(clock, "now", lambda: now)
    canary = f"canary{secrets.token_hex(8)}"
    account = factory.account(f"{canary} name", now, held_by=owner)
    occurrence = factory.occurrence(
        account,
        owner,
        now,
        due=timedelta(hours=2),
        title=f"{canary} title",
        objective=f"{canary} objective",
        because=f"{canary} because",
        owned_because=f"{canary} owned",
    )
    factory.verdict(occurrence, "missed", now - timedelta(hours=1), details={"note": f"{canary} note"})
    factory.contact(account, f"{canary} contact")
    plan = SuccessPlan.objects.create(account=account, agreed_at=now)
    Goal.objects.create(plan=plan, title=f"{canary} goal", value_metric="exports")
    fact = factory.fact(occurrence, owner, now, name="cause", value=f"{canary} value")
    return World(account, occurrence, fact, canary)


@pytest.fixture
def clients(owner: Person, outsider: Person, manager: Person) -> dict[str, Client]:
    """By role; nobody is signed out."""
    signed_in = {"owner": owner, "outsider": outsider, "manager": manager}
    return {"nobody": Client()} | {role: factory.sign_in(Client(), who) for role, who in signed_in.items()}


def patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


def ask(client: Client, world: World, name: str, method: str) -> HttpResponse:
    if method == "get":
        return client.get(world.url(name))
    return client.post(world.url(name), world.said(name))


def test_every_address_stands_in_the_matrix() -> None:
    names = [pattern.name for pattern in patterns()]
    assert sorted(str(name) for name in names) == sorted(MATRIX)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", CAST)
@pytest.mark.parametrize("name", MATRIX)
def test_an_address_answers_each_as_the_table_says(
    clients: dict[str, Client], world: World, name: str, role: str, method: str
) -> None:
    if name == "reopen":
        Occurrence.objects.update(state="done")
    response = ask(clients[role], world, name, method)
    expected: tuple[int, ...] = getattr(MATRIX[name], method)
    assert response.status_code == expected[CAST.index(role)]


@pytest.mark.parametrize("name", MATRIX)
def test_who_is_signed_out_is_led_to_sign_in_and_nowhere_else(world: World, name: str) -> None:
    for method in ("get", "post"):
        response = ask(Client(), world, name, method)
        if response.status_code == LED:
            assert response["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", MATRIX)
@pytest.mark.parametrize("role", ["nobody", "outsider"])
def test_no_word_of_a_foreign_account_is_ever_said(
    clients: dict[str, Client], world: World, role: str, name: str, method: str, htmx: bool
) -> None:
    headers = {"HX-Request": "true"} if htmx else {}
    send = clients[role].get if method == "get" else clients[role].post
    response = send(world.url(name), world.said(name), headers=headers, follow=True)
    assert world.canary not in response.content.decode()
    assert not [value for value in response.headers.values() if world.canary in value]


def test_searching_finds_no_foreign_account(clients: dict[str, Client], world: World) -> None:
    page = clients["outsider"].get("/accounts/", {"q": world.canary[:6]}).content.decode()
    assert "0 accounts match" in page
    assert world.canary not in page
    assert world.canary in clients["owner"].get("/accounts/").content.decode()


def test_what_an_outsider_tries_changes_nothing(clients: dict[str, Client], world: World) -> None:
    before = Occurrence.objects.values().get()
    for name in MATRIX:
        ask(clients["outsider"], world, name, "post")
    assert Occurrence.objects.values().get() == before
    assert RecordedFact.objects.get().withdrawn_at is None


@pytest.mark.parametrize("name", MATRIX)
def test_every_page_carries_the_strict_headers(clients: dict[str, Client], world: World, name: str) -> None:
    response = clients["owner"].get(world.url(name))
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
