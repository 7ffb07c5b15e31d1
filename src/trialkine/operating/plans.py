"""A protocol's design as rules to execute: what is asked for is searched, what is stated is kept."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from trialkine.design.alpha_spending import AbstractSpending, ObrienFlemingSpending, PocockSpending
from trialkine.design.boin import Boin
from trialkine.design.crm import PowerCrm, indifference_skeleton
from trialkine.design.dose_finding import AbstractDoseRule
from trialkine.design.futility import with_futility
from trialkine.design.group_sequential import GroupSequentialDesign, alpha_spending_design
from trialkine.design.simon import simon_designs
from trialkine.design.single_stage import single_stage_designs
from trialkine.design.survival_tests import AbstractSurvivalTest, MaxComboTest, WeightedLogrankTest
from trialkine.design.three_plus_three import ThreePlusThree
from trialkine.design.two_stage import FirstStageRule, TwoStageRule
from trialkine.statistics.weighted_logrank import FlemingHarrington
from trialkine.trial.design_parts import Design, DoseFinding, Randomised, SingleStage
from trialkine.trial.words import Duration

HALF_WIDTH = 0.2  # of the target: the interval of indifference of a skeleton that is not stated


@dataclass(frozen=True)
class OneLookRule:
    """Promising with more than `r` responses among `n` patients."""

    r: int
    n: int


SingleArmRule = TwoStageRule | FirstStageRule | OneLookRule


@dataclass(frozen=True)
class SingleArmPlan:
    """A single-arm rule, and how it is carried out.

    Responses count when they were seen `within` so many days of enrolment. `rates` are p0 and p1 where the
    protocol names them. Units: within [day], infinite for no limit.
    """

    rule: SingleArmRule
    name: str
    pauses: bool
    within: float
    rates: tuple[float, ...] = ()

    @property
    def patients(self) -> int:
        """The most patients that the rule looks at."""
        return self.rule.n1 if isinstance(self.rule, FirstStageRule) else self.rule.n

    @property
    def words(self) -> str:
        """The rule as a sentence part."""
        rule = self.rule
        if isinstance(rule, OneLookRule):
            return f"promising if more than {rule.r} of {rule.n} respond"
        first = f"stop if at most {rule.r1} of the first {rule.n1} respond"
        if isinstance(rule, TwoStageRule):
            return f"{first}; promising if more than {rule.r} of {rule.n} do"
        return first


@dataclass(frozen=True)
class RandomisedPlan:
    """A comparison of two arms, with the bounds of its looks; `events` of each look are None at a cut-off."""

    stated: Randomised
    bounds: GroupSequentialDesign
    events: tuple[int, ...] | None
    test: AbstractSurvivalTest | None
    name: str

    @property
    def words(self) -> str:
        """The rule as a sentence part."""
        asked = self.stated
        by = asked.test if self.test is None else self.test.name
        level = f"{by} test at a one-sided {asked.alpha:g}"
        if self.events is None:
            return f"{level}, at the data cut-off"
        return f"{level}, at {', '.join(map(str, self.events))} events"


def single_arm_plan(design: Design | None) -> SingleArmPlan | None:
    """The rule by which each treated arm is judged; None for other designs.

    Raises: InputError, when no design answers the question.
    """
    if design is None or not design.is_single_arm:
        return None
    if design.simon is not None:
        asked = design.simon
        rule = _simon(asked.p0, asked.p1, asked.alpha, asked.power)
        name = f"Simon's optimal design for {100 * asked.p0:g} % against {100 * asked.p1:g} %"
        pauses = asked.accrual == "pauses"
        return SingleArmPlan(rule, name, pauses, _days(asked.response_within), (asked.p0, asked.p1))
    if design.single_stage is not None:
        return _single_stage_plan(design.single_stage)
    stages = design.two_stage
    assert stages is not None  # the protocol checks that exactly one rule is given
    pauses, within = stages.accrual == "pauses", _days(stages.response_within)
    if stages.total is None or stages.success_above is None:
        first = FirstStageRule(stages.stop_at_or_below, stages.first_stage)
        return SingleArmPlan(first, "the first stage of its two-stage design", pauses, within)
    whole = TwoStageRule(stages.stop_at_or_below, stages.first_stage, stages.success_above, stages.total)
    return SingleArmPlan(whole, "its two-stage design", pauses, within)


def _single_stage_plan(asked: SingleStage) -> SingleArmPlan:
    within = _days(asked.response_within)
    if asked.total is not None and asked.success_above is not None:
        rule = OneLookRule(asked.success_above, asked.total)
        return SingleArmPlan(rule, "its single-stage design", False, within)
    assert asked.p0 is not None and asked.p1 is not None  # noqa: PT018
    assert asked.alpha is not None and asked.power is not None  # noqa: PT018
    found = single_stage_designs(asked.p0, asked.p1, asked.alpha, asked.power).exact[0]
    name = f"the exact single-stage design for {100 * asked.p0:g} % against {100 * asked.p1:g} %"
    return SingleArmPlan(OneLookRule(found.r, found.n), name, False, within, (asked.p0, asked.p1))


def randomised_plan(asked: Randomised) -> RandomisedPlan:
    """Looks, bounds and the test of a randomised design.

    Raises: InputError, when its looks or errors do not fit.
    """
    spending: AbstractSpending = ObrienFlemingSpending()
    if asked.spending == "pocock":
        spending = PocockSpending()
    bounds = alpha_spending_design(asked.looks, asked.alpha, spending)
    if asked.futility_power is not None:
        bounds = with_futility(bounds, asked.futility_power, spending).design
    test: AbstractSurvivalTest | None = WeightedLogrankTest()
    if asked.test == "weighted log-rank":
        test = WeightedLogrankTest(FlemingHarrington(asked.weight[0], asked.weight[1]))
    elif asked.test == "max-combo":
        test = MaxComboTest()
    elif asked.test == "fisher":
        test = None
    looks = f" with {len(asked.looks)} looks" if len(asked.looks) > 1 else ""
    return RandomisedPlan(asked, bounds, asked.look_events, test, f"its randomised design{looks}")


def dose_rule(asked: DoseFinding) -> AbstractDoseRule:
    """The rule of a dose escalation.

    Raises: InputError, when its numbers do not fit.
    """
    doses = len(asked.doses)
    if asked.rule == "3+3":
        return ThreePlusThree(doses)
    assert asked.most_patients is not None  # the protocol asks for it
    if asked.rule == "boin":
        return Boin(doses, asked.target, asked.most_patients, asked.cohort)
    skeleton = asked.skeleton or indifference_skeleton(
        asked.target, HALF_WIDTH * asked.target, (doses - 1) // 2, doses
    )
    return PowerCrm(asked.target, tuple(skeleton), asked.most_patients, asked.cohort)


def _days(duration: Duration | None) -> float:
    return math.inf if duration is None else duration.days


@lru_cache(maxsize=64)
def _simon(p0: float, p1: float, alpha: float, power: float) -> TwoStageRule:
    return simon_designs(p0, p1, alpha, power).optimal.rule
