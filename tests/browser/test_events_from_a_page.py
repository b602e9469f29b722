"""Segment's client for browsers, on a page of a customer's product, sends to Aloft."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.collect.node import MODULES, installed_node
from tests.collect.serving import serving

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SEND = """([key, url]) => {
  const analytics = AnalyticsNext.AnalyticsBrowser.load({ writeKey: key, cdnURL: url })
  analytics.identify('u1', { email: 'a@ex.test' })
  analytics.group('acme', { name: 'Acme' })
  analytics.track('Report Exported', { rows: 12 })
  analytics.page('Docs', 'Pricing')
}"""
EXPECTED = {
    ("identify", "", "", "u1"),
    ("group", "", "acme", "u1"),
    ("track", "Report Exported", "", "u1"),
    ("page", "Page Viewed", "", "u1"),
}


class Product(BaseHTTPRequestHandler):
    """A page of another origin. One that was only made up might not reach this machine."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>A product</title>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def product() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Product) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_page_sends_across_origins_and_again_after_a_fault(
    browser: Browser, product: str, tmp_path: Path
) -> None:
    if installed_node() is None:
        pytest.skip("no Node")
    asked: set[str] = set()
    with serving(tmp_path, "tests.collect.faulty:application", ALOFT_FAULTS="503 lost") as server:
        page = browser.new_page()
        page.on("request", lambda request: asked.add(str(urlsplit(request.url).hostname)))
        page.goto(product)
        page.add_script_tag(path=MODULES / "@segment/analytics-next/dist/umd/index.js")
        page.evaluate(SEND, [server.key, server.url])
        for _ in range(60):
            if len(server.stored()) == len(EXPECTED):
                break
            page.wait_for_timeout(500)
        entries = server.stored()
        page.close()
    assert {(entry.kind, entry.name, entry.account, entry.user) for entry in entries} == EXPECTED
    assert len(entries) == len(EXPECTED)
    [track] = [entry for entry in entries if entry.kind == "track"]
    assert json.loads(track.body)["properties"] == {"rows": 12}
    assert asked == {"127.0.0.1"}
