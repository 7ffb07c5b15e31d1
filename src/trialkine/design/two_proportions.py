"""Two randomised arms compared by response: exact power of Fisher's and the pooled normal test.

Both tests are one-sided: they claim that the treated arm responds more often. Power is summed over every pair
of counts, so nothing is approximated but the normal test's own critical value.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from trialkine.design.alpha_spending import check_error_rate
from trialkine.errors import InputError
from trialkine.statistics.estimate import FloatArray

_LARGEST_ARM = 1000  # patients


class AbstractResponseTest(ABC):
    """A one-sided test of two response counts."""

    @abstractmethod
    def p_values(self, control: int, treated: int) -> FloatArray:
        """The p-value of every pair of counts in arms of those sizes.

        Shape: returns (control + 1, treated + 1).
        """


@final
@dataclass(frozen=True)
class FisherExact(AbstractResponseTest):
    """Fisher's exact test: its type I error never exceeds alpha, and mostly lies well below."""

    def p_values(self, control: int, treated: int) -> FloatArray:
        """The hypergeometric chance of at least so many responses in the treated arm, given the total."""
        ways = _log_ways(control)[:, np.newaxis] + _log_ways(treated)
        counts = np.add.outer(np.arange(control + 1), np.arange(treated + 1))
        chances = np.exp(ways - _log_ways(control + treated)[counts])
        tails = np.zeros((control + 1, treated + 2))
        for responses in range(treated, -1, -1):  # the same total with one more treated response
            tails[:, responses] = chances[:, responses]
            tails[1:, responses] += tails[:-1, responses + 1]
        return np.minimum(tails[:, :-1], 1.0)


@final
@dataclass(frozen=True)
class PooledNormal(AbstractResponseTest):
    """The normal test with the pooled variance, the square root of the chi-squared test.

    Its type I error may exceed alpha somewhat; `largest_type_one_error` says how far.
    """

    def p_values(self, control: int, treated: int) -> FloatArray:
        """The upper normal tail of the difference over its pooled standard error; 1 where nothing varies."""
        from scipy.special import ndtr

        first = np.arange(control + 1)[:, np.newaxis]
        second = np.arange(treated + 1)
        pooled = (first + second) / (control + treated)
        error = np.sqrt(pooled * (1.0 - pooled) * (1.0 / control + 1.0 / treated))
        with np.errstate(divide="ignore", invalid="ignore"):
            statistic = (second / treated - first / control) / error
        return np.where(error > 0.0, ndtr(-statistic), 1.0)


@final
@dataclass(frozen=True)
class ResponseTrialSize:
    """Patients per arm with the exact power that they give."""

    patients_control: int
    patients_treated: int
    power: float

    @property
    def patients(self) -> int:
        """Patients in both arms."""
        return self.patients_control + self.patients_treated


def response_power(
    test: AbstractResponseTest,
    control_rate: float,
    treated_rate: float,
    control: int,
    treated: int,
    alpha: float,
) -> float:
    """The exact chance that the test is significant at two true rates; equal rates give its type I error.

    Raises: InputError, when rates, alpha or sizes are impossible.
    """
    check_error_rate(alpha)
    _check_rates(control_rate, treated_rate)
    _check_sizes(control, treated)
    return _chance(_rejects(test, control, treated, alpha), control_rate, treated_rate)


def largest_type_one_error(test: AbstractResponseTest, control: int, treated: int, alpha: float) -> float:
    """The largest type I error over a grid of 999 common response rates.

    Raises: InputError, when alpha or sizes are impossible.
    """
    check_error_rate(alpha)
    _check_sizes(control, treated)
    rejects = _rejects(test, control, treated, alpha)
    return max(_chance(rejects, rate, rate) for rate in np.arange(1, 1000) / 1000.0)


