"""The calibration from beginning to end: simulate at the priors, fit, and again nearer the posterior."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from trialkine.calibration.design import FARTHEST, spread_scores
from trialkine.calibration.emulator_check import emulator_errors
from trialkine.calibration.ensemble_file import CalibratedEnsemble
from trialkine.calibration.evidence import evidence_of
from trialkine.calibration.likelihood import Evidence, Likelihood
from trialkine.calibration.posterior import Posterior, sample_posterior
from trialkine.calibration.quantities import Quantity, calibrated_quantities
from trialkine.calibration.simulations import Simulated, simulate_all
from trialkine.calibration.targets import targets_of
from trialkine.calibration.unknowns import Unknowns, unknowns_of
from trialkine.trial.protocol import Protocol

Array = np.ndarray[Any, np.dtype[Any]]
Progress = Callable[[float, str], None]
WIDER = 1.5  # later designs reach this much farther than the posterior
SHORTER = 3  # chains that only say where to simulate next
SIMULATION_SHARE = 0.8
MIX_SPREAD = 0.5  # beside the trials' own, in scores of the case mix


@dataclass(frozen=True)
class Sizes:
    """How much is simulated and sampled."""

    points: int = 384
    patients: int = 24
    waves: int = 2
    steps: int = 1200
    walkers: int = 64
    members: int = 400


@dataclass(frozen=True)
class Calibration:
    """What came out: the ensemble, and what is needed to judge it."""

    ensemble: CalibratedEnsemble
    unknowns: Unknowns
    evidence: Evidence
    posterior: Posterior
    member_scores: Array


def diseases_of(quantities: Sequence[Quantity]) -> tuple[str, ...]:
    """The diseases whose populations can be calibrated."""
    return tuple(dict.fromkeys(one.disease for one in quantities if one.disease is not None))


def calibrate(
    trials: Mapping[str, Protocol],
    folder: Path,
    sizes: Sizes,
    *,
    seed: int,
    jobs: int,
    progress: Progress = lambda done, message: None,
    about: Mapping[str, Any] | None = None,
) -> Calibration:
    """The ensemble for some published trials; what was simulated is kept in `folder` and used again."""
    started = time.monotonic()
    quantities = calibrated_quantities()
    known = diseases_of(quantities)
    own = {
        name: protocol
        for name, protocol in trials.items()
        if protocol.population in known and targets_of(name, protocol)
    }
    waves: list[tuple[Array, Mapping[str, Simulated]]] = []

    def fitted(steps: int) -> tuple[Posterior, Likelihood]:
        evidence = evidence_of(own, waves, quantities, jobs)
        likelihood = Likelihood(
            evidence, unknowns_of(quantities, known, tuple(dict.fromkeys(evidence.classes)))
        )
        found = sample_posterior(
            likelihood.log_posterior,
            np.zeros(len(likelihood.unknowns)),
            steps=steps,
            walkers=sizes.walkers,
            seed=seed,
            progress=lambda done, message: progress(
                SIMULATION_SHARE + (1.0 - SIMULATION_SHARE) * done * steps / sizes.steps, message
            ),
        )
        return found, likelihood

    for wave in range(1, sizes.waves + 1):
        file = folder / f"design-{wave}-{_digest(own, quantities, sizes, seed)}.npy"
        if wave == 1 or file.exists():
            scores = _kept(file, partial(spread_scores, sizes.points, len(quantities) + 1, seed))
        else:
            found = fitted(sizes.steps // SHORTER)
            scores = _kept(file, partial(next_design, *found, sizes.points, seed + wave - 1))

        def hear(done: int, total: int, name: str, wave: int = wave) -> None:
            progress(SIMULATION_SHARE * (wave - 1 + done / total) / sizes.waves, f"wave {wave}: {name}")

        simulated = simulate_all(
            own, scores, quantities, folder,
            patients=sizes.patients, seed=seed + wave - 1, jobs=jobs, progress=hear,
        )  # fmt: skip
        waves.append((scores, simulated))
    posterior, likelihood = fitted(sizes.steps)
    evidence, unknowns = likelihood.evidence, likelihood.unknowns
    chosen = np.linspace(0, len(posterior.draws) - 1, sizes.members).astype(int)
    order = np.random.default_rng(seed).permutation(len(posterior.draws))
    member_scores = posterior.draws[order[chosen]]
    by_trial = likelihood.by_trial(member_scores)
    families = tuple(dict.fromkeys(evidence.families))
    by_family = np.column_stack(
        [by_trial[:, [one == family for one in evidence.families]].sum(axis=1) for family in families]
    )
    record = {
        **(about or {}),
        "seed": seed,
        "sizes": vars(sizes),
        "trials": list(evidence.trials),
        "targets": len(evidence.targets),
        "unknowns": len(unknowns),
        "acceptance": round(posterior.acceptance, 3),
        "autocorrelation": round(posterior.autocorrelation, 1),
        "independent_draws": round(posterior.independent),
        "emulator": {
            one.group: {"rms": round(one.root_mean_square, 3), "bias": round(one.bias, 3)}
            for one in emulator_errors(own, waves, quantities, jobs)
        },
        "seconds": round(time.monotonic() - started),
    }
    ensemble = CalibratedEnsemble(unknowns.ensemble(member_scores), families, by_family, record)
    return Calibration(ensemble, unknowns, evidence, posterior, member_scores)


def _digest(trials: Mapping[str, Protocol], quantities: Sequence[Quantity], sizes: Sizes, seed: int) -> str:
    """A name that changes with everything on which the designs of a calibration depend, but for its code."""
    digest = hashlib.sha256(f"{tuple(quantities)} {sizes.points} {sizes.patients} {seed}".encode())
    for name in sorted(trials):
        counted = ",".join(
            f"{target.key}={target.count:g}/{target.of}" for target in targets_of(name, trials[name])
        )
        digest.update(f"{trials[name].content_hash} {counted}".encode())
    return digest.hexdigest()[:12]


def _kept(file: Path, make: Callable[[], Array]) -> Array:
    """A design from its file, or made now and filed, so that a stopped calibration goes on with it."""
    if file.exists():
        return np.asarray(np.load(file))
    found = make()
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(f".{os.getpid()}.tmp.npy")
    np.save(unfinished, found)
    unfinished.replace(file)
    return found


def next_design(posterior: Posterior, likelihood: Likelihood, points: int, seed: int) -> Array:
    """Points around the posterior, wider than it, each with a case mix that one of the trials may have.

    Shape: returns (point, quantity + 1).
    """
    generator = np.random.default_rng(seed)
    chosen = posterior.draws[generator.choice(len(posterior.draws), points)]
    centre = posterior.draws.mean(axis=0)
    own = likelihood.scored
    wide = centre[:own] + WIDER * (chosen[:, :own] - centre[:own])
    mix, _ = likelihood.luck(chosen)
    trial = generator.integers(mix.shape[1], size=points)
    node = generator.integers(mix.shape[2], size=points)
    luck = mix[np.arange(points), trial, node] + MIX_SPREAD * generator.standard_normal(points)
    return np.asarray(np.clip(np.column_stack([wide, luck]), -FARTHEST, FARTHEST))
