"""What formulas and functions read: other names, earlier instants, the family, contacts, contracts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from aloft.engagement.load import load
from aloft.facts.drain import drain
from aloft.facts.keep import keep
from aloft.facts.store import FactStore
from aloft.measures.compile import frame_scope, sql
from aloft.measures.frame import Ask, Frames
from aloft.measures.program import Program, compile_model
from tests.engine.world import EXAMPLE
from tests.facts.timeline import at, changed, recorded, tracked

METRICS = """
metrics:
  sign_ins_28d:     {count: Signed In, over: 28d}
  active_users_28d: {users: any, over: 28d}
  users_created:    {users: User Created, since: contract_start}
  urgent_28d:       {count: Ticket Opened, where: "priority = 'urgent'", over: 28d}
  latest_nps:       {latest: score, of: Survey Answered}
  utilisation:      {formula: "active_users_28d / seats"}
  headroom:         {formula: "1 - utilisation"}
  growth:           {formula: "sign_ins_28d - lag(sign_ins_28d, '28d')"}
  in_phase:         {formula: "days_since(phase_start) + 0 * utilisation"}
"""


def model_asking(rule: str) -> str:
    """The example with these metrics, and a segment by `rule`."""
    head, _, rest = EXAMPLE.read_text().partition("metrics:")
    tail = rest[rest.index("phases:") :].replace(
        'tier_1: {when: "mrr >= 5000", exit: "mrr < 4500"', "tier_1: {" + rule
    )
    return f"{head}{METRICS}\n{tail}"


@pytest.fixture
def store() -> Iterator[FactStore]:
    """Holding has two subsidiaries; acme pays 100, then 150 from June on, and renews in May."""
    with FactStore.open(":memory:", home_zone="UTC", threads=1) as made:
        yield made


RECORDS = "[champion left, no time, missing feature, price, other]"
NOTED = f"{RECORDS}\n  seats_wanted: number\n  decides_on: date\n  will_renew: boolean"


def program(rule: str, outcome: str = "mrr > 0") -> Program:
    text = model_asking(f'when: "{rule}"').replace(
        'outcome: {expect: "contacted", within: 2w}', f'outcome: {{expect: "{outcome}", within: 2w}}'
    )
    text = text.replace(RECORDS, NOTED).replace("manual: true", "event: Feature Released")
    return compile_model(load(text, "model.yaml"))


def fill(store: FactStore, made: Program) -> None:
    keep(store, made.kept)
    people = [
        changed(i, "2026-01-01", "account.set", name, fields=fields)
        for i, (name, fields) in enumerate(
            {
                "holding": {"mrr": 1000},
                "acme": {"seats": 4, "parent": "holding"},
                "bolt": {"mrr": 30, "parent": "holding", "status": "trial"},
                "alone": {"mrr": 7, "status": "active"},
            }.items(),
            1,
        )
    ]
    line = {"contract": "c", "line": "l", "product": "p", "plan": "x", "seats": 4, "currency": "USD"}
    people += [
        changed(
            5,
            "2026-01-02",
            "contract.set",
            "acme",
            contract="c",
            signed=None,
            starts="2026-01-02",
            ends="2026-06-01",
        ),
        changed(
            6,
            "2026-01-02",
            "contract.line",
            "acme",
            **line,
            mrr="100",
            starts="2026-01-02",
            ends="2026-06-01",
        ),
        changed(
            7,
            "2026-05-10",
            "contract.set",
            "acme",
            contract="c",
            signed=None,
            starts="2026-01-02",
            ends="2027-06-01",
        ),
        changed(
            8,
            "2026-05-10",
            "contract.line",
            "acme",
            **line,
            mrr="150",
            starts="2026-06-01",
            ends="2027-06-01",
        ),
        changed(9, "2026-01-03", "contact.set", "acme", contact="ann", persona="admin", status="active"),
        changed(10, "2026-01-03", "contact.set", "acme", contact="bob", persona="admin", status="active"),
        changed(11, "2026-01-03", "contact.set", "acme", contact="cyd", persona="admin", status="left"),
        recorded(12, "2026-02-01T00:00", "acme", "trained", contact="ann", persona="admin"),
    ]
    entries = [
        tracked(1, "2026-02-10T09:00", "ann", "acme"),
        tracked(2, "2026-03-10T09:00", "ann", "acme"),
        tracked(3, "2026-03-11T09:00", "bob", "acme"),
        tracked(4, "2026-03-12T09:00", "bob", "acme", name="Report Exported"),
        tracked(5, "2026-03-13T09:00", "ann", "acme", name="Survey Answered", score=6),
        tracked(6, "2026-03-14T09:00", "", "acme", name="Ticket Opened", priority="low"),
    ]
    drain(store, entries, people, at("2026-07-01"))


def read(store: FactStore, expression: str, when: str, account: str = "acme", **ask: Any) -> Any:
    """What an expression is, of an account at an instant."""
    return read_many(store, expression, [when], account, **ask)[0]


def read_many(
    store: FactStore, expression: str, instants: list[str], account: str = "acme", **ask: Any
) -> list[Any]:
    outcome = f"({expression}) is not null"
    made = program("mrr >= 5000", outcome)
    if not store.run("select 1 from account limit 1"):
        fill(store, made)
    keep(store, made.kept)
    key = dict(store.run("select external, id from account"))[account]
    frames = Frames(store.connection, made.model, "UTC")
    frames.ask([Ask(i, key, at(when), **ask) for i, when in enumerate(instants)])
    frames.build()
    rule = made.model.moments["executive_visit"].outcome.expect.expression
    spelled = sql(rule.operand, frame_scope(made.model))  # type: ignore[union-attr]
    return [
        row[0] for row in frames.connection.execute(f"select {spelled} from frame order by _key").fetchall()
    ]


def test_a_formula_is_made_of_other_names_also_of_formulas(store: FactStore) -> None:
    assert read(store, "utilisation", "2026-03-14") == 0.5
    assert read(store, "headroom", "2026-03-14") == 0.5
    assert read(store, "utilisation", "2026-03-14", account="alone") is None


def test_a_formula_may_rest_on_the_position(store: FactStore) -> None:
    assert read(store, "in_phase", "2026-03-14") is None


def test_lag_is_the_number_as_it_was_and_change_the_fraction_since(store: FactStore) -> None:
    assert read(store, "sign_ins_28d", "2026-03-20") == 2
    assert read(store, "lag(sign_ins_28d, '28d')", "2026-03-20") == 1
    assert read(store, "change(sign_ins_28d, '28d')", "2026-03-20") == 1.0
    assert read(store, "growth", "2026-03-20") == 1.0
    assert read(store, "change(sign_ins_28d, '90d')", "2026-03-20") is None


def test_business_time_is_counted_back_in_the_calendar_of_the_account(store: FactStore) -> None:
    """Of sign-ins on Tuesday 10 and Wednesday 11 March at nine; a Sunday counts from the Friday before it."""
    assert read(store, "lag(sign_ins_28d, '5bd')", "2026-03-17T12:00") == 1
    assert read(store, "lag(sign_ins_28d, '4bd')", "2026-03-17T12:00") == 2
    assert read(store, "lag(sign_ins_28d, '3bd')", "2026-03-15T12:00") == 1
    assert read(store, "lag(sign_ins_28d, '18bh')", "2026-03-12T09:00") == 1
    assert read(store, "lag(sign_ins_28d, '8bh')", "2026-03-12T09:00") == 2
    assert read(store, "used('Report Exported', '2bd')", "2026-03-15T12:00") == 0.5  # since Thursday 12
    assert read(store, "used('Report Exported', '1bd')", "2026-03-15T12:00") == 0.0
    told = {"event": '{"feature": "Report Exported"}'}
    assert read(store, "used(event.feature, '2bd')", "2026-03-15T12:00", **told) == 0.5
    assert read(store, "used(event.feature, '1bd')", "2026-03-15T12:00", **told) == 0.0


def test_lag_reads_names_of_every_kind(store: FactStore) -> None:
    assert read_many(store, "lag(mrr, '1mo')", ["2026-06-15", "2026-07-02"]) == [100.0, 150.0]
    assert read(store, "lag(utilisation, '1d')", "2026-03-12T12:00") == 0.5


def test_what_rests_on_another_instant_itself_is_unknown_then(store: FactStore) -> None:
    assert read(store, "lag(growth, '1d')", "2026-03-20") is None
    assert read(store, "lag(in_phase, '1d')", "2026-03-20") is None


def test_a_family_is_the_whole_tree_and_who_has_none_stands_alone(store: FactStore) -> None:
    for account in ("holding", "acme", "bolt"):
        assert read(store, "family(mrr)", "2026-03-01", account=account) == 1130.0
    assert read(store, "family(mrr)", "2026-03-01", account="alone") == 7.0
    assert read(store, "family(sign_ins_28d)", "2026-03-20", account="bolt") == 2.0


def test_a_share_is_of_the_contacts_that_are_there(store: FactStore) -> None:
    assert read_many(store, "share('trained', 'admin')", ["2026-01-20", "2026-02-02"]) == [0.0, 0.5]
    assert read(store, "share('trained', 'champion')", "2026-02-02") is None


def test_used_is_a_share_of_the_users_who_were_active(store: FactStore) -> None:
    assert read(store, "used('Report Exported', '90d')", "2026-03-20") == 0.5
    assert read(store, "used('Report Exported', '90d')", "2026-03-20", account="alone") is None


def test_users_are_unknown_where_a_file_tells_counts_alone(store: FactStore) -> None:
    fill(store, program("mrr >= 5000"))
    told = tracked(20, "2026-03-15T09:00", "", "acme", kind="tally", name="Signed In")
    drain(store, [told], [], at("2026-07-01"))
    assert read_many(store, "active_users_28d", ["2026-03-14T12:00", "2026-03-16"]) == [2, None]
    assert read(store, "sign_ins_28d", "2026-03-16") == 3


def test_a_feature_is_requested_by_an_event_that_names_it(store: FactStore) -> None:
    fill(store, program("mrr >= 5000"))
    told = tracked(20, "2026-03-15T09:00", "ann", "acme", name="Feature Requested", feature="Reports")
    drain(store, [told], [], at("2026-07-01"))
    assert read_many(store, "requested('Reports')", ["2026-03-15T08:00", "2026-03-16"]) == [False, True]
    assert read(store, "requested('Exports')", "2026-03-16") is False


def test_a_feature_may_be_named_by_the_event_that_a_moment_rests_on(store: FactStore) -> None:
    fill(store, program("mrr >= 5000"))
    told = [
        tracked(20, "2026-03-15T09:00", "ann", "acme", name="Feature Requested", feature="Reports"),
        tracked(21, "2026-03-16T09:00", "", "acme", name="Signed In", kind="tally"),
    ]
    drain(store, told, [], at("2026-07-01"))

    def ask(rule: str, feature: str, when: str = "2026-03-15T12:00") -> Any:
        return read(store, rule, when, event=f'{{"feature": "{feature}"}}')

    assert ask("used(event.feature, '90d')", "Report Exported") == 0.5  # bob, of ann and bob
    assert ask("used(event.feature, '3d')", "Report Exported") == 0.0  # on the 12th: too long ago
    assert ask("used(event.feature, '4d')", "Report Exported") == 0.5
    assert ask("used(event.feature, '90d')", "Nothing") == 0.0
    assert ask("used(event.feature, '90d')", "Signed In", "2026-03-17") is None  # nobody knows who did
    assert ask("requested(event.feature)", "Reports") is True
    assert ask("requested(event.feature)", "Exports") is False
    assert read(store, "requested(event.feature)", "2026-03-15T12:00", event="{}") is None
    assert read(store, "used(event.feature, '90d')", "2026-03-15T12:00") is None


def test_a_noted_value_has_the_type_of_its_record(store: FactStore) -> None:
    fill(store, program("mrr >= 5000"))
    noted = {"seats_wanted": "12.5", "decides_on": "2026-04-01", "will_renew": "false"}
    drain(
        store, [],
        [
            recorded(30 + i, "2026-03-10T09:00", "acme", name, value=value, moment="executive_visit", anchor="x")
            for i, (name, value) in enumerate(noted.items())
        ],
        at("2026-07-01"),
    )  # fmt: skip
    on = {"moment": "executive_visit", "anchor": "x", "n": 1}
    assert read(store, "seats_wanted * 2", "2026-03-11", **on) == 25.0
    assert read(store, "days_until(decides_on)", "2026-03-11", **on) == 21
    assert read(store, "not will_renew", "2026-03-11", **on) is True
    assert read(store, "seats_wanted", "2026-03-09", **on) is None


def test_an_answer_is_what_it_is_compared_with(store: FactStore) -> None:
    assert read(store, "latest_nps < 7", "2026-03-20") is True
    assert read(store, "latest_nps = '6'", "2026-03-20") is True
    assert read(store, "latest_nps < 7", "2026-03-12") is None


def test_last_seen_is_when_a_user_was_there(store: FactStore) -> None:
    assert read(store, "last_seen", "2026-03-20") == at("2026-03-13T09:00").replace(tzinfo=None)


def test_customers_are_the_accounts_that_are_active(store: FactStore) -> None:
    assert read_many(store, "customers", ["2026-01-01T12:00", "2026-03-01", "2026-06-15"]) == [1, 2, 2]


def test_a_contract_renews_grows_and_ends_since_the_opening(store: FactStore) -> None:
    opened = {"opened": at("2026-05-01")}
    assert read_many(store, "renewed", ["2026-05-09", "2026-05-11"], **opened) == [False, True]
    assert read_many(store, "expanded", ["2026-05-11", "2026-06-01"], **opened) == [False, True]
    assert read_many(store, "churned", ["2026-06-01", "2027-06-01"], **opened) == [False, True]
    assert read(store, "paid", "2026-01-03", opened=at("2026-01-01")) is True
