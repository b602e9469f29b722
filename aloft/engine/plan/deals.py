"""Whose work a deal is (`owner: {transaction: renewal}`): at each account as its value and its term say now, by the
rule by which it opens."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from aloft.decide.ownership import Stood, complexity, falls_to, roles
from aloft.engagement.economy import Ownership, Transaction
from aloft.engagement.model import Model
from aloft.engine.ownership import taken_up, term_of
from aloft.facts.store import FactStore
from aloft.measures.program import Program

DEALT = "create or replace temp table {name} (account integer, model text, moment text, role text)"
_DEALT = pa.schema(
    [
        ("account", pa.int32()),
        ("model", pa.string()),
        ("transaction", pa.string()),
        ("role", pa.string()),
    ]
)


def deal_out(store: FactStore, program: Program, model: Model, name: str) -> None:
    """Add to the table `name` who has what a transaction owns, at each account of the frame that is in a phase.

    Where the value of a deal is unknown, the role that is called csm has it.
    """
    kinds = {one.name: one.transaction for one in model.moments.values() if one.transaction}
    if model.ownership is None or not kinds:
        return
    rows = [
        row
        for kind in dict.fromkeys(kinds.values())
        for row in _dealt(store, program, model, model.ownership, kind)
    ]
    columns = list(zip(*rows, strict=True)) or [()] * len(_DEALT.names)
    store.load("deals", pa.table(dict(zip(_DEALT.names, map(list, columns), strict=True)), schema=_DEALT))
    for moment, kind in kinds.items():
        store.run(
            f"insert into {name} select account, model, $moment, role from deals where transaction = $kind",
            {"moment": moment, "kind": kind},
        )


def _dealt(
    store: FactStore, program: Program, model: Model, ownership: Ownership, kind: Transaction
) -> Iterator[tuple[int, str, str, str]]:
    stood = _stood(model, kind)
    product = "f.product" if any(case.product for case in ownership.cases) else "null"
    found = store.run(
        f"""select f._account, c."row", f.segment, {product}, f._contract, f.contract_end, ({program.shift})::double
        from frame f join concerned c on c.account = f._account where f.phase is not null"""
    )
    for account, row, segment, of, contract, ends, shift in found:
        threshold = None if shift is None else ownership.line - shift
        case = complexity(ownership, kind, segment, of)
        side = falls_to(case, threshold, stood.get(row), term_of(contract, ends))
        yield account, model.name, kind, roles(ownership, side or "csm")[0]


def _stood(model: Model, kind: Transaction) -> dict[int, Stood]:
    """By the row of the account."""
    told = taken_up(model, kind).reverse().values_list("account", "details")
    return {row: Stood(details["side"], details["term"]) for row, details in told}
