"""Every address, asked by everybody, by GET and by POST: what may be answered stands in a table."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from aloft import clock
from aloft.act import answering
from aloft.act.models import Message, Occurrence
from aloft.act.unsubscribing import token
from aloft.collect.models import DeadLetter, Quarantined, Source
from aloft.collect.services import Letter, create_source, dead_letter
from aloft.engine.backtest.service import Subject, ask_for
from aloft.records.models import (
    Account,
    AccountException,
    Assignment,
    Book,
    Contact,
    Goal,
    Person,
    PlanStep,
    RecordedFact,
    SavedView,
    SuccessPlan,
)
from aloft.records.services import begin_draft, invite_contact, merge_accounts
from aloft.workspace import uploads
from tests.workspace import factory

OK, LED, HIDDEN, NOT_SO, OVERTAKEN, UNFIT = 200, 302, 404, 405, 409, 422
CAST = ("nobody", "owner", "outsider", "manager")


@dataclass(frozen=True)
class Expected:
    """The status for each of the cast: nobody (signed out), owner, outsider, manager.

    And for two customers, a contact of the account that the addresses name and one of another: to these nothing is
    there, unless it says so.
    """

    get: tuple[int, int, int, int]
    post: tuple[int, int, int, int]
    customers_get: tuple[int, int] = (HIDDEN, HIDDEN)
    customers_post: tuple[int, int] = (HIDDEN, HIDDEN)


EVERYBODY_POSTS_IN_VAIN = (NOT_SO, NOT_SO, NOT_SO, NOT_SO)
A_PAGE = Expected((LED, OK, OK, OK), (LED, NOT_SO, NOT_SO, NOT_SO))
A_PAGE_ABOUT_AN_ACCOUNT = Expected((LED, OK, HIDDEN, OK), (LED, NOT_SO, NOT_SO, NOT_SO))
AN_ACT = Expected((LED, NOT_SO, NOT_SO, NOT_SO), (LED, LED, HIDDEN, LED))
AN_ACT_WITH_A_FORM = Expected((LED, OK, HIDDEN, OK), (LED, LED, HIDDEN, LED))
A_PAGE_OF_OPERATIONS = Expected((LED, HIDDEN, HIDDEN, OK), (LED, NOT_SO, NOT_SO, NOT_SO))
AN_ACT_OF_OPERATIONS = Expected((LED, NOT_SO, NOT_SO, NOT_SO), (LED, HIDDEN, HIDDEN, LED))
AN_ACT_ON_A_VIEW = Expected((LED, NOT_SO, NOT_SO, NOT_SO), (LED, LED, HIDDEN, HIDDEN))

NOT_IN_VIEW = Expected((HIDDEN, HIDDEN, HIDDEN, HIDDEN), (HIDDEN, HIDDEN, HIDDEN, HIDDEN))
A_PAGE_OF_CUSTOMERS = Expected(
    (LED, HIDDEN, HIDDEN, HIDDEN), (LED, HIDDEN, HIDDEN, HIDDEN), (OK, OK), (LED, LED)
)

MATRIX = {
    "healthz": Expected((OK, OK, OK, OK), EVERYBODY_POSTS_IN_VAIN, (OK, OK), (NOT_SO, NOT_SO)),
    "account_login": Expected((OK, LED, LED, LED), (OK, LED, LED, LED), (LED, LED), (LED, LED)),
    "account_logout": Expected(
        (NOT_SO, NOT_SO, NOT_SO, NOT_SO), (LED, LED, LED, LED), (NOT_SO, NOT_SO), (LED, LED)
    ),
    "sign_in_as": NOT_IN_VIEW,
    "sign_in_as_contact": NOT_IN_VIEW,
    "invited": Expected((OK, OK, OK, OK), (LED, LED, LED, LED), (OK, OK), (LED, LED)),
    "portal": Expected(
        (LED, HIDDEN, HIDDEN, HIDDEN), (LED, NOT_SO, NOT_SO, NOT_SO), (OK, OK), (NOT_SO, NOT_SO)
    ),
    "portal_step": Expected(
        (LED, NOT_SO, NOT_SO, NOT_SO), (LED, HIDDEN, HIDDEN, HIDDEN), (NOT_SO, NOT_SO), (LED, HIDDEN)
    ),
    **dict.fromkeys(("portal_feedback", "portal_you"), A_PAGE_OF_CUSTOMERS),
    "portal_preview": A_PAGE_ABOUT_AN_ACCOUNT,
    "invite": Expected((LED, NOT_SO, NOT_SO, NOT_SO), (LED, OK, HIDDEN, OK)),
    "shut_out": AN_ACT,
    "today": Expected(A_PAGE.get, A_PAGE.post, (LED, LED)),
    "accounts": A_PAGE,
    "merge": Expected((LED, HIDDEN, HIDDEN, OK), (LED, HIDDEN, HIDDEN, UNFIT)),
    "erase": Expected((LED, HIDDEN, HIDDEN, OK), (LED, HIDDEN, HIDDEN, UNFIT)),
    "export_account": Expected((LED, HIDDEN, HIDDEN, OK), (LED, NOT_SO, NOT_SO, NOT_SO)),
    "unmerge": Expected((LED, NOT_SO, NOT_SO, NOT_SO), (LED, HIDDEN, HIDDEN, LED)),
    "revenue": A_PAGE,
    "model": A_PAGE,
    "experiments": A_PAGE,
    "exceptions": A_PAGE,
    "team": A_PAGE,
    "member": AN_ACT_WITH_A_FORM,
    "version": A_PAGE,
    "model_document": A_PAGE,
    "publish": Expected((LED, HIDDEN, HIDDEN, OK), (LED, HIDDEN, HIDDEN, UNFIT)),
    **dict.fromkeys(("draft", "count_draft"), A_PAGE_OF_OPERATIONS),
    **dict.fromkeys(
        ("begin_draft", "save_draft", "change_draft", "discard_draft", "restore_draft"), AN_ACT_OF_OPERATIONS
    ),
    "undo_draft": Expected((LED, NOT_SO, NOT_SO, NOT_SO), (LED, HIDDEN, HIDDEN, OVERTAKEN)),
    "return_model": Expected((LED, HIDDEN, HIDDEN, OK), (LED, HIDDEN, HIDDEN, OK)),
    "make_exception": AN_ACT_WITH_A_FORM,
    "end_exception": AN_ACT,
    "plan": Expected((LED, HIDDEN, HIDDEN, LED), (LED, HIDDEN, HIDDEN, LED)),
    "backtest": Expected((LED, HIDDEN, HIDDEN, OK), (LED, HIDDEN, HIDDEN, UNFIT)),
    "backtest_run": A_PAGE_OF_OPERATIONS,
    "find": A_PAGE,
    "notices": A_PAGE,
    "read_notices": Expected((LED, NOT_SO, NOT_SO, NOT_SO), (LED, LED, LED, LED)),
    "tour": Expected((LED, NOT_SO, NOT_SO, NOT_SO), (LED, LED, LED, LED)),
    "behind": A_PAGE,
    "export_accounts": A_PAGE,
    "assign": Expected((LED, NOT_SO, NOT_SO, NOT_SO), (LED, HIDDEN, HIDDEN, LED)),
    "undo_assignment": Expected((LED, NOT_SO, NOT_SO, NOT_SO), (LED, HIDDEN, HIDDEN, LED)),
    "save_view": Expected((LED, NOT_SO, NOT_SO, NOT_SO), (LED, LED, LED, LED)),
    **dict.fromkeys(("rename_view", "delete_view", "restore_view", "make_usual"), AN_ACT_ON_A_VIEW),
    "account": A_PAGE_ABOUT_AN_ACCOUNT,
    "explain": A_PAGE_ABOUT_AN_ACCOUNT,
    "why": A_PAGE_ABOUT_AN_ACCOUNT,
    "account_why": A_PAGE_ABOUT_AN_ACCOUNT,
    "not_open": A_PAGE_ABOUT_AN_ACCOUNT,
    "open_by_hand": AN_ACT,
    "give_pulse": AN_ACT,
    "start": AN_ACT,
    "done": AN_ACT_WITH_A_FORM,
    "hand_over": AN_ACT_WITH_A_FORM,
    "hand_back": AN_ACT,
    "touch": AN_ACT_WITH_A_FORM,
    "consent": AN_ACT_WITH_A_FORM,
    "reopen": AN_ACT,
    "withdraw": AN_ACT,
    "record": AN_ACT_WITH_A_FORM,
    "snooze": AN_ACT_WITH_A_FORM,
    "skip": AN_ACT_WITH_A_FORM,
    "data": A_PAGE,
    "live": A_PAGE,
    "source": A_PAGE_OF_OPERATIONS,
    "letters": A_PAGE_OF_OPERATIONS,
    "make_source": Expected((LED, NOT_SO, NOT_SO, NOT_SO), (LED, HIDDEN, HIDDEN, UNFIT)),
    "revoke": AN_ACT_OF_OPERATIONS,
    "keep_events": AN_ACT_OF_OPERATIONS,
    "mend_letter": Expected((LED, NOT_SO, NOT_SO, NOT_SO), (LED, HIDDEN, HIDDEN, UNFIT)),
    "import_files": Expected((LED, HIDDEN, HIDDEN, OK), (LED, HIDDEN, HIDDEN, UNFIT)),
    "import_mapping": Expected((LED, HIDDEN, HIDDEN, OK), (LED, HIDDEN, HIDDEN, LED)),
    "import_document": A_PAGE_OF_OPERATIONS,
    "import_store": AN_ACT_OF_OPERATIONS,
    "import_discard": AN_ACT_OF_OPERATIONS,
    "imports": A_PAGE_OF_OPERATIONS,
    "import_report": A_PAGE_OF_OPERATIONS,
    "quarantine": A_PAGE_OF_OPERATIONS,
    "outbox": A_PAGE,
    "settle_delivery": AN_ACT,
    "end_task": AN_ACT,
    "texts": A_PAGE_OF_OPERATIONS,
    "text": Expected((LED, HIDDEN, HIDDEN, OK), (LED, HIDDEN, HIDDEN, UNFIT)),
    "answer": Expected((OK, OK, OK, OK), (UNFIT, UNFIT, UNFIT, UNFIT), (OK, OK), (UNFIT, UNFIT)),
    "unsubscribe": Expected((OK, OK, OK, OK), (OK, OK, OK, OK), (OK, OK), (OK, OK)),
    "mend": AN_ACT_OF_OPERATIONS,
    "replay": AN_ACT_OF_OPERATIONS,
}


MOST = 30
"""How often a page may ask the database; it may stand on none that grows with its rows (`workspace/test_queries`)."""
BY_LINK = {"invited"}
"""Whoever has the link is let in: it is the address itself that is secret."""


@dataclass(frozen=True)
class World:
    """One account with everything that can hang on it, each text with a canary in it."""

    account: Account
    occurrence: Occurrence
    fact: RecordedFact
    kept_aside: Quarantined
    source: Source
    letter: DeadLetter
    owner: Person
    manager: Person
    step: PlanStep
    sam: Contact
    rita: Contact
    canary: str

    def sent(self) -> UUID:
        """Files of the manager's that wait to be imported."""
        file = ContentFile(f"account_id,name\na,{self.canary} sent\n".encode(), f"{self.canary}.csv")
        return uploads.keep([file], self.manager, clock.now()).id

    def view(self, *, deleted: bool) -> int:
        """A list that the owner keeps for herself, under a name of its own."""
        return SavedView.objects.create(
            person=self.owner,
            name=f"{self.canary} view {SavedView.objects.count()}",
            query=f"q={self.canary}",
            made_at=clock.now(),
            deleted_at=clock.now() if deleted else None,
        ).pk

    def ana(self) -> Contact:
        """Another contact of the account's."""
        return Contact.objects.get(name=f"{self.canary} contact")

    def draft(self) -> UUID:
        """A model that is being written."""
        text = f"# {self.canary}\n{factory.DOCUMENT}"
        base = self.occurrence.model_version
        return begin_draft(
            name="acme", text=text, begun_from="version 3", base=base, actor="mia", at=clock.now()
        ).public_id

    def tested(self) -> UUID:
        """A backtest that the manager has asked for."""
        today = clock.now().date()
        subject = Subject("version 3 of acme", factory.DOCUMENT)
        return ask_for(
            subject=subject, against=None, first=today, last=today, actor="mia", at=clock.now()
        ).public_id

    def excepted(self) -> int:
        return AccountException.objects.create(
            account=self.account, kind="touch", touch=["tech"], reason=f"{self.canary} merger",
            until=clock.now().date(), made_by="mia", made_at=clock.now(),
        ).pk  # fmt: skip

    def merged(self) -> UUID:
        """Another account, which is part of this one."""
        other = factory.account(f"{self.canary} other {Account.objects.count()}", clock.now())
        merge_accounts(account=other, into=self.account, actor="mia", at=clock.now())
        return other.public_id

    def task(self) -> int:
        """What the moment's owner is to do as one of its steps."""
        return factory.task(self.occurrence, f"{self.canary} task").pk

    def unanswered(self) -> UUID:
        """A mail that a server may have taken."""
        return factory.delivery(self.occurrence, self.ana(), f"{self.canary} template").public_id

    def survey(self) -> str:
        """What leads to the page on which its contact answers."""
        contact = self.ana()
        message = factory.delivery(self.occurrence, contact, "nps").message
        assert message is not None
        Message.objects.filter(pk=message.pk).update(kind="survey")
        return answering.token(message)

    def handed_over(self) -> int:
        book = Book.objects.create(person=self.owner, name=f"{self.canary} book")
        return Assignment.objects.create(book=book, actor="mia", at=clock.now(), added=[self.account.pk]).pk

    def url(self, name: str) -> str:
        arguments = {
            "sign_in_as": ["cora"],
            "sign_in_as_contact": [self.sam.pk],
            "invite": [self.account.public_id, self.sam.pk],
            "shut_out": [self.account.public_id, self.ana().pk],
            "portal_preview": [self.account.public_id],
            "portal_step": [self.step.pk],
            "account": [self.account.public_id],
            "explain": [self.account.public_id, "mrr"],
            "account_why": [self.account.public_id],
            "not_open": [self.account.public_id],
            "open_by_hand": [self.account.public_id, "check_in"],
            "give_pulse": [self.account.public_id],
            "touch": [self.account.public_id],
            "consent": [self.ana().pk],
            **{key: [self.account.public_id] for key in ("merge", "erase", "export_account")},
            "withdraw": [self.fact.pk],
            "make_exception": [self.account.public_id],
            "mend": [self.kept_aside.pk],
            "source": [self.source.name],
            "letters": [self.source.name],
            "revoke": [self.source.pk],
            "keep_events": [self.source.pk],
            "mend_letter": [self.letter.pk],
            "text": ["welcome"],
            "member": [self.owner.handle],
            **{key: [self.kept_aside.of_id] for key in ("import_report", "quarantine", "replay")},
        }
        if name in {"import_mapping", "import_document", "import_store", "import_discard"}:
            arguments[name] = [self.sent()]
        if name == "draft" or name.endswith("_draft"):
            arguments[name] = [] if name == "begin_draft" else [self.draft()]
        if name == "backtest_run":
            arguments[name] = [self.tested()]
        if name == "end_exception":
            arguments[name] = [self.excepted()]
        if name == "return_model":
            arguments[name] = ["acme"]
        if name in {"version", "model_document"}:
            arguments[name] = ["acme", self.occurrence.model_version.version]
        if name == "model":
            return f"{reverse(name)}?element=moments.{self.occurrence.moment}"
        if name in {"rename_view", "delete_view", "restore_view", "make_usual"}:
            arguments[name] = [self.view(deleted=name == "restore_view")]
        if name == "invited":
            arguments[name] = [invite_contact(contact=self.ana(), actor="cora", at=clock.now())]
        if name == "unmerge":
            arguments[name] = [self.merged()]
        if name == "settle_delivery":
            arguments[name] = [self.unanswered(), "again"]
        if name == "end_task":
            arguments[name] = [self.task()]
        if name == "answer":
            arguments[name] = [self.survey()]
        if name == "unsubscribe":
            arguments[name] = [token(self.ana(), "marketing")]
        if name == "undo_assignment":
            arguments[name] = [self.handed_over()]
        of_the_moment = name in [
            "why",
            "start",
            "done",
            "reopen",
            "record",
            "snooze",
            "skip",
            "hand_over",
            "hand_back",
        ]
        return reverse(name, args=[self.occurrence.public_id] if of_the_moment else arguments.get(name))

    def said(self, name: str) -> dict[str, Any]:
        return {
            "give_pulse": {"score": "2", "reason": "Their champion left"},
            "record": {"fact": "contacted"},
            "portal_feedback": {"kind": "wish", "text": "Approve by phone"},
            "portal_you": {"timezone": "Europe/Berlin", "locale": "de"},
            "snooze": {"until": "2026-03-05", "reason": "A fair"},
            "skip": {"reason": "Not needed"},
            "hand_over": {"to": self.manager.pk, "reason": "On leave"},
            "touch": {"fact": "contacted", "channel": "call", "occurred_at": "2026-03-01T10:00"},
            "consent": {"marketing": "withdrawn", "basis": "She wrote so"},
            "text": {"act": "save", "subject": "", "body": ""},
            "save_view": {"name": "Mine", "query": "health=red"},
            "rename_view": {"name": "Ours"},
            "begin_draft": {"name": "acme", "version": "3"},
            "save_draft": {"document": "title: x", "revision": "1"},
            "change_draft": {"part": "moments.check_in", "act": "up", "revision": "1"},
            "make_exception": {"kind": "touch", "touch": "high", "until": "2026-04-01", "reason": "A merger"},
            "assign": {"account": str(self.account.public_id), "to": "olga"},
        }.get(name, {})


