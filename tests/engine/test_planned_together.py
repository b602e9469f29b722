"""Due rows of many accounts at once are those of each account by itself."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from aloft.act.models import Due, DueKind
from aloft.engine import planning
from aloft.engine.planned import PLANNED
from aloft.records import services
from aloft.records.models import Account, Contract
from aloft.records.services.exceptions import except_account
from tests.engine.world import World, at, shown

pytestmark = pytest.mark.slow

SCHEDULES = {
    "month_end": "schedule: every 1 month on last from contract_start at 09:30",
    "at_night": "schedule: every 1d from phase_start at 02:30",
    "as_signed": "schedule: every 2 months from contract_signed",
    "by_hours": "schedule: every 100h from phase_start",
    "abroad": "schedule: every 3w from phase_start at 08:00 in America/New_York",
    "at_first": "schedule: 5bd, 30d, 45d after contract_start at 10:00\n    lead: 10bd",
    "before_the_end": "schedule: 90d before renewal_date at 16:00\n    roll: preceding\n    lead: 5bd",
    "greeting": "schedule: 2026-04-06 at 09:00\n    roll: following",
    "personal": "schedule: every 2w from segment_since at 11:00\n    touch: high",
    "after_it": "schedule: 3d after month_end.due",
    "used": 'expect: "sign_ins >= 3"\n    within: 20w\n    of: contract_start\n    warn_at: [60%, 95%]',
    "grown": 'expect: "mrr >= 90000"\n    within: 90bd\n    of: contract_start',
}
EACH = 'owner: csm\n    objective: Keep in touch\n    outcome: {expect: "contacted", within: 5d}\n'
DOCUMENT = """\
engagement_model: together
title: Whatever is dated
clock: {timezone: account, home: {timezone: Europe/Berlin, country: DE}, holidays: account, lateness: 24h}
roles: {csm: {}}
contact_policy: {merge_within: 1bd}
metrics: {sign_ins: {count: Signed In, over: 28d}}
phases: {ongoing: {enters: "contract_start is not null"}}
segments: {large: {when: "mrr >= 5000", touch: high}, small: {touch: low}}
moments:
""" + "".join(f"  {name}:\n    {said}\n    {EACH}" for name, said in SCHEDULES.items())

ACCOUNTS = {
    "berlin": ("Europe/Berlin", "DE", "2026-01-31", "6000"),
    "munich": ("Europe/Berlin", "DE", "2026-01-31", "900"),
    "york": ("America/New_York", "US", "2026-01-31", "6000"),
    "tokyo": ("Asia/Tokyo", "JP", "2026-01-30", "900"),
    "sydney": ("Australia/Sydney", "AU", "2026-02-06", "6000"),
    "nowhere": ("", "", "2026-01-31", "900"),
    "paused": ("Europe/Berlin", "DE", "2026-01-31", "6000"),
    "open": ("America/New_York", "US", "2026-01-31", "6000"),
    "moved": ("Europe/Berlin", "DE", "2026-01-31", "6000"),
    "excepted": ("Europe/Berlin", "DE", "2026-01-31", "900"),
}


def company(world: World) -> None:
    """On 18 March: clocks go on in Berlin in eleven days, went on in New York ten days ago, go back in Sydney in
    eighteen; 3 and 6 April are holidays of many."""
    world.publish(DOCUMENT, "2026-01-01", live_from="2026-03-18")
    for name, (zone, country, starts, mrr) in ACCOUNTS.items():
        world.account(name, "2026-01-02", name=name.capitalize(), timezone=zone, country=country)
        world.contract(name, "2026-01-02", starts, mrr, ends="2027-01-31", signed="2026-01-02")
    world.person("cora", "csm", holds=tuple(ACCOUNTS))
    rest("paused", "2026-03-10", "2026-04-20")
    rest("open", "2026-03-10", None)
    world.contract("moved", "2026-03-12", "2026-03-05", "6000", ends="2027-03-05", signed="2026-01-02")
    except_account(
        account=Account.objects.get(external_id="excepted"), kind="touch", touch=["high"], reason="A merger",
        until=date(2026, 12, 31), actor="ops", at=at("2026-03-12"),
    )  # fmt: skip
    world.run("2026-03-18 12:00")


def rest(account: str, since: str, until: str | None) -> None:
    contract = Contract.objects.get(account__external_id=account)
    services.pause_line(
        contract=contract, line="1", starts_on=date.fromisoformat(since),
        ends_on=date.fromisoformat(until) if until else None, actor="ops", at=at("2026-03-09"),
    )  # fmt: skip


Rows = dict[tuple[str, str, str, str, int], tuple[str, str]]


def due_rows() -> Rows:
    rows = Due.objects.filter(occurrence=None, kind__in=(*PLANNED, DueKind.WARN)).select_related("account")
    return {
        (one.account.external_id, one.kind, one.moment, one.anchor, one.n): (shown(one.at), str(one.details))
        for one in rows
    }


def planned(world: World, *, together: bool, forget: bool = True) -> Rows:
    """All due rows made anew: at once, or account by account. `forget`: as if none of it was planned."""
    (turn,) = world.engine.surveying()
    turn.everyone = True
    turn.ask()
    turn.running.plans.forget()
    accounts = world.engine.directory.all()
    with transaction.atomic():
        for some in [accounts] if together else [[one] for one in accounts]:
            planning.plan(turn, some)
    if forget:
        turn.running.plans.forget()
    return due_rows()


def test_planned_at_once_and_one_by_one_they_are_the_same(world: World) -> None:
    company(world)
    kept, at_once, one_by_one = due_rows(), planned(world, together=True), planned(world, together=False)
    assert at_once == one_by_one == kept
    assert {moment for _, _, moment, *_ in at_once} >= {"", *SCHEDULES} - {"at_first", "after_it"}

    world.publish(
        DOCUMENT.replace("every 1d from", "every 3d from").replace("45d after", "65d after"),
        "2026-03-18 12:01",
    )
    world.run("2026-03-18 12:02")
    assert due_rows() == planned(world, together=False) != kept


def opens(rows: Rows, account: str, moment: str) -> list[str]:
    return sorted(opens for key, (opens, _) in rows.items() if (key[0], key[2]) == (account, moment))


def test_each_account_has_them_by_its_own_clock_and_holidays(world: World) -> None:
    company(world)
    rows = due_rows()
    # The last of March at 09:30: after the change of clocks in Berlin (UTC+2) and New York (UTC-4).
    assert opens(rows, "berlin", "month_end") == opens(rows, "munich", "month_end") == ["2026-03-31 07:30"]
    assert opens(rows, "york", "month_end") == ["2026-03-31 13:30"]
    assert opens(rows, "tokyo", "month_end") == ["2026-03-31 00:30"]
    # Easter Monday is none in the United States and Japan.
    assert opens(rows, "berlin", "greeting") == ["2026-04-07 07:00"]
    assert opens(rows, "york", "greeting") == ["2026-04-06 13:00"]
    assert opens(rows, "tokyo", "greeting") == ["2026-04-06"]
    # What fell into a pause waits for its end; of one that nobody knows the end of there is no more than what comes.
    assert opens(rows, "paused", "at_night") == ["2026-03-19 01:30", "2026-04-20 00:30"]
    assert opens(rows, "open", "at_night") == ["2026-03-19 06:30"]
    assert opens(rows, "excepted", "personal") != []
    assert opens(rows, "munich", "personal") == []
