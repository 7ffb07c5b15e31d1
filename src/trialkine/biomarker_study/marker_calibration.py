"""Whether chances of response learnt from one half of the patients come true in the other half."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialkine.biomarker_study.cohort import ArmCohort, Array
from trialkine.biomarker_study.readings import Reading, within_trials
from trialkine.statistics.estimate import Estimate, undefined
from trialkine.statistics.proportions import exact_interval
from trialkine.statistics.regression import fit_logistic

TENTHS = 10
CALIBRATION = "logistic regression on the predicted log odds"
NOBODY_LEARNS = "nobody is in the half that learns"
NOBODY_JUDGES = "nobody is in the half that judges"


@dataclass(frozen=True)
class Tenth:
    """A tenth of the patients by predicted chance: what was predicted for them, and what came of it."""

    predicted: float
    observed: Estimate
    patients: int


@dataclass(frozen=True)
class MarkerCalibration:
    """How predicted chances compare with outcomes of patients who were not part of the fit.

    `slope` is 1 and `intercept` 0 where they are right; a slope below 1 tells of chances too far apart, an
    intercept above 0 of chances too low. `why`: the reason where there is none.
    """

    arm: str
    marker: str
    moment: str
    tenths: tuple[Tenth, ...]
    intercept: Estimate
    slope: Estimate
    why: str = ""


def halves(cohort: ArmCohort, rows: Array) -> tuple[Array, Array]:
    """Which patients learn and which judge: every second one enrolled in the arm, in each repetition.

    A patient who is treated in several arms is in the same half in all of them.
    Shape: rows (patient with a reading,) as places in the cohort, returns two masks of that shape.
    """
    even = np.asarray(cohort.places[rows] % 2 == 0)
    return even, ~even


def marker_calibration(cohort: ArmCohort, reading: Reading) -> MarkerCalibration:
    """A logistic curve in the reading, fitted to half of an arm's patients and judged by the other half.

    Source: cox_1958 for intercept and slope.
    """
    rows = reading.rows
    value = within_trials(reading.read, cohort.trial[rows])
    responded = cohort.responded[rows]
    learn, judge = halves(cohort, rows)
    columns = np.stack([np.ones(len(rows)), value], axis=1)
    named = (cohort.arm, reading.marker.name, reading.moment)
    why = reading.why or ("" if learn.any() else NOBODY_LEARNS) or ("" if judge.any() else NOBODY_JUDGES)
    fit = fit_logistic(columns[learn], responded[learn]) if not why else None
    if fit is None or fit.why:
        nothing = undefined(why or (fit.why if fit else ""), CALIBRATION)
        return MarkerCalibration(*named, (), nothing, nothing, nothing.why)
    odds = columns[judge] @ fit.coefficients
    observed = responded[judge]
    slope = fit_logistic(np.stack([np.ones(len(odds)), odds], axis=1), observed)
    return MarkerCalibration(
        *named, _tenths(1.0 / (1.0 + np.exp(-odds)), observed), _shift(odds, observed), slope.estimate(1)
    )


def _shift(odds: Array, responded: Array) -> Estimate:
    """By how much all log odds must be moved for the mean chance to be right, with the slope held at 1."""
    from scipy.optimize import brentq

    def chance(shift: float) -> Array:
        return np.asarray(1.0 / (1.0 + np.exp(-odds - shift)))

    seen = float(responded.mean())
    method = "shift of the log odds at a slope of 1"
    if not 0.0 < seen < 1.0:
        return Estimate(None, None, None, 0.95, method, why="all outcomes are alike")
    shift = float(brentq(lambda one: float(chance(one).mean()) - seen, -30.0, 30.0))
    here = chance(shift)
    reach = 1.959963984540054 / float(np.sqrt((here * (1.0 - here)).sum()))
    return Estimate(shift, shift - reach, shift + reach, 0.95, method)


def _tenths(chance: Array, responded: Array) -> tuple[Tenth, ...]:
    order = np.argsort(chance, kind="stable")
    return tuple(
        Tenth(float(chance[rows].mean()), exact_interval(int(responded[rows].sum()), len(rows)), len(rows))
        for rows in np.array_split(order, TENTHS)
        if len(rows)
    )
