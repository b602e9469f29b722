"""The one door to a customer: every message passes here as it is planned, and again as it is handed over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from aloft.act.models import Message, Occurrence, OccurrenceState, StepKind
from aloft.act.standings import Standings
from aloft.decide.policy import values as policy
from aloft.decide.policy.judge import judge
from aloft.decide.values import Reason
from aloft.engagement.leaves import PRIORITIES
from aloft.engagement.model import Model
from aloft.engagement.policy import ContactPolicy
from aloft.records.models import Contact

Way = Literal["sent", "held", "suppressed", "withdrawn"]
_WAYS: Mapping[policy.Way, Way] = {
    "passes": "sent", "held": "held", "suppressed": "suppressed", "merged": "suppressed",
}  # fmt: skip


@dataclass(frozen=True)
class Intent:
    """A message that is about to leave: `message` with its `contact` and `occurrence`, under the model that the
    occurrence is pinned to. `again`: it has passed before, and a worker is about to hand it over. `withheld`: why an
    experiment keeps it from them."""

    message: Message
    contact: Contact
    occurrence: Occurrence
    model: Model
    at: datetime
    again: bool = False
    withheld: Reason | None = None


@dataclass(frozen=True)
class Passage:
    """What becomes of it, and why; `until` is when what is held is to be asked about again."""

    way: Way
    reason: Reason | None = None
    until: datetime | None = None


def weigh(intents: Sequence[Intent]) -> list[Passage]:
    """What becomes of each of these messages, in their order: decided together, with a few statements for all.

    Where occurrences of one contact are pinned to different versions of a model, the policy of the newest counts.
    """
    over = {key: passage for key, one in enumerate(intents) if (passage := _over(one)) is not None}
    standing = {key: one for key, one in enumerate(intents) if key not in over}
    judged = _judged(standing) if standing else {}
    return [over.get(key) or judged[key] for key in range(len(intents))]


def _over(one: Intent) -> Passage | None:
    """What it was for has ended, or it comes too late: then nobody need be asked."""
    if one.occurrence.state == OccurrenceState.CLOSED or one.occurrence.cleared_at is not None:
        return Passage("withdrawn", _reason("occurrence", "what it was for has ended before it left"))
    if one.at >= one.message.ends_at:
        return Passage("suppressed", _reason("window", "the outcome's window ended before it could leave"))
    return None


def _reason(rule: str, found: str) -> Reason:
    return Reason(rule, False, "every message passes the contact policy", found)


def _judged(intents: Mapping[int, Intent]) -> dict[int, Passage]:
    leaving = [one.message.pk for one in intents.values() if one.message.pk]
    at = max(one.at for one in intents.values())
    read = Standings(list({one.contact.pk: one.contact for one in intents.values()}.values()), at, leaving)
    found: dict[int, Passage] = {}
    for group in _by_model(intents):
        model = max(group.values(), key=lambda one: one.occurrence.model_version_id).model
        rules = model.contact_policy or ContactPolicy()
        known = {one.contact.pk: read.of(one.contact, model, rules) for one in group.values()}
        passages = judge((_approach(key, one) for key, one in group.items()), known, rules)
        found |= {key: _passage(one) for key, one in passages.items()}
    return found


def _by_model(intents: Mapping[int, Intent]) -> list[dict[int, Intent]]:
    """All that goes to a contact stays together; contacts whose newest version is the same are asked at once."""
    newest: defaultdict[int, int] = defaultdict(int)
    for one in intents.values():
        newest[one.contact.pk] = max(newest[one.contact.pk], one.occurrence.model_version_id)
    groups: defaultdict[int, dict[int, Intent]] = defaultdict(dict)
    for key, one in intents.items():
        groups[newest[one.contact.pk]][key] = one
    return list(groups.values())


def _approach(key: int, one: Intent) -> policy.Approach:
    message = one.message
    return policy.Approach(
        key=key,
        contact=one.contact.pk,
        channel="survey" if message.kind == StepKind.SURVEY else message.channel,
        purpose="service" if message.purpose == "service" else "marketing",
        priority=PRIORITIES[one.occurrence.rank],
        at=one.at,
        ends=message.ends_at,
        due=one.occurrence.due_at,
        kind=message.template,
        withheld=one.withheld,
    )


def _passage(one: policy.Passage) -> Passage:
    return Passage(_WAYS[one.way], one.reason, one.until)
