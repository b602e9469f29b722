from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from segment.analytics.client import Client  # type: ignore[import-untyped]

from tests.collect.requests import basic
from tests.collect.serving import Server, serving

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("served")) as running:
        yield running


def client_of(server: Server) -> Client:
    return Client(
        server.key, host=server.url, timeout=20, on_error=lambda error, items: failures.append(error)
    )


def finish(client: Client) -> None:
    """Joining alone would leave what is queued unsent."""
    client.flush()
    client.join()


failures: list[Exception] = []


@pytest.fixture(autouse=True)
def no_failures() -> Iterator[None]:
    failures.clear()
    yield
    assert failures == []


def send_all_calls(client: Client) -> None:
    client.identify("u1", {"email": "a@ex.test"})
    client.group("u1", "acme", {"name": "Acme"})
    client.track("u1", "Report Exported", {"rows": 12}, context={"groupId": "acme"})
    client.page("u1", "Docs", "Pricing", {"url": "http://x"})
    client.screen("u1", "App", "Home")
    client.alias("anon1", "u1")


EXPECTED = [
    ("alias", "", "", "u1"),
    ("group", "", "acme", "u1"),
    ("identify", "", "", "u1"),
    ("page", "Page Viewed", "", "u1"),
    ("screen", "Screen Viewed", "", "u1"),
    ("track", "Report Exported", "acme", "u1"),
]


@pytest.mark.parametrize("compressed", [False, True])
def test_the_python_client_s_calls_are_stored_as_they_were_sent(tmp_path: Path, compressed: bool) -> None:
    with serving(tmp_path) as server:
        client = Client(
            server.key, host=server.url, gzip=compressed, on_error=lambda e, _: failures.append(e)
        )
        send_all_calls(client)
        finish(client)
        entries = server.stored()
    assert sorted((entry.kind, entry.name, entry.account, entry.user) for entry in entries) == EXPECTED
    [track] = [entry for entry in entries if entry.kind == "track"]
    assert json.loads(track.body)["properties"] == {"rows": 12}
    assert track.occurred <= track.received


def test_as_many_events_are_stored_as_the_client_sent(server: Server) -> None:
    client = client_of(server)
    for number in range(1_000):
        client.track(f"u{number % 7}", "Signed In", {"n": number}, context={"groupId": f"a{number % 3}"})
    finish(client)
    sent = [entry for entry in server.stored() if entry.name == "Signed In"]
    told = {(entry.user, entry.account, json.loads(entry.body)["properties"]["n"]) for entry in sent}
    assert len(sent) == 1_000
    assert told == {(f"u{n % 7}", f"a{n % 3}", n) for n in range(1_000)}


def test_a_client_that_was_answered_503_counts_once(tmp_path: Path) -> None:
    with serving(tmp_path, "tests.collect.faulty:application") as server:
        client = client_of(server)
        send_all_calls(client)
        finish(client)
        entries = server.stored()
    assert (tmp_path / "answer_lost").read_text() == "200 OK"
    assert sorted((entry.kind, entry.name, entry.account, entry.user) for entry in entries) == EXPECTED


def test_a_chunked_body_is_stored_by_the_real_server(server: Server) -> None:
    message = {"type": "track", "messageId": "chunked", "userId": "u1", "event": "Chunked"}
    body = json.dumps({"batch": [message]}).encode()
    pieces = [body[start : start + 20] for start in range(0, len(body), 20)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    head = f"POST /v1/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {basic(server.key + ':')}\r\n"
    reply = exchange(
        server, head.encode() + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunks
    )
    assert reply.startswith(b"HTTP/1.1 200 OK")
    assert json.loads(reply.partition(b"\r\n\r\n")[2])["accepted"] == 1
    assert [entry.name for entry in server.stored() if entry.message_id == "chunked"] == ["Chunked"]


def test_a_body_past_the_limit_hears_its_answer(server: Server) -> None:
    length = 20 * 1024 * 1024 + 100_000
    head = (
        f"POST /v1/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )
    reply = exchange(server, head.encode() + b"x" * length)
    assert reply.startswith(b"HTTP/1.1 413 ")


def exchange(server: Server, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(request)
        pieces = []
        while piece := connection.recv(65_536):
            pieces.append(piece)
    return b"".join(pieces)
