"""Draws from the posterior: the best point first, then a normal approximation, then Markov chains.

The chains propose by the normal approximation, in the manner of preconditioned Crank and Nicolson: a step
forgets part of where it is and draws that part afresh. Where the posterior is close to normal, such steps are
accepted in any number of dimensions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
LogDensity = Callable[[Array], Array]
STEP = 1e-3
MOST_STEPS_DOWNHILL = 150
LEAST_CURVATURE = 0.25
SPREAD_OF_START = 0.7
SHARES = (0.1, 0.25, 0.5)
"""How much of a point a step forgets: small steps get on where the posterior is far from normal."""


@dataclass(frozen=True)
class Posterior:
    """Draws, and how the chains went.

    `log_evidence` is Laplace's approximation, by which structures can be compared; NaN where the
    approximation was another posterior's.

    Shapes: draws (draw, unknown), best (unknown,), spread (unknown, unknown).
    """

    draws: Array
    best: Array
    log_density: Array
    acceptance: float
    autocorrelation: float
    steps: int
    walkers: int
    spread: Array
    log_evidence: float

    @property
    def independent(self) -> float:
        """About how many independent draws the chains are worth."""
        return self.steps * self.walkers / max(self.autocorrelation, 1.0)


def conditional(best: Array, spread: Array, place: int, score: float) -> Array:
    """The best point of the normal approximation when one score is held. Shape: (unknown,)."""
    return np.asarray(best + spread[:, place] / spread[place, place] * (score - best[place]))


def gradient(density: LogDensity, point: Array) -> Array:
    """The gradient by central differences, all in one call."""
    steps = STEP * np.eye(len(point))
    values = density(np.vstack([point + steps, point - steps]))
    return np.asarray((values[: len(point)] - values[len(point) :]) / (2.0 * STEP))


def best_point(density: LogDensity, start: Array) -> Array:
    """The point of highest density near a start."""
    from scipy.optimize import minimize

    def downhill(point: Array) -> tuple[float, Array]:
        return -float(density(point[None])[0]), -gradient(density, point)

    found = minimize(downhill, start, jac=True, method="L-BFGS-B", options={"maxiter": MOST_STEPS_DOWNHILL})
    return np.asarray(found.x)


def covariance(density: LogDensity, best: Array) -> Array:
    """The covariance of the normal approximation at the best point."""
    size, wide = len(best), 0.05
    columns = [
        (gradient(density, best + wide * unit) - gradient(density, best - wide * unit)) / (2.0 * wide)
        for unit in np.eye(size)
    ]
    curvature = -np.array(columns)
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2.0)
    return np.asarray((vectors / np.maximum(values, LEAST_CURVATURE)) @ vectors.T)


def _forgetting(best: Array, spread: Array, share: float) -> Callable[..., tuple[Array, Array]]:
    """A proposal that keeps the normal approximation, and forgets a share of the point it leaves."""
    root = np.linalg.cholesky(spread)

    def propose(points: Array, generator: np.random.RandomState) -> tuple[Array, Array]:
        luck = generator.standard_normal(points.shape) @ root.T
        found = best + np.sqrt(1.0 - share**2) * (points - best) + share * luck
        return found, _log_normal(points) - _log_normal(found)

    def _log_normal(points: Array) -> Array:
        white = np.linalg.solve(root, (points - best).T)
        return np.asarray(-0.5 * (white**2).sum(axis=0))

    return propose


def sample_posterior(
    density: LogDensity,
    start: Array,
    *,
    steps: int,
    walkers: int,
    seed: int,
    thin: int = 10,
    like: Posterior | None = None,
    begin: Array | None = None,
    progress: Callable[[float, str], None] = lambda done, message: None,
) -> Posterior:
    """Draws by independent chains, begun at the normal approximation; the first third is left out.

    `like` is a posterior near this one, whose normal approximation serves for both; `begin` are the points
    at which the chains begin instead.

    Shape: begin (walker, unknown).
    """
    import emcee

    progress(0.0, "looking for the best point")
    if like is None:
        best = best_point(density, start)
        spread = covariance(density, best)
        evidence = float(density(best[None])[0] + 0.5 * np.linalg.slogdet(spread)[1])
    else:
        best, spread, evidence = like.best, like.spread, np.nan
    generator = np.random.default_rng(seed)
    if begin is None:
        begin = generator.multivariate_normal(best, SPREAD_OF_START**2 * spread, size=walkers)
    moves = [(emcee.moves.MHMove(_forgetting(best, spread, share)), 1.0 / len(SHARES)) for share in SHARES]
    sampler = emcee.EnsembleSampler(walkers, len(best), density, moves=moves, vectorize=True)
    sampler.random_state = np.random.RandomState(seed).get_state()
    for number, _ in enumerate(
        sampler.sample(begin, iterations=steps, skip_initial_state_check=True), start=1
    ):
        if number % 20 == 0:
            progress(number / steps, "sampling")
    left_out = steps // 3
    chain = sampler.get_chain(discard=left_out, thin=thin, flat=True)
    values = sampler.get_log_prob(discard=left_out, thin=thin, flat=True)
    times = sampler.get_autocorr_time(discard=left_out, quiet=True, tol=0)
    return Posterior(
        np.asarray(chain),
        best,
        np.asarray(values),
        float(np.mean(sampler.acceptance_fraction)),
        float(np.nanmax(times)),
        steps - left_out,
        walkers,
        spread,
        evidence,
    )
