"""MRR and the contract in force, per account and day, as SQL over the versions of contracts and their lines.

Each function takes a relation of (account INTEGER, day DATE) and gives a statement with those columns and its
own. The version in force is the last recorded. Convention D1: all lines are summed that are live at the day,
from their start on and before their end.
"""

from __future__ import annotations

_LINES = """(select * from contract_line
  qualify row_number() over (partition by account, contract, line order by seq desc) = 1)"""

_CONTRACTS = f"""(
  select coalesce(c.account, l.account) as account, coalesce(c.contract, l.contract) as contract, c.signed,
    coalesce(c.starts, l.starts) as starts, case when c.contract is null then l.ends else c.ends end as ends
  from (select * from contract
    qualify row_number() over (partition by account, contract order by seq desc) = 1) c
  full join (select account, contract, min(starts) as starts,
      case when count(*) = count(ends) then max(ends) end as ends from {_LINES} group by account, contract) l
    on l.account = c.account and l.contract = c.contract)"""


def live_mrr(asked: str) -> str:
    """`account, day, mrr`: MRR by D1, for the accounts that have or had a contract line."""
    return f"""
      select a.account, a.day,
        coalesce(sum(l.mrr) filter (l.starts <= a.day and (l.ends is null or a.day < l.ends)), 0) as mrr
      from {asked} a join {_LINES} l on l.account = a.account group by a.account, a.day"""


def contract_facts(asked: str) -> str:
    """`account, day, contract, contract_signed, contract_start, contract_end` (dates; the end exclusive): of the
    contract in force at the day, else the next to start, else the last that ended."""
    return f"""
      select a.account, a.day, c.contract, c.signed as contract_signed, c.starts as contract_start,
        c.ends as contract_end
      from {asked} a join {_CONTRACTS} c on c.account = a.account
      qualify row_number() over (partition by a.account, a.day order by
        case when c.starts <= a.day and (c.ends is null or a.day < c.ends) then 0
          when c.starts > a.day then 1 else 2 end,
        case when c.starts > a.day then c.starts end asc nulls last,
        c.starts desc, c.contract) = 1"""


def contract_status(asked: str) -> str:
    """`account, day, status`: active from signature or start, churned after the last end, prospect before."""
    return f"""
      select a.account, a.day,
        case when bool_or(least(c.signed, c.starts) <= a.day and (c.ends is null or a.day < c.ends)) then 'active'
          when bool_or(least(c.signed, c.starts) <= a.day) then 'churned' else 'prospect' end as status
      from {asked} a join {_CONTRACTS} c on c.account = a.account group by a.account, a.day"""
