"""A plan on a terminal: first what matters, then who moves, the work, the money, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

Told = Mapping[str, Any]
NAMED = 5  # accounts of a group
_CHANGED = {"new": "new", "gone": "gone", "changed": "changed", "same": "", "renamed": "was {was}"}


def show(out: Console, plan: Told) -> None:
    out.print(plan["sentence"], style="bold", markup=False)
    out.print(_heading(plan), markup=False)
    for title, table in (
        ("Who moves", _moves(plan)),
        ("Claimed by several models", _claims(plan)),
        ("Moments in 13 weeks", _moments(plan)),
        ("Hours per role and week", _hours(plan)),
        ("Cost beside revenue, a year", _costs(plan)),
        ("Contacts against the caps", _caps(plan)),
        (_of_messages(plan["messages"]), _messages(plan["messages"])),
        ("What stands open", _open(plan)),
        ("What is missing", _lacks(plan)),
    ):
        if table.row_count:
            out.print()
            out.print(title, style="bold", markup=False)
            out.print(table)
    for note in plan["notes"]:
        out.print(f"Note: {note}.", markup=False)


def _heading(plan: Told) -> str:
    against = f"against version {plan['before']}" if plan["before"] else "the first version"
    return (
        f"{plan['model']}, version {plan['version']}, {against}; as of {plan['at'][:16].replace('T', ' ')} UTC. "
        f"{plan['accounts']:,} accounts, {plan['mrr']:,.0f} {plan['currency']} MRR. Nothing is changed by this."
    )


def _table(*columns: str, right: Sequence[str] = ()) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    return table


def _moves(plan: Told) -> Table:
    table = _table("", "From", "To", "Accounts", "MRR", "The largest", right=("Accounts", "MRR"))
    for move in plan["moves"]:
        table.add_row(
            move["what"], move["was"] or "-", move["now"] or "-", f"{move['accounts']:,}", f"{move['mrr']:,.0f}",
            _named(move),
        )  # fmt: skip
    return table


def _named(group: Told) -> str:
    names = ", ".join(one["account"] for one in group["who"][:NAMED])
    more = group["accounts"] - min(NAMED, len(group["who"]))
    return f"{names} and {more:,} more" if more > 0 else names


def _claims(plan: Told) -> Table:
    table = _table("Models", "Goes to", "Accounts", "The largest", right=("Accounts",))
    for one in plan["claims"]:
        table.add_row(", ".join(one["models"]), one["follows"], f"{one['accounts']:,}", _named(one))
    return table


def _moments(plan: Told) -> Table:
    numbers = ("Meets", "Due", "Opens", "Closes", "Moves", "At once")
    table = _table("Moment", "", *numbers, "A week", right=(*numbers, "A week"))
    for one in plan["moments"]:
        scheduled = one["trigger"] == "schedule"
        counts = (one["due"], one["opens"], one["closes"], one["moves"]) if scheduled else ()
        told = [f"{number:,}" if number else "" for number in counts] or [""] * 4
        table.add_row(
            one["moment"], _CHANGED[one["change"]].format(was=one["was"]), _from_to(one["meets_before"], one["meets"]),
            *told, f"{one['at_once']:,}" if one["at_once"] else "", _rate(one["rate"]),
        )  # fmt: skip
    return table


def _from_to(was: int, now: int) -> str:
    return f"{now:,}" if was == now else f"{was:,} → {now:,}"


def _rate(rate: Told | None) -> str:
    if rate is None:
        return ""
    return "unknown" if rate["seen"] is None else f"{rate['low']:g} to {rate['high']:g}"


def _hours(plan: Told) -> Table:
    weeks = plan["roles"][0]["weeks"] if plan["roles"] else []
    days = [f"{week['begins'][8:10]}.{week['begins'][5:7]}." for week in weeks]
    table = _table("", "", *days, right=days)
    for role in plan["roles"]:
        if not any(week["before"] or week["scheduled"] or week["high"] for week in role["weeks"]):
            continue
        table.add_row(role["role"], "as it is", *(_hour(week["before"]) for week in role["weeks"]))
        table.add_row("", "would be", *(_full(week) for week in role["weeks"]))
        if any(week["high"] for week in role["weeks"]):
            table.add_row("", "at most", *(_hour(week["scheduled"] + week["high"]) for week in role["weeks"]))
        table.add_row("", "capacity", *(_hour(week["capacity"]) for week in role["weeks"]), style="dim")
    return table


def _hour(hours: float | None) -> str:
    return "?" if hours is None else f"{hours:.0f}"


def _full(week: Told) -> str:
    """Red, and marked, where it is more than there is."""
    total = week["scheduled"] + week["likely"]
    over = week["capacity"] is not None and total > week["capacity"]
    return f"[red]{total:.0f}![/red]" if over else f"{total:.0f}"


def _costs(plan: Told) -> Table:
    numbers = ("Accounts", "ARR", "Hours", "Cost", "Before", "Of ARR", "May be")
    table = _table("Segment", "Phase", *numbers, "", right=numbers)
    for one in plan["costs"]:
        passes = {True: "pays", False: "[red]costs too much[/red]", None: ""}[one["passes"]]
        table.add_row(
            one["segment"], one["phase"], f"{one['accounts']:,}", f"{one['arr']:,.0f}",
            f"{max(one['planned'], one['scheduled']):,.0f}", _money(one["cost"]), _money(one["before"]),
            _percent(one["share"]), f"{_percent(one['spend'])} of margin" if one["spend"] is not None else "", passes,
        )  # fmt: skip
    return table


def _money(amount: float | None) -> str:
    return "" if amount is None else f"{amount:,.0f}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.1f} %"


def _caps(plan: Told) -> Table:
    table = _table("Cap", "At most", "Accounts over it", "The most", right=("Accounts over it", "The most"))
    for one in plan["caps"]:
        named = " ".join(part for part in (one["purpose"], one["channel"]) if part) or "every contact"
        unit = " min" if one["unit"] == "min" else ""
        table.add_row(
            named, f"{one['most']}{unit} in {one['per']}", f"{one['accounts']:,}", f"{one['worst']:g}{unit}"
        )
    return table


def _of_messages(told: Told) -> str:
    title = "Messages by schedules in 13 weeks"
    if told["asked"] == told["accounts"]:
        return title
    return f"{title}, by {told['asked']:,} of {told['accounts']:,} accounts, taken by lot"


def _messages(told: Told) -> Table:
    numbers = ("Messages", "Leave at once")
    table = _table("Moment", *numbers, "Leave later", "Never leave", right=numbers)
    for one in told["moments"]:
        table.add_row(
            one["moment"],
            f"{one['messages']:,}",
            f"{one['at_once']:,}",
            _stopped(one["held"]),
            _stopped(one["never"]),
        )
    return table


def _stopped(some: Sequence[Told]) -> str:
    return "; ".join(f"{one['messages']:,}: {one['says']}" for one in some)


def _open(plan: Told) -> Table:
    table = _table("Moment", "Open", "", right=("Open",))
    for one in plan["open"]:
        table.add_row(one["moment"], f"{one['occurrences']:,}", one["says"])
    return table


def _lacks(plan: Told) -> Table:
    table = _table("", "", "Where", "")
    for one in plan["lacks"]:
        accounts = f"{one['accounts']:,} accounts: " if one["accounts"] else ""
        table.add_row(one["kind"], one["name"], _listed(one["where"]), f"{accounts}{one['says']}")
    return table


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")


@contextmanager
def planning(err: Console, doing: str = "Planning") -> Iterator[Any]:
    """How far it has come, and the time left, on a terminal; nothing elsewhere."""
    columns = (TextColumn(doing), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
