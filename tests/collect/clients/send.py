"""`python send.py CLIENT URL KEY`: one of the real clients for Python sends what the test expects.

First an event that the server refuses for good, alone; then one of each call, and a hundred events.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

EVENTS = 100


def segment(url: str, key: str, of: Any) -> None:
    """The old client of Segment and that of RudderStack have the same calls."""
    client = of(url, key)
    client.track("u1", "Refused")
    client.flush()
    client.identify("u1", {"email": "a@ex.test"})
    client.group("u1", "acme", {"name": "Acme"})
    client.track("u1", "Report Exported", {"rows": 12}, context={"groupId": "acme"})
    client.page("u1", "Docs", "Pricing", {"url": "http://x"})
    client.screen("u1", "App", "Home")
    client.alias("anon1", "u1")
    for number in range(EVENTS):
        client.track("u1", "Signed In", {"n": number}, context={"groupId": "acme"})
    client.flush()
    client.join()


def newest(url: str, key: str) -> Any:
    from segment.analytics.client import Client  # type: ignore[import-untyped]

    return Client(key, host=url)


def old(url: str, key: str) -> Any:
    from analytics.client import Client  # type: ignore[import-untyped]

    return Client(key, host=url)


def rudder(url: str, key: str) -> Any:
    from rudderstack.analytics.client import Client  # type: ignore[import-untyped]

    return Client(key, host=url)


def posthog(url: str, key: str, mode: str) -> None:
    from posthog import Posthog

    company = {"company": "acme"}
    client = Posthog(key, host=url, capture_mode=mode, max_retries=10)
    client.capture("Refused", distinct_id="u1")
    client.flush()
    client.set(distinct_id="u1", properties={"email": "a@ex.test"})
    client.group_identify("company", "acme", {"name": "Acme"})
    client.capture("Report Exported", distinct_id="u1", properties={"rows": 12}, groups=company)
    client.alias("anon1", "u1")
    for number in range(EVENTS):
        client.capture("Signed In", distinct_id="u1", properties={"n": number}, groups=company)
    client.flush()
    client.shutdown()


CLIENTS: dict[str, Callable[[str, str], None]] = {
    "segment-analytics-python": lambda url, key: segment(url, key, newest),
    "analytics-python": lambda url, key: segment(url, key, old),
    "rudder-sdk-python": lambda url, key: segment(url, key, rudder),
    "posthog-python": lambda url, key: posthog(url, key, "v0"),
    "posthog-python-v1": lambda url, key: posthog(url, key, "v1"),
}

if __name__ == "__main__":
    CLIENTS[sys.argv[1]](*sys.argv[2:])
