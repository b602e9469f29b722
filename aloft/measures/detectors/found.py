"""What the detectors find of everybody on one day, with the statistic, the threshold and the evidence of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from aloft.measures.detectors import decline, silence
from aloft.measures.detectors.asked import Detector
from aloft.measures.detectors.counting import Everybody, gaps, weeks

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Evidence:
    """Of one account. `says` is the sentence that people read."""

    statistic: float | None
    p: float | None
    threshold: float
    baseline: float | None
    dispersion: float | None
    told: Mapping[str, float | None]
    says: str


@dataclass(frozen=True)
class Findings:
    """`raised` has a row per account of everybody: 1, 0, or NaN where nothing can be judged."""

    detector: Detector
    raised: Floats
    evidence: Callable[[int], Evidence]


def find(connection: duckdb.DuckDBPyConnection, detector: Detector, everybody: Everybody) -> Findings:
    """Judge `declined`, `grew` or `silent` for all accounts at once."""
    if detector.function == "silent":
        return _silent(connection, detector)
    return _changed(connection, detector, everybody)


def _changed(connection: duckdb.DuckDBPyConnection, detector: Detector, everybody: Everybody) -> Findings:
    direction: decline.Direction = "grew" if detector.function == "grew" else "declined"
    judged = decline.judge(weeks(connection, detector, everybody), everybody.codes, detector.level, direction)
    tested = int(np.count_nonzero(~np.isnan(judged.p)))
    return Findings(detector, judged.raised, lambda row: _change(detector, judged, row, tested))


def _change(detector: Detector, judged: decline.Judged, row: int, tested: int) -> Evidence:
    falls = detector.function == "declined"
    change = -judged.effect[row] if falls else judged.effect[row]
    base, now, before = (float(part[row]) for part in (judged.baseline, judged.now, judged.before))
    told = {
        "now": now,
        "before": before,
        "baseline": base,
        "season": _number(judged.season[row]),
        "accounts": float(tested),
    }
    return Evidence(
        statistic=_number(change),
        p=_number(judged.p[row]),
        threshold=-detector.level if falls else detector.level,
        baseline=base,
        dispersion=_number(judged.phi[row]),
        told=told,
        says=_change_in_words(detector, told, change, judged.p[row]),
    )


def _change_in_words(detector: Detector, told: Mapping[str, float | None], change: float, p: float) -> str:
    if np.isnan(p):
        return f"{detector.subject}: nothing in the four weeks to compare with"
    now, before, base, season = (told[name] or 0.0 for name in ("now", "before", "baseline", "season"))
    peers = f", while the peers were at {season:.0%} of theirs" if abs(season - 1) >= 0.05 else ""
    by = f"{abs(change):.0%} {'less' if change < 0 else 'more'}" if np.isfinite(change) else "far more"
    return (
        f"{detector.subject}: {now:,.0f} in the last week and {before:,.0f} in the one before, against "
        f"{base:,.0f} a week in the four before those{peers}: {by}, {_odds(p)}"
    )


def _odds(p: float) -> str:
    """A p-value as people read it."""
    return "which chance alone hardly does (p < 0.0001)" if p < 0.0001 else f"p = {p:.2g}"


def _silent(connection: duckdb.DuckDBPyConnection, detector: Detector) -> Findings:
    spaced = gaps(connection, detector)
    judged = silence.judge(spaced.mean, spaced.sd, spaced.gaps, spaced.days, spaced.quiet)
    return Findings(detector, judged.raised, lambda row: _quiet(detector, judged, row))


def _quiet(detector: Detector, judged: silence.Judged, row: int) -> Evidence:
    quiet, deadline, count = _number(judged.quiet[row]), float(judged.deadline[row]), judged.gaps[row]
    mean = _number(judged.mean[row])
    return Evidence(
        statistic=quiet,
        p=_number(judged.p[row]),
        threshold=deadline if quiet is not None else 0.0,
        baseline=mean,
        dispersion=None,
        told={"quiet": quiet, "deadline": deadline if quiet is not None else None, "gaps": float(count)},
        says=_quiet_in_words(detector, quiet, deadline, mean, float(count)),
    )


def _quiet_in_words(
    detector: Detector, quiet: float | None, deadline: float, mean: float | None, count: float
) -> str:
    if quiet is None:
        return f"{detector.subject}: it has never happened here"
    usual = (
        f"it came every {mean:.1f} days"
        if mean is not None and count >= silence.REGULAR
        else f"it happened on {count + 1:.0f} {'day' if count == 0 else 'days'} so far"
    )
    return f"{detector.subject}: none for {quiet:.0f} days; {usual}, and quiet is expected up to {deadline:.1f} days"


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
