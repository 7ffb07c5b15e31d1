"""Age, sex, height, weight and body surface of each patient."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from trialkine.errors import InputError
from trialkine.population.packaged import number_in, spread_in
from trialkine.randomness import Floats, Integers, normals, trial_purpose, uniforms
from trialkine.records import ParameterRecord


def draw_age(body: Mapping[str, ParameterRecord], seed: int, replicate: int, patients: Integers) -> Floats:
    """Ages: normal, between the youngest and the oldest drawn.

    Units: returns [year].
    """
    median, sd = number_in(body["age"], "year"), spread_in(body["age"], "normal", "year")
    youngest, oldest = number_in(body["youngest_age"], "year"), number_in(body["oldest_age"], "year")
    if not (sd > 0.0 and youngest < oldest):
        raise InputError(
            f"Ages cannot be drawn from {youngest:g} to {oldest:g} years with a spread of {sd:g}. "
            "Write a youngest age below the oldest, and a spread above 0."
        )
    low, high = ndtr((youngest - median) / sd), ndtr((oldest - median) / sd)
    share = uniforms(seed, trial_purpose(replicate, "age"), patients)[:, 0]
    age = median + sd * ndtri(low + share * (high - low))
    return np.asarray(np.clip(age, youngest, oldest), dtype=np.float64)


def draw_body(
    body: Mapping[str, ParameterRecord], seed: int, replicate: int, patients: Integers
) -> dict[str, Floats | NDArray[np.bool_]]:
    """Sex, height, weight and body surface, by the names of the patient table.

    Units: returns height [cm], weight [kg], body surface [m**2].
    """
    is_male = uniforms(seed, trial_purpose(replicate, "sex"), patients)[:, 0] < number_in(
        body["male_fraction"], ""
    )
    height_score = normals(seed, trial_purpose(replicate, "height"), patients)[:, 0]
    own_score = normals(seed, trial_purpose(replicate, "weight"), patients)[:, 0]
    shared = number_in(body["weight_height_correlation"], "")
    if not -1.0 <= shared <= 1.0:
        raise InputError(f"'weight_height_correlation' is {shared}. Write a number between -1 and 1.")
    weight_score = shared * height_score + math.sqrt(1.0 - shared**2) * own_score

    height = np.where(
        is_male,
        _normal(body["male_height"], "cm", height_score),
        _normal(body["female_height"], "cm", height_score),
    )
    weight = np.where(
        is_male,
        _lognormal(body["male_weight"], "kg", weight_score),
        _lognormal(body["female_weight"], "kg", weight_score),
    )
    divisor = number_in(body["body_surface_divisor"], "cm*kg/m**4")
    return {
        "is_male": is_male,
        "height_cm": height,
        "weight_kg": weight,
        "body_surface_m2": body_surface(height, weight, divisor),
    }


def typical_body(body: Mapping[str, ParameterRecord]) -> tuple[float, float]:
    """Weight and body surface between those of a man and of a woman of median size, by the share of men.

    Units: returns weight [kg], body surface [m**2].
    """
    share = number_in(body["male_fraction"], "")

    def between(size: str, unit: str) -> float:
        man, woman = number_in(body[f"male_{size}"], unit), number_in(body[f"female_{size}"], unit)
        return share * man + (1.0 - share) * woman

    weight, height = between("weight", "kg"), between("height", "cm")
    divisor = number_in(body["body_surface_divisor"], "cm*kg/m**4")
    return weight, float(body_surface(np.array(height), np.array(weight), divisor))


def body_surface(height: Floats, weight: Floats, divisor: float) -> Floats:
    """Body surface by the formula of Mosteller.

    Units: height [cm], weight [kg], divisor [cm*kg/m**4], returns [m**2].
    Source: mosteller_1987
    """
    return np.sqrt(height * weight / divisor)


def _normal(record: ParameterRecord, unit: str, scores: Floats) -> Floats:
    """Values of a normally distributed record, in `unit`."""
    return number_in(record, unit) + spread_in(record, "normal", unit) * scores


def _lognormal(record: ParameterRecord, unit: str, scores: Floats) -> Floats:
    """Values of a log-normally distributed record, in `unit`."""
    return number_in(record, unit) * np.exp(spread_in(record, "lognormal", unit) * scores)
