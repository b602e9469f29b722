"""A message that was refused, mended by a person and judged again."""

from __future__ import annotations

from aloft.collect.inbox import Inbox, Outcome
from aloft.collect.models import DeadLetter
from aloft.collect.services import BODY_KEPT, Letter, refuse_again
from aloft.collect.values import Entry
from aloft.collect.wire.answers import Refused
from aloft.collect.wire.normalise import judge
from aloft.collect.wire.paths import alone


class NotSent(ValueError):
    """The letter is no message that can be sent again; the message says why."""


def send_again(*, letter: DeadLetter, body: bytes, inbox: Inbox) -> Outcome | Letter:
    """What came of it: an outcome, and the letter is gone; or why it is refused once more, and the letter says so.

    It happened when it said it did, and is judged as of when it was first received.
    """
    may_be_sent(letter)
    judged = _judged(letter, body)
    if isinstance(judged, Letter):
        refuse_again(letter=letter, again=judged, body=body)
        return judged
    (outcome,) = inbox.append([judged])
    letter.delete()
    return outcome


def may_be_sent(letter: DeadLetter) -> None:
    if letter.index is None:
        raise NotSent("a whole request could not be read: its sender has to send it again")
    if len(letter.body) >= BODY_KEPT:
        raise NotSent("only the first 64 kB of the message were kept: its sender has to send it again")


def _judged(letter: DeadLetter, body: bytes) -> Entry | Letter:
    try:
        judged = judge(alone(body, letter.path), letter.source, letter.received_at)
    except Refused as refused:
        return Letter(refused.code, refused.message, body)
    return judged.entries[0] if judged.entries else judged.refused[0]