@pytest.fixture
def world(
    owner: Person,
    manager: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    tmp_path: Path,
) -> World:
    settings.ALOFT_HOME = tmp_path
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
    part = factory.account(f"{canary} part", now, whole=account, product=f"{canary} product")
    factory.occurrence(part, owner, now, due=timedelta(hours=3), title=f"{canary} at the part")
    plan = SuccessPlan.objects.create(account=account, agreed_at=now)
    Goal.objects.create(plan=plan, title=f"{canary} goal", value_metric="exports")
    step = PlanStep.objects.create(plan=plan, title=f"{canary} step")
    other = factory.account("Redfern Castings", now)
    sam, rita = factory.contact(account, "Sam Whitfield"), factory.contact(other, "Rita Novak")
    fact = factory.fact(occurrence, owner, now, name="cause", value=f"{canary} value")
    source, _ = create_source(name="product", at=now)
    dead_letter(source=source.name, letters=[Letter("unknown_type", canary, canary.encode(), 0)], at=now)
    letter = DeadLetter.objects.get()
    kept_aside = factory.kept_aside(canary, now)
    return World(
        account, occurrence, fact, kept_aside, source, letter, owner, manager, step, sam, rita, canary
    )


@pytest.fixture
def browser_of(owner: Person, outsider: Person, manager: Person) -> Callable[[str], Client]:
    """A fresh browser of one of the cast; nobody's is signed out."""
    people = {"owner": owner, "outsider": outsider, "manager": manager}

    def browser(role: str) -> Client:
        return factory.sign_in(Client(), people[role]) if role in people else Client()

    return browser


def patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


def ask(client: Client, world: World, name: str, method: str, **more: Any) -> HttpResponse:
    send = client.get if method == "get" else client.post
    return send(world.url(name), world.said(name) if method == "post" else {}, **more)


def test_every_address_stands_in_the_matrix() -> None:
    names = [pattern.name for pattern in patterns()]
    assert sorted(str(name) for name in names) == sorted(MATRIX)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", CAST)
def test_every_address_answers_as_the_table_says(
    browser_of: Callable[[str], Client], world: World, role: str, method: str
) -> None:
    found = {name: ask(browser_of(role), world, name, method).status_code for name in MATRIX}
    assert found == {name: getattr(row, method)[CAST.index(role)] for name, row in MATRIX.items()}


def test_who_is_signed_out_is_led_to_sign_in_and_nowhere_else(world: World) -> None:
    asked = MATRIX.keys() - BY_LINK
    answers = [ask(Client(), world, name, method) for name in asked for method in ("get", "post")]
    led = [answer["Location"] for answer in answers if answer.status_code == LED]
    table = [status for name in asked for status in (MATRIX[name].get[0], MATRIX[name].post[0])]
    assert len(led) == table.count(LED) > 50
    assert all(where.startswith("/sign-in/") for where in led)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "htmx"])
@pytest.mark.parametrize("role", ["nobody", "outsider"])
def test_no_word_of_a_foreign_account_is_ever_said(
    browser_of: Callable[[str], Client], world: World, role: str, headers: dict[str, str]
) -> None:
    for name in MATRIX.keys() - BY_LINK:
        for method in ("get", "post"):
            response = ask(browser_of(role), world, name, method, headers=headers, follow=True)
            assert world.canary not in b"".join(response).decode(), (name, method)
            assert not [value for value in response.headers.values() if world.canary in value]


