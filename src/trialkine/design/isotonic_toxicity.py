"""Toxicity rates that rise with dose: pooled where the data fall, and the dose nearest the target."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trialkine.design.dose_finding import DoseTally
from trialkine.statistics.estimate import FloatArray

PSEUDO_TOXICITY = 0.05  # a prior's toxicities, and as many non-toxicities, per dose
_PREFER_HIGHER = 1e-10  # per dose; among equal rates below the target the highest dose is nearest


def isotonic_rates(tally: DoseTally) -> FloatArray:
    """The toxicity rate of each dose, never falling with dose; NaN at doses that nobody received.

    Each dose has a beta posterior with a prior of 0.05 toxicities in 0.1 patients, and the inverse of its
    variance as weight. Shape: returns "dose". Source: liu_yuan_2015.
    """
    from scipy.optimize import isotonic_regression

    patients = np.asarray(tally.patients, dtype=np.float64)
    toxicities = np.asarray(tally.toxicities, dtype=np.float64)
    is_tried = patients > 0
    toxic = toxicities[is_tried] + PSEUDO_TOXICITY
    total = patients[is_tried] + 2.0 * PSEUDO_TOXICITY
    variance = toxic * (total - toxic) / (total**2 * (total + 1.0))
    rates = np.full(patients.size, np.nan)
    if is_tried.any():
        rates[is_tried] = isotonic_regression(toxic / total, weights=1.0 / variance).x
    return rates


def nearest_dose(rates: Sequence[float] | FloatArray, target: float) -> int | None:
    """The dose whose rate is nearest the target; NaN rates are not candidates, None when all are NaN.

    Of several doses with that rate it is the highest when the rate lies below the target, else the lowest.
    """
    values: NDArray[np.float64] = np.asarray(rates, dtype=np.float64)
    distance = np.abs(values + _PREFER_HIGHER * np.arange(values.size) - target)
    if np.isnan(distance).all():
        return None
    return int(np.nanargmin(distance))
