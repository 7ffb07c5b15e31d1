"""What a design's rule says of the trial at hand: the patients that were simulated, as they were enrolled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from trialkine.design.two_stage import Verdict
from trialkine.operating.comparisons import compared
from trialkine.operating.dose_escalation import (
    NONE_SELECTED,
    Escalation,
    escalated,
    limiting_toxicities,
    most_needed,
    patients_needed,
    used_up,
)
from trialkine.operating.draws import arrival_days
from trialkine.operating.plans import (
    OneLookRule,
    RandomisedPlan,
    SingleArmPlan,
    dose_rule,
    randomised_plan,
    single_arm_plan,
)
from trialkine.operating.pool import PoolSize, pool_protocol, simulated_pool
from trialkine.operating.pool_outcomes import arm_outcomes, dose_outcomes, responds_within
from trialkine.operating.randomised import joined
from trialkine.records import DAYS_PER_MONTH

if TYPE_CHECKING:
    from trialkine.trial.design_parts import DoseFinding
    from trialkine.trial.result import TrialResult

Array = np.ndarray[Any, np.dtype[Any]]
NOT_COMPLETE = "not complete"


@dataclass(frozen=True)
class RuleVerdict:
    """What the rule says of one arm or comparison: in the first trial, and how often over its repetitions.

    `detail` holds the counts that the first trial's verdict rests on, in words.
    """

    name: str
    verdict: str
    detail: str
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class DesignVerdicts:
    """The verdicts of one design, with its rule in words."""

    rule_name: str
    rule_words: str
    found: tuple[RuleVerdict, ...]


def design_verdicts(result: TrialResult) -> DesignVerdicts | None:
    """The verdicts of designs with one look, of randomised ones and of dose escalations; None for others.

    A dose escalation is conducted anew, for as long as toxicity is watched: its patients get the dose that
    the rule gives them, and come in the order of their numbers.
    Raises: InputError, when no rule answers what the design asks for, or an escalation uses up its patients.
    """
    design = result.protocol.design
    plan = single_arm_plan(design)
    if plan is not None:
        if not isinstance(plan.rule, OneLookRule):
            return None
        return DesignVerdicts(plan.name, plan.words, tuple(_one_look(result, plan, plan.rule)))
    if design is None:
        return None
    if design.randomised is not None:
        compares = randomised_plan(design.randomised)
        return DesignVerdicts(compares.name, compares.words, (_comparison(result, compares),))
    assert design.dose_finding is not None  # the protocol checks that exactly one rule is given
    return _escalation(result, design.dose_finding)


def responses_in_order(result: TrialResult, arm: str, within: float) -> list[Array]:
    """Whether each evaluable patient responded within so many days, in the order of enrolment, by trial."""
    outcomes = arm_outcomes(result, arm)
    has = responds_within(outcomes.response_day, within)
    order = np.argsort(_arrival(result, arm), axis=1, kind="stable")
    return [row[turn][usable[turn]] for row, turn, usable in zip(has, order, outcomes.is_usable, strict=True)]


def _one_look(result: TrialResult, plan: SingleArmPlan, rule: OneLookRule) -> Iterator[RuleVerdict]:
    treated = {arm.name for arm in result.protocol.arms if arm.treatment}
    for arm in (name for name in result.arms if name in treated):
        seen = [row[: rule.n] for row in responses_in_order(result, arm, plan.within)]
        verdicts = [_judged(rule, row) for row in seen]
        yield _verdict(arm, verdicts, f"{int(seen[0].sum())} of {len(seen[0])}")


def _judged(rule: OneLookRule, is_response: Array) -> str:
    if len(is_response) < rule.n:
        return NOT_COMPLETE
    is_promising = int(is_response.sum()) > rule.r
    return str((Verdict.promising if is_promising else Verdict.not_promising).value)


def _comparison(result: TrialResult, plan: RandomisedPlan) -> RuleVerdict:
    names = plan.stated.experimental, plan.stated.control
    pools = arm_outcomes(result, names[0]), arm_outcomes(result, names[1])
    arrival = np.concatenate([_arrival(result, name) for name in names], axis=1)
    order = np.argsort(arrival, axis=1, kind="stable")
    everybody = slice(None)
    in_order = np.take_along_axis(arrival, order, axis=1)
    patients = joined(plan, pools, (everybody, everybody), in_order, order)
    courses = compared(result.protocol, plan, patients, np.arange(len(arrival)))
    months = courses.days[0] / DAYS_PER_MONTH
    detail = f"{int(courses.patients[0])} patients, after {months:.1f} months"
    return _verdict(f"{names[0]} against {names[1]}", [courses.ends[end] for end in courses.end], detail)


def _escalation(result: TrialResult, asked: DoseFinding) -> DesignVerdicts:
    limiting = asked.dose_limiting
    found = _escalated_at_hand(result, asked)
    end = NONE_SELECTED if found.selected is None else f"selects {asked.doses[found.selected]}"
    seen = zip(asked.doses, found.tally.toxicities, found.tally.patients, strict=True)
    detail = ", ".join(f"{toxic} of {treated} at {name}" for name, toxic, treated in seen if treated)
    words = f"dose-limiting: grade {limiting.grade} or worse within {limiting.within}"
    name = f"{asked.rule} over {len(asked.doses)} doses"
    return DesignVerdicts("its dose escalation", words, (_verdict(name, [end], f"toxic {detail}"),))


def _escalated_at_hand(result: TrialResult, asked: DoseFinding) -> Escalation:
    """The course of the escalation; where many must be replaced, more patients are simulated after the first.

    Raises: InputError, when they are too many.
    """
    rule, limiting, seed = dose_rule(asked), asked.dose_limiting, result.seed
    protocol = pool_protocol(result.protocol, asked.doses, limiting.within)
    counted = limiting_toxicities(limiting)
    per_day = result.protocol.enrolment.per_month / DAYS_PER_MONTH
    for size in (patients_needed(asked), most_needed(asked)):
        conducted = simulated_pool(
            protocol,
            PoolSize(1, size),
            seed=seed,
            jobs=None,
            progress=lambda done, message: None,
            ensemble=None,
        )
        pools = [dose_outcomes(conducted, name, limiting.grade, counted) for name in asked.doses]
        gaps = np.diff(arrival_days(1, size, per_day, seed, "enrolment"), axis=1, prepend=0.0)[0]
        usable = np.flatnonzero(np.logical_and.reduce([pool.is_usable[0] for pool in pools]))
        found = escalated(rule, pools, 0, usable, gaps, limiting.within.days)
        if found is not None:
            return found
    raise used_up(asked, pools, len(usable))


def _arrival(result: TrialResult, arm: str) -> Array:
    """The day on which each patient was enrolled. Units: returns [day]. Shape: returns (trial, patient)."""
    rows = result.patients.filter(pl.col("arm") == arm).sort("trial", "patient")
    days = rows["enrolled_month"].to_numpy() * DAYS_PER_MONTH
    return np.asarray(days).reshape(rows["trial"].n_unique(), -1)


def _verdict(name: str, verdicts: Sequence[str], detail: str) -> RuleVerdict:
    counts = Counter(verdicts)
    return RuleVerdict(name, verdicts[0], detail, tuple(counts.most_common()))
