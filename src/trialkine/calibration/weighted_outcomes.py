"""Outcome measures of weighted patients, under the names of `summary.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trialkine.calibration.counts import ENDPOINT_COLUMNS
from trialkine.records import DAYS_PER_MONTH, DAYS_PER_WEEK
from trialkine.statistics.estimate import DEFAULT_LEVEL
from trialkine.statistics.survival import KaplanMeier, median_survival, survival_at
from trialkine.trial.reported import LANDMARK, MEDIANS

if TYPE_CHECKING:
    import polars as pl

Array = np.ndarray[Any, np.dtype[Any]]
CATEGORIES = {
    "orr": ("CR", "PR"), "cr_rate": ("CR",), "pr_rate": ("PR",), "sd_rate": ("SD",), "pd_rate": ("PD", "NE"),
}  # fmt: skip
AFTER_RESECTION = (
    "rfs_median_months", "rfs_rate_12m", "rfs_rate_24m", "os_median_months", "os_rate_24m", "os_rate_60m",
)  # fmt: skip
WITH_DISEASE = (
    "orr", "cr_rate", "pfs_median_months", "pfs_rate_8w", "pfs_rate_24w", "os_median_months", "os_rate_12m",
    "os_rate_24m",
)  # fmt: skip


def is_weighable(metric: str) -> bool:
    """Whether `weighted_metric` knows a measure."""
    return metric in CATEGORIES or metric in MEDIANS or LANDMARK.fullmatch(metric) is not None


def weighted_metric(rows: pl.DataFrame, weights: Array, metric: str) -> float | None:
    """One measure of weighted patients; None where follow-up is too short for it or nobody has weight.

    Shape: weights (row,). Units: rates [fraction], medians [month].
    """
    if not weights.sum() > 0.0:
        return None
    if metric in CATEGORIES:
        is_counted = np.isin(rows["best_response"].to_numpy(), CATEGORIES[metric])
        return float(weights[is_counted].sum() / weights.sum())
    if metric in MEDIANS:
        curve = _curve(rows, weights, metric.split("_", 1)[0])
        middle = median_survival(curve).estimate
        return None if middle is None else middle / DAYS_PER_MONTH
    landmark = LANDMARK.fullmatch(metric)
    assert landmark is not None
    by_week, weeks, by_month, months = landmark.groups()
    day = int(weeks) * DAYS_PER_WEEK if by_week else int(months) * DAYS_PER_MONTH
    return survival_at(_curve(rows, weights, by_week or by_month), day).estimate


def weighted_survival(days: Array, is_event: Array, weights: Array) -> KaplanMeier:
    """The product-limit curve of weighted patients, without limits.

    Patients without a time or a weight are left out. Units: any one time unit, kept. Shapes: (patient,).
    """
    is_in = np.isfinite(days) & (weights > 0.0)
    days, is_event, weights = days[is_in], is_event[is_in], weights[is_in]
    times, place = np.unique(days, return_inverse=True)
    leaving = np.bincount(place, weights, minlength=len(times))
    ending = np.bincount(place, weights * is_event, minlength=len(times))
    at_risk = np.cumsum(leaving[::-1])[::-1]
    survival = np.cumprod(np.clip(1.0 - ending / at_risk, 0.0, 1.0))
    counts = np.bincount(place, minlength=len(times))
    nothing = np.full(len(times), np.nan)
    return KaplanMeier(
        times=times,
        survival=np.asarray(survival, dtype=np.float64),
        low=nothing,
        high=nothing,
        at_risk=np.cumsum(counts[::-1])[::-1],
        events=np.bincount(place, is_event.astype(float), minlength=len(times)).astype(np.int64),
        observed=np.sort(days),
        level=DEFAULT_LEVEL,
        method="weighted product limit",
    )


def _curve(rows: pl.DataFrame, weights: Array, endpoint: str) -> KaplanMeier:
    column = ENDPOINT_COLUMNS[endpoint]
    days = rows[f"{column}_days"].cast(float).fill_null(np.nan).to_numpy()
    is_event = rows[f"{column}_event"].fill_null(False).to_numpy().astype(bool)
    return weighted_survival(days, is_event, weights)
