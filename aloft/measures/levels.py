"""What can be answered from the data that is there, and why the rest cannot (`domain.md` 6.3).

Nothing is made up: what is not available is said to be so, with what it lacks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

ENOUGH_CHURN = 50
"""Fewer lost accounts than that teach a model nothing that a base rate does not know."""

KINDS: Mapping[str, str] = {
    "accounts": "no account is known",
    "mrr": "no account has MRR",
    "contracts": "no contract with dates is known",
    "contacts": "no contact is known",
    "activities": "nothing that people did with a customer was recorded",
    "usage": "no usage event has arrived",
    "plans": "no success plan was agreed",
    "surveys": "no survey was answered",
    "cases": "no support case has arrived",
    "churned": f"fewer than {ENOUGH_CHURN} accounts were lost",
}
"""What may be there, each with what is said where it is not."""

_REVENUE = ("accounts", "mrr")
_CONTRACTS = (*_REVENUE, "contracts")
_PEOPLE = (*_CONTRACTS, "contacts", "activities")
_WHOLE = (*_PEOPLE, "usage", "plans", "surveys", "cases")

NEEDS: Mapping[str, tuple[str, ...]] = {
    "Pareto, tiers and coverage": _REVENUE,
    "Choice of engagement model and of ownership": _REVENUE,
    "MRR movements, GRR and NRR": _CONTRACTS,
    "Renewal runway and time-based moments": _CONTRACTS,
    "Renewal forecast from base rates": _CONTRACTS,
    "Kickoff to checkpoint, and momentum": _PEOPLE,
    "Change of sponsor, and the contact policy": (*_CONTRACTS, "contacts"),
    "Non-events, and usage that declines": ("accounts", "usage"),
    "Adoption and health from usage": ("accounts", "usage"),
    "The three questions, and return on investment": ("accounts", "plans", "surveys"),
    "Health in full": _WHOLE,
    "Churn model, uplift, and value per hour": (*_CONTRACTS, "usage", "churned"),
}
"""What the engine answers, each with what it needs."""

SURVEYS, CASES = ("Survey Answered",), ("Ticket Opened",)

_WHOLE_ACCOUNT = "account in (select id from account where whole is null and merged_into is null)"
# Files and billing systems tell lines alone, people the contract around them.
_DATED = f"""select account, starts, ends from contract where {_WHOLE_ACCOUNT}
    union all select account, starts, ends from contract_line where {_WHOLE_ACCOUNT}"""
_COUNTS: Mapping[str, str] = {
    "accounts": "select count(*) from account where whole is null and merged_into is null",
    "mrr": f"""select count(distinct account) from (select account from contract_line where mrr > 0
        union all select account from attribute where field = 'mrr' and try_cast(value as double) > 0)
        where {_WHOLE_ACCOUNT}""",
    "contracts": f"select count(distinct account) from ({_DATED}) where starts is not null",
    "contacts": "select count(distinct contact) from contact",
    "activities": "select count(*) from recorded_fact where not withdrawn",
    "usage": "select count(distinct c.account) from day_count c join event_name n on n.id = c.name "
    f"where n.name not in (select unnest($other)) and {_WHOLE_ACCOUNT}",
    "plans": f"select count(distinct account) from plan_note where kind = 'agreed' and {_WHOLE_ACCOUNT}",
    "surveys": "select count(distinct c.account) from day_count c join event_name n on n.id = c.name "
    f"where n.name in (select unnest($surveys)) and {_WHOLE_ACCOUNT}",
    "cases": "select count(distinct c.account) from day_count c join event_name n on n.id = c.name "
    f"where n.name in (select unnest($cases)) and {_WHOLE_ACCOUNT}",
    "churned": f"""select count(*) from (select account from ({_DATED}) group by account
        having max(coalesce(ends, date '9999-01-01')) <= $at::timestamp::date)""",
}


@dataclass(frozen=True)
class Answerable:
    """One thing that the engine answers; `lacks` is empty where it works, else what is said instead."""

    feature: str
    lacks: tuple[str, ...]

    @property
    def works(self) -> bool:
        return not self.lacks

    @property
    def says(self) -> str:
        return "works" if self.works else f"not available, because {' and '.join(self.lacks)}"


def present(
    connection: duckdb.DuckDBPyConnection, at: datetime | None, noted: Sequence[str] = ()
) -> dict[str, int]:
    """How much of each kind is in the fact store as of `at` (naive UTC).

    `noted` are the titles of facts that people record: they are events too, and nobody's usage.
    """
    parameters: dict[str, object] = {
        "other": [*SURVEYS, *CASES, *noted], "surveys": list(SURVEYS), "cases": list(CASES), "at": at,
    }  # fmt: skip
    found: dict[str, int] = {}
    for kind, sql in _COUNTS.items():
        read = {name: value for name, value in parameters.items() if f"${name}" in sql}
        row = connection.execute(sql, read).fetchone()
        found[kind] = int(row[0]) if row else 0
    return found


def answerable(there: Mapping[str, int]) -> tuple[Answerable, ...]:
    """What works with so much of each kind, in the order of `NEEDS`."""
    missing = {kind for kind in KINDS if there.get(kind, 0) < (ENOUGH_CHURN if kind == "churned" else 1)}
    return tuple(
        Answerable(feature, tuple(KINDS[kind] for kind in needs if kind in missing))
        for feature, needs in NEEDS.items()
    )
