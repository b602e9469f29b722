"""What a step sends, whatever occurrence it is of: by which channel, for what purpose, to whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from aloft.engagement import playbook
from aloft.engagement.model import Moment
from aloft.engine.audience import Reached, default_readers

SENDABLE = ("email",)
"""The channels by which messages leave."""
SPOKEN = ("email", "in_app", "sms", "chat")


@dataclass(frozen=True)
class Letter:
    moment: Moment
    step: playbook.Message | playbook.Survey

    @property
    def template(self) -> str:
        return self.step.template if isinstance(self.step, playbook.Message) else self.step.kind

    @property
    def channel(self) -> str:
        """That of the step; else the first that the moment names by which something can leave."""
        if isinstance(self.step, playbook.Message) and self.step.channel:
            return self.step.channel
        named = [channel for channel in self.moment.channel if channel in SPOKEN]
        return next((channel for channel in named if channel in SENDABLE), [*named, "email"][0])

    @property
    def capped_as(self) -> str:
        """The channel as caps and weights know it: a survey is one, whatever brings it."""
        return "survey" if isinstance(self.step, playbook.Survey) else self.channel

    @property
    def purpose(self) -> str:
        return (self.step.purpose if isinstance(self.step, playbook.Message) else None) or self.moment.purpose

    @property
    def readers(self) -> playbook.Who:
        return self.step.to or self.moment.to or default_readers()

    def lacking(self, reached: Reached, texts: Collection[str]) -> str:
        """Why it cannot be sent, whatever the contact policy says; "": it can. `texts` are the approved ones."""
        if self.channel not in SENDABLE:
            return f"nothing is sent by {self.channel} yet"
        if not reached.contacts:
            return reached.lacking
        return "" if self.template in texts else f"the template {self.template} has no approved text"


def steps_of(moment: Moment, *, automated: bool) -> tuple[playbook.Step, ...]:
    """Those of the moment; without any, an automated owner sends one message with its name."""
    return moment.steps or ((playbook.Message(template=moment.name),) if automated else ())
