"""The names and functions that every model may use, each with its type, what it says and an example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from aloft.engagement.model import TOUCH_LEVELS

Kind = Literal["number", "text", "instant", "boolean", "property", "unknown"]
Argument = (
    Kind | Literal["same", "persona", "touch", "name", "past", "signal", "fraction", "recorded", "feature"]
)
Where = Literal["anywhere", "position", "outcome", "person"]

STATUSES = ("prospect", "free", "trial", "active", "churned", "merged")
BANDS = ("green", "yellow", "red", "grey")
PERSONAS = ("champion", "exec_sponsor", "admin", "economic_buyer", "end_user", "actor")
MOMENT_INSTANTS = ("opened", "due", "done", "met")
NOTED = ("contacted", "attended", "confirmed", "trained", "signed", "no_show")


@dataclass(frozen=True)
class BuiltIn:
    """A name. `where`: of the account anywhere, of its position in the model, of an occurrence, or of one
    of the customer's people."""

    name: str
    kind: Kind
    description: str
    example: str
    where: Where = "anywhere"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Function:
    """`arguments` are the kinds in order; `same` stands for any one kind that all of them share, `past` for
    a duration, `signal` for an event or a count metric, `recorded` for a fact that people note.

    The last argument may be repeated if `repeats`. `where` is as for a name.
    """

    name: str
    arguments: tuple[Argument, ...]
    result: Kind | Literal["same"]
    description: str
    example: str
    repeats: bool = False
    where: Where = "anywhere"


def _built_in(*names: BuiltIn) -> Mapping[str, BuiltIn]:
    return {name.name: name for name in names}


