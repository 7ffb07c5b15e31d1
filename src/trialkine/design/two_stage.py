"""Single-arm rules that stop early when too few of the first patients respond.

A rule reads responses in the order of enrolment: at most `r1` among the first `n1` stops the trial; at
most `r` among all `n` calls the treatment not promising.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from trialkine.errors import InputError
from trialkine.statistics.estimate import DEFAULT_LEVEL, Estimate
from trialkine.statistics.proportions import exact_interval


class Verdict(Enum):
    """What a two-stage rule says."""

    stage_one_incomplete = "stage one not complete"
    stopped = "stopped at stage one"
    continues = "goes on to stage two"
    not_promising = "not promising"
    promising = "promising"


@final
@dataclass(frozen=True)
class TwoStageRule:
    """Stop at `r1` or fewer responses in `n1`; promising with more than `r` in `n`."""

    r1: int
    n1: int
    r: int
    n: int

    def __post_init__(self) -> None:
        if not (0 <= self.r1 < self.n1 < self.n and self.r1 <= self.r < self.n):
            raise InputError(
                f"Two-stage rule {self.r1}/{self.n1}, {self.r}/{self.n} is impossible. "
                "Write 0 <= r1 < n1 < n and r1 <= r < n."
            )


@final
@dataclass(frozen=True)
class FirstStageRule:
    """The first half of a two-stage rule whose second half is not known: stop at `r1` or fewer in `n1`."""

    r1: int
    n1: int

    def __post_init__(self) -> None:
        if not 0 <= self.r1 < self.n1:
            raise InputError(f"First-stage rule {self.r1}/{self.n1} is impossible. Write 0 <= r1 < n1.")


@dataclass(frozen=True)
class StageResult:
    """A verdict with the counts it rests on; patients the rule never looked at are not counted."""

    verdict: Verdict
    responses_stage_one: int
    patients_stage_one: int
    responses: int
    patients: int


@dataclass(frozen=True)
class OperatingCharacteristics:
    """What a two-stage rule does at one true response rate."""

    response_rate: float
    promising_probability: float
    early_stop_probability: float
    expected_patients: float


def judge(rule: TwoStageRule | FirstStageRule, is_response: ArrayLike) -> StageResult:
    """The verdict of a rule on responses in the order of enrolment.

    Patients after an early stop, or after the rule's last one, are not looked at.
    Shape: is_response "patient".
    """
    responses = np.asarray(is_response, dtype=bool).ravel()
    first = responses[: rule.n1]
    stage_one = int(first.sum())
    if first.size < rule.n1:
        return StageResult(Verdict.stage_one_incomplete, stage_one, first.size, stage_one, first.size)
    if stage_one <= rule.r1:
        return StageResult(Verdict.stopped, stage_one, rule.n1, stage_one, rule.n1)
    if isinstance(rule, FirstStageRule):
        return StageResult(Verdict.continues, stage_one, rule.n1, stage_one, rule.n1)
    seen = responses[: rule.n]
    total = int(seen.sum())
    if seen.size < rule.n:
        return StageResult(Verdict.continues, stage_one, rule.n1, total, seen.size)
    verdict = Verdict.promising if total > rule.r else Verdict.not_promising
    return StageResult(verdict, stage_one, rule.n1, total, rule.n)


def naive_estimate(responses: int, patients: int, level: float = DEFAULT_LEVEL) -> Estimate:
    """Responses over patients with the exact interval that ignores the early look, labelled so.

    Raises: InputError, when the counts are impossible or the level is no fraction.
    """
    exact = exact_interval(responses, patients, level)
    return Estimate(
        exact.estimate,
        exact.low,
        exact.high,
        level,
        f"naive {exact.method} (ignores the two stages)",
        why=exact.why,
    )


def operating_characteristics(rule: TwoStageRule, response_rate: float) -> OperatingCharacteristics:
    """Probability of each end of the rule, and the patients it needs on average, at one true rate.

    Raises: InputError, when the rate is not a fraction.
    """
    if not 0.0 <= response_rate <= 1.0:
        raise InputError(f"Response rate {response_rate} is not a fraction. Write 0.30 for 30 %.")
    from scipy.stats import binom

    second = rule.n - rule.n1
    stop = float(binom.cdf(rule.r1, rule.n1, response_rate))
    stage_one = np.arange(rule.r1 + 1, rule.n1 + 1)
    paths = binom.pmf(stage_one, rule.n1, response_rate) * binom.sf(rule.r - stage_one, second, response_rate)
    return OperatingCharacteristics(response_rate, float(paths.sum()), stop, rule.n1 + (1.0 - stop) * second)
