"""The daily pass: what depends on everybody at once is judged as a zone's day has ended, for its accounts.

Peers of other zones are read as of their own newest day that has ended. So the family over which false
discoveries are controlled is always everybody, and nobody waits for the last midnight of the world.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from aloft.engagement.model import Model
from aloft.engagement.scorecards import Health
from aloft.engine import rollup, scoring
from aloft.engine.turn import Turn
from aloft.facts.completeness import sources_of
from aloft.measures.detectors.asked import Detector, rests_on_signals
from aloft.measures.detectors.counting import Everybody, everybody
from aloft.measures.detectors.found import Findings, find
from aloft.measures.detectors.peers import share_below
from aloft.measures.frame import naive
from aloft.measures.models import AccountHealth, Daily, Signal
from aloft.measures.names import profile_rules
from aloft.records.rows import among, batched, put, upsert

Floats = npt.NDArray[np.float64]

KEPT = 21
"""Readings over which flapping is measured."""
RAISED, NOT, UNKNOWN = "1", "0", "u"
DAY_ZERO = date(1970, 1, 1)


@dataclass
class Judgement:
    """What the pass finds: values by key, a row per account of `people`, and what is told of the signals."""

    people: Everybody
    values: dict[str, Floats]
    signals: list[Findings]


@dataclass(frozen=True)
class Found:
    """What is found, mirrored already; `asked` tells which of the people the frame is of."""

    judged: Judgement
    asked: npt.NDArray[np.bool_]
    scored: scoring.Scored | None

    @cached_property
    def values(self) -> Mapping[int, Mapping[str, float | None]]:
        """By account of the frame."""
        scored = self.scored.values if self.scored else {}
        told = {key: column.tolist() for key, column in self.judged.values.items()}
        accounts = self.judged.people.accounts.tolist()
        return {
            accounts[row]: {key: _plain(column[row]) for key, column in told.items()}
            | scored.get(accounts[row], {})
            for row in np.flatnonzero(self.asked).tolist()
        }


def read(turn: Turn) -> None:
    """Judge everybody; keep what concerns the accounts of the frame."""
    found = judge(turn)
    if found is None:
        return
    health, people = turn.program.model.health, found.judged.people
    if health is not None and found.scored is not None:
        last = dict(zip(people.accounts.tolist(), people.last.tolist(), strict=True))
        scoring.keep(turn, found.scored, last)
    _keep(turn, found.judged, found.values)
    _forget(turn)
    if health is not None and turn.program.model.unit == "relationship":
        rollup.roll_up(turn, health.bands)


def judge(turn: Turn, before: scoring.Before = scoring.before) -> Found | None:
    """What is found of everybody, and mirrored for rules to read; None where the model asks for nothing of it.

    `before` tells profiles, bands and scores of the last reading.
    """
    detectors, health = _detectors(turn), turn.program.model.health
    if not detectors and health is None:
        return None
    connection = turn.frames.connection
    parts = turn.program.model.unit == "relationship"
    people = everybody(connection, naive(turn.at), turn.frames.home_zone, relationships=parts)  # type: ignore[arg-type]
    asked = _asked(turn, people)
    judged = Judgement(people, {}, [])
    for detector in detectors:
        if detector.function == "rank":
            _rank(turn, detector, judged, asked)
        else:
            findings = _of_sources(turn, find(connection, detector, people))
            judged.signals.append(findings)
            judged.values[detector.key] = findings.raised
    turn.mirror.judged_together(
        people.accounts[asked], {key: column[asked] for key, column in judged.values.items()}
    )
    if health is None or _scored_by_signals(turn.program.model, health):
        turn.frames.reread()
    scored = None if health is None else scoring.score(turn, health, before)
    if scored is not None:
        accounts: list[int] = people.accounts[asked].tolist()
        turn.mirror.judged({account: scored.values.get(account, {}) for account in accounts})
        turn.frames.reread()
    return Found(judged, asked, scored)


def _detectors(turn: Turn) -> list[Detector]:
    """Signals of every version that something open is pinned to; what is ranked, only the turn's model can read."""
    signals = [one for one in turn.versions.detectors() if one.function != "rank"]
    return signals + [one for one in turn.frames.detectors if one.function == "rank"]


def _asked(turn: Turn, people: Everybody) -> npt.NDArray[np.bool_]:
    ours = [account for account in turn.frames.accounts() if account in turn.directory]
    return np.isin(people.accounts, np.array(ours, dtype=np.int64))


