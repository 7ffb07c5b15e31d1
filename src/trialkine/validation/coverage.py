"""How often what was reported lay in its intervals, and how the scores compare, over the ledger's rows."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv

from trialkine.trial.reported import is_fraction
from trialkine.validation.ledger import LEVELS, LedgerRow, Predictive

ALL = "all"
"""Stands for all uses, and for all groups of outcomes."""
USES = (ALL, "calibration", "prediction")
RESPONSE, COMPLETE, MEDIAN_SURVIVAL = "response rate", "complete response", "median survival"
LANDMARK_SURVIVAL, PROGRESSION_FREE, OTHER = "survival at landmark", "progression-free", "other"
GROUPS = (RESPONSE, COMPLETE, MEDIAN_SURVIVAL, LANDMARK_SURVIVAL, PROGRESSION_FREE, OTHER)
PIT_BINS = 10
COVERAGE_INTERVAL_LEVEL = 0.95
FRACTION, MONTH = "fraction", "month"
_NAMED_GROUPS = {"orr": RESPONSE, "cr_rate": COMPLETE, "os_median_months": MEDIAN_SURVIVAL}


@dataclass(frozen=True)
class Coverage:
    """The share of rows inside the intervals of one level, counting rows, and counting families.

    By family, each family counts once, shared out among its rows. `low` and `high` are the
    exact limits (Clopper-Pearson, 95 %) of that share with as many observations as families.
    """

    level: float
    inside: int
    share: float
    share_by_family: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """Mean scores of the model and of one baseline, on the rows of one unit where both have one.

    `unit` is `fraction` or `month` (CRPS cannot be averaged over both), or the metric where it is neither.
    Lower CRPS is better, higher log score is better. `crps_ratio` is the geometric mean of model over
    baseline, None where a score is 0. Scores are None where no row has both.

    Units: crps [unit], log scores [1].
    """

    baseline: str
    unit: str
    rows: int
    families: int
    crps: float | None
    crps_by_family: float | None
    baseline_crps: float | None
    baseline_crps_by_family: float | None
    crps_ratio: float | None
    log_score: float | None
    log_score_by_family: float | None
    baseline_log_score: float | None
    baseline_log_score_by_family: float | None


@dataclass(frozen=True)
class MeanScores:
    """Mean scores of the model over the `rows` of one unit, compared or not; one without a score is skipped.

    Units: crps [unit], log score [1].
    """

    unit: str
    rows: int
    crps: float | None
    crps_by_family: float | None
    log_score: float | None
    log_score_by_family: float | None


@dataclass(frozen=True)
class GroupSummary:
    """The scored rows of one group of outcomes and one use.

    `pit_counts` are the rows per tenth of the probability integral transform, from 0 to 1: even if the
    intervals are right, heaped at the ends if they are too narrow, in the middle if too wide.
    """

    group: str
    use: str
    rows: int
    families: int
    coverage: tuple[Coverage, ...]
    scores: tuple[MeanScores, ...]
    comparisons: tuple[Comparison, ...]
    pit_counts: tuple[int, ...]


def summarise_rows(rows: Sequence[LedgerRow]) -> tuple[GroupSummary, ...]:
    """One summary per use and group of outcomes that has scored rows, all of them together first.

    Rows count when they are scored, predicted and no mere lower bounds.
    """
    counted = scored_rows(rows)
    found = []
    for use in USES:
        of_use = [row for row in counted if use in (ALL, row.use)]
        for group in (ALL, *GROUPS):
            chosen = [row for row in of_use if group in (ALL, outcome_group(row.metric))]
            if chosen:
                found.append(summarise_group(group, use, chosen))
    return tuple(found)


def scored_rows(rows: Sequence[LedgerRow]) -> list[LedgerRow]:
    """The rows that enter summaries."""
    return [row for row in rows if row.is_scored and row.predicted is not None and not row.at_least]


def outcome_group(metric: str) -> str:
    """The group of outcomes that a metric belongs to."""
    if metric in _NAMED_GROUPS:
        return _NAMED_GROUPS[metric]
    if re.fullmatch(r"os_rate_\d+m", metric):
        return LANDMARK_SURVIVAL
    return PROGRESSION_FREE if re.fullmatch(r"(pfs|ttp)_(rate_\d+w|median_months)", metric) else OTHER


def unit_of_score(metric: str) -> str:
    """The unit in which a metric's CRPS is."""
    if is_fraction(metric):
        return FRACTION
    return MONTH if metric.endswith("_months") else metric


