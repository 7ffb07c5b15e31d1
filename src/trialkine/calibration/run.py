"""The calibration from beginning to end: simulate at the priors, fit, and again nearer the posterior."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from trialkine.calibration.design import first_design
from trialkine.calibration.emulator_check import emulator_errors
from trialkine.calibration.ensemble_file import CalibratedEnsemble
from trialkine.calibration.evidence import evidence_of
from trialkine.calibration.kept_designs import design_file, kept_design
from trialkine.calibration.later_designs import design_around, design_from_posteriors
from trialkine.calibration.left_out import left_out_members, weak_families
from trialkine.calibration.likelihood import Likelihood
from trialkine.calibration.posterior import Posterior, sample_posterior
from trialkine.calibration.quantities import USUAL, Quantity, calibrated_quantities
from trialkine.calibration.simulations import Simulated, simulate_all
from trialkine.calibration.structures import StructurePosterior, shares_of
from trialkine.calibration.targets import targets_of
from trialkine.calibration.unknowns import unknowns_of
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.trial.protocol import Protocol

Array = np.ndarray[Any, np.dtype[Any]]
Progress = Callable[[float, str], None]
Wave = tuple[Array, Mapping[str, Simulated]]
SHORTER = 3  # chains that only say where to simulate next
LATEST = 2  # waves that an emulator rests on: what lies far from the posterior would bend it
SIMULATION_SHARE = 0.7


@dataclass(frozen=True)
class Sizes:
    """How much is simulated and sampled."""

    points: int = 512
    patients: int = 24
    waves: int = 3
    steps: int = 1200
    walkers: int = 64
    members: int = 400


@dataclass(frozen=True)
class Calibration:
    """What came out: the ensemble, and what is needed to judge it."""

    ensemble: CalibratedEnsemble
    structures: Mapping[str, StructurePosterior]


def diseases_of(quantities: Sequence[Quantity]) -> tuple[str, ...]:
    """The diseases whose populations can be calibrated."""
    return tuple(dict.fromkeys(one.disease for one in quantities if one.disease is not None))


def calibrated_trials(trials: Mapping[str, Protocol]) -> dict[str, Protocol]:
    """Those of some published trials that have targets, in a disease whose population can be calibrated."""
    diseases = diseases_of(calibrated_quantities())
    return {
        name: protocol
        for name, protocol in trials.items()
        if protocol.population in diseases and targets_of(name, protocol)
    }


def calibrate(
    trials: Mapping[str, Protocol],
    folder: Path,
    sizes: Sizes,
    *,
    seed: int,
    jobs: int,
    progress: Progress = lambda done, message: None,
    about: Mapping[str, Any] | None = None,
    start: ParameterEnsemble | None = None,
) -> Calibration:
    """The ensemble for some published trials; what was simulated is kept in `folder` and used again.

    With `start`, an ensemble that was calibrated before, the first points lie around its members and not all
    over the priors.
    """
    started = time.monotonic()
    own = calibrated_trials(trials)
    waves = simulated_waves(
        own, folder, sizes, seed=seed, jobs=jobs, start=start,
        progress=lambda done, message: progress(SIMULATION_SHARE * done, message),
    )  # fmt: skip
    progress(SIMULATION_SHARE, "sampling the posterior")
    found = fitted(likelihoods_of(own, waves, jobs), sizes.walkers, sizes.steps, seed, jobs)
    members, families, by_family = drawn_members(found, sizes.members, seed)
    progress(0.9, "sampling without the families that tell most")
    weak = weak_families(CalibratedEnsemble(members, families, by_family, {}))
    left_out = left_out_members(found, weak, sizes.members, sizes.steps, seed, jobs)
    record = {
        **(about or {}),
        "seed": seed,
        "sizes": vars(sizes),
        **_record_of(found),
        "left_out": {
            family: {
                "acceptance": round(one.acceptance, 3),
                "autocorrelation": round(one.autocorrelation, 1),
            }
            for family, one in left_out.items()
        },
        "seconds": round(time.monotonic() - started),
    }
    without = {family: one.values for family, one in left_out.items()}
    return Calibration(CalibratedEnsemble(members, families, by_family, record, without), found)


def simulated_waves(
    trials: Mapping[str, Protocol],
    folder: Path,
    sizes: Sizes,
    *,
    seed: int,
    jobs: int,
    start: ParameterEnsemble | None = None,
    progress: Progress = lambda done, message: None,
) -> list[Wave]:
    """The designs of all waves, and what was simulated there; taken from `folder` where it is kept."""
    quantities = calibrated_quantities()
    waves: list[Wave] = []
    for wave in range(1, sizes.waves + 1):
        file = design_file(folder, wave, trials, quantities, sizes.points, sizes.patients, seed, start)

        def design(wave: int = wave) -> Array:
            if wave > 1:
                progress((wave - 1) / sizes.waves, f"where to simulate in wave {wave}")
                likelihoods = likelihoods_of(trials, waves, jobs)
                known = fitted(likelihoods, sizes.walkers, sizes.steps // SHORTER, seed, jobs)
                return design_from_posteriors(known, quantities, sizes.points, seed + wave - 1)
            if start is not None:
                return design_around(start, quantities, sizes.points, seed)
            return first_design(sizes.points, quantities, seed)

        def hear(done: int, total: int, name: str, wave: int = wave) -> None:
            progress((wave - 1 + done / total) / sizes.waves, f"wave {wave}: {name}")

        scores = kept_design(file, design)
        simulated = simulate_all(
            trials, scores, quantities, folder,
            patients=sizes.patients, seed=seed + wave - 1, jobs=jobs, progress=hear,
        )  # fmt: skip
        waves.append((scores, simulated))
    return waves


def likelihoods_of(trials: Mapping[str, Protocol], waves: Sequence[Wave], jobs: int) -> dict[str, Likelihood]:
    """The likelihood in every structure, from what was simulated in the latest waves."""
    quantities = calibrated_quantities()
    latest = waves[-LATEST:]
    errors = emulator_errors(trials, latest, quantities, jobs)
    evidence = evidence_of(trials, latest, quantities, errors, jobs)
    classes = tuple(dict.fromkeys(evidence[USUAL].classes))
    return {
        structure: Likelihood(one, unknowns_of(quantities, diseases_of(quantities), classes, structure))
        for structure, one in evidence.items()
    }


def fitted(
    likelihoods: Mapping[str, Likelihood], walkers: int, steps: int, seed: int, jobs: int
) -> dict[str, StructurePosterior]:
    """The posterior of every structure."""
    from joblib import Parallel, delayed

    found: list[Posterior] = Parallel(n_jobs=jobs)(
        delayed(sample_posterior)(
            one.log_posterior, np.zeros(len(one.unknowns)), steps=steps, walkers=walkers, seed=seed
        )
        for one in likelihoods.values()
    )
    return {
        structure: StructurePosterior(likelihood, posterior)
        for (structure, likelihood), posterior in zip(likelihoods.items(), found, strict=True)
    }


def drawn_members(
    structures: Mapping[str, StructurePosterior], members: int, seed: int
) -> tuple[ParameterEnsemble, tuple[str, ...], Array]:
    """Draws of every structure by its share, the families, and their log-likelihood under each draw.

    Shape: log-likelihood (member, family).
    """
    shares = shares_of(structures)
    names: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    values, by_family = [], []
    for structure, one in structures.items():
        scores = one.draws(round(members * shares[structure]), seed)
        drawn = one.likelihood.unknowns.ensemble(scores)
        names, families = drawn.names, tuple(dict.fromkeys(one.likelihood.evidence.families))
        by_trial = one.likelihood.by_trial(scores)
        of = one.likelihood.evidence.families
        values.append(drawn.values)
        by_family.append(
            np.column_stack([by_trial[:, [own == family for own in of]].sum(axis=1) for family in families])
        )
    order = np.random.default_rng(seed).permutation(sum(len(one) for one in values))
    everyone = np.vstack(values)[order]
    ensemble = ParameterEnsemble(names, everyone, np.full(len(everyone), 1.0 / len(everyone)))
    return ensemble, families, np.vstack(by_family)[order]


def _record_of(structures: Mapping[str, StructurePosterior]) -> dict[str, Any]:
    """What is kept of how the chains went."""
    any_one = next(iter(structures.values()))
    shares = shares_of(structures)
    return {
        "trials": list(any_one.likelihood.evidence.trials),
        "targets": len(any_one.likelihood.evidence.targets),
        "unknowns": len(any_one.likelihood.unknowns),
        "emulator": {
            one.group: {
                "rms": round(one.root_mean_square, 3),
                "bias": round(one.bias, 3),
                "spread": round(one.spread, 3),
            }
            for one in any_one.likelihood.evidence.errors
        },
        "structures": {
            structure or "usual": {
                "share": round(shares[structure], 3),
                "log_evidence": round(one.posterior.log_evidence, 1),
                "acceptance": round(one.posterior.acceptance, 3),
                "autocorrelation": round(one.posterior.autocorrelation, 1),
                "independent_draws": round(one.posterior.independent),
            }
            for structure, one in structures.items()
        },
    }
