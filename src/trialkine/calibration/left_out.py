"""Members of a posterior that never saw a family of trials, where reweighting would leave too few.

Reweighting takes a family out at no cost, but where a family tells much it leaves a handful of members with
nearly all the weight. For such families chains are run without them, on the same emulator. They begin at
draws of the whole posterior that are drawn again by those weights, and go as long as the whole posterior's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from trialkine.calibration.ensemble_file import CalibratedEnsemble
from trialkine.calibration.posterior import sample_posterior
from trialkine.calibration.structures import StructurePosterior, shares_of

Array = np.ndarray[Any, np.dtype[Any]]
FEWEST_LEFT = 0.25  # of the members
SHARE_DRAWN = 0.15  # of the members, for each family
WALKERS = 32
PARTS = 100  # in which draws are looked at, to save memory
WIDER = 1.25  # proposals than those of the whole posterior, in variance


@dataclass(frozen=True)
class LeftOut:
    """Members without a family, and how the worse of its chains went. Shape: values (member, name)."""

    values: Array
    acceptance: float
    autocorrelation: float


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
    seed: int,
    jobs: int,
) -> dict[str, LeftOut]:
    """Members without each of some families."""
    from joblib import Parallel, delayed

    shares = shares_of(structures)
    kept = [one for name, one in structures.items() if shares[name] > 0.0]
    size = round(SHARE_DRAWN * members / len(kept))
    work = [(family, one) for family in families for one in kept]
    found: list[LeftOut] = Parallel(n_jobs=jobs)(
        delayed(_without)(one, family, size, steps, seed) for family, one in work
    )
    joined = {}
    for family in families:
        own = [one for (of, _), one in zip(work, found, strict=True) if of == family]
        joined[family] = LeftOut(
            np.vstack([one.values for one in own]),
            min(one.acceptance for one in own),
            max(one.autocorrelation for one in own),
        )
    return joined


def _without(one: StructurePosterior, family: str, size: int, steps: int, seed: int) -> LeftOut:
    known, likelihood = one.posterior, one.likelihood
    density = partial(likelihood.log_posterior, without=family)
    like = replace(known, spread=WIDER * known.spread)
    found = sample_posterior(
        density, known.best, steps=steps, walkers=WALKERS, seed=seed, like=like,
        begin=drawn_again(one, family, seed),
    )  # fmt: skip
    drawn = StructurePosterior(likelihood, found).draws(size, seed)
    values = likelihood.unknowns.ensemble(drawn).values
    return LeftOut(values, found.acceptance, found.autocorrelation)


def drawn_again(one: StructurePosterior, family: str, seed: int) -> Array:
    """Draws of the whole posterior, drawn again by weights without a family. Shape: (walker, unknown)."""
    draws = one.posterior.draws
    is_own = np.array([own == family for own in one.likelihood.evidence.families])
    told = np.concatenate(
        [one.likelihood.by_trial(part)[:, is_own].sum(axis=1) for part in np.array_split(draws, PARTS)]
    )
    weights = np.exp(told.min() - told)
    weights = np.minimum(weights, np.sqrt(len(weights)) * weights.mean())
    chosen = np.random.default_rng(seed).choice(len(draws), WALKERS, p=weights / weights.sum())
    return np.asarray(draws[chosen])
