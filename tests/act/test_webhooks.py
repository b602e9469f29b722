"""A webhook reaches another system at least once, signed, and nothing that lies within our own walls."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from aloft.act import endpoints
from aloft.act.channels.addresses import NotAllowed, is_public, networks, parts_of, target_of
from aloft.act.channels.values import NoAnswer, Refusal, Sent
from aloft.act.channels.webhook import WebhookLane, headers, signature
from aloft.act.models import Delivery, Endpoint
from aloft.act.outbox import claims
from aloft.act.outbox.worker import Worker
from aloft.clock import SetClock
from aloft.records.models import AuditEntry
from aloft.records.refusals import Refused
from tests.act.hook_server import Hooks, serving
from tests.act.letters import NOW, put_out_call

HERE = networks(["127.0.0.0/8"])
PATIENCE = 60.0  # for whoever answers
IMPATIENT = 0.5  # for whoever does not
ROOT = Path(__file__).parents[2]


@dataclass
class Line:
    hooks: Hooks
    worker: Worker
    lane: WebhookLane
    clock: SetClock

    def once(self) -> object:
        return self.worker.once(self.lane)

    def again(self) -> object:
        """At the instant at which it is due to be tried again."""
        self.clock.instant = self.delivery().next_at
        return self.once()

    def delivery(self) -> Delivery:
        return Delivery.objects.get()


@pytest.fixture
def server() -> Iterator[tuple[Hooks, ThreadingHTTPServer]]:
    hooks = Hooks()
    listening = serving(hooks)
    yield hooks, listening
    hooks.go_on.set()
    listening.shutdown()
    listening.server_close()


def url_of(listening: ThreadingHTTPServer, path: str = "/in?of=aloft") -> str:
    return f"http://127.0.0.1:{listening.server_address[1]}{path}"


@pytest.fixture
def line(db: None, server: tuple[Hooks, ThreadingHTTPServer]) -> Line:
    hooks, listening = server
    clock = SetClock(NOW)
    lane = WebhookLane(clock, HERE, patience=PATIENCE)
    endpoints.set_endpoint(name="crm", url=url_of(listening), actor="ops", at=NOW)
    return Line(hooks, Worker([lane], clock, "worker-1"), lane, clock)


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example of contracts.md 2, made with the library of the standard."""
    secret = "whsec_" + "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw"
    made = signature(secret, "msg_1", 1795285000, b'{"a":1}')
    assert made == "v1,Bx+VqlpIcdmpM30Avs3b3QK35sPEhDkxY90yp+tmi7g="


def test_a_webhook_is_told_once_and_signed(line: Line) -> None:
    put_out_call()
    assert line.once() == Sent("200")
    assert line.once() is None
    assert (line.delivery().state, len(line.hooks.got)) == ("sent", 1)
    head, body = line.hooks.got[0]
    assert json.loads(body) == {"data": {"account": {"id": "acme", "name": "Åberg"}}, "type": "step.reached"}
    assert (head["webhook-id"], head["webhook-timestamp"]) == ("msg_key-crm", str(int(NOW.timestamp())))
    secret = Endpoint.objects.get().secret
    assert head["webhook-signature"] == signature(secret, "msg_key-crm", int(NOW.timestamp()), body)


def test_after_a_change_of_secret_both_sign(line: Line) -> None:
    put_out_call()
    before = Endpoint.objects.get().secret
    after = endpoints.renew_secret(name="crm", actor="ops", at=NOW)
    assert (after.former_secret, after.secret != before) == (before, True)
    made = headers(line.delivery(), after, 1, b"{}")["webhook-signature"].split()
    assert made == [signature(secret, "msg_key-crm", 1, b"{}") for secret in (after.secret, before)]
    assert before not in str(list(AuditEntry.objects.values_list("payload", flat=True)))


