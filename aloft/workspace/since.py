"""What changed since yesterday: verdicts, bands of health, phases and segments, sources that fell late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from aloft.engine.models import DataAlert
from aloft.measures.daily import NO_PROFILE
from aloft.measures.models import AccountHealth, AccountProjection
from aloft.records.models import Person
from aloft.ui.words import humanised
from aloft.workspace import selectors
from aloft.workspace.news import News, news_of
from aloft.workspace.reader import Reader
from aloft.workspace.sentences import scored_as

DAY = timedelta(hours=24)
MOST = 200
NAMED = ("account__name", "account__public_id")


def since_yesterday(reader: Reader, names: Mapping[str, str]) -> list[News]:
    """Of the last 24 hours, the newest first. `names` are those of the team, by handle."""
    verdicts = selectors.recent_verdicts(reader.person, reader.now, MOST)
    told = [
        *(news_of(verdict, names) for verdict in verdicts),
        *turned(reader.person, reader.now),
        *moved(reader.person, reader.now),
        *fell_late(reader),
    ]
    return sorted(told, key=lambda news: news.at, reverse=True)[:MOST]


def turned(person: Person | None, now: datetime) -> list[News]:
    """Accounts whose health has another band than at the reading before."""
    turned = AccountHealth.objects.filter(turned_at__gt=now - DAY, turned_at__lte=now)
    told = ("turned_at", "band", "score", "was", "score_was", "profile", "profile_since", *NAMED)
    rows = selectors.seen_by(person, turned).order_by("-turned_at", "pk")
    return [_turned(row) for row in rows.values_list(*told, named=True)[:MOST]]


def _turned(row: Any) -> News:
    lacks = "no profile takes it" if row.profile == NO_PROFILE else "too little is known"
    now = f"has no health: {lacks}" if row.band == "grey" else f"turned {row.band}"
    scores = f"{_score(row.score_was)} → {_score(row.score)}, {row.was} before"
    if profile := scored_as(row.profile, row.profile_since):
        scores = f"{scores}. {profile}"
    return _news(row.turned_at, row.account__name, row.account__public_id, now, scores, "heart-pulse")


def _score(score: float | None) -> str:
    return "no data" if score is None else f"{score:.0f}"


def moved(person: Person | None, now: datetime) -> list[News]:
    """Accounts that entered a phase, or another segment within one."""
    told = ("phase", "phase_since", "segment", "segment_since", "touch", *NAMED)
    seen = selectors.seen_by(person, AccountProjection.objects.all())
    phases = seen.filter(phase_since__gt=now - DAY, phase_since__lte=now).exclude(phase="")
    segments = seen.filter(segment_since__gt=now - DAY, segment_since__lte=now).exclude(
        segment_since=F("phase_since")
    )
    entered = phases.order_by("-phase_since", "pk").values_list(*told, named=True)[:MOST]
    belong = segments.order_by("-segment_since", "pk").values_list(*told, named=True)[:MOST]
    return [_entered(row) for row in entered] + [_belongs(row) for row in belong if row.segment]


def _entered(row: Any) -> News:
    segment = f"in {humanised(row.segment).lower()}" if row.segment else ""
    return _news(
        row.phase_since, row.account__name, row.account__public_id,
        f"entered {humanised(row.phase).lower()}", segment, "plane-takeoff",
    )  # fmt: skip


def _belongs(row: Any) -> News:
    touch = f"{', '.join(row.touch)} touch" if row.touch else ""
    return _news(
        row.segment_since, row.account__name, row.account__public_id,
        f"is in {humanised(row.segment).lower()} now", touch, "layers",
    )  # fmt: skip


def fell_late(reader: Reader) -> list[News]:
    """For who sees everything: sources concern nobody's accounts in particular."""
    if not reader.sees_everything:
        return []
    alerts = DataAlert.objects.filter(since__gt=reader.now - DAY, since__lte=reader.now)
    says = "what depends on it waits, and opens nothing"
    return [_news(row.since, row.source, None, "fell late", says, "triangle-alert") for row in alerts]


def _news(at: datetime, name: str, account: object | None, saying: str, because: str, icon: str) -> News:
    return News(
        at=at, account=name, account_id=account, saying=f"{name} {saying}", because=because, verdict="",
        occurrence_id=None, icon=icon,
    )  # fmt: skip
