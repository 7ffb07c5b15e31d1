"""Weights of least relative entropy that give a population wanted prevalences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from trialkine.errors import InputError
from trialkine.population.prevalence import (
    LEAST_EFFECTIVE_SHARE,
    Margin,
    effective_size,
    prevalence_weights,
    relative_entropy,
)

SOLVED = 1e-8  # slopes of the dual are brought below this, with room for standard units


def shares(*counts):
    """One column of a 1 for some patients and a 0 for the others, by turns."""
    return np.concatenate([np.full(count, value, dtype=float) for value, count in counts])


def test_one_margin_raises_both_groups_by_the_ratio_of_wanted_to_found():
    column = shares((1, 30), (0, 70))
    found = prevalence_weights(column[:, None], [Margin("response", 0.45)])
    np.testing.assert_allclose(found.weights[:30], 0.45 / 30, rtol=SOLVED)
    np.testing.assert_allclose(found.weights[30:], 0.55 / 70, rtol=SOLVED)
    assert found.before[0] == pytest.approx(0.3)
    assert found.after[0] == pytest.approx(0.45)
    assert found.effective_size == pytest.approx(1 / (0.45**2 / 30 + 0.55**2 / 70))
    assert abs(found.largest_miss[1]) < SOLVED


def test_a_conditional_margin_leaves_the_ratio_of_those_outside_as_it_was():
    responds = shares((1, 40), (0, 60))
    complete = np.where(responds > 0, shares((1, 10), (0, 90)), np.nan)
    margins = [Margin("response", 0.5), Margin("complete", 0.4)]
    found = prevalence_weights(np.column_stack([responds, complete]), margins)
    np.testing.assert_allclose(found.weights[:10], 0.5 * 0.4 / 10, rtol=1e-7)
    np.testing.assert_allclose(found.weights[10:40], 0.5 * 0.6 / 30, rtol=1e-7)
    np.testing.assert_allclose(found.weights[40:], 0.5 / 60, rtol=1e-7)


def test_two_margins_agree_with_a_search_over_the_one_cell_that_they_leave_free():
    counts = np.array([[30.0, 15.0], [10.0, 45.0]])  # of the first 1 and 0, by the second 1 and 0
    one, two = 0.55, 0.5
    cells = [(1, 1, 30), (1, 0, 15), (0, 1, 10), (0, 0, 45)]
    indicators = np.array([[a, b] for a, b, count in cells for _ in range(count)], dtype=float)

    def entropy(both: float) -> float:
        table = np.array([[both, one - both], [two - both, 1.0 - one - two + both]])
        return float(np.sum(table * np.log(table * counts.sum() / counts)))

    best = minimize_scalar(entropy, bounds=(one + two - 1.0 + 1e-9, two - 1e-9), options={"xatol": 1e-10})
    found = prevalence_weights(indicators, [Margin("first", one), Margin("second", two)])
    assert relative_entropy(found.weights) == pytest.approx(best.fun, abs=1e-9)
    assert found.weights[:30].sum() == pytest.approx(best.x, abs=1e-5)  # the minimum is flat


def test_the_mean_of_a_real_number_is_reached_by_an_exponential_tilt():
    age = np.linspace(30.0, 80.0, 101)
    found = prevalence_weights(age[:, None], [Margin("age", 60.0)])
    assert found.after[0] == pytest.approx(60.0)
    steps = np.diff(np.log(found.weights))
    np.testing.assert_allclose(steps, steps[0], rtol=1e-6)


def test_nobody_is_weighted_where_the_margins_are_met_already():
    column = shares((1, 25), (0, 75))[:, None]
    bounds = [Margin("more", 0.2, sense="at least"), Margin("fewer", 0.3, sense="at most")]
    for margins in ([Margin("response", 0.25)], bounds[:1], bounds[1:]):
        np.testing.assert_allclose(prevalence_weights(column, margins).weights, 0.01, rtol=1e-9)
    both = prevalence_weights(np.repeat(column, 2, axis=1), bounds)
    np.testing.assert_allclose(both.weights, 0.01, rtol=1e-9)


@pytest.mark.parametrize(("sense", "wanted"), [("at least", 0.4), ("at most", 0.1)])
def test_a_bound_that_is_broken_is_met_at_its_edge(sense, wanted):
    found = prevalence_weights(shares((1, 25), (0, 75))[:, None], [Margin("response", wanted, sense=sense)])
    assert found.after[0] == pytest.approx(wanted, abs=SOLVED)


def test_a_prevalence_of_none_takes_all_weight_from_those_who_have_it():
    found = prevalence_weights(shares((1, 5), (0, 95))[:, None], [Margin("response", 0.0)])
    assert found.weights[:5].sum() < 1e-6
    np.testing.assert_allclose(found.weights[5:], 1 / 95, rtol=1e-6)


def test_a_tolerance_is_paid_for_where_slopes_of_price_and_entropy_balance():
    column, tolerance = shares((1, 30), (0, 70)), 0.2
    found = prevalence_weights(column[:, None], [Margin("response", 0.6, tolerance)])
    mean = found.after[0]
    tilt = np.log(mean / (1 - mean)) - np.log(0.3 / 0.7)  # the slope of the entropy in the mean
    assert tilt == pytest.approx((0.6 - mean) / tolerance**2, rel=1e-6)
    assert 0.3 < mean < 0.6
    assert found.misses[0] == pytest.approx(mean - 0.6)


def test_a_tolerance_lets_contradicting_margins_stand_side_by_side():
    column = np.repeat(shares((1, 30), (0, 70))[:, None], 2, axis=1)
    with pytest.raises(InputError, match="No weights of the 100 patients meet every margin"):
        prevalence_weights(column, [Margin("one", 0.30), Margin("two", 0.34)])
    found = prevalence_weights(column, [Margin("one", 0.30, 0.03), Margin("two", 0.34, 0.03)])
    assert 0.30 < found.after[0] < 0.34


def test_weights_that_rest_on_few_patients_are_refused_with_the_margin_that_binds():
    rare = shares((1, 2), (0, 98))
    common = np.tile([1.0, 0.0], 50)
    indicators = np.column_stack([common, rare])
    with pytest.raises(InputError) as refused:
        prevalence_weights(indicators, [Margin("common", 0.55), Margin("rare", 0.6)])
    said = str(refused.value)
    assert "The margin that binds is 'rare', wanted 0.6 and 0.02 with equal weights" in said
    assert "without it the effective sample is 99%" in said
    assert "Leave it out" in said
    assert prevalence_weights(indicators[:, :1], [Margin("common", 0.55)]).effective_size > 98


def test_the_least_effective_sample_is_a_fifth_of_the_patients():
    indicators = shares((1, 1000), (0, 9000))[:, None]

    def effective(wanted):  # by hand, from weights in proportion to wanted by found
        return 1 / (wanted**2 / 1000 + (1 - wanted) ** 2 / 9000)

    accepted, refused = 0.69, 0.71
    assert effective(refused) < LEAST_EFFECTIVE_SHARE * 10_000 < effective(accepted)
    found = prevalence_weights(indicators, [Margin("response", accepted)])
    assert found.effective_size == pytest.approx(effective(accepted))
    with pytest.raises(InputError, match="less than 20% says little"):
        prevalence_weights(indicators, [Margin("response", refused)])


def test_what_nobody_shows_cannot_be_wanted():
    indicators = np.column_stack([shares((0, 50)), np.tile([1.0, 0.0], 25)])
    with pytest.raises(InputError, match=r"'response' is to be 0\.2, and the nearest is 0\b"):
        prevalence_weights(indicators, [Margin("response", 0.2), Margin("other", 0.5)])


@pytest.mark.parametrize(
    ("indicators", "margin", "advice"),
    [
        (np.ones((4, 2)), Margin("a", 0.5), "one column per margin"),
        (np.ones(4), Margin("a", 0.5), "one row per patient"),
        (np.full((4, 1), np.nan), Margin("a", 0.5), "None of the 4 patients counts in margin 'a'"),
        (np.full((4, 1), np.inf), Margin("a", 0.5), "infinite"),
        (np.ones((4, 1)), Margin("a", np.nan), "finite number"),
        (np.ones((4, 1)), Margin("a", 0.5, -0.1), "tolerance of 0 or more"),
    ],
)
def test_indicators_and_margins_that_mean_nothing_are_refused(indicators, margin, advice):
    with pytest.raises(InputError, match=advice):
        prevalence_weights(indicators, [margin])


def test_without_margins_all_patients_count_alike():
    found = prevalence_weights(np.empty((8, 0)), [])
    np.testing.assert_array_equal(found.weights, np.full(8, 1 / 8))
    assert found.largest_miss == ("", 0.0)
    assert effective_size(found.weights) == pytest.approx(8)


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 2**32 - 1),
    margins=st.integers(1, 5),
    patients=st.integers(40, 200),
    spread=st.floats(0.05, 1.0),
)
def test_margins_are_met_and_no_other_feasible_weights_are_nearer_to_equal(seed, margins, patients, spread):
    """Whatever weights are taken as the truth, their own margins are feasible, so they are an alternative."""
    random = np.random.default_rng(seed)
    indicators = (random.random((patients, margins)) < random.uniform(0.2, 0.8, margins)).astype(float)
    indicators[random.random((patients, margins)) < 0.2] = np.nan
    truth = np.exp(spread * random.normal(size=patients))
    truth /= truth.sum()
    is_in = ~np.isnan(indicators)
    wanted = truth @ np.where(is_in, indicators, 0.0) / (truth @ is_in)
    found = prevalence_weights(indicators, [Margin(f"margin {k}", p) for k, p in enumerate(wanted)])
    assert found.weights.min() >= 0.0
    assert found.weights.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(found.after, wanted, atol=1e-6)
    assert relative_entropy(found.weights) <= relative_entropy(truth) + 1e-9
