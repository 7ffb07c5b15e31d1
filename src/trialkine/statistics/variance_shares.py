"""Variance-based sensitivity from one given sample: which inputs the variance of an outcome comes from.

The design that `scipy.stats.sobol_indices` asks for needs independent inputs and a run of the model for every
input swapped. Patients of a trial are chosen and correlated and were simulated once, with luck; so both
indices here are read off the sample as it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from trialkine.errors import InputError
from trialkine.statistics.estimate import DEFAULT_LEVEL, Estimate, FloatArray, undefined

SLICES = "between slices of equal size, corrected for their number; jackknife"
SURFACE = "cross-validated quadratic surface with and without the input"
_PARTS = 20  # of the jackknife
_FOLDS = 10
_MOST_PAIRED = 12  # inputs whose products are part of the surface
_PENALTIES = (1e-3, 1e-2, 1e-1, 1.0, 10.0)  # per patient


@final
@dataclass(frozen=True)
class VarianceShares:
    """Shares of the outcome's variance, by input.

    `first`: explained by the input alone, whatever it goes together with. `total`: what the surface of all
    inputs loses without it. `together`: explained by the surface of all.
    """

    first: tuple[Estimate, ...]
    total: tuple[Estimate, ...]
    together: Estimate


def first_order(values: ArrayLike, outcome: ArrayLike, slices: int | None = None) -> Estimate:
    """The share of the outcome's variance that lies between slices of an input.

    Slices hold equally many patients, by default about the square root of their number. Their number alone
    makes means differ; that part is taken off, so that an input without effect is about 0 and may lie below.
    Shape: both (patient,). Source: plischke_2013.
    Raises: InputError, when lengths differ.
    """
    value, result = _pair(values, outcome)
    count = slices or max(4, min(20, round(math.sqrt(value.size) / 2.0)))
    if value.size < 4 * count or result.var() == 0.0 or value.min() == value.max():
        return undefined("too few patients, or nothing varies", SLICES)
    ranks = np.empty(value.size)
    ranks[np.argsort(value, kind="stable")] = np.arange(value.size)
    place = np.minimum((ranks * count / value.size).astype(np.int64), count - 1)
    part = ranks.astype(np.int64) % _PARTS
    sums = np.zeros((3, _PARTS, count))
    for row, weight in enumerate((np.ones(value.size), result, result**2)):
        np.add.at(sums[row], (part, place), weight)
    whole = sums.sum(axis=1)
    share = _between(whole)
    others = np.array([_between(whole - sums[:, one]) for one in range(_PARTS)])
    error = math.sqrt((_PARTS - 1) / _PARTS * float(((others - others.mean()) ** 2).sum()))
    return _normal(share, error, SLICES)


def variance_shares(inputs: ArrayLike, outcome: ArrayLike) -> VarianceShares:
    """Both indices of every input, and what all explain together.

    The surface is quadratic in normal scores of the inputs, with products of those inputs that lead by
    themselves, and is judged only on patients it was not fitted to. Where the inputs are independent and the
    surface fits, `total` is Sobol's total index. Shape: inputs (patient, input), outcome (patient,).
    Raises: InputError, when lengths differ.
    """
    table, result = np.asarray(inputs, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
    if table.ndim != 2 or len(table) != result.size:
        raise InputError(
            f"Inputs of shape {table.shape} against {result.size} outcomes. Give a row per patient."
        )
    first = tuple(first_order(column, result) for column in table.T)
    if result.var() == 0.0 or result.size < 10 * _FOLDS:
        nothing = undefined("too few patients, or nothing varies", SURFACE)
        return VarianceShares(first, (nothing,) * len(first), nothing)
    leading = np.argsort([-(one.estimate or 0.0) for one in first], kind="stable")[:_MOST_PAIRED]
    surface = _Surface(table, result, sorted(int(one) for one in leading))
    everything = surface.errors(None)
    variance = float(result.var())
    lost = [surface.errors(place) - everything for place in range(table.shape[1])]
    explained = (result - surface.means) ** 2 - everything
    return VarianceShares(first, tuple(_mean(one / variance) for one in lost), _mean(explained / variance))


class _Surface:
    """Ridge regression on a quadratic in normal scores, from moments of the folds."""

    def __init__(self, table: FloatArray, outcome: FloatArray, paired: list[int]) -> None:
        scores = np.stack([_normal_scores(column) for column in table.T], axis=1)
        columns: list[FloatArray] = []
        owners: list[tuple[int, ...]] = []
        for place in range(scores.shape[1]):
            columns += [scores[:, place], (scores[:, place] ** 2 - 1.0) / math.sqrt(2.0)]
            owners += [(place,), (place,)]
        for number, one in enumerate(paired):
            for other in paired[number + 1 :]:
                columns.append(scores[:, one] * scores[:, other])
                owners.append((one, other))
        self.features, self.owners, self.outcome = np.stack(columns, axis=1), owners, outcome
        self.folds = np.arange(outcome.size) % _FOLDS
        self.means = np.empty(outcome.size)
        self.moments = []
        for fold in range(_FOLDS):
            inside = self.folds != fold
            rows, mean = self.features[inside], float(outcome[inside].mean())
            self.means[~inside] = mean
            self.moments.append((rows.T @ rows, rows.T @ (outcome[inside] - mean), int(inside.sum())))
        every = np.ones(len(owners), dtype=bool)
        self.penalty = min(_PENALTIES, key=lambda one: float(self._squares(every, one).sum()))

    def errors(self, without: int | None) -> FloatArray:
        """Every patient's squared error, as predicted by the others, without one input."""
        kept = np.array([without not in owner for owner in self.owners])
        return self._squares(kept, self.penalty)

    def _squares(self, kept: np.ndarray, penalty: float) -> FloatArray:
        found = np.empty(self.outcome.size)
        for fold, (gram, product, size) in enumerate(self.moments):
            rows = self.folds == fold
            own = gram[np.ix_(kept, kept)] + penalty * size * np.eye(int(kept.sum()))
            weights = np.linalg.solve(own, product[kept])
            predicted = self.means[rows] + self.features[rows][:, kept] @ weights
            found[rows] = (self.outcome[rows] - predicted) ** 2
        return found


