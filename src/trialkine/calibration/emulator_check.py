"""How far the emulator lies from simulations that it has not seen, by kind of target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit

from trialkine.calibration.emulator import EmulatorError, fit_quadratic
from trialkine.calibration.evidence import Simulations, simulations_of
from trialkine.calibration.overdispersion import correlation_of, log_beta_binomial
from trialkine.calibration.quantities import Quantity
from trialkine.calibration.simulations import Simulated
from trialkine.trial.protocol import Protocol

Array = np.ndarray[Any, np.dtype[Any]]
LEFT_OUT = 0.25
"""Share of the last design's points that are left out: at random, since every fourth point of a Sobol
sequence lies in the same half of a dimension."""
SEED = 0
WIDEST = 3.0  # spread of log-odds
LEAST_SHARE = 1e-5


def emulator_errors(
    trials: Mapping[str, Protocol],
    waves: Sequence[tuple[Array, Mapping[str, Simulated]]],
    quantities: Sequence[Quantity],
    jobs: int = 1,
) -> tuple[EmulatorError, ...]:
    """Errors by kind of target, in the region of the last design."""
    from joblib import Parallel, delayed

    scores = np.vstack([one for one, _ in waves])
    is_out = np.zeros(len(scores), dtype=bool)
    last = len(waves[-1][0])
    chosen = np.random.default_rng(SEED).choice(last, round(LEFT_OUT * last), replace=False)
    is_out[len(scores) - last + chosen] = True
    rows = list(simulations_of(trials, waves, quantities))
    found = Parallel(n_jobs=jobs)(delayed(_held_out)(scores, is_out, one) for one in rows)
    groups = dict.fromkeys(one.target.group for one in rows)
    return tuple(
        _error(group, [own for own, one in zip(found, rows, strict=True) if one.target.group == group])
        for group in groups
    )


@dataclass(frozen=True)
class HeldOut:
    """What was simulated at points left out of the fit, and what the emulator says. Shapes: (point,)."""

    count: Array
    total: Array
    share: Array


def _held_out(scores: Array, is_out: Array, one: Simulations) -> HeldOut:
    kept, seen = ~is_out, is_out & (one.totals > 0.0)
    fitted = fit_quadratic(scores[kept], one.counts[kept], one.totals[kept], one.columns, one.switch)
    share = np.clip(expit(fitted.log_odds(scores[seen])), LEAST_SHARE, 1.0 - LEAST_SHARE)
    return HeldOut(one.counts[seen], one.totals[seen], share)


def _error(group: str, targets: Sequence[HeldOut]) -> EmulatorError:
    """The errors of all targets of a kind together."""
    from scipy.optimize import minimize_scalar

    targets = [one for one in targets if one.total.size]
    if not targets:
        return EmulatorError(group, 0, 0.0, 0.0, 0.0)
    squares, means = [], []
    for one in targets:
        residual = one.count - one.total * one.share
        luck = one.total * one.share * (1.0 - one.share)
        squares.append(((residual**2 - luck) / one.total**2).mean())
        means.append(residual.sum() / one.total.sum())
    count, total, share = (
        np.concatenate([getattr(one, name) for one in targets]) for name in ("count", "total", "share")
    )

    def misfit(spread: float) -> float:
        correlation = correlation_of(share, np.asarray(spread))
        return -float(log_beta_binomial(count, total, share, correlation).sum())

    spread = minimize_scalar(misfit, bounds=(0.0, WIDEST), method="bounded").x
    beyond = float(np.sqrt(max(float(np.mean(squares)), 0.0)))
    return EmulatorError(group, len(targets), beyond, float(np.std(means)), float(spread))
