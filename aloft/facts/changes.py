"""A change as the drain reads it, and the rows it says. The kinds and their data are `records.changes`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

Row = dict[str, Any]
OF_NO_ACCOUNT = frozenset({"rate.set"})
TITLED = frozenset(
    {"contacted", "attended", "confirmed", "trained", "signed", "no_show", "feedback_given", "bounced"}
)


@dataclass(frozen=True)
class ChangeRow:
    """`seq` is the number of the change, `account` an external id ('' for none), `at` is when it was made."""

    seq: int
    at: datetime
    kind: str
    account: str
    data: Mapping[str, Any]


def rows(change: ChangeRow) -> Iterator[tuple[str, Row]]:
    """The rows of the fact store, each with its table, that this change adds."""
    spelled = SPELLINGS.get(change.kind)
    if spelled and (change.account or change.kind in OF_NO_ACCOUNT):
        for table, row in spelled(change):
            yield table, {"external": change.account, "seq": change.seq, **row}


def fact_title(fact: str) -> str:
    """The name of the event that a recorded fact is: "No Show"; what a model declares is "Cause Noted"."""
    words = fact.replace("_", " ").title()
    return words if fact in TITLED else f"{words} Noted"


def _account_set(change: ChangeRow) -> Iterator[tuple[str, Row]]:
    valid = _instant(change.data.get("valid")) or change.at
    for field, value in change.data["fields"].items():
        yield (
            "attribute",
            {
                "field": field,
                "value": None if value is None else msgspec.json.encode(value).decode(),
                "valid": valid,
                "recorded": change.at,
                "rank": 1,
                "stream": 1,
                "source": "records",
            },
        )


def _contact_set(change: ChangeRow) -> Iterator[tuple[str, Row]]:
    data = change.data
    yield "contact", {"contact": data["contact"], "persona": data["persona"], "status": data["status"]}


def _contract_set(change: ChangeRow) -> Iterator[tuple[str, Row]]:
    yield (
        "contract",
        {
            "contract": change.data["contract"],
            "signed": _date(change.data["signed"]),
            "starts": _date(change.data["starts"]),
            "ends": _date(change.data["ends"]),
            "recorded": change.at,
        },
    )


def _contract_line(change: ChangeRow) -> Iterator[tuple[str, Row]]:
    data = change.data
    yield (
        "contract_line",
        {
            "contract": data["contract"],
            "line": data["line"],
            "product": data["product"],
            "plan": data["plan"],
            "seats": data["seats"],
            "mrr": _money(data["mrr"]),
            "currency": data["currency"],
            "starts": _date(data["starts"]),
            "ends": _date(data["ends"]),
            "recorded": change.at,
            "uplifts": _uplifts(data.get("uplifts")),
            "stream": 1,
        },
    )


def _uplifts(told: list[list[str]] | None) -> list[Row] | None:
    return [{"starts": _date(day), "mrr": _money(mrr)} for day, mrr in told] if told else None


def _line_paused(change: ChangeRow) -> Iterator[tuple[str, Row]]:
    data = change.data
    yield (
        "line_pause",
        {
            "contract": data["contract"],
            "line": data["line"],
            "starts": _date(data["starts"]),
            "ends": _date(data["ends"]),
            "recorded": change.at,
        },
    )


def _rate_set(change: ChangeRow) -> Iterator[tuple[str, Row]]:
    data = change.data
    yield (
        "exchange_rate",
        {
            "currency": data["currency"],
            "into": data["into"],
            "starts": _date(data["starts"]),
            "rate": Decimal(data["rate"]).quantize(Decimal("0.00000001")),
            "recorded": change.at,
        },
    )


def _plan_note(change: ChangeRow) -> Iterator[tuple[str, Row]]:
    kind = change.kind.removeprefix("plan.")
    yield "plan_note", {"kind": kind, "occurred": _instant(change.data["at"]), "recorded": change.at}


def _goal_set(change: ChangeRow) -> Iterator[tuple[str, Row]]:
    data = change.data
    yield (
        "plan_goal",
        {
            "goal": data["goal"],
            "title": data["title"],
            "metric": data["value_metric"],
            "baseline": _measure(data["baseline"]),
            "target": _measure(data["target"]),
            "starts": _date(data["starts"]),
            "due": _date(data["due"]),
            "recorded": change.at,
        },
    )


def _goal_read(change: ChangeRow) -> Iterator[tuple[str, Row]]:
    data = change.data
    told = {"goal": data["goal"], "value": _measure(data["value"]), "occurred": _instant(data["at"])}
    yield "goal_reading", {**told, "recorded": change.at}


def _plan_step(change: ChangeRow) -> Iterator[tuple[str, Row]]:
    data = change.data
    told = {name: data[name] for name in ("step", "title", "done")}
    held = {"due": _date(data["due"]), "occurred": _instant(data["at"]), "recorded": change.at}
    yield "plan_step", {**told, **held}


def _fact_recorded(change: ChangeRow) -> Iterator[tuple[str, Row]]:
    names = ("id", "moment", "anchor", "n", "fact", "contact", "persona", "value")
    told = {name: change.data[name] for name in names}
    occurred = _instant(change.data["at"])
    yield "recorded_fact", {**told, "occurred": occurred, "recorded": change.at, "withdrawn": False}


SPELLINGS: dict[str, Callable[[ChangeRow], Iterator[tuple[str, Row]]]] = {
    "account.set": _account_set,
    "contact.set": _contact_set,
    "contract.set": _contract_set,
    "contract.line": _contract_line,
    "contract.pause": _line_paused,
    "rate.set": _rate_set,
    "plan.agreed": _plan_note,
    "plan.reviewed": _plan_note,
    "plan.step": _plan_step,
    "goal.set": _goal_set,
    "goal.read": _goal_read,
    "fact.recorded": _fact_recorded,
}


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _measure(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text).quantize(Decimal("0.0001"))


def _money(text: str) -> Decimal:
    return Decimal(text).quantize(Decimal("0.01"))
