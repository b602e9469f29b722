"""How a relationship is called: the part of an account that concerns one product."""

from __future__ import annotations

# No account that comes from outside has it in its id, so that no relationship is taken for one.
SEPARATOR = "\x1f"
LONGEST_PRODUCT = 100
LONGEST_ID = 200 + len(SEPARATOR) + LONGEST_PRODUCT


def external_id(whole: str, product: str) -> str:
    return f"{whole}{SEPARATOR}{product}"


def name(whole: str, product: str) -> str:
    """What people call it: "Acme - Ledger"."""
    return f"{whole} - {product}"
