"""The looks of a comparison under constant hazards: which are held, how likely that is, and their bounds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import binom

from operating_samples import protocol
from trialkine.operating.plans import randomised_plan
from trialkine.operating.proportional import (
    chance_of_success,
    constant_hazards,
    held_looks,
    proportional_textbook,
)
from trialkine.operating.randomised import two_arms

MONTHLY = 0.08
ENROLMENT = {"patients": 60, "per_month": 5}


def trial_of(ratio: float, follow_up: str = "6 months", **asked: object):
    design = {"experimental": "A", "control": "B", "endpoint": "overall survival", **asked}
    file = protocol({"randomised": design}, patients=60, enrolment=ENROLMENT, follow_up=follow_up)
    assert file.design is not None
    assert file.design.randomised is not None
    plan = randomised_plan(file.design.randomised)
    return plan, constant_hazards(file, two_arms(file, plan), ratio, MONTHLY)


def test_how_likely_looks_are_held_is_how_likely_their_events_come() -> None:
    plan, trial = trial_of(1.0, events=80, looks=[0.6, 1])
    held = list(held_looks(plan, trial))
    # One hazard in both arms: the events by the cut-off are binomial among all 120 patients.
    rate = trial.events_at_cut_off() / 120
    wanted = [binom.cdf(47, 120, rate), binom.cdf(79, 120, rate) - binom.cdf(47, 120, rate)]
    by_looks = {looks.numbers: looks.chance for looks in held if looks.is_at_cut_off}
    assert by_looks[(1,)] == pytest.approx(wanted[0], abs=1e-5)
    assert by_looks[(0, 1)] == pytest.approx(wanted[1], abs=1e-5)
    assert sum(looks.chance for looks in held) == pytest.approx(1.0)
    assert np.dot([one.chance for one in held], [one.events[-1] for one in held]) == pytest.approx(
        trial.events_at_cut_off(), abs=0.3
    )


def test_a_last_look_that_is_held_alone_has_the_bound_it_was_planned_with() -> None:
    plan, trial = trial_of(0.4, "1 month", events=110, looks=[0.6, 1], spending="pocock")
    (alone,) = held_looks(plan, trial)
    assert alone.numbers == (1,)
    drift = -math.log(0.4) * math.sqrt(0.25 * trial.events_at_cut_off())
    found = proportional_textbook(plan, trial, "")
    assert found.success == pytest.approx(ndtr(drift - plan.bounds.efficacy[1]), abs=0.001)
    assert (found.early, found.patients) == (0.0, pytest.approx(120.0))
    assert found.months == pytest.approx(trial.cut_off)
    assert chance_of_success(plan, trial) == pytest.approx(found.success)


def test_looks_that_are_all_held_have_the_chances_of_the_plan() -> None:
    plan, trial = trial_of(1.0, "60 months", events=60, looks=[0.5, 1])
    (every,) = held_looks(plan, trial)
    assert (every.numbers, every.events, every.is_at_cut_off) == ((0, 1), (30.0, 60.0), False)
    assert proportional_textbook(plan, trial, "").success == pytest.approx(0.025, abs=1e-6)