@pytest.mark.parametrize("status", [301, 400, 429, 500, 503])
def test_what_is_refused_is_tried_again_with_the_same_id(line: Line, status: int) -> None:
    put_out_call()
    line.hooks.status, line.hooks.to = status, "http://127.0.0.1:1/elsewhere"
    assert line.once() == Refusal(f"it answered {status}")
    waiting = line.delivery()
    assert (waiting.state, waiting.attempts) == ("waiting", 1)
    assert timedelta(seconds=5) <= waiting.next_at - NOW < timedelta(seconds=6)
    assert line.once() is None
    line.hooks.status = 204
    assert line.again() == Sent("204")
    assert [head["webhook-id"] for head, _ in line.hooks.got] == ["msg_key-crm"] * 2
    assert line.hooks.got[0][1] == line.hooks.got[1][1]


def test_after_ten_attempts_it_has_failed(line: Line) -> None:
    put_out_call()
    line.hooks.status = 500
    for _ in range(10):
        assert line.again() == Refusal("it answered 500")
    assert (line.delivery().state, len(line.hooks.got)) == ("failed", 10)


def test_who_is_gone_is_not_called_again_until_it_has_an_address(line: Line) -> None:
    put_out_call()
    line.hooks.status = 410
    line.once()
    assert (line.delivery().state, Endpoint.objects.get().gone_at) == ("failed", NOW)
    put_out_call("other")
    line.once()
    assert [one.state for one in Delivery.objects.all()] == ["failed", "failed"]
    assert len(line.hooks.got) == 1
    endpoints.set_endpoint(name="crm", url=Endpoint.objects.get().url, actor="ops", at=NOW)
    assert Endpoint.objects.get().gone_at is None


def test_a_line_that_breaks_after_it_was_taken_is_told_again_by_the_same_id(line: Line) -> None:
    put_out_call()
    line.hooks.drop = True
    assert isinstance(line.once(), NoAnswer)
    assert (line.delivery().state, len(line.hooks.got)) == ("waiting", 1)
    line.hooks.drop = False
    assert line.again() == Sent("200")
    assert [head["webhook-id"] for head, _ in line.hooks.got] == ["msg_key-crm"] * 2


def test_who_hangs_is_waited_for_no_longer_than_so_and_told_again(line: Line) -> None:
    put_out_call()
    line.hooks.hang = True
    hurried = WebhookLane(line.clock, HERE, patience=IMPATIENT)
    assert isinstance(line.worker.once(hurried), NoAnswer)
    assert line.delivery().state == "waiting"
    assert line.hooks.taken.wait(60)
    line.hooks.hang = False
    assert line.again() == Sent("200")
    assert [head["webhook-id"] for head, _ in line.hooks.got] == ["msg_key-crm"] * 2


def test_what_nobody_ever_answers_is_unknown(line: Line) -> None:
    put_out_call()
    Delivery.objects.update(attempts=9)
    line.hooks.drop = True
    line.once()
    assert line.delivery().state == "unknown"


def test_a_lease_that_ended_puts_it_back_whatever_was_done(line: Line) -> None:
    put_out_call()
    held = claims.claim("webhook", by="gone", at=NOW)
    assert held is not None
    assert claims.hand_over(held, by="gone", at=NOW)
    assert claims.release(at=NOW + claims.LEASE + timedelta(seconds=1)) == 1
    assert line.delivery().state == "waiting"


def test_a_name_without_an_address_is_told_and_waits(line: Line) -> None:
    put_out_call(to="erp")
    assert line.once() == Refusal("no webhook is called erp: `aloft webhook erp URL`")
    assert line.delivery().state == "waiting"
    assert endpoints.lacking(["crm", "erp"]) == ["erp"]


def test_nothing_is_sent_within_our_own_walls_unless_it_is_allowed(line: Line) -> None:
    put_out_call()
    walled = WebhookLane(line.clock, (), patience=PATIENCE)
    told = Worker([walled], line.clock, "worker-2").once(walled)
    assert told == Refusal("127.0.0.1 is at 127.0.0.1, which is not public: see ALOFT_WEBHOOK_NETWORKS")
    assert line.hooks.got == []


