"""What a single arm says of the controlled trial that is to confirm it: the probability of its success.

Draws of the numbers that nobody measured are weighted by how likely each makes the responders that the single
arm reported, and by nothing else. The same draws say what a controlled trial would find. The chance that it
succeeds, averaged over them, is its assurance. Where other treatment runs in the background, the single arm
is read twice: with it, and as if every response were the drug's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy.stats import betabinom, binom

from trialkine.design.two_proportions import FisherExact
from trialkine.errors import InputError
from trialkine.population.prevalence import effective_size

Array = np.ndarray[Any, np.dtype[Any]]

FEWEST_DRAWS = 20.0
"""Effective draws below which nothing is told."""
LEAST_TAIL = 0.01
"""Prior predictive tail below which what was reported is beyond the prior."""
LEVEL = 0.90
ALPHA = 0.025
PRIOR_CHANCES = (0.25, 0.5, 0.75, 1.0)
"""Prior probabilities that the drug is active, under each of which the answer is told."""
WEAK = 0.25
"""The share of the draws, with the fewest responses to placebo, in which the background counts as weak."""
HALF_A_RESPONSE = 0.5  # Jeffreys' prior of the rate behind simulated responders


@dataclass(frozen=True)
class SingleArm:
    """Responders of a single arm, and the patients they were counted among."""

    responders: int
    patients: int

    @property
    def rate(self) -> float:
        """The reported response rate. Units: [fraction]."""
        return self.responders / self.patients


@dataclass(frozen=True)
class ControlledTrial:
    """Two randomised arms of a size, compared by response with Fisher's one-sided exact test."""

    per_arm: int = 100
    alpha: float = ALPHA

    def rejects(self) -> Array:
        """Whether each pair of counts is significant. Shape: (responders on control, on the drug)."""
        return np.asarray(_fisher_p_values(self.per_arm) <= self.alpha * (1.0 + 1e-12))

    def success_chances(self, treated: Array, control: Array) -> Array:
        """The exact chance that the drug's arm responds significantly more often, at true rates.

        Shapes: treated, control and returns (draw,). Units: [fraction].
        """
        counts = np.arange(self.per_arm + 1)
        chance = [binom.pmf(counts, self.per_arm, rate[:, np.newaxis]) for rate in (control, treated)]
        return np.asarray(np.sum((chance[0] @ self.rejects()) * chance[1], axis=1))

    def least_difference(self, control: float) -> float | None:
        """The smallest difference in response that is significant beside a control rate; None without one.

        Units: control, returns [fraction].
        """
        count = round(control * self.per_arm)
        significant = np.flatnonzero(self.rejects()[count])
        return float(significant[0] - count) / self.per_arm if len(significant) else None


@cache
def _fisher_p_values(per_arm: int) -> Array:
    return FisherExact().p_values(per_arm, per_arm)


@dataclass(frozen=True)
class Draws:
    """Draws from the prior, each with the response rates that were simulated under it.

    `control` is without the drug; `_alone` is without the background treatment, and the same where there is
    none. `is_active` marks draws in which the drug may do what the background does; `prior` adds up to 1.

    `patients` are those behind each rate.

    Shapes: scores (draw, quantity), all others (draw,). Units: rates [fraction].
    """

    scores: Array
    is_active: Array
    prior: Array
    treated: Array
    control: Array
    treated_alone: Array
    control_alone: Array
    patients: int
    has_background: bool

    @property
    def has_inactive(self) -> bool:
        """Whether the prior allows that the drug does nothing of what the background does."""
        return not bool(np.all(self.is_active))


