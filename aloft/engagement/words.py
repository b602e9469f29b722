"""A model in words, as people read it on screen. Names and expressions stay as they are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from aloft.engagement.model import (
    Anchor,
    AnswerTrigger,
    Choice,
    Duration,
    Escalation,
    EventTrigger,
    Every,
    ExpectTrigger,
    ManualTrigger,
    Metric,
    Moment,
    Offsets,
    OnDate,
    Outcome,
    Role,
    Rule,
    Schedule,
    ScheduleTrigger,
    Unit,
    WhenTrigger,
)

UNITS: dict[Unit, str] = {
    "min": "minute",
    "h": "hour",
    "bh": "business hour",
    "d": "day",
    "bd": "business day",
    "w": "week",
    "mo": "month",
    "y": "year",
}
DAYS = {
    "mon": "Mondays", "tue": "Tuesdays", "wed": "Wednesdays", "thu": "Thursdays", "fri": "Fridays",
    "sat": "Saturdays", "sun": "Sundays", "last": "the last day",
}  # fmt: skip
ANCHORS = {
    "phase_start": "the start of the phase", "segment_since": "the entry into the segment",
    "contract_signed": "the signing of the contract", "contract_start": "the start of the contract",
    "contract_end": "the end of the contract", "renewal_date": "the renewal date",
}  # fmt: skip
COUNTED = {
    "count": "how often", "users": "how many people did", "days": "on how many days", "first": "when first",
    "last": "when last", "open": "how many are open of", "distinct": "how many different", "sum": "the sum of",
    "min": "the smallest", "max": "the largest", "mean": "the mean", "latest": "the latest",
}  # fmt: skip


def length(duration: Duration) -> str:
    """“5 business days”, “1 week”."""
    return f"{duration.number} {UNITS[duration.unit]}{'' if duration.number == 1 else 's'}"


def listed(words: Iterable[str], joint: str = "and") -> str:
    """“a, b and c”."""
    *before, last = list(words) or [""]
    return f"{', '.join(before)} {joint} {last}" if before else last


def named(name: str) -> str:
    """`contract_start` as “contract start”."""
    return name.replace("_", " ")


def trigger(moment: Moment) -> str:
    """When the moment opens."""
    match moment.trigger:
        case ScheduleTrigger(schedule=when, lead=lead):
            return f"{schedule(when)}; opens {length(lead)} before" if lead else schedule(when)
        case EventTrigger() as event:
            return _event(event)
        case WhenTrigger() as when:
            return _condition(when)
        case ExpectTrigger() as expected:
            return _expectation(expected)
        case AnswerTrigger(expect=answer, within=within, of=asked):
            what, reply = events(asked.events), events(answer.events)
            return (
                f"for each {what} that no {reply} with the same {answer.by} answers within {length(within)}"
            )
        case ManualTrigger():
            return "when a person opens it"


def schedule(when: Schedule) -> str:
    """“every month from the start of the phase, at 10:00”."""
    match when:
        case Offsets(offsets=offsets, direction=direction, anchor=anchor):
            told = f"{listed(map(length, offsets))} {direction} {anchor_words(anchor)}"
        case Every(period=period, anchor=anchor, on=on):
            every = UNITS[period.unit] if period.number == 1 else length(period)
            told = f"every {every}{_on(on)} from {anchor_words(anchor)}"
        case OnDate(date=date):
            told = f"on {date.day} {date:%b %Y}"
    at = f", at {when.at:%H:%M}" if when.at else ""
    return f"{told}{at}{f' in {when.zone}' if when.zone else ''}"


def _on(day: str | int | None) -> str:
    return "" if day is None else f" on {DAYS[day] if isinstance(day, str) else f'day {day}'}"


def anchor_words(anchor: Anchor) -> str:
    if anchor.date:
        return f"{anchor.date.day} {anchor.date:%b %Y}"
    moment, _, instant = str(anchor).partition(".")
    return f"{named(moment)} is {instant}" if instant else ANCHORS.get(moment, named(moment))


def events(names: Sequence[str]) -> str:
    return listed(names, "or") if names else "any event"


def _event(event: EventTrigger) -> str:
    parts = [f"when {events(event.events)} arrives{_where(event.where)}"]
    parts += [f"one for each {event.by}"] if event.by else []
    parts += [f"not again within {length(event.cooldown)}"] if event.cooldown else []
    return "; ".join(parts)


def _where(rule: Rule | None) -> str:
    return f", where {rule.text}" if rule else ""


def _condition(when: WhenTrigger) -> str:
    held = when.holds_for
    holds = f"{held} readings in a row" if isinstance(held, int) else f"{length(held)}" if held else ""
    parts = [f"when {when.condition.text} has become true{f', for {holds}' if holds else ''}"]
    parts += [f"not again within {length(when.cooldown)}"] if when.cooldown else []
    return "; ".join(parts)


def _expectation(expected: ExpectTrigger) -> str:
    told = f"unless {expected.condition.text} within {length(expected.within)} of {anchor_words(expected.of)}"
    warned = listed(f"{share:.0%}".replace("%", " %") for share in expected.warn_at)
    return f"{told}; warns at {warned} of the time" if expected.warn_at else told


def window(expected: Outcome) -> str:
    """“within 2 weeks of the opening”."""
    held = f"for {length(expected.holds_for)}, " if expected.holds_for else ""
    return f"{held}within {length(expected.within)} of the opening"


def escalation(step: Escalation) -> str:
    """“to manager after 2 weeks, if not met (risk: adoption)”."""
    told = f"to {step.to} after {length(step.after)}" if step.after.number else f"to {step.to} at once"
    risk = f" (risk: {step.risk})" if step.risk else ""
    return f"{told}, if {step.condition.text if step.condition else 'not done'}{risk}"


CHOSEN: Mapping[Choice, str] = {
    "fewest_open": "whoever has the least to do",
    "fewest_accounts": "whoever has the fewest accounts",
    "least_revenue": "whoever has the least revenue",
    "longest_since": "whoever was given one longest ago",
}


def choosing(role: Role) -> str:
    """“whoever has the least revenue, of those who speak the account’s language”."""
    asks = {"language": "speak the account’s language", "segment": "serve the account’s segment"}
    of = listed(asks[one] for one in role.match)
    told = CHOSEN[role.choose] + (f", of those who {of}" if of else "")
    return told if role.pool else f"{told}, where no book holds the account"


def levels_by_role(owners: Mapping[str, str]) -> dict[str, list[str]]:
    """The touch levels for which each role owns a moment; `*` is every other."""
    roles: dict[str, list[str]] = {}
    for level, role in owners.items():
        roles.setdefault(role, []).append(level)
    return roles


def metric(one: Metric) -> str:
    """“how often Signed In, over 28 days”."""
    if one.formula:
        return one.formula.text
    what = events(one.events)
    told = f"{COUNTED[one.verb]} {f'{one.property} of {what}' if one.property else what}"
    parts = [
        f", until {events(one.until)}" if one.verb == "open" else "",
        f" by {one.by}" if one.by else "",
        _where(one.where),
        f", over {length(one.over)}" if one.over else "",
        f", since {anchor_words(one.since)}" if one.since else "",
    ]
    return told + "".join(parts)
