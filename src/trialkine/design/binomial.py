"""Binomial probabilities of one or of many numbers of patients, and the checks that designs share.

Tables come from Pascal's recursion: sums of positive terms, so that each keeps its relative accuracy in the
tails too. Nothing but numpy is loaded, so that a design is found sooner than scipy would be.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from trialkine.errors import InputError

FloatArray = NDArray[np.float64]

ROUNDING = 1e-12  # relative; error rates that differ by less are equal
_MOST_IN_CLOSED_FORM = 500  # patients; the ways to have half of many more responses overflow


def one_more_patient(distribution: FloatArray, rate: float) -> FloatArray:
    """The distribution of responses after one more patient. Shape: distribution "responses"."""
    wider = np.zeros(distribution.size + 1)
    wider[:-1] = (1.0 - rate) * distribution
    wider[1:] += rate * distribution
    return wider


def binomial(patients: int, rate: float) -> FloatArray:
    """The probability of 0, 1, ... responses. Shape: "responses", one more than patients."""
    if patients > _MOST_IN_CLOSED_FORM:
        distribution = np.ones(1)
        for _ in range(patients):
            distribution = one_more_patient(distribution, rate)
        return distribution
    responses = np.arange(patients + 1)
    weights: FloatArray = rate**responses * (1.0 - rate) ** responses[::-1]
    return _paths(patients) * weights


@lru_cache(maxsize=64)
def _paths(patients: int) -> FloatArray:
    """The ways to have 0, 1, ... responses."""
    return np.array([float(math.comb(patients, responses)) for responses in range(patients + 1)])


def at_least(distribution: FloatArray) -> FloatArray:
    """The probability of at least 0, 1, ... responses; small terms are added first."""
    return np.cumsum(distribution[..., ::-1], axis=-1)[..., ::-1]


def binomial_table(most_patients: int, rate: float) -> FloatArray:
    """Row n: the distribution of responses among n patients, 0 beyond n. Shape: "patients responses"."""
    table = np.zeros((most_patients + 1, most_patients + 1))
    table[0, 0] = 1.0
    for patients in range(most_patients):
        table[patients + 1, :] = (1.0 - rate) * table[patients, :]
        table[patients + 1, 1:] += rate * table[patients, :-1]
    return table


def check_rate(rate: float, name: str) -> None:
    """Refuse a response rate that is no fraction.

    Raises: InputError, when it is not strictly between 0 and 1.
    """
    if not 0.0 < rate < 1.0:
        raise InputError(f"{name} = {rate} is not between 0 and 1. Write 0.30 for 30 %.")


def check_question(p0: float, p1: float, alpha: float, power: float) -> None:
    """Refuse a question that no design answers.

    Raises: InputError, when the rates or the error rates are impossible.
    """
    if not 0.0 < p0 < p1 < 1.0:
        raise InputError(f"Response rates p0 = {p0}, p1 = {p1} do not fit. Write 0 < p0 < p1 < 1.")
    if not (0.0 < alpha < 1.0 and 0.0 < power < 1.0 and alpha < power):
        raise InputError(f"alpha = {alpha}, power = {power} do not fit. Write 0 < alpha < power < 1.")
