"""A message that was refused, mended by a person and judged again."""

from __future__ import annotations

from msgspec import Raw

from aloft.collect.inbox import Inbox, Outcome
from aloft.collect.models import DeadLetter
from aloft.collect.services import BODY_KEPT, Letter, refuse_again
from aloft.collect.wire.answers import Refused
from aloft.collect.wire.normalise import judge
from aloft.collect.wire.segment import DEPTH_LIMIT, Call, check_depth

NOBODY = (None, None)


class NotSent(ValueError):
    """The letter is no message that can be sent again; the message says why."""


def send_again(*, letter: DeadLetter, body: bytes, inbox: Inbox) -> Outcome | Letter:
    """What came of it: an outcome, and the letter is gone; or why it is refused once more, and the letter says so.

    It happened when it said it did, and is judged as of when it was first received.
    """
    may_be_sent(letter)
    refused = _too_deep(body)
    judged = None if refused else judge(_call(body), letter.source, letter.received_at)
    if judged and judged.entries:
        (outcome,) = inbox.append(judged.entries)
        letter.delete()
        return outcome
    again = refused or (
        judged.refused[0] if judged else Letter("invalid_message", "It cannot be read.", body)
    )
    refuse_again(letter=letter, again=again, body=body)
    return again


def may_be_sent(letter: DeadLetter) -> None:
    if letter.index is None:
        raise NotSent("a whole request could not be read: its sender has to send it again")
    if len(letter.body) >= BODY_KEPT:
        raise NotSent("only the first 64 kB of the message were kept: its sender has to send it again")


def _call(body: bytes) -> Call:
    return Call(kind="", keys=NOBODY, sent_at=None, context=Raw(b""), messages=[body])


def _too_deep(body: bytes) -> Letter | None:
    try:
        check_depth(body, DEPTH_LIMIT)
    except Refused as refused:
        return Letter(refused.code, refused.message, body)
    return None
