"""Reads the reported numbers off simulated trials: one draw per repetition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trialkine.calibration.counts import LANDMARK_SLACK, patients_of
from trialkine.records import DAYS_PER_MONTH, DAYS_PER_WEEK
from trialkine.statistics.survival import kaplan_meier, median_survival, survival_at
from trialkine.toxicity.terms import SEVERE
from trialkine.trial.reported import CHANGE, LANDMARK

if TYPE_CHECKING:
    import polars as pl

    from trialkine.trial.result import TrialResult

Array = np.ndarray[Any, np.dtype[Any]]
CATEGORIES = {"orr": ("CR", "PR"), "cr_rate": ("CR",), "pr_rate": ("PR",), "sd_rate": ("SD",)}
PROGRESSED = ("PD", "NE")
"""Without a scan after the first, a patient died or left early: counted as no benefit, as trials do."""
TOXIC_DEATHS = "toxic_death_rate"
FEWEST_HALVES = 20  # repetitions in which both halves reach their median
QUARTILES_APART = 1.349  # standard deviations of a normal distribution
CURVES = {"pfs": "pfs", "ttp": "ttp", "rfs": "pfs", "os": "os", "dor": "dor"}


def metric_draws(result: TrialResult, arm: str, line: str | None, metric: str) -> Array | None:
    """The metric in every repetition; NaN where it has no value; None for one that is not simulated.

    Shape: returns (repetition,). Units: rates [fraction], times [month], doses [1].
    """
    if CHANGE.fullmatch(metric) or (metric == TOXIC_DEATHS and line is not None):
        return None  # of a death it is not known which line brought it
    rows = patients_of(result, arm, line)
    found = np.full(result.replicates, np.nan)
    for (replicate,), patients in rows.group_by("trial"):
        found[int(str(replicate))] = _value(patients, metric)
    return found


def median_luck(result: TrialResult, arm: str, line: str | None, metric: str) -> float:
    """How much of the variance of the log of a median is the luck of the simulated patients.

    From medians of the two halves of every repetition, which differ by nothing else: a quarter of the
    variance of their difference. NaN where too few repetitions have both. Units: [1].
    """
    import polars as pl

    rows = patients_of(result, arm, line).with_columns(half=pl.int_range(pl.len()).over("trial") % 2)
    halves = np.full((result.replicates, 2), np.nan)
    for (replicate, half), patients in rows.group_by("trial", "half"):
        halves[int(str(replicate)), int(str(half))] = _value(patients, metric)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.diff(np.log(halves), axis=1)[:, 0]
    apart = apart[np.isfinite(apart)]
    if len(apart) < FEWEST_HALVES:
        return float("nan")
    return float(spread_of(apart) ** 2 / 4.0)


def spread_of(values: Array, weights: Array | None = None) -> float:
    """The standard deviation of a normal distribution with the same quartiles; infinity counts as late."""
    equal = np.full(len(values), 1.0 / len(values)) if weights is None else weights
    low, high = (weighted_quantile(values, equal, share) for share in (0.25, 0.75))
    return (high - low) / QUARTILES_APART if np.isfinite(low) else float("inf")


def weighted_quantile(values: Array, weights: Array, share: float) -> float:
    """The smallest value up to which the weights make up a share. Shapes: values and weights (draw,)."""
    order = np.argsort(values)
    up_to = np.cumsum(weights[order])
    place = int(np.searchsorted(up_to, share * up_to[-1] * (1.0 - 1e-12)))
    return float(values[order][min(place, len(values) - 1)])


def patients_behind(result: TrialResult, arm: str, line: str | None, metric: str) -> float:
    """How many patients of a repetition a metric rests on, in the mean: all, or those who responded."""
    rows = patients_of(result, arm, line)
    if metric.startswith("dor"):
        rows = rows.filter(rows["best_response"].is_in(CATEGORIES["orr"]))
    return rows.height / result.replicates


def _value(patients: pl.DataFrame, metric: str) -> float:
    best = patients["best_response"].to_numpy()
    if metric in CATEGORIES:
        return float(np.isin(best, CATEGORIES[metric]).mean())
    if metric == "pd_rate":
        return float(np.isin(best, PROGRESSED).mean())
    if metric == "grade34_rate":
        worst = patients["worst_grade"].drop_nulls().to_numpy()
        return float((worst >= SEVERE).mean()) if len(worst) else np.nan
    if metric == TOXIC_DEATHS:
        return float((patients["death_cause"] == "treatment").sum()) / patients.height
    if metric in ("doses_given_mean", "doses_given_median"):
        given = patients["doses_given"].to_numpy()
        return float(given.mean() if metric.endswith("mean") else np.median(given))
    landmark = LANDMARK.fullmatch(metric)
    if landmark is None:
        return _median(patients, CURVES[metric.split("_", 1)[0]])
    by_week, weeks, by_month, months = landmark.groups()
    day = int(weeks) * DAYS_PER_WEEK if by_week else int(months) * DAYS_PER_MONTH
    return _at(patients, CURVES[by_week or by_month], day)


def _curve(patients: pl.DataFrame, endpoint: str) -> tuple[Array, Array]:
    days = patients[f"{endpoint}_days"].cast(float).to_numpy().astype(float)
    events = patients[f"{endpoint}_event"].fill_null(False).to_numpy().astype(bool)
    known = np.isfinite(days)
    return days[known], events[known]


def _median(patients: pl.DataFrame, endpoint: str) -> float:
    days, events = _curve(patients, endpoint)
    if not len(days):
        return np.nan
    reached = median_survival(kaplan_meier(days, events)).estimate
    return np.nan if reached is None else reached / DAYS_PER_MONTH


def _at(patients: pl.DataFrame, endpoint: str, day: float) -> float:
    """The curve at a day; NaN where nobody was to be followed for so long."""
    planned = patients["follow_up_days"].max() if "follow_up_days" in patients.columns else None
    if isinstance(planned, float) and planned < day - LANDMARK_SLACK:
        return np.nan
    days, events = _curve(patients, endpoint)
    found = survival_at(kaplan_meier(days, events), day).estimate if len(days) else None
    return np.nan if found is None else found
