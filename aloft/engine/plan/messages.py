"""What becomes of the messages that schedules bring: each passes the contact policy on its day, as it will then.

By the steps, the addressing and the policy by which they leave. Of many accounts some are taken by lot, for each
contact is asked about one after the other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from heapq import heapify, heappop, heappush
from typing import Literal

from aloft.act import texts
from aloft.act.standings import Standings
from aloft.decide.calendar import WorkCalendar, for_account
from aloft.decide.durations import add
from aloft.decide.playbook import Taken, go_on
from aloft.decide.policy.judge import judge
from aloft.decide.policy.values import Approach, Past, Standing
from aloft.decide.priority import priority_of
from aloft.decide.recurrence import opens_at
from aloft.decide.values import Reason
from aloft.engagement import playbook
from aloft.engagement.model import Model, Moment, ScheduleTrigger
from aloft.engagement.policy import ContactPolicy
from aloft.engagement.templates import sent_by, templates_of
from aloft.engine.audience import ACTOR, Reached, chosen, nobody, reachable
from aloft.engine.letters import Letter, steps_of
from aloft.engine.plan.sides import Side
from aloft.engine.plan.values import MessagePlan, MessagesPlan, Stopped
from aloft.facts.store import FactStore
from aloft.records.models import Contact

ASKED = 1_000  # accounts
Fate = Literal["at once", "held", "never"]

_SAYS = {
    "quiet_hours": "quiet hours, and days that are not worked",
    "consent": "they have not agreed to it, or have objected",
    "suppression": "nothing reaches them",
    "merge": "the same reaches them that day",
    "window": "it would come after the end of its outcome’s window",
}
"""Of rules whose words name a person or a zone; others are told in the words of the policy."""


@dataclass(frozen=True)
class Opening:
    """An occurrence that a schedule brings; `at` is when it opens, `ends` when its outcome’s window does. UTC."""

    moment: Moment
    customer: int
    at: datetime
    due: datetime
    ends: datetime
    calendar: WorkCalendar
    automated: bool
    lot: str


@dataclass(frozen=True)
class Sent:
    """A message to a contact, as its step is begun."""

    opening: Opening
    letter: Letter
    contact: Contact
    at: datetime

    def approach(self, key: int) -> Approach:
        return Approach(
            key=key,
            contact=self.contact.pk,
            channel=self.letter.capped_as,
            purpose="service" if self.letter.purpose == "service" else "marketing",
            priority=priority_of(self.opening.moment),
            at=self.at,
            ends=self.opening.ends,
            due=self.opening.due,
            kind=self.letter.template,
        )


Tally = Counter[tuple[str, Fate, str, str]]
"""Messages by moment, what becomes of them, and the rule that decides it with its words."""


def messages(store: FactStore, model: Model, side: Side, at: datetime) -> MessagesPlan:
    """Of the `side` that would be in force from `at` on."""
    writing = [name for name, moment in model.moments.items() if _writes(model, moment)]
    concerned = _draw(store, model, side, writing) if writing else 0
    if not concerned:
        return MessagesPlan(0, 0, ())
    asked = min(concerned, ASKED)
    tally = _tally(model, list(_openings(store, model, side, at)), at)
    return MessagesPlan(concerned, asked, _told(tally, writing, concerned / asked))


def _writes(model: Model, moment: Moment) -> bool:
    return isinstance(moment.trigger, ScheduleTrigger) and bool(sent_by(moment, model))


def _draw(store: FactStore, model: Model, side: Side, writing: Sequence[str]) -> int:
    """Make `written_to`, some of the accounts at which one of these moments falls due; how many there are."""
    of = {"model": model.name, "writing": writing}
    theirs = (
        f"select distinct account from {side.due} where model = $model and list_contains($writing, moment)"
    )
    store.run(
        f"""create or replace temp table written_to as select c.account from ({theirs}) join concerned c using (account)
        order by md5(c.external), c.account limit {ASKED}""",
        of,
    )
    store.run(
        f"""create or replace temp table writes as select d.*, coalesce(e.role, o.role) as role from {side.due} d
        semi join written_to w on w.account = d.account join {side.stands} s using (account, model)
        join {side.owned} o on o.model = d.model and o.moment = d.moment and o.touch = s.touch
        left join {side.dealt} e on e.account = d.account and e.model = d.model and e.moment = d.moment
        where d.model = $model and list_contains($writing, d.moment)""",
        of,
    )
    return int(store.run(f"select count(*) from ({theirs})", of)[0][0])


def _openings(store: FactStore, model: Model, side: Side, at: datetime) -> Iterator[Opening]:
    found = store.run(
        """select w.moment, w.anchor, w.n, w.due, w.opens, w.role, c.external, c.customer, c.zone, c.country,
          c.subdivision from writes w join concerned c using (account)
        order by c.external, w.moment, w.due, w.anchor, w.n"""
    )
    for name, anchor, n, due, opens, role, external, customer, zone, country, subdivision in found:
        moment, calendar = (
            model.moments[name],
            for_account(model.clock, zone, country, subdivision or None),
        )
        instant = calendar.at(due.date(), due.time())
        yield Opening(
            moment=moment,
            customer=customer,
            at=max(_opens(moment, instant, opens, calendar), at),
            due=instant,
            ends=add(instant, moment.outcome.within, calendar),
            calendar=calendar,
            automated=role in model.roles and model.roles[role].automated,
            lot=f"{external}:{name}:{anchor}:{n}",
        )


def _opens(moment: Moment, due: datetime, day: date, calendar: WorkCalendar) -> datetime:
    """`day` is the local one, never before that from which the schedule counts."""
    assert isinstance(moment.trigger, ScheduleTrigger)
    at = opens_at(due, moment.trigger.lead, None, calendar)
    return at if calendar.local_date(at) >= day else calendar.start_of_day(day)


def _tally(model: Model, openings: Sequence[Opening], at: datetime) -> Tally:
    tally: Tally = Counter()
    known = reachable({one.customer for one in openings})
    approved = frozenset(templates_of(model)) - frozenset(texts.lacking(templates_of(model)))
    sent = defaultdict[Contact, list[Sent]](list)
    for opening in openings:
        for letter, begins in _begun(opening):
            reached = _reached(letter.readers, known.get(opening.customer, ()))
            lacking = letter.lacking(reached, approved)
            if lacking:
                tally[opening.moment.name, "never", "message", lacking] += 1
            for contact in () if lacking else reached.contacts:
                sent[contact].append(Sent(opening, letter, contact, begins))
    policy = model.contact_policy or ContactPolicy()
    standings = Standings(list(sent), at)
    for contact, theirs in sent.items():
        for name, fate, reason in _passed(theirs, standings.of(contact, model, policy), policy):
            rule = reason.rule if reason else ""
            tally[name, fate, rule, _SAYS.get(rule, reason.says if reason else "")] += 1
    return tally


def _begun(opening: Opening) -> Iterator[tuple[Letter, datetime]]:
    """What is sent, and when: each wait lasts as long as it may, tasks are done at once, and no goal is reached. What
    an `if` decides is left out."""
    steps, at = steps_of(opening.moment, automated=opening.automated), opening.at
    certain, taken = frozenset(_certain(steps)), dict[str, Taken]()
    ahead = True
    while ahead:
        ahead = False
        for one in go_on(steps, taken, {}, opening.lot).begun:
            taken[one.path] = Taken(way=one.way, passed=one.passed)
            ahead |= one.waits
            if one.path not in certain:
                continue
            if isinstance(one.step, playbook.Message | playbook.Survey):
                yield Letter(opening.moment, one.step), at
            elif isinstance(one.step, playbook.Wait):
                at = add(at, one.step.at_most, opening.calendar)


def _certain(steps: Sequence[playbook.Step], before: str = "") -> Iterator[str]:
    """The paths of those that no `if` decides on."""
    for i, step in enumerate(steps):
        if step.condition is None:
            yield f"{before}{i}"
            for way, below in playbook.ways(step).items():
                yield from _certain(below, f"{before}{i}.{way}.")


def _reached(who: playbook.Who, contacts: Sequence[Contact]) -> Reached:
    """By persona; what is asked of each besides is taken for true. Nobody has caused what a schedule brings."""
    found = chosen(who, lambda persona: [one for one in contacts if one.persona == persona != ACTOR])
    return Reached(tuple(found), "" if found else nobody(who))


def _passed(
    sent: Sequence[Sent], standing: Standing, policy: ContactPolicy
) -> Iterator[tuple[str, Fate, Reason | None]]:
    """By moment, what becomes of each message to one contact. In the order of time: what is held is asked about again
    when it may pass, together with what comes then."""
    waiting = [(one.at, key) for key, one in enumerate(sent)]
    heapify(waiting)
    because: dict[int, Reason | None] = {}
    while waiting:
        at, now = waiting[0][0], list[Approach]()
        while waiting and waiting[0][0] == at:
            _, key = heappop(waiting)
            now.append(replace(sent[key].approach(key), at=at))
        passages = judge(now, {one.contact: standing for one in now}, policy)
        for one in now:
            passage, name = passages[one.key], sent[one.key].opening.moment.name
            if passage.until is not None:
                because.setdefault(one.key, passage.reason)
                heappush(waiting, (passage.until, one.key))
            elif passage.way == "passes":
                standing = replace(standing, past=(*standing.past, Past(at, one.channel, one.purpose)))
                yield name, "held" if one.key in because else "at once", because.get(one.key)
            else:
                yield name, "never", passage.reason


def _told(tally: Tally, writing: Iterable[str], scale: float) -> tuple[MessagePlan, ...]:
    found = {name: {key[1:]: n for key, n in tally.items() if key[0] == name} for name in writing}
    return tuple(
        MessagePlan(
            moment=name,
            messages=round(sum(fates.values()) * scale),
            at_once=round(sum(n for (fate, *_), n in fates.items() if fate == "at once") * scale),
            held=_stopped(fates, "held", scale),
            never=_stopped(fates, "never", scale),
        )
        for name, fates in found.items()
        if fates
    )


def _stopped(fates: Mapping[tuple[Fate, str, str], int], fate: Fate, scale: float) -> tuple[Stopped, ...]:
    found = [
        Stopped(rule, says, round(n * scale)) for (which, rule, says), n in fates.items() if which == fate
    ]
    return tuple(sorted(found, key=lambda one: (-one.messages, one.rule, one.says)))