def summarise_group(group: str, use: str, rows: Sequence[LedgerRow]) -> GroupSummary:
    """The summary of rows that all count."""
    units = list(dict.fromkeys(unit_of_score(row.metric) for row in rows))
    of_unit = {unit: [row for row in rows if unit_of_score(row.metric) == unit] for unit in units}
    baselines = sorted({name for row in rows for name in row.baselines})
    return GroupSummary(
        group=group,
        use=use,
        rows=len(rows),
        families=_families(rows),
        coverage=tuple(_coverage(rows, level) for level in LEVELS),
        scores=tuple(_scores(unit, of_unit[unit]) for unit in units),
        comparisons=tuple(
            _compare(name, unit, [row for row in of_unit[unit] if name in row.baselines])
            for name in baselines
            for unit in units
            if any(name in row.baselines for row in of_unit[unit])
        ),
        pit_counts=pit_counts([row.predicted.pit for row in rows if row.predicted is not None]),
    )


def pit_counts(values: Sequence[float | None], bins: int = PIT_BINS) -> tuple[int, ...]:
    """How many probability integral transforms fall into each of equal bins of the unit interval."""
    known = [value for value in values if value is not None]
    counts, _ = np.histogram(known, bins=bins, range=(0.0, 1.0))
    return tuple(int(count) for count in counts)


def family_weights(rows: Sequence[LedgerRow]) -> list[float]:
    """One over the number of rows of each row's family."""
    sizes = Counter(row.family for row in rows)
    return [1.0 / sizes[row.family] for row in rows]


def exact_share_interval(
    share: float, number: float, level: float = COVERAGE_INTERVAL_LEVEL
) -> tuple[float, float]:
    """Clopper and Pearson's limits of a share of `number` observations, which need not make a whole count."""
    count, rest, tail = share * number, (1.0 - share) * number, (1.0 - level) / 2.0
    low = float(betaincinv(count, rest + 1.0, tail)) if count > 0.0 else 0.0
    high = float(betaincinv(count + 1.0, rest, 1.0 - tail)) if rest > 0.0 else 1.0
    return low, high


def _coverage(rows: Sequence[LedgerRow], level: float) -> Coverage:
    is_inside = [row.is_inside[level] for row in rows]
    by_family = min(1.0, float(np.average(is_inside, weights=family_weights(rows))))
    low, high = exact_share_interval(by_family, _families(rows))
    return Coverage(level, sum(is_inside), sum(is_inside) / len(rows), by_family, low, high)


def _scores(unit: str, rows: Sequence[LedgerRow]) -> MeanScores:
    crps, crps_by_family = _means(rows, lambda row: (_crps(row.predicted),))[0]
    log_score, log_score_by_family = _means(rows, lambda row: (_log_score(row.predicted),))[0]
    return MeanScores(unit, len(rows), crps, crps_by_family, log_score, log_score_by_family)


def _compare(baseline: str, unit: str, rows: Sequence[LedgerRow]) -> Comparison:
    def crps_pair(row: LedgerRow) -> tuple[float | None, float | None]:
        return _crps(row.predicted), _crps(row.baselines[baseline])

    def log_pair(row: LedgerRow) -> tuple[float | None, float | None]:
        return _log_score(row.predicted), _log_score(row.baselines[baseline])

    own_crps, other_crps = _means(rows, crps_pair)
    own_log, other_log = _means(rows, log_pair)
    compared = [row for row in rows if None not in crps_pair(row)]
    return Comparison(
        baseline=baseline,
        unit=unit,
        rows=len(compared),
        families=_families(compared),
        crps=own_crps[0],
        crps_by_family=own_crps[1],
        baseline_crps=other_crps[0],
        baseline_crps_by_family=other_crps[1],
        crps_ratio=_geometric_ratio([crps_pair(row) for row in compared]),
        log_score=own_log[0],
        log_score_by_family=own_log[1],
        baseline_log_score=other_log[0],
        baseline_log_score_by_family=other_log[1],
    )


def _means(
    rows: Sequence[LedgerRow], scores_of: Callable[[LedgerRow], tuple[float | None, ...]]
) -> list[tuple[float | None, float | None]]:
    """For each score, its mean over rows and over families, on the rows that have all the scores."""
    kept = [row for row in rows if None not in scores_of(row)]
    if not kept:
        return [(None, None)] * len(scores_of(rows[0]))
    columns = np.array([scores_of(row) for row in kept], dtype=np.float64).T
    weights = family_weights(kept)
    return [(float(column.mean()), float(np.average(column, weights=weights))) for column in columns]


def _geometric_ratio(pairs: Sequence[tuple[float | None, float | None]]) -> float | None:
    logs = [math.log(own / other) for own, other in pairs if own and other]
    return math.exp(sum(logs) / len(logs)) if logs and len(logs) == len(pairs) else None


def _families(rows: Sequence[LedgerRow]) -> int:
    return len({row.family for row in rows})


def _crps(found: Predictive | None) -> float | None:
    return found.crps if found is not None else None


def _log_score(found: Predictive | None) -> float | None:
    return found.log_score if found is not None else None