@pytest.mark.parametrize("role", ["owner", "manager"])
def test_no_page_asks_the_database_more_than_thirty_times(
    browser_of: Callable[[str], Client], world: World, role: str
) -> None:
    browser = browser_of(role)
    asked = {name: asks(browser, world.url(name)) for name in MATRIX}
    assert {name: times for name, times in asked.items() if times > MOST} == {}


def asks(browser: Client, url: str) -> int:
    """Of a file that is sent none count."""
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(url)
    return 0 if "attachment" in answer.get("Content-Disposition", "") else len(queries)


def test_the_canary_sings_to_who_may_hear_it(browser_of: Callable[[str], Client], world: World) -> None:
    world.view(deleted=False)
    pages = {
        name: b"".join(ask(browser_of("owner"), world, name, "get")).decode()
        for name in ("today", "account", "why", "model", "accounts", "export_accounts")
    }
    heard = "".join(pages.values())
    assert f"{world.canary} name" in pages["model"]
    assert f"{world.canary} name" in pages["export_accounts"]
    texts = (
        "name",
        "title",
        "objective",
        "because",
        "owned",
        "contact",
        "goal",
        "value",
        "part",
        "product",
        "view",
    )
    for text in (*texts, "at the part"):
        assert f"{world.canary} {text}" in heard