def test_a_name_that_resolves_otherwise_the_second_time_leads_nowhere_else(line: Line) -> None:
    """What was looked at is what is connected to: the name is asked once."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    endpoints.set_endpoint(
        name="crm", url=Endpoint.objects.get().url.replace("127.0.0.1", "hooks.example"), actor="ops", at=NOW
    )
    put_out_call()
    lane = WebhookLane(line.clock, HERE, patience=PATIENCE, asked=rebinding)
    assert Worker([lane], line.clock, "worker-2").once(lane) == Sent("200")
    assert asked == ["hooks.example"]
    assert line.hooks.got[0][0]["host"].startswith("hooks.example:")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1",
        "::127.0.0.1", "::ffff:169.254.169.254",
    ],
)  # fmt: skip
def test_addresses_that_are_ours_however_they_are_wrapped(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_addresses_that_are_everybodys(address: str) -> None:
    assert is_public(address)


def test_of_several_addresses_one_that_is_ours_is_enough_to_refuse() -> None:
    with pytest.raises(NotAllowed, match=r"10\.0\.0\.1, which is not public"):
        target_of("https://hooks.example", (), lambda *_: ["93.184.216.34", "10.0.0.1"])
    found = target_of("https://hooks.example", (), lambda *_: ["93.184.216.34"])
    assert (found.port, found.path, found.addresses) == (443, "/", ("93.184.216.34",))


def test_ports_are_the_usual_ones_outside_of_allowed_networks() -> None:
    with pytest.raises(NotAllowed, match="port 25"):
        target_of("http://hooks.example:25", (), lambda *_: ["93.184.216.34"])
    assert target_of("http://here:25", HERE, lambda *_: ["127.0.0.1"]).port == 25


@pytest.mark.parametrize(
    "url",
    ["ftp://x.example", "https://", "hooks.example", "https://a:b@x.example", "http://x.example:99999",
     "http://x.example/\r\nHost: y", "https://ä.example"],
)  # fmt: skip
@pytest.mark.django_db
def test_what_is_no_address_is_refused_with_its_mend(url: str) -> None:
    with pytest.raises(NotAllowed):
        parts_of(url)
    with pytest.raises(Refused):
        endpoints.set_endpoint(name="crm", url=url, actor="ops", at=NOW)
    assert not Endpoint.objects.exists()


def letters(home: Path, verb: str) -> list[str]:
    told = subprocess.run(
        [sys.executable, "-m", "tests.act.letters", verb],
        env={**os.environ, "ALOFT_HOME": str(home)}, capture_output=True, check=True, cwd=ROOT,
    )  # fmt: skip
    states: list[str] = json.loads(told.stdout.splitlines()[-1])
    return states


@pytest.mark.slow
def test_a_worker_killed_while_it_hands_over_tells_it_again_by_the_same_id(
    server: tuple[Hooks, ThreadingHTTPServer], tmp_path: Path
) -> None:
    hooks, listening = server
    hooks.hang = True
    environment = {**os.environ, "ALOFT_HOME": str(tmp_path), "ALOFT_WEBHOOK_NETWORKS": "127.0.0.0/8"}
    command = [sys.executable, "-m", "aloft", "worker"]
    assert letters(tmp_path, "call " + url_of(listening)) == ["waiting"]
    worker = subprocess.Popen(command, env=environment, cwd=ROOT)
    try:
        assert hooks.taken.wait(120)
        worker.send_signal(signal.SIGKILL)
        worker.wait(30)
        assert letters(tmp_path, "look") == ["handing over"]
        hooks.hang = False
        hooks.taken.clear()
        assert letters(tmp_path, "later") == ["waiting"]
        worker = subprocess.Popen(command, env=environment, cwd=ROOT)
        assert hooks.taken.wait(120)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
        assert letters(tmp_path, "look") == ["sent"]
        assert [head["webhook-id"] for head, _ in hooks.got] == ["msg_key-crm"] * 2
    finally:
        worker.kill()
        worker.wait(30)
