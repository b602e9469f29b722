"""The lane of webhooks: another system is told of a step, signed as Standard Webhooks has it.

The same `webhook-id` comes with every attempt, so that what nobody answered may be handed over again: whoever has
taken it knows it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence

from aloft.act import endpoints
from aloft.act.channels.addresses import Network, NotAllowed, Resolve, resolve, target_of
from aloft.act.channels.posting import post
from aloft.act.channels.values import Refusal, Result
from aloft.act.models import Delivery, Endpoint
from aloft.act.outbox import claims
from aloft.clock import Clock

PATIENCE = 20.0  # seconds


class WebhookLane:
    """`allowed` are networks of our own that webhooks may lead to."""

    channel = "webhook"

    def __init__(
        self,
        clock: Clock,
        allowed: Sequence[Network],
        *,
        patience: float = PATIENCE,
        asked: Resolve = resolve,
    ) -> None:
        self._clock = clock
        self._allowed = allowed
        self._patience = patience
        self._asked = asked

    def close(self) -> None:
        """Nothing is held open between two deliveries."""

    def deliver(self, delivery: Delivery, by: str) -> Result:
        endpoint = Endpoint.objects.filter(name=delivery.to).first()
        if endpoint is None:
            return Refusal(f"no webhook is called {delivery.to}: `aloft webhook {delivery.to} URL`")
        if endpoint.gone_at is not None:
            return Refusal("it has answered 410 Gone: give it an address again", for_good=True)
        try:
            target = target_of(endpoint.url, self._allowed, self._asked)
        except (NotAllowed, OSError) as error:
            return Refusal(str(error))
        body = written(delivery.payload)
        now = self._clock.now()
        result = post(
            target, body, headers(delivery, endpoint, int(now.timestamp()), body), patience=self._patience,
            handing=lambda: claims.hand_over(delivery, by=by, at=self._clock.now()),
        )  # fmt: skip
        if isinstance(result, Refusal) and result.nobody:
            endpoints.has_gone(endpoint, at=self._clock.now())
        return result


def written(payload: Mapping[str, object]) -> bytes:
    """The same bytes whenever it is tried."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def headers(delivery: Delivery, endpoint: Endpoint, timestamp: int, body: bytes) -> dict[str, str]:
    """Signed with the secret of now and, after a change, with the one before."""
    name = f"msg_{delivery.key}"
    secrets = [secret for secret in (endpoint.secret, endpoint.former_secret) if secret]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Aloft",
        "webhook-id": name,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, name, timestamp, body) for secret in secrets),
    }


def signature(secret: str, name: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 of `id.timestamp.body`; `secret` is `whsec_` and the key in base64."""
    key = base64.b64decode(secret.removeprefix(endpoints.PREFIX))
    told = hmac.new(key, f"{name}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(told).decode()}"
