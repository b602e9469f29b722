"""Days as the fact store counts them, in SQL: local to the account, since 1970-01-01."""

from __future__ import annotations

SIGN = f"(-{2**63 - 1} - 1)"


def local_day(occurred: str, zone: str) -> str:
    """The day in which the UTC timestamp `occurred` lies in `zone`; both are SQL expressions."""
    local = f"timezone({zone}, timezone('UTC', {occurred}))"
    return f"(CASE WHEN {zone} = 'UTC' THEN {occurred} ELSE {local} END::DATE - DATE '1970-01-01')::INTEGER"


def zone_of(account: str, home_zone: str) -> str:
    """The zone of the row `account` of table `account`, which may be the missing side of an outer join."""
    return f"coalesce(nullif({account}.zone, ''), '{home_zone}')"


def block(day: str) -> str:
    return f"CAST(floor({day} / 64.0) AS INTEGER)"


def word(day: str) -> str:
    """The bit of `day` in the word of its block; the 64th is the sign of a two's complement BIGINT."""
    bit = f"({day} - 64 * {block(day)})"
    return f"CASE WHEN {bit} = 63 THEN {SIGN} ELSE 1::BIGINT << least({bit}, 62) END"
