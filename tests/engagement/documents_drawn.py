"""Documents of the whole grammar, drawn at random; each of them is a model."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy, fixed_dictionaries, integers, just, lists, one_of
from hypothesis.strategies import sampled_from as one

from aloft.engagement.leaves import CHOICES, MATCHES

Data = dict[str, Any]

PHASES = ("onboarding", "ongoing")
ROLES = ("csm", "manager", "digital")
LEVELS = ("high", "mid", "low", "tech", "community")
MOMENTS = ("kickoff", "review", "ticket", "answer")
PERSONAS = ("champion", "exec_sponsor", "admin", "economic_buyer", "end_user")
CHANNELS = ("email", "in_app", "call", "onsite", "webinar", "list")
CONDITIONS = (
    "mrr > 5", "declined('Signed In', 0.30) or silent(signed_in)", "days_since(contract_start) >= 30",
    "not (plan = 'NO' or country in ('DE', 'NO'))", "signed_in between 0 and 10",
    "first_value is not null and ratio / 2 > -0.25", "lag(sum_rows, '28d') < change(signed_in, '3 months')",
    "touches('mid') or rank(mrr) > 0.5", "review.done is null", "health < 70 or band = 'red'",
)  # fmt: skip
OUTCOMES = (*CONDITIONS, "attended('exec_sponsor') and not no_show", "cause = 'it''s late'", "renewed or expanded",
            "at_opening(mrr) < mrr", "last_seen > opened", "share('trained', 'admin') >= 0.8")  # fmt: skip
EVENT_CONDITIONS = ("priority = 'urgent'", "score <= 6 and kind in ('nps', 'csat')", "a.b > 2 or c = true")
NUMBERS = ("mrr", "greatest(-0.3, least(0.3, 0.15 * log10(acv / 10000)))", "coalesce(ratio, 0)")

text = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | just("\n"), min_size=1, max_size=25).filter(
    lambda drawn: bool(drawn.strip())
)
units = one(["min", "h", "bh", "d", "bd", "w", "mo", "y"])
duration = st.builds(lambda number, unit: f"{number}{unit}", integers(1, 90), units)
percent = integers(0, 10_000).map(lambda hundredths: f"{hundredths / 100}%")
amount = integers(0, 10**9).map(lambda thousandths: f"{thousandths / 1000:.3f}")
share = integers(0, 1000).map(lambda thousandths: f"{thousandths / 1000:.3f}")
flag = one(["true", "false"])
instant = one(["contract_start", "phase_start", "first_value", "2026-09-01"])
day = st.dates().filter(lambda drawn: drawn.year >= 1000).map(str)
clock_time = st.builds(lambda hour, minute: f"{hour:02}:{minute:02}", integers(0, 23), integers(0, 59))


def some(values: tuple[str, ...]) -> SearchStrategy[Any]:
    """One of them, or a list of several."""
    several = lists(one(values), min_size=1, max_size=3, unique=True)
    return one(values) | several


def part(needed: Data, **optional: SearchStrategy[Any]) -> SearchStrategy[Data]:
    """A mapping with all of what is needed and some of the rest; `if_` and the like stand for the words."""
    rest = {name.rstrip("_"): strategy for name, strategy in optional.items()}
    return fixed_dictionaries(needed, optional=rest)


condition, outcome_condition = one(CONDITIONS), one(OUTCOMES)
who = one_of(
    some(PERSONAS),
    one(PERSONAS).map(lambda persona: f"every {persona}"),
    part({"every": some(PERSONAS)}, where=one(["last_seen is null", "persona = 'admin' and mrr > 5"])),
)
tail = st.builds(
    lambda at, zone: (f" at {at}" if at else "") + (f" in {zone}" if zone else ""),
    st.none() | clock_time,
    st.none() | just("Europe/Berlin"),
)
schedule = one_of(
    st.builds(lambda length, on, end: f"{length} {on}{end}", duration, one(["after", "before"]).flatmap(
        lambda way: instant.map(lambda anchor: f"{way} {anchor}")), tail),
    st.builds(lambda day_, end: f"{day_}{end}", day, tail),
    st.builds(lambda number, weekday, end: f"every {number} weeks on {weekday} from contract_start{end}",
              integers(1, 9), one(["mon", "sun"]), tail),
    st.builds(lambda number, on, end: f"every {number}mo on {on}{end}", integers(1, 9), one(["last", "31"]), tail),
)  # fmt: skip
event = part(
    {"event": some(("Opened", "Solved", "NO")), "by": one(["id", "a.b"])}, where=one(EVENT_CONDITIONS)
)
triggers = one_of(
    part({"schedule": schedule}, lead=duration, roll=one(["following", "none", "modified_following"])),
    part({"event": some(("Signed In", "Ticket Opened"))}, where=one(EVENT_CONDITIONS), by=just("ticket_id"),
         cooldown=duration),
    part({"when": condition}, holds_for=duration | just("2 readings"), cooldown=duration),
    part({"expect": just("signed_in >= 3"), "within": duration}, of=instant, warn_at=lists(percent, min_size=1)),
    part({"expect": event, "within": duration, "of": event}),
    part({"manual": just("true")}),
)  # fmt: skip
plain_step = one_of(
    part({"message": part({"template": text}, channel=one(CHANNELS[:3]), to=who, purpose=just("service"))},
         if_=outcome_condition),
    part({"task": part({"title": text}, owner=one(ROLES), within=duration, effort=duration, if_=condition)}),
    part({"survey": part({"kind": text}, to=who)}),
    part({"webhook": just("crm")}, if_=condition),
    part({"wait": duration | part({"until": outcome_condition, "at_most": duration})}),
    part({"goal": outcome_condition}),
)  # fmt: skip
step = st.recursive(
    plain_step,
    lambda below: one_of(
        part({"if": outcome_condition, "then": lists(below, max_size=2)}, else_=lists(below, max_size=2)),
        part({"split": just({"a": "33.34%", "b": "66.66%"}), "a": lists(below, max_size=2), "b": just([])}),
    ),
    max_leaves=4,
)
moment_rest = part(
    {
        "objective": text,
        "outcome": part({"expect": outcome_condition, "within": duration}, holds_for=duration),
    },
    phase=some(PHASES),
    if_=one(CONDITIONS[:4]),
    per=one(["account", "family"]),
    with_=who,
    to=who,
    channel=some(CHANNELS),
    purpose=one(["service", "marketing"]),
    priority=one(["legal", "survey"]),
    complete_within=duration,
    escalate=lists(
        part({"after": duration, "to": one(ROLES)}, if_=outcome_condition, risk=just("usage")), max_size=2
    ),
    steps=lists(step, max_size=3),
    absorbs=some(("review", "answer")).filter(bool),
    group=flag,
    skills=some(("sso", "migration")),
    effort=duration,
    length=duration,
    was=just("old"),
)
owner = one_of(
    one(ROLES),
    lists(one(ROLES), min_size=1, max_size=3, unique=True),
    just(dict.fromkeys(LEVELS, "csm")),
    just({"transaction": "renewal"}),
)


@st.composite
def moments(draw: st.DrawFn) -> Data:
    found: Data = {}
    for name in draw(lists(one(MOMENTS), min_size=1, unique=True)):
        found[name] = {**draw(triggers), "owner": draw(owner), **draw(moment_rest)}
        if name != "kickoff":
            found[name].pop("was", None)
        if name in ("review", "answer"):
            found[name].pop("absorbs", None)
    always = {"review": {"manual": "true"}, "drawn_for": {"event": "Signed In"}}
    return {**{name: {**trigger, "owner": "csm", **ENDING} for name, trigger in always.items()}, **found}


ENDING: Data = {"objective": "See", "outcome": {"expect": "attended", "within": "7d"}}
metric_window = one_of(part({}, over=duration), part({}, since=one(["contract_start", "phase_start"])))
anchors = just({"0": "0", "-1.5": "100", ".25": "40"})
dimension = part(
    {"weight": just("1") | just(dict.fromkeys(LEVELS, ".25")), "score": one(NUMBERS), "anchors": anchors},
    half_life=duration,
    cap=part({"when": condition.filter(lambda drawn: "health" not in drawn), "at": share}),
)
bands = just({"red": "< 30.5", "settle": "3 readings"})
profiles = st.builds(
    lambda starting, in_use: {"starting": starting, "in_use": in_use},  # mappings are drawn in any order
    part({"when": just("seats < 5"), "usage": dimension}, bands=bands),
    part({"usage": dimension}, support=dimension, bands=bands),
)
sections = part(
    {},
    applies_to=one(["status in ('trial', 'active')", "country <> 'NO'"]),
    unit=one(["account", "relationship"]),
    clock=part(
        {},
        timezone=one(["account", "Asia/Tokyo"]),
        home=part({}, timezone=just("Europe/Oslo"), country=just("NO")),
        business_hours=just({"days": "sun-thu", "from": "08:30", "to": "17:00"}),
        holidays=one(["account", "none", "NO"]),
        closed=lists(one(["2026-12-24..2026-12-31", "2026-05-01"]), min_size=1, max_size=2),
        lateness=duration,
        roll=just("preceding"),
    ),
    sources=just({"helpdesk": {"events": ["Ticket Opened", "NO"]}}),
    value_metrics=just({"exports": {"metric": "sum_rows", "unit": "rows", "better": "down"}}),
    region=part({}, face_to_face=share, formality=just("high"), travel=just({"hours": "5", "fare": "300"})),
    economics=part({}, currency=just("NOK"), gross_margin=share, spend=just({"ongoing": "15%"}),
                   hours=just({"mid": "12.5"})),
    experiments=part({}, drawn_for=part(
        {"holdout": just("10%"), "primary": just({"expect": "renewed", "within": "1y"}), "from": day},
        unit=one(["account", "family"]))),
    health=one_of(
        part({"usage": dimension}, support=dimension, bands=bands),
        part({"profiles": profiles}, bands=bands),
    ),
)  # fmt: skip
policy = part(
    {"merge_within": duration},
    quiet_hours=just({"from": "20:00", "to": "09:00"}),
    consent=one(["opt_in", "opt_out"]),
    missed=integers(1, 5).map(str),
    caps=lists(
        part(
            {"most": one_of(just("2"), duration, just({"mid": "90min"})), "per": duration},
            channel=one(CHANNELS),
            purpose=just("marketing"),
            persona=just("actor"),
        ),
        max_size=2,
    ),
)


@st.composite
def documents(draw: st.DrawFn) -> Data:
    """A document as mappings, lists and texts."""
    where = draw(part({}, where=one(EVENT_CONDITIONS)))
    touch = draw(some(LEVELS) | fixed_dictionaries({phase: some(LEVELS) for phase in PHASES}))
    return {
        "engagement_model": "drawn",
        "title": draw(text),
        "roles": {
            "csm": draw(part({}, hours_per_week=amount, rate=amount, reports_to=just("manager"), pool=flag,
                             choose=one(CHOICES), match=some(MATCHES))),
            "manager": {},
            "digital": {"automated": "true"},
        },
        "fields": {"go_live": "date", "tier": draw(lists(text.map(str.strip), min_size=1, max_size=3, unique=True))},
        "records": {"cause": ["it's late", "NO"], "note": "text"},
        "metrics": {
            "signed_in": {"count": draw(some(("any",)) | some(("Signed In", "NO"))), **draw(metric_window), **where},
            "first_value": {"first": "Exported", **where},
            "sum_rows": {draw(one(["sum", "min", "max", "mean", "distinct"])): "a.rows", "of": ["X", "Y"],
                         **draw(metric_window)},
            "open_cases": {"open": "Opened", "until": draw(some(("any",)) | some(("A", "B"))), "by": "id"},
            "ratio": {"formula": draw(one(["signed_in / seats", "lag(sum_rows, '2w') - 0.50"]))},
        },
        "phases": {
            "onboarding": draw(part({"enters": just("contract_start is not null")}, leaves=one(CONDITIONS[:6]),
                                    expected=duration, keep_segment=flag, may_return=flag)),
            "ongoing": {},
        },
        "touch_levels": {"mid": {"after": "high", **draw(part({}, ratio=just("1:60"), hours=amount))},
                         **draw(part({}, low=part({"hours": amount})))},
        "segments": {"large": {"when": "mrr >= 5000", **draw(part({}, exit=just("mrr < 4500"))), "touch": touch},
                     "rest": {"touch": draw(some(LEVELS))}},
        **draw(sections),
        "contact_policy": draw(policy),
        "ownership": {
            "service_complexity": draw(share), "transaction_complexity": ".3", "line": draw(share),
            "shift": draw(one(NUMBERS)), "roles": {"self_service": "digital", "csm": "csm", "sales": "manager"},
            "cases": draw(lists(just({"product": "NO", "service_complexity": ".25"}), max_size=1)),
        },
        "exceptions": {"most": "10", "per": draw(duration), "rank_by": draw(one(NUMBERS))},
        "moments": draw(moments()),
    }  # fmt: skip
