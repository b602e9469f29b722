"""Which templates a model sends, and in which of its moments; and which webhooks it calls."""

from __future__ import annotations

from collections.abc import Mapping

from aloft.engagement import playbook
from aloft.engagement.model import Model, Moment


def templates_of(model: Model) -> Mapping[str, tuple[str, ...]]:
    """By template, the names of the moments that send it, in the order of the document."""
    found: dict[str, list[str]] = {}
    for moment in model.moments.values():
        for template in sent_by(moment, model):
            found.setdefault(template, []).append(moment.name)
    return {template: tuple(moments) for template, moments in found.items()}


def webhooks_of(model: Model) -> list[str]:
    """Their names, in the order of the document."""
    steps = (step for moment in model.moments.values() for _, step in playbook.placed(moment.steps))
    return list(dict.fromkeys(step.name for step in steps if isinstance(step, playbook.Webhook)))


def sent_by(moment: Moment, model: Model) -> list[str]:
    """A moment without steps sends, where its owner is automated, the template of its name."""
    if not moment.steps:
        owners = [model.roles[role] for role in moment.owners.values() if role in model.roles]
        return [moment.name] if any(role.automated for role in owners) else []
    sent = (step for _, step in playbook.placed(moment.steps))
    named = [
        step.template if isinstance(step, playbook.Message) else step.kind
        for step in sent
        if isinstance(step, playbook.Message | playbook.Survey)
    ]
    return list(dict.fromkeys(named))
