"""Latent fitness: one number that stands for how well a patient is, and the performance status it gives.

    fitness = (noise weight * own score - sum of harm weight * score of that parameter) / scale

The scores are the standard normal scores from which burden, growth and frailty were drawn. The scale
makes the variance 1, with their correlations counted, so that fitness is standard normal and every
share of the population has an exact cut point.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from trialkine.errors import InputError
from trialkine.population.packaged import number_in, numbers_by_member
from trialkine.population.parameters import ParameterPopulation
from trialkine.randomness import Floats, Integers, normals, trial_purpose
from trialkine.records import ParameterRecord


@dataclass(frozen=True)
class Fitness:
    """Weights of latent fitness, its scale, and the share of the population in each performance status."""

    harm: Mapping[str, float]
    noise: float
    scale: float
    status_shares: tuple[float, ...]


def fitness_of(records: Mapping[str, ParameterRecord], population: ParameterPopulation) -> Fitness:
    """Fitness by its records, standardised for the population's correlations.

    A harmful parameter that does not vary between patients has no part.

    Raises: InputError, when a harmful parameter is not in the population, nothing varies, or the shares
    do not make a whole.
    """
    weights = numbers_by_member(records["fitness_harm"])
    for name in weights:
        if name not in population.members:
            nearest = get_close_matches(name, population.members, n=1)
            advice = f"Did you mean '{nearest[0]}'?" if nearest else "Give it a record, or leave it out."
            raise InputError(
                f"'fitness_harm' names '{name}', which is no parameter of the population. {advice}"
            )
    harm = {name: weight for name, weight in weights.items() if population.members[name].is_varying}
    noise = number_in(records["fitness_noise"], "")
    variance = population.copula.variance(harm) + noise**2
    if not variance > 0.0:
        raise InputError("Fitness does not vary between patients. Write a 'fitness_noise' above 0.")
    return Fitness(harm, noise, math.sqrt(variance), _status_shares(records["performance_status_share"]))


def draw_fitness(
    fitness: Fitness, population: ParameterPopulation, seed: int, replicate: int, patients: Integers
) -> Floats:
    """Latent fitness of each patient, standard normal; higher is fitter."""
    scores = population.scores(fitness.harm, seed, replicate, patients)
    total = fitness.noise * normals(seed, trial_purpose(replicate, "fitness"), patients)[:, 0]
    for name, weight in fitness.harm.items():
        total = total - weight * scores[name]
    return total / fitness.scale


def share_less_fit(fitness: Floats) -> Floats:
    """The fraction of the whole population that is less fit than each patient."""
    return np.asarray(ndtr(fitness), dtype=np.float64)


def performance_status(fitness: Floats, status_shares: tuple[float, ...]) -> NDArray[np.int64]:
    """WHO performance status: the fittest share has status 0, the next status 1, and so on."""
    share_fitter = np.asarray(ndtr(-fitness), dtype=np.float64)
    cut_points = np.cumsum(status_shares)[:-1]
    return np.searchsorted(cut_points, share_fitter, side="right").astype(np.int64)


def _status_shares(record: ParameterRecord) -> tuple[float, ...]:
    """The shares in order of status, checked to be fractions of a whole."""
    shares = numbers_by_member(record)
    expected = [str(status) for status in range(len(shares))]
    if sorted(shares) != expected or min(shares.values()) < 0.0 or abs(sum(shares.values()) - 1.0) > 1e-9:
        raise InputError(
            f"The shares of 'performance_status_share' are {dict(shares)}. "
            "Write one for each status from 0 up, none below 0, which add up to 1."
        )
    return tuple(float(shares[status]) for status in expected)
