"""Error rates of tests and limits on simulated data without an effect.

The bounds are four standard errors of the simulated rate, plus what a test may truly deviate in small trials.
"""

import numpy as np
import pytest

from trialkine.design.accrual import AccrualPlan
from trialkine.design.survival_power import SurvivalScenario, simulated_power
from trialkine.design.survival_tests import MaxComboTest, RestrictedMeanTest, WeightedLogrankTest
from trialkine.randomness import uniforms
from trialkine.statistics.cure_fraction import fit_exponential_cure
from trialkine.statistics.survival_curves import MixtureCure, exponential
from trialkine.statistics.weighted_logrank import FlemingHarrington

REPETITIONS = 5000
TESTS = [
    WeightedLogrankTest(),
    WeightedLogrankTest(FlemingHarrington(1.0, 0.0)),
    WeightedLogrankTest(FlemingHarrington(0.0, 1.0)),
    MaxComboTest(),
    RestrictedMeanTest(24.0),
]


@pytest.mark.slow
@pytest.mark.parametrize("curve", [exponential(12.0), MixtureCure(0.2, 12.0)], ids=["exponential", "cure"])
def test_equal_arms_are_told_apart_as_often_as_alpha_says(curve):
    scenario = SurvivalScenario(curve, curve, AccrualPlan(12.0, 24.0, dropout_hazard=0.005), 200)
    error = 4 * np.sqrt(0.025 * 0.975 / REPETITIONS)
    for found in simulated_power(scenario, TESTS, 0.025, REPETITIONS, seed=11):
        print(f"{found.test.name}: {found.power.estimate:.4f}")
        assert found.power.estimate == pytest.approx(0.025, abs=error + 0.002), found.test.name


@pytest.mark.slow
def test_profile_limits_hold_the_cured_fraction_as_often_as_they_say():
    repetitions, patients, cured = 1500, 100, 0.3
    curve = MixtureCure(cured, 10.0)
    held = 0
    for repetition in range(repetitions):
        luck = uniforms(12, f"cure {repetition}", range(patients), 2)
        times, ends = curve.times_at(luck[:, 0]), 15.0 + 30.0 * luck[:, 1]
        limits = fit_exponential_cure(np.minimum(times, ends), times <= ends).cured
        held += limits.low <= cured <= limits.high
    print(f"coverage {held / repetitions:.4f}")
    assert held / repetitions == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / repetitions) + 0.005)
