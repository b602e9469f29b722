"""What a rule reads of contacts, of all customers and of what a contract did, as stages over `asked`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from aloft.engagement.expressions import Call, Expression, Text, walk
from aloft.measures.gathered import Stage

SINCE_OPENING = ("renewed", "paid", "expanded", "churned")


@dataclass(frozen=True)
class Share:
    """Of the contacts with `persona`, the share for whom `fact` was recorded on any occurrence."""

    fact: str
    persona: str

    @property
    def column(self) -> str:
        return f"_share.{self.fact}.{self.persona}"


def share_of(call: Call) -> Share | None:
    if call.function != "share":
        return None
    fact, persona = call.arguments
    assert isinstance(fact, Text)
    assert isinstance(persona, Text)
    return Share(fact.value, persona.value)


def shares(expressions: Iterable[Expression]) -> tuple[Share, ...]:
    calls = (part for one in expressions for part in walk(one) if isinstance(part, Call))
    return tuple(dict.fromkeys(share for call in calls if (share := share_of(call))))


def stages(read: Collection[Share], names: Collection[str]) -> list[Stage]:
    """The tables to make, each with `_key` or, of all customers, `day`."""
    found: list[Stage] = []
    if read:
        found.append(("shares_then", _shares_sql(read)))
    if "customers" in names:
        found.append(("customers_then", _CUSTOMERS))
    if set(SINCE_OPENING) & set(names):
        found.append(("ends_then", _ENDS))
    return found


def joins(read: Collection[Share], names: Collection[str]) -> str:
    found = []
    if read:
        found.append("left join shares_then sh on sh._key = f._key")
    if "customers" in names:
        found.append("left join customers_then cu on cu.day = f._date")
    if set(SINCE_OPENING) & set(names):
        found.append(
            "left join standing m0 on m0.account = f._account and m0.opens <= f._opened_on "
            "and f._opened_on < m0.closes "
            "left join standing m1 on m1.account = f._account and m1.opens <= f._date and f._date < m1.closes "
            "left join ends_then en on en._key = f._key"
        )
    return " ".join(found)


def columns(read: Collection[Share], names: Collection[str]) -> str:
    found = [f'sh."{one.column}"' for one in read]
    if "customers" in names:
        found.append("coalesce(cu.customers, 0) as customers")
    found += [f"{_TURNS[name]} as {name}" for name in SINCE_OPENING if name in names]
    return "".join(f", {column}" for column in found)


# Committed MRR on the day of the opening (m0) and now (m1).
_TURNS = {
    "renewed": "en.now > en.before",
    "paid": "m0.mrr = 0 and m1.mrr > 0",
    "expanded": "m0.mrr > 0 and m1.mrr > m0.mrr",
    "churned": "m0.mrr > 0 and m1.mrr = 0",
}

# The last day that any contract covers, as it was known at the opening and as it is known now.
_ENDS = """
  with told as (
    select account, contract, '' as line, coalesce(ends, date '9999-12-31') as ends, recorded, seq from contract
    union all
    select account, contract, line, coalesce(ends, date '9999-12-31'), recorded, seq from contract_line
    where (account, contract) not in (select (account, contract) from contract)),
  known as (
    select a._key, t.contract, t.line, arg_max(t.ends, t.seq) filter (where t.recorded <= a.opened) as before,
      arg_max(t.ends, t.seq) as now
    from asked a join told t on t.account = a._account and t.recorded <= a._at
    where a.opened is not null group by a._key, t.contract, t.line)
  select _key, max(before) as before, max(now) as now from known group by _key"""

# Whole accounts. A status that people set or that was observed stands before the one that follows from contracts.
_CUSTOMERS = """
  with days as (select distinct _date as day from asked),
  told as (
    select d.day, t.account, json_extract_string(t.value, '$') as status from days d
    join attribute t on t.field = 'status' and t.valid < d.day + 1
    qualify row_number() over (partition by d.day, t.account
      order by t.rank desc, t.valid desc, t.recorded desc, t.seq desc) = 1),
  under as (
    select distinct d.day, k.account from days d
    join contracts_known k on coalesce(least(k.signed, k.starts), k.starts) <= d.day
      and (k.ends is null or d.day < k.ends))
  select day, count(*) as customers from under full join told using (day, account)
  where coalesce(told.status, case when under.account is not null then 'active' end) = 'active'
    and account in (select id from account where whole is null and merged_into is null)
  group by day"""


def _shares_sql(read: Collection[Share]) -> str:
    told = []
    for one in read:
        there = f"count(distinct c.contact) filter (where c.persona = '{one.persona}')"
        done = (
            f"count(distinct r.contact) filter (where c.persona = '{one.persona}' and r.fact = '{one.fact}')"
        )
        told.append(f'{done}::double / nullif({there}, 0) as "{one.column}"')
    return (
        f"select a._key, {', '.join(told)} from asked a "
        "join contact c on c.account = a._account and c.status = 'active' "
        "left join recorded_fact r on r.account = c.account and r.contact = c.contact and not r.withdrawn "
        "and r.occurred <= a._at group by a._key"
    )
