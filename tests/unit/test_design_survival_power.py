import numpy as np
import pytest

from trialkine.design.accrual import AccrualPlan
from trialkine.design.proportional_hazards import logrank_power
from trialkine.design.selection import correct_selection, selection_design, selection_probabilities
from trialkine.design.survival_power import (
    SurvivalScenario,
    patients_for_power,
    simulated_power,
    simulated_trial,
)
from trialkine.design.survival_tests import MaxComboTest, RestrictedMeanTest, WeightedLogrankTest
from trialkine.errors import InputError
from trialkine.statistics.survival_curves import (
    MixtureCure,
    PiecewiseExponential,
    exponential,
    with_delayed_effect,
    with_hazard_ratio,
)
from trialkine.statistics.weighted_logrank import FlemingHarrington

CONTROL = exponential(12.0)
PLAN = AccrualPlan(12.0, 24.0)
LATE = WeightedLogrankTest(FlemingHarrington(0.0, 1.0))


def powers(treated, tests, repetitions=300, patients=200):
    scenario = SurvivalScenario(CONTROL, treated, PLAN, patients)
    return [found.power.estimate for found in simulated_power(scenario, tests, 0.025, repetitions, seed=2)]


def test_log_rank_has_the_power_of_schoenfeld_under_proportional_hazards():
    treated = with_hazard_ratio(CONTROL, 0.6)
    scenario = SurvivalScenario(CONTROL, treated, PLAN, 200)
    trials = [simulated_trial(scenario, 2, n) for n in range(300)]
    events = np.mean([trial.treated_events.sum() + trial.control_events.sum() for trial in trials])
    (found,) = powers(treated, [WeightedLogrankTest()])
    assert found == pytest.approx(logrank_power(0.6, events, 0.025), abs=4 * 0.5 / np.sqrt(300))


def test_a_test_of_late_events_gains_under_a_delayed_effect_and_loses_under_none():
    plain, late = powers(with_delayed_effect(CONTROL, 0.4, 6.0), [WeightedLogrankTest(), LATE])
    assert late > plain
    plain, late = powers(with_hazard_ratio(CONTROL, 0.6), [WeightedLogrankTest(), LATE])
    assert late < plain


def test_the_combination_is_never_far_from_its_best_part():
    for treated in (with_delayed_effect(CONTROL, 0.4, 6.0), with_hazard_ratio(CONTROL, 0.6)):
        *parts, combined = powers(treated, [WeightedLogrankTest(), LATE, MaxComboTest()])
        assert combined > max(parts) - 0.10


def test_cure_is_found_by_every_test():
    cured = MixtureCure(0.4, 12.0 / np.log(2))
    assert min(powers(cured, [WeightedLogrankTest(), LATE, MaxComboTest(), RestrictedMeanTest(24.0)])) > 0.6


def test_the_same_patients_whatever_the_curves_and_never_later_with_a_lower_hazard():
    one, other = (
        simulated_trial(SurvivalScenario(CONTROL, treated, PLAN, 60), 1, 0)
        for treated in (CONTROL, with_hazard_ratio(CONTROL, 0.5))
    )
    np.testing.assert_array_equal(one.control, other.control)
    assert (other.treated >= one.treated).all()
    assert (one.treated <= PLAN.accrual + PLAN.follow_up).all()


def test_an_analysis_at_an_event_sees_just_so_many_events_of_those_who_had_entered():
    plan = AccrualPlan(24.0, 1.0, dropout_hazard=0.02)
    for wanted in (10, 60):
        scenario = SurvivalScenario(CONTROL, CONTROL, plan, 120, analysis_events=wanted)
        for repetition in range(20):
            trial = simulated_trial(scenario, 4, repetition)
            assert trial.treated_events.sum() + trial.control_events.sum() == wanted
            assert min(trial.treated.min(), trial.control.min()) >= 0.0
    early = simulated_trial(SurvivalScenario(CONTROL, CONTROL, plan, 120, analysis_events=5), 4, 0)
    assert early.treated.size + early.control.size < 120


def test_an_analysis_at_an_event_that_never_comes_is_the_planned_one():
    cured = PiecewiseExponential((0.0, 1.0), (0.05, 0.0))
    planned, never = (
        simulated_trial(SurvivalScenario(cured, cured, PLAN, 40, analysis_events=events), 1, 0)
        for events in (None, 40)
    )
    np.testing.assert_array_equal(planned.treated, never.treated)


