"""Survival curves ready to draw: one per arm, with the band that fits the kind of run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialkine.errors import InputError
from trialkine.records import DAYS_PER_MONTH
from trialkine.report.metrics import in_months, survival_columns
from trialkine.report.picks import evaluable
from trialkine.report.words import NOT_REACHED
from trialkine.statistics.estimate import FloatArray
from trialkine.statistics.predictive import widest_level
from trialkine.statistics.survival import KaplanMeier, kaplan_meier, median_survival

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

ENDPOINTS = {
    "os": "Overall survival",
    "pfs": "Progression-free survival",
    "ttp": "Time to progression",
    "dor": "Duration of response",
}
_GRID_POINTS = 200
CURVE_LEVELS = (0.80, 0.95)


@dataclass(frozen=True)
class ArmCurve:
    """One arm's curve as steps from time zero; empty where the arm has no patient to count.

    Units: months [month], survival, low and high [fraction]. `low` and `high` are NaN where undefined.
    `median` is in words. `observed` holds the follow-up time of every patient, over all trials.
    """

    arm: str
    months: FloatArray
    survival: FloatArray
    low: FloatArray
    high: FloatArray
    censored_months: FloatArray
    censored_survival: FloatArray
    observed: FloatArray
    trials: int
    median: str

    def at_risk(self, month: float) -> float:
        """Patients still followed just before a month; the mean per trial where there are several."""
        return float((self.observed >= month - 1e-9).sum()) / self.trials


def arm_curves(result: TrialResult, endpoint: str) -> list[ArmCurve]:
    """The curve of each arm that has patients.

    Raises: InputError, when there is no such endpoint.
    """
    if endpoint not in ENDPOINTS:
        raise InputError(
            f"There is no endpoint '{endpoint}'. Choose one of {', '.join(map(repr, ENDPOINTS))}."
        )
    healthy = evaluable(result.patients)
    return [
        arm_curve(arm, healthy.filter(pl.col("arm") == arm), endpoint, result.replicates)
        for arm in result.arms
    ]


def arm_curve(arm: str, patients: pl.DataFrame, endpoint: str, trials: int) -> ArmCurve:
    """The curve of an arm's evaluable patients: Kaplan-Meier, or the median one of several trials."""
    if trials == 1:
        return _single(arm, patients, endpoint)
    return _over_trials(arm, patients, endpoint, trials)


def _single(arm: str, patients: pl.DataFrame, endpoint: str) -> ArmCurve:
    days, events = survival_columns(patients, endpoint)
    curve = kaplan_meier(days, events)
    if curve.patients == 0:
        return _nothing(arm)
    median = in_months(median_survival(curve))
    censored = np.sort(np.asarray(days)[~np.asarray(events, dtype=bool)])
    return ArmCurve(
        arm=arm,
        months=np.concatenate(([0.0], curve.times / DAYS_PER_MONTH)),
        survival=np.concatenate(([1.0], curve.survival)),
        low=np.concatenate(([np.nan], curve.low)),
        high=np.concatenate(([np.nan], curve.high)),
        censored_months=censored / DAYS_PER_MONTH,
        censored_survival=_steps_at(curve, censored),
        observed=curve.observed / DAYS_PER_MONTH,
        trials=1,
        median=_median_words(median.estimate),
    )


def _over_trials(arm: str, patients: pl.DataFrame, endpoint: str, replicates: int) -> ArmCurve:
    """The median curve over trials, with the band that holds most of them; no trial is read past its end."""
    curves = []
    for trial in range(replicates):
        curve = kaplan_meier(*survival_columns(patients.filter(pl.col("trial") == trial), endpoint))
        if curve.patients:
            curves.append(curve)
    if not curves:
        return _nothing(arm)
    last = float(np.median([curve.observed[-1] for curve in curves]))
    grid = np.linspace(0.0, last, _GRID_POINTS)
    heights = np.array([_steps_at(curve, grid) for curve in curves])
    level = widest_level(len(curves), CURVE_LEVELS)
    middle = np.quantile(heights, 0.5, axis=0)
    low = high = np.full(_GRID_POINTS, np.nan)
    if level is not None:
        low, high = np.quantile(heights, ((1.0 - level) / 2.0, (1.0 + level) / 2.0), axis=0)
    medians = [median_survival(curve).estimate for curve in curves]
    median = float(np.median([math.inf if days is None else days for days in medians]))
    nothing = np.empty(0)
    return ArmCurve(
        arm=arm,
        months=grid / DAYS_PER_MONTH,
        survival=middle,
        low=low,
        high=high,
        censored_months=nothing,
        censored_survival=nothing,
        observed=np.sort(np.concatenate([curve.observed for curve in curves])) / DAYS_PER_MONTH,
        trials=replicates,
        median=_median_words(median / DAYS_PER_MONTH),
    )


def _median_words(months: float | None) -> str:
    if months is None or not math.isfinite(months):
        return f"median {NOT_REACHED}"
    return f"median {months:.1f} months"


def _steps_at(curve: KaplanMeier, days: FloatArray) -> FloatArray:
    places = np.searchsorted(curve.times, days, "right")
    return np.concatenate(([1.0], curve.survival))[places]


def _nothing(arm: str) -> ArmCurve:
    nothing = np.empty(0)
    return ArmCurve(
        arm, nothing, nothing, nothing, nothing, nothing, nothing, nothing, trials=1, median="no patients"
    )
