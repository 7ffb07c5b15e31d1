import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, kstest, norm

from trialkine.validation.scores import crps, predictive, randomised_pit, reporting_step
from trialkine.validation.weighted_sample import weighted_sample

DRAWS = st.lists(st.tuples(st.floats(0, 50), st.integers(1, 5)), min_size=1, max_size=30)


def crps_of_normal(value, mean, deviation):
    """The closed form of a normal distribution's score."""
    place = (value - mean) / deviation
    return deviation * (place * (2 * norm.cdf(place) - 1) + 2 * norm.pdf(place) - 1 / math.sqrt(math.pi))


@pytest.mark.parametrize("value", [-3.0, 0.5, 1.0, 2.2, 9.0])
def test_crps_of_a_normal_sample_is_the_closed_form(value):
    # quantiles at the midpoints of 20,000 equal steps stand for the distribution to about 1e-4
    draws = norm.ppf((np.arange(20_000) + 0.5) / 20_000, 1.0, 2.0)
    assert crps(weighted_sample(draws), value) == pytest.approx(crps_of_normal(value, 1.0, 2.0), abs=1e-3)


def test_crps_of_weights_that_make_a_sample_of_another_kind_is_the_closed_form():
    draws = np.linspace(-9.0, 11.0, 8001)
    sample = weighted_sample(draws, norm.pdf(draws, 1.0, 2.0))
    assert crps(sample, 2.2) == pytest.approx(crps_of_normal(2.2, 1.0, 2.0), abs=1e-4)  # even grid


@given(DRAWS, st.floats(0, 50))
def test_crps_is_the_mean_distance_less_half_the_mean_spread(draws, value):
    values, weights = (np.array(column, dtype=float) for column in zip(*draws, strict=True))
    share = weights / weights.sum()
    spread = share @ np.abs(values[:, None] - values[None, :]) @ share
    expected = share @ np.abs(values - value) - 0.5 * spread
    assert crps(weighted_sample(values, weights), value) == pytest.approx(expected, abs=1e-9)


@given(DRAWS)
def test_no_other_prediction_beats_the_distribution_itself_in_expectation(draws):
    values, weights = (np.array(column, dtype=float) for column in zip(*draws, strict=True))
    honest, share = weighted_sample(values, weights), weights / weights.sum()
    other = weighted_sample(values + 1.0, weights)
    means = [share @ [crps(sample, value) for value in values] for sample in (honest, other)]
    assert means[0] <= means[1] + 1e-9


def test_crps_of_one_draw_is_its_distance():
    assert crps(weighted_sample([3.0]), 5.5) == 2.5


def test_times_beyond_the_horizon_are_not_told_apart():
    # Half at 10, half not reached; 20 reported. Between 10 and 20 the score is 1/4, from 20 to 30 again.
    sample = weighted_sample([10.0, math.inf])
    assert crps(sample, 20.0, horizon=30.0) == pytest.approx(5.0)
    assert crps(sample, 50.0, horizon=30.0) == crps(sample, math.inf, horizon=30.0)
    assert crps(sample, 20.0) == math.inf


def test_pit_of_a_continuous_value_is_the_share_below_it():
    assert randomised_pit(weighted_sample([1.0, 2.0, 3.0, 4.0], [1, 1, 1, 3]), 2.5) == pytest.approx(2 / 6)


def test_pit_splits_ties_at_random_but_the_same_way_each_time():
    sample = weighted_sample([0.0, 0.0, 0.0, 0.1])
    found = {randomised_pit(sample, 0.0, 0.1, key=f"row {place}") for place in range(50)}
    assert len(found) == 50
    assert all(0.0 < pit < 0.75 for pit in found)
    assert randomised_pit(sample, 0.0, 0.1, "row 7") == randomised_pit(sample, 0.0, 0.1, "row 7")


def test_pit_of_calibrated_discrete_predictions_is_uniform():
    random = np.random.Generator(np.random.PCG64(11))
    pits = []
    for place in range(400):
        rate = random.beta(2.0, 8.0)
        masses = binom.pmf(np.arange(21), 20, rate)
        sample = weighted_sample(np.arange(21) / 20, masses)
        pits.append(randomised_pit(sample, random.binomial(20, rate) / 20, 1 / 20, f"trial {place}"))
    assert kstest(pits, "uniform").pvalue > 0.01  # a fixed seed: fails only if the numbers change


def test_a_rate_printed_in_percent_ties_with_its_count():
    # 43 of 270 are 15.93 %, printed as 16 %
    found = predictive([43 / 270] * 10, None, 0.16, 270, metric="orr", key="a")
    assert 0.0 < found.pit < 1.0
    assert found.contains(0.16, 0.95)
    assert not found.contains(44 / 270, 0.95)


def test_steps_of_reports_are_a_patient_or_a_tenth_of_a_month():
    assert reporting_step("os_rate_12m", 40) == 1 / 40
    assert reporting_step("orr", None) == 0.01
    assert reporting_step("ttp_median_months", 40) == 0.1
    assert reporting_step("doses_given_mean", 40) == 0.0


def test_medians_not_reached_are_later_than_all_others():
    found = predictive([8.0, 9.0, np.nan, np.nan], None, 9.5, 30, metric="os_median_months", horizon=24.0)
    assert found.median == math.inf
    assert found.intervals[0.50] == (8.0, math.inf)
    assert found.pit == 0.5
    assert found.crps is not None
    without = predictive([8.0, np.nan], None, 9.5, 30, metric="os_median_months")
    assert without.crps is None
    assert without.log_score is not None


def test_trials_without_a_fraction_are_left_out():
    found = predictive([0.2, np.nan, 0.4, 0.3], None, 0.3, 10, metric="os_rate_24m")
    assert found.median == pytest.approx(0.3)


def test_a_lower_bound_has_a_log_score_alone():
    found = predictive([5.0, 10.0, 15.0, 20.0], None, 12.0, 30, metric="os_median_months", at_least=True)
    assert (found.crps, found.pit) == (None, None)
    assert found.log_score == pytest.approx(math.log(2.5 / 5.0))  # 2 of 4 above, half a draw on either side


def test_other_numbers_have_intervals_and_crps_but_no_log_score():
    found = predictive([10.0, 12.0, 14.0], None, 12.0, 30, metric="doses_given_mean")
    assert found.log_score is None
    assert found.crps == pytest.approx(4 / 9)  # 2/3 * 2 - (8 * 2 / 9) / 2
    assert found.median == 12.0
