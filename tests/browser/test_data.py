"""Sources in a browser: a key is made, what was refused is mended, and events come in while one looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import pytest
from playwright.sync_api import expect
from pytest_django import Settings

from aloft.act.models import Occurrence
from aloft.clock import SetClock
from aloft.collect.inbox import Inbox
from aloft.collect.place import inbox_of
from aloft.collect.services import Letter, create_source, dead_letter
from aloft.engine import client
from aloft.engine.home import open_engine
from aloft.engine.loop import Engine
from aloft.engine.models import Decided
from aloft.engine.questions import answer
from aloft.records.models import Person
from tests.browser.conftest import Open, arrived
from tests.browser.test_model import looked_at_everywhere, sign_in_as_manager
from tests.workspace.test_data import entry

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass
class Line:
    """The line to an engine that answers one question at a time, and takes in what is sent in between."""

    engine: Engine
    inbox: Inbox
    clock: SetClock
    lock: Lock
    account: str

    def ask(self, question: str, **arguments: Any) -> dict[str, Any] | None:
        with self.lock:
            return answer(self.engine, question, arguments)

    def send(self, message_id: str, **more: Any) -> None:
        self.clock.instant += timedelta(seconds=1)
        with self.lock:
            self.inbox.append([entry(message_id, self.account, self.clock.instant, **more)])
            self.engine.run(self.clock.instant + timedelta(seconds=10))


@pytest.fixture
def line(
    brackwater: Occurrence,
    now: datetime,
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Line]:
    settings.ALOFT_HOME = tmp_path
    Decided.objects.all().delete()  # this engine begins with nothing
    create_source(name="product", at=now - timedelta(days=9))
    dead_letter(
        source="product",
        letters=[Letter("missing_event", "A track call needs the name of its event.", b'{"userId":"u"}', 0)],
        at=now - timedelta(minutes=2),
    )
    clock = SetClock(now - timedelta(hours=1))
    inbox = Inbox(inbox_of(tmp_path), clock)
    with open_engine(tmp_path) as engine:
        line = Line(engine, inbox, clock, Lock(), brackwater.account.external_id)
        monkeypatch.setattr(client, "ask", line.ask)
        line.send("m1", name="Report Exported")
        yield line
    inbox.close()


def test_sources_are_kept_in_order_on_screen(
    line: Line, open_page: Open, manager: Person, now: datetime
) -> None:
    page = sign_in_as_manager(open_page(reduced_motion="reduce"), manager, now)
    page.keyboard.press("g")
    page.keyboard.press("d")
    arrived(page, "1 source is in time; 1 event came today")
    looked_at_everywhere(page, "data")
    page.get_by_label("Its name").fill("billing")
    page.get_by_role("button", name="Make a write key").click()
    expect(page.get_by_text("The write key of billing, shown this once:")).to_be_visible()
    page.get_by_role("region", name="Sources").get_by_role("link", name="product").click()
    arrived(page, "product is in time, with 1 problem")
    page.get_by_text("Mend and send again").click()
    looked_at_everywhere(page, "source")
    body = page.get_by_label("The message, JSON")
    body.fill('{"type": "track", "userId": "u", "event": "Paid"}')
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("Taken in", exact=True)).to_be_visible()
    arrived(page, "product is in time, with no problems")


def test_events_come_in_while_one_looks_until_they_are_paused(
    line: Line, open_page: Open, manager: Person, now: datetime
) -> None:
    page = sign_in_as_manager(open_page(reduced_motion="reduce"), manager, now)
    page.goto("/data/live")
    events = page.get_by_role("region", name="Events")
    expect(events).to_contain_text("Report Exported")
    looked_at_everywhere(page, "live")
    line.send("m2", name="Invoice Sent")
    expect(events).to_contain_text("Invoice Sent", timeout=10_000)
    page.get_by_role("button", name="Pause").click()
    line.send("m3", name="Payment Failed")
    page.wait_for_timeout(3_500)
    expect(events).not_to_contain_text("Payment Failed")
    page.get_by_role("button", name="Pause").press("Space")
    expect(events).to_contain_text("Payment Failed", timeout=10_000)
