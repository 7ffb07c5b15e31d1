"""Estimates, p-value and interval after a two-stage trial, which allow for the early look.

The number of responses over the number of patients is biased low: a trial that starts badly stops and
keeps its bad start. Here outcomes are ordered by stage: any trial that went on to stage two is stronger
evidence of activity than any that stopped.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from trialkine.design.binomial import ROUNDING, FloatArray, at_least, binomial, check_rate
from trialkine.design.shown_table import ShownTable
from trialkine.design.two_stage import TwoStageRule, naive_estimate
from trialkine.errors import InputError
from trialkine.statistics.estimate import DEFAULT_LEVEL, Estimate, check_level

STAGEWISE = "exact, outcomes ordered by stage"


@dataclass(frozen=True)
class Outcome:
    """What was seen: responses among so many patients, and of these in stage one, where that is known.

    Responses of `rule.r1` or fewer mean that the trial stopped; `responses_stage_one` is needed only when
    stage two had other than its planned size.
    """

    rule: TwoStageRule
    responses: int
    patients: int
    responses_stage_one: int | None = None

    def __post_init__(self) -> None:
        _check_counts(self.rule, self.responses, self.patients, self.responses_stage_one)

    @property
    def has_stopped(self) -> bool:
        """Whether stage one ended the trial."""
        return self.responses <= self.rule.r1

    @property
    def is_as_planned(self) -> bool:
        """Whether the trial stopped, or stage two had its planned size."""
        return self.has_stopped or self.patients == self.rule.n


@dataclass(frozen=True)
class TwoStageInference:
    """What a two-stage trial says about the response rate.

    `p_value` is one-sided, of response rates up to `p0`. `needed_stage_two` is how many responses in stage
    two call the treatment promising, None when no number does or stage one is not known by itself.
    """

    outcome: Outcome
    p0: float
    is_promising: bool
    needed_stage_two: int | None
    umvue: float
    median: float
    p_value: float
    interval: Estimate
    naive: Estimate

    def record(self) -> Mapping[str, object]:
        """Everything as plain values, for JSON."""
        rule = self.outcome.rule
        return {
            "r1": rule.r1,
            "n1": rule.n1,
            "r": rule.r,
            "n": rule.n,
            "p0": self.p0,
            "responses": self.outcome.responses,
            "responses_stage_one": self.outcome.responses_stage_one,
            "patients": self.outcome.patients,
            "stopped_at_stage_one": self.outcome.has_stopped,
            "promising": self.is_promising,
            "needed_in_stage_two": self.needed_stage_two,
            "umvue": self.umvue,
            "median_unbiased": self.median,
            "p_value": self.p_value,
            "interval": _interval_record(self.interval),
            "naive": {"estimate": self.naive.estimate, **_interval_record(self.naive)},
        }

    def table(self) -> ShownTable:
        """Estimates with their intervals, then p-value and verdict."""
        outcome = self.outcome
        level = f"{100.0 * self.interval.level:g} % interval"
        rows = (
            ("Unbiased (UMVUE)", _percent(self.umvue), _limits(self.interval)),
            ("Median unbiased (Koyama-Chen)", _percent(self.median), _limits(self.interval)),
            ("Naive, ignores the stages", _percent(self.naive.estimate), _limits(self.naive)),
        )
        rule = outcome.rule
        title = (
            f"After {outcome.responses} responses among {outcome.patients} patients, "
            f"by the rule {rule.r1}/{rule.n1}, {rule.r}/{rule.n}"
        )
        return ShownTable(title, ("Response rate", "estimate", level), rows, tuple(self._notes()))

    def _notes(self) -> list[str]:
        outcome = self.outcome
        verdict = "promising" if self.is_promising else "not promising"
        stage = "stopped at stage one, " if outcome.has_stopped else ""
        notes = [
            f"Verdict: {stage}{verdict}. One-sided p-value of rates up to {self.p0:g}: {self.p_value:.4f}."
        ]
        if not outcome.is_as_planned:
            second = outcome.patients - outcome.rule.n1
            needed = (
                f"{self.needed_stage_two} or more" if self.needed_stage_two is not None else "no number of"
            )
            notes.append(
                f"Stage two had {second} patients, planned {outcome.rule.n - outcome.rule.n1}: "
                f"{needed} responses in it would be promising."
            )
            if outcome.responses_stage_one is not None and outcome.responses_stage_one > outcome.rule.r:
                notes.append(
                    "Stage one alone had more than r responses: such a trial ranks above all others, however "
                    "stage two ends. Rely on the unbiased estimate, not on the interval."
                )
        return notes

    def __str__(self) -> str:
        return self.table().text()

    def _repr_html_(self) -> str:
        return self.table().html()


def two_stage_inference(
    rule: TwoStageRule,
    p0: float,
    responses: int,
    *,
    patients: int | None = None,
    responses_stage_one: int | None = None,
    level: float = DEFAULT_LEVEL,
) -> TwoStageInference:
    """Estimates, p-value and interval after `responses` responses in all.

    `patients` is given when stage two had other than its planned size, with the responses of stage one.
    That size must not have been chosen by looking at stage two.
    Source: jung_kim_2004 for the unbiased estimate; koyama_chen_2008 for p-value, lower limit, median and
    a changed stage two.
    Raises: InputError, when the counts do not fit the rule, or p0 or the level is no fraction.
    """
    check_rate(p0, "p0")
    check_level(level)
    if patients is None:
        patients = rule.n1 if responses <= rule.r1 else rule.n
    outcome = Outcome(rule, responses, patients, responses_stage_one)
    first = outcome.responses_stage_one
    if outcome.is_as_planned or first is None:
        needed = None if first is None or outcome.has_stopped else max(0, rule.r + 1 - first)
        is_promising = not outcome.has_stopped and responses > rule.r
    else:
        needed = needed_in_stage_two(rule, p0, first, patients - rule.n1)
        is_promising = needed is not None and responses - first >= needed
    return TwoStageInference(
        outcome,
        p0,
        is_promising,
        needed,
        unbiased_estimate(outcome),
        median_estimate(outcome),
        p_value(outcome, p0),
        stagewise_interval(outcome, level),
        naive_estimate(responses, patients, level),
    )


def unbiased_estimate(outcome: Outcome) -> float:
    """The uniformly minimum variance unbiased estimate of the response rate.

    The share of the paths to this outcome that begin with a response, in whole numbers. A changed stage
    two is taken as if planned so. Source: jung_kim_2004.
    """
    rule, total = outcome.rule, outcome.responses
    if outcome.has_stopped:
        return total / rule.n1
    second = outcome.patients - rule.n1
    paths = begun = 0
    for first in range(max(rule.r1 + 1, total - second), min(rule.n1, total) + 1):
        ways = math.comb(second, total - first)
        paths += math.comb(rule.n1, first) * ways
        begun += math.comb(rule.n1 - 1, first - 1) * ways
    return float(Fraction(begun, paths))


def p_value(outcome: Outcome, p0: float) -> float:
    """The chance, at rate `p0`, of evidence at least as strong as this; outcomes are ordered by stage.

    Where stage two has its planned size, trials that went on are ordered by all their responses. Where it
    has not, by the rate at which the planned stage two is as likely to succeed as this one at `p0` to have
    its responses or more. That rate does not exist when stage one alone decides (more than r responses, or
    too few for any planned stage two to succeed): such trials come first or last, and are ordered among
    themselves by stage two; this last rule is ours.
    Source: koyama_chen_2008. Raises: InputError, when p0 is no fraction.
    """
    check_rate(p0, "p0")
    return min(1.0, _exceeded(outcome, p0, by=0))


def median_estimate(outcome: Outcome) -> float:
    """The rate at which evidence at least as strong has a chance of one half. Source: koyama_chen_2008."""
    return _rate_where(lambda rate: _exceeded(outcome, rate, by=0), 0.5)


def stagewise_interval(outcome: Outcome, level: float = DEFAULT_LEVEL) -> Estimate:
    """The exact interval, each of whose limits errs with a chance of at most half of 1 - level.

    At the lower limit evidence at least as strong, at the upper one evidence at most as strong, has that
    chance. Koyama and Chen's upper limit, as clinfun prints it, leaves the observed outcome itself out of the
    latter: it is the upper limit here of the outcome just below, and may cover less than the level.
    Source: koyama_chen_2008 for the order and the lower limit.
    Raises: InputError, when the level is no fraction.
    """
    check_level(level)
    miss = (1.0 - level) / 2.0
    low = _rate_where(lambda rate: _exceeded(outcome, rate, by=0), miss)
    high = _rate_where(lambda rate: _exceeded(outcome, rate, by=1), 1.0 - miss)
    return Estimate(unbiased_estimate(outcome), low, high, level, STAGEWISE)


def needed_in_stage_two(
    rule: TwoStageRule, p0: float, responses_stage_one: int, patients_stage_two: int
) -> int | None:
    """How many responses in a stage two of another size call the treatment promising; None if none do.

    The fewest whose chance at `p0` is at most that of a promising planned stage two after the same stage
    one: so the type I error of the trial stays below the planned one, whatever the new size.
    Source: koyama_chen_2008.
    Raises: InputError, when p0 is no fraction or the counts do not fit the rule.
    """
    check_rate(p0, "p0")
    if not rule.r1 < responses_stage_one <= rule.n1 or patients_stage_two < 1:
        raise InputError(
            f"{responses_stage_one} responses in stage one, then {patients_stage_two} patients: not by the "
            f"rule {rule.r1}/{rule.n1}. Give {rule.r1 + 1} to {rule.n1} responses and at least 1 patient."
        )
    needed = rule.r + 1 - responses_stage_one
    planned = _tail(rule.n - rule.n1, p0, needed) * (1.0 + ROUNDING)
    chances = at_least(binomial(patients_stage_two, p0))
    found = 0 if needed <= 0 else int((chances > planned).sum())
    return found if found <= patients_stage_two else None


def _exceeded(outcome: Outcome, rate: float, by: int) -> float:
    """The chance of an outcome at least as strong (`by` = 0), or stronger (`by` = 1)."""
    rule = outcome.rule
    first = binomial(rule.n1, rate)
    if outcome.has_stopped:
        return float(at_least(first)[outcome.responses + by])
    if outcome.is_as_planned:
        return _promising(rule, first, outcome.responses + by, rate)
    assert outcome.responses_stage_one is not None  # checked when the outcome was made
    one = outcome.responses_stage_one
    second = rule.n - rule.n1
    chance = _tail(outcome.patients - rule.n1, rate, outcome.responses - one + by)
    needed = rule.r + 1 - one
    tail = at_least(first)
    decided = float(tail[rule.r + 1]) if rule.r < rule.n1 else 0.0  # stage one alone is promising
    if needed <= 0:
        return decided * chance
    open_from = max(rule.r1 + 1, rule.r + 1 - second)  # fewer in stage one cannot become promising
    if needed > second:
        open_above = float(tail[open_from]) if open_from <= rule.n1 else 0.0
        return open_above + (float(tail[rule.r1 + 1]) - open_above) * chance
    from scipy.special import betaincinv

    equal_rate = float(betaincinv(needed, second - needed + 1, chance))
    return _promising(rule, first, rule.r + 1, equal_rate)


def _promising(rule: TwoStageRule, first: FloatArray, total: int, second_rate: float) -> float:
    """The chance of going on and of at least `total` responses, by the planned sizes."""
    ones = np.arange(rule.r1 + 1, rule.n1 + 1)
    second = rule.n - rule.n1
    tail = np.append(at_least(binomial(second, second_rate)), 0.0)
    return float((first[ones] * tail[np.clip(total - ones, 0, second + 1)]).sum())


def _tail(patients: int, rate: float, responses: int) -> float:
    """The chance of at least so many responses."""
    if responses <= 0:
        return 1.0
    return float(at_least(binomial(patients, rate))[responses]) if responses <= patients else 0.0


def _rate_where(chance: Callable[[float], float], wanted: float) -> float:
    """The rate at which a chance that rises with it reaches `wanted`; 0 or 1 when it always or never does."""
    low, high = 0.0, 1.0
    if chance(low) >= wanted:
        return low
    if chance(high) < wanted:
        return high
    while True:
        middle = 0.5 * (low + high)
        if not low < middle < high or high - low < 1e-14:
            return middle
        if chance(middle) < wanted:
            low = middle
        else:
            high = middle


def _check_counts(rule: TwoStageRule, responses: int, patients: int, first: int | None) -> None:
    """Refuse counts that the rule cannot have led to."""
    shown = f"the rule {rule.r1}/{rule.n1}, {rule.r}/{rule.n}"
    if not 0 <= responses <= patients:
        raise InputError(
            f"{responses} responses among {patients} patients are impossible. Check both counts."
        )
    if responses <= rule.r1:
        if patients != rule.n1 or first not in (None, responses):
            raise InputError(
                f"With {responses} responses {shown} stops after {rule.n1} patients, but {patients} were "
                "counted. Give the responses and patients of the whole trial."
            )
        return
    if patients <= rule.n1:
        raise InputError(
            f"With {responses} responses {shown} goes on beyond stage one, but {patients} patients were "
            f"counted. Give a trial of more than {rule.n1} patients."
        )
    if first is None:
        if patients != rule.n:
            raise InputError(
                f"Stage two had {patients - rule.n1} patients instead of {rule.n - rule.n1} by {shown}. "
                "Give the responses of stage one too."
            )
        return
    if not (rule.r1 < first <= rule.n1 and 0 <= responses - first <= patients - rule.n1):
        raise InputError(
            f"{first} responses in stage one and {responses} among {patients} patients do not fit {shown}. "
            f"Stage one goes on with {rule.r1 + 1} to {rule.n1} responses; stage two adds at most one "
            "for each of its patients."
        )


def _interval_record(estimate: Estimate) -> dict[str, object]:
    return {
        "low": estimate.low,
        "high": estimate.high,
        "level": estimate.level,
        "method": estimate.method,
    }


def _percent(rate: float | None) -> str:
    return "undefined" if rate is None else f"{100.0 * rate:.1f} %"


def _limits(estimate: Estimate) -> str:
    return f"{_percent(estimate.low)} to {_percent(estimate.high)}"
