from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from aloft.records.models import Account, AuditEntry, Change
from aloft.records.services import Refused, set_account
from tests.conftest import NOW
from tests.records.conftest import written

pytestmark = pytest.mark.django_db


def test_a_new_account_is_a_row_an_audit_entry_and_a_change() -> None:
    with written() as told:
        account = set_account(
            external_id="acme",
            fields={"name": "Acme", "country": "de", "mrr": Decimal("799.00"), "go_live": date(2026, 4, 1)},
            actor="cora",
            at=NOW,
        )

    account.refresh_from_db()
    assert (account.name, account.country, account.created_at) == ("Acme", "DE", NOW)
    assert account.fields == {"mrr": "799.00", "go_live": "2026-04-01"}
    fields = {"name": "Acme", "country": "DE", "mrr": "799.00", "go_live": "2026-04-01"}
    assert told.changes == [("account.set", "acme", {"fields": fields})]
    assert told.audit == [("cora", "account.set", f"account:{account.pk}")]
    assert told.payloads == [{"before": {}, "after": fields}]
    assert told.instants == {NOW}


def test_an_account_without_a_name_goes_by_its_id_and_claims_no_name() -> None:
    with written() as told:
        account = set_account(external_id="acme", fields={}, actor="cora", at=NOW)

    assert account.name == "acme"
    assert told.changes == [("account.set", "acme", {"fields": {}})]


def test_only_what_differs_is_told(account: Account) -> None:
    with written() as told:
        set_account(external_id="acme", fields={"name": "Acme", "seats": 40}, actor="dev", at=NOW)

    assert told.changes == [("account.set", "acme", {"fields": {"seats": 40}})]
    assert told.payloads == [{"before": {"seats": None}, "after": {"seats": 40}}]


def test_setting_what_is_already_so_writes_nothing(account: Account) -> None:
    with written() as told:
        set_account(external_id="acme", fields={"name": "Acme"}, actor="dev", at=NOW)
        set_account(external_id="acme", fields={}, actor="dev", at=NOW)

    assert (told.changes, told.audit) == ([], [])


def test_none_clears_a_field(account: Account) -> None:
    set_account(external_id="acme", fields={"city": "Berlin", "plan": "gold"}, actor="dev", at=NOW)
    with written() as told:
        set_account(external_id="acme", fields={"city": None, "plan": None}, actor="dev", at=NOW)

    account.refresh_from_db()
    assert (account.city, account.fields) == ("", {})
    assert told.changes == [("account.set", "acme", {"fields": {"city": None, "plan": None}})]


def test_a_value_from_the_past_says_since_when(account: Account) -> None:
    with written() as told:
        since = datetime(2026, 1, 1, tzinfo=UTC)
        set_account(external_id="acme", fields={"plan": "gold"}, valid=since, actor="dev", at=NOW)

    data = {"fields": {"plan": "gold"}, "valid": "2026-01-01T00:00:00Z"}
    assert told.changes == [("account.set", "acme", data)]


def test_a_value_of_the_future_is_told_and_not_yet_shown(account: Account) -> None:
    with written() as told:
        ahead = NOW + timedelta(days=30)
        set_account(external_id="acme", fields={"plan": "gold"}, valid=ahead, actor="dev", at=NOW)

    account.refresh_from_db()
    assert account.fields == {}
    assert told.changes == [
        ("account.set", "acme", {"fields": {"plan": "gold"}, "valid": "2026-04-01T09:00:00Z"})
    ]


def test_a_parent_is_named_by_its_external_id(account: Account, other_account: Account) -> None:
    with written() as told:
        set_account(external_id="acme", fields={"parent": "globex"}, actor="dev", at=NOW)
        set_account(external_id="acme", fields={"parent": "globex"}, actor="dev", at=NOW)

    account.refresh_from_db()
    assert account.parent == other_account
    assert told.changes == [("account.set", "acme", {"fields": {"parent": "globex"}})]

    set_account(external_id="acme", fields={"parent": None}, actor="dev", at=NOW)
    account.refresh_from_db()
    assert account.parent is None


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"timezone": "Europe/Berlim"}, "timezone", "Did you mean Europe/Berlin?"),
        ({"timezone": "../../etc/passwd"}, "timezone", "unknown time zone"),
        ({"country": "XX"}, "country", "such as DE"),
        ({"country": "Germany"}, "country", "unknown country"),
        ({"status": "gone"}, "status", "prospect, free, trial, active, churned, merged"),
        ({"name": " "}, "name", "it is empty"),
        ({"name": "x" * 201}, "name", "it has 201 characters. Give at most 200."),
        ({"name": 7}, "name", "7 is not text"),
        ({"name": "a\x00b"}, "name", "cannot be kept"),
        ({"name": "a\ud800"}, "name", "cannot be kept"),
        ({"parent": "nobody"}, "parent", "there is no account 'nobody'"),
        ({"external_id": "b"}, "external_id", "it cannot be set"),
        ({"Go Live": "x"}, "fields", "'Go Live' is not a name"),
        ({"size": float("nan")}, "size", "cannot be kept"),
        ({"size": [1]}, "size", "cannot be kept"),
        ({"go_live": datetime(2026, 1, 1)}, "go_live", "has no time zone"),  # noqa: DTZ001
    ],
)
def test_what_is_refused_names_the_field_and_its_mend_and_writes_nothing(
    account: Account, fields: dict[str, object], field: str, words: str
) -> None:
    with written() as told, pytest.raises(Refused) as refusal:
        set_account(external_id="acme", fields={"city": "Rome", **fields}, actor="dev", at=NOW)

    assert refusal.value.field == field
    assert words in str(refusal.value)
    assert (told.changes, told.audit) == ([], [])
    account.refresh_from_db()
    assert account.city == ""


def test_no_account_stands_below_itself(account: Account, other_account: Account) -> None:
    set_account(external_id="globex", fields={"parent": "acme"}, actor="dev", at=NOW)
    set_account(external_id="child", fields={"parent": "globex"}, actor="dev", at=NOW)

    for parent in ("acme", "globex", "child"):
        with pytest.raises(Refused, match="stands below 'acme'"):
            set_account(external_id="acme", fields={"parent": parent}, actor="dev", at=NOW)


def test_a_change_that_fails_takes_row_and_audit_entry_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_more: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("aloft.records.services.accounts.log_change", fail)
    with pytest.raises(OSError, match="disk full"):
        set_account(external_id="acme", fields={"name": "Acme"}, actor="cora", at=NOW)

    assert not Account.objects.exists()
    assert not AuditEntry.objects.exists()
    assert not Change.objects.exists()
