"""Every construct of the language with what it says and an example, for the reference.

An example is what one would write in a model that extends the preset `two-phase`; a test reads each of them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Construct:
    name: str
    says: str
    example: str


SECTIONS = (
    Construct(
        "engagement_model", "What the model is called; its versions share the name", "engagement_model: acme"
    ),
    Construct("title", "What people call it", "title: Acme - three tiers, two phases"),
    Construct(
        "extends",
        "A preset or a file beside this one. Maps merge by key, lists and scalars are replaced, `null` removes",
        "moments: {weekly_meeting: null}",
    ),
    Construct(
        "applies_to",
        "Which accounts follow it; left out, every account",
        "applies_to: \"status in ('trial', 'active')\"",
    ),
    Construct("unit", "Runs once for each account, or for each account and product", "unit: relationship"),
    Construct(
        "clock",
        "Zones, business hours, holidays, and how long a judgement waits for late events",
        "clock:\n  timezone: account\n  home: {timezone: Europe/Oslo, country: NO}\n"
        '  business_hours: {days: mon-fri, from: "09:00", to: "17:00"}\n'
        "  holidays: account\n  closed: [2026-12-24..2026-12-31]\n  lateness: 48h\n  roll: following",
    ),
    Construct("sources", "Which events come from where", "sources: {helpdesk: {events: [Ticket Opened]}}"),
    Construct(
        "roles",
        "Who can own a moment: hours a week, cost an hour, to whom it reports, and whether it is a machine. Where one "
        "of several people is chosen, as in a pool: by what (`fewest_open` as a rule, `fewest_accounts`, "
        "`least_revenue`, `longest_since`), and whether they speak the account’s language and serve its segment",
        "roles:\n"
        "  trainer: {hours_per_week: 20, rate: 90, reports_to: manager, pool: true, choose: fewest_accounts, "
        "match: [language, segment]}",
    ),
    Construct(
        "fields",
        "Fields of an account, with their type",
        "fields: {go_live: date, size_class: [small, large]}",
    ),
    Construct("records", "What people note on an occurrence", "records: {feeling: [good, mixed, bad]}"),
    Construct(
        "metrics",
        "Values per account, each true at an instant",
        "metrics: {exports: {count: Exported, over: 28d}}",
    ),
    Construct(
        "phases",
        "In order. An account moves forward once `leaves` holds, to the nearest phase whose `enters` does",
        "phases: {adopting: {before: ongoing, enters: users_created >= 5, expected: 60d, may_return: true}}\n"
        "segments:\n  tier_1: {touch: {adopting: high}}\n  tier_2: {touch: {adopting: low}}\n"
        "  tier_3: {touch: {adopting: tech}}",
    ),
    Construct(
        "segments",
        "The first whose `when` holds; out of it once `exit` does; the last takes everybody else",
        'segments: {vip: {before: tier_1, when: "mrr >= 20000", exit: "mrr < 18000", touch: high}}',
    ),
    Construct(
        "moments",
        "What accounts meet, by name: see below",
        "moments: {kickoff: {objective: Agree the plan}}",
    ),
    Construct(
        "touch_levels",
        "Levels of one's own between high, low, tech and community, and planned hours a year",
        'touch_levels: {mid: {after: high, ratio: "1:30", hours: 40}}',
    ),
    Construct(
        "health",
        "Weights by touch level, a score read off anchors, of all or of each segment, how fast it goes stale, and "
        "bands that settle",
        "health:\n  growth: {weight: .1, score: seats, anchors: {0: 0, 50: 100}, half_life: 30d}\n"
        "  payment: {weight: .1, score: mrr, anchors: {tier_1: {4500: 0, 9000: 100}, tier_2: {1500: 0, 4500: 100}, "
        "tier_3: {0: 0, 1500: 100}}}\n"
        '  bands: {red: "< 35", green: ">= 75", settle: 3 readings, climb: 5}',
    ),
    Construct(
        "value_metrics",
        "What customers measure us by; goals of a plan are picked from here",
        "value_metrics: {activity: {metric: uses_28d, unit: uses, better: up}}",
    ),
    Construct(
        "contact_policy",
        "Quiet hours, consent, and how much contact at most",
        'contact_policy:\n  quiet_hours: {from: "19:00", to: "08:00"}\n  consent: opt_in\n'
        "  caps: [{channel: email, purpose: marketing, most: 1, per: 7d}]",
    ),
    Construct(
        "region",
        "How people there are met: from a face_to_face of .5 on by visits, where a year of them fits what `economics` "
        "lets the phase spend (MRR, rate of the role, travel, effort); else by the next channel of a moment, or video",
        "region: {face_to_face: .6, formality: high, travel: {hours: 5, fare: 300, visits_per_trip: 2}}",
    ),
    Construct(
        "ownership",
        "Who runs renewals, upsells and cross-sells, by the complexity of service and transaction",
        "ownership:\n  service_complexity: .4\n  transaction_complexity: .3\n  line: .5\n"
        '  shift: "greatest(-0.3, least(0.3, 0.15 * log10(acv / 10000)))"\n'
        "  cases: [{segment: tier_1, transaction: upsell, transaction_complexity: .7}]\n"
        "  roles: {self_service: digital, csm: csm, sales: sales}",
    ),
    Construct(
        "economics",
        "Currency, gross margin, the share of it that a phase may cost, and hours planned by touch level",
        "economics: {currency: EUR, gross_margin: .8, spend: {ongoing: 15%}, hours: {high: 75, low: 20}}",
    ),
    Construct(
        "exceptions",
        "The exception report: how many, how often, and in which order",
        "exceptions: {most: 10, per: 1w, rank_by: mrr}",
    ),
    Construct(
        "experiments",
        "A share of accounts does not get a moment, and a primary outcome is compared",
        "experiments: {usage_decrease: {holdout: 10%, primary: {expect: renewed, within: 1y}, "
        "from: 2026-10-01}}",
    ),
)

METRICS = (
    Construct("count", "How many events", "metrics: {m: {count: Signed In, over: 28d}}"),
    Construct("users", "How many different users", "metrics: {m: {users: any, over: 28d}}"),
    Construct(
        "days", "On how many different days", "metrics: {m: {days: [Signed In, Feature Used], over: 2w}}"
    ),
    Construct("first", "The instant of the first event", "metrics: {m: {first: Report Exported}}"),
    Construct("last", "The instant of the last event", "metrics: {m: {last: Signed In, over: 1y}}"),
    Construct(
        "open",
        "How many events that no later one with the same `by` has answered",
        "metrics: {m: {open: Ticket Opened, until: Ticket Solved, by: ticket_id, where: \"priority = 'high'\"}}",
    ),
    Construct(
        "distinct",
        "How many different values of a property",
        "metrics: {m: {distinct: feature, of: Feature Used, over: 28d}}",
    ),
    Construct(
        "sum",
        "The sum of a property",
        "metrics: {m: {sum: rows, of: Report Exported, since: contract_start}}",
    ),
    Construct(
        "min",
        "The smallest value of a property",
        "metrics: {m: {min: score, of: Survey Answered, over: 90d}}",
    ),
    Construct(
        "max", "The largest value of a property", "metrics: {m: {max: score, of: Survey Answered, over: 90d}}"
    ),
    Construct(
        "mean", "The mean of a property", "metrics: {m: {mean: score, of: Survey Answered, over: 90d}}"
    ),
    Construct(
        "latest",
        "The newest value of a property, of the kind that it is compared with",
        "metrics: {m: {latest: kind, of: Survey Answered}}",
    ),
    Construct("formula", "Made of other numbers", 'metrics: {m: {formula: "active_users_28d / seats"}}'),
)

TRIGGERS = (
    Construct(
        "schedule",
        "By the calendar, once or again: offsets from an instant, a period, or a date. `lead` opens it earlier",
        "moments:\n  kickoff: {schedule: 5bd after contract_start, lead: 5bd}\n"
        '  annual_review: {schedule: "120d, 60d before renewal_date at 10:00"}\n'
        "  weekly_meeting: {schedule: every 1w on mon at 09:00 in America/New_York}\n"
        "  monthly_review: {schedule: every 1mo on last from contract_start, roll: preceding}",
    ),
    Construct(
        "event",
        "When an event arrives; with `by`, one occurrence for each value of that property",
        "moments: {severe_case: {event: [Ticket Opened, Case Opened], where: \"priority = 'high'\", by: ticket_id}}",
    ),
    Construct(
        "when",
        "When a condition has become true, and has held for a time or a number of daily readings",
        'moments: {usage_decrease: {when: "uses_28d < 5", holds_for: 2 readings, cooldown: 30d}}',
    ),
    Construct(
        "expect",
        "When something has not come true in time; or an event has not been answered by another",
        'moments:\n  adoption_gate: {expect: "users_created >= 10", within: 4w, of: contract_start, warn_at: 50%}\n'
        "  severe_case:\n    expect: {event: Ticket Solved, by: ticket_id}\n    within: 2bd\n"
        "    of: {event: Ticket Opened, by: ticket_id, where: \"priority = 'urgent'\"}",
    ),
    Construct("manual", "When a person says so", "moments: {sponsor_change: {manual: true}}"),
)

MOMENTS = (
    Construct(
        "phase, segment, touch, if",
        "Where it is met; `if` is read as it would open",
        'moments: {kickoff: {phase: onboarding, segment: tier_1, touch: high, if: "seats >= 5"}}',
    ),
    Construct(
        "owner",
        "A role, a map by touch level, a list of whom the first is accountable, or by `ownership`",
        "moments:\n  kickoff: {owner: [csm, sales]}\n  usage_decrease: {owner: {high: csm, low: csm, tech: digital}}",
    ),
    Construct(
        "per",
        "An occurrence for each account; for each person of the event; or for each family of accounts, at its top",
        "moments: {poor_survey: {per: contact}, business_review: {per: family}}",
    ),
    Construct(
        "with, to",
        "Whom of the customer's people, by persona: `with` invites one of each, `to` writes to the first that can be "
        "reached; or every one",
        "moments:\n  kickoff: {with: [exec_sponsor, champion]}\n"
        "  product_release: {to: {every: [admin, end_user], where: last_seen is not null}}",
    ),
    Construct(
        "outcome",
        "What it must achieve, in which time, and perhaps for how long",
        'moments: {kickoff: {outcome: {expect: "attended and success_plan.agreed", within: 7d, holds_for: 1d}}}',
    ),
    Construct(
        "complete_within, escalate",
        "How long its owner has, and who is told when it is not done",
        'moments: {kickoff: {complete_within: 2bd, escalate: [{after: 4bh, to: manager, if: "not started"}]}}',
    ),
    Construct(
        "channel, length, effort, priority, purpose",
        "How it is done and what it takes; a list of channels is an order of preference",
        "moments: {kickoff: {channel: video, length: 1h, effort: 4h, priority: onboarding, purpose: service}}",
    ),
    Construct(
        "absorbs",
        "What falls due near it closes in its favour",
        "moments: {business_review: {absorbs: [monthly_review]}}",
    ),
    Construct(
        "group",
        "One session, of one owner, serves all accounts at which it is due at that instant; its effort counts once",
        "moments: {initial_training: {group: true}}",
    ),
    Construct(
        "skills",
        "What its owner knows, where one of several people is chosen",
        "moments: {initial_training: {skills: [migration, sso]}}",
    ),
    Construct("was", "What it was called before", "moments: {kickoff: {was: first_meeting}}"),
)

_IN_STEPS = "moments: {{usage_decrease: {{steps: [{}]}}}}"

STEPS = (
    Construct(
        "message",
        "A message by a template",
        _IN_STEPS.format("{message: {template: we-noticed, channel: email, to: champion}}"),
    ),
    Construct(
        "task",
        "Work for a person; the next step waits until it is done",
        _IN_STEPS.format(
            '{task: {title: Call the champion, owner: csm, within: 2bd, effort: 30min, if: "not contacted"}}'
        ),
    ),
    Construct(
        "survey", "A question to contacts", _IN_STEPS.format("{survey: {kind: nps, to: every end_user}}")
    ),
    Construct("webhook", "A call to another system", _IN_STEPS.format("{webhook: crm}")),
    Construct(
        "wait",
        "A time, or until something holds",
        _IN_STEPS.format('{wait: 3d}, {wait: {until: "last_seen > opened", at_most: 14d}}'),
    ),
    Construct("goal", "Ends the steps early once it holds", _IN_STEPS.format("{goal: contacted}")),
    Construct(
        "split",
        "Each account goes one way, by these shares",
        _IN_STEPS.format("{split: {a: 50%, b: 50%}, a: [{webhook: crm}], b: []}"),
    ),
    Construct(
        "if",
        "One way or another",
        _IN_STEPS.format("{if: contacted, then: [{wait: 1d}], else: [{task: {title: Call again}}]}"),
    ),
)

HEALTH = (
    Construct(
        "profiles",
        "Several ways to score, instead of dimensions for all, in order: the first whose `when` holds scores the "
        "account, the last may go without. Each has dimensions, and its own `bands` where these differ; with it bands "
        "and trend begin afresh. An account that none takes is grey",
        "health:\n  profiles:\n    starting:\n      when: \"phase = 'onboarding'\"\n"
        "      people: {weight: 1, score: users_created, anchors: {0: 0, 10: 100}}\n"
        "    in_use:\n      activity: {weight: 1, score: uses_28d, anchors: {0: 0, 20: 100}, half_life: 14d}\n"
        '      bands: {red: "< 30"}\n  bands: {red: "< 40", green: ">= 70", settle: 2 readings, climb: 5}',
    ),
)

GROUPS = {
    "The document": SECTIONS,
    "Health": HEALTH,
    "Metrics, by their verb": METRICS,
    "Triggers of a moment": TRIGGERS,
    "A moment": MOMENTS,
    "Steps": STEPS,
}