def response_sample_size(
    test: AbstractResponseTest,
    control_rate: float,
    treated_rate: float,
    alpha: float,
    power: float,
    treated_per_control: float = 1.0,
) -> ResponseTrialSize:
    """The fewest patients in the control arm whose exact power reaches `power`.

    The treated arm has `treated_per_control` times as many, rounded up. Counts are whole, so power saws up
    and down with size: a somewhat larger trial may fall short of it again.
    Raises: InputError, when numbers are impossible or an arm would need more than 1000 patients.
    Source: casagrande_1978 for the exact power of Fisher's test.
    """
    check_error_rate(alpha)
    check_error_rate(power)
    if not 0.0 < control_rate < treated_rate < 1.0:
        raise InputError(
            f"Response rates {control_rate} and {treated_rate} do not fit. Write 0 < control < treated < 1."
        )
    if not 0.1 <= treated_per_control <= 10.0:
        raise InputError(f"{treated_per_control} treated per control is out of range. Give 0.1 to 10.")
    roughly = normal_response_size(control_rate, treated_rate, alpha, power, treated_per_control)
    reach = _LARGEST_ARM if roughly * max(1.0, treated_per_control) < 1.1 * _LARGEST_ARM else 0
    for control in range(1, reach + 1):
        treated = math.ceil(treated_per_control * control - 1e-9)
        if treated > reach:
            break
        found = _chance(_rejects(test, control, treated, alpha), control_rate, treated_rate)
        if found >= power:
            return ResponseTrialSize(control, treated, found)
    raise InputError(
        f"Telling {treated_rate} from {control_rate} needs more than {_LARGEST_ARM} patients in an arm. "
        "Widen the difference, or relax alpha or power."
    )


def normal_response_size(
    control_rate: float, treated_rate: float, alpha: float, power: float, treated_per_control: float = 1.0
) -> float:
    """Patients in the control arm, not rounded, by the normal approximation of the pooled test.

    Raises: InputError, when numbers are impossible.
    Source: fleiss_1980, without continuity correction.
    """
    check_error_rate(alpha)
    check_error_rate(power)
    _check_rates(control_rate, treated_rate)
    if control_rate == treated_rate or not treated_per_control > 0.0:
        raise InputError(
            f"Rates {control_rate} and {treated_rate} at {treated_per_control} treated per control "
            "have no size. Give two rates that differ and a positive ratio."
        )
    from scipy.special import ndtri

    ratio = treated_per_control
    pooled = (control_rate + ratio * treated_rate) / (1.0 + ratio)
    null = math.sqrt((1.0 + 1.0 / ratio) * pooled * (1.0 - pooled))
    true = math.sqrt(control_rate * (1.0 - control_rate) + treated_rate * (1.0 - treated_rate) / ratio)
    spread = -float(ndtri(alpha)) * null + float(ndtri(power)) * true
    return (spread / (treated_rate - control_rate)) ** 2


def _rejects(test: AbstractResponseTest, control: int, treated: int, alpha: float) -> NDArray[np.bool_]:
    return test.p_values(control, treated) <= alpha * (1.0 + 1e-12)  # sums of tails round


def _chance(rejects: NDArray[np.bool_], control_rate: float, treated_rate: float) -> float:
    from scipy.stats import binom

    first, second = (size - 1 for size in rejects.shape)
    control = binom.pmf(np.arange(first + 1), first, control_rate)
    treated = binom.pmf(np.arange(second + 1), second, treated_rate)
    return float(control @ rejects @ treated)


def _log_ways(size: int) -> FloatArray:
    """The logarithm of the ways to choose 0, 1, ..., all of `size`."""
    from scipy.special import gammaln

    counts = np.arange(size + 1)
    return np.asarray(gammaln(size + 1) - gammaln(counts + 1) - gammaln(size - counts + 1), dtype=np.float64)


def _check_rates(control_rate: float, treated_rate: float) -> None:
    if not (0.0 <= control_rate <= 1.0 and 0.0 <= treated_rate <= 1.0):
        raise InputError(
            f"Response rates {control_rate} and {treated_rate} are not fractions. Write 0.30 for 30 %."
        )


def _check_sizes(control: int, treated: int) -> None:
    if not (1 <= control <= _LARGEST_ARM and 1 <= treated <= _LARGEST_ARM):
        raise InputError(
            f"Arms of {control} and {treated} patients are out of range. Give 1 to {_LARGEST_ARM}."
        )
