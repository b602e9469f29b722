"""The lane of mail: asked once more whether it may leave, put into words, and handed to the mail server."""

from __future__ import annotations

from functools import lru_cache

from aloft.act import answering, filling, texts, unreachable
from aloft.act.channels import smtp
from aloft.act.channels.letters import letter
from aloft.act.channels.values import Refusal, Result, Withdrawn
from aloft.act.models import Delivery, Message, MessageState, StepKind
from aloft.act.outbox import claims
from aloft.act.rendering import Renderer, Unrenderable
from aloft.act.sending import Intent, Passage, weigh
from aloft.clock import Clock
from aloft.engagement.load import load
from aloft.engagement.model import Model
from aloft.records.models import ModelVersion


class MailLane:
    """`sender` is `Name <address>`, `site` where our pages are."""

    channel = "email"

    def __init__(self, server: smtp.MailServer, clock: Clock, sender: str, site: str) -> None:
        self._server = server
        self._clock = clock
        self._sender = sender
        self._site = site
        self._renderer = Renderer()

    def close(self) -> None:
        self._renderer.close()

    def deliver(self, delivery: Delivery, by: str) -> Result:
        message = delivery.message
        assert message is not None
        passage = self._weighed(message)
        if passage.way != "sent":
            return self._stopped(delivery, message, passage, by)
        try:
            self._put_into_words(message)
        except Unrenderable as error:
            return Refusal(f"the template {message.template}: {error}", for_good=True)
        mail = letter(
            delivery, sender=self._sender, subject=message.subject, body=message.body, site=self._site
        )
        result = smtp.send(
            self._server, mail, self._sender, delivery.to,
            lambda: claims.hand_over(delivery, by=by, at=self._clock.now()),
        )  # fmt: skip
        if isinstance(result, Refusal) and result.nobody:
            unreachable.bounced(address=delivery.to, answer=result.answer, at=self._clock.now())
        return result

    def _weighed(self, message: Message) -> Passage:
        assert message.contact is not None
        model = _model(message.occurrence.model_version_id)
        now = self._clock.now()
        return weigh([Intent(message, message.contact, message.occurrence, model, now, again=True)])[0]

    def _stopped(self, delivery: Delivery, message: Message, passage: Passage, by: str) -> Result:
        """What it had passed before stands in its way now."""
        now, why = self._clock.now(), passage.reason.found if passage.reason else passage.way
        if passage.way == "held" and passage.until is not None:
            claims.put_back(delivery, by=by, at=passage.until, answer=why)
            return Withdrawn()
        state = MessageState.SUPPRESSED if passage.way == "suppressed" else MessageState.WITHDRAWN
        Message.objects.filter(pk=message.pk).update(state=state, reason=why[:500])
        claims.withdraw(delivery, by=by, at=now, answer=why)
        return Withdrawn()

    def _put_into_words(self, message: Message) -> None:
        assert message.contact is not None
        text = texts.approved(message.template, message.contact)
        if text is None:
            raise Unrenderable("it has no approved text")
        answer = answering.link(message, self._site) if message.kind == StepKind.SURVEY else ""
        values = filling.of_occurrence(message.occurrence, message.contact, answer=answer)
        message.subject, message.body = self._renderer.render([text.subject, text.body], values)
        if answer not in message.body:
            message.body = f"{message.body.rstrip()}\n\n{answer}\n"
        message.subject = message.subject[:300]
        message.save(update_fields=["subject", "body"])


@lru_cache(maxsize=32)
def _model(version: int) -> Model:
    """Versions are immutable."""
    row = ModelVersion.objects.get(pk=version)
    return load(row.document, row.name)