def _of_sources(turn: Turn, findings: Findings) -> Findings:
    """Unknown while a source of the events is behind."""
    named = turn.program.model.sources
    if sources_of(findings.detector.events, named) & turn.frames.behind.keys():
        return replace(findings, raised=np.full_like(findings.raised, np.nan))
    return findings


def _rank(turn: Turn, detector: Detector, judged: Judgement, asked: npt.NDArray[np.bool_]) -> None:
    """Among the newest daily values: of the accounts of the frame from it, of the others as kept."""
    ranked = f"of:{detector.key}"
    found = turn.frames.connection.execute(
        f"""select e.account, coalesce(f.value, d.value) as value from everybody e
        left join (select _account, ({detector.value})::double as value from frame) f on f._account = e.account
        left join decided_daily d on d.account = e.account and d.key = '{ranked}' and f._account is null
        order by e.account"""
    ).fetchnumpy()
    values = np.ma.filled(np.ma.asarray(found["value"], dtype=np.float64), np.nan)
    judged.values[ranked] = values
    judged.values[detector.key] = share_below(values, judged.people.codes)


def _scored_by_signals(model: Model, health: Health) -> bool:
    """Whether health reads what was found; else the frame is read anew only once it has been scored."""
    asked = (rule for profile in health.every for rule in profile_rules(profile))
    return any(rests_on_signals(rule.expression, model) for rule in asked)


def _keep(turn: Turn, judged: Judgement, values: Mapping[int, Mapping[str, float | None]]) -> None:
    rows = {int(account): row for row, account in enumerate(judged.people.accounts)}
    before = _before([turn.directory[account].row for account in values])
    kept, signals = [], []
    for account, found in values.items():
        known, row = turn.directory[account].row, rows[account]
        states = _states(judged.signals, row, before.get(known, {}))
        kept.append((known, turn.at, found, states))
        signals += [
            _signal(turn, judged, findings, row, known, states[findings.detector.key])
            for findings in judged.signals
            if _is_told(states[findings.detector.key])
        ]
    put(Daily, ["account_id", "read_at", "values", "states"], kept, unique=["account_id"])
    _replace(signals)


def _forget(turn: Turn) -> None:
    """Of who has left the model nothing is known any more; the history stays."""
    gone = turn.frames.connection.execute(
        """select distinct d.account from decided_daily d join frame f on f._account = d.account
        anti join everybody e on e.account = d.account"""
    ).fetchall()
    known = [account for (account,) in gone if account in turn.directory]
    if known:
        rows = [turn.directory[account].row for account in known]
        Daily.objects.filter(account__in=rows).delete()
        AccountHealth.objects.filter(account__in=rows).delete()
        turn.mirror.forget_daily(known)


def _before(accounts: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
    found: dict[int, Mapping[str, str]] = {}
    for some in batched(accounts):
        rows = Daily.objects.filter(account__in=among(some))
        found |= dict(rows.values_list("account", "states"))
    return found


def _states(signals: Iterable[Findings], row: int, before: Mapping[str, str]) -> dict[str, str]:
    return {
        findings.detector.key: (before.get(findings.detector.key, "") + _state(findings.raised[row]))[-KEPT:]
        for findings in signals
    }


def _state(raised: float) -> str:
    return UNKNOWN if np.isnan(raised) else RAISED if raised else NOT


def _is_told(states: str) -> bool:
    """Raised, or another than the day before."""
    return states[-1] == RAISED or (len(states) > 1 and states[-1] != states[-2])


def flapping(states: str) -> float:
    """The share of the last 21 readings at which the state was another than before (`domain.md` F18)."""
    changes = sum(one != other for one, other in pairwise(states))
    return changes / (KEPT - 1)


def _signal(turn: Turn, judged: Judgement, findings: Findings, row: int, account: int, states: str) -> Signal:
    evidence, raised = findings.evidence(row), findings.raised[row]
    return Signal(
        account_id=account,
        detector=findings.detector.text[:300],
        key=findings.detector.key,
        day=DAY_ZERO + timedelta(days=int(judged.people.last[row])),
        at=turn.at,
        raised=None if np.isnan(raised) else bool(raised),
        statistic=evidence.statistic,
        p=evidence.p,
        threshold=evidence.threshold,
        baseline=evidence.baseline,
        dispersion=evidence.dispersion,
        flapping=flapping(states),
        evidence=dict(evidence.told),
        says=evidence.says[:300],
    )


def _replace(signals: Sequence[Signal]) -> None:
    upsert(signals, unique=["account_id", "key", "day"])


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
