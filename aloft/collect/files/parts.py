"""What a table and its columns can be, in words: what is proposed, and what a person may say instead."""

from __future__ import annotations

from aloft.collect.files.gives import Part
from aloft.collect.files.roles import Role

ROLES: dict[Role, str] = {
    "accounts": "accounts, one a row",
    "contracts": "contracts, each with a start and what is paid",
    "tickets": "tickets",
    "survey": "answers to a survey",
    "onboarding": "steps of onboarding",
    "contacts": "contacts",
    "events": "things that happened",
}
PARTS: dict[Part, str] = {
    "account": "whose the row is",
    "key": "names the row",
    "property": "kept with it",
    "out": "left out",
    "since": "since when it is an account",
    "name": "the name",
    "starts": "the first day of the contract",
    "ends": "the first day that the contract no longer covers",
    "mrr": "what is paid",
    "product": "the product",
    "plan": "the plan",
    "seats": "the seats",
    "currency": "the currency",
    "opened": "when the ticket was opened",
    "solved": "when the ticket was solved",
    "score": "the score",
    "step": "the step",
    "started": "when the step was begun",
    "finished": "when the step was finished",
    "at": "when it happened",
    "event": "what happened",
    "times": "how often it happened",
    "user": "which user it was",
    "email": "the address",
    "persona": "the person's part",
}
PARTS_OF: dict[Role, tuple[Part, ...]] = {
    "accounts": ("since", "name"),
    "contracts": ("starts", "ends", "mrr", "product", "plan", "seats", "currency"),
    "tickets": ("opened", "solved", "score"),
    "survey": ("at", "score"),
    "onboarding": ("step", "started", "finished", "at"),
    "contacts": ("name", "email", "persona", "user"),
    "events": ("at", "event", "times", "user"),
}
