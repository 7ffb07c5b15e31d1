import math

import numpy as np
import pytest

from trialkine.design.alpha_spending import ObrienFlemingSpending, PocockSpending
from trialkine.design.boundary_crossing import crossing_probabilities
from trialkine.design.futility import with_futility
from trialkine.design.group_sequential import (
    alpha_spending_design,
    drift_for_power,
    fixed_drift,
    inflation_factor,
    look_probabilities,
    obrien_fleming,
    pocock,
)
from trialkine.errors import InputError

UNEVEN = (0.3, 0.55, 0.8, 1.0)
DESIGNS = [
    obrien_fleming(UNEVEN, 0.025),
    pocock(UNEVEN, 0.025),
    alpha_spending_design(UNEVEN, 0.025, ObrienFlemingSpending()),
    alpha_spending_design(UNEVEN, 0.025, PocockSpending()),
]


@pytest.mark.parametrize("design", DESIGNS)
def test_without_an_effect_a_design_claims_one_as_often_as_alpha_says(design):
    assert look_probabilities(design, 0.0).power == pytest.approx(0.025, abs=1e-9)


@pytest.mark.parametrize("design", DESIGNS)
def test_every_trial_ends_once(design):
    found = look_probabilities(design, 1.7)
    assert sum(found.efficacy) + sum(found.futility) == pytest.approx(1.0, abs=1e-12)
    assert found.futility[:-1] == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("design", DESIGNS)
def test_the_drift_for_a_power_gives_that_power_and_looks_cost_information(design):
    drift = drift_for_power(design, 0.9)
    found = look_probabilities(design, drift)
    assert found.power == pytest.approx(0.9, abs=1e-8)
    assert inflation_factor(design, 0.9) == pytest.approx((drift / fixed_drift(0.025, 0.9)) ** 2)
    assert 1.0 < inflation_factor(design, 0.9) < 1.3
    assert found.expected_information < 1.0 / inflation_factor(design, 0.9)  # but save patients on average


@pytest.mark.parametrize(
    "design",
    [
        obrien_fleming([1.0], 0.025),
        pocock([1.0], 0.025),
        alpha_spending_design([1.0], 0.025, PocockSpending()),
    ],
)
def test_one_look_is_the_fixed_test(design):
    assert design.efficacy == pytest.approx((1.959963984540054,), abs=1e-9)
    assert design.nominal_levels == pytest.approx((0.025,), abs=1e-10)
    assert inflation_factor(design, 0.8) == pytest.approx(1.0, abs=1e-8)


def test_a_spending_bound_depends_on_earlier_looks_alone():
    for spending in (ObrienFlemingSpending(), PocockSpending()):
        first = alpha_spending_design((0.3, 0.55, 1.0), 0.025, spending)
        second = alpha_spending_design(UNEVEN, 0.025, spending)
        assert first.efficacy[:2] == second.efficacy[:2]


def test_spending_ends_with_everything_spent():
    for spending in (ObrienFlemingSpending(), PocockSpending()):
        increments = spending.increments(UNEVEN, 0.025)
        assert (increments > 0).all()
        assert increments.sum() == pytest.approx(0.025, rel=1e-12)


def test_a_look_too_early_to_spend_anything_has_no_bound():
    design = alpha_spending_design((0.01, 1.0), 0.025, ObrienFlemingSpending())
    assert design.efficacy[0] == math.inf
    assert design.efficacy[1] == pytest.approx(1.959963984540054, abs=1e-9)


def test_many_looks_sum_to_one():
    looks = np.arange(1, 51) / 50
    found = crossing_probabilities(looks, np.full(50, -2.0), np.full(50, 2.0), 0.5)
    wide = crossing_probabilities(looks, np.full(50, -2.0), np.full(50, np.inf), 0.5)
    assert 0.0 < found.above.sum() + found.below.sum() < 1.0
    assert wide.below.sum() > found.below.sum()


def test_futility_bounds_may_be_ignored_and_cost_some_power_when_obeyed():
    plain = alpha_spending_design(UNEVEN, 0.025, ObrienFlemingSpending())
    found = with_futility(plain, 0.9, PocockSpending())
    assert found.design.efficacy == plain.efficacy
    assert found.design.futility[-1] == plain.efficacy[-1]
    assert found.drift > drift_for_power(plain, 0.9)
    under_effect = look_probabilities(found.design, found.drift)
    assert under_effect.power == pytest.approx(0.9, abs=1e-7)
    assert np.cumsum(under_effect.futility) == pytest.approx(
        PocockSpending().spent(np.array(UNEVEN), 0.1), abs=1e-7
    )
    without_effect = look_probabilities(found.design, 0.0)
    assert without_effect.power < 0.025
    assert without_effect.expected_information < look_probabilities(plain, 0.0).expected_information


@pytest.mark.parametrize(
    "information", [(), (0.5, 0.5, 1.0), (0.0, 1.0), (0.5, 1.2), (0.5, 0.4, 1.0), (0.5, float("nan"))]
)
def test_information_that_does_not_grow_is_refused(information):
    for design in (obrien_fleming, pocock):
        with pytest.raises(InputError, match="fraction"):
            design(information, 0.025)


def test_information_that_does_not_end_at_one_is_refused():
    with pytest.raises(InputError, match="Let the last fraction be 1"):
        alpha_spending_design((0.3, 0.6), 0.025, PocockSpending())


@pytest.mark.parametrize("alpha", [0.0, 1.0, -0.1])
def test_impossible_error_rates_are_refused(alpha):
    with pytest.raises(InputError, match=r"Write 0\.025"):
        pocock(UNEVEN, alpha)
    with pytest.raises(InputError, match=r"Write 0\.025"):
        alpha_spending_design(UNEVEN, alpha, PocockSpending())


def test_impossible_powers_bounds_and_drifts_are_refused():
    design = DESIGNS[0]
    for power in (0.02, 1.0):
        with pytest.raises(InputError, match="alpha < power < 1"):
            drift_for_power(design, power)
    with pytest.raises(InputError, match="low <= high"):
        crossing_probabilities((0.5, 1.0), (1.0, 1.0), (0.5, 2.0), 0.0)
    with pytest.raises(InputError, match="one of each per look"):
        crossing_probabilities((0.5, 1.0), (1.0,), (0.5, 2.0), 0.0)
    with pytest.raises(InputError, match="not a number"):
        look_probabilities(design, math.nan)
