"""Where the webhooks that models name lead, and the secrets that they are signed with.

Each verb is one transaction with its audit entry; no secret enters the log.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from aloft.act.channels.addresses import NotAllowed, parts_of
from aloft.act.models import Endpoint
from aloft.records import audit
from aloft.records.refusals import Refused

PREFIX = "whsec_"
LONG = 32  # bytes of a secret
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")


@transaction.atomic
def set_endpoint(*, name: str, url: str, actor: str, at: datetime) -> Endpoint:
    """Give a webhook its address; a new one gets a secret, and one that had gone is called again. Raises Refused."""
    if not _NAME.fullmatch(name):
        raise Refused("name", f"{name!r} is no name", "Write it as the model does: lower case, as crm.")
    try:
        parts_of(url)
    except NotAllowed as error:
        problem, _, mend = str(error).partition(": ")
        raise Refused("url", problem, f"{mend.capitalize()}.") from None
    row, is_new = Endpoint.objects.select_for_update().get_or_create(
        name=name, defaults={"url": url, "secret": _secret(), "made_at": at}
    )
    if not is_new:
        row.url, row.gone_at = url, None
        row.save(update_fields=["url", "gone_at"])
    return _noted(row, "webhook.set", actor, at)


@transaction.atomic
def renew_secret(*, name: str, actor: str, at: datetime) -> Endpoint:
    """A further secret; the one before signs beside it until the next renewal. Raises Refused."""
    row = Endpoint.objects.select_for_update().filter(name=name).first()
    if row is None:
        raise Refused("name", f"no webhook is called {name!r}", "Give it an address first.")
    row.secret, row.former_secret = _secret(), row.secret
    row.save(update_fields=["secret", "former_secret"])
    return _noted(row, "webhook.secret", actor, at)


def has_gone(endpoint: Endpoint, *, at: datetime) -> None:
    """Its other side has said that it is to be called no more."""
    Endpoint.objects.filter(pk=endpoint.pk).update(gone_at=at)


def lacking(names: Iterable[str]) -> list[str]:
    """Of these webhooks, those that nobody has given an address."""
    there = set(Endpoint.objects.values_list("name", flat=True))
    return [name for name in names if name not in there]


def _secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(LONG)).decode()


def _noted(row: Endpoint, action: str, actor: str, at: datetime) -> Endpoint:
    audit.record(actor=actor, action=action, subject=f"webhook:{row.name}", payload={"url": row.url}, at=at)
    return row
