"""Concentration and response: the concentration that gives half of the greatest response.

It is read off the means without a curve, because a response may fall again at high concentrations.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trialkine.randomness import uniforms
from trialkine.statistics.estimate import DEFAULT_LEVEL, Estimate, undefined

Array = np.ndarray[Any, np.dtype[Any]]

RESAMPLES = 1000
CLEAR_RESPONSE = 3.0  # standard errors above nothing
METHOD = "half of the greatest mean, between concentrations on a logarithmic scale; bootstrap of donors"


def half_effective(
    concentrations: Array, responses: Array, seed: int, level: float = DEFAULT_LEVEL
) -> Estimate:
    """The lowest concentration at which the mean response reaches half of the greatest mean.

    Shape: concentrations rising, responses (donor, concentration) above background.
    Units: returns [as the concentrations].
    """
    donors = responses.shape[0]
    means = responses.mean(axis=0)
    error = responses.std(axis=0, ddof=1) / np.sqrt(donors) if donors > 1 else np.zeros_like(means)
    best = int(np.argmax(means))
    if not means[best] > CLEAR_RESPONSE * error[best]:
        return undefined("no response", METHOD, level)
    middle = float(half_concentrations(concentrations, means[None, :])[0])
    if not np.isfinite(middle):
        return undefined("below the concentrations tested", METHOD, level)
    if donors == 1:
        return Estimate(middle, None, None, level, METHOD, why="one donor has no spread")
    picks = (uniforms(seed, "assay: bootstrap of donors", range(RESAMPLES), donors) * donors).astype(int)
    again = half_concentrations(concentrations, responses[picks].mean(axis=1))
    tail = 0.5 * (1.0 - level)
    low, high = np.nanquantile(again, [tail, 1.0 - tail])
    return Estimate(middle, float(low), float(high), level, METHOD)


def half_concentrations(concentrations: Array, means: Array) -> Array:
    """Where each row of mean responses first reaches half of its greatest; nan where it always does.

    Shape: means (row, concentration), returns (row,). Units: returns [as the concentrations].
    """
    half = 0.5 * means.max(axis=1)
    reaches = means >= half[:, None]
    upper = np.argmax(reaches, axis=1)
    lower = np.maximum(upper - 1, 0)
    rows = np.arange(means.shape[0])
    below, above = means[rows, lower], means[rows, upper]
    share = (half - below) / np.where(upper > lower, above - below, 1.0)
    logs = np.log(concentrations)
    found = np.exp(logs[lower] + share * (logs[upper] - logs[lower]))
    return np.where(upper > 0, found, np.nan)
