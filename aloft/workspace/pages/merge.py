"""What follows if two accounts are one customer?"""

from __future__ import annotations

from django.urls import reverse

from aloft.engine.consequences import consequences, sentences
from aloft.records.models import Account
from aloft.workspace.context import Crumb, above
from aloft.workspace.pages import frame


def main(account: Account, told: str, into: Account | None, refused: str = "") -> frame.Main:
    """`told` is what was asked for, `into` the account that it names."""
    here = Crumb(account.name, reverse("account", args=[account.public_id]))
    context: dict[str, object] = {
        "crumbs": [*above(account), here, Crumb("Merge")],
        "account": account,
        "told": told,
        "into": into,
        "refused": refused,
        "follows": sentences(consequences(account, into), account, into) if into else [],
    }
    return frame.Main("merge", f"Merge {account.name}", context)
