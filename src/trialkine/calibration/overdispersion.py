"""Counts of patients whose rate differs from the expected one by a spread of the log-odds."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import gammaln

Array = np.ndarray[Any, np.dtype[Any]]


def correlation_of(share: Array, spread: Array) -> Array:
    """How alike patients of a trial are when the log-odds of their share vary by `spread`, to first order.

    Shapes: any that broadcast. Units: fractions.
    """
    excess = share * (1.0 - share) * spread**2
    return np.asarray(excess / (1.0 + excess))


def log_beta_binomial(count: Array, of: Array, share: Array, correlation: Array) -> Array:
    """Log-probability of counts that need not be whole; binomial without correlation.

    Shapes: any that broadcast.
    """
    strength = (1.0 - correlation) / np.maximum(correlation, 1e-9)
    a, b = share * strength, (1.0 - share) * strength
    choose = gammaln(of + 1.0) - gammaln(count + 1.0) - gammaln(of - count + 1.0)
    found = gammaln(count + a) + gammaln(of - count + b) - gammaln(of + a + b)
    found = choose + found + gammaln(a + b) - gammaln(a) - gammaln(b)
    plain = choose + count * np.log(share) + (of - count) * np.log1p(-share)
    return np.asarray(np.where(correlation < 1e-6, plain, found))
