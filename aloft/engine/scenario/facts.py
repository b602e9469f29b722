"""The timeline of a scenario: what was so at an instant, and when we learned of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import count
from typing import get_args

from aloft.decide.calendar import WorkCalendar
from aloft.decide.durations import add
from aloft.engagement.durations import positive
from aloft.engagement.model import Duration
from aloft.engagement.names import NOTED
from aloft.engagement.parse import ReadingError
from aloft.engagement.spelling import alternatives, did_you_mean, quoted
from aloft.engine.scenario.cast import PERSON_FIELDS, Cast, leave, person_fields
from aloft.engine.scenario.cells import Cell, Misread, Value
from aloft.engine.scenario.keys import UNRUN, VERBS
from aloft.engine.scenario.published import read_published
from aloft.engine.scenario.values import (
    Act,
    ActOn,
    Bounce,
    ContractTold,
    Erase,
    Event,
    Except,
    Fact,
    GoalTold,
    MergeInto,
    Publish,
    RecordOn,
    RunAgain,
    SetFields,
    Subject,
    Unmerge,
    Verb,
    Watermark,
)
from aloft.records.services.contacts import READ as CONTACT_FIELDS

SUBJECT = ("account", "product", "contact", "user", "person")
_CONTRACT = ("contract", "line", "mrr", "start", "end", "signed", "product", "plan", "seats", "currency",
             "paused", "resumes")  # fmt: skip
_RUNS = {"again": False, "after crash": True}


def read_facts(cell: Cell, cast: Cast) -> tuple[Fact, ...]:
    """One, or what happened again and again, each time anew. Raises Misread."""
    first, told = _fact(cell, cast), cell.cells()
    if "every" not in told and "last" not in told:
        return (first,)
    for key in ("every", "last"):
        if key not in told:
            raise cell.misread(
                f"'{key}' is missing: what happens again and again needs both `every` and `last`"
            )
    for key in ("id", "received"):
        if key in told:
            raise told[key].misread(f"what happens again and again has no '{key}': it is another each time")
    calendar = cast.calendar(first.subject.account)
    until = told["last"].when(calendar).last
    if until is None:
        raise told["last"].misread("'any' is no instant: say up to when")
    instants = _again(first.at, _period(told["every"]), until, calendar)
    return tuple(replace(first, at=at, received=at) for at in instants)


def _again(first: datetime, period: Duration, until: datetime, calendar: WorkCalendar) -> Iterator[datetime]:
    """Counted from the first, on the account's clock."""
    for n in count():
        at = add(first, Duration(n * period.number, period.unit), calendar) if n else first
        if at >= until:
            return
        yield at


def _period(cell: Cell) -> Duration:
    try:
        return positive(cell.text())
    except ReadingError as refused:
        raise cell.misread(refused.message) from None


def _fact(cell: Cell, cast: Cast) -> Fact:
    told = cell.cells()
    verb = _verb(cell, told)
    cell.known(("at", "received", *SUBJECT, verb, *VERBS[verb].beside))
    for key in UNRUN:
        if key in told:
            raise Misread(
                told[key].problem(f"'{key}' is not run by this version yet: leave it out", told[key].key)
            )
    if "at" not in told:
        raise Misread(cell.problem("'at' is missing: when was it so?"))
    subject = cast.subject(told)
    at = told["at"].instant(cast.calendar(subject.account))
    received = told["received"].instant(cast.calendar(subject.account)) if "received" in told else at
    return Fact(cell.place, at, received, subject, _READ[verb](told, subject, cast))


def _verb(cell: Cell, told: Mapping[str, Cell]) -> str:
    found = [key for key in told if key in VERBS]
    if len(found) == 1:
        return found[0]
    if found:
        raise cell.misread(f"one thing at a time: {alternatives(found)}")
    others = [key for key in told if key not in ("at", "received", *SUBJECT)]
    near = did_you_mean(others[0], VERBS) if others else ""
    raise cell.misread(f"what happened?{near} It is one of {alternatives(VERBS)}")


def _event(told: Mapping[str, Cell], subject: Subject, cast: Cast) -> Verb:
    name = told["event"].text()
    if not (subject.account or subject.user or subject.contact):
        raise told["event"].misread("whose event is it? Name its account, user or contact")
    times = told["times"].number() if "times" in told else 1
    if times < 1:
        raise told["times"].misread("give 1 or more")
    properties = {key: cell.json() for key, cell in told["with"].cells().items()} if "with" in told else {}
    source = told["source"].text() if "source" in told else cast.source_of(name)
    identity = str(told["id"].value()) if "id" in told else ""
    return Event(name, properties, source, identity, times)


