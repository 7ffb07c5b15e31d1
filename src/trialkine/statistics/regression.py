"""Logistic and Cox regression on a few columns, with errors that count each patient once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from trialkine.errors import InputError
from trialkine.statistics.cox import fit_cox
from trialkine.statistics.estimate import (
    DEFAULT_LEVEL,
    Estimate,
    FloatArray,
    TestResult,
    check_level,
    undefined,
)

LOGISTIC = "logistic regression, robust errors"
COX = "Cox regression, Efron ties, robust errors"
_MOST_STEPS = 40
_LARGEST = 20.0  # a coefficient beyond this belongs to groups that separate
_CONVERGED = 1e-9
_NO_ERROR = 1e-7  # less is rounding


@final
@dataclass(frozen=True)
class Regression:
    """Coefficients and their covariance; empty, with the reason, where there are none."""

    coefficients: FloatArray
    covariance: FloatArray
    method: str
    why: str = ""

    def estimate(self, place: int, level: float = DEFAULT_LEVEL) -> Estimate:
        """One coefficient with its normal interval."""
        check_level(level)
        if self.why:
            return undefined(self.why, self.method, level)
        from scipy.special import ndtri

        value, error = float(self.coefficients[place]), self.error(place) or 0.0
        reach = float(ndtri(0.5 + level / 2.0)) * error
        return Estimate(value, value - reach, value + reach, level, self.method)

    def error(self, place: int) -> float | None:
        """The standard error of one coefficient."""
        return None if self.why else math.sqrt(max(0.0, self.covariance[place, place]))

    def test(self, place: int) -> TestResult:
        """Whether one coefficient differs from 0: the normal test, two-sided."""
        if self.why:
            return TestResult(None, None, self.method, self.why)
        error = self.error(place) or 0.0
        if error < _NO_ERROR:
            return TestResult(None, None, self.method, "the same patients fared alike in both arms")
        from scipy.special import ndtr

        statistic = float(self.coefficients[place]) / error
        return TestResult(statistic, float(2.0 * ndtr(-abs(statistic))), self.method)


def fit_logistic(columns: ArrayLike, is_case: ArrayLike, patients: ArrayLike | None = None) -> Regression:
    """The log odds as a sum of columns; give a column of ones for the intercept.

    Rows with the same number in `patients` are one patient's, and count once in the errors.
    Shape: columns (row, column), the others (row,). Source: liang_zeger_1986 for the errors.
    Raises: InputError, when lengths differ.
    """
    design, case = _design(columns), np.asarray(is_case, dtype=np.float64)
    cluster = _clusters(patients, case.size)
    _check(design, case, cluster)
    if case.min(initial=1.0) == case.max(initial=0.0):
        return _none("all outcomes are alike", LOGISTIC)
    value = np.zeros(design.shape[1])
    for _ in range(_MOST_STEPS):
        chance = _expit(design @ value)
        information = (design * (chance * (1.0 - chance))[:, None]).T @ design
        step = _solve(information, design.T @ (case - chance))
        if step is None:
            return _none("the columns do not tell one effect from another", LOGISTIC)
        value = value + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
        if np.abs(value).max() > _LARGEST:
            return _none("the outcomes separate completely", LOGISTIC)
        if np.abs(step).max() < _CONVERGED:
            break
    chance = _expit(design @ value)
    information = (design * (chance * (1.0 - chance))[:, None]).T @ design
    scores = design * (case - chance)[:, None]
    return Regression(value, _sandwich(information, scores, cluster), LOGISTIC)


def fit_cox_columns(
    columns: ArrayLike,
    days: ArrayLike,
    is_event: ArrayLike,
    patients: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Regression:
    """The log hazard as a sum of columns over a baseline hazard that each group has for itself.

    Units: days [any one time unit]. Shape: columns (row, column), the others (row,).
    Source: cox_1972, efron_1977; liang_zeger_1986 for the errors. Raises: InputError, when lengths differ.
    """
    design, event = _design(columns), np.asarray(is_event, dtype=bool)
    time, cluster = np.asarray(days, dtype=np.float64), _clusters(patients, event.size)
    group = np.zeros(event.size) if groups is None else np.asarray(groups)
    _check(design, time, cluster, event, group)
    if not event.any():
        return _none("no event", COX)
    fit = fit_cox(design, time, event, group)
    if fit.why:
        return _none(fit.why, COX)
    return Regression(fit.coefficients, _sandwich(fit.information, fit.residuals, cluster), COX)


def _sandwich(information: FloatArray, scores: FloatArray, cluster: np.ndarray) -> FloatArray:
    inverse = np.linalg.inv(information)
    sums = np.zeros((int(cluster.max()) + 1, scores.shape[1]))
    np.add.at(sums, cluster, scores)
    return np.asarray(inverse @ (sums.T @ sums) @ inverse, dtype=np.float64)


def _clusters(patients: ArrayLike | None, size: int) -> np.ndarray:
    if patients is None:
        return np.arange(size)
    return np.unique(np.asarray(patients), return_inverse=True)[1].ravel()


def _design(columns: ArrayLike) -> FloatArray:
    design = np.asarray(columns, dtype=np.float64)
    if design.ndim != 2:
        raise InputError(f"Columns of shape {design.shape} are no table. Give one row per patient.")
    return design


def _check(design: FloatArray, *others: np.ndarray) -> None:
    if any(len(other) != len(design) for other in others):
        raise InputError("Columns, outcomes and patients differ in length. Give one of each per row.")


def _solve(information: FloatArray, score: FloatArray) -> FloatArray | None:
    if not np.isfinite(information).all() or np.linalg.cond(information) > 1e12:
        return None
    return np.asarray(np.linalg.solve(information, score), dtype=np.float64)


def _expit(value: FloatArray) -> FloatArray:
    from scipy.special import expit

    return np.asarray(expit(value), dtype=np.float64)


def _none(why: str, method: str) -> Regression:
    return Regression(np.empty(0), np.empty((0, 0)), method, why)
