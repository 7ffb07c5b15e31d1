"""What a clinic records before a trial: blood values, earlier treatment, sites, expected survival."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from trialkine.errors import InputError
from trialkine.population.distributions import values_from_scores
from trialkine.population.packaged import number_in, numbers_by_member
from trialkine.population.patients import Column
from trialkine.randomness import Floats, Integers, normals, trial_purpose, uniforms
from trialkine.records import ParameterRecord

BLOOD_VALUES: Mapping[str, str] = {
    "creatinine": "mg/dL",
    "bilirubin": "mg/dL",
    "neutrophils": "1/nL",
    "platelets": "1/nL",
}
"""Each blood value, and the unit of its column."""

SITES: Mapping[str, str] = {
    "lung": "has_lung_lesions",
    "liver": "has_liver_lesions",
    "bone": "has_bone_lesions",
    "lymph_node": "has_lymph_node_lesions",
}
"""Each site of metastases, and its column."""

NUMBER_OF_SITES, PRIOR_LINES = "metastatic_sites", "prior_lines"
EXPECTED_SURVIVAL = "expected_survival_days"


def draw_clinic(
    records: Mapping[str, ParameterRecord], seed: int, replicate: int, patients: Integers, fitness: Floats
) -> dict[str, Column]:
    """Blood values, earlier lines of treatment and sites of metastases, by the names of their columns.

    A patient with none of the listed sites has one other. Units: as in `BLOOD_VALUES`.
    """
    found: dict[str, Column] = {
        name: _blood_value(records, name, seed, replicate, patients, fitness) for name in BLOOD_VALUES
    }
    shares = _shares(records["prior_lines_share"])
    chance = uniforms(seed, trial_purpose(replicate, "prior lines"), patients)[:, 0]
    found[PRIOR_LINES] = np.searchsorted(np.cumsum(shares)[:-1], chance, side="right").astype(np.int64)
    site_shares = numbers_by_member(records["metastatic_site_share"])
    count = np.zeros(patients.size, dtype=np.int64)
    for site, column in SITES.items():
        own = uniforms(seed, trial_purpose(replicate, f"metastases: {site}"), patients)[:, 0]
        is_there = own < site_shares.get(site, 0.0)
        found[column] = is_there
        count += is_there
    found[NUMBER_OF_SITES] = np.maximum(count, 1)
    return found


def expected_survival(
    records: Mapping[str, ParameterRecord], seed: int, replicate: int, patients: Integers, hazard: Floats
) -> Floats:
    """A physician's estimate of survival: the median at the present hazard of death, with an error.

    Units: hazard [1/day], returns [day].
    """
    error = normals(seed, trial_purpose(replicate, "expected survival"), patients)[:, 0]
    spread = number_in(records["survival_estimate_error"], "")
    return np.asarray(math.log(2.0) / np.maximum(hazard, 1e-12) * np.exp(spread * error), dtype=np.float64)


def _blood_value(
    records: Mapping[str, ParameterRecord],
    name: str,
    seed: int,
    replicate: int,
    patients: Integers,
    fitness: Floats,
) -> Floats:
    """One value, whose score follows fitness as far as stated."""
    record = records[name]
    if record.variability is None:
        raise InputError(f"'{name}' must vary between patients. Write its 'variability'.")
    shared = numbers_by_member(records["fitness_correlation"]).get(name, 0.0)
    own = normals(seed, trial_purpose(replicate, f"blood: {name}"), patients)[:, 0]
    score = shared * fitness + math.sqrt(1.0 - shared**2) * own
    return values_from_scores(number_in(record, BLOOD_VALUES[name]), record.variability, score)


def _shares(record: ParameterRecord) -> NDArray[np.float64]:
    """The shares in order of their members 0, 1, 2, ..., checked to make a whole."""
    shares = numbers_by_member(record)
    ordered = [shares.get(str(number), math.nan) for number in range(len(shares))]
    if not (min(ordered) >= 0.0 and abs(sum(ordered) - 1.0) < 1e-9):
        raise InputError(
            f"The shares of '{record.name}' are {dict(shares)}. "
            "Write one for each number from 0 up, none below 0, which add up to 1."
        )
    return np.array(ordered)
