"""Events that a log-rank test of two randomised arms needs, under proportional hazards.

All tests are one-sided. `treated_share` is the share of patients randomised to the treatment.
"""

from __future__ import annotations

import math

from trialkine.design.group_sequential import fixed_drift
from trialkine.errors import InputError


def schoenfeld_events(hazard_ratio: float, alpha: float, power: float, treated_share: float = 0.5) -> float:
    """Events in both arms together, not rounded, for a trial with one look.

    Raises: InputError, when the ratio is not positive or is 1, or errors or the share do not fit.
    Source: schoenfeld_1981.
    """
    return events_for_drift(hazard_ratio, fixed_drift(alpha, power), treated_share)


def events_for_drift(hazard_ratio: float, drift: float, treated_share: float = 0.5) -> float:
    """Events, not rounded, at which the log-rank statistic has a mean of `drift` standard deviations.

    With the drift of a group sequential design, these are the events of its last look.
    Raises: InputError, when the ratio is not positive or is 1, or the share is no fraction.
    Source: schoenfeld_1981.
    """
    return (drift / (_log_ratio(hazard_ratio) * _balance(treated_share))) ** 2


def drift_of_events(hazard_ratio: float, events: float, treated_share: float = 0.5) -> float:
    """The mean of the log-rank statistic; positive when the hazard ratio, treated to control, is below 1.

    Raises: InputError, when the ratio is not positive or is 1, events are negative or the share no fraction.
    Source: schoenfeld_1981.
    """
    if not (events >= 0.0 and math.isfinite(events)):
        raise InputError(f"{events} events are impossible. Give 0 or more.")
    return -_log_ratio(hazard_ratio) * _balance(treated_share) * math.sqrt(events)


def logrank_power(hazard_ratio: float, events: float, alpha: float, treated_share: float = 0.5) -> float:
    """The power of the one-sided log-rank test of one look, for a hazard ratio below or above 1.

    Raises: InputError, when a number is impossible.
    Source: schoenfeld_1981.
    """
    if not 0.0 < alpha < 1.0:
        raise InputError(f"alpha = {alpha} is not between 0 and 1. Write 0.025 for 2.5 %.")
    from scipy.special import ndtr, ndtri

    drift = drift_of_events(hazard_ratio, events, treated_share)
    return float(ndtr(drift + ndtri(alpha)))


def _log_ratio(hazard_ratio: float) -> float:
    if not (0.0 < hazard_ratio < math.inf and hazard_ratio != 1.0):
        raise InputError(
            f"Hazard ratio {hazard_ratio} has no sample size. "
            "Write a positive number other than 1, such as 0.7."
        )
    return math.log(hazard_ratio)


def _balance(treated_share: float) -> float:
    """The standard deviation of being in the treated arm."""
    if not 0.0 < treated_share < 1.0:
        raise InputError(f"Treated share {treated_share} is not between 0 and 1. Write 0.5 for 1:1.")
    return math.sqrt(treated_share * (1.0 - treated_share))
