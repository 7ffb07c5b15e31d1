"""The continual reassessment method with the power model: one parameter bends a guessed curve of toxicity."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import final

import numpy as np

from trialkine.design.dose_finding import (
    AbstractDoseRule,
    DoseDecision,
    DoseTally,
    Move,
    check_doses,
    ended,
    moved,
)
from trialkine.design.isotonic_toxicity import nearest_dose
from trialkine.errors import InputError
from trialkine.statistics.estimate import FloatArray

PRIOR_SD = math.sqrt(1.34)
_REACH = 8.0  # standard deviations of the prior
_COARSE = 129  # points that look for where the posterior is
_NOTHING = -40.0  # a log density this far below the peak
_PANELS, _NODES_PER_PANEL = 12, 10  # on each side of the break


@final
@dataclass(frozen=True)
class CrmPosterior:
    """What the data say of the curve.

    `exponent` is the posterior mean of the logarithm of the power; `rates` are the toxicity rates at it,
    `mean_rates` the posterior means of the rates, `excess` the chances that they exceed the target.
    Shape: arrays "dose".
    """

    exponent: float
    exponent_sd: float
    rates: FloatArray
    mean_rates: FloatArray
    excess: FloatArray


@final
@dataclass(frozen=True)
class PowerCrm(AbstractDoseRule):
    """The toxicity rate of a dose is its skeleton to the power exp(a), with a normal prior of mean 0 on a.

    The next dose is that whose rate, at the posterior mean of a, is nearest the target, but at most one above
    the highest dose given so far. The trial ends after `most_patients`; when the rate of the lowest dose
    exceeds the target with a posterior chance above `stop_above`; or when `enough_at_dose` patients have had
    the dose to be given next.
    Source: oquigley_1990; oquigley_shen_1996 for the power model's prior variance of 1.34.
    """

    target: float
    skeleton: tuple[float, ...]
    most_patients: int
    cohort: int = 1
    prior_sd: float = PRIOR_SD
    stop_above: float = 0.95
    enough_at_dose: int | None = None

    def __post_init__(self) -> None:
        rates = np.asarray(self.skeleton)
        if rates.size == 0 or not ((rates > 0.0) & (rates < 1.0)).all() or (np.diff(rates) <= 0.0).any():
            raise InputError(
                f"Skeleton {list(self.skeleton)} does not fit. "
                "Give rates between 0 and 1 that rise with dose."
            )
        for name, value in (("Target", self.target), ("Stopping chance", self.stop_above)):
            if not 0.0 < value < 1.0:
                raise InputError(f"{name} {value} is not between 0 and 1. Write 0.25 for 25 %.")
        if self.most_patients < 1 or self.cohort < 1 or not 0.0 < self.prior_sd < math.inf:
            raise InputError(
                f"{self.most_patients} patients in cohorts of {self.cohort}, prior standard deviation "
                f"{self.prior_sd} are impossible. Give 1 or more patients and a positive deviation."
            )
        if self.enough_at_dose is not None and self.enough_at_dose < 1:
            raise InputError(f"{self.enough_at_dose} patients cannot be enough. Give 1 or more.")

    @property
    def doses(self) -> int:
        """How many doses the rule chooses from."""
        return len(self.skeleton)

    def next_dose(self, tally: DoseTally) -> DoseDecision:
        """The next cohort, or the end.

        Raises: InputError, when the tally is of another number of doses.
        """
        check_doses(self, tally)
        total = sum(tally.patients)
        size = min(self.cohort, self.most_patients - total)
        if total == 0:
            return DoseDecision(Move.begin, tally.current, size, "Nobody was treated yet.")
        rates, excess = self._rates_and_excess(tally)
        if excess > self.stop_above:
            return ended("The lowest dose is too toxic.")
        if size <= 0:
            return ended(f"All {self.most_patients} patients were treated.")
        wanted = nearest_dose(rates, self.target)
        assert wanted is not None
        highest = max(dose for dose, treated in enumerate(tally.patients) if treated)
        dose = min(wanted, highest + 1)
        if self.enough_at_dose is not None and tally.patients[dose] >= self.enough_at_dose:
            return ended(f"{tally.patients[dose]} patients were treated at dose {dose + 1}.")
        why = f"The estimated toxicity rate of dose {wanted + 1}, {rates[wanted]:.3f}, is nearest the target."
        return moved(tally, dose, size, why if dose == wanted else f"{why} No untried dose is skipped.")

    def selected_dose(self, tally: DoseTally) -> int | None:
        """The dose that would be given next; None, when nobody was treated or the lowest dose is too toxic.

        Raises: InputError, when the tally is of another number of doses.
        """
        check_doses(self, tally)
        if sum(tally.patients) == 0:
            return None
        rates, excess = self._rates_and_excess(tally)
        if excess > self.stop_above:
            return None
        wanted = nearest_dose(rates, self.target)
        assert wanted is not None
        return min(wanted, max(dose for dose, treated in enumerate(tally.patients) if treated))

    def posterior(self, tally: DoseTally) -> CrmPosterior:
        """The posterior by Gauss and Legendre's rule on panels.

        Raises: InputError, when the tally is of another number of doses.
        """
        check_doses(self, tally)
        logs = np.log(np.asarray(self.skeleton))
        limits = np.log(math.log(self.target) / logs)  # a rate exceeds the target for smaller exponents
        splits = [_Split.of(self, tally, float(limit)) for limit in limits]
        first = splits[0]
        mean = float(first.mass @ first.exponents)
        spread = math.sqrt(float(first.mass @ (first.exponents - mean) ** 2))
        curves = np.exp(np.exp(first.exponents)[:, np.newaxis] * logs)
        excess = np.array([split.mass_below for split in splits])
        return CrmPosterior(mean, spread, np.exp(math.exp(mean) * logs), first.mass @ curves, excess)

    def _rates_and_excess(self, tally: DoseTally) -> tuple[FloatArray, float]:
        """Toxicity rates at the posterior mean, and the chance that the lowest dose's exceeds the target."""
        logs = np.log(np.asarray(self.skeleton))
        split = _Split.of(self, tally, math.log(math.log(self.target) / logs[0]))
        return np.exp(math.exp(split.mass @ split.exponents) * logs), split.mass_below