def test_arms_follow_the_share():
    plan = AccrualPlan(12.0, 24.0, 0.05, treated_share=2 / 3)
    trial = simulated_trial(SurvivalScenario(CONTROL, CONTROL, plan, 90), 1, 0)
    assert (trial.treated.size, trial.control.size) == (60, 30)


def test_patients_for_a_power_reach_it_and_fewer_do_not():
    scenario = SurvivalScenario(CONTROL, with_hazard_ratio(CONTROL, 0.5), PLAN, 40)
    size = patients_for_power(scenario, WeightedLogrankTest(), 0.025, 0.8, 150, seed=3)
    treated = with_hazard_ratio(CONTROL, 0.5)
    enough = SurvivalScenario(CONTROL, treated, PLAN, size)
    assert simulated_power(enough, [WeightedLogrankTest()], 0.025, 150, 3)[0].power.estimate >= 0.8
    assert 60 < size < 130  # about 65 events, of whom two thirds are seen
    hopeless = SurvivalScenario(CONTROL, CONTROL, PLAN, 40)
    with pytest.raises(InputError, match="do not reach"):
        patients_for_power(hopeless, WeightedLogrankTest(), 0.025, 0.8, 20, seed=3, most=100)


def test_a_test_without_a_value_claims_nothing():
    none = ([1.0, 2.0], [0, 0], [1.0, 2.0], [0, 0])
    for test in (WeightedLogrankTest(), MaxComboTest(), RestrictedMeanTest(1.0)):
        assert test.p_value(*none) == 1.0


def test_names_tell_tests_apart():
    names = [test.name for test in (WeightedLogrankTest(), LATE, MaxComboTest(), RestrictedMeanTest(24.0))]
    assert len(set(names)) == 4
    assert names[0] == "log-rank"


def test_impossible_scenarios_are_refused():
    with pytest.raises(InputError, match="too few"):
        SurvivalScenario(CONTROL, CONTROL, PLAN, 2)
    with pytest.raises(InputError, match="analysis at event 0"):
        SurvivalScenario(CONTROL, CONTROL, PLAN, 10, analysis_events=0)
    with pytest.raises(InputError, match="leaves an arm empty"):
        SurvivalScenario(CONTROL, CONTROL, AccrualPlan(12.0, 24.0, 0.0, 0.01), 10)
    scenario = SurvivalScenario(CONTROL, CONTROL, PLAN, 10)
    with pytest.raises(InputError, match="repetitions"):
        simulated_power(scenario, [LATE], 0.025, 0, 1)
    with pytest.raises(InputError, match="Error rate"):
        simulated_power(scenario, [LATE], 0.0, 10, 1)


def test_a_larger_lead_or_fewer_arms_need_fewer_patients():
    sizes = [selection_design(0.2, lead, 3, 0.9).patients_per_arm for lead in (0.1, 0.15, 0.3)]
    assert sizes == sorted(sizes, reverse=True)
    assert selection_design(0.2, 0.15, 2, 0.9).patients_per_arm < sizes[1]


def test_impossible_selections_are_refused():
    for build in (
        lambda: selection_design(0.2, 0.15, 1, 0.9),
        lambda: selection_design(0.2, 0.15, 3, 0.2),
        lambda: selection_design(0.2, 0.9, 3, 0.9),
        lambda: selection_design(0.2, 0.001, 3, 0.999),
        lambda: correct_selection(0.2, 0.0, 3, 10),
        lambda: correct_selection(0.2, 0.1, 1, 10),
        lambda: selection_probabilities([0.2, 1.2], 10),
        lambda: selection_probabilities([0.2], 10),
        lambda: selection_probabilities([0.2, 0.3], 0),
    ):
        with pytest.raises(InputError):
            build()


def test_a_piecewise_curve_with_a_cured_end_leaves_some_without_an_event():
    cured = PiecewiseExponential((0.0, 12.0), (0.1, 0.0))
    trial = simulated_trial(SurvivalScenario(CONTROL, cured, AccrualPlan(1.0, 500.0), 400), 1, 0)
    assert trial.treated_events.mean() == pytest.approx(1 - np.exp(-1.2), abs=4 * 0.5 / np.sqrt(200))
    assert trial.control_events.all()
