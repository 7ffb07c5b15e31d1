"""The hazard ratio of two groups, by Cox's partial likelihood with Efron's ties.

Groups of different patients have the standard error of the likelihood; groups that hold the same patients
twice have a robust one, in which each patient counts once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from trialkine.errors import InputError
from trialkine.statistics.cox import fit_cox
from trialkine.statistics.estimate import DEFAULT_LEVEL, Estimate, FloatArray, check_level, undefined
from trialkine.statistics.survival import checked_times

COX = "Cox, Efron ties, Wald on the log scale"
COX_PAIRED = "Cox, Efron ties, robust standard error with each patient counted once"
ONLY_IN_SECOND = "no event in the first group while both were at risk"
ONLY_IN_FIRST = "no event in the second group while both were at risk"
IN_NEITHER = "no event in either group while both were at risk"
_FEWEST_PAIRS = 2


@final
@dataclass(frozen=True)
class TwoGroups:
    """The log hazard ratio, first group over second, and its standard error; None, with the reason, if none.

    `influence_first` and `influence_second` tell how much each patient moves the log ratio, in the order
    given. Shape: each "patient" of its group.
    """

    log_ratio: float | None
    standard_error: float | None
    influence_first: FloatArray
    influence_second: FloatArray
    why: str = ""


def fit_two_groups(
    days_first: ArrayLike, is_event_first: ArrayLike, days_second: ArrayLike, is_event_second: ArrayLike
) -> TwoGroups:
    """The fit to two groups; patients without a time are left out.

    Units: any one time unit. Shape: days and flags of a group "patient".
    Raises: InputError, when a group's arrays differ in length or a time is negative or infinite.
    Source: cox_1972, efron_1977.
    """
    first, events_first = checked_times(days_first, is_event_first)
    second, events_second = checked_times(days_second, is_event_second)
    if first.size == 0 or second.size == 0:
        return _none("one group is empty")
    # an event tells the groups apart only while somebody of the other group is at risk
    has_first = bool((first[events_first] <= second.max()).any())
    has_second = bool((second[events_second] <= first.max()).any())
    if not has_first or not has_second:
        return _none(ONLY_IN_SECOND if has_second else ONLY_IN_FIRST if has_first else IN_NEITHER)
    fit = fit_cox(
        np.repeat([1.0, 0.0], [first.size, second.size])[:, None],
        np.concatenate((first, second)),
        np.concatenate((events_first, events_second)),
        np.zeros(first.size + second.size),
    )
    if fit.why:
        return _none(fit.why)
    variance = 1.0 / float(fit.information[0, 0])
    influence = variance * fit.residuals[:, 0]
    return TwoGroups(
        float(fit.coefficients[0]), math.sqrt(variance), influence[: first.size], influence[first.size :]
    )


def hazard_ratio(
    days_first: ArrayLike,
    is_event_first: ArrayLike,
    days_second: ArrayLike,
    is_event_second: ArrayLike,
    level: float = DEFAULT_LEVEL,
) -> Estimate:
    """The hazard in the first group over that in the second, of different patients.

    Raises: InputError, as `fit_two_groups`. Source: cox_1972, efron_1977.
    """
    check_level(level)
    fit = fit_two_groups(days_first, is_event_first, days_second, is_event_second)
    return _ratio(fit, fit.standard_error, level, COX)


def paired_hazard_ratio(
    days_first: ArrayLike,
    is_event_first: ArrayLike,
    days_second: ArrayLike,
    is_event_second: ArrayLike,
    level: float = DEFAULT_LEVEL,
) -> Estimate:
    """The hazard in the first group over that in the second, one pair per patient.

    The ratio is that of the groups, as if the patients were different; only its standard error knows that
    they are not. Shape: all "patient", in the same order.
    Raises: InputError, when the arrays differ in length, or a time is missing or impossible.
    Source: lin_wei_1989, lee_wei_amato_1992.
    """
    check_level(level)
    first, second = np.asarray(days_first, dtype=np.float64), np.asarray(days_second, dtype=np.float64)
    if first.shape != second.shape or np.isnan(first).any() or np.isnan(second).any():
        raise InputError(
            f"{first.size} times against {second.size}, or some are missing. "
            "Pairs need a time of every patient in both."
        )
    if first.size < _FEWEST_PAIRS:
        pairs = "1 pair" if first.size else "no pairs"
        return undefined(f"{pairs}; at least {_FEWEST_PAIRS} are needed", COX_PAIRED, level)
    fit = fit_two_groups(first, is_event_first, second, is_event_second)
    if fit.log_ratio is None:
        return _ratio(fit, None, level, COX_PAIRED)
    error = math.sqrt(float(((fit.influence_first + fit.influence_second) ** 2).sum()))
    return _ratio(fit, error, level, COX_PAIRED)


def ranked_ratio(found: Estimate) -> float | None:
    """The ratio as its rank among others needs it; None where there is none.

    Where events of one group alone can be told, the likelihood rises without end: the ratio is 0 where they
    are all in the second group, and infinite where they are all in the first.
    """
    if found.estimate is None:
        return {ONLY_IN_SECOND: 0.0, ONLY_IN_FIRST: math.inf}.get(found.why)
    return found.estimate


def _ratio(fit: TwoGroups, error: float | None, level: float, method: str) -> Estimate:
    if fit.log_ratio is None or error is None:
        return undefined(fit.why, method, level)
    from scipy.special import ndtri

    reach = float(ndtri(0.5 + level / 2.0)) * error
    return Estimate(
        math.exp(fit.log_ratio),
        math.exp(fit.log_ratio - reach),
        math.exp(fit.log_ratio + reach),
        level,
        method,
    )


def _none(why: str) -> TwoGroups:
    nothing = np.empty(0)
    return TwoGroups(None, None, nothing, nothing, why)
