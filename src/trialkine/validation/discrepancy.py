"""From simulated trials to what a trial would report: its own size, and what no simulation knows.

Simulated trials may be smaller than the reported one, and share the mechanism's faults. So the part of
their spread that is luck of patients is taken out, the discrepancy that the calibration found between trials
is put in, on the log-odds, and the luck of as many patients as were reported is drawn anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, logit

from trialkine.calibration.unknowns import CLASS_OFFSET, CLASS_SPREAD, DISCREPANCY
from trialkine.population.ensemble import OF_DISEASE, ParameterEnsemble
from trialkine.randomness import generator_key
from trialkine.trial.reported import LANDMARK, MEDIANS, is_fraction
from trialkine.validation.baselines import MEDIAN_ERROR
from trialkine.validation.metric_draws import spread_of, weighted_quantile

Array = np.ndarray[Any, np.dtype[Any]]

UNSEEN_OFFSET = 0.25
"""Spread of the offset of a class of agents where an ensemble says none; the prior centre of all others."""
UNKNOWN_DISCREPANCY = 0.3
OTHER_POPULATION = 1.0
"""Spread of the log-odds, beside all else, in a disease whose population was not calibrated: assumed. Two
trials of resected melanoma (E1684_OBS, E1697_OBS) differ by 1.9 in who is free of relapse at five years."""
LOG_ODDS_PER_LOG_TIME = 1.386
"""How fast the log-odds of being free of an exponential event fall with the log of time at its median."""
LEAST_RATE = 0.002
GROUPS: Mapping[str, tuple[str, ...]] = {
    "orr": ("response",),
    "pr_rate": ("response",),
    "cr_rate": ("response", "completeness"),
    "sd_rate": ("control",),
    "pd_rate": ("control",),
    "grade34_rate": ("toxicity",),
    "toxic_death_rate": ("toxicity",),
}


@dataclass(frozen=True)
class Draws:
    """What the model says of one metric: a draw per simulated trial, and which member made it.

    Shapes: values, members (draw,). `size` is the number of patients of a simulated trial, `luck` the
    variance that they give the log of a median; NaN where it is not known.
    """

    values: Array
    members: Array
    size: int
    luck: float = float("nan")


def reported_draws(
    draws: Draws,
    ensemble: ParameterEnsemble,
    metric: str,
    agent_class: str,
    disease: str,
    n: int | None,
    key: str,
    seed: int,
) -> Array:
    """Draws of the number as a trial of `n` patients would report it; NaN where it has no value.

    Shape: returns (draw,). Units: as the metric.
    """
    random = np.random.Generator(np.random.Philox(key=generator_key(seed, f"discrepancy: {key}")))
    shift = _shift(draws, ensemble, metric, agent_class, disease, random)
    size = n or draws.size
    counts = np.bincount(draws.members, minlength=len(ensemble))
    weights = ensemble.weights[draws.members] / counts[draws.members]
    if is_fraction(metric):
        return _fractions(draws, weights, shift, size, random)
    if metric in MEDIANS:
        return _times(draws, weights, shift, size, random)
    return draws.values


def groups_of(metric: str) -> tuple[str, ...]:
    """The kinds of discrepancy that a metric is subject to."""
    if metric in GROUPS:
        return GROUPS[metric]
    landmark = LANDMARK.fullmatch(metric)
    event = (landmark.group(1) or landmark.group(3)) if landmark else metric.split("_", 1)[0]
    return ("progression",) if event in ("pfs", "ttp", "rfs", "dor") else ("survival",)


def _shift(
    draws: Draws,
    ensemble: ParameterEnsemble,
    metric: str,
    agent_class: str,
    disease: str,
    random: np.random.Generator,
) -> Array:
    """How far the log-odds of each draw's trial lie from what was simulated. Shape: (draw,)."""
    groups = groups_of(metric)
    luck = random.standard_normal(len(draws.members))
    offset_luck = random.standard_normal(len(draws.members))
    calibrated_for = {name.partition(OF_DISEASE)[0] for name in ensemble.names if OF_DISEASE in name}
    is_other = bool(calibrated_for) and disease not in calibrated_for
    variance = np.full(len(luck), OTHER_POPULATION**2 if is_other else 0.0)
    for group in groups:
        spread = _column(ensemble, f"{DISCREPANCY}.{group}", draws.members)
        variance += (UNKNOWN_DISCREPANCY if spread is None else spread) ** 2
    shift = np.sqrt(variance) * luck
    if "response" in groups:
        offset = _column(ensemble, f"{CLASS_OFFSET}.{agent_class}", draws.members)
        if offset is None:  # no calibrated trial gave this class: as far off as such classes are
            between = _column(ensemble, CLASS_SPREAD, draws.members)
            offset = (UNSEEN_OFFSET if between is None else between) * offset_luck
        shift = shift + offset
    return np.asarray(shift)


def _column(ensemble: ParameterEnsemble, name: str, members: Array) -> Array | None:
    if name not in ensemble.names:
        return None
    return np.asarray(ensemble.values[members, ensemble.names.index(name)])


def _fractions(draws: Draws, weights: Array, shift: Array, n: int, random: np.random.Generator) -> Array:
    values = draws.values
    known = np.isfinite(values)
    if not known.any():
        return values
    share = np.where(known, weights, 0.0) / weights[known].sum()
    mean = float(np.sum(share[known] * values[known]))
    total = float(np.sum(share[known] * (values[known] - mean) ** 2))
    luck = mean * (1.0 - mean) / draws.size
    kept = np.sqrt(max(total - luck, 0.0) / total) if total > 0.0 else 0.0
    rate = np.clip(mean + kept * (values - mean), LEAST_RATE, 1.0 - LEAST_RATE)
    rate = expit(logit(rate) + shift)
    found = random.binomial(n, np.where(known, rate, 0.5)) / n
    return np.asarray(np.where(known, found, np.nan))


def _times(draws: Draws, weights: Array, shift: Array, n: int, random: np.random.Generator) -> Array:
    """Medians with as much luck of patients as `n` have, who may be more or fewer than were simulated.

    A median that was not reached stays so: NaN.
    """
    values, luck = draws.values, random.standard_normal(len(draws.values))
    known = np.isfinite(values) & (values > 0.0)
    if not known.any():
        return values
    logs = np.where(known, np.log(np.where(known, values, 1.0)), np.inf)
    variance = draws.luck if np.isfinite(draws.luck) else MEDIAN_ERROR**2 / draws.size
    total, less = _variance(logs, weights), variance * max(1.0 - draws.size / n, 0.0)
    wanted = max(total - less, variance - less)  # never less than the luck of those reported
    kept = min(wanted / total, 1.0) if total > 0.0 else 1.0
    centre = weighted_quantile(logs[known], weights[known], 0.5)
    found = centre + np.sqrt(kept) * (np.where(known, logs, np.nan) - centre)
    found = found + np.sqrt(variance * max(draws.size / n - 1.0, 0.0)) * luck
    return np.asarray(np.where(known, np.exp(found + shift / LOG_ODDS_PER_LOG_TIME), np.nan))


def _variance(logs: Array, weights: Array) -> float:
    """The variance by quartiles, infinity counting as late; by moments where a quarter is not reached."""
    spread = spread_of(logs, weights)
    if np.isfinite(spread):
        return spread**2
    known = np.isfinite(logs)
    mean = np.average(logs[known], weights=weights[known])
    return float(np.average((logs[known] - mean) ** 2, weights=weights[known]))
