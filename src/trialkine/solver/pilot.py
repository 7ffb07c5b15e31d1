"""Which stepper suits a model: a pilot in a few patients, who count work and never time.

A choice by time would differ between machines, and with it the last digits of every result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trialkine.compiler.compiled import CompiledModel
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.doses import DoseTable
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.stepper import EXPLICIT, IMPLICIT, Stepper

Array = np.ndarray[Any, np.dtype[Any]]

PILOT_PATIENTS = 32
PILOT_DAYS = 84.0
MOST_GIVEN_UP = 0.1  # of the patients; with more of them the explicit stepper is not worth its first try


def choose_stepper(
    compiled: CompiledModel,
    parameters: Array,
    doses: DoseTable,
    accuracy: Accuracy | None = None,
    days: float = PILOT_DAYS,
) -> Stepper:
    """The stepper that needs less arithmetic for these patients and doses.

    Shape: parameters (patient, parameter). Units: days [day].
    """
    work = {}
    for stepper in (EXPLICIT, IMPLICIT):
        ensemble = Ensemble(compiled, parameters, accuracy, stepper)
        ensemble.advance(days, doses)
        if np.mean(ensemble.is_stiff) > MOST_GIVEN_UP:
            return IMPLICIT
        work[stepper.name] = ensemble.work / max(float(ensemble.time.sum()), 1e-9)
    return EXPLICIT if work[EXPLICIT.name] < work[IMPLICIT.name] else IMPLICIT
