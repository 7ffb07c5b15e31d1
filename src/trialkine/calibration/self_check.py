"""Simulation-based calibration: whether the posterior finds known populations in their synthetic trials.

Every draw from the prior is simulated by the whole model, in every trial of the catalogue with luck of its
own; its counts stand in for the reported ones. If simulation, emulator, likelihood and chains fit
together, each known number ranks uniformly among its posterior draws, and intervals hold what they say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit, logit

from trialkine.calibration.counts import count_patients
from trialkine.calibration.design import FARTHEST
from trialkine.calibration.likelihood import Evidence, Likelihood
from trialkine.calibration.posterior import sample_posterior
from trialkine.calibration.targets import Target
from trialkine.calibration.unknowns import CLASS_OFFSET, DISCREPANCY, Unknowns
from trialkine.randomness import generator_key
from trialkine.study import run_protocol
from trialkine.trial.protocol import Protocol

Array = np.ndarray[Any, np.dtype[Any]]
LEAST_SHARE = 1e-3


@dataclass(frozen=True)
class SelfCheck:
    """Known scores and where they lie in their posteriors.

    Shapes: truth and ranks (draw, unknown); ranks are shares of the posterior below the truth.
    """

    names: tuple[str, ...]
    truth: Array
    ranks: Array

    def coverage(self, level: float) -> float:
        """The share of all numbers within the central interval of a level."""
        return float((np.abs(self.ranks - 0.5) <= level / 2.0).mean())


def prior_draws(unknowns: Unknowns, draws: int, seed: int) -> Array:
    """Scores from the prior, within what the designs reach. Shape: (draw, unknown)."""
    luck = np.random.default_rng(seed).standard_normal((draws, len(unknowns)))
    return np.asarray(np.clip(luck, -FARTHEST, FARTHEST))


def synthetic_shares(
    trials: Mapping[str, Protocol],
    evidence: Evidence,
    unknowns: Unknowns,
    truth: Array,
    *,
    patients: int,
    seed: int,
    jobs: int,
    folder: Path | None = None,
) -> Array:
    """The share of patients that met each target, in one synthetic trial per draw. Shape: (draw, target)."""
    from joblib import Parallel, delayed

    members = unknowns.ensemble(truth)
    by_trial = {
        name: [target for target in evidence.targets if target.trial == name] for name in evidence.trials
    }

    def simulate(name: str) -> Array:
        file = None if folder is None else folder / f"{name}.npy"
        if file is not None and file.exists():
            return np.asarray(np.load(file))
        result = run_protocol(
            trials[name], patients=patients, trials=len(truth), seed=seed, jobs=1, ensemble=members
        )
        counts = [count_patients(result, target) for target in by_trial[name]]
        found = np.column_stack([(one + 0.5) / (of + 1.0) for one, of in counts])
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            np.save(file, found)
        return found

    shares = Parallel(n_jobs=jobs)(delayed(simulate)(name) for name in evidence.trials)
    return np.hstack(shares)


def synthetic_targets(
    evidence: Evidence, unknowns: Unknowns, truth: Array, shares: Array, draw: int, seed: int
) -> tuple[Target, ...]:
    """Counts that the trials of one draw would have reported, discrepancy included."""
    random = np.random.Generator(np.random.Philox(key=generator_key(seed, f"synthetic trials {draw}")))
    found = []
    for place, target in enumerate(evidence.targets):
        shift = 0.0
        name = f"{DISCREPANCY}.{target.group}"
        if unknowns.has(name):
            shift += float(unknowns.other(name, truth[draw : draw + 1])[0]) * random.standard_normal()
        name = f"{CLASS_OFFSET}.{evidence.classes[place]}"
        if target.group == "response" and unknowns.has(name):
            shift += float(unknowns.other(name, truth[draw : draw + 1])[0])
        share = np.clip(shares[draw, place], LEAST_SHARE, 1.0 - LEAST_SHARE)
        count = float(random.binomial(target.of, expit(logit(share) + shift)))
        found.append(replace(target, count=count, sense="count"))
    return tuple(found)


def self_check(
    trials: Mapping[str, Protocol],
    likelihood: Likelihood,
    draws: int,
    *,
    patients: int = 200,
    steps: int = 600,
    walkers: int = 64,
    seed: int = 0,
    jobs: int = 1,
    folder: Path | None = None,
) -> SelfCheck:
    """Ranks of known numbers in the posteriors that their synthetic trials give, in one structure."""
    from joblib import Parallel, delayed

    evidence, unknowns = likelihood.evidence, likelihood.unknowns
    truth = prior_draws(unknowns, draws, seed)
    shares = synthetic_shares(
        trials, evidence, unknowns, truth, patients=patients, seed=seed, jobs=jobs, folder=folder
    )

    def ranks(draw: int) -> Array:
        targets = synthetic_targets(evidence, unknowns, truth, shares, draw, seed)
        own = Likelihood(replace(evidence, targets=targets), unknowns)
        posterior = sample_posterior(
            own.log_posterior, np.zeros(len(unknowns)), steps=steps, walkers=walkers, seed=seed + draw
        )
        return np.asarray((posterior.draws < truth[draw]).mean(axis=0))

    found = Parallel(n_jobs=jobs)(delayed(ranks)(draw) for draw in range(draws))
    return SelfCheck(unknowns.names, truth, np.array(found))