def _set(told: Mapping[str, Cell], subject: Subject, cast: Cast) -> Verb:
    if subject.person:
        cells = told["set"].known((*PERSON_FIELDS, "leave"))
        return SetFields(person_fields(cells), leave=leave(cells.get("leave")))
    if subject.contact:
        return _set_contact(told["set"])
    if not subject.account:
        raise told["set"].misread("of whom? Name an account, a contact or a person")
    known = told["set"].known(cast.account_fields())
    return SetFields({key: cell.value() for key, cell in known.items()})


def _set_contact(cell: Cell) -> SetFields:
    cells = cell.known((*CONTACT_FIELDS, "user", "consent"))
    consent = {key: one.text() for key, one in cells["consent"].cells().items()} if "consent" in cells else {}
    for key, one in cells["consent"].cells().items() if "consent" in cells else ():
        one.choice(("granted", "withdrawn"), f"consent to {key}")
    return SetFields({key: one.value() for key, one in cells.items() if key != "consent"}, consent)


def _watermark(told: Mapping[str, Cell], subject: Subject, cast: Cast) -> Verb:
    if "complete_to" not in told:
        raise told["watermark"].misread("'complete_to' is missing: up to when has it sent everything?")
    source = told["watermark"].choice(("product", *cast.model.sources), "source")
    return Watermark(source, told["complete_to"].instant(cast.calendar("")))


def _act(told: Mapping[str, Cell], subject: Subject, cast: Cast) -> Verb:
    act: Act = told["act"].choice(get_args(Act), "act")  # type: ignore[assignment]
    moment, n, by = _on_moment(told, "act", subject, cast)
    reason = told["reason"].text() if "reason" in told else "as the scenario says"
    task = told["task"].text() if "task" in told else ""
    if task and act not in ("done", "skip"):
        raise told["act"].misread("a task is done, or skipped")
    return ActOn(moment, n, by, act, reason, task)


def _on_moment(
    told: Mapping[str, Cell], verb: str, subject: Subject, cast: Cast
) -> tuple[str, int | None, str]:
    if not subject.account:
        raise told[verb].misread("at which account? Name it")
    if "moment" not in told:
        raise told[verb].misread("on which moment? Name it")
    moment = cast.moment(told["moment"])
    n = told["n"].number() if "n" in told else None
    if n is not None and n < 1:
        raise told["n"].misread("the first is 1")
    return moment, n, told["as"].choice(cast.people, "person") if "as" in told else ""


def _record(told: Mapping[str, Cell], subject: Subject, cast: Cast) -> Verb:
    moment, n, by = _on_moment(told, "record", subject, cast)
    contacts: dict[str, tuple[str, ...]] = {}
    values: dict[str, str] = {}
    declared = cast.records()
    for key, cell in told["record"].cells().items():
        if key in declared:
            values[key] = str(cell.value())
        elif key in NOTED:
            contacts[key] = _of_contacts(cell, cast)
        else:
            hint = did_you_mean(key, (*NOTED, *declared))
            raise Misread(cell.problem(f"unknown record {quoted(key)}{hint}", cell.key))
    return RecordOn(moment, n, by, contacts, values)


def _of_contacts(cell: Cell, cast: Cast) -> tuple[str, ...]:
    """`[ann]`, `ann`; `true` is of nobody in particular."""
    if not cell.is_list and not cell.is_mapping and cell.value() is True:
        return ("",)
    return tuple(one.choice(cast.contacts, "contact") for one in cell.items())


def _contract(told: Mapping[str, Cell], subject: Subject, cast: Cast) -> Verb:
    if not subject.account:
        raise told["contract"].misread("whose contract? Name its account")
    cells = told["contract"].known(_CONTRACT)
    days = {key: None if _is_null(cells[key]) else cells[key].day() for key in _DAYS if key in cells}
    more: dict[str, Value] = {
        key: cells[key].value() for key in ("product", "plan", "seats", "currency") if key in cells
    }
    return ContractTold(
        contract=str(cells["contract"].value()) if "contract" in cells else f"{subject.account}-1",
        line=str(cells["line"].value()) if "line" in cells else "1",
        mrr=_money(cells["mrr"]) if "mrr" in cells else None,
        start=days.get("start"),
        end=days.get("end"),
        signed=days.get("signed"),
        ends="end" in cells,
        more=more,
        paused=days.get("paused"),
        resumes=days.get("resumes"),
    )


