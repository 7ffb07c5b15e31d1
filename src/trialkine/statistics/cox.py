"""Cox's proportional hazards on a few columns, with Efron's ties and strata.

Source: cox_1972, efron_1977.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from trialkine.statistics.estimate import FloatArray

_MOST_STEPS = 50
_LONGEST_STEP = 2.0
_LARGEST = 20.0  # a coefficient beyond this belongs to groups that separate
_LARGEST_LOG_HAZARD = 50.0
_CONVERGED = 1e-10
_MOST_ALIKE = 1e12  # condition of the information


@final
@dataclass(frozen=True)
class CoxFit:
    """Log hazard ratios per unit of each column; empty, with the reason, where there are none.

    `residuals` are what each row adds to the score: robust errors come of their sums by patient.
    Shapes: coefficients (column,), information (column, column), residuals (row, column).
    """

    coefficients: FloatArray
    information: FloatArray
    residuals: FloatArray
    why: str = ""


def fit_cox(
    columns: FloatArray, days: FloatArray, is_event: NDArray[np.bool_], groups: NDArray[np.generic]
) -> CoxFit:
    """The coefficients of the highest partial likelihood; each group has a baseline hazard of its own.

    Units: days [any one time unit]. Shapes: columns (row, column), the others (row,).
    """
    nothing = np.empty(0)
    strata = [np.flatnonzero(groups == one) for one in np.unique(groups)]
    value = np.zeros(columns.shape[1])
    for _ in range(_MOST_STEPS):
        parts = [_Risk(columns[rows], days[rows], is_event[rows], value) for rows in strata]
        information = np.sum([part.information for part in parts], axis=0)
        if not np.isfinite(information).all() or np.linalg.cond(information) > _MOST_ALIKE:
            return CoxFit(nothing, nothing, nothing, "the columns do not tell one effect from another")
        step = np.linalg.solve(information, np.sum([part.score for part in parts], axis=0))
        longest = float(np.abs(step).max())
        value = value + step * min(1.0, _LONGEST_STEP / max(longest, 1e-300))
        if np.abs(value).max() > _LARGEST:
            return CoxFit(nothing, nothing, nothing, "the events separate completely")
        if longest < _CONVERGED:
            break
    residuals = np.zeros(columns.shape)
    information = np.zeros((value.size, value.size))
    for rows in strata:
        part = _Risk(columns[rows], days[rows], is_event[rows], value)
        residuals[rows] = part.residuals()
        information += part.information
    return CoxFit(value, information, residuals)


class _Risk:
    """Who is at risk at each event of one stratum, and what that says at some coefficients.

    Events at the same time come one after the other: before each, an equal part of all of them has left the
    risk set. `gone` is that part.
    """

    def __init__(
        self, columns: FloatArray, days: FloatArray, is_event: NDArray[np.bool_], value: FloatArray
    ) -> None:
        order = np.argsort(days, kind="stable")
        self.order, self.days, self.dies, self.rows = order, days[order], is_event[order], columns[order]
        self.hazard = np.exp(np.clip(self.rows @ value, -_LARGEST_LOG_HAZARD, _LARGEST_LOG_HAZARD))
        self.times, first, counts = np.unique(self.days[self.dies], return_index=True, return_counts=True)
        place = np.repeat(np.arange(self.times.size), counts)
        self.at_once = counts
        self.gone = (np.arange(place.size) - first[place]) / counts[place]
        start = np.searchsorted(self.days, self.times, "left")
        levels = []
        for part in _moments(self.rows, self.hazard):
            risk = np.cumsum(part[::-1], axis=0)[::-1][start][place]
            dying = np.add.reduceat(part[self.dies], first, axis=0)[place] if place.size else risk
            levels.append(risk - _beside(self.gone, part) * dying)
        self.total = levels[0]
        self.mean = levels[1] / self.total[:, None]
        spread = levels[2] / self.total[:, None, None] - self.mean[:, :, None] * self.mean[:, None, :]
        self.information = spread.sum(axis=0)
        self.score = self.rows[self.dies].sum(axis=0) - self.mean.sum(axis=0)

    def residuals(self) -> FloatArray:
        """Own event less what was expected of it; a tied event counts with the part that has not left."""
        at = np.concatenate(([0], np.cumsum(self.at_once)))
        before = at[np.searchsorted(self.times, self.days, "left")]
        after = at[np.searchsorted(self.times, self.days, "right")]
        rate, drift = 1.0 / self.total, self.mean / self.total[:, None]
        expected = self._between(rate, drift, np.zeros_like(after), after)
        partly = self._between(self.gone * rate, self.gone[:, None] * drift, before, after)
        means = _running(self.mean)
        own = self.rows - (means[after] - means[before]) / np.maximum(after - before, 1)[:, None]
        found = np.empty_like(own)
        found[self.order] = self.dies[:, None] * (own + partly) - expected
        return np.asarray(found, dtype=np.float64)

    def _between(
        self, rate: FloatArray, drift: FloatArray, before: FloatArray, after: FloatArray
    ) -> FloatArray:
        """What is expected of each row over the events from one place to another."""
        rates, drifts = _running(rate), _running(drift)
        of_row = self.rows * (rates[after] - rates[before])[:, None] - (drifts[after] - drifts[before])
        return np.asarray(self.hazard[:, None] * of_row, dtype=np.float64)


def _moments(rows: FloatArray, hazard: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    weighted = rows * hazard[:, None]
    return hazard, weighted, weighted[:, :, None] * rows[:, None, :]


def _beside(gone: FloatArray, part: FloatArray) -> FloatArray:
    """The parts that have left, with as many axes as another array."""
    return gone.reshape(gone.shape + (1,) * (part.ndim - 1))


def _running(values: FloatArray) -> FloatArray:
    """Sums of the first 0, 1, 2 ... entries."""
    return np.asarray(np.concatenate((np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0))))
