"""Questions to the portfolio: each report is a table with a caption that names how it was counted.

Values are told as text, exactly; None is unknown. Months are YYYY-MM, money is in units of the currency,
shares are fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from aloft.act.selectors import waiting
from aloft.engagement.load import load_published
from aloft.engine.asked import MONTHS, Asked, NoSuchReport, read
from aloft.engine.exception_list import Exceptional, ExceptionList, exception_list
from aloft.engine.loop import Engine
from aloft.learn import momentum
from aloft.learn.experiments import SENTENCES, Trial, trials
from aloft.learn.momentum import Passed
from aloft.learn.product import DAYS, habits, usage
from aloft.learn.survival import curve, days_until
from aloft.measures.daily import NO_PROFILE
from aloft.measures.models import AccountHealth, AccountProjection
from aloft.records.models import Account
from aloft.records.selectors import live_model_versions
from aloft.revenue import rates
from aloft.revenue.figures import Figures, figures
from aloft.revenue.lines import mrr_on
from aloft.revenue.months import after
from aloft.revenue.movements import Month
from aloft.revenue.pareto import pareto
from aloft.revenue.retention import Churned, MonthRetained, churned

Kind = Literal["text", "number", "money", "share"]


@dataclass(frozen=True)
class Report:
    name: str
    caption: str
    columns: tuple[tuple[str, Kind], ...]
    rows: tuple[tuple[str | None, ...], ...]


def report(engine: Engine, name: str, arguments: Mapping[str, Any]) -> Report:
    """Raises NoSuchReport, NoRate."""
    make = REPORTS.get(name)
    if make is None:
        raise NoSuchReport(f"there is no report {name!r}: ask for one of {', '.join(REPORTS)}")
    if engine.store.positions().at is None:
        raise NoSuchReport("no facts are taken in yet: start `aloft serve`, or call `aloft run`")
    return make(engine, read(arguments, today(engine)))


def today(engine: Engine) -> date:
    return engine.clock.now().astimezone(ZoneInfo(engine.store.home_zone)).date()


def _figures(engine: Engine, asked: Asked) -> Figures:
    return figures(engine.store, asked.first, asked.before, asked.basis, asked.cuts)


def _caption(title: str, asked: Asked, currency: str) -> str:
    as_known = f"; as known on {asked.basis.known:%Y-%m-%d}" if asked.basis.known else ""
    return f"{title}, {currency}. {asked.basis.convention}{as_known}."


def mrr_report(engine: Engine, asked: Asked) -> Report:
    """MRR by month. Steps agreed beforehand and exchange rates have columns where there are any."""
    found = _figures(engine, asked)
    apart = [name for name in ("escalators", "fx") if any(getattr(one, name) for one in found.months)]
    money = ("opening", "new", "reactivation", "expansion", "contraction", "churn", "closing")
    columns: list[tuple[str, Kind]] = [("month", "text"), *((name, "money") for name in money)]
    columns += [("customers", "number"), *((name, "money") for name in apart)]
    rows = tuple(tuple(str(getattr(one, name)) for name, _ in columns) for one in found.months)
    return Report("mrr", _caption("MRR by month", asked, found.currency), tuple(columns), rows)


RATES = ("grr", "nrr", "logo_churn")


def retention_report(engine: Engine, asked: Asked) -> Report:
    """Retention by month and over the twelve months up to it."""
    by_movements = asked.method == "movements"
    widened = asked if not by_movements else _from_a_year_before(asked)
    found = _figures(engine, widened)
    if by_movements:
        rows = _by_movements(found.months, asked.first)
        said = "by movements (F4): shares of the opening; steps agreed beforehand are no expansion"
    else:
        rows = tuple(_by_accounts(one) for one in found.retained)
        said = "of the accounts that paid at the start, account by account (F3), at the rates of the start"
    columns = [("month", "text"), *((f"{name}{over}", "share") for over in ("", "_12m") for name in RATES)]
    caption = _caption(f"Retention {said}", asked, found.currency)
    return Report("retention", caption, cast("tuple[tuple[str, Kind], ...]", tuple(columns)), rows)


def _from_a_year_before(asked: Asked) -> Asked:
    first = after(asked.first.replace(day=1), 1 - MONTHS)
    return Asked(first, asked.before, asked.basis, asked.cuts, asked.method)


def _by_accounts(one: MonthRetained) -> tuple[str | None, ...]:
    told = [getattr(retained, name) for retained in (one.one, one.year) for name in RATES]
    return (one.month, *(_text(value) for value in told))


def _by_movements(months: list[Month], first: date) -> tuple[tuple[str | None, ...], ...]:
    rows = []
    for place, month in enumerate(months):
        if month.month >= f"{first:%Y-%m}":
            year = months[max(0, place - MONTHS + 1) : place + 1]
            rows.append((month.month, *_kept(churned([month])), *_kept(churned(year))))
    return tuple(rows)


def _kept(lost: Churned) -> tuple[str | None, ...]:
    kept = [None if share is None else 1 - share for share in (lost.gross, lost.net)]
    return (_text(kept[0]), _text(kept[1]), _text(lost.logos))


def pareto_report(engine: Engine, asked: Asked) -> Report:
    """Tiers of the accounts that pay, by MRR."""
    amounts = [mrr for mrr in _paying(engine, asked).values() if mrr]
    columns: tuple[tuple[str, Kind], ...] = (
        ("tier", "text"), ("accounts", "number"), ("floor", "money"), ("mrr", "money"), ("share", "share"),
        ("cumulative_accounts", "number"), ("cumulative_share", "share"),
    )  # fmt: skip
    rows = tuple(
        tuple(_text(getattr(tier, name)) for name, _ in columns) for tier in pareto(amounts, asked.cuts)
    )
    cuts = ", ".join(f"{(cut * 100).normalize():f} %" for cut in asked.cuts)
    title = f"Tiers of the accounts with MRR above 0 on {asked.day}, cut at {cuts} of them; ties at a floor are in"
    return Report(
        "pareto", _caption(title, asked, rates.reported_in(engine.store, asked.basis)), columns, rows
    )


def accounts_report(engine: Engine, asked: Asked) -> Report:
    """A row for each whole account. Its position is the newest one; MRR is that of the day asked for. By which profile
    health was scored has a column where there are profiles."""
    paying = _paying(engine, asked)
    columns: tuple[tuple[str, Kind], ...] = (
        ("account", "text"), ("name", "text"), ("segment", "text"), ("phase", "text"), ("touch", "text"),
        ("owner", "text"), ("mrr", "money"), ("health", "number"), ("band", "text"), ("open_moments", "number"),
    )  # fmt: skip
    profiles = AccountHealth.objects.exclude(profile="").exists()
    if profiles:
        columns = (*columns, ("profile", "text"))
    automated = {name for running in engine.in_force() for name in running.program.model.automated}
    listed = Account.objects.filter(whole=None, merged_into=None).annotate(waiting=waiting(automated))
    if asked.basis.accounts is not None:
        listed = listed.filter(external_id__in=asked.basis.accounts)
    rows = tuple(
        (
            account.external_id,
            account.name,
            *_position(getattr(account, "projection", None)),
            _text(paying.get(account.external_id)),
            *_health(getattr(account, "health", None)),
            str(account.waiting),
            *([_profile(getattr(account, "health", None))] if profiles else []),
        )
        for account in listed.select_related("projection__owner", "health").order_by("external_id")
    )
    title = f"Accounts: MRR on {asked.day}, positions as of {engine.at:%Y-%m-%d %H:%M} UTC"
    return Report(
        "accounts", _caption(title, asked, rates.reported_in(engine.store, asked.basis)), columns, rows
    )


def momentum_report(engine: Engine, asked: Asked) -> Report:
    """How long it takes from one moment to the next, of all accounts and of each segment, for each model in force.

    `share` is a step's part of the way: where it is largest for all, the company is slow, not a customer.
    """
    zone = ZoneInfo(engine.store.home_zone)
    first, before = (datetime.combine(day, time(), zone) for day in (asked.first, asked.before))
    until = min(before, engine.clock.now())
    segments = dict(AccountProjection.objects.values_list("account", "segment"))
    rows = [
        row
        for version in live_model_versions(until)
        for row in _momentum(
            momentum.passed(load_published(version.document, version.name), first, until), segments
        )
    ]
    columns: tuple[tuple[str, Kind], ...] = (
        ("segment", "text"), ("phase", "text"), ("from", "text"), ("to", "text"), ("accounts", "number"),
        ("open", "number"), ("median_days", "number"), ("p90_days", "number"), ("share", "share"),
    )  # fmt: skip
    title = (
        f"Working days from the end of one moment to the end of the next, begun {asked.first} to {asked.day}"
    )
    said = (
        "Kaplan-Meier: who is not there yet counts as still waiting; share is of the sum of a phase's medians"
    )
    return Report("momentum", f"{title}. {said}.", columns, tuple(rows))


def _momentum(passed: Sequence[Passed], segments: Mapping[int, str]) -> Iterator[tuple[str | None, ...]]:
    names = dict.fromkeys(segments.get(one.account) or "" for one in passed)
    for name in ("all", *(name for name in sorted(names) if name)):
        ours = [one for one in passed if name == "all" or segments.get(one.account) == name]
        waits = {
            leg: [one.wait for one in ours if one.leg == leg] for leg in dict.fromkeys(o.leg for o in ours)
        }
        curves = {leg: curve(listed) for leg, listed in waits.items()}
        medians = {leg: days_until(0.5, steps) for leg, steps in curves.items()}
        for leg, listed in waits.items():
            whole = sum(median or 0 for one, median in medians.items() if one.phase == leg.phase)
            median = medians[leg]
            share = Decimal(median) / whole if median is not None and whole else None
            yield (
                name, leg.phase, leg.before, leg.after, str(len(listed)), str(sum(not one.over for one in listed)),
                _text(median), _text(days_until(0.9, curves[leg])), _text(share and round(share, 4)),
            )  # fmt: skip


def _paying(engine: Engine, asked: Asked) -> dict[str, Decimal | None]:
    """MRR by external id on the day asked for; of an account without contract lines what was last observed."""
    observed = dict(
        AccountProjection.objects.exclude(mrr=None).values_list("account__external_id", "mrr").iterator()
    )
    lines = mrr_on(engine.store, asked.day, asked.basis)
    return {one.account: observed.get(one.account) if one.mrr is None else one.mrr for one in lines}


def _health(health: AccountHealth | None) -> tuple[str | None, str | None]:
    return (None, None) if health is None else (_text(health.score), health.band or None)


def _profile(health: AccountHealth | None) -> str | None:
    return None if health is None or health.profile == NO_PROFILE else health.profile or None


def _position(projection: AccountProjection | None) -> tuple[str | None, ...]:
    if projection is None:
        return (None,) * 4
    owner = projection.owner.handle if projection.owner else None
    return (projection.segment or None, projection.phase or None, " ".join(projection.touch) or None, owner)


def exceptions_report(engine: Engine, asked: Asked) -> Report:
    """A row for each exception that its owner is shown, the dearest first; what is not shown is counted."""
    columns: tuple[tuple[str, Kind], ...] = (
        ("account", "text"), ("name", "text"), ("moment", "text"), ("since", "text"), ("because", "text"),
        ("owner", "text"), ("due", "text"), ("rank", "number"),
    )  # fmt: skip
    of = asked.basis.accounts
    found = [told for turn in engine.surveying() if (told := exception_list(turn, of)) is not None]
    if not found:
        raise NoSuchReport("no model in force has `exceptions`: say `most`, `per` and `rank_by` there")
    rows = tuple(_exception_row(one) for told in found for one in told.shown)
    caption = " ".join(_exceptions_told(one) for one in found)
    return Report("exceptions", f"As of {engine.at:%Y-%m-%d %H:%M} UTC. {caption}", columns, rows)


def _exceptions_told(told: ExceptionList) -> str:
    parts = (
        f"{told.monitored:,} monitored: {told.normal:,} normal, {told.exceptional:,} exceptions, "
        f"{told.no_data:,} no data."
    )
    hidden = f" {len(told.waiting):,} wait for room, {told.snoozed:,} are snoozed."
    return f"{parts}{hidden} Ranked by {told.rank_by}; at most {told.most} per {told.per} for each owner."


def _exception_row(one: Exceptional) -> tuple[str | None, ...]:
    occurrence = one.occurrence
    customer = occurrence.account.whole or occurrence.account
    return (
        customer.external_id, occurrence.account.name, occurrence.moment,
        f"{occurrence.opened_at:%Y-%m-%d %H:%M}", occurrence.because, one.holder,
        f"{occurrence.due_at:%Y-%m-%d %H:%M}", None if one.rank is None else f"{one.rank:.6g}",
    )  # fmt: skip


def experiments_report(engine: Engine, asked: Asked) -> Report:
    """A row for each experiment, as it stands now: both arms, their difference, and what may be said of it."""
    columns: tuple[tuple[str, Kind], ...] = (
        ("experiment", "text"), ("from", "text"), ("state", "text"), ("says", "text"), ("holdout", "share"),
        ("treated", "number"), ("treated_judged", "number"), ("treated_met", "share"),
        ("held_out", "number"), ("held_out_judged", "number"), ("held_out_met", "share"),
        ("difference", "share"), ("low", "share"), ("high", "share"), ("p", "number"), ("balance", "number"),
        ("smallest", "share"), ("unknown", "number"), ("contaminated", "number"), ("excluded", "number"),
    )  # fmt: skip
    found = trials(running.program.model for running in engine.in_force())
    caption = (
        f"Experiments as of {engine.at:%Y-%m-%d %H:%M} UTC, by intention to treat: the treated less the held out, "
        "with 95 % intervals; p holds however often one looks."
    )
    return Report("experiments", caption, columns, tuple(_trial_row(one) for one in found))


def _trial_row(one: Trial) -> tuple[str | None, ...]:
    difference = one.difference
    interval = (
        (difference.points, difference.low, difference.high, difference.p) if difference else (None,) * 4
    )
    told = (
        one.moment, one.start, "running" if one.runs else "stopped", SENTENCES[one.says], one.holdout,
        one.treated.assigned, one.treated.judged, one.treated.share,
        one.held_out.assigned, one.held_out.judged, one.held_out.share, *interval, one.balance, one.smallest,
        one.treated.unknown + one.held_out.unknown, one.contaminated, one.excluded,
    )  # fmt: skip
    return tuple(f"{value:.6g}" if isinstance(value, float) else _text(value) for value in told)


def product_report(engine: Engine, asked: Asked) -> Report:
    """A row for each event that customers' systems told: how many use it, come back to it, and what they pay."""
    columns: tuple[tuple[str, Kind], ...] = (
        ("event", "text"), ("sources", "text"), ("accounts", "number"), ("share", "share"),
        ("accounts_before", "number"), ("returned", "share"), ("users", "number"), ("events", "number"),
        ("mrr", "money"), ("share_of_mrr", "share"),
    )  # fmt: skip
    found = usage(engine.store, asked.day, _paying(engine, asked), asked.basis.accounts)
    title = (
        f"What {found.active:,} active accounts used in the {DAYS} days up to {asked.day}, and how many did in the "
        f"{DAYS} days before; returned: on more than one day"
    )
    rows = tuple(
        (
            one.event, one.sources, str(one.accounts), _part(one.accounts, found.active), str(one.before),
            _part(one.returned, one.accounts), _text(one.users), str(one.events), _text(one.mrr),
            _part(one.mrr, found.mrr),
        )
        for one in found.rows
    )  # fmt: skip
    return Report(
        "product", _caption(title, asked, rates.reported_in(engine.store, asked.basis)), columns, rows
    )


