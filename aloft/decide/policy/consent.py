"""May we write to them at all? Steps 1 and 2 of domain.md 3.7: law and consent, then suppression."""

from __future__ import annotations

from datetime import datetime

from aloft.decide.durations import add
from aloft.decide.policy.values import Approach, Standing, Word
from aloft.decide.values import Input, Reason


def refusal(one: Approach, standing: Standing, at: datetime) -> Reason | None:
    """Why it may never go; None: it may. An objection to marketing is absolute; a service message needs no yes."""
    return _unwilling(one, standing, at) or _unreachable(standing)


def _unwilling(one: Approach, standing: Standing, at: datetime) -> Reason | None:
    word = standing.words.get(one.purpose)
    if word is not None and not word.granted:
        basis = f" ({word.basis})" if word.basis else ""
        found = f"{standing.name} has withdrawn consent to {one.purpose} messages{basis}"
        return _consent(one, standing, found, word)
    if one.purpose != "marketing":
        return None
    if word is not None and (word.expires is None or at < word.expires):
        return None
    return _without_word(one, standing, at, word)


def _without_word(one: Approach, standing: Standing, at: datetime, word: Word | None) -> Reason | None:
    """Nothing that they said counts now: the regime decides."""
    regime = standing.regime
    if not regime.asks or (regime.customers and standing.customer):
        return None
    implied = _implied_until(standing)
    if implied is not None and at < implied:
        return None
    expired = word.expires if word is not None else implied
    if expired is not None:
        return _consent(one, standing, f"consent expired on {expired:%Y-%m-%d}", word)
    return _consent(one, standing, f"{standing.name} has not consented to marketing messages", word)


def _implied_until(standing: Standing) -> datetime | None:
    after = standing.regime.after
    return add(standing.left, after, standing.calendar) if after and standing.left else None


def _consent(one: Approach, standing: Standing, found: str, word: Word | None) -> Reason:
    read = [Input("regime", standing.regime.name)]
    if word is not None:
        said = "granted" if word.granted else "withdrawn"
        read.append(Input(f"consent.{one.purpose}", said, word.captured))
    return Reason("consent", False, f"{one.purpose}: {standing.regime.name}", found, inputs=tuple(read))


def _unreachable(standing: Standing) -> Reason | None:
    if not standing.blocked:
        return None
    return Reason("suppression", False, "nothing goes to whom nothing reaches", standing.blocked)
