"""The fraction cured, from times to an event: a mixture of the cured and of exponential or Weibull times.

Maximum likelihood. A cured fraction is only told from long survival when follow-up reaches the plateau; the
limits, from the profile of the likelihood, are wide when it does not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialkine.errors import InputError
from trialkine.statistics.estimate import DEFAULT_LEVEL, Estimate, FloatArray, check_level
from trialkine.statistics.survival import checked_times
from trialkine.statistics.survival_curves import MixtureCure

_NONE_CURED = -25.0  # log odds of a cured fraction that is none
_ALL_CURED = 25.0
_FARTHEST = 30.0  # of the logarithm of a scale or a shape, from its start
_STARTS = (0.1, 0.4, 0.8)  # of the last value of the survival curve
_PROFILE = "profile likelihood"


@final
@dataclass(frozen=True)
class CureFit:
    """The fitted mixture, the cured fraction with its limits, and the test against nobody being cured.

    `p_value` is one-sided at the edge of the model: half the upper tail of chi-squared on 1 degree.
    Units: the scale of `curve` is in the time unit of the data.
    """

    curve: MixtureCure
    cured: Estimate
    log_likelihood: float
    log_likelihood_none_cured: float
    p_value: float
    patients: int
    events: int


def fit_exponential_cure(days: ArrayLike, is_event: ArrayLike, level: float = DEFAULT_LEVEL) -> CureFit:
    """The mixture whose uncured patients have a constant hazard.

    Units: any one time unit, kept. Shape: days and is_event "patient"; a time of NaN is left out.
    Raises: InputError, when arrays, times or the level are impossible, or fewer than two had the event.
    Source: boag_1949, farewell_1982; self_liang_1987 for the test.
    """
    return _fit(days, is_event, level, has_shape=False)


def fit_weibull_cure(days: ArrayLike, is_event: ArrayLike, level: float = DEFAULT_LEVEL) -> CureFit:
    """The mixture whose uncured patients have Weibull times.

    Units: any one time unit, kept. Shape: days and is_event "patient"; a time of NaN is left out.
    Raises: InputError, as for `fit_exponential_cure`, and when an event is at time 0 or all are at once.
    Source: boag_1949, farewell_1982; self_liang_1987 for the test.
    """
    return _fit(days, is_event, level, has_shape=True)


@final
@dataclass(frozen=True)
class _Data:
    """Times in units of their mean, so that starts and steps fit any time unit."""

    times: FloatArray
    events: NDArray[np.bool_]
    unit: float
    has_shape: bool

    def negative(self, values: FloatArray) -> tuple[float, FloatArray]:
        """Minus the log-likelihood and its slopes. Values: log odds cured, log scale, log shape if free."""
        odds, log_scale = values[0], values[1]
        log_shape = values[2] if self.has_shape else 0.0
        cured, uncured = _fraction(odds), _fraction(-odds)
        shape = math.exp(log_shape)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_spent = shape * (np.log(self.times) - log_scale)
            spent = np.exp(np.minimum(log_spent, 500.0))
            left = np.exp(-spent)
            moved = np.where(spent > 0.0, spent * left, 0.0)  # minus the slope of `left` in log_spent
            turned = np.where(spent > 0.0, log_spent, 0.0)
        seen, unseen = self.events, ~self.events
        together = cured + uncured * left[unseen]
        # An exponential density at time 0 is finite: the powers of time cancel.
        log_density = log_shape - log_scale + (shape - 1.0) * _log_ratio(self.times[seen], log_scale, shape)
        value = seen.sum() * math.log(uncured) + (log_density - spent[seen]).sum() + np.log(together).sum()
        in_spent = 1.0 - spent[seen]
        pull = -uncured * moved[unseen] / together
        slopes = [
            -cured * seen.sum() + (cured * uncured * (1.0 - left[unseen]) / together).sum(),
            -shape * (in_spent.sum() + pull.sum()),
        ]
        if self.has_shape:
            slopes.append(seen.sum() + (in_spent * turned[seen]).sum() + (pull * turned[unseen]).sum())
        return -float(value), -np.array(slopes)


def _fit(days: ArrayLike, is_event: ArrayLike, level: float, *, has_shape: bool) -> CureFit:
    check_level(level)
    times, events = checked_times(days, is_event)
    _check_data(times, events, has_shape)
    unit = float(times[events].mean()) or 1.0
    data = _Data(times / unit, events, unit, has_shape)
    none_cured = _profile(data, _NONE_CURED)
    best = none_cured
    for start in (*_start_odds(times, events), _NONE_CURED / 2.0):
        found = _minimum(data.negative, [start, *none_cured[1][1:]], (_NONE_CURED, _ALL_CURED))
        if found[0] < best[0]:
            best = found
    return _described(data, best, none_cured, level)


def _described(
    data: _Data, best: tuple[float, FloatArray], none_cured: tuple[float, FloatArray], level: float
) -> CureFit:
    from scipy.special import chdtrc

    is_none = best[1][0] <= _NONE_CURED / 2.0
    negative, values = none_cured if is_none else best
    shift = int(data.events.sum()) * math.log(data.unit)  # back to densities per time unit of the data
    gain = max(2.0 * (none_cured[0] - negative), 0.0)
    fraction = 0.0 if is_none else _fraction(values[0])
    low, high = _profile_limits(data, best, none_cured, level)
    why = "the likelihood is highest with nobody cured" if is_none else ""
    return CureFit(
        MixtureCure(
            fraction,
            math.exp(values[1]) * data.unit,
            math.exp(values[2]) if data.has_shape else 1.0,
        ),
        Estimate(fraction, low, high, level, _PROFILE, why=why),
        -negative - shift,
        -none_cured[0] - shift,
        0.5 * float(chdtrc(1, gain)) if gain > 0.0 else 0.5,
        data.times.size,
        int(data.events.sum()),
    )


def _profile_limits(
    data: _Data, best: tuple[float, FloatArray], none_cured: tuple[float, FloatArray], level: float
) -> tuple[float, float]:
    """Where twice the fall of the likelihood at a fixed cured fraction meets the chi-squared quantile."""
    from scipy.optimize import brentq
    from scipy.special import chdtri

    allowed = float(chdtri(1, 1.0 - level))
    known = {"values": best[1]}

    def excess(odds: float) -> float:
        found = _profile(data, odds, known["values"])
        known["values"] = found[1]
        return 2.0 * (found[0] - best[0]) - allowed

    middle = float(np.clip(best[1][0], _NONE_CURED, _ALL_CURED))
    low = 0.0
    if 2.0 * (none_cured[0] - best[0]) > allowed:
        low = _fraction(brentq(excess, _NONE_CURED, middle, xtol=1e-6))
    known["values"] = best[1]
    high = _fraction(brentq(excess, middle, _ALL_CURED, xtol=1e-6))
    return low, high


def _profile(data: _Data, odds: float, near: FloatArray | None = None) -> tuple[float, FloatArray]:
    """The best fit with the cured fraction held."""

    def negative(others: FloatArray) -> tuple[float, FloatArray]:
        value, slopes = data.negative(np.concatenate(([odds], others)))
        return value, slopes[1:]

    size = 2 if data.has_shape else 1
    starts = [np.zeros(size)] if near is None else [near[1:], np.zeros(size)]
    value, others = min((_minimum(negative, start) for start in starts), key=lambda found: found[0])
    return value, np.concatenate(([odds], others))


def _minimum(
    negative: Callable[[FloatArray], tuple[float, FloatArray]],
    start: ArrayLike,
    first: tuple[float, float] | None = None,
) -> tuple[float, FloatArray]:
    from scipy.optimize import minimize

    begin = np.asarray(start, dtype=np.float64)
    bounds = [(-_FARTHEST, _FARTHEST)] * begin.size
    if first is not None:
        bounds[0] = first
    found = minimize(
        negative, begin, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-15, "gtol": 1e-9}
    )
    return float(found.fun), np.asarray(found.x, dtype=np.float64)


def _start_odds(times: FloatArray, events: NDArray[np.bool_]) -> list[float]:
    """Log odds of parts of the share without the event, which the cured fraction cannot exceed by much."""
    share = max(1.0 - float(events.mean()), 0.01)
    return [math.log(part * share / (1.0 - part * share)) for part in _STARTS]


def _log_ratio(times: FloatArray, log_scale: float, shape: float) -> FloatArray:
    return np.zeros(times.size) if shape == 1.0 else np.log(times) - log_scale


def _fraction(log_odds: float) -> float:
    from scipy.special import expit

    return float(expit(log_odds))


def _check_data(times: FloatArray, events: NDArray[np.bool_], has_shape: bool) -> None:
    if events.sum() < 2:
        raise InputError(f"{int(events.sum())} events do not tell a cured fraction. Give two or more.")
    if not times[events].max() > 0.0:
        raise InputError("Every event is at time 0. Give the times to the events.")
    if has_shape and (times[events].min() <= 0.0 or np.ptp(times[events]) == 0.0):
        raise InputError(
            "Weibull times need events at more than one time, none of them 0. "
            "Give half the smallest unit for an event on the first day, or fit the exponential."
        )
