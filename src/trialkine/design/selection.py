"""Randomised selection: the arm with the most responses goes on, whatever its lead.

No hypothesis is tested. The design only promises to choose the best arm with a stated chance when it truly
leads by a stated difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from trialkine.errors import InputError
from trialkine.statistics.estimate import FloatArray

_LARGEST_ARM = 1000  # patients


@final
@dataclass(frozen=True)
class SelectionDesign:
    """Arms of equal size, and the chance of choosing the best when it leads all others by `difference`."""

    arms: int
    patients_per_arm: int
    lowest_rate: float
    difference: float
    correct_selection: float


def selection_probabilities(rates: Sequence[float], patients_per_arm: int) -> FloatArray:
    """The chance that each arm has the most responses, ties broken by lot.

    Shape: rates and returns "arm".
    Raises: InputError, when there are fewer than two arms, no patients, or rates that are not fractions.
    Source: simon_wittes_ellenberg_1985.
    """
    from scipy.stats import binom

    values = _checked_rates(rates)
    if not 1 <= patients_per_arm <= _LARGEST_ARM:
        raise InputError(f"{patients_per_arm} patients per arm are out of range. Give 1 to {_LARGEST_ARM}.")
    counts = np.arange(patients_per_arm + 1)
    chance = binom.pmf(counts, patients_per_arm, values[:, np.newaxis])
    fewer = binom.cdf(counts - 1, patients_per_arm, values[:, np.newaxis])
    # A lot is a uniform number per arm: an arm wins a tie if all others drew less.
    points, weights = np.polynomial.legendre.leggauss(values.size // 2 + 1)
    winning = np.zeros(values.size)
    for lot, weight in zip(0.5 + points / 2.0, weights / 2.0, strict=True):
        behind = fewer + lot * chance
        for arm in range(values.size):
            others = np.delete(behind, arm, axis=0).prod(axis=0)
            winning[arm] += weight * float(chance[arm] @ others)
    return winning


def correct_selection(lowest_rate: float, difference: float, arms: int, patients_per_arm: int) -> float:
    """The chance of choosing the best arm when all others respond at the lowest rate.

    Raises: InputError, when numbers are impossible. Source: simon_wittes_ellenberg_1985.
    """
    if arms < 2:
        raise InputError(f"Nothing is selected from {arms} arms. Give 2 or more.")
    if not 0.0 < difference <= 1.0 - lowest_rate:
        raise InputError(
            f"A lead of {difference} over {lowest_rate} is impossible. "
            "Give a positive one that stays within 1."
        )
    rates = [min(lowest_rate + difference, 1.0), *[lowest_rate] * (arms - 1)]
    return float(selection_probabilities(rates, patients_per_arm)[0])


def selection_design(lowest_rate: float, difference: float, arms: int, probability: float) -> SelectionDesign:
    """The fewest patients per arm that choose the best arm with at least that probability.

    Raises: InputError, when numbers are impossible or an arm would need more than 1000 patients.
    Source: simon_wittes_ellenberg_1985.
    """
    if not 1.0 / max(arms, 1) < probability < 1.0:
        raise InputError(
            f"A probability of {probability} does not fit {arms} arms. Give one above chance and below 1."
        )
    for size in range(1, _LARGEST_ARM + 1):
        found = correct_selection(lowest_rate, difference, arms, size)
        if found >= probability:
            return SelectionDesign(arms, size, lowest_rate, difference, found)
    raise InputError(
        f"Choosing well between {arms} arms needs more than {_LARGEST_ARM} patients in each. "
        "Widen the difference, or relax the probability."
    )


def _checked_rates(rates: Sequence[float]) -> FloatArray:
    values = np.asarray(rates, dtype=np.float64)
    if values.ndim != 1 or values.size < 2 or not ((values >= 0.0) & (values <= 1.0)).all():
        raise InputError(f"Response rates {values.tolist()} do not fit. Give two or more fractions.")
    return values