@dataclass(frozen=True)
class Spread:
    """A mean with its central 90 % interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Assurance:
    """The probability that a controlled trial succeeds, its Monte-Carlo error, and the draws it rests on.

    `bayes_factor` is how much likelier the single arm is if the drug is active; None where it always is.
    """

    success: float
    error: float
    effective: float
    bayes_factor: float | None
    active: float | None


@dataclass(frozen=True)
class BeforeAfter:
    """A quantity under the prior, and once the single arm is known."""

    prior: Spread
    posterior: Spread


@dataclass(frozen=True)
class Ridge:
    """What the single arm tells of drug and background together.

    The correlation is that of the responses that each gives alone. `sum_kept` and `difference_kept` are the
    shares of the prior standard deviation that the posterior keeps.
    """

    prior: float
    posterior: float
    sum_kept: float
    difference_kept: float


@dataclass(frozen=True)
class Verdict:
    """What a single arm says of the controlled trial.

    `naive` is None without background treatment, or where the drug alone cannot have given the responses.
    `without_drug` is the share of the arm's responses that would come without the drug,
    `lost_without_background` the share that would not come without the background. `by_prior` is the
    probability of success under other prior probabilities of activity. `weak_background` is the
    rate of response to placebo that a quarter of the draws stay below, and the answer from these. `tail` is
    the prior predictive chance of a count no likelier than the reported one.

    Units: rates and gain [fraction].
    """

    single: SingleArm
    trial: ControlledTrial
    before: Assurance
    after: Assurance
    naive: Assurance | None
    by_prior: tuple[tuple[float, float], ...]
    weak_background: tuple[float, Assurance] | None
    treated: BeforeAfter
    control: BeforeAfter
    treated_alone: BeforeAfter
    control_alone: BeforeAfter
    gain: BeforeAfter
    without_drug: Spread
    lost_without_background: Spread
    ridge: Ridge | None
    found_difference: BeforeAfter
    found_single: Spread
    least_difference: float | None
    tail: float
    kept: tuple[float, ...]
    weights: Array

    @property
    def is_trap(self) -> bool:
        """Whether the arm looks active read alone, while the controlled trial is likelier to fail."""
        return self.naive is not None and self.naive.success >= 0.5 > self.after.success


def judge(draws: Draws, single: SingleArm, trial: ControlledTrial) -> Verdict:
    """Weight the draws by the single arm, and tell what the controlled trial will find.

    Raises: InputError, when what was reported is beyond the prior, or fewer than 20 effective draws are left.
    """
    tail = predictive_tail(draws.treated, draws.patients, draws.prior, single)
    if tail < LEAST_TAIL:
        raise InputError(_conflict(draws, single, tail))
    chances = trial.success_chances(draws.treated, draws.control)
    likelihood = responder_likelihood(draws.treated, draws.patients, single)
    weights = posterior_weights(draws.prior, likelihood)
    effective = effective_size(weights)
    if effective < FEWEST_DRAWS:
        raise InputError(_refusal(draws, single, effective))

    def both(values: Array) -> BeforeAfter:
        return BeforeAfter(spread(values, draws.prior), spread(values, weights))

    control = both(draws.control)
    found = [spread(*difference_chances(draws, one, trial)) for one in (draws.prior, weights)]
    return Verdict(
        single=single,
        trial=trial,
        before=_assurance(draws, chances, draws.prior, None),
        after=_assurance(draws, chances, weights, likelihood),
        naive=_naive(draws, single, trial),
        by_prior=_by_prior(draws, chances, likelihood),
        weak_background=_weak_background(draws, chances, likelihood),
        treated=both(draws.treated),
        control=control,
        treated_alone=both(draws.treated_alone),
        control_alone=both(draws.control_alone),
        gain=both(draws.treated - draws.control),
        without_drug=_share(draws.control, draws.treated, weights),
        lost_without_background=_share(draws.treated - draws.treated_alone, draws.treated, weights),
        ridge=_ridge(draws, weights) if draws.has_background else None,
        found_difference=BeforeAfter(*found),
        found_single=_single_again(draws, single),
        least_difference=trial.least_difference(control.posterior.mean),
        tail=tail,
        kept=tuple(
            _deviation(column, weights) / _deviation(column, draws.prior) for column in draws.scores.T
        ),
        weights=weights,
    )


def responder_likelihood(rates: Array, patients: int, single: SingleArm) -> Array:
    """How likely the reported responders are under each draw, whose rate is known from so many patients.

    Beta-binomial: the simulated responders leave the rate behind them uncertain. Shape: (draw,).
    """
    counts = np.asarray(rates) * patients
    chance = betabinom.pmf(
        single.responders, single.patients, counts + HALF_A_RESPONSE, patients - counts + HALF_A_RESPONSE
    )
    return np.asarray(chance)


def predictive_tail(rates: Array, patients: int, prior: Array, single: SingleArm) -> float:
    """The prior predictive chance of a count of responders that is no likelier than the reported one.

    Shapes: rates, prior (draw,). Units: returns [fraction].
    """
    counts = range(single.patients + 1)
    chances = np.array(
        [prior @ responder_likelihood(rates, patients, SingleArm(count, single.patients)) for count in counts]
    )
    return float(chances[chances <= chances[single.responders] * (1.0 + 1e-9)].sum())


def posterior_weights(prior: Array, likelihood: Array) -> Array:
    """Weights of the draws, which add up to 1. Shape: (draw,)."""
    both = prior * likelihood
    return np.asarray(both / both.sum())


def spread(values: Array, weights: Array) -> Spread:
    """The weighted mean, and the weighted 5 % and 95 % quantiles. Shapes: (draw,)."""
    order = np.argsort(values)
    middles = np.cumsum(weights[order]) - 0.5 * weights[order]
    tail = 0.5 * (1.0 - LEVEL)
    low, high = np.interp([tail, 1.0 - tail], middles, values[order])
    return Spread(float(weights @ values), float(low), float(high))


def _conflict(draws: Draws, single: SingleArm, tail: float) -> str:
    prior = spread(draws.treated, draws.prior)
    return (
        f"{single.responders} of {single.patients} responders are beyond the prior, under which "
        f"{prior.mean:.0%} respond ({prior.low:.0%} to {prior.high:.0%}); a count no likelier has a chance "
        f"of {tail:.2g}. Name the background treatment, or widen the ranges of the agents' numbers in agent "
        "files of your own."
    )


def _refusal(draws: Draws, single: SingleArm, effective: float) -> str:
    prior = spread(draws.treated, draws.prior)
    return (
        f"{single.responders} of {single.patients} responders leave {effective:.1f} effective draws of "
        f"{len(draws.prior)}, fewer than {FEWEST_DRAWS:.0f}: under the prior {prior.mean:.0%} respond "
        f"({prior.low:.0%} to {prior.high:.0%}). Take more draws, or widen the ranges of the agents' numbers."
    )


def _assurance(draws: Draws, chances: Array, weights: Array, likelihood: Array | None) -> Assurance:
    success = float(weights @ chances)
    error = float(np.sqrt(np.sum(weights**2 * (chances - success) ** 2)))
    active = float(weights[draws.is_active].sum()) if draws.has_inactive else None
    factor = _bayes_factor(draws, likelihood) if likelihood is not None else None
    return Assurance(success, error, effective_size(weights), factor, active)


def _bayes_factor(draws: Draws, likelihood: Array) -> float | None:
    """How much likelier the single arm is if the drug is active; None where no draw says it is not."""
    if not draws.has_inactive or not bool(np.any(draws.is_active)):
        return None
    evidence = [
        float(np.average(likelihood[group], weights=draws.prior[group]))
        for group in (draws.is_active, ~draws.is_active)
    ]
    return evidence[0] / evidence[1] if evidence[1] > 0.0 else float("inf")


def _naive(draws: Draws, single: SingleArm, trial: ControlledTrial) -> Assurance | None:
    """The same without the background treatment: every response is the drug's."""
    if not draws.has_background:
        return None
    likelihood = responder_likelihood(draws.treated_alone, draws.patients, single)
    if predictive_tail(draws.treated_alone, draws.patients, draws.prior, single) < LEAST_TAIL:
        return None
    weights = posterior_weights(draws.prior, likelihood)
    if effective_size(weights) < FEWEST_DRAWS:
        return None
    chances = trial.success_chances(draws.treated_alone, draws.control_alone)
    return _assurance(draws, chances, weights, likelihood)