def _between(sums: FloatArray) -> float:
    """The corrected share between slices, from counts, sums and sums of squares by slice."""
    count, total, squares = sums
    here = count > 0
    n, mean = count.sum(), total.sum() / count.sum()
    whole = squares.sum() - n * mean**2
    between = float((total[here] ** 2 / count[here]).sum() - n * mean**2)
    groups = int(here.sum())
    if whole <= 0.0:
        return 0.0
    inside = (whole - between) / (n - groups)
    return float((between - (groups - 1) * inside) / whole)


def _normal_scores(values: FloatArray) -> FloatArray:
    from scipy.special import ndtri
    from scipy.stats import rankdata

    return np.asarray(ndtri((rankdata(values) - 0.5) / values.size), dtype=np.float64)


def _mean(differences: FloatArray) -> Estimate:
    error = float(differences.std(ddof=1)) / math.sqrt(differences.size)
    return _normal(float(differences.mean()), error, SURFACE)


def _normal(value: float, error: float, method: str) -> Estimate:
    from scipy.special import ndtri

    reach = float(ndtri(0.5 + DEFAULT_LEVEL / 2.0)) * error
    return Estimate(value, value - reach, value + reach, DEFAULT_LEVEL, method)


def _pair(values: ArrayLike, outcome: ArrayLike) -> tuple[FloatArray, FloatArray]:
    value, result = np.asarray(values, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
    if value.shape != result.shape or value.ndim != 1:
        raise InputError(f"{value.size} inputs against {result.size} outcomes. Give one of each per patient.")
    return value, result
