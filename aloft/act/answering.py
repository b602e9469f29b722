"""What a reader answers to a survey: a fact like any other, taken in once for each message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core import signing

from aloft.act.models import Message, StepKind
from aloft.collect.inbox import Inbox
from aloft.collect.values import Entry

SALT = "aloft.answer"
EVENT = "Survey Answered"
SCALES: Mapping[str, range] = {"nps": range(11), "csat": range(1, 6), "ces": range(1, 8)}
USUAL = range(1, 6)
LONGEST = 2_000  # characters of a remark


class NoAnswer(ValueError):
    """It is no answer on the survey's scale; the message says which are."""


@dataclass(frozen=True)
class Asked:
    """The survey that a link leads to."""

    message: Message

    @property
    def scale(self) -> range:
        return SCALES.get(self.message.template, USUAL)


def link(message: Message, site: str) -> str:
    return f"{site}/answer/{token(message)}"


def token(message: Message) -> str:
    return signing.dumps(str(message.public_id), salt=SALT)


def asked(text: str) -> Asked | None:
    """None where nobody signed this, or the message is gone."""
    try:
        public_id = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return None
    found = Message.objects.filter(public_id=public_id, kind=StepKind.SURVEY)
    message = found.select_related("account__whole", "contact").first()
    return Asked(message) if message and message.contact else None


def answer(survey: Asked, *, score: str, remark: str, source: str, inbox: Inbox, at: datetime) -> None:
    """Into the inbox, as `source` would have sent it; of several answers the first counts. Raises NoAnswer."""
    if not score.isdecimal() or int(score) not in survey.scale:
        raise NoAnswer(f"Choose a number from {survey.scale[0]} to {survey.scale[-1]}")
    message = survey.message
    assert message.contact is not None
    account = message.account.whole or message.account
    told = {"kind": message.template, "score": int(score), "text": remark.strip()[:LONGEST]}
    if message.account.whole is not None:
        told["product"] = message.account.product
    entry = Entry(
        source=source,
        message_id=f"answer-{message.key}",
        kind="track",
        name=EVENT,
        account=account.external_id,
        user=message.contact.user_id,
        occurred=at,
        body=json.dumps({"properties": told}).encode(),
    )
    inbox.append([entry], received=at)