NAMES: Mapping[str, BuiltIn] = _built_in(
    BuiltIn(
        "status",
        "text",
        "Where the account stands; unless set, it follows the contract",
        "status in ('trial', 'active')",
        choices=STATUSES,
    ),
    BuiltIn("plan", "text", "The plan the account is on", "plan = 'pro'"),
    BuiltIn("product", "text", "The product the account has", "product = 'Ledger'"),
    BuiltIn("seats", "number", "Seats under contract", "active_users_28d < 0.5 * seats"),
    BuiltIn("country", "text", "Country, by its ISO 3166 code", "country = 'DE'"),
    BuiltIn("subdivision", "text", "State or province, by its ISO 3166-2 code", "subdivision = 'DE-BE'"),
    BuiltIn("industry", "text", "The customer's industry", "industry = 'retail'"),
    BuiltIn("size", "number", "The customer's employees", "size >= 500"),
    BuiltIn(
        "mrr",
        "number",
        "Monthly recurring revenue: what is live; while nothing is, what the next signed contract starts with",
        "mrr >= 5000",
    ),
    BuiltIn("arr", "number", "Annual recurring revenue", "arr >= 60000"),
    BuiltIn("acv", "number", "Annual contract value", "acv > 20000"),
    BuiltIn("clv", "number", "Customer lifetime value", "clv > 100000"),
    BuiltIn("currency", "text", "Currency of the contract, by its ISO 4217 code", "currency = 'EUR'"),
    BuiltIn("customers", "number", "How many active accounts we have", "customers > 1000"),
    BuiltIn("contract_signed", "instant", "When the contract was signed", "contract_signed is not null"),
    BuiltIn("contract_start", "instant", "When the contract starts", "contract_start is not null"),
    BuiltIn("contract_end", "instant", "When the contract ends", "days_until(contract_end) < 90"),
    BuiltIn("renewal_date", "instant", "When the contract renews", "days_until(renewal_date) < 120"),
    BuiltIn("phase", "text", "The phase the account is in", "phase = 'ongoing'", "position"),
    BuiltIn(
        "phase_start", "instant", "When it entered the phase", "days_since(phase_start) > 90", "position"
    ),
    BuiltIn("segment", "text", "The segment the account is in", "segment = 'tier_1'", "position"),
    BuiltIn(
        "segment_since", "instant", "When it entered the segment", "days_since(segment_since) > 7", "position"
    ),
    BuiltIn(
        "touch", "text", "The account's most personal touch level", "touch = 'tech'", "position", TOUCH_LEVELS
    ),
    BuiltIn("health", "number", "The health score, 0 to 100", "health < 60", "position"),
    BuiltIn("band", "text", "The band of the health score", "band = 'red'", "position", BANDS),
    BuiltIn(
        "success_plan.agreed",
        "boolean",
        "The success plan has been agreed",
        "success_plan.agreed",
        "position",
    ),
    BuiltIn(
        "success_plan.reviewed",
        "boolean",
        "The success plan has been reviewed since the occurrence opened",
        "success_plan.reviewed",
        "position",
    ),
    BuiltIn(
        "success_plan.goals",
        "number",
        "Goals of the plan that have a baseline, a target and a date",
        "success_plan.goals >= 1",
        "position",
    ),
    BuiltIn(
        "success_plan.late",
        "number",
        "Steps of the plan that are overdue",
        "success_plan.late > 0",
        "position",
    ),
    BuiltIn(
        "success_plan.attainment",
        "number",
        "How much of the way from baseline to target is done, as a fraction; the mean of the goals that are measured",
        "success_plan.attainment >= 0.5",
        "position",
    ),
    BuiltIn(
        "success_plan.expected",
        "number",
        "How much of the way should be done by now, as a fraction; of the same goals, day by day",
        "success_plan.attainment < 0.9 * success_plan.expected",
        "position",
    ),
    BuiltIn("opened", "instant", "When the occurrence opened", "days_since(opened) > 7", "outcome"),
    BuiltIn("due", "instant", "When the occurrence is due", "days_until(due) < 2", "outcome"),
    BuiltIn("started", "boolean", "The owner has begun", "not started", "outcome"),
    BuiltIn("done", "boolean", "The owner says that the work is finished", "not done", "outcome"),
    BuiltIn("met", "boolean", "The outcome is met", "not met", "outcome"),
    BuiltIn("cleared", "boolean", "The condition holds no longer", "not cleared", "outcome"),
    BuiltIn("contacted", "boolean", "A contact was reached", "contacted", "outcome"),
    BuiltIn("attended", "boolean", "A contact attended", "attended", "outcome"),
    BuiltIn("confirmed", "boolean", "A contact confirmed", "confirmed", "outcome"),
    BuiltIn("trained", "boolean", "A contact was trained", "trained", "outcome"),
    BuiltIn("signed", "boolean", "A contact signed", "signed", "outcome"),
    BuiltIn("no_show", "boolean", "A contact did not come", "no_show", "outcome"),
    BuiltIn("renewed", "boolean", "The contract was renewed since the opening", "renewed", "outcome"),
    BuiltIn("paid", "boolean", "The customer began to pay since the opening", "paid", "outcome"),
    BuiltIn("expanded", "boolean", "The contract grew since the opening", "expanded", "outcome"),
    BuiltIn("churned", "boolean", "The contract ended since the opening", "not churned", "outcome"),
    BuiltIn(
        "last_seen", "instant", "When the person was last seen in the product", "last_seen > opened", "person"
    ),
    BuiltIn("persona", "text", "What the person is to us", "persona = 'champion'", "person", PERSONAS),
    BuiltIn("locale", "text", "The person's language and region", "locale = 'ja-JP'", "person"),
)


RESERVED = frozenset({name.partition(".")[0] for name in NAMES} | {"event", "name", "city", "timezone"})
"""What a field, a record, a metric or a moment may not be called."""


def _noted(name: str, description: str) -> Function:
    example = f"{name}('exec_sponsor')"
    return Function(name, ("persona",), "boolean", description, example, where="outcome")


def _functions(*functions: Function) -> Mapping[str, Function]:
    return {function.name: function for function in functions}


