"""Stands in for the simulation: the log-odds of a target's event as a quadratic in the scores of a point.

Fitted to counts of simulated patients by logistic regression, with a Gaussian prior on every coefficient
that is the narrower the higher its order. Every point of a design is another population, so the counts of
few patients at many points are worth as much as those of many at few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
LINEAR_SD, SQUARE_SD, PRODUCT_SD = 0.30, 0.05, 0.01
SWITCH_SD, BY_SWITCH_SD = 0.50, 0.10  # of a structure, and of what differs between structures
MOST_ITERATIONS = 100
TOLERANCE = 1e-6


@dataclass(frozen=True)
class EmulatorError:
    """The error at points left out of the fit, over the targets of a kind.

    `root_mean_square` is what is left when the luck of the simulated patients is taken out; `bias` is the
    standard deviation over targets of their mean error; `spread` is the standard deviation of the log-odds
    that makes the simulated counts most likely. Units: fractions of patients, and log-odds for the spread.
    """

    group: str
    targets: int
    root_mean_square: float
    bias: float
    spread: float


@dataclass(frozen=True)
class Quadratic:
    """Log-odds `constant + linear . z + z . square . z` over all scores; zero where a score has no part.

    Shapes: linear (score,), square (score, score), symmetric.
    """

    constant: float
    linear: Array
    square: Array

    def log_odds(self, scores: Array) -> Array:
        """Log-odds at points. Shapes: scores (point, score), returns (point,)."""
        bent = np.einsum("pi,ij,pj->p", scores, self.square, scores)
        return np.asarray(self.constant + scores @ self.linear + bent)

    def at(self, place: int, score: float) -> Quadratic:
        """The quadratic in the other scores when one is held."""
        others = np.delete(np.arange(len(self.linear)), place)
        constant = self.constant + score * self.linear[place] + score**2 * self.square[place, place]
        linear = self.linear[others] + 2.0 * score * self.square[place, others]
        return Quadratic(float(constant), linear, self.square[np.ix_(others, others)])

    def without(self, places: Sequence[int]) -> Quadratic:
        """The quadratic in which some scores have no part."""
        linear, square = self.linear.copy(), self.square.copy()
        linear[list(places)] = 0.0
        square[list(places)] = 0.0
        square[:, list(places)] = 0.0
        return Quadratic(self.constant, linear, square)


def fit_quadratic(
    scores: Array, counts: Array, totals: Array, columns: Sequence[int], switch: int | None = None
) -> Quadratic:
    """The quadratic in the scores of `columns` that accounts best for `counts` of `totals` patients.

    `switch` is the column of a structure, -1 or 1, on which everything else may depend.

    Shapes: scores (point, score), counts and totals (point,).
    """
    from sklearn.linear_model import LogisticRegression

    used = scores[:, list(columns)]
    is_switch = np.array([column == switch for column in columns])
    first, second = np.triu_indices(used.shape[1])
    scale = np.where(first == second, SQUARE_SD, PRODUCT_SD)
    scale = np.where((is_switch[first] != is_switch[second]), BY_SWITCH_SD, scale)
    plain = np.where(is_switch, SWITCH_SD, LINEAR_SD)
    features = np.hstack([plain * used, scale * used[:, first] * used[:, second]])
    happened = np.repeat([1, 0], len(used))
    weights = np.concatenate([counts, totals - counts])
    has_any = weights > 0.0
    if len(set(happened[has_any])) < 2:  # never, or always: half a patient says how rare the other is
        total, count = float(totals.sum()), float(counts.sum())
        odds = (count + 0.5) / (total - count + 0.5)
        return Quadratic(float(np.log(odds)), np.zeros(scores.shape[1]), np.zeros((scores.shape[1],) * 2))
    basis, triangle = np.linalg.qr(features.T)  # the best coefficients lie in what the points span
    rows = np.vstack([triangle.T, triangle.T])
    fitted = LogisticRegression(C=1.0, solver="newton-cholesky", tol=TOLERANCE, max_iter=MOST_ITERATIONS)
    fitted.fit(rows[has_any], happened[has_any], sample_weight=weights[has_any])
    coefficients = basis @ fitted.coef_[0]
    linear = np.zeros(scores.shape[1])
    linear[list(columns)] = plain * coefficients[: used.shape[1]]
    square = np.zeros((scores.shape[1], scores.shape[1]))
    place = np.asarray(list(columns))
    bent = scale * coefficients[used.shape[1] :] / 2.0
    np.add.at(square, (place[first], place[second]), bent)
    np.add.at(square, (place[second], place[first]), bent)
    return Quadratic(float(fitted.intercept_[0]), linear, square)