def _by_prior(draws: Draws, chances: Array, likelihood: Array) -> tuple[tuple[float, float], ...]:
    """The probability of success if the drug had been thought active with other probabilities."""
    if not draws.has_inactive:
        return ()
    shares = float(draws.prior[draws.is_active].sum())
    found = []
    for chance in PRIOR_CHANCES:
        factor = np.where(draws.is_active, chance / shares, (1.0 - chance) / (1.0 - shares))
        weights = posterior_weights(draws.prior * factor, likelihood)
        found.append((chance, float(weights @ chances)))
    return tuple(found)


def _weak_background(draws: Draws, chances: Array, likelihood: Array) -> tuple[float, Assurance] | None:
    """The answer if no more respond to placebo than under a quarter of the prior, and that rate."""
    if not draws.has_background:
        return None
    rate = float(np.quantile(draws.control, WEAK))
    weights = posterior_weights(np.where(draws.control <= rate, draws.prior, 0.0), likelihood)
    if effective_size(weights) < FEWEST_DRAWS:
        return None
    return rate, _assurance(draws, chances, weights, None)


def _share(part: Array, whole: Array, weights: Array) -> Spread:
    """A part of the responses as a share of them: of the means, with the interval over the draws."""
    shares = np.clip(part / np.maximum(whole, 1e-9), 0.0, 1.0)
    inside = spread(shares, weights)
    mean = float(weights @ part) / max(float(weights @ whole), 1e-9)
    return Spread(min(max(mean, 0.0), 1.0), inside.low, inside.high)