def stickiness_report(engine: Engine, asked: Asked) -> Report:
    """A row for all users, and one for those of each segment: how far the product is part of their work."""
    columns: tuple[tuple[str, Kind], ...] = (
        ("segment", "text"), ("accounts", "number"), ("users", "number"), ("days", "number"),
        ("stickiness", "share"), ("every_week", "share"),
    )  # fmt: skip
    segments = dict(AccountProjection.objects.values_list("account__external_id", "segment"))
    found = habits(engine.store, asked.day, segments, asked.basis.accounts)
    rows = tuple(
        (
            "all" if one.segment is None else one.segment or None, str(one.accounts), str(one.users),
            f"{one.days:.2f}", f"{one.stickiness:.4f}", f"{one.every_week:.4f}",
        )
        for one in found
    )  # fmt: skip
    caption = (
        f"Users who were active in the {DAYS} days up to {asked.day}: on how many of these days, in the mean; the "
        f"mean number of a day as a share of them all; and who was active in each of the {DAYS // 7} weeks."
    )
    return Report("stickiness", caption, columns, rows)


def _part(part: Decimal | int | None, whole: Decimal | int) -> str | None:
    return None if part is None or not whole else f"{Decimal(part) / whole:.4f}"


def _text(value: object) -> str | None:
    return None if value is None else str(value)


REPORTS: dict[str, Callable[[Engine, Asked], Report]] = {
    "accounts": accounts_report,
    "mrr": mrr_report,
    "retention": retention_report,
    "pareto": pareto_report,
    "momentum": momentum_report,
    "experiments": experiments_report,
    "exceptions": exceptions_report,
    "product": product_report,
    "stickiness": stickiness_report,
}
