"""Patients made up for the study of biomarkers, and one small real study that its tests share."""

from __future__ import annotations

from functools import cache

import numpy as np

from study_samples import IL2, TEMOZOLOMIDE, study_protocol
from trialkine.biomarker_study.catalogue import marker_of
from trialkine.biomarker_study.cohort import ArmCohort
from trialkine.biomarker_study.run import BiomarkerStudy, study_biomarkers
from trialkine.trial.protocol import Protocol

Array = np.ndarray


def protocol() -> Protocol:
    """Interleukin-2 and temozolomide in the same patients with melanoma."""
    return study_protocol(
        {"IL-2": [IL2], "Temozolomide": [TEMOZOLOMIDE]},
        assessments={"criteria": "who-1979", "every": "8 weeks", "biomarkers": ["plasma_vegf"]},
    )


@cache
def small_study() -> BiomarkerStudy:
    """A real study of few patients with the usual parameter set."""
    return study_biomarkers(protocol(), patients=80, members=0, seed=3, jobs=1)


def cohort(
    effect: float,
    *,
    patients: int = 2000,
    arm: str = "arm",
    seed: int = 1,
    marker: str = "regulatory_t_cells",
    base: float = -1.0,
    trials: int = 1,
) -> ArmCohort:
    """Patients whose log odds of response rise by `effect` per standard deviation of a marker's logarithm."""
    generator = np.random.default_rng(seed)
    score = generator.standard_normal(patients)
    luck = np.random.default_rng(seed + sum(map(ord, arm))).random(patients)
    noise = np.random.default_rng(seed + 77).standard_normal(patients)
    return ArmCohort(
        arm=arm,
        ids=np.arange(patients),
        places=np.arange(patients) // trials,
        trial=np.arange(patients) % trials,
        responded=luck < 1 / (1 + np.exp(-base - effect * score)),
        death_days=np.random.default_rng(seed + 5).exponential(300.0, patients),
        died=np.ones(patients, dtype=bool),
        baseline={marker: np.exp(0.4 * score), "plasma_vegf": np.exp(noise), "age": np.full(patients, 60.0)},
        early={},
        early_day=28.0,
        parameters={"decisive": np.exp(score), "idle": np.exp(noise), "threshold": luck + 1.0},
        lucky=frozenset({"threshold"}),
    )


MARKERS = tuple(marker_of(name) for name in ("regulatory_t_cells", "plasma_vegf", "age"))
