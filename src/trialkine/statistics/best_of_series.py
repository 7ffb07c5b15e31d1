"""What the best of several small series looks like when only the best is reported."""

from __future__ import annotations

import math

from trialkine.errors import InputError


def chance_of_at_least(successes: int, patients: int, rate: float) -> float:
    """The chance that at least so many of a series of patients succeed, each with the same rate.

    Raises: InputError, when the count or the rate is impossible.
    """
    if not 0 <= successes <= patients:
        raise InputError(f"{successes} of {patients} is no count. Give 0 <= successes <= patients.")
    if not 0.0 <= rate <= 1.0:
        raise InputError(f"{rate:g} is no rate. Give a number from 0 to 1.")
    from scipy.stats import binom

    return float(binom.sf(successes - 1, patients, rate))


def chance_in_best(successes: int, patients: int, rate: float, series: int) -> float:
    """The chance that the best of some independent series of patients has at least so many successes.

    Raises: InputError, when a number is impossible.
    """
    if series < 1:
        raise InputError(f"The best of {series} series does not exist. Give at least 1.")
    one = chance_of_at_least(successes, patients, rate)
    return 1.0 if one >= 1.0 else -math.expm1(series * math.log1p(-one))


def series_to_screen(successes: int, patients: int, rate: float, chance: float = 0.5) -> float:
    """The fewest series whose best has at least so many successes with this chance; may be infinite.

    Raises: InputError, when a number is impossible.
    """
    if not 0.0 < chance < 1.0:
        raise InputError(f"{chance:g} is no chance to ask for. Give a number between 0 and 1.")
    one = chance_of_at_least(successes, patients, rate)
    if one == 0.0:
        return math.inf
    if one >= chance:
        return 1.0
    return float(math.ceil(math.log1p(-chance) / math.log1p(-one)))
