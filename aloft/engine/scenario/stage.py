"""Puts a scenario on: who is there, and each fact as it becomes known, by the doors that real ones come in by."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

from aloft.act import services as acting
from aloft.act import texts, unreachable
from aloft.act.models import Occurrence, OccurrenceState, StepState
from aloft.act.states import IllegalMove
from aloft.collect.inbox import Entry
from aloft.decide.calendar import for_account
from aloft.engagement.digest import timings
from aloft.engagement.load import Reading
from aloft.engagement.problems import Place
from aloft.engagement.spelling import quoted
from aloft.engagement.templates import templates_of
from aloft.engine import erasing
from aloft.engine.loop import Engine
from aloft.engine.scenario.cast import PLAN
from aloft.engine.scenario.cells import Value
from aloft.engine.scenario.contracts import ACTOR, amend, set_terms
from aloft.engine.scenario.kept import tell_exception, tell_goal
from aloft.engine.scenario.values import (
    ActOn,
    Bounce,
    ContractTold,
    Erase,
    Event,
    Except,
    Fact,
    Given,
    GoalTold,
    MergeInto,
    OnMoment,
    PersonGiven,
    Publish,
    RecordOn,
    RunAgain,
    Scenario,
    SetFields,
    Unmerge,
    Watermark,
)
from aloft.records import services
from aloft.records.models import Account, Contact, Person
from aloft.records.refusals import Refused
from aloft.records.relationships import external_id


class Misstep(Exception):
    """A fact of the scenario that cannot be, as things stand; `place` is where it is told."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


