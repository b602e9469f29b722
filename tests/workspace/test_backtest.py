"""A text over the past, on screen: asked of the engine, kept, and told to who may publish alone."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from aloft.engine.backtest import service
from aloft.engine.models import BacktestRun
from aloft.records.services import begin_draft
from aloft.workspace import backtests
from tests.workspace import factory
from tests.workspace.test_model import plain

JANUARY = {"2026-01-05": 2, "2026-01-12": 6}


def told(**more: Any) -> dict[str, Any]:
    """As the engine tells it: fourteen days, two weeks."""
    alerts = {"judged": 4, "hits": 1, "precision": 0.25}
    moment = {
        "moment": "usage_fell",
        "trigger": "when",
        "opened": 8,
        "accounts": 5,
        **alerts,
        "weeks": JANUARY,
    }
    return {
        "model": "acme", "from": "2026-01-05", "to": "2026-01-18", "known": "2026-03-02", "accounts": 12,
        "readings": 14, "opened": 8, "moments": [moment], "roles": [], "alerts": alerts, "at_capacity": alerts,
        "base_rate": 0.1, "lead": {"lost": 1, "warned": 1, "median": 43.0, "of_60_days": 0.0, "days": [43]},
        "segments": [{"segment": "tier_1", "opened": 8, "weeks": JANUARY}],
        "loads": [{"role": "csm", "hours": 8.0, "weeks": {"2026-01-05": 2.0, "2026-01-12": 6.0}, "capacity": 5.0}],
        "against": None, **more,
    }  # fmt: skip


def run(now: datetime, **more: Any) -> BacktestRun:
    kept = {"document": factory.DOCUMENT, "done_at": now, "told": told(), **more}
    return BacktestRun.objects.create(
        says="version 3 of acme", first=date(2026, 1, 5), last=date(2026, 1, 18),
        asked_by="mia", asked_at=now, **kept,
    )  # fmt: skip


def page(browser: Client, of: BacktestRun, **headers: Any) -> str:
    return browser.get(f"/model/backtest/{of.public_id}/", **headers).content.decode()


def asked(browser: Client, **fields: str) -> Any:
    usual = {"of": "acme@3", "against": "", "first": "2026-01-05", "last": "2026-01-18"}
    return browser.post("/model/backtest/", usual | fields)


def test_what_came_of_it_is_told_in_words_first(mia: Client, now: datetime) -> None:
    text = plain(page(mia, run(now)))
    assert "8 moments would have opened at 12 accounts" in text
    assert "1 of 4 alerts (25 %) were followed by a loss within 90 days, of all customers 10 %" in text
    assert "1 of 1 loss had an alert before, 43 days before in the median" in text
    assert "Usage fell 8 25 %" in text
    assert "Tier 1 8" in text


def test_pictures_tell_their_figures_in_words_and_mark_weeks_over_the_hours(
    mia: Client, now: datetime
) -> None:
    html = page(mia, run(now))
    says = "4 a week on average; at most 6, in the week of 12 January 2026"
    assert f'aria-label="Usage fell: {says}"' in html
    assert f'aria-label="Hours of csm per week: {says}"' in html
    assert html.count('class="over"') == 1  # 6 hours of 5; 2 of 5 are not


def test_beside_another_text_it_says_what_differs() -> None:
    other = told(
        opened=5, moments=[{**told()["moments"][0], "opened": 5}, {**told()["moments"][0], "moment": "old"}]
    )
    both = told(against=other)
    assert backtests.sentence(both) == "8 moments would have opened, 3 more than under the other text"
    found = [(row.name, row.total, row.was, row.change) for row in backtests.moments(both)]
    assert found == [("usage_fell", 8, 5, "+3"), ("old", 0, 8, "−8")]
    assert [bool(row.picture.line) for row in backtests.moments(both)] == [True, True]


def test_asking_keeps_the_texts_as_they_are(mia: Client, now: datetime) -> None:
    base = factory.version(now)
    draft = begin_draft(name="acme", text="# mine", begun_from="version 3", base=base, actor="mia", at=now)
    answer = asked(mia, of=f"draft:{draft.public_id}", against="acme@3")
    kept = BacktestRun.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/model/backtest/{kept.public_id}/")
    assert (kept.says, kept.document) == ("a draft of acme", "# mine")
    assert (kept.against_says, kept.against) == ("version 3 of acme", base.document)
    assert (kept.first, kept.last, kept.done_at) == (date(2026, 1, 5), date(2026, 1, 18), None)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"first": "2026-02-01"}, "It lies before the first day."),
        ({"last": "2026-03-02"}, "That day is not over"),
        ({"first": "2020-01-01"}, "That is more than three years"),
        ({"against": "acme@3"}, "It is the same text"),
    ],
)
def test_what_cannot_be_tested_is_said_at_its_field(
    mia: Client, now: datetime, fields: dict[str, str], says: str
) -> None:
    factory.version(now)
    answer = asked(mia, **fields)
    assert (answer.status_code, BacktestRun.objects.count()) == (422, 0)
    assert says in answer.content.decode()


def test_without_a_model_it_says_what_it_is_for(mia: Client) -> None:
    assert "There is no model to test yet" in mia.get("/model/backtest/").content.decode()


def test_while_the_engine_is_busy_it_says_so_and_asks_again(mia: Client, now: datetime) -> None:
    html = page(mia, run(now, done_at=None, told={}), HTTP_HX_REQUEST="true")
    assert "The engine is busy, or does not run" in html
    assert 'hx-trigger="load delay:1s"' in html
    assert "<html" not in html


def test_while_it_is_made_it_says_how_far_it_has_come(
    mia: Client, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(*_: Any, progress: Any, **__: Any) -> None:
        with pytest.raises(TimeoutError):
            progress(7, 14)

    monkeypatch.setattr(service, "ask", half)
    assert '<progress max="1" value="0.5">' in page(mia, run(now, done_at=None, told={}))


def test_a_text_that_is_no_model_says_so_and_that_is_kept(mia: Client, now: datetime, tmp_path: Path) -> None:
    waiting = run(now, done_at=None, told={}, document="engagement_model: acme\nroles: 3\n")
    assert service.make(tmp_path, waiting, lambda: now, lambda _done, _of: None) == {"done": True}
    assert "model.yaml:2" in page(mia, waiting)


def test_only_the_newest_are_kept(db: None, now: datetime) -> None:
    subject = service.Subject("version 3 of acme", factory.DOCUMENT)
    for _ in range(service.KEPT + 1):
        service.ask_for(subject=subject, against=None, first=now.date(), last=now.date(), actor="mia", at=now)
    assert BacktestRun.objects.count() == service.KEPT


def test_who_may_not_publish_is_told_nothing(cora: Client, now: datetime) -> None:
    assert asked(cora).status_code == 404
    assert cora.get(f"/model/backtest/{run(now).public_id}/").status_code == 404
