"""A randomised design in virtual trials of known hazards and rates, beside theory."""

from __future__ import annotations

import math

import numpy as np
import pytest

from operating_samples import bernoulli_pool, exponential_pool, protocol
from trialkine.design.two_proportions import FisherExact, response_power
from trialkine.operating.plans import randomised_plan
from trialkine.operating.randomised import in_turn, randomised_characteristics, two_arms
from trialkine.records import DAYS_PER_MONTH

HAZARD = math.log(2.0) / (9.0 * DAYS_PER_MONTH)  # a median of nine months


def found(design: dict, pools, trials: int, patients: int = 40, **changes: object):
    randomised = {"experimental": "A", "control": "B", **design}
    file = protocol({"randomised": randomised}, patients=patients, **changes)
    assert file.design is not None
    assert file.design.randomised is not None
    plan = randomised_plan(file.design.randomised)
    return randomised_characteristics(file, plan, pools, trials=trials, seed=5)


def test_power_and_stops_under_proportional_hazards_are_near_those_of_theory() -> None:
    design = {"endpoint": "overall survival", "events": 50, "looks": [0.5, 1], "spending": "pocock"}
    pools = tuple(exponential_pool(HAZARD * ratio, 40, 400, seed) for ratio, seed in ((0.45, 1), (1.0, 2)))
    one = found({**design, "assumed": {"hazard_ratio": 0.45, "control_median": "9 months"}}, pools, 400)
    assumed = one.textbook[1]
    # Theory is asymptotic in the events, of which there are 50; 4 binomial errors of 400 trials are 0.08.
    assert one.success.mean == pytest.approx(assumed.success, abs=0.09)
    assert one.early.mean == pytest.approx(assumed.early, abs=0.11)
    assert one.months.mean == pytest.approx(assumed.months, rel=0.08)
    assert np.mean([member.truth for member in one.members]) == pytest.approx(0.45, rel=0.05)


def test_responses_have_the_exact_power_of_fishers_test() -> None:
    pools = tuple(bernoulli_pool(np.full(100, rate), 400, seed) for rate, seed in ((0.45, 1), (0.20, 2)))
    one = found({"endpoint": "response", "test": "fisher", "alpha": 0.05}, pools, 1000)
    wanted = response_power(FisherExact(), 0.20, 0.45, 40, 40, 0.05)
    assert one.success.mean == pytest.approx(wanted, abs=4 * np.sqrt(wanted * (1 - wanted) / 1000))
    assert one.textbook[-1].success < 0.05
    assert one.patients.mean == 80


def test_arms_take_turns_in_proportion_to_their_ratio() -> None:
    file = protocol(
        {"randomised": {"experimental": "A", "control": "B", "endpoint": "overall survival"}}, patients=10
    )
    double = file.arms[0].model_copy(update={"ratio": 2.0})
    file = file.model_copy(update={"arms": (double, file.arms[1])})
    assert file.design is not None
    assert file.design.randomised is not None
    plan = randomised_plan(file.design.randomised)
    assert two_arms(file, plan).patients == (20, 10)
    assert two_arms(file, plan).share == pytest.approx(2 / 3)
    is_first = in_turn((20, 10)) < 20
    assert np.abs(np.cumsum(is_first) - np.arange(1, 31) * 2 / 3).max() <= 1.0
    pools = exponential_pool(HAZARD, 2, 60, 1), exponential_pool(HAZARD, 2, 60, 2)
    one = randomised_characteristics(file, plan, pools, trials=20, seed=1)
    assert one.patients.mean == 30


@pytest.mark.parametrize(("events", "ratio"), [(100, 0.4), (60, 0.5)], ids=["never held", "sometimes held"])
def test_looks_whose_events_do_not_come_are_left_out_of_the_textbook_as_of_the_trials(
    events: int, ratio: float
) -> None:
    design = {"endpoint": "overall survival", "events": events, "looks": [0.6, 1], "spending": "pocock"}
    assumed = {"hazard_ratio": ratio, "control_median": "9 months"}
    pools = tuple(exponential_pool(HAZARD * factor, 20, 600, seed) for factor, seed in ((ratio, 1), (1.0, 2)))
    one = found({**design, "assumed": assumed}, pools, 200, patients=60, follow_up="2 months")
    book = one.textbook[1]
    # Two hundred disjoint trials: 4 binomial errors are 0.14; theory is asymptotic in some 30 to 45 events.
    assert book.early == pytest.approx(one.early.mean, abs=0.14)
    assert book.success == pytest.approx(one.success.mean, abs=0.14)
    assert book.months == pytest.approx(one.months.mean, rel=0.05)
    if events == 100:
        assert one.early.mean == 0.0
        assert book.early < 0.005