FUNCTIONS: Mapping[str, Function] = _functions(
    Function(
        "days_since",
        ("instant",),
        "number",
        "Local days since the instant; 0 on its day",
        "days_since(contract_start) >= 30",
    ),
    Function(
        "days_until",
        ("instant",),
        "number",
        "Local days until the instant; 0 on its day",
        "days_until(renewal_date) <= 90",
    ),
    Function(
        "coalesce",
        ("same", "same"),
        "same",
        "The first that is known",
        "coalesce(seats, 1) > 10",
        repeats=True,
    ),
    Function(
        "least",
        ("same", "same"),
        "same",
        "The smallest; unknown if one is",
        "least(seats, 100) >= 50",
        repeats=True,
    ),
    Function(
        "greatest",
        ("same", "same"),
        "same",
        "The largest; unknown if one is",
        "greatest(mrr, 100) > 500",
        repeats=True,
    ),
    Function(
        "lag", ("name", "past"), "number", "What a number was that long ago", "mrr < 0.9 * lag(mrr, '28d')"
    ),
    Function(
        "change",
        ("name", "past"),
        "number",
        "How much a number has changed since, as a fraction of what it was",
        "change(mrr, '28d') < -0.2",
    ),
    Function(
        "declined",
        ("signal", "fraction"),
        "boolean",
        "An event, or what a count metric counts, has fallen by the fraction, beyond chance (domain.md 3.3)",
        "declined('Signed In', 0.30)",
    ),
    Function(
        "grew",
        ("signal", "fraction"),
        "boolean",
        "An event, or what a count metric counts, has risen by the fraction, beyond chance (domain.md 3.3)",
        "grew('Signed In', 0.20)",
    ),
    Function(
        "silent",
        ("signal",),
        "boolean",
        "Longer without the event than the account's own rhythm explains (domain.md 3.4)",
        "silent('Signed In')",
    ),
    Function(
        "rank",
        ("name",),
        "number",
        "Share of the segment that lies below",
        "rank(mrr) >= 0.9",
        where="position",
    ),
    Function(
        "family", ("name",), "number", "Sum over the account, its parent and children", "family(mrr) > 9000"
    ),
    Function(
        "share",
        ("recorded", "persona"),
        "number",
        "Share of that persona's contacts for whom it was recorded",
        "share('trained', 'admin') >= 0.8",
    ),
    Function(
        "used",
        ("feature", "past"),
        "number",
        "Share of the active users who used the feature in that time: who sent the event of its name",
        "used('Reports', '90d') < 0.25",
    ),
    Function(
        "requested",
        ("feature",),
        "boolean",
        "Somebody there asked for the feature: an event 'Feature Requested' whose `feature` names it",
        "requested('Reports')",
    ),
    Function("abs", ("number",), "number", "Without its sign", "abs(mrr - 1000) < 50"),
    Function("round", ("number",), "number", "To the nearest whole number", "round(mrr / 12) > 100"),
    Function("log10", ("number",), "number", "Logarithm to the base of 10", "log10(mrr) > 3"),
    Function(
        "touches",
        ("touch",),
        "boolean",
        "Whether the account has the touch level",
        "touches('community')",
        where="position",
    ),
    Function(
        "at_opening",
        ("name",),
        "number",
        "What a number was as the occurrence opened",
        "sign_ins_28d > 1.1 * at_opening(sign_ins_28d)",
        where="outcome",
    ),
    _noted("contacted", "A contact of the persona was reached"),
    _noted("attended", "A contact of the persona attended"),
    _noted("confirmed", "A contact of the persona confirmed"),
    _noted("trained", "A contact of the persona was trained"),
    _noted("signed", "A contact of the persona signed"),
    _noted("no_show", "A contact of the persona did not come"),
)

OF_EVENTS = frozenset({"coalesce", "least", "greatest", "abs", "round", "log10"})
"""The functions that a `where` may use: it knows the event's properties and nothing of the account."""
