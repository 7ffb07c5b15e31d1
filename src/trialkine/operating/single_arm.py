"""A single-arm rule carried out in calendar time, in many virtual trials at once.

The first stage is read as soon as each of its patients has responded or no longer can (progression, death,
lost), or has been watched for as long as the rule waits; at the latest at the data cut-off that the stage
would have alone. Meanwhile enrolment pauses, or goes on. The last look is at the data cut-off, which a pause
puts off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from trialkine.design.two_stage import FirstStageRule, TwoStageRule, Verdict, operating_characteristics
from trialkine.operating.courses import Characteristics, Courses, Textbook, characteristics
from trialkine.operating.draws import arrival_days, drawn_patients, members_of
from trialkine.operating.plans import OneLookRule, SingleArmPlan, SingleArmRule
from trialkine.operating.pool_outcomes import responds_within
from trialkine.records import DAYS_PER_MONTH

if TYPE_CHECKING:
    from trialkine.operating.pool_outcomes import ArmOutcomes
    from trialkine.trial.protocol import Protocol

Array = np.ndarray[Any, np.dtype[Any]]
ENDS = (Verdict.stopped, Verdict.continues, Verdict.not_promising, Verdict.promising)
_NUMBER = {verdict: number for number, verdict in enumerate(ENDS)}
CURVE_RATES = 201


@dataclass(frozen=True)
class DrawnTrials:
    """The patients of many trials in the order in which they come.

    Units: days [day], counted from enrolment, arrival from the trial's start. Shape: all (trial, patient).
    """

    arrival: Array
    response_day: Array
    settled_day: Array


def single_arm_characteristics(
    protocol: Protocol,
    plan: SingleArmPlan,
    name: str,
    outcomes: ArmOutcomes,
    *,
    ratio: float,
    trials: int,
    seed: int,
) -> Characteristics:
    """What the rule does to one arm.

    Raises: InputError, when the pool is too small for one trial.
    """
    size = plan.patients
    who = drawn_patients(outcomes.is_usable, trials, size, seed, "virtual trials")
    member = members_of(trials, outcomes.members)
    rows = member[:, None], who
    per_day = protocol.enrolment.per_month * ratio / DAYS_PER_MONTH
    trials_drawn = DrawnTrials(
        arrival_days(trials, size, per_day, seed, "virtual enrolment"),
        outcomes.response_day[rows],
        outcomes.settled_day[rows],
    )
    courses = carried_out(protocol, plan, trials_drawn, member)
    truths = outcomes.response_rates(plan.within)
    is_open = isinstance(plan.rule, FirstStageRule)
    return characteristics(
        name,
        courses,
        success_name=(Verdict.continues if is_open else Verdict.promising).value,
        early_name=Verdict.stopped.value,
        truth_name="response rate",
        truths=truths,
        textbook=_textbook(plan, float(truths.mean())),
        curve=tuple(
            (rate, exact(plan.rule, rate)[0]) for rate in np.linspace(0.0, 1.0, CURVE_RATES).tolist()
        ),
    )


def carried_out(protocol: Protocol, plan: SingleArmPlan, drawn: DrawnTrials, member: Array) -> Courses:
    """The courses of trials under the rule. Shape: member (trial,)."""
    rule = plan.rule
    trials = len(drawn.arrival)
    is_there = responds_within(drawn.response_day, plan.within)
    if isinstance(rule, OneLookRule):
        end = _cut_off(protocol, drawn.arrival, np.zeros(trials))
        total = _seen(drawn.response_day, is_there, drawn.arrival, end)
        number = np.where(total > rule.r, _NUMBER[Verdict.promising], _NUMBER[Verdict.not_promising])
        return _courses(number, np.full(trials, rule.n), end, member)
    read = _first_reading(protocol, plan, drawn, rule.n1)
    first = _seen(drawn.response_day[:, : rule.n1], is_there[:, : rule.n1], drawn.arrival[:, : rule.n1], read)
    is_stopped = first <= rule.r1
    if isinstance(rule, FirstStageRule):
        number = np.where(is_stopped, _NUMBER[Verdict.stopped], _NUMBER[Verdict.continues])
        return _courses(number, np.full(trials, rule.n1), read, member)
    arrival, waited = drawn.arrival, np.zeros(trials)
    enrolled = (arrival <= read[:, None]).sum(axis=1)
    if plan.pauses:
        waited = read - arrival[:, rule.n1 - 1]
        arrival = np.where(np.arange(rule.n) < rule.n1, arrival, arrival + waited[:, None])
        enrolled = np.full(trials, rule.n1)
    end = _cut_off(protocol, arrival, waited)
    total = _seen(drawn.response_day, is_there, arrival, end)
    number = np.where(total > rule.r, _NUMBER[Verdict.promising], _NUMBER[Verdict.not_promising])
    number = np.where(is_stopped, _NUMBER[Verdict.stopped], number)
    patients = np.where(is_stopped, enrolled, rule.n)
    return _courses(number, patients, np.where(is_stopped, read, end), member)


def _first_reading(protocol: Protocol, plan: SingleArmPlan, drawn: DrawnTrials, n1: int) -> Array:
    """The day on which the first stage is read. Shape: returns (trial,)."""
    arrival = drawn.arrival[:, :n1]
    settled = arrival + np.minimum(drawn.settled_day[:, :n1], plan.within)
    latest = _cut_off(protocol, arrival, np.zeros(len(arrival)))
    return np.asarray(np.minimum(settled.max(axis=1), latest))


def _cut_off(protocol: Protocol, arrival: Array, waited: Array) -> Array:
    """The day of the data cut-off, put off by what was waited. Shape: returns (trial,)."""
    last = arrival[:, -1]
    if protocol.data_cut_off is not None:
        return np.maximum(protocol.data_cut_off.days + waited, last)
    return np.asarray(last + protocol.cut_off_days(0.0))


def _seen(response_day: Array, is_there: Array, arrival: Array, day: Array) -> Array:
    """Responses seen by a day of the calendar. Shape: returns (trial,)."""
    return np.asarray((is_there & (arrival + response_day <= day[:, None] + 1e-6)).sum(axis=1))


def _courses(number: Array, patients: Array, days: Array, member: Array) -> Courses:
    is_success = (number == _NUMBER[Verdict.promising]) | (number == _NUMBER[Verdict.continues])
    words = tuple(verdict.value for verdict in ENDS)
    return Courses(words, number, is_success, number == _NUMBER[Verdict.stopped], patients, days, member)


def exact(rule: SingleArmRule, rate: float) -> tuple[float, float, float]:
    """Chances of success and of an early stop, and the patients expected, at one true response rate."""
    from scipy.stats import binom

    if isinstance(rule, TwoStageRule):
        found = operating_characteristics(rule, rate)
        return found.promising_probability, found.early_stop_probability, found.expected_patients
    if isinstance(rule, FirstStageRule):
        stop = float(binom.cdf(rule.r1, rule.n1, rate))
        return 1.0 - stop, stop, float(rule.n1)
    return float(binom.sf(rule.r, rule.n, rate)), 0.0, float(rule.n)


def _textbook(plan: SingleArmPlan, mean_rate: float) -> tuple[Textbook, ...]:
    """The rule at fixed rates: the model's average, then p0 and p1 where the protocol names them."""
    named = [("the model's average response rate", mean_rate)]
    named += zip(("p0", "p1"), plan.rates, strict=False)
    found = []
    for name, rate in named:
        success, early, patients = exact(plan.rule, rate)
        found.append(Textbook(f"{name}, {100 * rate:.1f} %, for everybody", success, early, patients))
    return tuple(found)
