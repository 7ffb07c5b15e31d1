"""How far the emulator lies from simulations that it has not seen, by kind of target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit

from trialkine.calibration.emulator import fit_quadratic
from trialkine.calibration.evidence import Simulations, simulations_of
from trialkine.calibration.quantities import Quantity
from trialkine.calibration.simulations import Simulated
from trialkine.trial.protocol import Protocol

Array = np.ndarray[Any, np.dtype[Any]]
LEFT_OUT = 0.25
"""Share of the last design's points that are left out: at random, since every fourth point of a Sobol
sequence lies in the same half of a dimension."""
SEED = 0


@dataclass(frozen=True)
class EmulatorError:
    """The error of shares of patients at points left out of the fit, over the targets of a kind.

    `root_mean_square` is what is left when the luck of the simulated patients is taken out; `bias` is the
    standard deviation over targets of their mean error. Units: fractions of patients.
    """

    group: str
    targets: int
    root_mean_square: float
    bias: float


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
    found = Parallel(n_jobs=jobs)(delayed(_error)(scores, is_out, one) for one in rows)
    groups = dict.fromkeys(one.target.group for one in rows)
    errors = []
    for group in groups:
        own = np.array([pair for pair, one in zip(found, rows, strict=True) if one.target.group == group])
        beyond = float(np.sqrt(max(own[:, 0].mean(), 0.0)))
        errors.append(EmulatorError(group, len(own), beyond, float(own[:, 1].std())))
    return tuple(errors)


def _error(scores: Array, is_out: Array, one: Simulations) -> tuple[float, float]:
    """The mean square beyond chance, and the mean error, of one target."""
    kept = ~is_out
    fitted = fit_quadratic(scores[kept], one.counts[kept], one.totals[kept], one.columns, one.switch)
    seen = is_out & (one.totals > 0.0)
    count, total = one.counts[seen], one.totals[seen]
    share = expit(fitted.log_odds(scores[seen]))
    residual = count - total * share
    beyond = (residual**2 - total * share * (1.0 - share)) / total**2
    return float(beyond.mean()), float(residual.sum() / total.sum())