_DAYS = ("start", "end", "signed", "paused", "resumes")


def _is_null(cell: Cell) -> bool:
    return cell.value() is None


def _money(cell: Cell) -> Decimal:
    try:
        return Decimal(cell.text())
    except InvalidOperation:
        raise cell.misread(f"{quoted(cell.text())} is no amount") from None


def _goal(told: Mapping[str, Cell], subject: Subject, cast: Cast) -> Verb:
    if not subject.account:
        raise told["goal"].misread("whose goal? Name its account")
    cells = told["goal"].known(("title", "read", *_AMOUNTS, *_OF_GOALS))
    if "title" not in cells:
        raise told["goal"].misread("'title' is missing: which goal?")
    amounts = {key: _money(cells[key]) for key in _AMOUNTS if key in cells}
    days = {field: cells[key].day() for key, field in _OF_GOALS.items() if key in cells}
    read = _money(cells["read"]) if "read" in cells else None
    return GoalTold(cells["title"].text(), {**amounts, **days}, read)


_AMOUNTS = ("baseline", "target")
_OF_GOALS = {"start": "starts_on", "due": "due_on"}


def _except(told: Mapping[str, Cell], subject: Subject, cast: Cast) -> Verb:
    if not subject.account:
        raise told["except"].misread("which account? Name it")
    if not told["except"].is_mapping:
        told["except"].choice(("ended",), "exception")
        return Except()
    cells = told["except"].known(("touch", "owner", "skip", "moment", "until"))
    kinds = [key for key in ("touch", "owner", "skip") if key in cells]
    if len(kinds) != 1 or ("moment" in cells and kinds != ["owner"]):
        raise told["except"].misread("one of `touch`, `owner`, perhaps with a `moment`, or `skip`")
    if "until" not in cells:
        raise told["except"].misread("'until' is missing: what is its last day?")
    moment = cells.get("skip") or cells.get("moment")
    return Except(
        kinds[0],
        cast.moment(moment) if moment else "",
        tuple(one.text() for one in cells["touch"].items()) if "touch" in cells else (),
        cells["owner"].choice(cast.people, "person") if "owner" in cells else "",
        cells["until"].day(),
    )


def _publish(told: Mapping[str, Cell], subject: Subject, cast: Cast) -> Verb:
    reading = read_published(told["publish"], cast.readings[-1])
    cast.readings.append(reading)
    return Publish(reading)


def _merge(told: Mapping[str, Cell], subject: Subject, cast: Cast) -> Verb:
    if not subject.account:
        raise told["merge"].misread("which account becomes part of it? Name it")
    return MergeInto(told["merge"].choice(cast.accounts, "account"))


def _unmerge(told: Mapping[str, Cell], subject: Subject, cast: Cast) -> Verb:
    if not subject.account:
        raise told["unmerge"].misread("which account comes apart? Name it")
    return Unmerge()


def _erase(told: Mapping[str, Cell], subject: Subject, cast: Cast) -> Verb:
    if not (subject.contact or subject.user or subject.account):
        raise told["erase"].misread("who is forgotten? Name a contact, a user or an account")
    return Erase()


def _bounce(told: Mapping[str, Cell], subject: Subject, cast: Cast) -> Verb:
    if not subject.contact:
        raise told["bounce"].misread("whose address is it? Name a contact")
    return Bounce(told["bounce"].text())


def _run(told: Mapping[str, Cell], subject: Subject, cast: Cast) -> Verb:
    return RunAgain(_RUNS[told["run"].choice(_RUNS, "way to run")])


_READ: Mapping[str, Callable[[Mapping[str, Cell], Subject, Cast], Verb]] = {
    "event": _event,
    "set": _set,
    "watermark": _watermark,
    "act": _act,
    "record": _record,
    "contract": _contract,
    "goal": _goal,
    "except": _except,
    "bounce": _bounce,
    "publish": _publish,
    "run": _run,
    "merge": _merge,
    "unmerge": _unmerge,
    "erase": _erase,
}
