"""The test of an interaction with the arm errs as often as it says, with the same patients in both arms."""

from __future__ import annotations

import numpy as np
import pytest

from trialkine.statistics.regression import fit_cox_columns, fit_logistic

ROUNDS, PATIENTS = 600, 300


@pytest.mark.slow
def test_interactions_that_are_not_there_are_significant_in_one_of_twenty_studies() -> None:
    generator = np.random.default_rng(20)
    found = {"response": 0, "death": 0}
    patient = np.tile(np.arange(PATIENTS), 2)
    arm = np.repeat([1.0, 0.0], PATIENTS)
    for _ in range(ROUNDS):
        marker, shared = (np.tile(generator.standard_normal(PATIENTS), 2) for _ in range(2))
        columns = np.stack([np.ones(2 * PATIENTS), marker, arm, marker * arm], axis=1)
        chance = 1 / (1 + np.exp(1 - marker - 0.5 * shared))
        responded = generator.random(2 * PATIENTS) < chance
        found["response"] += fit_logistic(columns, responded, patient).test(3).p_value < 0.05
        time = generator.exponential(np.exp(-0.5 * marker - 0.5 * shared))
        censored = generator.exponential(2.0, 2 * PATIENTS)
        fit = fit_cox_columns(columns[:, 1:], np.minimum(time, censored), time <= censored, patient)
        found["death"] += fit.test(2).p_value < 0.05
    # 600 rounds: a standard error of 0.9 points, of which four are allowed.
    assert all(abs(count / ROUNDS - 0.05) < 0.036 for count in found.values()), found