def test_searching_finds_no_foreign_account(browser_of: Callable[[str], Client], world: World) -> None:
    page = browser_of("outsider").get("/accounts/", {"q": world.canary[:6]}).content.decode()
    assert "0 accounts match" in page
    assert world.canary not in page
    assert world.canary in browser_of("owner").get("/accounts/").content.decode()


def test_the_palette_finds_nothing_of_foreign_accounts(
    browser_of: Callable[[str], Client], world: World
) -> None:
    for headers in ({}, {"HX-Request": "true"}):
        asked = {"q": world.canary[:8]}
        assert (
            world.canary not in browser_of("outsider").get("/find", asked, headers=headers).content.decode()
        )
        found = browser_of("owner").get("/find", asked, headers=headers).content.decode()
        for text in ("name", "title", "contact"):
            assert f"{world.canary} {text}" in found


def test_what_an_outsider_tries_changes_nothing(browser_of: Callable[[str], Client], world: World) -> None:
    before = list(Occurrence.objects.order_by("pk").values())
    for name in MATRIX:
        ask(browser_of("outsider"), world, name, "post")
    assert list(Occurrence.objects.order_by("pk").values()) == before
    assert not SavedView.objects.filter(name="Ours").exists()
    assert not Assignment.objects.exclude(undone_at=None).exists()
    assert RecordedFact.objects.get().withdrawn_at is None


def test_every_answer_carries_the_strict_headers(browser_of: Callable[[str], Client], world: World) -> None:
    for name in MATRIX:
        response = ask(browser_of("owner"), world, name, "get")
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
        assert "no-store" in response["Cache-Control"]
