"""What is in the outbox reaches a mail server once, whatever the server answers; what nobody answered is told."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest

from aloft.act import unreachable
from aloft.act.channels.mail import MailLane
from aloft.act.channels.smtp import InvalidAddress, mail_server
from aloft.act.channels.values import NoAnswer, Refusal, Sent, Unavailable, Withdrawn
from aloft.act.models import Delivery, Message, Unreachable
from aloft.act.outbox import claims, services
from aloft.act.outbox.worker import Worker
from aloft.act.unsubscribing import meant, unsubscribe
from aloft.clock import SetClock
from aloft.records.models import Change, Person, RecordedFact
from aloft.records.services import set_consent, set_person
from tests.act.letters import NOW, put_out
from tests.act.mail_server import Answers, serving

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
SENDER = "Team Acme <team@vendor.example>"


@dataclass
class Post:
    answers: Answers
    worker: Worker
    lane: MailLane
    clock: SetClock

    def once(self) -> object:
        return self.worker.once(self.lane)

    def delivery(self) -> Delivery:
        return Delivery.objects.get()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def post(db: None) -> Iterator[Post]:
    answers, clock, port = Answers(), SetClock(NOW), free_port()
    controller = serving(answers, port)
    lane = MailLane(mail_server(f"smtp://127.0.0.1:{port}", 1.0), clock, SENDER, "https://aloft.example")
    yield Post(answers, Worker([lane], clock, "worker-1"), lane, clock)
    lane.close()
    controller.stop()


@pytest.fixture
def mia(db: None) -> Person:
    return set_person(handle="mia", name="Mia", role="csm", actor="ops", at=NOW)


def read(message: object) -> EmailMessage:
    parsed = BytesParser(policy=policy.default).parsebytes(bytes(message))  # type: ignore[call-overload]
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_a_mail_is_put_into_words_and_sent_once(post: Post) -> None:
    put_out()
    assert isinstance(post.once(), Sent)
    assert post.once() is None
    mail = read(post.answers.got[0])
    assert len(post.answers.got) == 1
    assert (mail["From"], mail["Subject"]) == (SENDER, "Welcome, Acme")
    assert mail["To"] == "Ann Åberg <ann@acme.example>"
    assert mail["Message-ID"] == "<key-ann@vendor.example>"
    assert mail.get_content().startswith("Hello Ann,\n\nAcme has made 0 exports.\n")
    row = post.delivery()
    assert (row.state, row.attempts, row.answer, row.ended_at) == ("sent", 1, "250 2.0.0 taken", NOW)
    assert Message.objects.get().subject == "Welcome, Acme"


def test_marketing_says_how_to_get_out_of_it_and_service_does_not(post: Post) -> None:
    put_out()
    put_out("bob", purpose="service")
    post.once()
    post.once()
    marketing, service = (read(message) for message in post.answers.got)
    out = marketing["List-Unsubscribe"]
    assert out.startswith("<https://aloft.example/unsubscribe/")
    assert marketing["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    who = meant(out.strip("<>").rpartition("/")[2])
    assert who is not None
    assert (who[0].external_id, who[1]) == ("ann", "marketing")
    assert service["List-Unsubscribe"] is None


def test_a_server_that_says_later_is_asked_again_later(post: Post) -> None:
    put_out()
    post.answers.reader = "451 4.7.1 greylisted"
    assert post.once() == Refusal("451 4.7.1 greylisted")
    row = post.delivery()
    assert row.state == "waiting"
    # a minute, and up to a tenth of it by the key
    assert timedelta(minutes=1) <= row.next_at - NOW <= timedelta(minutes=1.1)
    assert post.once() is None
    post.answers.reader = ""
    post.clock.instant += timedelta(minutes=2)
    assert isinstance(post.once(), Sent)
    assert post.delivery().attempts == 2


def test_after_three_days_of_trying_it_has_failed_and_a_person_may_send_it_again(
    post: Post, mia: Person
) -> None:
    put_out()
    post.answers.data = "452 4.3.1 no room"
    while post.delivery().state == "waiting":
        post.clock.instant = max(post.clock.instant, post.delivery().next_at)
        assert isinstance(post.once(), Refusal)
    row = post.delivery()
    assert (row.state, row.attempts, row.answer) == ("failed", 22, "452 4.3.1 no room")
    assert timedelta(days=2.5) < post.clock.instant - NOW < timedelta(days=3.5)
    post.answers.data = "250 ok"
    services.send_again(delivery=row, actor=mia, at=post.clock.instant)
    assert isinstance(post.once(), Sent)


def test_an_address_at_which_nobody_is_gets_nothing_ever_again(post: Post) -> None:
    put_out()
    post.answers.reader = "550 5.1.1 no such user"
    assert post.once() == Refusal("550 5.1.1 no such user", for_good=True, nobody=True)
    assert post.delivery().state == "failed"
    assert Unreachable.objects.get().address == "ann@acme.example"


def test_a_line_that_breaks_after_the_mail_was_taken_leaves_it_unknown_until_a_person_says(
    post: Post, mia: Person
) -> None:
    put_out()
    post.answers.drop = True
    assert isinstance(post.once(), NoAnswer)
    row = post.delivery()
    assert row.state == "unknown"
    post.clock.instant += timedelta(days=1)
    assert post.once() is None
    services.it_arrived(delivery=row, actor=mia, at=post.clock.instant)
    assert post.delivery().state == "arrived"
    assert len(post.answers.got) == 1


def test_a_server_that_hangs_over_a_mail_leaves_it_unknown_and_sent_again_it_has_the_same_id(
    post: Post, mia: Person
) -> None:
    put_out()
    post.answers.hang = True
    assert isinstance(post.once(), NoAnswer)
    post.answers.hang = False
    services.send_again(delivery=post.delivery(), actor=mia, at=NOW)
    assert isinstance(post.once(), Sent)
    assert [message["Message-ID"] for message in post.answers.got] == ["<key-ann@vendor.example>"] * 2


def test_a_server_that_is_not_there_costs_no_attempt(post: Post) -> None:
    put_out()
    lane = MailLane(mail_server(f"smtp://127.0.0.1:{free_port()}", 1.0), post.clock, SENDER, "")
    assert isinstance(post.worker.once(lane), Unavailable)
    row = post.delivery()
    assert (row.state, row.attempts) == ("waiting", 0)
    lane.close()


def test_what_happened_meanwhile_stops_it_at_the_door(post: Post) -> None:
    delivery = put_out()
    contact = Message.objects.get().contact
    assert contact is not None
    set_consent(contact=contact, purpose="marketing", granted=False, actor="ops", at=NOW)
    assert post.once() == Withdrawn()
    assert (post.delivery().state, Message.objects.get().state) == ("withdrawn", "suppressed")
    put_out("bob")
    Message.objects.filter(contact__external_id="bob").update(ends_at=NOW)
    post.once()
    assert Message.objects.get(contact__external_id="bob").state == "suppressed"
    assert post.answers.got == []
    assert delivery is not None


def test_an_address_at_which_nobody_is_becomes_an_event_once(post: Post) -> None:
    put_out()
    post.answers.reader = "550 5.1.1 no such user"
    post.once()
    unreachable.bounced(address="ANN@acme.example", answer="again", at=NOW)
    told = RecordedFact.objects.get()
    assert (told.fact, str(told.contact), told.account.external_id) == ("bounced", "Ann Åberg", "acme")
    change = Change.objects.filter(kind="fact.recorded").get()
    assert (change.data["persona"], change.data["moment"]) == ("champion", "")


def test_one_click_withdraws_consent_and_what_waits(post: Post) -> None:
    put_out()
    message = Message.objects.get()
    assert message.contact is not None
    unsubscribe(message.contact, "marketing", NOW)
    assert isinstance(post.once(), Withdrawn)
    assert post.answers.got == []


def test_a_template_that_cannot_be_rendered_fails_with_its_reason(post: Post) -> None:
    put_out()
    from aloft.act.models import Text

    Text.objects.update(body="{{ acount.name }}")
    assert isinstance(post.once(), Refusal)
    assert "acount" in post.delivery().answer
    assert post.delivery().state == "failed"


def test_of_two_workers_one_has_it(post: Post) -> None:
    put_out()
    first = claims.claim("email", by="one", at=NOW)
    assert first is not None
    assert claims.claim("email", by="two", at=NOW) is None
    assert not claims.hand_over(first, by="two", at=NOW)
    assert claims.hand_over(first, by="one", at=NOW)


def test_a_lease_that_ended_gives_back_what_was_claimed_alone(post: Post) -> None:
    put_out()
    held = claims.claim("email", by="one", at=NOW)
    assert held is not None
    later = NOW + claims.LEASE + timedelta(seconds=1)
    assert claims.release(at=NOW) == 0
    assert claims.release(at=later) == 1
    assert post.delivery().state == "waiting"
    assert not claims.hand_over(held, by="one", at=later)


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://"])
def test_no_address_of_a_mail_server_is_told_with_its_mend(url: str) -> None:
    with pytest.raises(InvalidAddress, match="smtp://user:password@host:587"):
        mail_server(url)


def letters(home: Path, verb: str) -> list[str]:
    told = subprocess.run(
        [sys.executable, "-m", "tests.act.letters", verb],
        env={**os.environ, "ALOFT_HOME": str(home)}, capture_output=True, check=True, cwd=ROOT,
    )  # fmt: skip
    states: list[str] = json.loads(told.stdout.splitlines()[-1])
    return states


def test_a_worker_killed_while_it_hands_over_leaves_it_unknown_and_sends_nothing_twice(
    tmp_path: Path,
) -> None:
    answers, port = Answers(hang=True), free_port()
    controller = serving(answers, port)
    command = [sys.executable, "-m", "aloft", "worker"]
    environment = {
        **os.environ, "ALOFT_HOME": str(tmp_path), "ALOFT_SMTP": f"smtp://127.0.0.1:{port}",
        "ALOFT_MAIL_FROM": SENDER,
    }  # fmt: skip
    assert letters(tmp_path, "make") == ["waiting"]
    worker = subprocess.Popen(command, env=environment, cwd=ROOT)
    try:
        assert answers.taken.wait(60)
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
        assert letters(tmp_path, "look") == ["handing over"]
        assert letters(tmp_path, "later") == ["unknown"]
        answers.hang = False
        answers.taken.clear()
        assert letters(tmp_path, "again") == ["waiting"]
        worker = subprocess.Popen(command, env=environment, cwd=ROOT)
        assert answers.taken.wait(60)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
        assert letters(tmp_path, "look") == ["sent"]
        assert [mail["Message-ID"] for mail in answers.got] == ["<key-ann@vendor.example>"] * 2
    finally:
        worker.kill()
        worker.wait(10)
        controller.stop()
