"""What Aloft proposes for files that nobody has told it about."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from aloft.collect.files.document import load_mapping, write_mapping
from aloft.collect.files.gives import Part
from aloft.collect.files.mapping import (
    AccountGiven,
    AccountOf,
    Column,
    ContactGiven,
    ContractGiven,
    Ends,
    EventGiven,
    Keep,
    Mapping,
)
from aloft.collect.files.profile import profile
from aloft.collect.files.propose import LeftOut, Proposal, Said, answered, propose, propose_for
from aloft.collect.files.tables import open_tables
from tests.data_sets import data_set


def proposed(folder: Path, **files: str) -> Proposal:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return propose_for(open_tables(folder))


def of(name: str) -> Proposal:
    proposal = propose_for(open_tables(data_set(name)))
    if proposal.mapping.tables:
        assert load_mapping(write_mapping(proposal.mapping), "m.yaml") == proposal.mapping
    return proposal


def event(mapping: Mapping, table: str, given: str) -> EventGiven:
    found = mapping.tables[table].gives[given]
    assert isinstance(found, EventGiven)
    return found


def test_customers_and_their_orders_are_known_by_a_shared_column(tmp_path: Path) -> None:
    proposal = proposed(
        tmp_path,
        customers="id,name,since\nc1,Acme,2024-01-01\nc2,Beta,2024-02-01\nc3,Gamma,2024-02-02\nc4,Delta,2024-02-03\n",
        orders="customer_id,ordered_at,total\nc1,2024-03-01,5\nc2,2024-03-02,6\nc3,2024-03-02,6\nc4,2024-03-09,1\n",
    )
    tables = proposal.mapping.tables
    assert tables["customers"].account == AccountOf(column="id")
    assert tables["customers"].gives["account"] == AccountGiven(
        kind="account", at="since", fields={"name": "name"}
    )
    assert tables["orders"].account == AccountOf(column="customer_id")
    assert event(proposal.mapping, "orders", "happened").name == "Orders"
    assert proposal.mapping.complete_to == date(2024, 3, 9)


def test_a_day_that_reads_two_ways_is_asked_about_and_left_open(tmp_path: Path) -> None:
    proposal = proposed(tmp_path, usage="account,date,events\na,4/12/2024,1\nb,5/6/2024,2\na,1/2/2024,1\n")
    [question] = proposal.questions
    assert (question.table, question.column, question.example) == ("usage", "date", "4/12/2024")
    assert {*question.readings} == {("day_first", "4 December 2024"), ("month_first", "12 April 2024")}
    assert proposal.mapping.tables["usage"].columns["date"] == Column(kind="date")
    settled = answered(proposal.mapping, question, "day_first")
    assert settled.tables["usage"].columns["date"] == Column(kind="date", order="day_first")


def test_contacts_are_people_with_an_address(tmp_path: Path) -> None:
    text = "contact_id,account_id,name,email,title\n1,a,Ada,ada@a.example,CTO\n2,a,Bob,bob@a.example,CFO\n"
    given = proposed(tmp_path, contacts=text).mapping.tables["contacts"].gives["contact"]
    assert given == ContactGiven(
        kind="contact", contact="contact_id", name="name", email="email", persona="title"
    )


def test_answers_with_a_code_for_a_blank_name_it_as_missing(tmp_path: Path) -> None:
    rows = "".join(f"{place},a{place % 3},2024-01-{place + 1:02d},{place % 12}\n" for place in range(24))
    proposal = proposed(tmp_path, nps_answers="answer_id,account,answered,nps\n" + rows)
    table = proposal.mapping.tables["nps_answers"]
    assert table.columns["nps"] == Column(missing=("11",))
    assert event(proposal.mapping, "nps_answers", "answered").properties["score"] == "nps"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("colour,size\nred,1\nblue,2\n", "no column tells whose its rows are, and none when they happened"),
        ("account,size\na,1\na,2\n", "no column says when its rows happened"),
        ("account,day\n", "it has no rows"),
        ("account_id\n1\n2\n", "it says nothing of its accounts but their ids"),
    ],
)
def test_what_can_give_nothing_is_left_out_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    proposal = proposed(tmp_path, things=text)
    assert proposal.mapping.tables == {}
    assert proposal.left_out == (LeftOut("things", "things.csv", None, reason),)


def test_every_column_that_is_used_has_a_reason(tmp_path: Path) -> None:
    proposal = proposed(
        tmp_path, usage="account,date,events\na,2024-12-14,1\nb,2024-06-15,2\na,2024-02-01,1\n"
    )
    told = {guess.column: (guess.says, guess.reason) for guess in proposal.guesses}
    assert told[None][0] == "things that happened"
    assert told["account"] == (
        "names the row, with others",
        "no column names it alone: account, date do together",
    )
    assert told["date"] == ("when it happened", "its values are dates (%Y-%m-%d), and its name fits")
    assert told["events"] == ("how often it happened", "its values are integers, and its name fits")


def test_what_a_person_says_counts_instead_of_the_guesses(tmp_path: Path) -> None:
    text = "who,moment,what,n\na,2024-12-14,opened,1\nb,2024-06-15,closed,2\na,2024-02-01,opened,1\n"
    (tmp_path / "log.csv").write_text(text)
    profiles = [profile(table) for table in open_tables(tmp_path)]
    assert propose(profiles).mapping.tables == {}
    parts: dict[str, Part] = {"who": "account", "moment": "at", "what": "event", "n": "times"}
    mapping = propose(profiles, {"log": Said(role="events", parts=parts)}).mapping
    happened = event(mapping, "log", "happened")
    assert (happened.at, happened.name_column, happened.times) == ("moment", "what", "n")
    assert mapping.tables["log"].account == AccountOf(column="who")
    assert propose(profiles, {"log": Said(role="out")}).left_out[0].reason == "it is left out as you said"


def test_raven_stack_is_joined_and_understood() -> None:
    proposal = of("ravenstack")
    mapping, tables = proposal.mapping, proposal.mapping.tables
    assert {*tables} == {"accounts", "subscriptions", "feature_usage", "support_tickets", "churn_events"}
    assert (proposal.questions, proposal.left_out, mapping.complete_to) == ((), (), date(2024, 12, 31))
    assert tables["feature_usage"].account == AccountOf(column="subscription_id", via="subscriptions")
    assert tables["accounts"].columns["country"] == Column(values={"UK": "GB"})
    line = tables["subscriptions"].gives["line"]
    assert isinstance(line, ContractGiven)
    assert (line.mrr, line.per, line.starts) == ("mrr_amount", "month", "start_date")
    assert line.ends == Ends(column="end_date", known="at_end")
    assert event(mapping, "feature_usage", "happened").times == "usage_count"
    assert event(mapping, "support_tickets", "solved").at == "closed_at"
    again = next(guess for guess in proposal.guesses if guess.column == "usage_id")
    assert again.reason.startswith("21 values come again")


def test_what_an_account_has_become_is_not_told_of_the_day_it_signed() -> None:
    gives = of("ravenstack").mapping.tables["accounts"].gives
    signed, exported = gives["account"], gives["as_exported"]
    assert isinstance(signed, AccountGiven)
    assert isinstance(exported, AccountGiven)
    assert (signed.at, "churn_flag" in signed.fields, "plan_tier" in signed.fields) == (
        "signup_date",
        False,
        False,
    )
    assert exported.known == "complete_to"
    assert {"churn_flag", "plan_tier", "seats", "is_trial"} <= {*exported.fields}


def test_tickets_do_not_know_their_end_when_they_are_opened() -> None:
    mapping = of("ravenstack").mapping
    assert [*event(mapping, "support_tickets", "opened").properties] == ["ticket_id", "priority"]
    assert "resolution_time_hours" in event(mapping, "support_tickets", "solved").properties


def test_a_sample_of_the_same_events_is_not_counted_twice() -> None:
    proposal = of("saas-sim-crm5")
    assert [one.file for one in proposal.left_out] == ["events_raw_sample.parquet"]
    assert "would count twice" in proposal.left_out[0].reason
    daily = event(proposal.mapping, "events_daily", "happened")
    assert (daily.name_column, daily.times, daily.at) == ("event", "events", "event_date")
    assert proposal.mapping.tables["subscriptions"].key == ("account_id", "product", "start_date")


def test_updates_of_a_ticket_are_one_ticket() -> None:
    proposal = of("servicenow-incidents-uci-sample")
    [table] = proposal.mapping.tables.values()
    assert (table.key, table.keep) == (("number",), Keep(last="sys_updated_at"))
    assert table.columns["opened_at"] == Column(kind="instant", format="%d-%m-%Y")
    whose = next(guess for guess in proposal.guesses if guess.says == "whose the row is")
    assert (whose.column, whose.confidence) == ("caller_id", "doubtful")


def test_steps_of_onboarding_begin_and_finish() -> None:
    mapping = of("client-onboarding-ibm").mapping
    assert mapping.tables["onboard_client"].account == AccountOf(column="process")
    started, finished = (event(mapping, "onboard_client", one) for one in ("started", "finished"))
    assert (started.name, started.at, started.properties["step"]) == ("Step Started", "start", "activity")
    assert (finished.name, finished.at) == ("Step Finished", "end")


def test_purchases_have_no_key_so_that_equal_ones_both_count() -> None:
    table = of("cdnow").mapping.tables["master"]
    assert (table.key, table.account) == ((), AccountOf(column="customer_id"))


def test_a_post_that_was_edited_is_one_post() -> None:
    table = of("community-discourse-json").mapping.tables["posts"]
    assert (table.key, table.keep) == (("id",), Keep(last="updated_at"))


def test_what_names_nobody_is_left_out() -> None:
    for name in ("saas-churn-pysurvival", "nps-sfo-2017", "retention-benchmarks"):
        proposal = of(name)
        assert proposal.mapping.tables == {}
        assert "no column tells whose its rows are" in proposal.left_out[0].reason
