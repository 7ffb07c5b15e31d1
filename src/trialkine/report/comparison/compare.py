"""The comparison itself: every arm against the reference, in pairs wherever both hold the same patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import polars as pl

from trialkine.records import DAYS_PER_MONTH
from trialkine.report.comparison.arms import ComparedArm, arms_of, reference_among
from trialkine.report.comparison.follow_up import with_follow_up
from trialkine.report.comparison.measures import (
    Measures,
    arm_measures,
    has_response,
    independent_measures,
    independent_test,
    paired_measures,
    paired_responses,
    paired_test,
    paired_times,
)
from trialkine.report.comparison.over_trials import Untold, over_trials, untold
from trialkine.report.comparison.question import Question, endpoint_name
from trialkine.report.comparison.shared_patients import shared_patients
from trialkine.report.contrasts import SIGNIFICANCE
from trialkine.statistics.estimate import Estimate, TestResult
from trialkine.statistics.number_needed import NumberNeeded, number_needed
from trialkine.statistics.paired_survival import Fate, count_fates, fates
from trialkine.statistics.proportions import exact_interval

if TYPE_CHECKING:
    from trialkine.report.comparison.run_data import RunData

ONE_DAY = 1.0 - 1e-9
"""Deaths are known to the day, so that outcomes less than a day apart are the same. Units: [day]."""


@final
@dataclass(frozen=True)
class ArmOfComparison:
    """One arm and its own numbers; `events` and `patients` are over all trials."""

    arm: ComparedArm
    patients: int
    events: int
    measures: Measures
    untold: Untold


@final
@dataclass(frozen=True)
class PairedOutcomes:
    """The same patients under both arms, over all trials.

    `rows` has one row per patient, the reference's columns ending in `_reference`, with `fate`.
    `responses` counts those who responded under both, under the arm alone, under the reference alone, and
    under neither; None where nothing could respond.
    """

    rows: pl.DataFrame
    fates: Mapping[Fate, int]
    responses: tuple[int, int, int, int] | None


@final
@dataclass(frozen=True)
class Contrast:
    """One arm against the reference.

    `test` is the log-rank test, or McNemar's test of response where the patients are the same; of a repeated
    trial that of the first, and `significant_share` is the share of trials with p < 0.05. `untold` counts
    the trials that gave no number. `why_not_paired` tells in what patients who might be the same differ.
    """

    arm: ComparedArm
    reference: ComparedArm
    measures: Measures
    untold: Untold
    test: TestResult
    significant_share: Estimate | None
    paired: PairedOutcomes | None
    why_not_paired: str = ""
    has_shared_luck: bool = False

    @property
    def needed_for_response(self) -> NumberNeeded:
        """Patients to treat for one more who responds."""
        return number_needed(self.measures["response_difference"])

    @property
    def needed_at_landmark(self) -> NumberNeeded:
        """Patients to treat for one more without the event at the landmark."""
        return number_needed(self.measures["survival_difference"])


@final
@dataclass(frozen=True)
class ArmComparison:
    """Several arms against one of them; everything that a page, a file or a terminal says of them."""

    question: Question
    endpoint: str
    runs: tuple[RunData, ...]
    arms: tuple[ArmOfComparison, ...]
    reference: ComparedArm
    contrasts: tuple[Contrast, ...]

    @property
    def trials(self) -> int:
        """How often each trial was repeated."""
        return self.runs[0].trials

    @property
    def is_predictive(self) -> bool:
        """Whether intervals are about the next trial rather than about this one's quantities."""
        return self.trials > 1

    @property
    def landmark_months(self) -> float:
        """Units: [month]."""
        return self.question.landmark_days / DAYS_PER_MONTH

    @property
    def landmark(self) -> str:
        """The landmark in words."""
        return self.question.landmark

    @property
    def until(self) -> str:
        """Up to when means are restricted, in words."""
        months = f"{self.until_months:.1f}".removesuffix(".0")
        return self.question.until or f"{months} month{'' if months == '1' else 's'}"

    @property
    def until_months(self) -> float:
        """Units: [month]."""
        assert self.question.until_days is not None
        return self.question.until_days / DAYS_PER_MONTH


def compare_arms(runs: Sequence[RunData], asked: Question, reference: str | None = None) -> ArmComparison:
    """Every arm of the runs against the reference, the first arm unless another is named.

    Raises: InputError, when there is nothing to compare, or the question does not fit the runs.
    """
    arms = arms_of(runs)
    chosen = reference_among(arms, reference)
    name = endpoint_name(arms, asked.endpoint)
    question = with_follow_up(asked, arms)
    return ArmComparison(
        question=question,
        endpoint=name,
        runs=tuple(runs),
        arms=tuple(_one_arm(arm, question) for arm in arms),
        reference=chosen,
        contrasts=tuple(_contrast(arm, chosen, question) for arm in arms if arm is not chosen),
    )


def _one_arm(arm: ComparedArm, question: Question) -> ArmOfComparison:
    own = arm.evaluable
    found = [arm_measures(part, question) for part in _by_trial(own, arm.run.trials)]
    events = int(own[f"{question.endpoint}_event"].sum())
    return ArmOfComparison(arm, own.height, events, over_trials(found, question.level), untold(found))


def _contrast(arm: ComparedArm, reference: ComparedArm, question: Question) -> Contrast:
    shared = shared_patients(arm, reference)
    trials = arm.run.trials
    if shared.pairs is not None:
        parts = _by_trial(shared.pairs, trials)
        tests = [paired_test(part) for part in parts]
        found = [paired_measures(part, question) for part in parts]
        return Contrast(
            arm, reference, over_trials(found, question.level), untold(found), tests[0], _significant(tests),
            _outcomes(shared.pairs, question),
        )  # fmt: skip
    groups = list(zip(_by_trial(arm.evaluable, trials), _by_trial(reference.evaluable, trials), strict=True))
    tests = [independent_test(*group, question) for group in groups]
    found = [independent_measures(*group, question) for group in groups]
    return Contrast(
        arm, reference, over_trials(found, question.level), untold(found), tests[0], _significant(tests),
        None, shared.why, shared.has_shared_luck,
    )  # fmt: skip


def _outcomes(pairs: pl.DataFrame, question: Question) -> PairedOutcomes:
    assert question.until_days is not None
    found = fates(*paired_times(pairs, question), question.until_days, ONE_DAY)
    rows = pairs.with_columns(fate=pl.Series([fate.value for fate in found], dtype=pl.String))
    responses = None
    if has_response(pairs):
        both = list(zip(*paired_responses(pairs), strict=True))
        kinds = ((True, True), (True, False), (False, True), (False, False))
        responses = (both.count(kinds[0]), both.count(kinds[1]), both.count(kinds[2]), both.count(kinds[3]))
    return PairedOutcomes(rows, count_fates(found), responses)


def _significant(tests: Sequence[TestResult]) -> Estimate | None:
    if len(tests) == 1:
        return None
    found = sum(test.p_value is not None and test.p_value < SIGNIFICANCE for test in tests)
    return exact_interval(found, len(tests))


def _by_trial(patients: pl.DataFrame, trials: int) -> list[pl.DataFrame]:
    if trials == 1:
        return [patients]
    return [patients.filter(pl.col("trial") == trial) for trial in range(trials)]
