"""Simulation-based calibration of one small trial: known numbers rank evenly in the posteriors they give."""

import numpy as np
import pytest
from scipy.stats import binomtest, kstest

from trialkine.calibration.quantities import USUAL
from trialkine.calibration.run import Sizes, calibrate
from trialkine.calibration.self_check import prior_draws, self_check
from trialkine.trial.protocol import Protocol

TRIAL = {
    "schema": 1,
    "title": "Observation in renal cell carcinoma",
    "disease": "renal_cell",
    "arms": [{"name": "Observation", "treatment": []}],
    "assessments": {"criteria": "who-1979", "every": "8 weeks"},
    "enrolment": {"patients": 100, "per_month": 100},
    "follow_up": "7 months",
    "reported": [
        {
            "arm": "Observation",
            "n": 100,
            "responders": 4,
            "metrics": {"pfs_rate_8w": 0.4, "pfs_rate_24w": 0.2, "os_rate_6m": 0.6},
        }
    ],
    "source": {"citation": "Somebody 1999", "use": "calibration", "year": 1999},
}
DRAWS, LEVEL = 24, 0.8


@pytest.mark.slow
@pytest.mark.parametrize("is_posterior", [False, True])
def test_known_numbers_rank_evenly_in_the_posteriors_of_their_trials(tmp_path, is_posterior):
    trials = {"mine": Protocol.from_dict(TRIAL)}
    sizes = Sizes(points=256, patients=24, waves=1, steps=600, walkers=32, members=20)
    found = calibrate(trials, tmp_path, sizes, seed=3, jobs=2).structures[USUAL]
    real = found.posterior if is_posterior else None
    truth = found.draws(DRAWS, 5) if is_posterior else prior_draws(found.likelihood.unknowns, DRAWS, 5)
    check = self_check(
        trials, found.likelihood, truth, real=real, steps=600, walkers=32, seed=5, jobs=2
    )  # fmt: skip
    informed = found.posterior.draws.std(axis=0) < 0.9
    assert informed.any()
    ranks = check.ranks[:, informed]
    inside = int((np.abs(ranks - 0.5) <= LEVEL / 2.0).sum())
    print(f"{inside} of {ranks.size} ranks of {informed.sum()} informed numbers within {LEVEL:.0%}")
    assert binomtest(inside, ranks.size, LEVEL).pvalue > 0.001
    assert kstest(check.ranks.ravel(), "uniform").pvalue > 0.001