class Stage:
    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._numbers = count(1)

    def set(self) -> None:
        """Everybody who is there as the scenario begins."""
        scenario = self._scenario
        for given in scenario.accounts:
            with _telling(given.place):
                self._account(given.name, given.fields, scenario.start)
        for given in scenario.contacts:
            with _telling(given.place):
                self._contact(given)
        for person in scenario.people:
            with _telling(person.place):
                _person(person, scenario.start)
        for person in scenario.people:
            with _telling(person.place):
                _stand_in(person, scenario.start)

    def publish(self, reading: Reading, at: datetime) -> None:
        """A scenario tests the model, not the words: each template that it sends has an approved text."""
        for name in templates_of(reading.model):
            text = texts.write(name=name, language=texts.USUAL, subject=name, body=name, actor=ACTOR, at=at)
            texts.approve(text=text, actor=ACTOR, at=at)
        services.publish_model(
            name=reading.model.name,
            document=reading.document,
            digest=reading.model.digest,
            bases=reading.model.bases,
            timings=timings(reading.model),
            live_from=at,
            actor=ACTOR,
            at=at,
        )

    def hold_by_rules(self) -> None:
        """Books with a rule, which is read against the models in force."""
        for one in self._scenario.people:
            if one.rule:
                with _telling(one.place):
                    _book(one, self._scenario.live_from)

    def tell(self, fact: Fact, engine: Engine) -> None:
        """Raises Misstep."""
        with _telling(fact.place):
            self._tell(fact, engine)

    def _tell(self, fact: Fact, engine: Engine) -> None:
        at = fact.received
        match fact.verb:
            case Event():
                engine.inbox.append(self._entries(fact, fact.verb), received=at)
            case SetFields():
                self._set(fact, fact.verb)
            case Watermark(source, complete_to):
                services.declare_complete(source=source, complete_to=complete_to, actor=ACTOR, at=at)
            case ActOn():
                _act(fact, fact.verb)
            case RecordOn():
                _record(fact, fact.verb)
            case ContractTold():
                amend(_account(fact), fact.verb, at)
            case GoalTold():
                tell_goal(_account(fact), fact.verb, at)
            case Except():
                tell_exception(_account(fact), fact.verb, at)
            case Publish(reading):
                self.publish(reading, at)
            case MergeInto(into):
                other = Account.objects.get(external_id=into)
                services.merge_accounts(account=_account(fact), into=other, actor=ACTOR, at=at)
            case Unmerge():
                services.unmerge_account(account=_account(fact), actor=ACTOR, at=at)
            case Erase():
                _erase(fact, engine.home)
            case Bounce(answer):
                found = _contact(fact.subject.contact)
                unreachable.bounced(address=found.email, answer=answer, at=at)
            case RunAgain():
                pass  # there is nothing to learn: it is the engine that begins again

    def _account(self, name: str, fields: Mapping[str, Value], at: datetime) -> None:
        own = {key: value for key, value in fields.items() if key not in PLAN}
        account = Account.objects.filter(external_id=name).first()
        if account is None:
            plain = {
                key: value for key, value in own.items() if key in ("timezone", "country", "subdivision")
            }
            account = services.set_account(external_id=name, fields=plain, actor=ACTOR, at=at)
        rest = set_terms(account, own, self._today(account, at), at)
        services.set_account(external_id=name, fields=rest, actor=ACTOR, at=at)
        for plan, agree in ((PLAN[0], services.agree_plan), (PLAN[1], services.review_plan)):
            if fields.get(plan) is True:
                agree(account=account, actor=ACTOR, at=at)
            elif plan in fields:
                raise Refused(plan, "it cannot be taken back", "Leave it out, or give true.")

    def _today(self, account: Account, at: datetime) -> date:
        clock = self._scenario.reading.model.clock
        return for_account(clock, account.timezone, account.country).local_date(at)

    def _contact(self, given: Given) -> None:
        fields: dict[str, Any] = {key: value for key, value in given.fields.items() if "." not in key}
        account = Account.objects.get(external_id=fields.pop("account"))
        if "user" in fields:
            fields["user_id"] = str(fields.pop("user"))
        at = self._scenario.start
        fields.setdefault("name", given.name)
        made = services.set_contact(external_id=given.name, account=account, actor=ACTOR, at=at, **fields)
        for key, told in given.fields.items():
            if key.startswith("consent."):
                _consent(made, key.removeprefix("consent."), str(told), at)

    def _set(self, fact: Fact, told: SetFields) -> None:
        at = fact.received
        if fact.subject.person:
            fields: dict[str, Any] = dict(told.fields)
            person = services.set_person(handle=fact.subject.person, actor=ACTOR, at=at, **fields)
            _take_leave(person, told.leave, at)
        elif fact.subject.contact:
            contact = _contact(fact.subject.contact)
            given: dict[str, Any] = dict(told.fields)
            if "user" in given:
                given["user_id"] = given.pop("user")
            services.set_contact(
                external_id=contact.external_id, account=contact.account, actor=ACTOR, at=at, **given
            )
            for purpose, state in told.consent.items():
                _consent(contact, purpose, state, at)
        else:
            self._account(fact.subject.account, told.fields, at)

    def _entries(self, fact: Fact, event: Event) -> list[Entry]:
        properties = dict(event.properties)
        if fact.subject.product:
            properties["product"] = fact.subject.product
        body = json.dumps({"properties": properties}, sort_keys=True).encode()
        return [self._entry(fact, event, body) for _ in range(event.times)]

    def _entry(self, fact: Fact, event: Event, body: bytes) -> Entry:
        number = next(self._numbers)
        user = fact.subject.user or (_user(fact.subject.contact) if fact.subject.contact else "")
        return Entry(
            source=event.source,
            message_id=event.id if event.id and event.times == 1 else f"{event.id or 'fact'}-{number}",
            kind="track",
            name=event.name,
            account=fact.subject.account,
            user=user or (f"user-{number}" if event.times > 1 else ""),
            occurred=fact.at,
            body=body,
        )


@contextmanager
def _telling(place: Place) -> Iterator[None]:
    """What a service refuses is a misstep of the scenario."""
    try:
        yield
    except (Refused, IllegalMove) as refused:
        raise Misstep(place, str(refused)) from None


def _erase(fact: Fact, home: Path) -> None:
    told = fact.subject.contact or fact.subject.user
    if told:
        erasing.erase_person(told=told, home=home, actor=ACTOR, at=fact.received)
    else:
        erasing.erase_account(account=_account(fact), home=home, actor=ACTOR, at=fact.received)


def _person(given: PersonGiven, at: datetime) -> None:
    fields: dict[str, Any] = {"name": given.name, **given.fields}
    services.set_person(handle=given.name, actor=ACTOR, at=at, **fields)


def _stand_in(given: PersonGiven, at: datetime) -> None:
    """Backup, leave and book, once everybody is there."""
    person = Person.objects.get(handle=given.name)
    if given.backup:
        backup = Person.objects.get(handle=given.backup)
        services.set_person(handle=given.name, actor=ACTOR, at=at, backup=backup)
    _take_leave(person, given.leave, at)
    if given.books:
        _book(given, at)


