"""Who goes where: the two sides, account by account, and the groups of those that move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aloft.engine.plan.sides import Side
from aloft.engine.plan.values import Claim, Move, What, Who
from aloft.facts.store import FactStore

SHOWN = 20
"""Accounts of each group, the largest first."""
_PARTS: tuple[What, ...] = ("model", "phase", "segment", "touch")


def named(mrr: str) -> str:
    """SQL of the largest of a group of accounts, as `people` reads them; `c` is `concerned`."""
    who = f"{{'account': c.external, 'name': c.name, 'mrr': {mrr}}}"
    return f"list({who} order by {mrr} desc nulls last, c.external)[1:{SHOWN}]"


def compare(store: FactStore, before: Side, after: Side) -> None:
    """Make `moved`: a row for each account that both sides together know."""
    store.run(
        f"""create or replace temp table moved as
        with b as (select distinct on (account) * from {before.stands} order by account, model desc),
        a as (select distinct on (account) * from {after.stands} order by account, model desc)
        select account, coalesce(a.mrr, b.mrr) as mrr, coalesce(b.model, '') as was_model,
          coalesce(a.model, '') as now_model, coalesce(b.phase, '') as was_phase, coalesce(a.phase, '') as now_phase,
          coalesce(b.segment, '') as was_segment, coalesce(a.segment, '') as now_segment,
          coalesce(b.touch, '') as was_touch, coalesce(a.touch, '') as now_touch
        from b full join a using (account)"""
    )


def moves(store: FactStore) -> tuple[Move, ...]:
    return tuple(move for part in _PARTS for move in _of(store, part))


def _of(store: FactStore, part: What) -> list[Move]:
    found = store.run(
        f"""select m.was_{part}, m.now_{part}, count(*), coalesce(sum(m.mrr), 0), {named("m.mrr")}
        from moved m join concerned c using (account) where m.was_{part} <> m.now_{part}
        group by 1, 2 order by 3 desc, 1, 2"""
    )
    return [Move(part, was, now, number, round(mrr, 2), people(who)) for was, now, number, mrr, who in found]


def people(told: list[dict[str, Any]] | None) -> tuple[Who, ...]:
    return tuple(
        Who(
            one["account"],
            one["name"] or one["account"],
            None if one["mrr"] is None else round(one["mrr"], 2),
        )
        for one in told or ()
    )


def totals(store: FactStore, after: Side) -> tuple[int, float]:
    """Accounts in some phase, and their MRR."""
    number, mrr = store.run(f"select count(*), coalesce(sum(mrr), 0) from {after.stands} where phase <> ''")[
        0
    ]
    return int(number), round(float(mrr), 2)


def claims(
    store: FactStore, claimed: Mapping[tuple[str, ...], Sequence[int]], chosen: Mapping[int, str]
) -> tuple[Claim, ...]:
    found = []
    for models, accounts in sorted(claimed.items()):
        for follows in sorted({chosen[account] for account in accounts}):
            ours = [account for account in accounts if chosen[account] == follows]
            found.append(Claim(models, follows, len(ours), _named(store, ours)))
    return tuple(found)


def _named(store: FactStore, accounts: list[int]) -> tuple[Who, ...]:
    told = store.run(
        f"""select {named("m.mrr")} from concerned c left join moved m using (account)
        where c.account in (select unnest($accounts))""",
        {"accounts": accounts},
    )
    return people(told[0][0])
