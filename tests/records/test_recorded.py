from __future__ import annotations

from datetime import timedelta

import pytest

from aloft.records.changes import OccurrenceActed
from aloft.records.models import Account, Contact, Person, RecordedFact
from aloft.records.selectors import current_model_version
from aloft.records.services import Refused, log_change, publish_model, record_fact, withdraw_fact
from tests.conftest import NOW
from tests.records.conftest import written

pytestmark = pytest.mark.django_db


def test_a_fact_is_a_row_an_audit_entry_and_a_change(
    account: Account, contact: Contact, owner: Person
) -> None:
    with written() as told:
        fact = record_fact(
            account=account,
            moment="kickoff",
            anchor="contract:k-1",
            n=2,
            fact="attended",
            contact=contact,
            noted_by=owner,
            occurred_at=NOW - timedelta(hours=1),
            actor="cora",
            at=NOW,
        )

    data = {
        "id": fact.pk,
        "moment": "kickoff",
        "anchor": "contract:k-1",
        "n": 2,
        "fact": "attended",
        "contact": "c-1",
        "persona": "champion",
        "value": "",
        "at": "2026-03-02T08:00:00Z",
    }
    assert told.changes == [("fact.recorded", "acme", data)]
    assert told.audit == [("cora", "fact.recorded", f"account:{account.pk}")]
    assert (fact.noted_by, fact.recorded_at, fact.withdrawn_at) == (owner, NOW, None)


def test_a_fact_is_withdrawn_once(account: Account) -> None:
    fact = record_fact(account=account, fact="contacted", actor="cora", at=NOW)
    later = NOW + timedelta(minutes=1)
    with written() as told:
        withdraw_fact(fact=fact, actor="cora", at=later)
        withdraw_fact(fact=fact, actor="cora", at=later + timedelta(minutes=1))

    fact.refresh_from_db()
    assert fact.withdrawn_at == later
    assert told.changes == [("fact.withdrawn", "acme", {"id": fact.pk})]
    assert told.audit == [("cora", "fact.withdrawn", f"account:{account.pk}")]


def test_a_wrong_fact_is_refused_and_writes_nothing(contact: Contact, other_account: Account) -> None:
    with written() as told:
        with pytest.raises(Refused, match="fact: 'No Show' is not a name"):
            record_fact(account=other_account, fact="No Show", actor="cora", at=NOW)
        with pytest.raises(Refused, match="contact: Ann is not with Globex"):
            record_fact(account=other_account, fact="no_show", contact=contact, actor="cora", at=NOW)
        with pytest.raises(Refused, match="n: 0 is not a count"):
            record_fact(account=other_account, fact="no_show", n=0, actor="cora", at=NOW)

    assert (told.changes, told.audit) == ([], [])
    assert not RecordedFact.objects.exists()


def test_an_act_on_an_occurrence_is_told_in_the_words_of_the_vocabulary() -> None:
    with written() as told:
        act = OccurrenceActed(account="acme", moment="kickoff", anchor="contract:k-1", n=1, act="done")
        log_change(act, at=NOW)

    data = {"moment": "kickoff", "anchor": "contract:k-1", "n": 1, "act": "done"}
    assert told.changes == [("occurrence.acted", "acme", data)]


def _publish(digest: str, **more: object) -> int:
    given = {"name": "acme", "document": f"# {digest}", "live_from": NOW, "actor": "mia", "at": NOW, **more}
    return publish_model(digest=digest, **given).version  # type: ignore[arg-type]


def test_a_model_is_published_in_numbered_versions() -> None:
    with written() as told:
        assert [_publish("a"), _publish("b"), _publish("b"), _publish("a")] == [1, 2, 2, 3]

    assert told.audit == [("mia", "model.published", "model:acme")] * 3
    data = {"name": "acme", "version": 1, "live_from": "2026-03-02T09:00:00Z"}
    assert told.changes[0] == ("model.published", "", data)
    assert [kind for kind, _account, _data in told.changes] == ["model.published"] * 3


def test_the_newest_version_that_is_live_is_the_current_one() -> None:
    assert current_model_version(None, NOW) is None
    _publish("a")
    _publish("b", live_from=NOW + timedelta(days=1))
    _publish("c", name="japan", live_from=NOW + timedelta(days=2))

    def current(name: str | None, days: int) -> tuple[str, int] | None:
        version = current_model_version(name, NOW + timedelta(days=days))
        return (version.name, version.version) if version else None

    assert current("acme", -1) is None
    assert current("acme", 0) == ("acme", 1)
    assert current("acme", 1) == ("acme", 2)
    assert current("japan", 1) is None
    assert current(None, 1) == ("acme", 2)
    assert current(None, 2) == ("japan", 1)
