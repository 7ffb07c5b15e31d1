"""Tests of two arms' survival as objects that a simulated trial can call, one-sided for the treated arm."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import final

from numpy.typing import ArrayLike

from trialkine.statistics.restricted_mean_test import compare_restricted_means
from trialkine.statistics.weighted_logrank import (
    LOG_RANK,
    MAX_COMBO,
    FlemingHarrington,
    logrank_scores,
    one_sided_p,
)


class AbstractSurvivalTest(ABC):
    """A test that says how likely the treated arm's advantage is by chance."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The test in words."""

    @abstractmethod
    def p_value(
        self, treated: ArrayLike, treated_events: ArrayLike, control: ArrayLike, control_events: ArrayLike
    ) -> float:
        """The one-sided p-value; 1 where the test has no value.

        Shape: times and flags of an arm "patient". Raises: InputError, when arrays or times are impossible.
        """


@final
@dataclass(frozen=True)
class WeightedLogrankTest(AbstractSurvivalTest):
    """The log-rank test, or one that weighs early or late events."""

    weight: FlemingHarrington = LOG_RANK

    @property
    def name(self) -> str:
        """The test in words."""
        return "log-rank" if self.weight == LOG_RANK else f"weighted log-rank {self.weight.name}"

    def p_value(
        self, treated: ArrayLike, treated_events: ArrayLike, control: ArrayLike, control_events: ArrayLike
    ) -> float:
        """The one-sided p-value; 1 where the test has no value."""
        return one_sided_p(logrank_scores(treated, treated_events, control, control_events, [self.weight]))


@final
@dataclass(frozen=True)
class MaxComboTest(AbstractSurvivalTest):
    """The best of several weighted log-rank tests, corrected for the choice."""

    weights: tuple[FlemingHarrington, ...] = MAX_COMBO

    @property
    def name(self) -> str:
        """The test in words."""
        return f"MaxCombo of {', '.join(weight.name for weight in self.weights)}"

    def p_value(
        self, treated: ArrayLike, treated_events: ArrayLike, control: ArrayLike, control_events: ArrayLike
    ) -> float:
        """The one-sided p-value; 1 where the test has no value."""
        return one_sided_p(logrank_scores(treated, treated_events, control, control_events, self.weights))


@final
@dataclass(frozen=True)
class RestrictedMeanTest(AbstractSurvivalTest):
    """The difference of mean times up to `until`. Units: [time unit of the data]."""

    until: float

    @property
    def name(self) -> str:
        """The test in words."""
        return f"restricted mean up to {self.until:g}"

    def p_value(
        self, treated: ArrayLike, treated_events: ArrayLike, control: ArrayLike, control_events: ArrayLike
    ) -> float:
        """The one-sided p-value; 1 where the test has no value."""
        found = compare_restricted_means(treated, treated_events, control, control_events, self.until)
        return 1.0 if found.one_sided_p is None else found.one_sided_p