def indifference_skeleton(target: float, half_width: float, prior_dose: int, doses: int) -> tuple[float, ...]:
    """A skeleton whose dose `prior_dose` (from 0) has the target rate, with equal intervals of indifference.

    Where the curve gives a dose the target plus the half-width, it gives the one below the target minus it.
    Raises: InputError, when the interval leaves 0 to 1 or the dose is not among the doses.
    Source: lee_cheung_2009.
    """
    low, high = target - half_width, target + half_width
    if not 0.0 < low < high < 1.0:
        raise InputError(
            f"Target {target} and half-width {half_width} do not fit. Give 0 < target - half-width and "
            "target + half-width < 1, with a positive half-width."
        )
    if not 0 <= prior_dose < doses:
        raise InputError(f"Dose number {prior_dose} is not among {doses} doses. Count them from 0.")
    step = math.log(high) / math.log(low)
    return tuple(target ** (step ** (dose - prior_dose)) for dose in range(doses))


def _log_posterior(exponents: FloatArray, logs: FloatArray, tally: DoseTally, prior_sd: float) -> FloatArray:
    """The logarithm of prior times likelihood, up to a constant. Shape: exponents and returns "node"."""
    toxic = np.asarray(tally.toxicities, dtype=np.float64)
    spared = np.asarray(tally.patients, dtype=np.float64) - toxic
    log_rates = np.exp(exponents)[:, np.newaxis] * logs
    with np.errstate(divide="ignore"):
        log_spared = np.log(-np.expm1(log_rates))
    # A rate that rounds to 1 leaves nobody spared; where nobody was, the term is zero.
    likelihood = log_rates @ toxic + np.where(spared > 0.0, log_spared, 0.0) @ spared
    return np.asarray(likelihood - 0.5 * (exponents / prior_sd) ** 2, dtype=np.float64)


def _relative(logs: FloatArray) -> FloatArray:
    return np.asarray(logs - logs.max(), dtype=np.float64)


def _window(logs: FloatArray, tally: DoseTally, prior_sd: float) -> tuple[float, float]:
    """The exponents outside which the posterior is nothing; it has one peak."""
    coarse = np.linspace(-_REACH, _REACH, _COARSE) * prior_sd
    inside = np.flatnonzero(_relative(_log_posterior(coarse, logs, tally, prior_sd)) > _NOTHING)
    low, high = max(int(inside[0]) - 1, 0), min(int(inside[-1]) + 1, _COARSE - 1)
    return float(coarse[low]), float(coarse[high])


@cache
def _panels() -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of panels over 0 to 1."""
    points, weights = np.polynomial.legendre.leggauss(_NODES_PER_PANEL)
    half = 0.5 / _PANELS
    centres = half * (2.0 * np.arange(_PANELS) + 1.0)
    return (centres[:, np.newaxis] + half * points).ravel(), np.tile(half * weights, _PANELS)


@final
@dataclass(frozen=True)
class _Split:
    """Posterior mass at nodes; those of the first half lie below the exponent at which the panels break."""

    exponents: FloatArray
    mass: FloatArray

    @property
    def mass_below(self) -> float:
        return float(self.mass[: self.mass.size // 2].sum())

    @staticmethod
    def of(rule: PowerCrm, tally: DoseTally, limit: float) -> _Split:
        logs = np.log(np.asarray(rule.skeleton))
        low, high = _window(logs, tally, rule.prior_sd)
        edge = min(max(limit, low), high)
        points, weights = _panels()
        exponents = np.concatenate((low + (edge - low) * points, edge + (high - edge) * points))
        density = np.exp(_relative(_log_posterior(exponents, logs, tally, rule.prior_sd)))
        mass = np.concatenate(((edge - low) * weights, (high - edge) * weights)) * density
        return _Split(exponents, mass / mass.sum())
