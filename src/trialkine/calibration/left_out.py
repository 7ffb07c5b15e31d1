"""Members of a posterior that never saw a family of trials, where reweighting would leave too few.

Reweighting takes a family out at no cost, but where a family tells much it leaves a handful of members with
nearly all the weight. For such families the chains are run again without them, on the same emulator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from trialkine.calibration.ensemble_file import CalibratedEnsemble
from trialkine.calibration.posterior import sample_posterior
from trialkine.calibration.structures import StructurePosterior, shares_of

Array = np.ndarray[Any, np.dtype[Any]]
FEWEST_LEFT = 0.25  # of the members
SHARE_DRAWN = 0.15  # of the members, for each family


def weak_families(ensemble: CalibratedEnsemble) -> tuple[str, ...]:
    """The families without which fewer than a quarter of the members are left."""
    least = FEWEST_LEFT * len(ensemble.members)
    return tuple(
        family
        for family in ensemble.families
        if ensemble.effective(ensemble.reweighted_without(family)) < least
    )


def left_out_members(
    structures: Mapping[str, StructurePosterior],
    families: Sequence[str],
    members: int,
    steps: int,
    walkers: int,
    seed: int,
    jobs: int,
) -> dict[str, Array]:
    """Members without each of some families. Shape of each: (member, name), as the ensemble's."""
    from joblib import Parallel, delayed

    shares = shares_of(structures)
    kept = [one for name, one in structures.items() if shares[name] > 0.0]
    size = round(SHARE_DRAWN * members / len(kept))
    work = [(family, one) for family in families for one in kept]
    found: list[Array] = Parallel(n_jobs=jobs)(
        delayed(_members)(one, family, size, steps, walkers, seed) for family, one in work
    )
    return {
        family: np.vstack([own for (of, _), own in zip(work, found, strict=True) if of == family])
        for family in families
    }


def _members(one: StructurePosterior, family: str, size: int, steps: int, walkers: int, seed: int) -> Array:
    density = partial(one.likelihood.log_posterior, without=family)
    known = one.posterior
    found = sample_posterior(density, known.best, steps=steps, walkers=walkers, seed=seed, like=known)
    drawn = StructurePosterior(one.likelihood, found).draws(size, seed)
    return one.likelihood.unknowns.ensemble(drawn).values