def _book(given: PersonGiven, at: datetime) -> None:
    accounts = list(Account.objects.filter(external_id__in=given.books))
    person = Person.objects.get(handle=given.name)
    services.set_book(person=person, name=given.name, accounts=accounts, rule=given.rule, actor=ACTOR, at=at)


def _take_leave(person: Person, leave: Any, at: datetime) -> None:
    for first, last in leave:
        services.take_leave(person=person, first_day=first, last_day=last, actor=ACTOR, at=at)


def _consent(contact: Contact, purpose: str, state: str, at: datetime) -> None:
    services.set_consent(contact=contact, purpose=purpose, granted=state == "granted", actor=ACTOR, at=at)


def _contact(name: str) -> Contact:
    return Contact.objects.select_related("account").get(external_id=name)


def _user(contact: str) -> str:
    return _contact(contact).user_id or contact


def _account(fact: Fact) -> Account:
    subject = fact.subject
    name = external_id(subject.account, subject.product) if subject.product else subject.account
    found = Account.objects.filter(external_id=name).first()
    if found is None:
        raise Misstep(fact.place, f"nothing is known of {subject} yet")
    return found


def occurrence(account: Account, told: OnMoment) -> Occurrence | None:
    """The n-th by due; without an n the newest that is not closed, else the newest."""
    rows = Occurrence.objects.filter(account=account, moment=told.moment)
    if told.n is not None:
        by_due = list(rows.order_by("due_at", "id"))
        return by_due[told.n - 1] if told.n <= len(by_due) else None
    standing = rows.exclude(state=OccurrenceState.CLOSED).order_by("-opened_at", "-id").first()
    return standing or rows.order_by("-opened_at", "-id").first()


def _meant(fact: Fact, told: OnMoment) -> Occurrence:
    found = occurrence(_account(fact), told)
    if found is None:
        which = f"no {told.n}. {told.moment}" if told.n else f"no {told.moment}"
        raise Misstep(fact.place, f"{which} has opened at {fact.subject} by then")
    return found


def _by(told: OnMoment, standing: Occurrence | None) -> Person:
    """Who acts: as told, else the owner, else whoever there is."""
    if told.by:
        return Person.objects.get(handle=told.by)
    owner = standing.owner if standing else None
    person = owner or Person.objects.order_by("pk").first()
    if person is None:
        raise Refused("as", "there is nobody to do it", "Introduce a person under `people`.")
    return person


def _act(fact: Fact, told: ActOn) -> None:
    at = fact.received
    if told.act == "open":
        acting.open_by_hand(account=_account(fact), moment=told.moment, actor=_by(told, None), at=at)
        return
    meant = _meant(fact, told)
    actor = _by(told, meant)
    if told.task:
        _end_task(fact, told, meant, actor)
    elif told.act == "start":
        acting.start(occurrence=meant, actor=actor, at=at)
    elif told.act == "done":
        acting.finish(occurrence=meant, actor=actor, at=at)
    else:
        acting.skip(occurrence=meant, actor=actor, at=at, reason=told.reason)


def _end_task(fact: Fact, told: ActOn, meant: Occurrence, actor: Person) -> None:
    waiting = meant.steps.filter(title=told.task, state=StepState.WAITING).order_by("pk").first()
    if waiting is None:
        raise Misstep(fact.place, f"no task {quoted(told.task)} waits on {told.moment}")
    acting.end_task(
        step=waiting, actor=actor, at=fact.received, skipped=told.reason if told.act == "skip" else ""
    )


def _record(fact: Fact, told: RecordOn) -> None:
    """`at` is when it happened, `received` when it was noted."""
    meant = _meant(fact, told)
    actor = _by(told, meant)
    for name, contacts in told.contacts.items():
        for contact in contacts:
            _note(fact, meant, actor, name, contact=_contact(contact) if contact else None)
    for name, value in told.values.items():
        _note(fact, meant, actor, name, value=value)


def _note(fact: Fact, meant: Occurrence, actor: Person, name: str, **more: Any) -> None:
    acting.record(occurrence=meant, actor=actor, at=fact.received, fact=name, occurred_at=fact.at, **more)
