"""What a source declares, and what a person says of an account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aloft.records import services
from aloft.records.models import AuditEntry, Change, Pulse
from aloft.records.refusals import Refused

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def declare(complete_to: datetime) -> Change | None:
    return services.declare_complete(source="crm", complete_to=complete_to, actor="ops", at=NOW)


def test_a_source_declares_how_far_it_is_complete_once_for_each_mark() -> None:
    first = declare(NOW - timedelta(days=1))
    assert first is not None
    assert (first.kind, first.account, first.data) == (
        "source.complete", "", {"source": "crm", "complete_to": "2026-03-01T09:00:00Z"},
    )  # fmt: skip
    assert declare(NOW - timedelta(days=1)) is None
    assert declare(NOW) is not None
    assert AuditEntry.objects.filter(action="source.complete").count() == 2


def test_nothing_is_complete_to_the_future() -> None:
    with pytest.raises(Refused, match="lies ahead"):
        declare(NOW + timedelta(seconds=1))
    assert not Change.objects.exists()


@pytest.mark.parametrize(("score", "reason"), [(0, "why"), (7, "why"), (3, " ")])
def test_a_judgement_is_one_of_six_and_has_a_reason(score: int, reason: str) -> None:
    account = services.set_account(external_id="acme", fields={"name": "Acme"}, actor="ops", at=NOW)
    cora = services.set_person(
        handle="cora", name="Cora", role="csm", email="cora@aloft.example", actor="ops", at=NOW
    )
    with pytest.raises(Refused):
        services.give_pulse(account=account, person=cora, score=score, reason=reason, actor="cora", at=NOW)
    assert not Pulse.objects.exists()
