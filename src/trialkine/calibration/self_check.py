"""Simulation-based calibration: whether the posterior finds known populations in their synthetic trials.

Populations are drawn from the prior and sought again from their synthetic trials alone; or drawn from the
posterior of the real trials and sought again from the real and the synthetic trials together, which checks
the region that matters and where the emulator was made. If simulation, emulator, likelihood and chains fit
together, each known number ranks uniformly among its posterior draws, and intervals hold what they say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from trialkine.calibration.design import FARTHEST
from trialkine.calibration.likelihood import Likelihood
from trialkine.calibration.posterior import Posterior, sample_posterior
from trialkine.calibration.synthetic_trials import simulated_trials, synthetic_targets
from trialkine.calibration.unknowns import Unknowns
from trialkine.trial.protocol import Protocol

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class SelfCheck:
    """Known scores and where they lie in their posteriors.

    `acceptance` and `autocorrelation` are those of the worst chains, `kept` the steps that count.

    Shapes: truth and ranks (draw, unknown); ranks are shares of the posterior below the truth.
    """

    names: tuple[str, ...]
    truth: Array
    ranks: Array
    acceptance: float
    autocorrelation: float
    kept: int

    def coverage(self, level: float) -> float:
        """The share of all numbers within the central interval of a level."""
        return float((np.abs(self.ranks - 0.5) <= level / 2.0).mean())


def prior_draws(unknowns: Unknowns, draws: int, seed: int) -> Array:
    """Scores from the prior, within what the designs reach. Shape: (draw, unknown)."""
    luck = np.random.default_rng(seed).standard_normal((draws, len(unknowns)))
    return np.asarray(np.clip(luck, -FARTHEST, FARTHEST))


def self_check(
    trials: Mapping[str, Protocol],
    likelihood: Likelihood,
    truth: Array,
    *,
    real: Posterior | None = None,
    steps: int = 1200,
    walkers: int = 32,
    seed: int = 0,
    jobs: int = 1,
    folder: Path | None = None,
) -> SelfCheck:
    """Ranks of known numbers in the posteriors that their synthetic trials give, in one structure.

    `real` is the posterior of the real trials where the known populations were drawn from it: the real trials
    then count beside the synthetic ones, and chains begin at it.

    Shape: truth (draw, unknown).
    """
    from joblib import Parallel, delayed

    evidence, unknowns = likelihood.evidence, likelihood.unknowns
    simulated = simulated_trials(trials, evidence, unknowns, truth, seed=seed, jobs=jobs, folder=folder)

    def sought(draw: int) -> Posterior:
        targets = synthetic_targets(evidence, unknowns, truth, simulated, draw, seed)
        own = Likelihood(evidence.reporting(targets), unknowns)

        def density(scores: Array) -> Array:
            if real is None:
                return own.log_posterior(scores)
            return np.asarray(likelihood.log_posterior(scores) + own.by_trial(scores).sum(axis=1))

        return sample_posterior(
            density, np.zeros(len(unknowns)), steps=steps, walkers=walkers, seed=seed + draw, like=real
        )

    found = Parallel(n_jobs=jobs)(delayed(sought)(draw) for draw in range(len(truth)))
    return SelfCheck(
        unknowns.names,
        truth,
        np.array([(one.draws < known).mean(axis=0) for one, known in zip(found, truth, strict=True)]),
        min(one.acceptance for one in found),
        max(one.autocorrelation for one in found),
        found[0].steps,
    )
