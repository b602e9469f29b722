"""The keys of a scenario file, each with what it says: the one table that reading and the reference go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FILE: Mapping[str, str] = {
    "model": "the model: a file beside this one, a preset, or a whole document in its place",
    "scenarios": "scenarios by name, played one by one",
}

SCENARIO: Mapping[str, str] = {
    "model": "another model than that of the file",
    "live_from": "live from this instant, and facts before it are history; default the first instant named",
    "accounts": "by name, with their fields; `mrr` and the dates of a contract make one",
    "contacts": "by name: the `account`, the `persona`, and what else is known; `user`; `consent` by purpose",
    "people": "by name: the `role`; `books`, a list of accounts or a rule; "
    "`leave backup timezone country skills languages segments`",
    "facts": "what was so, in any order",
    "until": "how far the clock runs; default the last instant named",
    "expect": "what must come of it",
    "exactly": "`true`: nothing is opened, sent or escalated that is not expected",
}

FACT: Mapping[str, str] = {
    "at": "when it was so; a date is the start of that local day",
    "received": "when it became known; default `at`",
    "account": "whose it is; or `contact`, `user`",
    "product": "at the relationship by this product",
    "person": "one of ours, to be `set`",
}


@dataclass(frozen=True)
class Verb:
    """`beside`: the keys that stand beside it. `example`: a fact, as it is written."""

    beside: tuple[str, ...]
    says: str
    example: str


VERBS: Mapping[str, Verb] = {
    "event": Verb(
        ("with", "id", "source", "times", "every", "last"),
        "it happened, `with` properties; `times: N` is N events by N new users; the model gives the `source`; "
        "`every: 1w, last: 2026-03-06`: again each week on the account's clock, up to then",
        "{at: 2026-01-16T09:00Z, account: acme, event: User Created, times: 8, with: {source: invite}}",
    ),
    "set": Verb(
        (),
        "fields of an account, a contact or a person; null clears one; `success_plan.agreed: true` agrees the plan",
        "{at: 2026-02-10, account: acme, set: {mrr: 4600}}",
    ),
    "contract": Verb(
        (),
        "a version of a line of the contract: `line mrr start end`, also `contract signed product plan seats "
        "currency`, or the day from which it is `paused`, and that on which it `resumes`, once somebody knows",
        "{at: 2026-04-10, account: acme, contract: {line: 1, mrr: 6000, start: 2026-02-01, end: 2027-01-05}}",
    ),
    "act": Verb(
        ("moment", "as", "n", "reason", "task"),
        "`start`, `done`, `skip` the `n`-th by due, else the open one, or the `task` of this title on it; or `open`",
        "{at: 2026-01-09T09:00Z, account: acme, moment: kickoff, as: cora, act: start}",
    ),
    "record": Verb(
        ("moment", "as", "n"),
        "noted on an occurrence: of contacts, or `true` of nobody in particular; or the value of a declared record",
        "{at: 2026-01-09T09:00Z, account: acme, moment: kickoff, as: cora, record: {attended: [ann]}}",
    ),
    "goal": Verb(
        (),
        "a goal of the plan, by `title`: `baseline target start due`; `read`: what was measured of it then",
        "{at: 2026-02-02, account: acme, goal: {title: Exports, baseline: 0, target: 60, start: 2026-02-02, "
        "due: 2026-04-03, read: 6}}",
    ),
    "except": Verb(
        (),
        "treated otherwise `until` and including a day: another `touch`, another `owner` of what opens or of a "
        "`moment`, or a moment to `skip`; `ended`: whatever stands ends",
        "{at: 2026-02-02, account: acme, except: {skip: kickoff, until: 2026-03-31}}",
    ),
    "watermark": Verb(
        ("complete_to",),
        "the source has sent everything up to then; before its first one it is complete to the present",
        "{at: 2026-01-20, watermark: product, complete_to: 2026-01-17}",
    ),
    "bounce": Verb(
        (),
        "mail to the contact came back with these words: nobody is at its address any more",
        "{at: 2026-02-10T09:00Z, contact: ann, bounce: 550 5.1.1 no such user}",
    ),
    "publish": Verb(
        (),
        "another version: a file, or a document, which extends the model in force",
        "{at: 2026-01-20, publish: {moments: {kickoff: {lead: 3bd}}}}",
    ),
    "run": Verb(
        (),
        "`again`: the engine begins anew and runs for the same time; `after crash`: and had lost what it decided last",
        "{at: 2026-01-20, run: after crash}",
    ),
    "merge": Verb((), "the account becomes part of another", "{at: 2026-05-01, account: bolt, merge: acme}"),
    "unmerge": Verb((), "and comes apart again", "{at: 2026-05-03, account: bolt, unmerge: true}"),
    "erase": Verb((), "a person or an account is forgotten", "{at: 2026-05-01, contact: ann, erase: true}"),
}
UNRUN: tuple[str, ...] = ()
"""What is read and refused, until it runs."""

EXPECTATION: Mapping[str, str] = {
    "account": "where",
    "contact": "who it is about; the account follows",
    "product": "at the relationship by this product",
    "moment": "of which moment",
    "n": "of the n-th occurrence by due",
}

DETAILS: Mapping[str, str] = {
    "due": "when it is due",
    "owner": "whose it is: a person, or the role where nobody is",
    "to": "whom it goes to",
    "channel": "by which channel",
    "template": "by which template",
    "into": "what it became part of",
    "until": "until when it waits",
    "with": "whom it invites in the end: contacts, and no others",
    "reason": "a part of the reason's text",
    "priority": "its class, once it has moved up",
    "version": "the version of the model, counted from 1",
}
"""What may stand beside a verdict."""

CLAIMS: Mapping[str, str] = {
    "due": "a list: all that has opened of the moment, by due, and nothing else",
    "never": "a verdict that is not there",
    "count": "how many there are, by verdict",
    "state": "how it stands `at` an instant: armed pending blocked satisfied planned open started done closed none",
    "phase": "`at` an instant; `from` one, if it became so then; null is none",
    "segment": "the same",
    "touch": "the same: the most personal level, or the list of all",
    "band": "the same",
    "owner": "the same: who holds the account or, with `moment`, has the occurrence",
    "metric": "values by name, as of `at` or in the end; `known_on`: as they were known then",
    "arm": "of the experiment on `moment`, in the end: treated held_out excluded none; `contaminated`: how often",
    "data_alert": "a source is late, `at` an instant or ever",
}
