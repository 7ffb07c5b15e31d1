"""Every pair of arms: paired where the arms share their patients, ordinary where they do not.

Arms that hold the same virtual patients are never compared by a log-rank test: it would treat each
patient as two independent ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import polars as pl

from trialkine.records import DAYS_PER_MONTH
from trialkine.report.metrics import in_months, survival_columns
from trialkine.report.picks import evaluable
from trialkine.statistics.estimate import Estimate, TestResult
from trialkine.statistics.proportions import exact_interval, mcnemar, newcombe_difference, paired_difference
from trialkine.statistics.summary import mean_interval
from trialkine.statistics.survival import kaplan_meier, logrank, restricted_mean_difference

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

SIGNIFICANCE = 0.05
ONE_DAY = (1.0 - 1e-9) / DAYS_PER_MONTH
"""Months."""


@dataclass(frozen=True)
class PairedContrast:
    """The same patients under two treatments.

    `survival_months` is the mean over patients of (time alive under this arm minus time alive under the
    reference), each time cut at `until_months`, up to which both histories are known for `known` patients.
    `longer` and `shorter` count patients who live longer or shorter under this arm within that window, by a
    day or more: that is how exactly a death is known.
    After complete resection nothing responds, and `relapse_free_months` is the same mean of time without
    relapse.
    """

    pairs: int
    response_difference: Estimate
    response_test: TestResult
    survival_months: Estimate
    until_months: float
    known: int
    longer: int
    shorter: int
    relapse_free_months: Estimate | None = None


@dataclass(frozen=True)
class RandomisedContrast:
    """Different patients under two treatments; of a repeated trial the first, and the share with p < 0.05.

    `survival_months` is the difference of the restricted mean survival up to `until_months`;
    `relapse_free_months`, after complete resection, that of relapse-free survival.
    """

    response_difference: Estimate
    survival_months: Estimate
    until_months: float
    overall_survival: TestResult
    progression_free: TestResult
    significant_share: Estimate | None
    relapse_free_months: Estimate | None = None


@dataclass(frozen=True)
class ArmContrast:
    """One arm against the reference, in the one form that its patients allow."""

    arm: str
    reference: str
    paired: PairedContrast | None = None
    randomised: RandomisedContrast | None = None


def contrast_arms(result: TrialResult, *, is_counterfactual: bool) -> Iterator[ArmContrast]:
    """Every arm against each of those before it in the protocol."""
    for reference, arm in combinations(result.arms, 2):
        if is_counterfactual:
            yield ArmContrast(arm, reference, paired=paired_contrast(result, arm, reference))
        else:
            yield ArmContrast(arm, reference, randomised=_randomised_contrast(result, arm, reference))


def paired_contrast(result: TrialResult, arm: str, reference: str) -> PairedContrast:
    """The contrast within patients who were simulated well in both arms, over all repetitions."""
    healthy = evaluable(result.patients)
    keys = ["trial", "patient"]
    pairs = (
        healthy.filter(pl.col("arm") == arm)
        .join(healthy.filter(pl.col("arm") == reference), on=keys, how="inner", suffix="_reference")
        .sort(keys)
    )
    first = pairs["best_response"].is_in(["CR", "PR"]).to_list()
    second = pairs["best_response_reference"].is_in(["CR", "PR"]).to_list()
    until = _common_follow_up(pairs)
    survival = _restricted_differences(pairs, until)
    return PairedContrast(
        pairs=pairs.height,
        response_difference=paired_difference(first, second),
        response_test=mcnemar(first, second),
        survival_months=mean_interval(survival),
        until_months=until / DAYS_PER_MONTH,
        known=len(survival),
        longer=sum(difference >= ONE_DAY for difference in survival),
        shorter=sum(difference <= -ONE_DAY for difference in survival),
    )


def _common_follow_up(pairs: pl.DataFrame) -> float:
    """The day up to which everyone who stays in the trial is followed; the last death if none is censored.

    Patients who dropped out do not shorten it: they are left out of the comparison instead.
    """
    names = ("os_days", "os_event", "off_study_reason")
    second = pairs.select(pl.col(f"{name}_reference").alias(name) for name in names)
    return _followed_until(pl.concat([pairs.select(names), second]))


def _followed_until(patients: pl.DataFrame) -> float:
    is_cut_off = ~pl.col("os_event") & (pl.col("off_study_reason").cast(pl.String).fill_null("") != "dropout")
    days = patients.filter(is_cut_off)["os_days"].drop_nulls().to_list()
    if days:
        return float(min(days))
    return float(max(patients["os_days"].drop_nulls().to_list(), default=0.0))


def _restricted_differences(pairs: pl.DataFrame, until: float) -> list[float]:
    """Per patient, months alive up to `until` in this arm minus those in the reference.

    Pairs are chosen by how long the patient could have been followed, never by what happened: to keep
    those who died before they would have dropped out would favour the arm in which they die.
    """
    known = pairs.filter(pl.col("follow_up_days") >= until)
    difference = pl.min_horizontal("os_days", pl.lit(until)) - pl.min_horizontal(
        "os_days_reference", pl.lit(until)
    )
    return known.select((difference / DAYS_PER_MONTH).alias("months"))["months"].to_list()


def _randomised_contrast(result: TrialResult, arm: str, reference: str) -> RandomisedContrast:
    healthy = evaluable(result.patients)
    tests = [
        _logrank(healthy.filter(pl.col("trial") == trial), arm, reference, "os")
        for trial in range(result.replicates)
    ]
    share = None
    if result.replicates > 1:
        significant = sum(test.p_value is not None and test.p_value < SIGNIFICANCE for test in tests)
        share = exact_interval(significant, result.replicates)
    first = healthy.filter(pl.col("trial") == 0)
    groups = [first.filter(pl.col("arm") == name) for name in (arm, reference)]
    until = _followed_until(first.filter(pl.col("arm").is_in([arm, reference])))
    return RandomisedContrast(
        response_difference=newcombe_difference(*_responders(groups[0]), *_responders(groups[1])),
        survival_months=_restricted_difference(groups, until),
        until_months=until / DAYS_PER_MONTH,
        overall_survival=tests[0],
        progression_free=_logrank(first, arm, reference, "pfs"),
        significant_share=share,
    )


def _restricted_difference(groups: list[pl.DataFrame], until: float) -> Estimate:
    curves = [kaplan_meier(*survival_columns(group, "os")) for group in groups]
    return in_months(restricted_mean_difference(curves[0], curves[1], until))


def _responders(patients: pl.DataFrame) -> tuple[int, int]:
    """How many responded, and of how many."""
    return int(patients["best_response"].is_in(["CR", "PR"]).sum()), patients.height


def _logrank(patients: pl.DataFrame, arm: str, reference: str, endpoint: str) -> TestResult:
    return logrank(
        *survival_columns(patients.filter(pl.col("arm") == arm), endpoint),
        *survival_columns(patients.filter(pl.col("arm") == reference), endpoint),
    )
