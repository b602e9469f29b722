"""A browser that may speak to nobody but our own server, and that no page may make complain."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Route,
    expect,
    sync_playwright,
)
from pytest_django.live_server_helper import LiveServer

from aloft import clock
from aloft.act.models import Occurrence
from aloft.records.models import Person
from aloft.records.services import create_user_for
from aloft.workspace.models import Seen
from tests.workspace import factory

CHROMIUM = os.environ.get("ALOFT_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "a climb that levels off"
WIDE, NARROW = (1280, 900), (390, 844)
expect.set_options(timeout=15_000)  # milliseconds: a page may wait for others on a busy machine

UNANSWERED = ("htmx:afterRequest", "htmx:sendError", "htmx:sendAbort")
"""What a page says of a request without an answer: whether that failed is told by the browser."""

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright's loop runs in this thread, where Django would refuse to touch the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def brackwater(
    transactional_db: None, owner: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Occurrence:
    """Cora's Monday: one moment late, one due today, one on Wednesday, one snoozed; she has a password."""
    monkeypatch.setattr(clock, "now", lambda: now)
    create_user_for(person=owner, actor="tests", at=now, password=PASSWORD)
    Seen.objects.create(person=owner, toured_at=now)
    brackwater, halloway, redfern = (
        factory.account(name, now, held_by=owner)
        for name in (
            "Brackwater Foods",
            "Halloway Freight",
            "Redfern Castings and Sons of the Northern Valley",
        )
    )
    factory.contact(brackwater, "Ruth Palmer", "exec_sponsor")
    factory.account("Thistle & Rye", now, held_by=owner, mrr=None)
    factory.occurrence(halloway, owner, now, due=-timedelta(days=1), trigger="event", title="Urgent ticket")
    factory.occurrence(redfern, owner, now, due=timedelta(days=2), trigger="schedule", title="Renewal runway")
    factory.occurrence(
        redfern, owner, now, due=timedelta(days=9), snoozed_until=now + timedelta(days=1), trigger="manual"
    )
    closed = factory.occurrence(
        brackwater, owner, now, due=-timedelta(days=40), state="closed", closed_as="done", outcome="met"
    )
    factory.verdict(closed, "met", now - timedelta(hours=4))
    factory.health(brackwater, now)
    factory.decided(now - timedelta(minutes=2))
    return factory.occurrence(brackwater, owner, now, due=timedelta(hours=8))


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, brackwater: Occurrence) -> Iterator[Open]:
    """Opens a page of a new browser context; at the end, none may have reached out or complained."""
    contexts: list[BrowserContext] = []
    wrongs: list[str] = []

    def open_(size: tuple[int, int] = WIDE, theme: str = "light", forgives: str = "422", **more: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            **more,
        )  # type: ignore[arg-type]  # the two schemes are literals there
        contexts.append(context)
        context.route("**/*", lambda route: only_home(route, wrongs))
        page = context.new_page()
        page.on("console", lambda said: wrongs.append(said.text) if complains(said, forgives) else None)
        page.on("pageerror", lambda error: wrongs.append(str(error)))
        page.on("requestfailed", lambda request: wrongs.append(failure(request)) if fails(request) else None)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrongs == []


def complains(said: ConsoleMessage, forgives: str) -> bool:
    """Of a status that is forgiven nobody complains: a form sent back with its mistakes (422) is an answer."""
    forgiven = (f"status of {forgives}", f"Status Error Code {forgives}", *UNANSWERED)
    return said.type == "error" and not any(words in said.text for words in forgiven)


def fails(request: Request) -> bool:
    """A request that was on its way as somebody went to another page is cut off, and has not failed."""
    return request.failure != "net::ERR_ABORTED"


def failure(request: Request) -> str:
    return f"{request.url}: {request.failure}"


def only_home(route: Route, wrongs: list[str]) -> None:
    if urlsplit(route.request.url).hostname in {"127.0.0.1", "localhost"}:
        route.continue_()
    else:
        wrongs.append(f"reached out to {route.request.url}")
        route.abort()


def sign_in(page: Page) -> Page:
    page.goto("/")
    page.get_by_label("Email").fill("cora@aloft.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    arrived(page, "need you this week")
    return page


def arrived(page: Page, said: str) -> None:
    """The page stands and its script has run, so that keys are heard."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(said)
    page.wait_for_load_state()


def picture(page: Page, name: str) -> None:
    """Kept in the folder that ALOFT_PICTURES names, if it does."""
    folder = os.environ.get("ALOFT_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
