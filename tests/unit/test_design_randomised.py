import numpy as np
import pytest

from trialkine.design.accrual import (
    AccrualPlan,
    event_probability,
    expected_events,
    logrank_sample_size,
    time_of_events,
)
from trialkine.design.group_sequential import fixed_drift
from trialkine.design.proportional_hazards import (
    drift_of_events,
    events_for_drift,
    logrank_power,
    schoenfeld_events,
)
from trialkine.design.two_proportions import (
    FisherExact,
    PooledNormal,
    largest_type_one_error,
    normal_response_size,
    response_power,
    response_sample_size,
)
from trialkine.errors import InputError
from trialkine.statistics.survival_curves import PiecewiseExponential, exponential


def test_events_grow_with_imbalance_and_are_the_same_for_a_ratio_and_its_inverse():
    even = schoenfeld_events(0.7, 0.025, 0.8)
    assert schoenfeld_events(0.7, 0.025, 0.8, treated_share=2 / 3) == pytest.approx(even * 9 / 8)
    assert schoenfeld_events(1 / 0.7, 0.025, 0.8) == pytest.approx(even)


def test_power_of_the_events_for_a_power_is_that_power():
    for share in (0.5, 0.6):
        events = schoenfeld_events(0.75, 0.025, 0.9, share)
        assert logrank_power(0.75, events, 0.025, share) == pytest.approx(0.9, abs=1e-12)
        assert drift_of_events(0.75, events, share) == pytest.approx(fixed_drift(0.025, 0.9))
        assert events_for_drift(0.75, fixed_drift(0.025, 0.9), share) == pytest.approx(events)


def test_a_harmful_treatment_is_claimed_less_often_than_alpha():
    assert logrank_power(1.3, 200.0, 0.025) < 0.025 < logrank_power(0.9, 200.0, 0.025)


@pytest.mark.parametrize("ratio", [0.0, 1.0, -0.5, float("inf")])
def test_ratios_without_a_sample_size_are_refused(ratio):
    with pytest.raises(InputError, match="Hazard ratio"):
        schoenfeld_events(ratio, 0.025, 0.8)


def test_impossible_shares_and_events_are_refused():
    with pytest.raises(InputError, match="Treated share"):
        schoenfeld_events(0.7, 0.025, 0.8, treated_share=1.0)
    with pytest.raises(InputError, match="events are impossible"):
        logrank_power(0.7, -1.0, 0.025)
    with pytest.raises(InputError, match="alpha < power"):
        schoenfeld_events(0.7, 0.9, 0.8)


def test_with_everyone_followed_for_ever_every_patient_has_the_event():
    plan = AccrualPlan(accrual=1.0, follow_up=1e5)
    assert event_probability(exponential(10.0), plan) == pytest.approx(1.0)
    cured = PiecewiseExponential((0.0, 5.0), (0.1, 0.0))
    assert event_probability(cured, plan) == pytest.approx(1 - np.exp(-0.5), rel=1e-4)


def test_the_chance_of_an_event_without_pieces_is_the_textbook_one():
    """One minus the mean of exp(-hazard x follow-up) over even accrual."""
    rate = np.log(2) / 10
    mean = (np.exp(-rate * 6) - np.exp(-rate * 18)) / (12 * rate)
    found = event_probability(exponential(10.0), AccrualPlan(accrual=12.0, follow_up=6.0))
    assert found == pytest.approx(1 - mean, rel=1e-12)


def test_pieces_of_one_hazard_are_one_piece():
    plan = AccrualPlan(12.0, 6.0, 0.02)
    one, two = PiecewiseExponential((0.0,), (0.08,)), PiecewiseExponential((0.0, 7.0, 9.0), (0.08,) * 3)
    assert event_probability(two, plan) == pytest.approx(event_probability(one, plan), rel=1e-12)


def test_a_tiny_hazard_does_not_lose_its_digits():
    plan = AccrualPlan(12.0, 6.0)
    rates = [event_probability(PiecewiseExponential((0.0,), (hazard,)), plan) for hazard in (1e-9, 1e-6)]
    assert rates[0] == pytest.approx(1e-9 * 12.0, rel=1e-6)  # hazard times mean follow-up
    assert rates[1] == pytest.approx(1e-6 * 12.0, rel=1e-4)


def test_impossible_plans_are_refused():
    for arguments in ((0.0, 12.0), (12.0, -1.0), (12.0, 12.0, -0.1), (12.0, 12.0, 0.0, 1.0)):
        with pytest.raises(InputError):
            AccrualPlan(*arguments)
    immortal = PiecewiseExponential((0.0,), (0.0,))
    with pytest.raises(InputError, match="No patient can have an event"):
        logrank_sample_size(immortal, 0.7, AccrualPlan(12.0, 12.0), 0.025, 0.8)
    control = PiecewiseExponential((0.0, 5.0), (0.1, 0.0))
    with pytest.raises(InputError, match="never come"):
        time_of_events(control, control, AccrualPlan(12.0, 0.0), 100, 50.0)
    with pytest.raises(InputError, match="patients are impossible"):
        expected_events(control, control, AccrualPlan(12.0, 0.0), 0)


def test_fisher_never_exceeds_alpha_and_the_normal_test_may():
    sizes = [(10, 10), (15, 30), (60, 60)]
    assert all(largest_type_one_error(FisherExact(), *size, 0.05) <= 0.05 for size in sizes)
    assert any(largest_type_one_error(PooledNormal(), *size, 0.05) > 0.05 for size in sizes)


def test_power_without_a_difference_is_below_power_with_one():
    for test in (FisherExact(), PooledNormal()):
        null, some = (response_power(test, 0.2, rate, 40, 40, 0.025) for rate in (0.2, 0.5))
        assert null < 0.04 < some


def test_equal_ratio_sizes_follow_the_textbook_formula():
    average = 0.3
    expected = (
        1.959963984540054 * np.sqrt(2 * average * (1 - average))
        + 0.8416212335729143 * np.sqrt(0.2 * 0.8 + 0.4 * 0.6)
    ) ** 2 / 0.2**2
    assert normal_response_size(0.2, 0.4, 0.025, 0.8) == pytest.approx(expected, rel=1e-10)


def test_impossible_rates_and_sizes_are_refused():
    with pytest.raises(InputError, match="0 < control < treated < 1"):
        response_sample_size(FisherExact(), 0.4, 0.2, 0.025, 0.8)
    with pytest.raises(InputError, match="Widen the difference"):
        response_sample_size(FisherExact(), 0.4, 0.41, 0.025, 0.99)
    with pytest.raises(InputError, match="out of range"):
        response_power(FisherExact(), 0.2, 0.4, 0, 10, 0.025)
    with pytest.raises(InputError, match="not fractions"):
        response_power(FisherExact(), 0.2, 1.4, 10, 10, 0.025)
    with pytest.raises(InputError, match="have no size"):
        normal_response_size(0.2, 0.2, 0.025, 0.8)
    with pytest.raises(InputError, match="out of range"):
        response_sample_size(FisherExact(), 0.2, 0.4, 0.025, 0.8, treated_per_control=0.0)