def _ridge(draws: Draws, weights: Array) -> Ridge:
    drug = draws.treated_alone - draws.control_alone
    background = draws.control - draws.control_alone
    kept = [
        _deviation(one, weights) / max(_deviation(one, draws.prior), 1e-9)
        for one in (drug + background, drug - background)
    ]
    return Ridge(
        _correlation(drug, background, draws.prior), _correlation(drug, background, weights), kept[0], kept[1]
    )


def difference_chances(draws: Draws, weights: Array, trial: ControlledTrial) -> tuple[Array, Array]:
    """The differences in response that the controlled trial may show, and the chance of each.

    The luck of its patients is in them.

    Shapes: weights (draw,), returns (difference,) twice. Units: returns [fraction].
    """
    size = trial.per_arm
    counts = np.arange(size + 1)
    treated, control = (
        binom.pmf(counts, size, rate[:, np.newaxis]) for rate in (draws.treated, draws.control)
    )
    chances = np.zeros(2 * size + 1)
    for weight, first, second in zip(weights, treated, control, strict=True):
        chances += weight * np.convolve(first, second[::-1])
    return np.arange(-size, size + 1) / size, chances


def _single_again(draws: Draws, single: SingleArm) -> Spread:
    """What a single arm of that size may show under the prior, the luck of its patients included."""
    counts = np.arange(single.patients + 1)
    chances = draws.prior @ binom.pmf(counts, single.patients, draws.treated[:, np.newaxis])
    return spread(counts / single.patients, chances)


def _deviation(values: Array, weights: Array) -> float:
    return float(np.sqrt(weights @ (values - weights @ values) ** 2))


def _correlation(first: Array, second: Array, weights: Array) -> float:
    deviations = _deviation(first, weights) * _deviation(second, weights)
    together = float(weights @ ((first - weights @ first) * (second - weights @ second)))
    return together / deviations if deviations > 0.0 else 0.0
